#include "local/executor/job_record.hpp"

#include "base/time.hpp"
#include "local/places.hpp"
#include "local/store_state.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace podium::inline v0::local {
namespace {

std::string now() { return base::rfc3339(std::chrono::system_clock::now()); }

void apply_status(Json& properties, std::string_view status) {
  auto const before = text_of(properties, "status");
  if (is_terminal(before) || (before == "CancelRequested" && !is_terminal(status))) return;
  properties["status"] = status;
  if (status == "Running" && text_of(properties, "podium.startTime").empty()) properties["podium.startTime"] = now();
  if (is_terminal(status)) {
    properties["podium.endTime"] = now();
    if (text_of(properties, "podium.startTime").empty()) properties["podium.startTime"] = properties["podium.endTime"];
  }
}

}  // namespace

bool is_terminal(std::string_view status) {
  return status == "Completed" || status == "Failed" || status == "Canceled";
}

Result<void> change_job(Store& store, std::string const& job, std::function<void(Json& properties)> const& change) {
  auto done = store.update("jobs/" + job, [&](Json& body) {
    change(body["properties"]);
    return true;
  });
  if (!done) return std::move(done).error();
  return {};
}

Result<void> set_status(Store& store, std::string const& job, std::string_view status) {
  return change_job(store, job, [&](Json& properties) { apply_status(properties, status); });
}

Result<void> end_job(Store& store, std::string const& job, std::string_view status, std::string const& error) {
  auto const end = [&](Json& properties) {
    if (is_terminal(text_of(properties, "status"))) return;
    if (!error.empty()) properties["podium.error"] = error;
    apply_status(properties, status);
  };
  auto ended = change_job(store, job, end);
  // A job that filled the disk must still be able to say that it has ended: whoever waits for it would wait for ever.
  if (!ended && ended.error().code() == Errc::exhausted && store.release_reserve()) ended = change_job(store, job, end);
  return ended;
}

Result<void> fail_abandoned(Store& store) {
  auto jobs = store.list("jobs");
  if (!jobs) return std::move(jobs).error();
  for (auto const& job : *jobs) {
    auto const status = text_of(member(job.body, "properties"), "status");
    if (status.empty() || is_terminal(status)) continue;
    auto ended = end_job(store, job.id.substr(job.id.find('/') + 1), "Failed",
                         "the workspace was closed while the job was not yet done");
    if (!ended) return ended;
  }
  return {};
}

std::filesystem::path artifacts_of(Store const& store, std::string const& job) {
  return store.folder() / "datastores" / "workspaceartifactstore" / run_folder(job);
}

Result<void> register_output(Store& store, std::string const& job, std::string const& type, std::string const& uri,
                             std::string const& name, std::string version) {
  bool const model = type.ends_with("_model");
  auto const collection = (model ? "models/" : "data/") + name + "/versions";
  if (version.empty()) {
    auto all = store.list(collection);
    if (!all) return std::move(all).error();
    long newest = 0;
    for (auto const& one : *all)
      newest = std::max(newest, std::strtol(one.id.substr(one.id.rfind('/') + 1).c_str(), nullptr, 10));
    version = std::to_string(newest + 1);
  }
  Json properties{
      {"isAnonymous", false}, {"isArchived", false}, {"tags", Json::object()}, {"properties", Json::object()}};
  if (model) {
    properties["modelUri"] = uri;
    properties["modelType"] = type;
  } else {
    properties["dataUri"] = uri;
    properties["dataType"] = type;
  }
  properties["jobName"] = job;
  auto put = store.put(collection + "/" + version, Json{{"name", version}, {"properties", std::move(properties)}});
  if (!put) return std::move(put).error();
  return {};
}

}  // namespace podium::inline v0::local
