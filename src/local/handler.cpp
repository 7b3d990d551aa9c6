#include "local/handler.hpp"

#include "base/letters.hpp"

#include <algorithm>

namespace podium::inline v0::local {
namespace {

enum class Plane { arm, mlflow, blob };

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> out;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    auto const slash = path.find('/');
    out.push_back(http::decode(path.substr(0, slash)));
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash);
  }
  // "/a//b" and "/a/" have empty segments: blob names may, the other planes do not care.
  return out;
}

std::vector<std::string> from(std::vector<std::string> const& segments, std::size_t index) {
  return index >= segments.size()
             ? std::vector<std::string>{}
             : std::vector<std::string>(segments.begin() + static_cast<std::ptrdiff_t>(index), segments.end());
}

std::string joined(std::vector<std::string> const& segments, std::size_t index) {
  std::string out;
  for (std::size_t i = index; i < segments.size(); ++i) out += (i == index ? "" : "/") + segments[i];
  return out;
}

bool same(std::string_view a, std::string_view b) { return base::lower_case(a) == base::lower_case(b); }

/// Do the segments from `at` spell this workspace?  Refusal if they spell another one.  Returns what follows.
std::vector<std::string> in_workspace(std::vector<std::string> const& segments, std::size_t at) {
  auto const spelled = [&](std::size_t offset, std::string_view word) {
    return segments.size() > at + offset && same(segments[at + offset], word);
  };
  if (!spelled(0, "subscriptions") || !spelled(2, "resourceGroups") || !spelled(4, "providers") ||
      !spelled(5, "Microsoft.MachineLearningServices") || !spelled(6, "workspaces") || segments.size() <= at + 7)
    throw Refusal{404, "ResourceNotFound", "there is nothing at /" + joined(segments, 0)};
  if (!same(segments[at + 1], subscription))
    throw Refusal{404, "SubscriptionNotFound", "this workspace lives in subscription " + std::string{subscription}};
  if (!same(segments[at + 3], resource_group))
    throw Refusal{404, "ResourceGroupNotFound",
                  "resource group `" + segments[at + 3] + "` does not exist; this workspace lives in `" +
                      std::string{resource_group} + "`"};
  if (!same(segments[at + 7], workspace_name))
    throw Refusal{404, "ResourceNotFound",
                  "workspace `" + segments[at + 7] + "` does not exist; this one is called `" +
                      std::string{workspace_name} + "`"};
  return from(segments, at + 8);
}

http::Response sizes(Call& call) {
  Json value = Json::array();
  for (auto const& [name, cores, memory] : {std::tuple{"Standard_DS3_v2", 4, 14}, std::tuple{"Standard_F4s_v2", 4, 8}})
    value.push_back({{"name", name},
                     {"family", "local"},
                     {"vCPUs", cores},
                     {"gpus", 0},
                     {"memoryGB", memory},
                     {"supportedComputeTypes", {"AmlCompute"}}});
  return page(call, value.get<std::vector<Json>>());
}

http::Response operation_status(Call& call, std::string const& name) {
  std::scoped_lock lock{call.site.mutex};
  auto const found = call.site.operations.find(name);
  if (found == call.site.operations.end()) not_found("operation", name);
  return reply(200, found->second);
}

http::Response arm(Call& call) {
  auto const& at = call.path;
  if (call.over_socket && !base::lower_case(call.headers.get("authorization")).starts_with("bearer "))
    throw Refusal{401, "InvalidAuthenticationToken",
                  "the authorization header with a bearer token is missing; GET /msi/token?resource=... gives one"};
  if (call.ask("api-version").empty())
    throw Refusal{400, "MissingApiVersionParameter",
                  "the api-version query parameter (?api-version=) is required for all requests"};
  bool const listing = at.size() >= 5 && same(at[at.size() - 1], "workspaces") &&
                       same(at[at.size() - 2], "Microsoft.MachineLearningServices");
  if (listing && call.method == "GET") {
    if (!same(at[1], subscription))
      throw Refusal{404, "SubscriptionNotFound", "this workspace lives in subscription " + std::string{subscription}};
    return workspaces(call);
  }
  if (at.size() >= 7 && same(at[2], "providers") && same(at[4], "locations")) {
    if (same(at[6], "mfeOperationsStatus") && at.size() == 8) return operation_status(call, at[7]);
    if (same(at[6], "vmSizes")) return sizes(call);
    if (same(at[6], "usages") || same(at[6], "quotas")) return page(call, {});
  }
  if (at.size() == 4 && same(at[2], "resourceGroups") && call.method == "GET" && same(at[3], resource_group))
    return reply(200, {{"id", "/subscriptions/" + at[1] + "/resourceGroups/" + at[3]},
                       {"name", resource_group},
                       {"location", location},
                       {"tags", Json::object()},
                       {"properties", {{"provisioningState", "Succeeded"}}}});
  auto const rest = in_workspace(at, 0);
  if (rest.empty()) {
    if (call.method == "GET") return workspace(call);
    throw Refusal{405, "NotSupportedLocally", "a local workspace is made by opening a folder, and deleted with it"};
  }
  return dispatch(workspace_routes(), call, rest);
}

http::Response run_history(Call& call) {
  auto const rest = in_workspace(call.path, 2);
  return dispatch(history_routes(), call, rest);
}

