#pragma once

#include "spec/shape.hpp"
#include "spec/tree.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace podium::inline v0::spec {

/// Which kind a document is, from `$schema`, `type` and shape; empty when nothing tells.
std::string kind_of_document(Node const& root, std::string_view file_name);

/// The table of a kind; null for a kind that is known but has none yet.
Shape const* table_of(std::string_view kind);

/// Whether the kind is one that kind_of_document() can answer.
bool is_kind(std::string_view kind);

}  // namespace podium::inline v0::spec
