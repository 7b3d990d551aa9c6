#pragma once

#include "spec/tree.hpp"

#include "podium/diagnostic.hpp"
#include "podium/result.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace podium::inline v0::spec {

struct Value;

struct Document {
  std::filesystem::path file;    ///< absolute
  std::filesystem::path folder;  ///< absolute; relative paths start here
  std::string name;              ///< as the user named it
  std::string digest;            ///< SHA-256 of the bytes
  Tree tree;
};

/// The files of one reading, each parsed once, and what was found in them.
class Documents {
 public:
  /// Errc as text::read_text().  The name of an included file is the name of its includer's folder with the path added.
  Result<Document const*> open(std::filesystem::path const& file, std::string name);

  /// A document that is in no file; relative paths start at `folder`.
  Document const& add_text(std::string text, std::string name, std::filesystem::path const& folder);

  /// Applies `a.b=value` to the document, in order.
  void override_with(Document const& document, std::span<std::pair<std::string, std::string> const> set);

  Diagnostic& add(Diagnostic found);
  /// Whether another finding of this severity would be dropped; errors have room of their own.
  bool full(Severity severity) const;
  Diagnostic& spare() { return spare_; }
  std::vector<Diagnostic> const& diagnostics() const { return found_; }
  bool failed() const;

  /// In order of place: file as opened, then offset.
  std::vector<Diagnostic> take();

  /// Whether errors about `{{x}}`, `<x>`, `$(x)`, `${x}` and `__x__` are warnings: a tool fills them in later.
  bool placeholders = false;

  /// What component files meant, by absolute path, so that a file named twice is read and reported once.
  std::map<std::string, std::shared_ptr<Value>> components;
  std::size_t included = 0;  ///< values that were taken over from component files

 private:
  static constexpr std::size_t most_diagnostics_ = 1000;

  std::vector<std::unique_ptr<Document>> documents_;
  std::vector<std::unique_ptr<text::Source>> overrides_;
  std::vector<Diagnostic> found_;
  std::size_t errors_ = 0;
  Diagnostic spare_;  // takes what comes after the last one that is kept
};

}  // namespace podium::inline v0::spec
