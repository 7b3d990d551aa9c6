#include "base/ids.hpp"
#include "base/letters.hpp"
#include "local/routes/route.hpp"

#include <algorithm>
#include <array>

namespace podium::inline v0::local {
namespace {

/// What tells one kind of asset from another.
struct Kind {
  std::string_view collection;
  std::string_view what;                ///< in messages
  std::string_view uri;                 ///< the property that says where its bytes lie
  std::vector<std::string_view> fixed;  ///< other properties that cannot change once a version is there
};

std::vector<Kind> const& kinds() {
  static std::vector<Kind> const all{
      {"codes", "code", "codeUri", {}},
      {"components", "component", "", {"componentSpec"}},
      {"data", "data asset", "dataUri", {"dataType"}},
      {"environments", "environment", "", {"image", "condaFile", "build", "osType", "inferenceConfig"}},
      {"featuresets", "feature set", "", {"specification", "entities"}},
      {"featurestoreEntities", "feature store entity", "", {"indexColumns"}},
      {"models", "model", "modelUri", {"modelType"}}};
  return all;
}

Kind const& kind_of(Call const& call) {
  // .../workspaces/{w}/{collection}/...
  auto const name = base::lower_case(call.path[8]);
  return *std::find_if(kinds().begin(), kinds().end(),
                       [&](Kind const& kind) { return base::lower_case(kind.collection) == name; });
}

std::string container_id(Kind const& kind, std::string const& name) {
  return std::string{kind.collection} + "/" + name;
}
std::string versions_id(Kind const& kind, std::string const& name) { return container_id(kind, name) + "/versions"; }

std::string last_part(std::string const& id) { return id.substr(id.rfind('/') + 1); }

/// Blob addresses are kept with the embedded host, so that they survive a change of port, and shown with the caller's.
std::string portable(Call const& call, std::string const& uri) {
  auto place = place_of(call.site.store, uri);
  if (!uri.starts_with("http") || !place) return uri;
  auto const url = http::parse_url(uri);
  auto path = http::decode(url->path()).substr(1);
  if (base::lower_case(path.substr(0, blob_account.size())) != blob_account)
    path = std::string{blob_account} + "/" + path;
  return std::string{embedded_base} + "/" + http::encode_path(path);
}
std::string for_caller(Call const& call, std::string const& uri) {
  return uri.starts_with(std::string{embedded_base} + "/") ? call.base + uri.substr(embedded_base.size()) : uri;
}

Json shown_version(Call const& call, Kind const& kind, Resource const& resource) {
  auto out = shown(resource);
  auto& properties = out["properties"];
  if (kind.collection == "codes" && properties.contains("codeUri"))
    properties["codeUri"] = for_caller(call, text_of(properties, "codeUri"));
  if (kind.collection == "environments" && member(properties, "build").is_object() &&
      !text_of(properties["build"], "contextUri").empty())
    properties["build"]["contextUri"] = for_caller(call, text_of(properties["build"], "contextUri"));
  return out;
}

std::string next_version(std::vector<Resource> const& versions) {
  std::int64_t highest = 0;
  for (auto const& version : versions) highest = std::max(highest, integer_of(last_part(version.id), 0));
  return std::to_string(highest + 1);
}

Json shown_container(Call const& call, Kind const& kind, Resource const& resource) {
  auto out = shown(resource);
  auto const versions = take(call.site.store.list(versions_id(kind, last_part(resource.id))));
  out["properties"]["nextVersion"] = next_version(versions);
  out["properties"]["latestVersion"] = nullptr;
  for (auto const& version : versions) {
    if (!in_view(member(version.body, "properties"), "ActiveOnly")) continue;
    out["properties"]["latestVersion"] = last_part(version.id);
    break;
  }
  if (out["properties"]["latestVersion"].is_null() && !versions.empty())
    out["properties"]["latestVersion"] = last_part(versions.front().id);
  return out;
}

/// A version by its name, or by the words for the newest one.
Resource find_version(Call const& call, Kind const& kind, std::string const& name, std::string const& version) {
  if (auto found = take(call.site.store.get(versions_id(kind, name) + "/" + version))) return *std::move(found);
  auto const word = base::lower_case(version);
  if (word == "latest" || word == "azureml_default" || word == "default")
    for (auto& newest : take(call.site.store.list(versions_id(kind, name))))
      if (in_view(member(newest.body, "properties"), "ActiveOnly")) return std::move(newest);
  not_found(std::string{kind.what} + " `" + name + "` version", version);
}

http::Response list_containers(Call& call) {
  auto const& kind = kind_of(call);
  std::vector<Json> items;
  for (auto const& resource : take(call.site.store.list(kind.collection))) {
    auto const& anonymous = member(resource.body, "isAnonymous");
    if (anonymous.is_boolean() && anonymous.get<bool>()) continue;
    if (!in_view(member(resource.body, "properties"), call.ask("listViewType"))) continue;
    items.push_back(shown_container(call, kind, resource));
  }
  return page(call, std::move(items));
}

http::Response get_container(Call& call) {
  auto const& kind = kind_of(call);
  return reply(200, shown_container(call, kind, require(call, container_id(kind, call.names[0]), kind.what)));
}

Json base_properties(Json const& given) {
  Json out = given.is_object() ? given : Json::object();
  if (!out.contains("description")) out["description"] = nullptr;
  for (auto const* map : {"tags", "properties"})
    if (!member(out, map).is_object()) out[map] = Json::object();
  if (!member(out, "isArchived").is_boolean()) out["isArchived"] = false;
  return out;
}

http::Response put_container(Call& call) {
  auto const& kind = kind_of(call);
  auto const& name = call.names[0];
  check_name(kind.what, name);
  auto const body = object_body(call);
  auto properties = base_properties(member(body, "properties"));
  for (auto const* computed : {"latestVersion", "nextVersion"}) properties.erase(computed);
  properties["provisioningState"] = "Succeeded";
  bool const known = take(call.site.store.get(container_id(kind, name))).has_value();
  auto const stored = take(call.site.store.put(container_id(kind, name), Json{{"properties", properties}}));
  return reply(known ? 200 : 201, shown_container(call, kind, stored));
}

http::Response delete_container(Call& call) {
  return empty_reply(take(call.site.store.erase(container_id(kind_of(call), call.names[0]))) ? 200 : 204);
}

bool newest_last(std::string const& order) {
  auto const word = base::lower_case(order);
  return word == "createdtime asc" || word == "createdatasc" || word == "updatedatasc";
}

http::Response list_versions(Call& call) {
  auto const& kind = kind_of(call);
  if (kind.collection == "codes" && !call.ask("hash").empty()) {
    // Equal content is found under any name: that is how clients know they need not upload it.
    auto const found = take(call.site.store.find_code(call.ask("hash")));
    return page(call, found ? std::vector{shown_version(call, kind, *found)} : std::vector<Json>{});
  }
  auto versions = take(call.site.store.list(versions_id(kind, call.names[0])));
  if (versions.empty() && kind.collection != "codes") require(call, container_id(kind, call.names[0]), kind.what);
  if (newest_last(call.ask("$orderBy"))) std::reverse(versions.begin(), versions.end());
  auto const only = call.ask("version");
  std::vector<Json> items;
  for (auto const& version : versions) {
    if (kind.collection != "codes" && !in_view(member(version.body, "properties"), call.ask("listViewType"))) continue;
    if (!only.empty() && last_part(version.id) != only) continue;
    items.push_back(shown_version(call, kind, version));
  }
  return page(call, std::move(items));
}

http::Response get_version(Call& call) {
  auto const& kind = kind_of(call);
  return reply(200, shown_version(call, kind, find_version(call, kind, call.names[0], call.names[1])));
}

/// Without what says nothing about the definition.
Json essence(std::string_view property, Json value) {
  if (property == "componentSpec" && value.is_object())
    for (auto const* noise :
         {"_source", "$schema", "description", "display_name", "tags", "creation_context", "id", "version", "name"})
      value.erase(noise);
  return value;
}

bool same_place(Call const& call, std::string const& a, std::string const& b) {
  if (a == b) return true;
  auto const left = place_of(call.site.store, a);
  auto const right = place_of(call.site.store, b);
  return left && right && left->datastore == right->datastore && left->path == right->path;
}

/// What a version was made of stays; tags, description, stage and archive mark may change.
void check_unchanged(Call const& call, Kind const& kind, Json const& old, Json const& fresh) {
  if (!kind.uri.empty() && !same_place(call, text_of(old, kind.uri), text_of(fresh, kind.uri)))
    user_error("Asset paths cannot be updated.");
  auto const& anonymous = member(old, "isAnonymous");
  if (anonymous.is_boolean() && anonymous.get<bool>()) return;
  for (auto const property : kind.fixed) {
    if (essence(property, member(old, property)) == essence(property, member(fresh, property))) continue;
    throw Refusal{409, "Conflict",
                  std::string{kind.what} + " `" + call.names[0] + "` version " + call.names[1] +
                      " exists with another `" + std::string{property} + "`; register a new version"};
  }
}

Json version_properties(Call const& call, Kind const& kind, Json const& given) {
  auto properties = base_properties(given);
  if (!member(properties, "isAnonymous").is_boolean()) properties["isAnonymous"] = false;
  if (kind.collection != "data") properties["provisioningState"] = "Succeeded";
  if (kind.collection == "codes") properties["codeUri"] = portable(call, text_of(properties, "codeUri"));
  if (kind.collection == "data") {
    if (text_of(properties, "dataUri").empty()) user_error("a data asset needs `dataUri`");
    if (text_of(properties, "dataType").empty()) properties["dataType"] = "uri_folder";
  }
  if (kind.collection == "models") {
    if (text_of(properties, "modelUri").empty()) user_error("a model needs `modelUri`");
    if (text_of(properties, "modelType").empty()) properties["modelType"] = "custom_model";
    if (!member(properties, "flavors").is_object()) properties["flavors"] = Json::object();
  }
  if (kind.collection == "environments") {
    if (member(properties, "build").is_object() && !text_of(properties["build"], "contextUri").empty())
      properties["build"]["contextUri"] = portable(call, text_of(properties["build"], "contextUri"));
    if (text_of(properties, "osType").empty()) properties["osType"] = "Linux";
    properties["environmentType"] = "UserCreated";
  }
  if (kind.collection == "components") {
    auto const& spec = member(properties, "componentSpec");
    if (!spec.is_object()) user_error("a component needs `componentSpec`");
    if (text_of(spec, "type").empty()) user_error("a component needs `componentSpec.type`");
  }
  if (kind.collection == "featuresets") check_feature_set(call, properties);
  if (kind.collection == "featurestoreEntities") check_feature_store_entity(properties);
  return properties;
}

http::Response put_version(Call& call) {
  auto const& kind = kind_of(call);
  auto const& name = call.names[0];
  auto const& version = call.names[1];
  check_name(kind.what, name);
  check_name(std::string{kind.what} + " version", version);
  auto const body = object_body(call);
  if (!member(body, "properties").is_object())
    user_error("a " + std::string{kind.what} + " version needs `properties`");
  auto properties = version_properties(call, kind, body["properties"]);
  auto const id = versions_id(kind, name) + "/" + version;
  auto const old = take(call.site.store.get(id));
  if (old) check_unchanged(call, kind, member(old->body, "properties"), properties);

  auto const anonymous = properties["isAnonymous"];
  if (!take(call.site.store.get(container_id(kind, name)))) {
    auto container = base_properties(Json::object());
    if (kind.collection == "data") container["dataType"] = properties["dataType"];
    container["provisioningState"] = "Succeeded";
    take(call.site.store.put(container_id(kind, name), Json{{"properties", container}, {"isAnonymous", anonymous}}));
  }
  auto const stored = take(call.site.store.put(id, Json{{"properties", std::move(properties)}}));
  return reply(old ? 200 : 201, shown_version(call, kind, stored));
}

http::Response delete_version(Call& call) {
  return empty_reply(
      take(call.site.store.erase(versions_id(kind_of(call), call.names[0]) + "/" + call.names[1])) ? 200 : 204);
}

/// Where the bytes of a code version may be put: a container of its own, with an address that carries its permission.
http::Response pending_upload(Call& call) {
  check_name("code", call.names[0]);
  check_name("code version", call.names[1]);
  auto const url = call.base + "/" + std::string{blob_account} + "/" + pending_container(call.names[0], call.names[1]);
  return reply(
      200,
      {{"pendingUploadId", base::uuid()},
       {"pendingUploadType", "TemporaryBlobReference"},
       {"blobReferenceForConsumption",
        {{"blobUri", url},
         {"storageAccountArmId", "/subscriptions/" + std::string{subscription} + "/resourceGroups/" +
                                     std::string{resource_group} +
                                     "/providers/Microsoft.Storage/storageAccounts/local"},
         {"credential", {{"credentialType", "SAS"}, {"sasUri", url + "?sv=2021-12-02&sr=c&sp=rwl&sig=bG9jYWw%3D"}}}}}});
}

}  // namespace

void add_asset_routes(Routes& routes) {
  struct Patterns {
    std::string_view all, one, versions, version, label;
  };
  static constexpr std::array<Patterns, 7> patterns{
      {{"codes", "codes/{}", "codes/{}/versions", "codes/{}/versions/{}", "codes/{}/labels/{}"},
       {"components", "components/{}", "components/{}/versions", "components/{}/versions/{}",
        "components/{}/labels/{}"},
       {"data", "data/{}", "data/{}/versions", "data/{}/versions/{}", "data/{}/labels/{}"},
       {"environments", "environments/{}", "environments/{}/versions", "environments/{}/versions/{}",
        "environments/{}/labels/{}"},
       {"featuresets", "featuresets/{}", "featuresets/{}/versions", "featuresets/{}/versions/{}",
        "featuresets/{}/labels/{}"},
       {"featurestoreEntities", "featurestoreEntities/{}", "featurestoreEntities/{}/versions",
        "featurestoreEntities/{}/versions/{}", "featurestoreEntities/{}/labels/{}"},
       {"models", "models/{}", "models/{}/versions", "models/{}/versions/{}", "models/{}/labels/{}"}}};
  for (auto const& at : patterns)
    routes.insert(routes.end(), {{"GET", at.all, list_containers},
                                 {"GET", at.one, get_container},
                                 {"PUT", at.one, put_container},
                                 {"DELETE", at.one, delete_container},
                                 {"GET", at.versions, list_versions},
                                 {"GET", at.version, get_version},
                                 {"PUT", at.version, put_version},
                                 {"DELETE", at.version, delete_version},
                                 {"GET", at.label, get_version}});
  routes.push_back({"POST", "codes/{}/versions/{}/startPendingUpload", pending_upload});
}

}  // namespace podium::inline v0::local
