#pragma once

#include "net/server.hpp"

#include "podium/local/workspace.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace podium::inline v0::local {

/// The loopback sockets of a workspace: one that lives while somebody holds a lease, and the one of serve().
class Listener {
 public:
  Listener(std::filesystem::path folder, net::Handler handler);
  ~Listener();  ///< same as stop()
  Listener(Listener const&) = delete;
  Listener& operator=(Listener const&) = delete;

  /// The base URL, plain HTTP; the listener stays while the returned pointer lives.
  Result<std::shared_ptr<std::string const>> lease();
  Result<Served> serve(std::uint16_t port);
  std::optional<std::string> url() const;
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::jthread undertaker_;
};

}  // namespace podium::inline v0::local
