#pragma once

#include "spec/reader.hpp"

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What is given to an input, against the declaration of the input.
namespace podium::inline v0::spec {

/// `string`, `number`, `integer`, `boolean`: a value, not data.
bool is_parameter(std::string_view type);

std::vector<std::string_view> names_of(Value const& group);
/// "did you mean `x`?" when one of the words is near, else `otherwise`.
std::string meant(std::string_view word, std::vector<std::string_view> const& words, std::string otherwise);
/// The names in backquotes, or "none".
std::string listed(Value const& group);

class Fit {
 public:
  explicit Fit(Reader& reader) : reader_{reader} {}

  /// A literal; `use` is where it meets the declaration, when it stands elsewhere.  Said once of each literal.
  void literal(Node const& node, std::string const& text, Value const& declared, Node const& use);

  /// A value of one type that flows into an input of another one.
  void flow(Node const& node, std::string_view from, std::string_view to);

 private:
  void say(std::string rule, Severity severity, Node const& node, std::string message, Value const& declared,
           Node const& use);

  Reader& reader_;
  std::set<std::pair<Node const*, std::string>> said_;
};

}  // namespace podium::inline v0::spec
