#pragma once

#include "spec/kind.hpp"
#include "spec/wire/writer.hpp"

/// From the JSON of Azure ML's REST API to YAML, by the columns of the tables.
namespace podium::inline v0::spec::wire {

using Yaml = nlohmann::ordered_json;

/// The kind that describes a resource of a type of the REST contract ("JobBase"); empty: none does.
std::string_view kind_of_resource(std::string_view type, Json const& resource);

/// The fields of an entity, in the order of its table; what the table does not know is left out.
Yaml yaml_of(Kind const& kind, Json const& resource);

/// A value by its shape; `place` is where it stands.
Yaml unwrite(Shape const& shape, Json const& place, Json const& root, Style style);

/// The body that the YAML of an entity stands for; diagnostics of the text are not looked at.
Json body_of(Kind const& kind, std::string const& yaml);

}  // namespace podium::inline v0::spec::wire
