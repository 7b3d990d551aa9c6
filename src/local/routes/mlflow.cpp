#include "local/routes/mlflow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace podium::inline v0::local {
namespace {

[[noreturn]] void missing(std::string_view what, std::string_view name) {
  throw Refusal{404, "RESOURCE_DOES_NOT_EXIST", "could not find " + std::string{what} + " `" + std::string{name} + "`"};
}

std::string run_id_of(Json const& body) {
  auto id = text_of(body, "run_id");
  if (id.empty()) id = text_of(body, "run_uuid");
  if (id.empty()) user_error("`run_id` is missing");
  return id;
}
std::string run_id_of(Call const& call) {
  auto const id = call.ask("run_id");
  return id.empty() ? call.ask("run_uuid") : id;
}

std::string artifact_uri(Run const& run) {
  return "mlflow-artifacts:/" + run.experiment_id + "/" + run.id + "/artifacts";
}

/// JSON has no word for what is no number; MLflow's protocol writes it as a text.
Json number_json(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

double number_of(Json const& value) {
  if (value.is_number()) return value.get<double>();
  auto const text = text_of(value);
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  try {
    std::size_t used = 0;
    auto const number = std::stod(text, &used);
    if (used == text.size()) return number;
  } catch (std::exception const&) {
  }
  user_error("a metric's `value` must be a number");
}

Json metric_json(RunMetric const& metric) {
  return {{"key", metric.key},
          {"value", number_json(metric.value)},
          {"timestamp", metric.timestamp_ms},
          {"step", metric.step}};
}

Json info_json(Run const& run) {
  Json out{{"run_id", run.id},
           {"run_uuid", run.id},
           {"run_name", run.name},
           {"experiment_id", run.experiment_id},
           {"user_id", run.user},
           {"status", run.status},
           {"start_time", run.started_ms},
           {"artifact_uri", artifact_uri(run)},
           {"lifecycle_stage", run.stage}};
  if (run.ended_ms) out["end_time"] = run.ended_ms;
  return out;
}

Json run_json(Run const& run) {
  Json metrics = Json::array();
  for (auto const& metric : run.metrics) metrics.push_back(metric_json(metric));
  Json params = Json::array();
  for (auto const& [key, value] : run.params) params.push_back({{"key", key}, {"value", value}});
  Json tags = Json::array();
  for (auto const& [key, value] : run.tags) tags.push_back({{"key", key}, {"value", value}});
  Json out{{"info", info_json(run)},
           {"data", {{"metrics", metrics}, {"params", params}, {"tags", tags}}},
           {"inputs", run.inputs},
           {"outputs", run.outputs}};
  if (!member(out["inputs"], "dataset_inputs").is_array()) out["inputs"]["dataset_inputs"] = Json::array();
  return out;
}

Json experiment_json(Experiment const& experiment) {
  return {{"experiment_id", experiment.id},
          {"name", experiment.name},
          {"artifact_location", "mlflow-artifacts:/" + experiment.id},
          {"lifecycle_stage", experiment.stage},
          {"creation_time", experiment.created_ms},
          {"last_update_time", experiment.modified_ms},
          {"tags", tag_list(experiment.tags)}};
}

std::vector<std::pair<std::string, std::string>> pairs_of(Json const& list) {
  std::vector<std::pair<std::string, std::string>> out;
  if (!list.is_array()) return out;
  for (auto const& item : list) {
    auto key = text_of(item, "key");
    if (key.empty()) user_error("a parameter or tag has no `key`");
    out.emplace_back(std::move(key), text_of(item, "value"));
  }
  return out;
}

RunMetric metric_of(Json const& item) {
  RunMetric out;
  out.key = text_of(item, "key");
  if (out.key.empty()) user_error("a metric has no `key`");
  out.value = number_of(member(item, "value"));
  out.timestamp_ms = integer_of(member(item, "timestamp"), now_ms());
  out.step = integer_of(member(item, "step"), 0);
  return out;
}

Experiment require_experiment(Call const& call, std::string const& id) {
  // "0" is MLflow's default experiment.
  if (id == "0") return take(call.site.tracking.experiment_for("Default"));
  auto found = take(call.site.tracking.experiment(id));
  if (!found) missing("experiment", id);
  return *std::move(found);
}

Run require_run(Call const& call, std::string const& id) {
  auto found = take(call.site.tracking.run(id));
  if (!found) missing("run", id);
  return *std::move(found);
}

// --- experiments

http::Response create_experiment(Call& call) {
  auto const body = object_body(call);
  auto const name = text_of(body, "name");
  if (name.empty()) user_error("an experiment needs a `name`");
  auto made = call.site.tracking.create_experiment(name, tag_map(member(body, "tags")));
  if (!made && made.error().code() == Errc::conflict)
    throw Refusal{400, "RESOURCE_ALREADY_EXISTS", made.error().message()};
  return reply(200, {{"experiment_id", take(std::move(made)).id}});
}

http::Response get_experiment(Call& call) {
  return reply(200, {{"experiment", experiment_json(require_experiment(call, call.ask("experiment_id")))}});
}

http::Response experiment_by_name(Call& call) {
  auto const name = call.ask("experiment_name");
  auto const found = take(call.site.tracking.experiment_named(name));
  if (!found) missing("experiment", name);
  return reply(200, {{"experiment", experiment_json(*found)}});
}

http::Response search_experiments(Call& call) {
  auto const body = call.method == "POST" ? object_body(call, true) : Json::object();
  auto view = text_of(body, "view_type");
  if (view.empty()) view = call.ask("view_type");
  auto const filter = text_of(body, "filter").empty() ? call.ask("filter") : text_of(body, "filter");
  if (!filter.empty()) user_error("experiments cannot be filtered in the local workspace; list them all");
  Json value = Json::array();
  for (auto const& experiment : take(call.site.tracking.experiments())) {
    if ((view.empty() || view == "ACTIVE_ONLY") && experiment.stage != "active") continue;
    if (view == "DELETED_ONLY" && experiment.stage != "deleted") continue;
    value.push_back(experiment_json(experiment));
  }
  return reply(200, {{"experiments", value}});
}

http::Response change_experiment(Call& call, std::function<void(Experiment&, Json const&)> const& change) {
  auto const body = object_body(call);
  auto const id = text_of(body, "experiment_id");
  if (!take(call.site.tracking.change_experiment(id, [&](Experiment& experiment) { change(experiment, body); })))
    missing("experiment", id);
  return reply(200, Json::object());
}

// --- runs

http::Response create_run(Call& call) {
  auto const body = object_body(call);
  auto const experiment =
      require_experiment(call, text_of(body, "experiment_id").empty() ? "0" : text_of(body, "experiment_id"));
  if (experiment.stage != "active") user_error("experiment `" + experiment.name + "` is deleted");
  Run run;
  run.experiment_id = experiment.id;
  run.user = text_of(body, "user_id");
  run.name = text_of(body, "run_name");
  run.status = "RUNNING";
  run.started_ms = integer_of(member(body, "start_time"), now_ms());
  run.tags = pairs_of(member(body, "tags"));
  for (auto const& [key, value] : run.tags)
    if (key == "mlflow.runName" && run.name.empty()) run.name = value;
  if (run.name.empty()) run.name = "run";
  if (std::none_of(run.tags.begin(), run.tags.end(), [](auto const& tag) { return tag.first == "mlflow.runName"; }))
    run.tags.emplace_back("mlflow.runName", run.name);
  return reply(200, {{"run", run_json(take(call.site.tracking.create_run(std::move(run))))}});
}

http::Response get_run(Call& call) { return reply(200, {{"run", run_json(require_run(call, run_id_of(call)))}}); }

http::Response update_run(Call& call) {
  auto const body = object_body(call);
  auto const id = run_id_of(body);
  auto const status = text_of(body, "status");
  auto const name = text_of(body, "run_name");
  if (!status.empty() && status != "RUNNING" && status != "SCHEDULED" && status != "FINISHED" && status != "FAILED" &&
      status != "KILLED")
    user_error("`" + status + "` is no status of a run");
  auto const known = take(call.site.tracking.change_run(id, [&](Run& run) {
    if (!status.empty()) run.status = status;
    if (!name.empty()) run.name = name;
    if (status == "RUNNING" || status == "SCHEDULED") run.ended_ms = 0;
    run.ended_ms = integer_of(member(body, "end_time"), run.ended_ms);
  }));
  if (!known) missing("run", id);
  if (!name.empty()) take(call.site.tracking.log(id, {{}, {}, {{"mlflow.runName", name}}}));
  return reply(200, {{"run_info", info_json(require_run(call, id))}});
}

http::Response set_stage(Call& call, std::string const& stage) {
  auto const id = run_id_of(object_body(call));
  if (!take(call.site.tracking.change_run(id, [&](Run& run) { run.stage = stage; }))) missing("run", id);
  return reply(200, Json::object());
}

http::Response search_runs(Call& call) {
  auto const body = object_body(call);
  RunSearch search;
  if (member(body, "experiment_ids").is_array())
    for (auto const& id : body["experiment_ids"]) {
      auto const text = text_of(id);
      search.experiments.push_back(text == "0" ? require_experiment(call, text).id : text);
    }
  search.filter = text_of(body, "filter");
  if (member(body, "order_by").is_array())
    for (auto const& term : body["order_by"]) search.order_by.push_back(text_of(term));
  if (!text_of(body, "run_view_type").empty()) search.view = text_of(body, "run_view_type");
  search.limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(integer_of(member(body, "max_results"), 1000), 1, 50'000));
  search.offset =
      static_cast<std::size_t>(std::clamp<std::int64_t>(integer_of(member(body, "page_token"), 0), 0, 1'000'000'000));
  auto const found = take(call.site.tracking.search(search));
  Json runs = Json::array();
  for (auto const& run : found.runs) runs.push_back(run_json(run));
  Json out{{"runs", runs}};
  if (found.more) out["next_page_token"] = std::to_string(search.offset + found.runs.size());
  return reply(200, out);
}

http::Response log(Call& call, std::string const& id, RunData const& data) {
  auto done = call.site.tracking.log(id, data);
  if (!done && done.error().code() == Errc::not_found) missing("run", id);
  if (!done && done.error().code() == Errc::conflict) user_error(done.error().message());
  take(std::move(done));
  return reply(200, Json::object());
}

http::Response log_metric(Call& call) {
  auto const body = object_body(call);
  return log(call, run_id_of(body), {{metric_of(body)}, {}, {}});
}

http::Response log_parameter(Call& call) {
  auto const body = object_body(call);
  if (text_of(body, "key").empty()) user_error("a parameter has no `key`");
  return log(call, run_id_of(body), {{}, {{text_of(body, "key"), text_of(body, "value")}}, {}});
}

http::Response set_tag(Call& call) {
  auto const body = object_body(call);
  if (text_of(body, "key").empty()) user_error("a tag has no `key`");
  return log(call, run_id_of(body), {{}, {}, {{text_of(body, "key"), text_of(body, "value")}}});
}

http::Response log_batch(Call& call) {
  auto const body = object_body(call);
  RunData data;
  if (member(body, "metrics").is_array())
    for (auto const& item : body["metrics"]) data.metrics.push_back(metric_of(item));
  data.params = pairs_of(member(body, "params"));
  data.tags = pairs_of(member(body, "tags"));
  return log(call, run_id_of(body), data);
}

http::Response delete_tag(Call& call) {
  auto const body = object_body(call);
  auto const id = run_id_of(body);
  require_run(call, id);
  if (!take(call.site.tracking.delete_tag(id, text_of(body, "key")))) missing("tag", text_of(body, "key"));
  return reply(200, Json::object());
}

http::Response history(Call& call) {
  auto const run = require_run(call, run_id_of(call));
  auto const all = take(call.site.tracking.history(run.id, call.ask("metric_key")));
  auto const from =
      static_cast<std::size_t>(std::clamp<std::int64_t>(integer_of(call.ask("page_token"), 0), 0, 1'000'000'000));
  auto const limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(integer_of(call.ask("max_results"), 25'000), 1, 25'000));
  Json metrics = Json::array();
  for (std::size_t i = from; i < all.size() && metrics.size() < limit; ++i) metrics.push_back(metric_json(all[i]));
  Json out{{"metrics", metrics}};
  if (from + metrics.size() < all.size()) out["next_page_token"] = std::to_string(from + metrics.size());
  return reply(200, out);
}

http::Response add_to_run(Call& call, bool inputs) {
  auto const body = object_body(call);
  auto const id = run_id_of(body);
  auto const known = take(call.site.tracking.change_run(id, [&](Run& run) {
    auto& target = inputs ? run.inputs : run.outputs;
    auto const append = [&](char const* from, char const* to) {
      if (!member(body, from).is_array()) return;
      if (!member(target, to).is_array()) target[to] = Json::array();
      for (auto const& item : body[from]) target[to].push_back(item);
    };
    if (inputs) append("datasets", "dataset_inputs");
    append("models", inputs ? "model_inputs" : "model_outputs");
  }));
  if (!known) missing("run", id);
  return reply(200, Json::object());
}

/// MLflow 2 keeps a list of the models a run made in a tag.
http::Response log_model(Call& call) {
  auto const body = object_body(call);
  auto const run = require_run(call, run_id_of(body));
  auto const model = parse_json(text_of(body, "model_json"));
  Json known = Json::array();
  for (auto const& [key, value] : run.tags)
    if (key == "mlflow.log-model.history") known = parse_json(value);
  if (!known.is_array()) known = Json::array();
  known.push_back(model);
  return log(call, run.id, {{}, {}, {{"mlflow.log-model.history", stored_text(known)}}});
}

http::Response list_artifacts(Call& call) {
  auto const run = require_run(call, run_id_of(call));
  auto const prefix = clean_path(call.ask("path"));
  if (!prefix) user_error("`" + call.ask("path") + "` is no path of an artifact");
  auto const folder =
      path_of(call.site.store, {"workspaceartifactstore", clean_path(run_folder(run.id) + "/" + *prefix).value_or("")});
  Json files = Json::array();
  std::error_code ec;
  for (auto it = std::filesystem::directory_iterator{folder, ec}; !ec && it != std::filesystem::directory_iterator{};
       it.increment(ec)) {
    std::error_code ignored;
    bool const is_folder = it->is_directory(ignored);
    Json file{{"path", (prefix->empty() ? "" : *prefix + "/") + it->path().filename().string()}, {"is_dir", is_folder}};
    if (!is_folder) file["file_size"] = it->file_size(ignored);
    files.push_back(std::move(file));
  }
  std::sort(files.begin(), files.end(), [](Json const& a, Json const& b) { return a["path"] < b["path"]; });
  return reply(200, {{"root_uri", artifact_uri(run)}, {"files", files}});
}

}  // namespace

Json tag_list(Json const& map) {
  Json out = Json::array();
  if (map.is_object())
    for (auto const& [key, value] : map.items()) out.push_back({{"key", key}, {"value", text_of(value)}});
  return out;
}

Json tag_map(Json const& list) {
  Json out = Json::object();
  if (list.is_array())
    for (auto const& item : list)
      if (!text_of(item, "key").empty()) out[text_of(item, "key")] = text_of(item, "value");
  return out;
}

Routes const& mlflow_routes() {
  static Routes const routes = [] {
    Routes all{
        {"POST", "experiments/create", create_experiment},
        {"GET", "experiments/get", get_experiment},
        {"GET", "experiments/get-by-name", experiment_by_name},
        {"GET", "experiments/search", search_experiments},
        {"POST", "experiments/search", search_experiments},
        {"GET", "experiments/list", search_experiments},
        {"POST", "experiments/update",
         [](Call& call) {
           return change_experiment(call, [](Experiment& experiment, Json const& body) {
             if (!text_of(body, "new_name").empty()) experiment.name = text_of(body, "new_name");
           });
         }},
        {"POST", "experiments/delete",
         [](Call& call) {
           return change_experiment(call, [](Experiment& experiment, Json const&) { experiment.stage = "deleted"; });
         }},
        {"POST", "experiments/restore",
         [](Call& call) {
           return change_experiment(call, [](Experiment& experiment, Json const&) { experiment.stage = "active"; });
         }},
        {"POST", "experiments/set-experiment-tag",
         [](Call& call) {
           return change_experiment(call, [](Experiment& experiment, Json const& body) {
             experiment.tags[text_of(body, "key")] = text_of(body, "value");
           });
         }},
        {"POST", "runs/create", create_run},
        {"GET", "runs/get", get_run},
        {"POST", "runs/update", update_run},
        {"POST", "runs/delete", [](Call& call) { return set_stage(call, "deleted"); }},
        {"POST", "runs/restore", [](Call& call) { return set_stage(call, "active"); }},
        {"POST", "runs/search", search_runs},
        {"POST", "runs/log-metric", log_metric},
        {"POST", "runs/log-parameter", log_parameter},
        {"POST", "runs/log-batch", log_batch},
        {"POST", "runs/set-tag", set_tag},
        {"POST", "runs/delete-tag", delete_tag},
        {"POST", "runs/log-model", log_model},
        {"POST", "runs/log-inputs", [](Call& call) { return add_to_run(call, true); }},
        {"POST", "runs/outputs", [](Call& call) { return add_to_run(call, false); }},
        {"GET", "metrics/get-history", history},
        {"GET", "artifacts/list", list_artifacts}};
    add_mlflow_model_routes(all);
    return all;
  }();
  return routes;
}

}  // namespace podium::inline v0::local
