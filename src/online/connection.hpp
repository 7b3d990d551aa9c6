#pragma once

#include "online/resp.hpp"

#include "podium/context.hpp"
#include "podium/online/redis.hpp"

#include <memory>
#include <span>

namespace podium::inline v0::online {

/// One socket to one server, plain or TLS.  Used by one thread at a time.
class Connection {
 public:
  /// Connects and authenticates.  `certified`: the name that the server's certificate must be for; the nodes of a
  /// cluster go by addresses, their certificate by the cluster's name.
  static Result<std::unique_ptr<Connection>> open(RedisOptions const& options, std::string const& certified,
                                                  Context const& ctx);
  ~Connection();
  Connection(Connection const&) = delete;
  Connection& operator=(Connection const&) = delete;

  /// Sends the commands in one go.
  Result<void> send(std::span<Command const* const> commands, Context const& ctx);
  /// Reads that many replies.
  Result<std::vector<Reply>> receive(std::size_t count, Context const& ctx);
  /// One command, one reply.
  Result<Reply> ask(Command const& command, Context const& ctx);

  /// After an error the connection is of no more use.
  bool broken() const noexcept;

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace podium::inline v0::online
