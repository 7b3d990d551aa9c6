#include "arm/rest.hpp"

#include "podium/clients/assets.hpp"

namespace podium::inline v0 {

Result<model::WorkspaceInfo> WorkspacesClient::get(Context const& ctx) const {
  auto body = arm::ask(session_, {}, ctx);
  if (!body) return std::move(body).error().with("workspace", session_.address().workspace_name);
  using arm::text;
  model::WorkspaceInfo out;
  out.id = text(*body, "id");
  out.name = text(*body, "name");
  out.location = text(*body, "location");
  out.discovery_url = text(*body, "properties", "discoveryUrl");
  out.mlflow_tracking_uri = text(*body, "properties", "mlFlowTrackingUri");
  if (out.name.empty())
    return Error{Errc::protocol, "the answer does not describe a workspace; is the endpoint right?"};
  return out;
}

}  // namespace podium::inline v0
