#include "spec/kinds/kinds.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/wire/unwrite.hpp"

#include <initializer_list>
#include <string>

/// The way back of the hooks that write resources: from REST to fields that have no column.
namespace podium::inline v0::spec::kinds {

using wire::Json;
using wire::Yaml;

namespace {

Json const& json(void const* place) { return *static_cast<Json const*>(place); }
Yaml& yaml(void* out) { return *static_cast<Yaml*>(out); }

/// What stands at a path; null when there is nothing.
Json const& at(Json const& place, char const* path) {
  static Json const nothing;
  Json::json_pointer const pointer{path};
  return place.contains(pointer) ? place[pointer] : nothing;
}

void copy(Yaml& out, char const* field, Json const& found) {
  if (!found.is_null()) out[field] = found;
}

void read_network(Yaml& out, Json const& place) {
  if (auto const& subnet = at(place, "/properties/properties/subnet/id"); subnet.is_string())
    out["network_settings"] = {{"subnet", subnet}};
}

void read_public_access(Yaml& out, Json const& found) {
  if (found == "Enabled" || found == "Disabled") out["ssh_public_access_enabled"] = found == "Enabled";
}

/// "PT90M" and "PT1H30M" as minutes.
void read_minutes(Yaml& out, Json const& found) {
  if (!found.is_string()) return;
  auto const seconds = wire::seconds_of(found.get<std::string>());
  if (seconds >= 60) out["idle_time_before_shutdown_minutes"] = static_cast<std::int64_t>(seconds / 60);
}

/// A monitor without its signals.
Yaml monitor_of(Json const& definition) {
  Yaml out = Yaml::object();
  auto const group = [&](char const* name, std::initializer_list<std::pair<char const*, char const*>> fields) {
    Yaml inner = Yaml::object();
    for (auto const& [field, path] : fields) copy(inner, field, at(definition, path));
    if (!inner.empty()) out[name] = std::move(inner);
  };
  group("compute", {{"instance_type", "/computeConfiguration/instanceType"},
                    {"runtime_version", "/computeConfiguration/runtimeVersion"}});
  group("monitoring_target", {{"ml_task", "/monitoringTarget/taskType"},
                              {"endpoint_deployment_id", "/monitoringTarget/deploymentId"},
                              {"model_id", "/monitoringTarget/modelId"}});
  group("alert_notification", {{"emails", "/alertNotificationSetting/emailNotificationSetting/emails"}});
  return out;
}

}  // namespace

void unfinish_cluster(void const* place, void* out) {
  read_public_access(yaml(out), at(json(place), "/properties/properties/remoteLoginPortPublicAccess"));
  read_network(yaml(out), json(place));
}

void unfinish_instance(void const* place, void* out) {
  auto const& inner = at(json(place), "/properties/properties");
  read_public_access(yaml(out), at(inner, "/sshSettings/sshPublicAccess"));
  if (auto const& key = at(inner, "/sshSettings/adminPublicKey"); key.is_string())
    yaml(out)["ssh_settings"] = {{"ssh_key_value", key}};
  yaml(out).erase("idle_time_before_shutdown");
  read_minutes(yaml(out), at(inner, "/idleTimeBeforeShutdown"));
  read_network(yaml(out), json(place));
}

void unfinish_start_stop(void const* place, void* out) {
  auto const& type = at(json(place), "/triggerType");
  auto const& trigger = at(json(place), type == "Cron" ? "/cron" : "/recurrence");
  if (!trigger.is_object()) return;
  Json typed = trigger;
  typed["triggerType"] = type;
  yaml(out)["trigger"] = wire::unwrite(compute_trigger, typed, typed, wire::Style::camel);
}

void unfinish_kubernetes(void const* place, void* out) {
  auto const& inner = at(json(place), "/properties/properties");
  if (!inner.is_object()) return;
  Json rest = inner;
  copy(yaml(out), "namespace", at(rest, "/namespace"));
  rest.erase("namespace");
  if (!rest.empty()) yaml(out)["properties"] = rest;
  copy(yaml(out), "location", at(json(place), "/properties/computeLocation"));
}

void unfinish_pipeline_batch(void const* place, void* out) {
  auto const& id = at(json(place), "/properties/deploymentConfiguration/componentId/assetId");
  if (id.is_string()) yaml(out)["component"] = "azureml:" + id.get<std::string>();
}

void unfinish_materialization(void const* place, void* out) {
  auto const& stores = at(json(place), "/storeType");
  if (!stores.is_string()) return;
  yaml(out)["offline_enabled"] = stores == "Offline" || stores == "OnlineAndOffline";
  yaml(out)["online_enabled"] = stores == "Online" || stores == "OnlineAndOffline";
}

void unfinish_schedule(void const* place, void* out) {
  auto const& action = at(json(place), "/properties/action");
  if (!action.is_object()) return;
  auto const read = [&](Shape const& shape, Json const& found) {
    return wire::unwrite(shape, found, found, wire::Style::camel);
  };
  if (auto const& data = at(action, "/dataImportDefinition"); data.is_object()) {
    auto import = read(data_import_in_place, data);
    copy(import, "name", at(data, "/assetName"));
    yaml(out)["import_data"] = std::move(import);
  } else if (auto const& monitor = at(action, "/monitorDefinition"); monitor.is_object()) {
    yaml(out)["create_monitor"] = monitor_of(monitor);
  } else if (auto const& job = at(action, "/jobDefinition/sourceJobId"); job.is_string()) {
    yaml(out)["create_job"] = "azureml:" + job.get<std::string>();
  }
}

}  // namespace podium::inline v0::spec::kinds