http::Response mlflow(Call& call, std::vector<std::string> const& rest) {
  // rest: api / 2.0 / mlflow / ...
  if (rest.size() >= 4 && same(rest[0], "api") && rest[1] == "2.0" && same(rest[2], "mlflow"))
    return dispatch(mlflow_routes(), call, from(rest, 3));
  throw Refusal{404, "ENDPOINT_NOT_FOUND", "the local workspace has nothing at /" + joined(rest, 0)};
}

struct Routed {
  Plane plane;
  http::Response (*answer)(Call&);
};

Routed plane_of(Call const& call) {
  auto const& at = call.path;
  auto const first = at.empty() ? std::string{} : base::lower_case(at[0]);
  if (first == "subscriptions") return {Plane::arm, arm};
  if (first == "history" && at.size() > 2) return {Plane::arm, run_history};
  if (first == "data" && at.size() > 2)
    return {Plane::arm, [](Call& c) {
              auto const rest = in_workspace(c.path, 2);
              if (c.method == "POST" && joined(rest, 0) == "dataversion/batchGetResolvedUris") return resolved_uris(c);
              throw Refusal{404, "NotSupportedLocally", "the local workspace has nothing at /" + joined(c.path, 0)};
            }};
  if (first == "mlflow" && at.size() > 2)
    return {Plane::mlflow, [](Call& c) { return mlflow(c, in_workspace(c.path, 2)); }};
  if (first == "api") {
    if (at.size() >= 4 && at[1] == "2.0" && same(at[2], "mlflow-artifacts") && same(at[3], "artifacts"))
      return {Plane::mlflow, [](Call& c) { return artifacts(c, from(c.path, 4)); }};
    return {Plane::mlflow, [](Call& c) { return mlflow(c, c.path); }};
  }
  if (first == "metadata" && at.size() == 2 && same(at[1], "endpoints")) return {Plane::arm, cloud_document};
  if (first == "msi" && at.size() == 2 && same(at[1], "token")) return {Plane::arm, token};
  if (first == "discovery") return {Plane::arm, discovery};
  if (first == blob_account)
    return {Plane::blob, [](Call& c) { return blob(c, c.path.size() > 1 ? c.path[1] : "", joined(c.path, 2)); }};
  if (!at.empty() && container_place(call.site.store, at[0]))
    return {Plane::blob, [](Call& c) { return blob(c, c.path[0], joined(c.path, 1)); }};
  if (first.empty())
    return {Plane::arm, [](Call& c) {
              return reply(200, {{"service", "podium local workspace"},
                                 {"workspace", workspace_id()},
                                 {"discoveryUrl", c.base + "/discovery"}});
            }};
  return {Plane::arm, [](Call& c) -> http::Response {
            throw Refusal{404, "NotSupportedLocally", "the local workspace has nothing at /" + joined(c.path, 0)};
          }};
}

http::Response refuse(Plane plane, Refusal const& refusal, std::string const& method) {
  if (plane == Plane::mlflow) return mlflow_refusal(refusal);
  if (plane == Plane::blob) return blob_refusal(refusal, method == "HEAD");
  return arm_refusal(refusal);
}

http::Response answer(Call& call) {
  auto plane = Plane::arm;
  try {
    auto const routed = plane_of(call);
    plane = routed.plane;
    return routed.answer(call);
  } catch (Refusal const& refusal) {
    return refuse(plane, refusal, call.method);
  } catch (Json::exception const& broken) {
    return refuse(
        plane,
        {400, "InvalidRequestContent", std::string{"the body has another shape than expected: "} + broken.what()},
        call.method);
  } catch (std::bad_alloc const&) {
    return refuse(plane, {507, "InsufficientStorage", "out of memory"}, call.method);
  } catch (std::exception const& broken) {
    return refuse(plane, {500, "ServiceError", broken.what()}, call.method);
  }
}

}  // namespace

void Handler::handle(http::Request request, bool over_socket, Answer done) {
  auto const url = http::parse_url(request.url);
  if (!url) {
    done(arm_refusal({400, "InvalidUri", "the address cannot be read: " + url.error().message()}));
    return;
  }
  auto segments = segments_of(url->path());
  // Scoring answers when the worker does; everything else at once.
  if (segments.size() >= 2 && same(segments[0], "endpoints") && segments.size() == 3 && same(segments[2], "score")) {
    auto const& endpoint = segments[1];
    site_.scoring.score(endpoint, std::move(request), std::move(done));
    return;
  }
  Call call{.site = site_,
            .method = std::move(request.method),
            .base = over_socket ? url->origin() : std::string{embedded_base},
            .over_socket = over_socket,
            .raw_path = std::string{url->path()},
            .path = std::move(segments),
            .names = {},
            .query = http::parse_query(url->query()),
            .headers = std::move(request.headers),
            .body = std::move(request.body)};
  if (call.path.size() > 1 && call.path.back().empty() && base::lower_case(call.path[0]) != blob_account)
    call.path.pop_back();
  auto response = answer(call);
  if (auto const id = call.headers.get("x-ms-client-request-id");
      !id.empty() && http::safe_field("x-ms-client-request-id", id))
    response.headers.set("x-ms-client-request-id", id);
  done(std::move(response));
}

}  // namespace podium::inline v0::local
