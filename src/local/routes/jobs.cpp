#include "base/letters.hpp"
#include "local/routes/route.hpp"

#include <algorithm>

namespace podium::inline v0::local {
namespace {

bool terminal(std::string_view status) {
  return status == "Completed" || status == "Failed" || status == "Canceled" || status == "NotResponding" ||
         status == "Paused";
}

Json shown_job(Call const& call, Resource const& resource) {
  auto out = shown(resource);
  auto& properties = out["properties"];
  auto const name = resource.id.substr(resource.id.find('/') + 1);
  if (!member(properties, "services").is_object()) properties["services"] = Json::object();
  properties["services"]["Tracking"] = {{"jobServiceType", "Tracking"}, {"endpoint", call.base + "/"}};
  properties["services"]["Studio"] = {{"jobServiceType", "Studio"},
                                      {"endpoint", call.base + "/history/v1.0" + workspace_id() + "/runs/" + name}};
  return out;
}

/// "key" or "key=value", against a map.
bool has_pair(Json const& map, std::string const& wanted) {
  auto const mark = wanted.find('=');
  auto const& found = member(map, wanted.substr(0, mark));
  return !found.is_null() && (mark == std::string::npos || text_of(found) == wanted.substr(mark + 1));
}

bool has_all(Json const& map, std::string wanted) {
  while (!wanted.empty()) {
    auto const comma = wanted.find(',');
    if (!has_pair(map, wanted.substr(0, comma))) return false;
    wanted = comma == std::string::npos ? std::string{} : wanted.substr(comma + 1);
  }
  return true;
}

http::Response list(Call& call) {
  auto const type = base::lower_case(call.ask("jobType"));
  auto const tag = call.ask("tag");
  auto const wanted = call.ask("properties");
  std::vector<Json> items;
  if (base::lower_case(call.ask("scheduled")) == "true" || !call.ask("scheduleId").empty()) return page(call, {});
  for (auto const& resource : take(call.site.store.list("jobs"))) {
    auto const& properties = member(resource.body, "properties");
    // Steps are listed below their pipeline.
    if (!text_of(member(properties, "properties"), "azureml.pipelinerunid").empty()) continue;
    if (!in_view(properties, call.ask("listViewType"))) continue;
    if (!type.empty() && base::lower_case(text_of(properties, "jobType")) != type) continue;
    if (!tag.empty() && !has_pair(member(properties, "tags"), tag)) continue;
    if (!wanted.empty() && !has_all(member(properties, "properties"), wanted)) continue;
    items.push_back(shown_job(call, resource));
  }
  return page(call, std::move(items));
}

http::Response get(Call& call) { return reply(200, shown_job(call, require(call, "jobs/" + call.names[0], "job"))); }

/// An existing job keeps what it runs; what describes it may change.
http::Response change(Call& call, Json const& given) {
  auto const changed = take(call.site.store.update("jobs/" + call.names[0], [&](Json& body) {
    auto& properties = body["properties"];
    for (auto const* field : {"displayName", "description", "isArchived", "tags"})
      if (given.contains(field) && !given[field].is_null()) properties[field] = given[field];
    auto const& more = member(given, "properties");
    if (more.is_object())
      for (auto const& [key, value] : more.items())
        if (!properties["properties"].contains(key)) properties["properties"][key] = value;
    return true;
  }));
  if (!changed) not_found("job", call.names[0]);
  return reply(200, shown_job(call, *changed));
}

http::Response put(Call& call) {
  auto const& name = call.names[0];
  check_name("job", name);
  auto body = object_body(call);
  if (!member(body, "properties").is_object()) user_error("a job needs `properties`");
  if (take(call.site.store.get("jobs/" + name))) return change(call, body["properties"]);

  auto& properties = body["properties"];
  auto const type = text_of(properties, "jobType");
  if (type.empty()) user_error("a job needs `properties.jobType`");
  auto const kind = base::lower_case(type);
  if (kind == "sweep" || kind == "spark" || kind == "automl" || kind == "finetuning" || kind == "labeling")
    not_supported(type + " jobs");
  if (kind != "command" && kind != "pipeline")
    user_error("`" + type + "` is no jobType; Command and Pipeline run here");
  for (auto const* read_only : {"id", "name", "type", "systemData"}) body.erase(read_only);
  if (text_of(properties, "experimentName").empty()) properties["experimentName"] = "Default";
  if (text_of(properties, "displayName").empty()) properties["displayName"] = name;
  for (auto const* map : {"tags", "properties", "inputs", "outputs"})
    if (!member(properties, map).is_object()) properties[map] = Json::object();
  if (!member(properties, "isArchived").is_boolean()) properties["isArchived"] = false;
  properties["status"] = "NotStarted";
  properties.erase("services");
  take(call.site.executor.check(body));
  take(call.site.tracking.experiment_for(text_of(properties, "experimentName")));
  auto const stored = take(call.site.store.put("jobs/" + name, body));
  if (auto started = call.site.executor.start(name); !started) {
    take(call.site.store.erase("jobs/" + name));
    throw refusal_of(started.error());
  }
  return reply(201, shown_job(call, stored));
}

http::Response cancel(Call& call) {
  auto const job = require(call, "jobs/" + call.names[0], "job");
  if (!terminal(text_of(member(job.body, "properties"), "status"))) take(call.site.executor.cancel(call.names[0]));
  return empty_reply(200);
}

http::Response remove(Call& call) {
  auto const& name = call.names[0];
  auto const job = take(call.site.store.get("jobs/" + name));
  if (!job) return empty_reply(204);
  if (!terminal(text_of(member(job->body, "properties"), "status")))
    throw Refusal{409, "Conflict", "job `" + name + "` still runs; cancel it first"};
  auto gone = std::vector{name};
  for (auto const& child : take(call.site.store.children(name))) gone.push_back(child.id.substr(5));
  for (auto const& each : gone) {
    take(call.site.store.erase("jobs/" + each));
    take(call.site.tracking.forget(each));
    std::error_code ignored;
    std::filesystem::remove_all(path_of(call.site.store, {"workspaceartifactstore", run_folder(each)}), ignored);
  }
  return empty_reply(200);
}

}  // namespace

void add_job_routes(Routes& routes) {
  routes.insert(routes.end(), {{"GET", "jobs", list},
                               {"GET", "jobs/{}", get},
                               {"PUT", "jobs/{}", put},
                               {"DELETE", "jobs/{}", remove},
                               {"POST", "jobs/{}/cancel", cancel}});
}

}  // namespace podium::inline v0::local
