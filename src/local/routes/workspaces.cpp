#include "local/routes/route.hpp"

namespace podium::inline v0::local {
namespace {

Json body_of(Call const& call) {
  auto const scheme = call.base.find("://");
  auto const host = call.base.substr(scheme == std::string::npos ? 0 : scheme + 3);
  Resource self{"", Json::object(), "2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.000000Z"};
  auto out = shown(self);
  out["id"] = workspace_id();
  out["name"] = workspace_name;
  out["type"] = "Microsoft.MachineLearningServices/workspaces";
  out["location"] = location;
  out["kind"] = "Default";
  out["tags"] = Json::object();
  out["sku"] = {{"name", "Basic"}, {"tier", "Basic"}};
  out["identity"] = {
      {"type", "SystemAssigned"}, {"principalId", call.site.guid}, {"tenantId", std::string{subscription}}};
  out["properties"] = {{"friendlyName", workspace_name},
                       {"description", "A workspace in one folder"},
                       {"workspaceId", call.site.guid},
                       {"tenantId", std::string{subscription}},
                       {"provisioningState", "Succeeded"},
                       {"discoveryUrl", call.base + "/discovery"},
                       {"mlFlowTrackingUri", "azureml://" + host + "/mlflow/v1.0" + workspace_id()},
                       {"publicNetworkAccess", "Disabled"},
                       {"hbiWorkspace", false},
                       {"v1LegacyMode", false},
                       {"storageHnsEnabled", false}};
  return out;
}

}  // namespace

http::Response workspace(Call& call) { return reply(200, body_of(call)); }
http::Response workspaces(Call& call) { return page(call, {body_of(call)}); }

http::Response workspace_keys(Call& call) {
  return reply(200, {{"userStorageKey", take(call.site.store.secret("storageKey")).value_or("")},
                     {"userStorageResourceId", workspace_id()},
                     {"appInsightsInstrumentationKey", ""},
                     {"containerRegistryCredentials", nullptr},
                     {"notebookAccessKeys", nullptr}});
}

http::Response discovery(Call& call) {
  Json body;
  for (auto const* name : {"api", "history", "experimentation", "modelmanagement"}) body[name] = call.base;
  return reply(200, body);
}

Routes const& workspace_routes() {
  static Routes const routes = [] {
    Routes all;
    add_job_routes(all);
    add_endpoint_routes(all);
    add_asset_routes(all);
    add_datastore_routes(all);
    add_compute_routes(all);
    add_feature_store_routes(all);
    all.push_back({"POST", "listKeys", workspace_keys});
    for (auto const* pattern :
         {"batchEndpoints/{*}", "schedules/{*}", "connections/{*}", "outboundRules/{*}", "serverlessEndpoints/{*}",
          "marketplaceSubscriptions/{*}", "privateEndpointConnections/{*}", "capabilityHosts/{*}", "diagnose/{*}",
          "resyncKeys/{*}"})
      for (auto const* method : {"GET", "PUT", "POST", "PATCH", "DELETE"})
        all.push_back({method, pattern, [](Call& at) -> http::Response {
                         auto const& name = at.path[8];
                         // A list of what cannot be there is empty; everything else is refused.
                         if (at.method == "GET" && at.path.size() == 9) return page(at, {});
                         not_supported(name);
                       }});
    return all;
  }();
  return routes;
}

}  // namespace podium::inline v0::local
