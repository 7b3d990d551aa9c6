#pragma once

#include "spec/reader.hpp"

/// What holds between the nodes of a pipeline.
namespace podium::inline v0::spec {

/// Follows `component: ./file.yml`; the value becomes what the file means, `local`, with `text` its absolute path.
void check_component_reference(Reader& reader, Node const& node, Value& value);
void check_node(Reader& reader, Node const& node, Value& value);
void check_pipeline(Reader& reader, Node const& node, Value& value);
void check_unchecked_node(Reader& reader, Node const& node, Value& value);

/// The component of a node as far as it can be known here: from a file or in place; null for a reference.
Value const* definition_of(Value const& node);

}  // namespace podium::inline v0::spec
