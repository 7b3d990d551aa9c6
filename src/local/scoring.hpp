#pragma once

#include "local/store.hpp"

#include "podium/http/message.hpp"

namespace podium::inline v0::local {

/// Online endpoints of the workspace: worker processes for deployments, and the router in front of them.
class Scoring {
 public:
  struct Wiring {
    Store& store;
    Options options;
    WorkspaceAddress address;
    std::function<Result<std::shared_ptr<std::string const>>()> listener;
  };
  explicit Scoring(Wiring wiring);
  ~Scoring();  ///< stops the workers

  /// Starts (or replaces) the workers of the stored deployment and waits until `init()` has returned.
  /// Errc::failed with the last log lines when it does not.
  Result<void> deploy(std::string const& endpoint, std::string const& deployment);
  Result<void> remove(std::string const& endpoint, std::string const& deployment);  ///< empty deployment: all
  Result<std::string> logs(std::string const& endpoint, std::string const& deployment, int tail) const;

  /// POST|GET /endpoints/{endpoint}/score as the endpoint's users send it: key, header override, split, mirror, errors.
  /// `done` is called once, on any thread.
  void score(std::string const& endpoint, http::Request request, std::function<void(http::Response)> done);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace podium::inline v0::local
