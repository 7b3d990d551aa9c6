#include "podium/clients/endpoints.hpp"

#include "arm/operation.hpp"
#include "clients/references.hpp"

#include <algorithm>

namespace podium::inline v0 {
namespace {

using arm::Json;
using arm::text;

std::string path_of(std::string const& name) { return "onlineEndpoints/" + http::encode(name); }

std::string auth_to_wire(std::string const& mode) {
  return mode == "aml_token" ? "AMLToken" : mode == "aad_token" ? "AADToken" : mode == "key" ? "Key" : mode;
}

std::string auth_from_wire(std::string const& word) {
  std::string low = word;
  for (char& c : low)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return low == "key" ? "key" : low == "amltoken" ? "aml_token" : low == "aadtoken" ? "aad_token" : word;
}

std::map<std::string, int> without_zeros(std::map<std::string, int> shares) {
  std::erase_if(shares, [](auto const& share) { return share.second == 0; });
  return shares;
}

Result<model::Endpoint> decode(Json const& body) {
  auto const& properties = arm::at(body, "properties");
  if (!properties.is_object()) return Error{Errc::protocol, "an endpoint without properties"};
  model::Endpoint out;
  out.id = text(body, "id");
  out.name = text(body, "name");
  out.description = text(properties, "description");
  out.auth_mode = auth_from_wire(text(properties, "authMode"));
  out.traffic = arm::numbers(arm::at(properties, "traffic"));
  out.mirror_traffic = arm::numbers(arm::at(properties, "mirrorTraffic"));
  out.scoring_uri = text(properties, "scoringUri");
  out.provisioning_state = text(properties, "provisioningState");
  out.tags = arm::texts(arm::at(body, "tags"));
  out.properties = arm::texts(arm::at(properties, "properties"));
  return out;
}

/// Where the workspace lies: endpoints and deployments must name it.
Result<std::string> location_of(Session const& session, Context const& ctx) {
  auto workspace = arm::ask(session, {}, ctx);
  if (!workspace) return std::move(workspace).error().with("workspace", session.address().workspace_name);
  return text(*workspace, "location");
}

}  // namespace

Result<Operation<model::Endpoint>> EndpointsClient::begin_put(model::Endpoint const& endpoint,
                                                              Context const& ctx) const {
  auto location = location_of(session_, ctx);
  if (!location) return std::move(location).error().with("endpoint", endpoint.name);
  Json properties{{"authMode", auth_to_wire(endpoint.auth_mode)},
                  {"properties", endpoint.properties},
                  {"traffic", without_zeros(endpoint.traffic)},
                  {"mirrorTraffic", without_zeros(endpoint.mirror_traffic)}};
  arm::put(properties, "description", endpoint.description);
  Json body{{"location", *location},
            {"tags", endpoint.tags},
            {"identity", {{"type", "SystemAssigned"}}},
            {"properties", std::move(properties)}};
  auto begun = arm::begin_operation<model::Endpoint>(session_, {"PUT", path_of(endpoint.name), {}, std::move(body)},
                                                     decode, ctx);
  if (!begun) return std::move(begun).error().with("endpoint", endpoint.name);
  return begun;
}

Result<model::Endpoint> EndpointsClient::get(std::string const& name, Context const& ctx) const {
  auto body = arm::ask(session_, {"GET", path_of(name), {}, {}}, ctx);
  if (!body) return std::move(body).error().with("endpoint", name);
  return decode(*body);
}

Result<std::vector<model::Endpoint>> EndpointsClient::list(Context const& ctx) const {
  auto items = arm::list(session_, "onlineEndpoints", {}, ctx);
  if (!items) return std::move(items).error();
  std::vector<model::Endpoint> out;
  for (auto const& item : *items) {
    auto endpoint = decode(item);
    if (!endpoint) return std::move(endpoint).error();
    out.push_back(*std::move(endpoint));
  }
  return out;
}

Result<model::EndpointKeys> EndpointsClient::keys(std::string const& name, Context const& ctx) const {
  auto body = arm::ask(session_, {"POST", path_of(name) + "/listKeys", {}, {}}, ctx);
  if (!body) return std::move(body).error().with("endpoint", name);
  return model::EndpointKeys{text(*body, "primaryKey"), text(*body, "secondaryKey")};
}

Result<model::Endpoint> EndpointsClient::set_traffic(std::string const& name, std::map<std::string, int> traffic,
                                                     std::map<std::string, int> mirror, Context const& ctx) const {
  traffic = without_zeros(std::move(traffic));
  mirror = without_zeros(std::move(mirror));
  int total = 0;
  for (auto const& [deployment, share] : traffic) {
    if (share < 0 || share > 100)
      return Error{Errc::invalid_argument, "a share of traffic lies between 0 and 100, not at " + std::to_string(share)}
          .with("deployment", deployment)
          .with("endpoint", name);
    total += share;
  }
  if (total != 0 && total != 100)
    return Error{Errc::invalid_argument, "the shares of traffic sum to " + std::to_string(total) + ", not to 100 or 0"}
        .with("endpoint", name);

  // The whole resource goes back, so that what this client does not know of survives.
  auto body = arm::ask(session_, {"GET", path_of(name), {}, {}}, ctx);
  if (!body) return std::move(body).error().with("endpoint", name);
  if (!arm::at(*body, "properties").is_object())
    return Error{Errc::protocol, "an endpoint without properties"}.with("endpoint", name);
  (*body)["properties"]["traffic"] = traffic;
  (*body)["properties"]["mirrorTraffic"] = mirror;
  for (auto const* key : {"id", "name", "type", "systemData"}) body->erase(key);
  auto done = arm::complete(session_, {"PUT", path_of(name), {}, *std::move(body)}, ctx);
  if (!done) return std::move(done).error().with("traffic of endpoint", name);

  auto now = get(name, ctx);
  if (!now) return now;
  if (without_zeros(now->traffic) != traffic || without_zeros(now->mirror_traffic) != mirror)
    return Error{Errc::conflict, "its traffic was changed by somebody else meanwhile"}.with("endpoint", name);
  return now;
}

Result<void> EndpointsClient::remove(std::string const& name, Context const& ctx) const {
  auto done = arm::complete(session_, {"DELETE", path_of(name), {}, {}}, ctx);
  if (!done) return std::move(done).error().with("endpoint", name);
  return {};
}

}  // namespace podium::inline v0
