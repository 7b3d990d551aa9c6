#pragma once

#include "podium/client_options.hpp"
#include "podium/credential.hpp"
#include "podium/http/transport.hpp"

#include <memory>
#include <string>

namespace podium::inline v0 {

/// Which workspace, and where its control plane answers.
struct WorkspaceAddress {
  std::string endpoint = "https://management.azure.com";   ///< scheme and host, no trailing slash
  std::string subscription_id;
  std::string resource_group;
  std::string workspace_name;
  friend bool operator==(WorkspaceAddress const&, WorkspaceAddress const&) = default;
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

 private:
  struct State;
  std::shared_ptr<State const> state_;
};

}  // namespace podium::inline v0
