#pragma once

#include "podium/http/transport.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace podium::inline v0::net {

struct TransportOptions {
  std::string ca_pem{};                               ///< roots trusted besides the system's
  std::chrono::milliseconds connect_timeout{10'000};  ///< name resolution, TCP and TLS, each
  std::chrono::seconds read_timeout{300};             ///< silence of the other side during an exchange
  std::chrono::seconds keep_alive{50};                ///< an idle connection is not used again after this
  std::size_t max_idle_per_host = 32;
  std::size_t body_limit = std::size_t{4} << 30;  ///< larger response bodies end in an error
};

/// HTTP/1.1 over TCP and TLS: host names verified, connections kept and shared, no redirects followed.
/// A request is repeated only when an idle connection turned out to be closed before it was answered, and the
/// method is idempotent.  Owns its thread; it ends with the last reference.
Result<std::shared_ptr<http::Transport>> make_transport(TransportOptions options = {});

}  // namespace podium::inline v0::net
