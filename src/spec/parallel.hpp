#pragma once

#include "spec/reader.hpp"

/// Rules of parallel components and steps that the tables cannot say.
namespace podium::inline v0::spec {

void check_batch_size(Reader& reader, Node const& node, Value& value);
void check_parallel_task(Reader& reader, Node const& node, Value& value);
void check_parallel_component(Reader& reader, Node const& node, Value& value);
void check_parallel_node(Reader& reader, Node const& node, Value& value);

}  // namespace podium::inline v0::spec
