#include "clients/job_codec.hpp"

#include "clients/references.hpp"
#include "clients/registration.hpp"

#include "podium/clients/assets.hpp"

#include <array>

namespace podium::inline v0::clients {
namespace {

using arm::Json;
using arm::text;

constexpr std::array<std::pair<std::string_view, model::JobStatus>, 13> statuses{{
    {"NotStarted", model::JobStatus::not_started},
    {"Queued", model::JobStatus::queued},
    {"Preparing", model::JobStatus::preparing},
    {"Provisioning", model::JobStatus::provisioning},
    {"Starting", model::JobStatus::starting},
    {"Running", model::JobStatus::running},
    {"Finalizing", model::JobStatus::finalizing},
    {"CancelRequested", model::JobStatus::cancel_requested},
    {"Completed", model::JobStatus::completed},
    {"Failed", model::JobStatus::failed},
    {"Canceled", model::JobStatus::canceled},
    {"NotResponding", model::JobStatus::not_responding},
    {"Paused", model::JobStatus::paused},
}};

/// One object is written for the job itself in camelCase, and for a pipeline's steps in snake_case.
struct Spelling {
  char const* input_type;
  char const* output_type;
  char const* asset_name;
  char const* asset_version;
};
constexpr Spelling job_spelling{"jobInputType", "jobOutputType", "assetName", "assetVersion"};
constexpr Spelling node_spelling{"job_input_type", "job_output_type", "asset_name", "asset_version"};

Result<Json> encode_inputs(Session const& session, model::Ordered<model::JobInput> const& inputs,
                           Spelling const& spelling, Context const& ctx) {
  auto out = Json::object();
  for (auto const& [name, input] : inputs) {
    Json one;
    if (!input.binding.empty()) {
      one = {{spelling.input_type, "literal"}, {"value", input.binding}};
    } else if (input.type == "literal" || (input.type.empty() && input.path.empty())) {
      one = {{spelling.input_type, "literal"}, {"value", input.value}};
    } else {
      auto uri = data_uri(session, input.type, input.path, ctx);
      if (!uri) return std::move(uri).error().with("input", name);
      one = {{spelling.input_type, input.type.empty() ? "uri_folder" : input.type}, {"uri", *uri}};
    }
    arm::put(one, "mode", input_mode_to_wire(input.mode));
    out[name] = std::move(one);
  }
  return out;
}

Json encode_outputs(model::Ordered<model::JobOutput> const& outputs, Spelling const& spelling, bool of_node) {
  auto out = Json::object();
  for (auto const& [name, output] : outputs) {
    Json one;
    if (!output.binding.empty()) {
      one = {{"value", output.binding}, {"type", "literal"}};
    } else {
      // A step's output that nobody asks anything of is the component's own business.
      if (of_node && output.path.empty() && output.mode.empty() && output.asset_name.empty()) continue;
      one = {{spelling.output_type, output.type}};
      arm::put(one, "uri", output.path);
      arm::put(one, spelling.asset_name, output.asset_name);
      arm::put(one, spelling.asset_version, output.asset_version);
    }
    arm::put(one, "mode", output_mode_to_wire(output.mode));
    out[name] = std::move(one);
  }
  return out;
}

std::string duration(int seconds) { return "PT" + std::to_string(seconds) + "S"; }

template <class J>
Json common(J const& job, char const* type) {
  Json properties{{"jobType", type},
                  {"isArchived", false},
                  {"tags", job.tags},
                  {"properties", job.properties},
                  {"experimentName", job.experiment_name.empty() ? "Default" : job.experiment_name}};
  arm::put(properties, "displayName", job.display_name);
  arm::put(properties, "description", job.description);
  return properties;
}

Result<Json> encode_node(Session const& session, model::PipelineNode const& node, Context const& ctx) {
  if (node.type != "command")
    return Error{Errc::invalid_argument, "steps of type " + node.type + " are not supported, only command"};
  Json out{{"name", node.name}, {"type", node.type}, {"_source", "YAML.COMPONENT"}};
  arm::put(out, "display_name", node.display_name);
  auto inputs = encode_inputs(session, node.inputs, node_spelling, ctx);
  if (!inputs) return std::move(inputs).error();
  if (!inputs->empty()) out["inputs"] = *std::move(inputs);
  if (auto outputs = encode_outputs(node.outputs, node_spelling, true); !outputs.empty())
    out["outputs"] = std::move(outputs);
  if (!node.component.empty()) {
    auto id = asset_id(session, "components", node.component, ctx);
    if (!id) return std::move(id).error();
    out["componentId"] = *id;
  } else if (node.definition) {
    auto made = ComponentsClient{session}.put(*node.definition, ctx);
    if (!made) return std::move(made).error();
    out["componentId"] = made->id;
  } else {
    return Error{Errc::invalid_argument, "the step has no component"};
  }
  arm::put(out, "computeId", compute_id(session, node.compute));
  if (!node.environment_variables.empty()) out["environment_variables"] = node.environment_variables;
  if (node.resources) {
    auto& resources = out["resources"] = {{"instance_count", node.resources->instance_count}};
    arm::put(resources, "instance_type", node.resources->instance_type);
  }
  if (node.timeout_seconds)
    out["limits"] = {{"job_limits_type", "Command"}, {"timeout", duration(*node.timeout_seconds)}};
  return out;
}

model::Ordered<std::string> outputs_of(Json const& outputs) {
  model::Ordered<std::string> out;
  if (outputs.is_object())
    for (auto const& [name, value] : outputs.items()) {
      auto uri = text(value, "uri");
      if (uri.empty()) uri = text(value, "assetId");
      if (uri.empty()) uri = text(value, "path");
      out.emplace_back(name, std::move(uri));
    }
  return out;
}

/// `{"error": {"code", "message", "innerError"...}}` of run history, or a plain text, as one line.
std::string error_line(Json const& error) {
  if (error.is_string()) return text(error);
  auto const& inner = arm::at(error, "error");
  auto message = text(inner.is_object() ? inner : error, "message");
  for (char& c : message)
    if (c == '\n' || c == '\r') c = ' ';
  return message;
}

}  // namespace

model::JobStatus parse_status(std::string const& word) {
  for (auto const& [name, status] : statuses)
    if (name == word) return status;
  return model::JobStatus::unknown;
}

bool terminal(model::JobStatus status) {
  using enum model::JobStatus;
  return status == completed || status == failed || status == canceled || status == not_responding || status == paused;
}

Result<Json> encode_job(Session const& session, model::PipelineJob const& job, Context const& ctx) {
  auto properties = common(job, "Pipeline");
  auto inputs = encode_inputs(session, job.inputs, job_spelling, ctx);
  if (!inputs) return std::move(inputs).error();
  properties["inputs"] = *std::move(inputs);
  properties["outputs"] = encode_outputs(job.outputs, job_spelling, false);
  auto& jobs = properties["jobs"] = Json::object();
  for (auto const& node : job.nodes) {
    auto encoded = encode_node(session, node, ctx);
    if (!encoded) return std::move(encoded).error().with("step", node.name);
    jobs[node.name] = *std::move(encoded);
  }
  auto& settings =
      properties["settings"] = {{"continue_on_step_failure", job.continue_on_step_failure}, {"_source", "YAML.JOB"}};
  arm::put(settings, "default_compute", compute_id(session, job.default_compute));
  arm::put(settings, "default_datastore", datastore_id(session, job.default_datastore));
  if (job.force_rerun) settings["force_rerun"] = true;
  return Json{{"properties", std::move(properties)}};
}

Result<Json> encode_job(Session const& session, model::CommandJob const& job, Context const& ctx) {
  auto properties = common(job, "Command");
  properties["command"] = job.command;
  auto code = code_id(session, job.code, ctx);
  if (!code) return std::move(code).error();
  arm::put(properties, "codeId", *code);
  auto environment = environment_id(session, job.environment, job.inline_environment, ctx);
  if (!environment) return std::move(environment).error();
  arm::put(properties, "environmentId", *environment);
  arm::put(properties, "computeId", compute_id(session, job.compute));
  auto inputs = encode_inputs(session, job.inputs, job_spelling, ctx);
  if (!inputs) return std::move(inputs).error();
  properties["inputs"] = *std::move(inputs);
  properties["outputs"] = encode_outputs(job.outputs, job_spelling, false);
  properties["environmentVariables"] = job.environment_variables;
  if (job.resources) {
    auto& resources =
        properties["resources"] = {{"instanceCount", job.resources->instance_count}, {"properties", Json::object()}};
    arm::put(resources, "instanceType", job.resources->instance_type);
  }
  if (job.timeout_seconds)
    properties["limits"] = {{"jobLimitsType", "Command"}, {"timeout", duration(*job.timeout_seconds)}};
  return Json{{"properties", std::move(properties)}};
}

Result<model::Job> decode_job(Json const& body) {
  auto const& properties = arm::at(body, "properties");
  if (!properties.is_object()) return Error{Errc::protocol, "a job without properties"};
  model::Job out;
  out.id = text(body, "id");
  out.name = text(body, "name");
  out.type = text(properties, "jobType");
  out.display_name = text(properties, "displayName");
  out.experiment_name = text(properties, "experimentName");
  out.status = parse_status(text(properties, "status"));
  out.tags = arm::texts(arm::at(properties, "tags"));
  out.properties = arm::texts(arm::at(properties, "properties"));
  out.outputs = outputs_of(arm::at(properties, "outputs"));
  // A local workspace says in the resource itself what Azure keeps in run history.
  auto const extra = [&](std::string const& key) {
    auto value = text(properties, key);
    return value.empty() ? text(properties, "properties", key) : value;
  };
  out.start_time = extra("podium.startTime");
  out.end_time = extra("podium.endTime");
  out.error = extra("podium.error");
  return out;
}

model::Job decode_run(Json const& run) {
  model::Job out;
  out.name = text(run, "runId");
  out.display_name = text(run, "displayName");
  if (out.display_name.empty()) out.display_name = text(run, "name");
  auto const type = text(run, "runType");
  out.type = type == "azureml.StepRun" || type == "azureml.scriptrun" ? "Command"
             : type == "azureml.PipelineRun"                          ? "Pipeline"
                                                                      : type;
  out.experiment_name = text(run, "experimentName");
  out.status = parse_status(text(run, "status"));
  out.start_time = text(run, "startTimeUtc");
  out.end_time = text(run, "endTimeUtc");
  out.error = error_line(arm::at(run, "error"));
  out.tags = arm::texts(arm::at(run, "tags"));
  out.properties = arm::texts(arm::at(run, "properties"));
  out.outputs = outputs_of(arm::at(run, "outputs"));
  return out;
}

}  // namespace podium::inline v0::clients
