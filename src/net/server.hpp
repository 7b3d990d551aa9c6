#pragma once

#include "podium/http/message.hpp"
#include "podium/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace podium::inline v0::net {

/// Ends one exchange.  May be called from any thread, at once or later; calls after the first are ignored.
/// Dropping every copy without calling it answers 500.
using Respond = std::function<void(http::Response)>;

/// Turns requests into responses.  Called on the server's threads: long work belongs elsewhere.
/// `request.url` is absolute: the scheme the client came by, its Host header, the target as sent.
/// An exception becomes a 500 that says nothing of it.
using Handler = std::function<void(http::Request, Respond)>;

struct TlsIdentity {
  std::string certificate_pem;  ///< leaf first, then what is needed to reach the root
  std::string key_pem;          ///< never logged
};

struct ServerOptions {
  std::uint16_t port = 0;               ///< 0: the kernel picks
  std::optional<TlsIdentity> tls{};     ///< empty: plain HTTP only
  std::size_t body_limit = 512u << 20;  ///< larger request bodies are answered 413
  int threads = 2;
  std::chrono::seconds idle_timeout{120};  ///< between requests of a kept connection, and for a stalled read or write
};

/// An HTTP/1.1 server on 127.0.0.1: plain and TLS on one port, told apart by the first byte.
/// For a HEAD request the handler may set content-length itself; no body is sent.
class Server {
 public:
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler);
  ~Server();  ///< stops accepting, closes connections, joins its threads
  Server(Server const&) = delete;
  Server& operator=(Server const&) = delete;

  std::uint16_t port() const noexcept;

 private:
  struct State;
  explicit Server(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace podium::inline v0::net
