#include "local/executor/step_runner.hpp"

#include "base/digest.hpp"
#include "base/letters.hpp"
#include "local/executor/binding.hpp"
#include "local/executor/content.hpp"
#include "local/executor/job_record.hpp"
#include "local/executor/process.hpp"
#include "local/executor/run_command.hpp"
#include "local/places.hpp"
#include "local/store_state.hpp"

#include <algorithm>

namespace podium::inline v0::local {
namespace fs = std::filesystem;

using Outcome = Schedule::Outcome;

/// An input as the command sees it.
struct StepRunner::Value {
  bool data = false;
  std::string text;  ///< literal, local path, or URI for the mode direct
  std::string uri;
  std::string type;
  std::string mode;
  std::string identity;
};

struct StepRunner::Prepared {
  std::map<std::string, Value> inputs;
  std::map<std::string, fs::path> paths;  ///< of outputs
  Json outputs = Json::object();          ///< as in properties.outputs
  Json parts;
  std::string key;
};

namespace {

std::string without_prefix(std::string reference) {
  if (reference.starts_with("azureml:/") && !reference.starts_with("azureml://")) reference.erase(0, 8);
  return reference;
}

std::string label_of(StepRunner::Task const& task) {
  return task.step.name.empty() ? "the job" : "step `" + task.step.name + "`";
}

/// The content of an environment decides, not its name; a name that the workspace does not know stands for itself.
Result<std::string> environment_digest(Store const& store, std::string const& reference) {
  if (reference.empty()) return std::string{"none"};
  auto id = asset_id(store, "environments", reference);
  if (!id) return "name:" + reference;
  auto found = store.get(*id);
  if (!found) return std::move(found).error();
  if (!*found) return "name:" + reference;
  Json what = Json::object();
  for (auto const* part : {"image", "condaFile", "build", "osType", "inferenceConfig"})
    if (auto const& value = member(member((*found)->body, "properties"), part); !value.is_null()) what[part] = value;
  return base::sha256(what.dump());
}

/// Where an output goes: what was asked for, the run's own folder for `artifacts`, or a folder named after the run.
Result<std::string> output_uri(StepRunner::Task const& task, std::string const& name, Target const& target) {
  auto const& store = task.plan.default_datastore;
  if (!target.uri.empty())
    return render_location(target.uri, {{"name", task.job}, {"output_name", name}, {"default_datastore", store}});
  if (name == "artifacts" || name == "default")
    return "azureml://datastores/workspaceartifactstore/paths/" + run_folder(task.job) + "/";
  auto const end = target.type == "uri_file" ? "" : "/";
  return "azureml://datastores/" + store + "/paths/azureml/" + task.job + "/" + name + end;
}

Json output_record(std::string const& type, std::string const& uri, std::string const& mode) {
  return {{"jobOutputType", type},
          {"uri", uri},
          {"mode", mode.empty() || base::lower_case(mode) == "rw_mount" || base::lower_case(mode) == "mount"
                       ? "ReadWriteMount"
                       : mode}};
}

}  // namespace

bool Slots::acquire(std::stop_token const& stop) {
  std::unique_lock lock{mutex_};
  if (!changed_.wait(lock, stop, [&] { return free_ > 0; })) return false;
  --free_;
  return true;
}

void Slots::release() {
  std::scoped_lock lock{mutex_};
  ++free_;
  changed_.notify_one();
}

Result<std::map<std::string, StepRunner::Value>> StepRunner::inputs(Task const& task) const {
  std::map<std::string, Value> out;
  for (auto const& [name, port] : task.step.inputs) {
    auto const in = [&](Error error) { return std::move(error).with("input", name); };
    std::optional<Given> given;
    std::string identity;
    if (auto const at = task.step.given.find(name); at != task.step.given.end()) {
      given = at->second;
      auto binding = parse_binding(given->text);
      if (!binding) return in(std::move(binding).error());
      if (*binding) {
        auto const wished = given->mode;
        given.reset();
        if ((*binding)->to == Binding::To::step_output) {
          auto const& source = task.earlier.at((*binding)->step);
          auto const& output = member(source.outputs, (*binding)->name);
          given =
              Given{.text = {}, .uri = text_of(output, "uri"), .type = text_of(output, "jobOutputType"), .mode = {}};
          identity = source.identity + "/" + (*binding)->name;
        } else if (auto const parent = task.plan.inputs.find((*binding)->name); parent != task.plan.inputs.end()) {
          given = parent->second;
        }
        if (given && !wished.empty()) given->mode = wished;
      }
    }
    if (!given) {
      if (port.otherwise)
        out[name] = {.data = false,
                     .text = *port.otherwise,
                     .uri = {},
                     .type = "literal",
                     .mode = {},
                     .identity = "literal:" + *port.otherwise};
      continue;
    }
    if (!given->data()) {
      out[name] = {.data = false,
                   .text = given->text,
                   .uri = {},
                   .type = "literal",
                   .mode = {},
                   .identity = "literal:" + given->text};
      continue;
    }
    auto const mode = given->mode.empty() ? port.mode : given->mode;
    Value value{
        .data = true, .text = given->uri, .uri = given->uri, .type = given->type, .mode = mode, .identity = identity};
    auto at = resolve_uri(wiring_.store, given->uri);
    if (!is_direct(mode)) {
      if (!at) return in(std::move(at).error());
      std::error_code ec;
      if (!fs::exists(*at, ec)) return in(Error{Errc::not_found, "nothing lies at " + given->uri});
      value.text = at->string();
      while (value.text.size() > 1 && value.text.back() == '/') value.text.pop_back();
    }
    if (value.identity.empty() && task.parent.empty()) {
      value.identity = "uri:" + given->uri;  // a job of its own is never reused: no need to read its data
    } else if (value.identity.empty()) {
      auto digest = at ? content_digest(*at) : Result<std::string>{at.error()};
      if (!digest && !is_direct(mode)) return in(std::move(digest).error());
      value.identity = digest ? "content:" + *digest : "uri:" + given->uri;
    }
    out[name] = std::move(value);
  }
  return out;
}

Result<StepRunner::Prepared> StepRunner::prepare(Task const& task) const {
  Prepared out;
  auto values = inputs(task);
  if (!values) return std::move(values).error();
  out.inputs = *std::move(values);
  for (auto const& [name, target] : task.step.targets) {
    auto const in = [&](Error error) { return std::move(error).with("output", name); };
    auto uri = output_uri(task, name, target);
    if (!uri) return in(std::move(uri).error());
    auto path = resolve_uri(wiring_.store, *uri);
    if (!path) return in(std::move(path).error());
    auto text = path->string();
    while (text.size() > 1 && text.back() == '/') text.pop_back();
    out.paths[name] = text;
    out.outputs[name] = output_record(target.type, *uri, target.mode);
  }
  out.outputs["default"] =
      output_record("uri_folder", "azureml://datastores/workspaceartifactstore/" + run_folder(task.job), {});

  std::string code = "none";
  if (!task.step.code.empty()) {
    auto folder = code_folder(wiring_.store, without_prefix(task.step.code));
    if (!folder) return std::move(folder).error();
    auto digest = content_digest(*folder);
    if (!digest) return std::move(digest).error();
    code = *digest;
  }
  auto environment = environment_digest(wiring_.store, task.step.environment);
  if (!environment) return std::move(environment).error();
  Identities identities;
  for (auto const& [name, value] : out.inputs) identities[name] = value.identity;
  out.parts = reuse_parts(task.step, identities, code, *environment);
  out.key = reuse_key(out.parts);
  return out;
}

Result<void> StepRunner::create(Task const& task) const {
  if (task.parent.empty()) return {};
  auto const& step = task.step;
  Json properties{{"jobType", "Command"},
                  {"displayName", step.name},
                  {"experimentName", task.plan.experiment},
                  {"status", "NotStarted"},
                  {"isArchived", false},
                  {"componentId", step.component_id},
                  {"command", step.command},
                  {"environmentVariables", step.environment_variables},
                  {"inputs", Json::object()},
                  {"outputs", Json::object()},
                  {"resources", {{"instanceCount", 1}, {"properties", Json::object()}}},
                  {"tags", Json::object()},
                  {"properties",
                   {{"azureml.pipelinerunid", task.parent},
                    {"azureml.rootpipelinerunid", task.parent},
                    {"azureml.moduleName", step.name},
                    {"azureml.runsource", "azureml.StepRun"}}}};
  for (auto const& [name, value] :
       {std::pair{"codeId", without_prefix(step.code)}, std::pair{"environmentId", without_prefix(step.environment)},
        std::pair{"computeId", step.compute_id}})
    if (!value.empty()) properties[name] = value;
  auto put = wiring_.store.put("jobs/" + task.job, Json{{"name", task.job}, {"properties", std::move(properties)}});
  if (!put) return std::move(put).error();
  return {};
}

Result<std::optional<StepResult>> StepRunner::reuse(Task const& task, Prepared const& prepared, std::string& reason) {
  auto hit = find_hit(wiring_.store, prepared.key, reason);
  if (!hit) return std::move(hit).error();
  if (*hit) {
    auto const& from = **hit;
    auto const why = "same component, code, environment and inputs as job " + from.job;
    auto noted = change_job(wiring_.store, task.job, [&](Json& properties) {
      properties["outputs"] = from.outputs;
      auto& notes = properties["properties"];
      notes["azureml.isreused"] = "true";
      notes["azureml.reusedrunid"] = from.job;
      notes["azureml.reusedpipelinerunid"] = from.parent;
      notes["podium.reuse"] = why;
    });
    if (!noted) return std::move(noted).error();
    return std::optional{StepResult{Outcome::completed, task.job, {}, "step:" + prepared.key, from.outputs}};
  }
  if (!reason.empty()) return std::optional<StepResult>{};
  auto nearest = wiring_.store.nearest_reuse(task.step.component_name);
  if (!nearest) return std::move(nearest).error();
  reason = *nearest
               ? first_difference(member((*nearest)->parts, "parts"), prepared.parts) + " since job " + (*nearest)->job
               : "first run of this component";
  return std::optional<StepResult>{};
}

std::vector<std::pair<std::string, std::string>> StepRunner::environment(Task const& task,
                                                                         Prepared const& prepared) const {
  auto const& address = wiring_.address;
  std::vector<std::pair<std::string, std::string>> out{
      {"MLFLOW_TRACKING_URI", task.tracking_url},
      {"MLFLOW_RUN_ID", task.job},
      {"MLFLOW_EXPERIMENT_NAME", task.plan.experiment},
      {"AZUREML_RUN_ID", task.job},
      {"AZUREML_ROOT_RUN_ID", task.parent.empty() ? task.job : task.parent},
      {"AZUREML_ARM_SUBSCRIPTION", address.subscription_id},
      {"AZUREML_ARM_RESOURCEGROUP", address.resource_group},
      {"AZUREML_ARM_WORKSPACE_NAME", address.workspace_name},
      {"AZUREML_ARM_PROJECT_NAME", task.plan.experiment},
      {"AZUREML_CR_HT_CAP_outputs_PATH", "outputs"},
      {"AZUREML_CR_HT_CAP_logs_PATH", "logs"}};
  for (auto const& [name, value] : prepared.inputs) {
    if (!value.data) {
      out.emplace_back("AZUREML_PARAMETER_" + name, value.text);
      continue;
    }
    out.emplace_back("AZURE_ML_INPUT_" + name, value.text);
    out.emplace_back("AZUREML_DATAREFERENCE_" + name, value.text);
  }
  for (auto const& [name, path] : prepared.paths) {
    out.emplace_back("AZURE_ML_OUTPUT_" + name, path.string());
    out.emplace_back("AZUREML_DATAREFERENCE_" + name, path.string());
  }
  for (auto const& [name, value] : task.step.environment_variables) {
    auto const binding = parse_binding(value);
    bool const bound = binding && *binding && (*binding)->to == Binding::To::parent_input;
    auto const parent = bound ? task.plan.inputs.find((*binding)->name) : task.plan.inputs.end();
    out.emplace_back(name, parent == task.plan.inputs.end() ? value : parent->second.text);
  }
  return out;
}

Result<void> StepRunner::complete(Task const& task, Prepared const& prepared) {
  Json digests = Json::object();
  for (auto const& [name, path] : prepared.paths) {
    auto const& target = task.step.targets.at(name);
    auto const uri = text_of(member(prepared.outputs, name), "uri");
    if (!target.asset_name.empty()) {
      auto made = register_output(wiring_.store, task.job, target.type, uri, target.asset_name, target.asset_version);
      if (!made) return std::move(made).error().with("output", name);
    }
    if (task.parent.empty() || !task.step.deterministic) continue;
    auto digest = content_digest(path);
    if (digest)
      digests[name] = *digest;
    else if (digest.error().code() != Errc::not_found)
      return std::move(digest).error().with("output", name);
  }
  if (task.parent.empty() || !task.step.deterministic) return {};
  return wiring_.store.remember_reuse(task.step.component_name,
                                      {prepared.key, task.job, Json{{"parts", prepared.parts}, {"outputs", digests}}});
}

Result<StepResult> StepRunner::execute(Task const& task, Prepared const& prepared, std::stop_token const& stop) {
  auto command = render_command(task.step.command, [&](Reference const& reference) -> std::optional<Replacement> {
    if (reference.kind == "outputs") return Replacement{prepared.paths.at(reference.name).string(), true};
    auto const at = prepared.inputs.find(reference.name);
    if (at == prepared.inputs.end()) return std::nullopt;
    return Replacement{at->second.text, at->second.data};
  });
  if (!command) return std::move(command).error();
  for (auto const& [name, path] : prepared.paths) {
    std::error_code ec;
    bool const file = task.step.targets.at(name).type == "uri_file";
    fs::create_directories(file ? path.parent_path() : path, ec);
    if (ec) return file_error("cannot make the folder of output `" + name + "`", ec, path);
  }
  (void)set_status(wiring_.store, task.job, "Queued");
  StepResult out{Outcome::canceled, task.job, label_of(task) + " was cancelled", "job:" + task.job, prepared.outputs};
  if (!slots_.acquire(stop)) return out;
  struct Release {
    Slots& slots;
    ~Release() { slots.release(); }
  } const release{slots_};
  if (stop.stop_requested()) return out;
  auto const end =
      run_command(wiring_.store, wiring_.options,
                  {task.job, label_of(task), *command, without_prefix(task.step.code), environment(task, prepared),
                   task.step.timeout},
                  stop, [&](std::string_view status) { (void)set_status(wiring_.store, task.job, status); });
  out.outcome = end.outcome;
  out.error = end.error;
  if (out.outcome != Outcome::completed) return out;
  if (auto done = complete(task, prepared); !done) return std::move(done).error();
  // Before the key is given back: who waited for it wants to find a completed job.
  if (auto ended = end_job(wiring_.store, task.job, "Completed", {}); !ended) return std::move(ended).error();
  if (task.step.deterministic && !task.parent.empty()) out.identity = "step:" + prepared.key;
  return out;
}

Result<StepResult> StepRunner::carry_out(Task const& task, Prepared& prepared, std::stop_token const& stop) {
  auto noted = change_job(wiring_.store, task.job, [&](Json& properties) {
    if (!task.parent.empty()) {
      auto& inputs = properties["inputs"] = Json::object();
      for (auto const& [name, value] : prepared.inputs)
        inputs[name] = value.data ? Json{{"jobInputType", value.type.empty() ? "uri_folder" : value.type},
                                         {"uri", value.uri},
                                         {"mode", is_direct(value.mode) ? "Direct" : "ReadOnlyMount"}}
                                  : Json{{"jobInputType", "literal"}, {"value", value.text}};
    }
    properties["outputs"] = prepared.outputs;
  });
  if (!noted) return std::move(noted).error();
  if (task.parent.empty()) return execute(task, prepared, stop);

  std::string reason;
  std::unique_ptr<InFlight::Ticket> ticket;
  if (!task.step.deterministic) {
    reason = "the component is not deterministic";
  } else if (task.plan.force_rerun) {
    reason = "force_rerun is set";
  } else {
    ticket = in_flight_.enter(prepared.key, stop);
    if (!ticket)
      return StepResult{Outcome::canceled, task.job, label_of(task) + " was cancelled", "job:" + task.job,
                        Json::object()};
    auto reused = reuse(task, prepared, reason);
    if (!reused) return std::move(reused).error();
    if (*reused) return **std::move(reused);
  }
  noted =
      change_job(wiring_.store, task.job, [&](Json& properties) { properties["properties"]["podium.reuse"] = reason; });
  if (!noted) return std::move(noted).error();
  return execute(task, prepared, stop);
}

StepResult StepRunner::run(Task const& task, std::stop_token const& stop) {
  auto const attempt = [&]() -> Result<StepResult> {
    if (auto created = create(task); !created) return std::move(created).error();
    auto prepared = prepare(task);
    if (!prepared) return std::move(prepared).error();
    return carry_out(task, *prepared, stop);
  };
  auto const failed = [&](std::string const& why) {
    return StepResult{Outcome::failed, task.job, label_of(task) + ": " + why, "job:" + task.job, Json::object()};
  };
  StepResult result;
  try {
    auto tried = attempt();
    result = tried ? *std::move(tried) : failed(tried.error().to_string());
  } catch (std::exception const& broken) {
    result = failed(broken.what());
  }
  auto const word = result.outcome == Outcome::completed ? "Completed"
                    : result.outcome == Outcome::failed  ? "Failed"
                                                         : "Canceled";
  if (auto ended = end_job(wiring_.store, task.job, word, result.error);
      !ended && result.outcome == Outcome::completed) {
    result.outcome = Outcome::failed;
    result.error = label_of(task) + ": " + ended.error().to_string();
  }
  return result;
}

}  // namespace podium::inline v0::local
