#include "base/letters.hpp"
#include "local/routes/route.hpp"

namespace podium::inline v0::local {
namespace {

bool terminal(std::string_view status) {
  return status == "Completed" || status == "Failed" || status == "Canceled" || status == "NotResponding" ||
         status == "Paused";
}

/// Routes stand below /runs/{run} and below /experiments/{experiment}/runs/{run}: the run is the last name but those
/// behind it.
std::string const& run_name(Call const& call) { return call.names.back(); }

std::string output_asset(Call const& call, std::string const& job, std::string const& output) {
  return "azureml://locations/" + std::string{location} + "/workspaces/" + call.site.guid + "/data/azureml_" + job +
         "_output_data_" + output + "/versions/1";
}

Json null_or(std::string const& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json job_run(Call const& call, Resource const& resource) {
  auto const& properties = member(resource.body, "properties");
  auto const name = resource.id.substr(5);
  auto const parent = text_of(member(properties, "properties"), "azureml.pipelinerunid");
  auto const type = text_of(properties, "jobType");
  bool const pipeline = base::lower_case(type) == "pipeline";
  Json out{
      {"runId", name},
      {"runUuid", name},
      {"parentRunId", null_or(parent)},
      {"rootRunId", parent.empty() ? name : parent},
      {"target", null_or(text_of(properties, "computeId"))},
      {"status", text_of(properties, "status")},
      {"createdUtc", resource.created_at},
      {"createdTimeUtc", resource.created_at},
      {"startTimeUtc", null_or(job_note(resource.body, "podium.startTime"))},
      {"endTimeUtc", null_or(job_note(resource.body, "podium.endTime"))},
      {"displayName", null_or(text_of(properties, "displayName"))},
      {"description", null_or(text_of(properties, "description"))},
      {"experimentId", text_of(properties, "experimentName")},
      {"dataContainerId", "dcid." + name},
      {"runType", parent.empty() ? (pipeline ? "azureml.PipelineRun" : "azureml.scriptrun") : "azureml.StepRun"},
      {"runTypeV2",
       {{"orchestrator", pipeline ? "PipelineRun" : "Command"}, {"traits", Json::array()}, {"computeType", nullptr}}},
      {"hidden", !in_view(properties, "ActiveOnly")},
      {"properties", member(properties, "properties").is_object() ? member(properties, "properties") : Json::object()},
      {"tags", member(properties, "tags").is_object() ? member(properties, "tags") : Json::object()},
      {"warnings", Json::array()},
      {"error", nullptr},
      {"inputs", Json::object()},
      {"outputs", Json::object()},
      {"runDefinition", nullptr},
      {"duration", nullptr},
      {"revision", 1}};
  if (auto const error = job_note(resource.body, "podium.error"); !error.empty())
    out["error"] = {{"error", {{"code", "UserError"}, {"message", error}, {"details", Json::array()}}},
                    {"time", resource.modified_at}};
  if (member(properties, "outputs").is_object())
    for (auto const& [output, value] : properties["outputs"].items())
      if (output != "default")
        out["outputs"][output] = {
            {"assetId", output_asset(call, name, output)},
            {"type", text_of(value, "jobOutputType").empty() ? "uri_folder" : text_of(value, "jobOutputType")}};
  return out;
}

std::string job_status(std::string const& mlflow) {
  if (mlflow == "FINISHED") return "Completed";
  if (mlflow == "FAILED") return "Failed";
  if (mlflow == "KILLED") return "Canceled";
  return mlflow == "RUNNING" ? "Running" : "NotStarted";
}

Json tracked_run(Run const& run) {
  Json tags = Json::object();
  for (auto const& [key, value] : run.tags) tags[key] = value;
  return {{"runId", run.id},
          {"runUuid", run.id},
          {"status", job_status(run.status)},
          {"displayName", run.name},
          {"experimentId", run.experiment_id},
          {"dataContainerId", "dcid." + run.id},
          {"runType", "mlflow"},
          {"hidden", run.stage == "deleted"},
          {"properties", Json::object()},
          {"tags", tags},
          {"warnings", Json::array()},
          {"error", nullptr},
          {"inputs", Json::object()},
          {"outputs", Json::object()}};
}

Json find_run(Call const& call, std::string const& name) {
  if (auto job = take(call.site.store.get("jobs/" + name))) return job_run(call, *job);
  auto run = take(call.site.tracking.run(name));
  if (!run) not_found("run", name);
  return tracked_run(*run);
}

http::Response get(Call& call) { return reply(200, find_run(call, run_name(call))); }

http::Response details(Call& call) {
  auto const& name = run_name(call);
  auto out = find_run(call, name);
  auto const folder = Place{"workspaceartifactstore", run_folder(name)};
  out["logFiles"] = Json::object();
  for (auto const& file : files_below(path_of(call.site.store, folder)))
    if (file.starts_with("user_logs/") || file.starts_with("logs/") || file.starts_with("azureml-logs/"))
      out["logFiles"][file] =
          blob_url(call, {folder.datastore, folder.path + "/" + file}) + "?sv=2021-12-02&sr=b&sp=r&sig=bG9jYWw%3D";
  // Clients that follow a run print nothing of one that has ended at their first look: they are told so at the second.
  std::scoped_lock lock{call.site.mutex};
  if (!terminal(text_of(out, "status"))) {
    call.site.watched.insert(name);
  } else if (call.site.watched.erase(name) == 0 && !out["logFiles"].empty()) {
    call.site.watched.insert(name);
    out["status"] = "Finalizing";
  }
  return reply(200, out);
}

http::Response children(Call& call) {
  Json value = Json::array();
  for (auto const& child : take(call.site.store.children(run_name(call)))) value.push_back(job_run(call, child));
  if (value.empty()) find_run(call, run_name(call));
  return reply(200, {{"value", value}, {"continuationToken", nullptr}, {"nextLink", nullptr}});
}

http::Response run_data(Call& call) {
  auto const body = object_body(call);
  auto const name = text_of(body, "runId");
  if (name.empty()) user_error("`runId` is missing");
  return reply(200, {{"runMetadata", find_run(call, name)},
                     {"runDefinition", nullptr},
                     {"jobSpecification", nullptr},
                     {"systemSettings", nullptr}});
}

http::Response patch(Call& call) {
  auto const& name = run_name(call);
  auto const body = object_body(call);
  auto const merge = [](Json& into, Json const& from) {
    if (!from.is_object()) return;
    if (!into.is_object()) into = Json::object();
    for (auto const& [key, value] : from.items()) into[key] = value;
  };
  auto const changed = take(call.site.store.update("jobs/" + name, [&](Json& job) {
    auto& properties = job["properties"];
    if (member(body, "displayName").is_string()) properties["displayName"] = body["displayName"];
    if (member(body, "description").is_string()) properties["description"] = body["description"];
    if (member(body, "hidden").is_boolean()) properties["isArchived"] = body["hidden"];
    merge(properties["tags"], member(body, "tags"));
    merge(properties["properties"], member(body, "properties"));
    return true;
  }));
  if (changed) return reply(200, job_run(call, *changed));
  RunData more;
  if (member(body, "tags").is_object())
    for (auto const& [key, value] : body["tags"].items()) more.tags.emplace_back(key, text_of(value));
  if (member(body, "displayName").is_string()) more.tags.emplace_back("mlflow.runName", text_of(body, "displayName"));
  take(call.site.tracking.log(name, more));
  return reply(200, find_run(call, name));
}

Json artifact(std::string const& run, std::string const& path) {
  return {{"artifactId", run_folder(run) + "/" + path},
          {"origin", "ExperimentRun"},
          {"container", "dcid." + run},
          {"path", path},
          {"etag", nullptr},
          {"dataPath",
           {{"dataStoreName", "workspaceartifactstore"},
            {"relativePath", run_folder(run) + "/" + path},
            {"sqlDataPath", nullptr}}},
          {"tags", Json::object()}};
}

Json content_info(Call const& call, std::string const& run, std::string const& path) {
  auto const clean = clean_path(path);
  if (!clean || clean->empty()) user_error("`" + path + "` is no path of an artifact");
  return {{"contentUri", blob_url(call, {"workspaceartifactstore", run_folder(run) + "/" + *clean}) +
                             "?sv=2021-12-02&sr=b&sp=rw&sig=bG9jYWw%3D"},
          {"origin", "ExperimentRun"},
          {"container", "dcid." + run},
          {"path", *clean},
          {"tags", nullptr}};
}

http::Response list_artifacts(Call& call) {
  auto const& run = run_name(call);
  find_run(call, run);
  auto prefix = call.ask("path");
  Json value = Json::array();
  for (auto const& file : files_below(path_of(call.site.store, {"workspaceartifactstore", run_folder(run)})))
    if (prefix.empty() || file == prefix || file.starts_with(prefix + "/")) value.push_back(artifact(run, file));
  return reply(200, {{"value", value}, {"continuationToken", nullptr}, {"nextLink", nullptr}});
}

http::Response artifact_content(Call& call) {
  find_run(call, run_name(call));
  return reply(200, content_info(call, run_name(call), call.ask("path")));
}

http::Response new_artifacts(Call& call) {
  auto const& run = run_name(call);
  find_run(call, run);
  auto const body = object_body(call);
  Json made = Json::object();
  Json info = Json::object();
  if (member(body, "paths").is_array())
    for (auto const& item : body["paths"]) {
      auto const path = text_of(item, "path");
      info[path] = content_info(call, run, path);
      made[path] = artifact(run, text_of(info[path], "path"));
    }
  return reply(200, {{"artifacts", made}, {"artifactContentInformation", info}, {"errors", Json::object()}});
}

}  // namespace

/// Outputs of jobs and data assets, as addresses in a datastore.
http::Response resolved_uris(Call& call) {
  auto const body = object_body(call);
  Json values = Json::object();
  if (member(body, "values").is_array())
    for (auto const& item : body["values"]) {
      auto const id = text_of(item);
      auto uri = id;
      constexpr std::string_view head = "/data/azureml_";
      constexpr std::string_view mark = "_output_data_";
      auto const start = id.find(head);
      auto const middle = id.rfind(mark);
      if (start != std::string::npos && middle != std::string::npos && middle > start) {
        auto const output = id.substr(middle + mark.size());
        uri = "azureml://jobs/" + id.substr(start + head.size(), middle - start - head.size()) + "/outputs/" +
              output.substr(0, output.find('/'));
      }
      auto const place = place_of(call.site.store, uri);
      if (!place) throw refusal_of(place.error());
      std::error_code ignored;
      bool const folder = std::filesystem::is_directory(path_of(call.site.store, *place), ignored);
      values[id] = {{"uri", long_uri(*place) + (folder ? "/" : "")}, {"type", folder ? "uri_folder" : "uri_file"}};
    }
  return reply(200, {{"values", values}});
}

Routes const& history_routes() {
  static Routes const routes{{"GET", "runs/{}", get},
                             {"PATCH", "runs/{}", patch},
                             {"GET", "runs/{}/details", details},
                             {"GET", "runs/{}/children", children},
                             {"POST", "rundata", run_data},
                             {"GET", "experiments/{}/runs/{}", get},
                             {"PATCH", "experiments/{}/runs/{}", patch},
                             {"PATCH", "experimentids/{}/runs/{}", patch},
                             {"GET", "experiments/{}/runs/{}/details", details},
                             {"GET", "experiments/{}/runs/{}/children", children},
                             {"GET", "experiments/{}/runs/{}/artifacts", list_artifacts},
                             {"GET", "experiments/{}/runs/{}/artifacts/path", list_artifacts},
                             {"GET", "experiments/{}/runs/{}/artifacts/contentinfo", artifact_content},
                             {"POST", "experiments/{}/runs/{}/artifacts/batch/metadata", new_artifacts}};
  return routes;
}

}  // namespace podium::inline v0::local
