#pragma once

#include "spec/wire/writer.hpp"

/// Components, registered or known by their content, and the steps that use them.
namespace podium::inline v0::spec::wire {

/// Where a component was written.
inline constexpr std::string_view in_its_file = "YAML.COMPONENT";
inline constexpr std::string_view in_the_job = "YAML.JOB";

/// The component as its YAML would have it, with ids in place of local things; without name, version and `_source`.
Json component_spec(Writer& writer, Value const& component);

/// The id of the code that a component's own folder and its additional includes make together.
std::string merged_code_id(Writer& writer, Value const& code, Value const& includes);

/// The body of the request that creates a component from its spec.
Json component_body(Json spec, std::string_view source, bool anonymous);

/// Sends the component by its content and gives its id.
std::string anonymous_component(Writer& writer, Json spec, std::string_view source);

/// The id behind a `component:` (or `trial:`) field of a step, and where the component was written.
struct Used {
  std::string id;
  std::string source;
};
Used used_component(Writer& writer, Value const& node, std::string_view field);

/// The steps of a pipeline job or component; `pipeline` has `jobs`, `inputs` and `outputs`.
Json pipeline_nodes(Writer& writer, Value const& pipeline);

/// The properties of a pipeline job, without experiment and display name that are not given.
Json pipeline_properties(Writer& writer, Value const& job);

/// A GUID over the content, as Python's json.dumps(sort_keys=True) writes it.
std::string content_guid(Json const& content);
/// JSON as Python's json.dumps(sort_keys=True) writes it.
std::string python_json(Json const& json);
/// Takes out null and empty objects, all the way down.
void prune(Json& json);

}  // namespace podium::inline v0::spec::wire
