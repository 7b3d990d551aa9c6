#pragma once

#include "spec/shape.hpp"
#include "spec/tree.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace podium::inline v0::spec {

/// What Podium knows of one kind of document.
struct Kind {
  std::string_view name;  ///< "pipelineJob"
  Shape const* table = nullptr;
  std::string_view api_version{};  ///< of the PUT that creates it
  std::string_view collection{};   ///< "environments"; path: collection/{name}[/versions/{version}]
  bool versioned = false;
};

/// Which kind a document is, from `$schema`, `type` and shape; empty when nothing tells.
std::string kind_of_document(Node const& root, std::string_view file_name);

/// Null for a kind that is not known.
Kind const* kind_named(std::string_view name);
std::span<Kind const> all_kinds();

/// The table of a kind; null for a kind that is not known.
Shape const* table_of(std::string_view kind);

/// What `-n` and `-e` override, where the table has such a field.
std::vector<std::pair<std::string, std::string>> naming(Shape const* table, std::string const& name,
                                                        std::string const& endpoint_name);

/// Whether the kind is one that kind_of_document() can answer.
bool is_kind(std::string_view kind);

}  // namespace podium::inline v0::spec
