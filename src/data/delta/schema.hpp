#pragma once

#include "data/state.hpp"

namespace podium::inline v0::data::delta {

/// The Delta type that keeps values of an Arrow type; empty: none does.
std::string delta_type(Type const& type);

/// The schema of a table, as `metaData.schemaString` has it.
std::string schema_json(std::vector<SchemaNode> const& fields);

}  // namespace podium::inline v0::data::delta
