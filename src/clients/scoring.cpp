#include "podium/clients/endpoints.hpp"

namespace podium::inline v0 {

ScoringClient::ScoringClient(Session session, std::string scoring_uri, std::string key)
    : session_{std::move(session)}, uri_{std::move(scoring_uri)}, key_{std::move(key)} {}

Result<Scored> ScoringClient::invoke(std::string body, std::string const& request_id, std::string const& deployment,
                                     Context const& ctx) const {
  http::Request request{"POST", uri_, {{"content-type", "application/json"}}, std::move(body)};
  if (!key_.empty()) request.headers.set("authorization", "Bearer " + key_);
  if (!request_id.empty()) request.headers.set("x-ms-client-request-id", request_id);
  if (!deployment.empty()) request.headers.set("azureml-model-deployment", deployment);
  auto const& clock = session_.clock();
  auto const before = clock.steady_now();
  auto reply = session_.send(std::move(request), SendOptions{.identity = Identity::none, .retry = false}, ctx);
  std::chrono::duration<double, std::milli> const took = clock.steady_now() - before;
  if (!reply) return std::move(reply).error();
  return Scored{reply->status, std::move(reply->body), reply->headers.get("azureml-model-deployment"), took.count()};
}

}  // namespace podium::inline v0
