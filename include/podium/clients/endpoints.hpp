#pragma once

#include "podium/model/endpoint.hpp"
#include "podium/operation.hpp"
#include "podium/session.hpp"

namespace podium::inline v0 {

/// Online endpoints of one workspace.
class PODIUM_API EndpointsClient {
 public:
  explicit EndpointsClient(Session session) : session_{std::move(session)} {}
  Result<Operation<model::Endpoint>> begin_put(model::Endpoint const& endpoint, Context const& ctx = {}) const;
  Result<model::Endpoint> get(std::string const& name, Context const& ctx = {}) const;
  Result<std::vector<model::Endpoint>> list(Context const& ctx = {}) const;
  Result<model::EndpointKeys> keys(std::string const& name, Context const& ctx = {}) const;
  /// Read, change only traffic and mirror, write the whole resource back, read and compare.
  /// Errc::conflict if somebody else changed it meanwhile.
  Result<model::Endpoint> set_traffic(std::string const& name, std::map<std::string, int> traffic,
                                      std::map<std::string, int> mirror, Context const& ctx = {}) const;
  Result<void> remove(std::string const& name, Context const& ctx = {}) const;

 private:
  Session session_;
};

/// Deployments behind the online endpoints of one workspace.
class PODIUM_API DeploymentsClient {
 public:
  explicit DeploymentsClient(Session session) : session_{std::move(session)} {}
  /// Model, code and environment are ids by now (see Workspace::deploy).
  Result<Operation<model::Deployment>> begin_put(model::Deployment const& deployment, Context const& ctx = {}) const;
  Result<model::Deployment> get(std::string const& endpoint, std::string const& name, Context const& ctx = {}) const;
  Result<std::vector<model::Deployment>> list(std::string const& endpoint, Context const& ctx = {}) const;
  Result<std::string> logs(std::string const& endpoint, std::string const& name, int tail = 50,
                           Context const& ctx = {}) const;
  Result<void> remove(std::string const& endpoint, std::string const& name, Context const& ctx = {}) const;

 private:
  Session session_;
};

struct Scored {
  int status = 0;
  std::string body;
  std::string deployment;  ///< which one answered: header azureml-model-deployment
  double milliseconds = 0;
};

/// Calls an endpoint as its users do.  Holds the key; safe to use from several threads.
class PODIUM_API ScoringClient {
 public:
  /// `scoring_uri` and `key` as the control plane gives them.
  ScoringClient(Session session, std::string scoring_uri, std::string key);
  /// `deployment` empty: the endpoint's router chooses.  `request_id` goes as x-ms-client-request-id
  /// and decides the routing.  Never retried: an error is an observation.
  Result<Scored> invoke(std::string body, std::string const& request_id = {}, std::string const& deployment = {},
                        Context const& ctx = {}) const;

 private:
  Session session_;
  std::string uri_;
  std::string key_;
};

}  // namespace podium::inline v0
