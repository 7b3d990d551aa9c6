#pragma once

#include "spec/cycle.hpp"
#include "spec/reader.hpp"

#include <string_view>
#include <vector>

namespace podium::inline v0::spec {

/// The declaration behind a name: `a.b` is an item of a group, or of what was declared as `a`.
Member const* declared_as(Value const& group, std::string_view name);

/// Steps named in `on_init` and `on_finalize`.
void check_first_and_last(Reader& reader, Value const& pipeline, std::vector<Edge> const& edges);

/// A pipeline job that runs a component as it is.
void check_component_job(Reader& reader, Node const& node, Value const& value);

}  // namespace podium::inline v0::spec
