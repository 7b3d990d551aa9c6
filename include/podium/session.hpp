#pragma once

#include "podium/client_options.hpp"
#include "podium/credential.hpp"
#include "podium/http/transport.hpp"

#include <memory>
#include <string>

namespace podium::inline v0 {

/// Which workspace, and where its control plane answers.
struct WorkspaceAddress {
  std::string endpoint = "https://management.azure.com";  ///< scheme and host, no trailing slash
  std::string subscription_id;
  std::string resource_group;
  std::string workspace_name;
  friend bool operator==(WorkspaceAddress const&, WorkspaceAddress const&) = default;
};

/// Who a request goes out as.
enum class Identity {
  own_host,    ///< our token if the URL leads to the session's endpoint, else none
  named_host,  ///< our token too if the URL leads to a data plane that the workspace named
  none,        ///< no token: the URL or a header carries a credential of its own
};

struct SendOptions {
  Identity identity = Identity::own_host;
  bool retry = true;  ///< false: one attempt, whatever comes of it
};

/// One workspace as clients see it: wire, identity, address, options.
///
/// Cheap to copy: copies share connections and tokens.  Safe to use from several threads.
class PODIUM_API Session {
 public:
  Session(WorkspaceAddress address, std::shared_ptr<http::Transport> transport,
          std::shared_ptr<TokenCredential> credential, ClientOptions options = {});

  WorkspaceAddress const& address() const noexcept;
  ClientOptions const& options() const noexcept;

  /// "/subscriptions/.../workspaces/name": the ARM id.
  std::string workspace_id() const;

  /// Sends through the policies: request id, user agent, retry, token for the audience of the
  /// host (only ever to that host), wire.
  /// `request.url` is absolute, or starts with "/" and is then put behind the endpoint.
  Result<http::Response> send(http::Request request, Context const& ctx = {}) const;
  Result<http::Response> send(http::Request request, SendOptions const& how, Context const& ctx = {}) const;
  /// The clock that waits and measures: the options' own, or the machine's.
  Clock& clock() const noexcept;

 private:
  struct State;
  std::shared_ptr<State const> state_;
};

}  // namespace podium::inline v0
