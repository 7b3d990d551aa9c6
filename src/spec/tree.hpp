#pragma once

#include "spec/scalar.hpp"
#include "text/source.hpp"

#include "podium/diagnostic.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace podium::inline v0::spec {

struct Node;
using NodePtr = std::shared_ptr<Node const>;

struct Entry {
  NodePtr key;
  NodePtr value;
};

/// One value of a document and where it stands.  Aliases share the nodes of their anchor, so this is a graph
/// without cycles whose full size was bounded when it was read.
struct Node {
  enum class Kind : std::uint8_t { scalar, sequence, mapping };

  Kind kind = Kind::scalar;
  ScalarType type = ScalarType::null;  ///< scalars
  bool plain = true;                   ///< scalars: written without quotes
  std::string text;                    ///< scalars: as the parser unfolded it
  std::vector<NodePtr> items;          ///< sequences
  std::vector<Entry> entries;          ///< mappings: in order, keys once each, merge keys taken in
  Span span;
  text::Source const* source = nullptr;  ///< of the span

  bool is_scalar() const noexcept { return kind == Kind::scalar; }
  bool is_mapping() const noexcept { return kind == Kind::mapping; }
  bool is_sequence() const noexcept { return kind == Kind::sequence; }
  bool is_null() const noexcept { return is_scalar() && type == ScalarType::null; }
  bool is_string() const noexcept { return is_scalar() && type == ScalarType::string; }

  Entry const* entry(std::string_view key) const;
  Node const* find(std::string_view key) const;  ///< null when there is no such key
};

/// Bounds that keep a hostile file from costing more than it is worth.
struct Limits {
  std::size_t bytes = std::size_t{8} << 20;
  std::size_t depth = 100;
  std::size_t nodes = 50'000;  ///< aliases counted as often as they stand there
};

/// One document.
struct Tree {
  std::unique_ptr<text::Source> source;
  NodePtr root;                         ///< null when the text is not one YAML mapping
  std::vector<Diagnostic> diagnostics;  ///< what is wrong with the text as YAML
};

/// Parses one document from its bytes; `name` is what diagnostics call the file.
Tree parse(std::string name, std::string bytes, Limits const& limits = {});

/// Builds the scalar that an override `a.b=value` puts there; its source is the override's own text.
NodePtr scalar_node(text::Source const& source, Span span, std::string text);

}  // namespace podium::inline v0::spec
