#include "local/scoring/setup.hpp"

#include "base/ids.hpp"
#include "base/letters.hpp"
#include "local/executor/content.hpp"
#include "local/executor/plan.hpp"
#include "local/executor/run_command.hpp"
#include "local/store_state.hpp"

#include <algorithm>
#include <cstdlib>

namespace podium::inline v0::local {
namespace fs = std::filesystem;
namespace {

bool plain_name(std::string const& name) {
  return !name.empty() && name.front() != '.' && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

/// {root}/azureml-models/{name}/{version}/{file or folder of the model}: what AZUREML_MODEL_DIR shows.
Result<std::string> place_model(Store const& store, std::string const& model, fs::path const& root) {
  auto at = resolve_uri(store, model);
  if (!at) return std::move(at).error();
  auto path = at->string();
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  fs::path const source{path};
  std::error_code ec;
  if (!fs::exists(source, ec)) return Error{Errc::not_found, "the model is not there"}.with("model", model);
  std::string name = "model", version = "1";
  if (auto id = asset_id(store, "models", model)) {
    auto const first = id->find('/'), second = id->find('/', first + 1);
    name = id->substr(first + 1, second - first - 1);
    version = id->substr(id->rfind('/') + 1);
  }
  auto const folder = root / "azureml-models" / name / version;
  fs::create_directories(folder, ec);
  // Real folders, as on Azure: a script that searches for its model does not follow links.  Hard links cost no space;
  // where they cannot be made, the files are copied.
  auto const target = folder / source.filename();
  if (!ec) fs::copy(source, target, fs::copy_options::recursive | fs::copy_options::create_hard_links, ec);
  if (ec) {
    fs::remove_all(target, ec);
    fs::copy(source, target, fs::copy_options::recursive, ec);
  }
  if (ec) return file_error("cannot put the model in place", ec, folder);
  return folder.string();
}

std::shared_ptr<Collector> collector(Store const& store, std::string const& endpoint, std::string const& deployment,
                                     Json const& properties, std::string const& collection, std::string const& file) {
  auto const& settings =
      either(member(either(properties, "data_collector", "dataCollector"), "collections"), collection, collection);
  auto const mode = base::lower_case(text_of(either(settings, "data_collection_mode", "dataCollectionMode")));
  auto const enabled = base::lower_case(text_of(settings, "enabled"));
  if (mode != "enabled" && enabled != "true") return nullptr;
  auto const rate = text_of(either(settings, "sampling_rate", "samplingRate"));
  return std::make_shared<Collector>(
      store.folder() / "datastores" / "workspaceblobstore" / "modelDataCollector" / endpoint / deployment / collection,
      file, "onlineEndpoints/" + endpoint + "/deployments/" + deployment, "azureml.inference." + collection,
      rate.empty() ? 1.0 : std::strtod(rate.c_str(), nullptr));
}

int positive(Json const& value, int otherwise) {
  auto const text = text_of(value);
  auto const number = std::strtol(text.c_str(), nullptr, 10);
  return number > 0 && number < 10000 ? static_cast<int>(number) : otherwise;
}

}  // namespace

Result<void> check_names(std::string const& endpoint, std::string const& deployment) {
  if (plain_name(endpoint) && plain_name(deployment)) return {};
  return Error{Errc::invalid_argument, "`" + endpoint + "/" + deployment + "` does not name a deployment"};
}

fs::path serving_folder(Store const& store, std::string const& endpoint, std::string const& deployment) {
  return store.folder() / "runs" / "serving" / base::lower_case(endpoint) / base::lower_case(deployment);
}

fs::path serving_log(Store const& store, std::string const& endpoint, std::string const& deployment) {
  return store.folder() / "logs" / "onlineEndpoints" / base::lower_case(endpoint) /
         (base::lower_case(deployment) + ".txt");
}

Result<ServingPlan> plan_serving(Scoring::Wiring const& wiring, std::string const& endpoint,
                                 std::string const& deployment) {
  auto const& store = wiring.store;
  if (auto ok = check_names(endpoint, deployment); !ok) return std::move(ok).error();
  auto resource = store.get("onlineEndpoints/" + endpoint + "/deployments/" + deployment);
  if (!resource) return std::move(resource).error();
  if (!*resource) return Error{Errc::not_found, "endpoint `" + endpoint + "` has no deployment `" + deployment + "`"};
  auto const& body = (*resource)->body;
  auto const& properties = member(body, "properties");
  auto const& code = either(properties, "code_configuration", "codeConfiguration");
  auto const script = text_of(either(code, "scoring_script", "scoringScript"));
  if (script.empty())
    return Error{Errc::invalid_argument,
                 "a deployment without a scoring script is not supported by the local workspace"};
  auto python = find_interpreter(wiring.options.python);
  if (!python) return std::move(python).error();

  // A folder per start: the workers before this one may still use theirs.
  auto const root = serving_folder(store, endpoint, deployment) / base::random_text(8);
  std::error_code ec;
  fs::create_directories(root / "code", ec);
  if (ec) return file_error("cannot make the folder of the deployment", ec, root);
  auto const code_id = text_of(either(code, "code_id", "codeId"));
  if (code_id.empty()) return Error{Errc::invalid_argument, "the deployment has a scoring script but no code"};
  auto from = code_folder(store, code_id);
  if (!from) return std::move(from).error();
  if (auto copied = copy_tree(*from, fs::is_directory(*from, ec) ? root / "code" : root / "code" / from->filename());
      !copied)
    return std::move(copied).error();

  std::map<std::string, std::string> environment;
  for (auto& [name, value] : inherited_environment()) environment[name] = value;
  environment["OMP_NUM_THREADS"] = "1";
  environment["PATH"] = python->program.parent_path().string() + ":" + environment["PATH"];
  environment["PYTHONUNBUFFERED"] = "1";
  environment["AML_APP_ROOT"] = (root / "code").string();
  environment["AZUREML_ENTRY_SCRIPT"] = script;
  environment["AZUREML_ARM_WORKSPACE_NAME"] = wiring.address.workspace_name;
  environment["AZUREML_ARM_SUBSCRIPTION"] = wiring.address.subscription_id;
  environment["AZUREML_ARM_RESOURCEGROUP"] = wiring.address.resource_group;
  if (auto const model = text_of(properties, "model"); !model.empty()) {
    auto placed = place_model(store, model, root);
    if (!placed) return std::move(placed).error();
    environment["AZUREML_MODEL_DIR"] = *placed;
  }
  ServingPlan out;
  if (wiring.listener) {
    auto lease = wiring.listener();
    if (!lease) return std::move(lease).error();
    out.listener = *lease;
    if (out.listener) environment["MLFLOW_TRACKING_URI"] = *out.listener;
  }
  if (auto const& own = either(properties, "environment_variables", "environmentVariables"); own.is_object())
    for (auto const& [name, value] : own.items()) environment[name] = text_of(value);

  auto& worker = out.settings.worker;
  worker.python = python->program;
  worker.code = root / "code";
  worker.log = serving_log(store, endpoint, deployment);
  for (auto const& [name, value] : environment) worker.environment.push_back(name + "=" + value);
  out.settings.instances = positive(member(member(body, "sku"), "capacity"), 1);
  auto const& requests = either(properties, "request_settings", "requestSettings");
  out.settings.max_concurrent =
      positive(either(requests, "max_concurrent_requests_per_instance", "maxConcurrentRequestsPerInstance"), 1);
  if (auto const limit = duration_of(either(requests, "request_timeout", "requestTimeout")))
    out.settings.timeout = *limit;
  if (auto const limit = positive(member(requests, "request_timeout_ms"), 0))
    out.settings.timeout = std::chrono::milliseconds{limit};
  out.inputs = collector(store, endpoint, deployment, properties, "model_inputs", "inputs");
  out.outputs = collector(store, endpoint, deployment, properties, "model_outputs", "outputs");
  return out;
}

}  // namespace podium::inline v0::local
