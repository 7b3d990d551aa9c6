#include "base/letters.hpp"
#include "local/routes/route.hpp"

namespace podium::inline v0::local {
namespace {

http::Response list(Call& call) {
  std::vector<Json> items;
  for (auto const& resource : take(call.site.store.list("computes"))) items.push_back(shown(resource));
  return page(call, std::move(items));
}

http::Response get(Call& call) { return reply(200, shown(require(call, "computes/" + call.names[0], "compute"))); }

/// A name that jobs may ask for: everything runs on this machine, whatever the size.
http::Response put(Call& call) {
  auto const& name = call.names[0];
  check_name("compute", name);
  auto body = object_body(call);
  if (text_of(member(body, "properties"), "computeType").empty())
    user_error("a compute needs `properties.computeType`");
  auto& properties = body["properties"];
  if (!member(properties, "properties").is_object()) properties["properties"] = Json::object();
  properties["provisioningState"] = "Succeeded";
  properties["isAttachedCompute"] = false;
  auto& own = properties["properties"];
  auto const type = base::lower_case(text_of(properties, "computeType"));
  if (type == "amlcompute") {
    own["allocationState"] = "Steady";
    own["currentNodeCount"] = 0;
    own["targetNodeCount"] = 0;
  } else if (type == "computeinstance") {
    if (text_of(own, "state").empty()) own["state"] = "Running";
  }
  if (!body.contains("location")) body["location"] = location;
  for (auto const* read_only : {"id", "name", "type", "systemData"}) body.erase(read_only);
  bool const known = take(call.site.store.get("computes/" + name)).has_value();
  return reply(known ? 200 : 201, shown(take(call.site.store.put("computes/" + name, std::move(body)))));
}

http::Response remove(Call& call) {
  return empty_reply(take(call.site.store.erase("computes/" + call.names[0])) ? 200 : 204);
}

http::Response set_state(Call& call, std::string const& state) {
  require(call, "computes/" + call.names[0], "compute");
  take(call.site.store.update("computes/" + call.names[0], [&](Json& body) {
    body["properties"]["properties"]["state"] = state;
    return true;
  }));
  return empty_reply(202);
}

}  // namespace

void add_compute_routes(Routes& routes) {
  routes.insert(routes.end(), {{"GET", "computes", list},
                               {"GET", "computes/{}", get},
                               {"PUT", "computes/{}", put},
                               {"DELETE", "computes/{}", remove},
                               {"POST", "computes/{}/start", [](Call& call) { return set_state(call, "Running"); }},
                               {"POST", "computes/{}/restart", [](Call& call) { return set_state(call, "Running"); }},
                               {"POST", "computes/{}/stop", [](Call& call) { return set_state(call, "Stopped"); }},
                               {"POST", "computes/{}/listNodes", [](Call& call) {
                                  require(call, "computes/" + call.names[0], "compute");
                                  return reply(200, {{"nodes", Json::array()}, {"nextLink", nullptr}});
                                }}});
}

}  // namespace podium::inline v0::local
