#include "spec/documents.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/wire/component.hpp"
#include "spec/wire/pyyaml.hpp"
#include "spec/wire/writer.hpp"

#include <filesystem>

/// The jobs of schedules.
namespace podium::inline v0::spec::kinds {
namespace {

using wire::Json;

/// A job that is known to the service only.
Json remote(std::string const& job) {
  return {{"jobType", "Pipeline"}, {"sourceJobId", job}, {"experimentName", ""}, {"isArchived", false}};
}

void merge(Json& into, Json const& from) {
  if (!into.is_object() || !from.is_object()) {
    into = from;
    return;
  }
  for (auto const& [key, value] : from.items()) merge(into[key], value);
}

/// The file of the job with what the schedule says put over it, read again in the folder of that file.
Json overridden(wire::Writer& writer, Value const& job, Node const& over) {
  Json fields = job.node == nullptr ? Json::object() : wire::plain_json(*job.node);
  Json given = wire::plain_json(over);
  given.erase("job");
  merge(fields, given);
  Documents documents;
  auto const& document = documents.add_text(wire::yaml_dump(fields, {.unicode = true}), "create_job",
                                            std::filesystem::path{job.text}.parent_path());
  if (!document.tree.root) return Json::object();
  Reader reader{documents, document, Purpose::check};
  Value const merged = reader.read(pipeline_job, *document.tree.root);
  for (auto const& found : documents.diagnostics())
    if (found.severity == Severity::error) writer.refuse(found.rule, job, found.message, found.help);
  return wire::pipeline_properties(writer, merged);
}

}  // namespace

void finish_job_schedule(wire::Writer& writer, Value const& value, void* place) {
  auto const& create = value.at("create_job");
  bool const mapping = create.node != nullptr && create.is_map() && !create.local;
  Value const& job = mapping ? create.at("job") : create;
  Json definition;
  if (!job.is_map())
    definition = remote(job.text);
  else if (mapping)
    definition = overridden(writer, job, *create.node);
  else
    definition = wire::pipeline_properties(writer, job);
  Json& properties = (*static_cast<Json*>(place))["properties"];
  properties["action"] = {{"actionType", "CreateJob"}, {"jobDefinition", std::move(definition)}};
}

}  // namespace podium::inline v0::spec::kinds
