#pragma once

#include "spec/documents.hpp"
#include "spec/shape.hpp"
#include "spec/tree.hpp"
#include "spec/words.hpp"

#include "podium/diagnostic.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace podium::inline v0::spec {

struct Member;

/// What a table made of a node: coerced, defaults filled in.
struct Value {
  enum class Kind : std::uint8_t { none, text, integer, number, boolean, list, map, opaque };

  Kind kind = Kind::none;
  Node const* node = nullptr;  ///< null: a default from the table
  bool local = false;          ///< text: an absolute local path
  bool binding = false;        ///< text: `${{...}}`, whatever the shape asked for
  std::string text{};
  std::int64_t integer = 0;
  double number = 0;
  bool boolean = false;
  std::vector<Value> items{};
  std::vector<Member> members;  ///< in the order of the file; without `{}`, for which clang would need the whole Member
  Shape const* shape = nullptr;  ///< the one that fitted, below tags and alternatives

  explicit operator bool() const noexcept { return kind != Kind::none; }
  bool is_map() const noexcept { return kind == Kind::map; }
  Value const& at(std::string_view name) const;  ///< the empty value when absent
  Value* get(std::string_view name);
  std::string string(std::string_view name) const { return at(name).text; }
};

struct Member {
  std::string name;
  Node const* key = nullptr;  ///< null: a default
  Value value;
};

/// Whether fields that are checked but not carried matter.
enum class Purpose : std::uint8_t { check, use };

/// Reads nodes against shapes and says what does not fit.
class Reader {
 public:
  Reader(Documents& documents, Document const& document, Purpose purpose)
      : documents_{documents}, document_{document}, purpose_{purpose} {}

  /// Starts the dotted path at `path`, and adds `included` to what is said, for a file that another one names.
  void included_as(std::string path, std::vector<Label> included);

  Value read(Shape const& shape, Node const& node);

  Documents& documents() { return documents_; }
  Document const& document() const { return document_; }
  Purpose purpose() const { return purpose_; }

  /// Reports at a node, and returns the finding for more detail.  Errors about placeholders are warnings.
  Diagnostic& report(std::string rule, Severity severity, Node const& node, std::string message, std::string help = {});
  Diagnostic& error(std::string rule, Node const& node, std::string message, std::string help = {}) {
    return report(std::move(rule), Severity::error, node, std::move(message), std::move(help));
  }
  Diagnostic& warning(std::string rule, Node const& node, std::string message, std::string help = {}) {
    return report(std::move(rule), Severity::warning, node, std::move(message), std::move(help));
  }

  /// The dotted path, while a child is looked at.
  class Step {
   public:
    Step(Reader& reader, std::string_view name) : reader_{reader}, before_{reader.path_.size()} {
      if (!reader.path_.empty()) reader.path_ += '.';
      reader.path_ += name;
    }
    ~Step() { reader_.path_.resize(before_); }
    Step(Step const&) = delete;
    Step& operator=(Step const&) = delete;

   private:
    Reader& reader_;
    std::size_t before_;
  };
  /// Where to show that something is missing from a mapping: its key, or the first key of the document.
  Node const& holder(Node const& mapping) const;
  std::string const& path() const { return path_; }
  std::vector<Label> const& included() const { return included_; }

 private:
  Value read_scalar(Shape const& shape, Node const& node);
  Value read_object(Shape const& shape, Node const& node);
  bool misspelt_tag(Shape const& shape, Node const& node);
  Value read_tagged(Shape const& shape, Node const& node);
  bool read_values(Shape const& shape, Node const& node, Value& value);
  bool read_range(Shape const& shape, Node const& node, double number);
  void note_spelling(Shape const& shape, Node const& node);
  void unknown_key(Shape const& shape, Node const& object, Node const& key, std::vector<std::string>& meant);
  void weigh(Field const& field, Node const& key);
  Value mismatch(Shape const& shape, Node const& node);

  Value read_shape(Shape const& shape, Node const& node);

  Documents& documents_;
  Document const& document_;
  Purpose purpose_;
  bool bindings_ = false;
  Node const* holder_ = nullptr;  // the key of the value that is being read
  std::string path_;
  std::vector<Label> included_;
};

}  // namespace podium::inline v0::spec
