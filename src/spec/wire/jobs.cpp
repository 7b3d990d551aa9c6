#include "spec/kinds/kinds.hpp"
#include "spec/wire/component.hpp"
#include "spec/wire/entity.hpp"
#include "spec/wire/ports.hpp"
#include "spec/wire/steps.hpp"

#include <array>

/// Jobs that stand alone.
namespace podium::inline v0::spec::wire {
void complete_job(Json& properties, Entity const& entity) {
  properties["isArchived"] = false;
  if (!properties.contains("experimentName")) properties["experimentName"] = default_experiment(entity.document);
  if (!properties.contains("displayName")) properties["displayName"] = name_or_generated(entity.value);
}

Request job_request(Writer& writer, Entity const& entity, Json body) {
  return {"PUT", writer.named_id("jobs", name_or_generated(entity.value)), std::string{entity.kind.api_version},
          std::move(body)};
}

namespace {

/// `compute: local` runs on the machine that sends the job.
void become_local(Json& properties) {
  if (properties.value("computeId", Json()) != "local") return;
  properties.erase("computeId");
  properties["resources"]["properties"]["AzureMLLocalRun"]["AzureMLLocalRun"] = true;
  properties["environmentVariables"]["COMMON_RUNTIME_USE_INTERNAL_IMAGE"] = "true";
}

Json write_settings(Writer& writer, Value const& value) {
  Json out = yaml_form(value);
  if (!out.is_object()) return Json::object();
  if (value.node != nullptr && value.node->is_mapping())
    for (auto const& entry : value.node->entries)
      if (!value.at(entry.key->text) && !entry.value->is_null()) out[entry.key->text] = plain_json(*entry.value);
  if (auto const& compute = value.at("default_compute")) out["default_compute"] = writer.compute_id(compute.text);
  if (auto const& store = value.at("default_datastore")) {
    auto const& text = store.text;
    out["default_datastore"] =
        text.starts_with('/') || text.starts_with("azureml://") ? text : writer.named_id("datastores", text);
  }
  return out;
}

Json read_settings(Json const& json) {
  if (!json.is_object()) return json;
  Json out = json;
  out.erase("_source");
  for (auto const* field : {"default_compute", "default_datastore"})
    if (auto at = out.find(field); at != out.end() && at->is_string()) *at = "azureml:" + at->get<std::string>();
  return out;
}

}  // namespace

Spelling const pipeline_settings{write_settings, read_settings};
Spelling const pipeline_steps{[](Writer&, Value const&) { return Json::object(); }, nullptr};

Request create_command_job(Writer& writer, Entity const& entity) {
  Json body = writer.write(*entity.kind.table, entity.value);
  Json& properties = body["properties"];
  properties["jobType"] = "Command";
  become_local(properties);
  complete_job(properties, entity);
  return job_request(writer, entity, std::move(body));
}

Json pipeline_properties(Writer& writer, Value const& value) {
  Json body = Json::object();
  {
    Writer::Rooted const own{writer, body};
    Writer::Styled const camel{writer, Style::camel};
    writer.write_into(body, kinds::pipeline_job, value);
  }
  Json properties = std::move(body["properties"]);
  properties["jobType"] = "Pipeline";
  for (auto const* group : {"inputs", "outputs"})
    if (!properties.contains(group)) properties[group] = Json::object();
  // The service does not take inputs without a value.
  auto& inputs = properties["inputs"];
  for (auto at = inputs.begin(); at != inputs.end();)
    at = at->value("value", Json(0)) == "" || at->value("value", Json(0)).is_null() ? inputs.erase(at) : std::next(at);
  Json& settings = properties["settings"];
  if (!settings.is_object()) settings = Json::object();
  if (value.at("component")) {
    properties["componentId"] = used_component(writer, value, "component").id;
    properties["jobs"] = Json::object();
    if (!settings.contains("_source")) settings["_source"] = "REMOTE.WORKSPACE.JOB";
  } else {
    properties["jobs"] = pipeline_nodes(writer, value);
    if (!settings.contains("_source")) settings["_source"] = in_the_job;
  }
  properties["isArchived"] = false;
  return properties;
}

Request create_pipeline_job(Writer& writer, Entity const& entity) {
  Json body{{"properties", pipeline_properties(writer, entity.value)}};
  complete_job(body["properties"], entity);
  return job_request(writer, entity, std::move(body));
}

Request create_component(Writer& writer, Entity const& entity) {
  auto const& value = entity.value;
  Json spec = component_spec(writer, value);
  auto const name = value.string("name");
  auto const version = value.string("version");
  spec["name"] = name;
  if (!version.empty()) spec["version"] = version;
  return {"PUT", writer.named_id("components", name + "/versions/" + (version.empty() ? "2" : version)),
          "2024-01-01-preview", component_body(std::move(spec), in_its_file, false)};
}

}  // namespace podium::inline v0::spec::wire
