#pragma once

#include "local/routes/route.hpp"

namespace podium::inline v0::local {

using Answer = std::function<void(http::Response)>;

/// Azure ML's REST contract as a function from request to response.
///
/// `done` is called before handle() returns, except for scoring: then later, on another thread.
/// `over_socket`: the request came through a listener, so the control plane asks for a token.
class Handler {
 public:
  explicit Handler(Site& site) : site_{site} {}
  void handle(http::Request request, bool over_socket, Answer done);

 private:
  Site& site_;
};

}  // namespace podium::inline v0::local
