#pragma once

#include "arm/json.hpp"
#include "http/url.hpp"

#include "podium/session.hpp"

#include <optional>
#include <vector>

namespace podium::inline v0::arm {

/// One call of the control plane.
struct Call {
  std::string method = "GET";
  /// Below the workspace ("jobs/brave_fig", "" for the workspace itself); from the root if it starts with "/".
  /// Names in it are encoded by the caller.
  std::string path{};
  http::Query query{};
  std::optional<Json> body{};
};

/// The absolute URL of a call, api-version included.
std::string url_of(Session const& session, std::string const& path, http::Query query = {});

/// Sends; any status but 2xx is an Error with the service's own account.
Result<http::Response> exchange(Session const& session, Call call, Context const& ctx);
/// The same, body parsed; null when there is none.
Result<Json> ask(Session const& session, Call call, Context const& ctx);
/// All members of a list, over as many pages as there are.  A next page on another host is refused.
Result<std::vector<Json>> list(Session const& session, std::string const& path, http::Query query, Context const& ctx);

/// The reply as JSON, or the Error that its status means.
Result<Json> read(Result<http::Response> reply);

}  // namespace podium::inline v0::arm
