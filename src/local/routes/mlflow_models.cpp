#include "base/letters.hpp"
#include "base/time.hpp"
#include "local/routes/mlflow.hpp"

#include <algorithm>
#include <chrono>

namespace podium::inline v0::local {
namespace {

[[noreturn]] void missing(std::string_view what, std::string_view name) {
  throw Refusal{404, "RESOURCE_DOES_NOT_EXIST", "could not find " + std::string{what} + " `" + std::string{name} + "`"};
}

std::string last_part(std::string const& id) { return id.substr(id.rfind('/') + 1); }

std::int64_t ms_of(std::string const& time) {
  auto const parsed = base::parse_rfc3339(time);
  return parsed ? std::chrono::duration_cast<std::chrono::milliseconds>(parsed->time_since_epoch()).count() : 0;
}

// --- logged models (MLflow 3)

Json model_json(Tracking::LoggedModel const& model) {
  auto const& body = model.body;
  return {{"model",
           {{"info",
             {{"model_id", model.id},
              {"experiment_id", model.experiment_id},
              {"name", text_of(body, "name")},
              {"creation_timestamp_ms", integer_of(member(body, "created"), 0)},
              {"last_updated_timestamp_ms", integer_of(member(body, "modified"), 0)},
              {"status", text_of(body, "status")},
              {"model_type", text_of(body, "model_type")},
              {"source_run_id", text_of(body, "source_run_id")},
              {"tags", tag_list(member(body, "tags"))},
              {"artifact_uri", "mlflow-artifacts:/" + model.experiment_id + "/models/" + model.id + "/artifacts"}}},
            {"data", {{"params", tag_list(member(body, "params"))}, {"metrics", Json::array()}}}}}};
}

Tracking::LoggedModel require_model(Call const& call, std::string const& id) {
  auto found = take(call.site.tracking.logged_model(id));
  if (!found) missing("logged model", id);
  return *std::move(found);
}

http::Response create_logged(Call& call) {
  auto const body = object_body(call);
  auto experiment = text_of(body, "experiment_id");
  if (experiment.empty() || experiment == "0") experiment = take(call.site.tracking.experiment_for("Default")).id;
  if (!take(call.site.tracking.experiment(experiment))) missing("experiment", experiment);
  auto const now = now_ms();
  Tracking::LoggedModel model{{},
                              experiment,
                              {{"name", text_of(body, "name").empty() ? "model" : text_of(body, "name")},
                               {"model_type", text_of(body, "model_type")},
                               {"source_run_id", text_of(body, "source_run_id")},
                               {"status", "LOGGED_MODEL_PENDING"},
                               {"tags", tag_map(member(body, "tags"))},
                               {"params", tag_map(member(body, "params"))},
                               {"created", now},
                               {"modified", now}}};
  return reply(200, model_json(take(call.site.tracking.put_logged_model(std::move(model)))));
}

http::Response get_logged(Call& call) { return reply(200, model_json(require_model(call, call.names[0]))); }

http::Response change_logged(Call& call, std::function<void(Json&, Json const&)> const& change) {
  auto const given = object_body(call);
  auto model = require_model(call, call.names[0]);
  change(model.body, given);
  model.body["modified"] = now_ms();
  return reply(200, model_json(take(call.site.tracking.put_logged_model(std::move(model)))));
}

http::Response search_logged(Call& call) {
  auto const body = object_body(call, true);
  std::vector<std::string> experiments;
  if (member(body, "experiment_ids").is_array())
    for (auto const& id : body["experiment_ids"]) experiments.push_back(text_of(id));
  auto const filter = text_of(body, "filter");
  // The one filter that MLflow's own client writes: name = '...'.
  std::string name;
  if (!filter.empty()) {
    auto const open = filter.find('\'');
    auto const close = filter.rfind('\'');
    if (!base::lower_case(filter).starts_with("name") || open == std::string::npos || close == open)
      user_error("logged models can only be filtered by name = '...'");
    name = filter.substr(open + 1, close - open - 1);
  }
  Json models = Json::array();
  for (auto const& model : take(call.site.tracking.logged_models(experiments)))
    if (name.empty() || text_of(model.body, "name") == name) models.push_back(model_json(model)["model"]);
  return reply(200, {{"models", models}});
}

// --- registered models: the workspace's own models, seen through MLflow

Json version_json(std::string const& name, Resource const& resource) {
  auto const& properties = member(resource.body, "properties");
  auto const& own = member(properties, "properties");
  auto source = text_of(own, "mlflow.source");
  if (source.empty()) source = text_of(properties, "modelUri");
  return {{"name", name},
          {"version", last_part(resource.id)},
          {"creation_timestamp", ms_of(resource.created_at)},
          {"last_updated_timestamp", ms_of(resource.modified_at)},
          {"user_id", "local"},
          {"current_stage", text_of(properties, "stage").empty() ? "None" : text_of(properties, "stage")},
          {"description", text_of(properties, "description")},
          {"source", source},
          {"run_id", text_of(properties, "jobName")},
          {"status", "READY"},
          {"tags", tag_list(member(properties, "tags"))}};
}

Json registered_json(Call const& call, Resource const& resource) {
  auto const& properties = member(resource.body, "properties");
  auto const name = last_part(resource.id);
  Json latest = Json::array();
  auto const versions = take(call.site.store.list(resource.id + "/versions"));
  if (!versions.empty()) latest.push_back(version_json(name, versions.front()));
  return {{"name", name},
          {"creation_timestamp", ms_of(resource.created_at)},
          {"last_updated_timestamp", ms_of(resource.modified_at)},
          {"description", text_of(properties, "description")},
          {"latest_versions", latest},
          {"tags", tag_list(member(properties, "tags"))}};
}

Resource require_registered(Call const& call, std::string const& name) {
  auto found = take(call.site.store.get("models/" + name));
  if (!found || name.find('/') != std::string::npos) missing("registered model", name);
  return *std::move(found);
}

Resource require_version(Call const& call, std::string const& name, std::string const& version) {
  require_registered(call, name);
  auto found = take(call.site.store.get("models/" + name + "/versions/" + version));
  if (!found) missing("model `" + name + "` version", version);
  return *std::move(found);
}

http::Response create_registered(Call& call) {
  auto const body = object_body(call);
  auto const name = text_of(body, "name");
  check_name("model", name);
  if (take(call.site.store.get("models/" + name)))
    throw Refusal{400, "RESOURCE_ALREADY_EXISTS", "registered model `" + name + "` exists already"};
  auto const stored = take(call.site.store.put("models/" + name, Json{{"properties",
                                                                       {{"description", text_of(body, "description")},
                                                                        {"tags", tag_map(member(body, "tags"))},
                                                                        {"properties", Json::object()},
                                                                        {"isArchived", false},
                                                                        {"provisioningState", "Succeeded"}}}}));
  return reply(200, {{"registered_model", registered_json(call, stored)}});
}

http::Response get_registered(Call& call) {
  return reply(200, {{"registered_model", registered_json(call, require_registered(call, call.ask("name")))}});
}

http::Response search_registered(Call& call) {
  auto const filter = call.ask("filter");
  std::string name;
  if (!filter.empty()) {
    auto const open = filter.find('\'');
    auto const close = filter.rfind('\'');
    if (!base::lower_case(filter).starts_with("name") || open == std::string::npos || close == open ||
        base::lower_case(filter).find("like") != std::string::npos)
      user_error("registered models can only be filtered by name = '...'");
    name = filter.substr(open + 1, close - open - 1);
  }
  Json models = Json::array();
  for (auto const& resource : take(call.site.store.list("models"))) {
    if (member(resource.body, "isAnonymous").is_boolean() && resource.body["isAnonymous"].get<bool>()) continue;
    if (name.empty() || last_part(resource.id) == name) models.push_back(registered_json(call, resource));
  }
  return reply(200, {{"registered_models", models}});
}

http::Response create_version(Call& call) {
  auto const body = object_body(call);
  auto const name = text_of(body, "name");
  require_registered(call, name);
  auto const source = text_of(body, "source");
  auto const run = text_of(body, "run_id");
  auto model_id = text_of(body, "model_id");
  if (model_id.empty() && source.starts_with("models:/m-")) model_id = source.substr(8);
  std::string uri;
  if (!model_id.empty()) {
    auto const logged = require_model(call, model_id);
    uri = uri_of(Place{"workspaceartifactstore", "models/" + logged.id});
  } else {
    auto const place = place_of(call.site.store, source);
    if (!place) user_error("`" + source + "` lies outside this workspace: " + place.error().message());
    uri = uri_of(*place);
  }
  std::int64_t highest = 0;
  for (auto const& version : take(call.site.store.list("models/" + name + "/versions")))
    highest = std::max(highest, integer_of(last_part(version.id), 0));
  auto const id = "models/" + name + "/versions/" + std::to_string(highest + 1);
  auto const stored = take(call.site.store.put(id, Json{{"properties",
                                                         {{"description", text_of(body, "description")},
                                                          {"tags", tag_map(member(body, "tags"))},
                                                          {"properties", {{"mlflow.source", source}}},
                                                          {"isAnonymous", false},
                                                          {"isArchived", false},
                                                          {"modelUri", uri},
                                                          {"modelType", "mlflow_model"},
                                                          {"flavors", Json::object()},
                                                          {"jobName", run},
                                                          {"provisioningState", "Succeeded"}}}}));
  return reply(200, {{"model_version", version_json(name, stored)}});
}

http::Response get_version(Call& call) {
  auto const name = call.ask("name");
  return reply(200, {{"model_version", version_json(name, require_version(call, name, call.ask("version")))}});
}

http::Response download_uri(Call& call) {
  auto const found = version_json(call.ask("name"), require_version(call, call.ask("name"), call.ask("version")));
  auto source = text_of(found, "source");
  // What another client registered lies in a datastore, which MLflow's own client cannot read.
  if (source.starts_with("azureml:"))
    throw Refusal{400, "NotSupportedLocally",
                  "this model was registered through Azure ML's own interface; download it there"};
  return reply(200, {{"artifact_uri", source}});
}

http::Response search_versions(Call& call) {
  auto const filter = call.ask("filter");
  auto const open = filter.find('\'');
  auto const close = filter.rfind('\'');
  if (!base::lower_case(filter).starts_with("name") || open == std::string::npos || close == open)
    user_error("model versions can only be filtered by name = '...'");
  auto const name = filter.substr(open + 1, close - open - 1);
  Json versions = Json::array();
  for (auto const& version : take(call.site.store.list("models/" + name + "/versions")))
    versions.push_back(version_json(name, version));
  return reply(200, {{"model_versions", versions}});
}

http::Response latest_versions(Call& call) {
  auto const name = call.method == "GET" ? call.ask("name") : text_of(object_body(call), "name");
  return reply(200, {{"model_versions", registered_json(call, require_registered(call, name))["latest_versions"]}});
}

}  // namespace

void add_mlflow_model_routes(Routes& routes) {
  routes.insert(routes.end(), {{"POST", "logged-models", create_logged},
                               {"POST", "logged-models/search", search_logged},
                               {"GET", "logged-models/{}", get_logged},
                               {"PATCH", "logged-models/{}",
                                [](Call& call) {
                                  return change_logged(call, [](Json& body, Json const& given) {
                                    if (!text_of(given, "status").empty()) body["status"] = text_of(given, "status");
                                  });
                                }},
                               {"PATCH", "logged-models/{}/tags",
                                [](Call& call) {
                                  return change_logged(call, [](Json& body, Json const& given) {
                                    body["tags"].update(tag_map(member(given, "tags")));
                                  });
                                }},
                               {"POST", "logged-models/{}/params",
                                [](Call& call) {
                                  return change_logged(call, [](Json& body, Json const& given) {
                                    body["params"].update(tag_map(member(given, "params")));
                                  });
                                }},
                               {"POST", "registered-models/create", create_registered},
                               {"GET", "registered-models/get", get_registered},
                               {"GET", "registered-models/search", search_registered},
                               {"GET", "registered-models/get-latest-versions", latest_versions},
                               {"POST", "registered-models/get-latest-versions", latest_versions},
                               {"POST", "model-versions/create", create_version},
                               {"GET", "model-versions/get", get_version},
                               {"GET", "model-versions/get-download-uri", download_uri},
                               {"GET", "model-versions/search", search_versions}});
}

}  // namespace podium::inline v0::local
