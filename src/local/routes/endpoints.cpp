#include "base/ids.hpp"
#include "base/letters.hpp"
#include "local/routes/route.hpp"

#include <algorithm>
#include <chrono>

namespace podium::inline v0::local {
namespace {

std::string endpoint_id(std::string const& name) { return "onlineEndpoints/" + name; }
std::string deployment_id(Call const& call) { return endpoint_id(call.names[0]) + "/deployments/" + call.names[1]; }
std::string secret_name(std::string const& endpoint, std::string_view which) {
  return "onlineEndpoints/" + base::lower_case(endpoint) + "/" + std::string{which};
}
std::string last_part(std::string const& id) { return id.substr(id.rfind('/') + 1); }

Json shown_endpoint(Call const& call, Resource const& resource) {
  auto out = shown(resource);
  auto& properties = out["properties"];
  auto const name = last_part(resource.id);
  // Any HTTP client of this machine reaches the listener; the embedded name leads only through the embedded transport.
  auto base = call.base;
  if (!call.over_socket)
    if (auto const url = call.site.listener_url()) base = *url;
  properties["scoringUri"] = base + "/endpoints/" + name + "/score";
  properties["swaggerUri"] = base + "/endpoints/" + name + "/swagger.json";
  properties["keys"] = nullptr;
  properties["properties"]["azureml.onlineendpointid"] = base::lower_case(workspace_id() + "/" + resource.id);
  return out;
}

http::Response list(Call& call) {
  std::vector<Json> items;
  for (auto const& resource : take(call.site.store.list("onlineEndpoints")))
    items.push_back(shown_endpoint(call, resource));
  return page(call, std::move(items));
}

http::Response get(Call& call) {
  return reply(200, shown_endpoint(call, require(call, endpoint_id(call.names[0]), "endpoint")));
}

/// Percentages by deployment, as an object of integers.
Json percentages(Json const& given, std::string_view what) {
  Json out = Json::object();
  if (given.is_null()) return out;
  if (!given.is_object()) user_error(std::string{what} + " must map deployments to percentages");
  for (auto const& [name, value] : given.items()) {
    auto const percent = integer_of(value, -1);
    if (percent < 0 || percent > 100)
      user_error(std::string{what} + " of `" + name + "` must be a whole number from 0 to 100");
    out[name] = percent;
  }
  return out;
}

std::int64_t sum_of(Json const& map) {
  std::int64_t sum = 0;
  for (auto const& [name, value] : map.items()) sum += value.get<std::int64_t>();
  return sum;
}

void check_traffic(Call const& call, Json const& traffic, Json const& mirror) {
  auto const deployments = take(call.site.store.list(endpoint_id(call.names[0]) + "/deployments"));
  for (auto const* map : {&traffic, &mirror})
    for (auto const& [name, percent] : map->items()) {
      auto const found = std::find_if(deployments.begin(), deployments.end(), [&name = name](Resource const& d) {
        return base::lower_case(last_part(d.id)) == base::lower_case(name);
      });
      if (found == deployments.end()) {
        if (percent == 0) continue;
        user_error("endpoint `" + call.names[0] + "` has no deployment `" + name + "` to give traffic to");
      }
      if (percent != 0 && text_of(member(found->body, "properties"), "provisioningState") != "Succeeded")
        user_error("deployment `" + name + "` is not ready for traffic");
    }
  auto const sum = sum_of(traffic);
  if (sum != 0 && sum != 100)
    user_error("traffic adds up to " + std::to_string(sum) + " percent; it must be 100 in all, or 0");
  if (sum_of(mirror) > 50)
    user_error("mirror traffic adds up to " + std::to_string(sum_of(mirror)) + " percent; at most 50 can be copied");
  auto const mirrored = std::count_if(mirror.begin(), mirror.end(), [](Json const& percent) { return percent != 0; });
  if (mirrored > 1) user_error("only one deployment can be given mirror traffic");
  for (auto const& [name, percent] : mirror.items())
    if (percent != 0 && traffic.contains(name) && traffic[name] != 0)
      user_error("deployment `" + name + "` takes live traffic, so it cannot be given mirror traffic too");
}

std::string auth_mode(Json const& properties) {
  auto const mode = base::lower_case(text_of(properties, "authMode"));
  if (mode.empty() || mode == "key") return "Key";
  if (mode == "amltoken" || mode == "aml_token") return "AMLToken";
  if (mode == "aadtoken" || mode == "aad_token") return "AADToken";
  user_error("`" + text_of(properties, "authMode") + "` is no authMode; Key, AMLToken and AADToken are");
}

void make_keys(Call const& call, Json const& given) {
  for (auto const* which : {"primaryKey", "secondaryKey"}) {
    auto const name = secret_name(call.names[0], which);
    auto const wanted = text_of(given, which);
    if (wanted.empty() && take(call.site.store.secret(name))) continue;
    take(call.site.store.set_secret(name, wanted.empty() ? base::random_text(48) : wanted));
  }
  auto const token = secret_name(call.names[0], "token");
  if (!take(call.site.store.secret(token))) take(call.site.store.set_secret(token, base::random_text(64)));
}

void tracked(Json& body) {
  for (auto const* read_only : {"id", "name", "type", "systemData"}) body.erase(read_only);
  if (!body.contains("location")) body["location"] = location;
  if (!member(body, "tags").is_object()) body["tags"] = Json::object();
  if (!member(body["properties"], "properties").is_object()) body["properties"]["properties"] = Json::object();
}

http::Response put(Call& call) {
  auto const& name = call.names[0];
  check_name("endpoint", name);
  if (name.size() < 3 || name.size() > 32 || name.find_first_of("._") != std::string::npos)
    user_error("`" + name + "` is no name for an endpoint: 3 to 32 letters, digits and `-`");
  auto body = object_body(call);
  if (!member(body, "properties").is_object()) user_error("an endpoint needs `properties`");
  auto& properties = body["properties"];
  properties["authMode"] = auth_mode(properties);
  properties["traffic"] = percentages(member(properties, "traffic"), "traffic");
  properties["mirrorTraffic"] = percentages(member(properties, "mirrorTraffic"), "mirror traffic");
  check_traffic(call, properties["traffic"], properties["mirrorTraffic"]);
  make_keys(call, member(properties, "keys"));
  for (auto const* read_only : {"keys", "scoringUri", "swaggerUri"}) properties.erase(read_only);
  properties["provisioningState"] = "Succeeded";
  if (text_of(properties, "publicNetworkAccess").empty()) properties["publicNetworkAccess"] = "Enabled";
  tracked(body);
  bool const known = take(call.site.store.get(endpoint_id(name))).has_value();
  return reply(known ? 200 : 201, shown_endpoint(call, take(call.site.store.put(endpoint_id(name), std::move(body)))));
}

http::Response patch(Call& call) {
  auto const given = object_body(call);
  auto const id = call.names.size() > 1 ? deployment_id(call) : endpoint_id(call.names[0]);
  require(call, id, call.names.size() > 1 ? "deployment" : "endpoint");
  auto const changed = take(call.site.store.update(id, [&](Json& body) {
    for (auto const* field : {"tags", "identity", "sku"})
      if (given.contains(field)) body[field] = given[field];
    return true;
  }));
  if (!changed) not_found("endpoint", call.names[0]);
  return reply(200, call.names.size() > 1 ? shown(*changed) : shown_endpoint(call, *changed));
}

http::Response remove(Call& call) {
  auto const& name = call.names[0];
  if (!take(call.site.store.get(endpoint_id(name)))) return empty_reply(204);
  take(call.site.scoring.remove(name, ""));
  take(call.site.store.erase(endpoint_id(name)));
  take(call.site.store.drop_secrets("onlineEndpoints/" + base::lower_case(name) + "/"));
  return empty_reply(200);
}

http::Response keys(Call& call) {
  require(call, endpoint_id(call.names[0]), "endpoint");
  return reply(
      200, {{"primaryKey", take(call.site.store.secret(secret_name(call.names[0], "primaryKey"))).value_or("")},
            {"secondaryKey", take(call.site.store.secret(secret_name(call.names[0], "secondaryKey"))).value_or("")}});
}

http::Response regenerate(Call& call) {
  require(call, endpoint_id(call.names[0]), "endpoint");
  auto const body = object_body(call);
  auto const type = base::lower_case(text_of(body, "keyType"));
  if (type != "primary" && type != "secondary") user_error("`keyType` must be Primary or Secondary");
  auto const wanted = text_of(body, "keyValue");
  take(call.site.store.set_secret(secret_name(call.names[0], type + "Key"),
                                  wanted.empty() ? base::random_text(48) : wanted));
  return keys(call);
}

http::Response endpoint_token(Call& call) {
  require(call, endpoint_id(call.names[0]), "endpoint");
  auto const now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  return reply(200, {{"accessToken", take(call.site.store.secret(secret_name(call.names[0], "token"))).value_or("")},
                     {"tokenType", "Bearer"},
                     {"expiryTimeUtc", now + 86'400},
                     {"refreshAfterTimeUtc", now + 43'200}});
}

// --- deployments

http::Response list_deployments(Call& call) {
  require(call, endpoint_id(call.names[0]), "endpoint");
  std::vector<Json> items;
  for (auto const& resource : take(call.site.store.list(endpoint_id(call.names[0]) + "/deployments")))
    items.push_back(shown(resource));
  return page(call, std::move(items));
}

http::Response get_deployment(Call& call) {
  require(call, endpoint_id(call.names[0]), "endpoint");
  return reply(200, shown(require(call, deployment_id(call), "deployment")));
}

void require_asset(Call const& call, std::string const& reference, std::string_view what) {
  if (reference.empty()) return;
  if (auto const place = place_of(call.site.store, reference); !place)
    user_error("the deployment's " + std::string{what} + " `" + reference +
               "` is not in this workspace: " + place.error().message());
}

void deployment_defaults(Json& body) {
  auto& properties = body["properties"];
  if (text_of(properties, "endpointComputeType").empty()) properties["endpointComputeType"] = "Managed";
  if (!member(properties, "scaleSettings").is_object()) properties["scaleSettings"] = {{"scaleType", "Default"}};
  if (text_of(properties["scaleSettings"], "scaleType").empty()) properties["scaleSettings"]["scaleType"] = "Default";
  Json settings{{"maxConcurrentRequestsPerInstance", 1}, {"maxQueueWait", "PT0.5S"}, {"requestTimeout", "PT5S"}};
  if (member(properties, "requestSettings").is_object())
    for (auto const& [key, value] : properties["requestSettings"].items())
      if (!value.is_null()) settings[key] = value;
  properties["requestSettings"] = std::move(settings);
  if (text_of(properties, "instanceType").empty()) properties["instanceType"] = "Standard_F4s_v2";
  if (!member(body, "sku").is_object()) body["sku"] = {{"name", "Default"}, {"capacity", 1}};
  if (integer_of(member(body["sku"], "capacity"), 0) < 1) body["sku"]["capacity"] = 1;
}

http::Response put_deployment(Call& call) {
  require(call, endpoint_id(call.names[0]), "endpoint");
  check_name("deployment", call.names[1]);
  auto body = object_body(call);
  if (!member(body, "properties").is_object()) user_error("a deployment needs `properties`");
  tracked(body);
  deployment_defaults(body);
  auto& properties = body["properties"];
  require_asset(call, text_of(properties, "model"), "model");
  require_asset(call, text_of(member(properties, "codeConfiguration"), "codeId"), "code");
  if (base::lower_case(text_of(properties, "endpointComputeType")) == "kubernetes")
    not_supported("Kubernetes deployments");
  properties["provisioningState"] = "Updating";
  auto const id = deployment_id(call);
  bool const known = take(call.site.store.get(id)).has_value();
  take(call.site.store.put(id, body));
  auto const deployed = call.site.scoring.deploy(call.names[0], call.names[1]);
  auto const resource = take(call.site.store.update(id, [&](Json& now) {
    now["properties"]["provisioningState"] = deployed ? "Succeeded" : "Failed";
    return true;
  }));
  if (!resource) not_found("deployment", call.names[1]);
  auto response = reply(known ? 200 : 201, shown(*resource));
  if (deployed) return response;
  // Azure accepts a deployment first and tells how it went through this header; so do we when it went badly.
  auto const refusal = refusal_of(deployed.error());
  auto const operation = "odidp:" + call.site.guid + ":" + base::uuid();
  {
    std::scoped_lock lock{call.site.mutex};
    call.site.operations[operation] = {{"id", operation},
                                       {"name", operation},
                                       {"status", "Failed"},
                                       {"error", {{"code", refusal.code}, {"message", refusal.message}}}};
  }
  response.headers.set("azure-asyncoperation", call.base + "/subscriptions/" + std::string{subscription} +
                                                   "/providers/Microsoft.MachineLearningServices/locations/" +
                                                   std::string{location} + "/mfeOperationsStatus/" +
                                                   http::encode(operation) + "?api-version=2023-10-01");
  return response;
}

http::Response delete_deployment(Call& call) {
  auto const endpoint = require(call, endpoint_id(call.names[0]), "endpoint");
  auto const found = take(call.site.store.get(deployment_id(call)));
  if (!found) return empty_reply(204);
  auto const name = last_part(found->id);
  for (auto const* map : {"traffic", "mirrorTraffic"})
    if (integer_of(member(member(member(endpoint.body, "properties"), map), name), 0) > 0)
      user_error("deployment `" + name + "` takes traffic of endpoint `" + call.names[0] +
                 "`; give that to another one first");
  take(call.site.scoring.remove(call.names[0], name));
  take(call.site.store.erase(found->id));
  return empty_reply(200);
}

http::Response logs(Call& call) {
  require(call, endpoint_id(call.names[0]), "endpoint");
  require(call, deployment_id(call), "deployment");
  auto const body = object_body(call, true);
  auto const tail = static_cast<int>(std::clamp<std::int64_t>(integer_of(member(body, "tail"), 100), 1, 100'000));
  return reply(200, {{"content", take(call.site.scoring.logs(call.names[0], call.names[1], tail))}});
}

http::Response skus(Call& call) {
  require(call, endpoint_id(call.names[0]), "endpoint");
  require(call, deployment_id(call), "deployment");
  return page(call, {{{"resourceType", "Microsoft.MachineLearning.Services/endpoints/deployments"},
                      {"sku", {{"name", "Default"}, {"tier", "Standard"}}},
                      {"capacity", {{"default", 1}, {"minimum", 1}, {"maximum", 8}, {"scaleType", "Manual"}}}}});
}

}  // namespace

void add_endpoint_routes(Routes& routes) {
  routes.insert(routes.end(), {{"GET", "onlineEndpoints", list},
                               {"GET", "onlineEndpoints/{}", get},
                               {"PUT", "onlineEndpoints/{}", put},
                               {"PATCH", "onlineEndpoints/{}", patch},
                               {"DELETE", "onlineEndpoints/{}", remove},
                               {"POST", "onlineEndpoints/{}/listKeys", keys},
                               {"POST", "onlineEndpoints/{}/regenerateKeys", regenerate},
                               {"POST", "onlineEndpoints/{}/token", endpoint_token},
                               {"GET", "onlineEndpoints/{}/deployments", list_deployments},
                               {"GET", "onlineEndpoints/{}/deployments/{}", get_deployment},
                               {"PUT", "onlineEndpoints/{}/deployments/{}", put_deployment},
                               {"PATCH", "onlineEndpoints/{}/deployments/{}", patch},
                               {"DELETE", "onlineEndpoints/{}/deployments/{}", delete_deployment},
                               {"POST", "onlineEndpoints/{}/deployments/{}/getLogs", logs},
                               {"GET", "onlineEndpoints/{}/deployments/{}/skus", skus}});
}

}  // namespace podium::inline v0::local
