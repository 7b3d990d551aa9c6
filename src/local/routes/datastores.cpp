#include "base/letters.hpp"
#include "local/routes/route.hpp"

#include <algorithm>
#include <array>

namespace podium::inline v0::local {
namespace {

struct BuiltIn {
  std::string_view name;
  std::string_view type;
};
constexpr std::array<BuiltIn, 4> built_in{{{"workspaceblobstore", "AzureBlob"},
                                           {"workspaceartifactstore", "AzureBlob"},
                                           {"workspacefilestore", "AzureFile"},
                                           {"workspaceworkingdirectory", "AzureFile"}}};

BuiltIn const* find_built_in(std::string_view name) {
  auto const found = std::find_if(built_in.begin(), built_in.end(),
                                  [&](BuiltIn const& d) { return d.name == base::lower_case(name); });
  return found == built_in.end() ? nullptr : &*found;
}

Json body_of(Call const& call, BuiltIn const& store) {
  auto const scheme = call.base.find("://");
  // The storage client puts ".blob.core.windows.net" behind the account: so it arrives here, path-style.
  auto const account = call.base.substr(scheme + 3) + "/local";
  Json properties{{"description", nullptr},
                  {"tags", Json::object()},
                  {"properties", Json::object()},
                  {"datastoreType", store.type},
                  {"isDefault", store.name == "workspaceblobstore"},
                  {"credentials", {{"credentialsType", "AccountKey"}}},
                  {"accountName", account},
                  {"endpoint", "core.windows.net"},
                  {"protocol", call.base.substr(0, scheme)},
                  {"serviceDataAccessAuthIdentity", "None"}};
  properties[store.type == "AzureBlob" ? "containerName" : "fileShareName"] = container_of(call.site.store, store.name);
  return shown({"datastores/" + std::string{store.name},
                {{"properties", properties}},
                "2026-01-01T00:00:00.000000Z",
                "2026-01-01T00:00:00.000000Z"});
}

http::Response list(Call& call) {
  std::vector<Json> items;
  bool const only_default = base::lower_case(call.ask("isDefault")) == "true";
  for (auto const& store : built_in)
    if (!only_default || store.name == "workspaceblobstore") items.push_back(body_of(call, store));
  if (!only_default)
    for (auto const& resource : take(call.site.store.list("datastores"))) items.push_back(shown(resource));
  return page(call, std::move(items),
              static_cast<std::size_t>(std::clamp<std::int64_t>(integer_of(call.ask("count"), 30), 1, 1000)));
}

http::Response get(Call& call) {
  if (auto const* store = find_built_in(call.names[0])) return reply(200, body_of(call, *store));
  return reply(200, shown(require(call, "datastores/" + call.names[0], "datastore")));
}

http::Response put(Call& call) {
  auto const& name = call.names[0];
  check_name("datastore", name);
  if (find_built_in(name)) user_error("datastore `" + name + "` belongs to the workspace and cannot be changed");
  auto body = object_body(call);
  if (!member(body, "properties").is_object()) user_error("a datastore needs `properties`");
  auto& properties = body["properties"];
  if (text_of(properties, "datastoreType").empty()) user_error("a datastore needs `datastoreType`");
  auto const id = "datastores/" + base::lower_case(name);
  auto& credentials = properties["credentials"];
  if (!credentials.is_object()) credentials = {{"credentialsType", "None"}};
  if (credentials.contains("secrets")) {
    take(call.site.store.set_secret(id, stored_text(credentials["secrets"])));
    credentials.erase("secrets");
  }
  properties["isDefault"] = false;
  if (!member(properties, "tags").is_object()) properties["tags"] = Json::object();
  if (!member(properties, "properties").is_object()) properties["properties"] = Json::object();
  bool const known = take(call.site.store.get(id)).has_value();
  auto stored = take(call.site.store.put("datastores/" + name, Json{{"properties", properties}}));
  return reply(known ? 200 : 201, shown(stored));
}

http::Response remove(Call& call) {
  if (find_built_in(call.names[0]))
    user_error("datastore `" + call.names[0] + "` belongs to the workspace and cannot be deleted");
  take(call.site.store.drop_secrets("datastores/" + base::lower_case(call.names[0])));
  return empty_reply(take(call.site.store.erase("datastores/" + call.names[0])) ? 200 : 204);
}

http::Response secrets(Call& call) {
  if (find_built_in(call.names[0]))
    return reply(200,
                 {{"secretsType", "AccountKey"}, {"key", take(call.site.store.secret("storageKey")).value_or("")}});
  require(call, "datastores/" + call.names[0], "datastore");
  auto const kept = take(call.site.store.secret("datastores/" + base::lower_case(call.names[0])));
  if (!kept) user_error("datastore `" + call.names[0] + "` keeps no secrets");
  return reply(200, Json::parse(*kept));
}

}  // namespace

void add_datastore_routes(Routes& routes) {
  routes.insert(routes.end(), {{"GET", "datastores", list},
                               {"GET", "datastores/{}", get},
                               {"PUT", "datastores/{}", put},
                               {"DELETE", "datastores/{}", remove},
                               {"POST", "datastores/{}/listSecrets", secrets}});
}

}  // namespace podium::inline v0::local
