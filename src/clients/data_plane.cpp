#include "clients/data_plane.hpp"

#include "http/url.hpp"

#include <set>

namespace podium::inline v0::clients {

using arm::Json;
using arm::text;

Result<DataPlane> DataPlane::find(Session const& session, Context const& ctx) {
  auto workspace = arm::ask(session, {}, ctx);
  if (!workspace) return std::move(workspace).error().with("workspace", session.address().workspace_name);
  auto const discovery = text(*workspace, "properties", "discoveryUrl");
  if (discovery.empty()) return Error{Errc::protocol, "the workspace names no discovery document"};
  auto document = arm::read(session.send({"GET", discovery, {}, {}}, SendOptions{.identity = Identity::none}, ctx));
  if (!document) return std::move(document).error().with("discovery", session.address().workspace_name);
  auto api = text(*document, "api");
  while (api.ends_with('/')) api.pop_back();
  if (api.empty()) return Error{Errc::protocol, "the discovery document names no data plane"};

  // "azureml://host/mlflow/..." is the same host by whatever scheme the workspace itself is reached.
  auto tracking = text(*workspace, "properties", "mlFlowTrackingUri");
  if (tracking.starts_with("azureml://")) {
    auto const rest = tracking.substr(std::string_view{"azureml://"}.size());
    auto const endpoint = http::parse_url(session.address().endpoint);
    bool const own = endpoint && http::same_origin(endpoint->scheme + "://" + rest, session.address().endpoint);
    tracking = (own ? endpoint->scheme : std::string{"https"}) + "://" + rest;
  }
  tracking = tracking.substr(0, tracking.find('?'));
  while (tracking.ends_with('/')) tracking.pop_back();
  return DataPlane{session, std::move(api), std::move(tracking)};
}

Result<Json> DataPlane::get(std::string url, Context const& ctx) const {
  return arm::read(session_.send({"GET", std::move(url), {{"accept", "application/json"}}, {}},
                                 SendOptions{.identity = Identity::named_host}, ctx));
}

Result<Json> DataPlane::history(std::string const& path, Context const& ctx) const {
  return get(api_ + "/history/v1.0" + http::encode_path(session_.workspace_id()) + "/" + path, ctx);
}

Result<std::vector<Json>> DataPlane::history_list(std::string const& path, Context const& ctx) const {
  std::vector<Json> items;
  std::set<std::string> seen;
  auto next = path;
  for (;;) {
    auto page = history(next, ctx);
    if (!page) return std::move(page).error();
    auto const& value = arm::at(*page, "value");
    if (value.is_array()) items.insert(items.end(), value.begin(), value.end());
    auto const token = text(*page, "continuationToken");
    if (token.empty()) return items;
    if (!seen.insert(token).second) return Error{Errc::protocol, "a list of runs does not end"};
    next = http::with_query(path, {{"$continuationtoken", token}});
  }
}

Result<Json> DataPlane::mlflow(std::string const& path, http::Query const& query, Context const& ctx) const {
  if (tracking_.empty()) return Error{Errc::protocol, "the workspace names no MLflow tracking address"};
  return get(http::with_query(tracking_ + "/api/2.0/mlflow/" + path, query), ctx);
}

}  // namespace podium::inline v0::clients
