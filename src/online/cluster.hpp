#pragma once

#include "online/connection.hpp"

#include <array>
#include <map>
#include <mutex>

namespace podium::inline v0::online {

/// The hash slot of a key: CRC-16/XMODEM of the key, or of what stands between its first `{` and the next `}`, modulo
/// 16384 (https://redis.io/docs/reference/cluster-spec/).
std::uint16_t slot_of(std::string_view key);

/// A command and the key that decides which server gets it.
struct Keyed {
  Command command;
  std::string key;
};

/// One server or the nodes of a cluster, with connections to each.  Safe to use from several threads.
class Cluster {
 public:
  static Result<std::shared_ptr<Cluster>> connect(RedisOptions options, Context const& ctx);

  /// Sends every command to the server of its key, as many at once as `batch` for each server, and gives back the
  /// replies in the commands' order.  Follows a cluster that moves slots meanwhile.
  Result<std::vector<Reply>> run(std::vector<Keyed> const& commands, std::size_t batch, Context const& ctx);
  bool clustered() const noexcept { return clustered_; }

 private:
  using Node = std::pair<std::string, std::uint16_t>;
  explicit Cluster(RedisOptions options) : options_{std::move(options)} {}

  Result<std::unique_ptr<Connection>> lease(Node const& node, bool fresh, Context const& ctx);
  void give_back(Node const& node, std::unique_ptr<Connection> connection);
  Result<void> learn(Connection& connection, Context const& ctx);
  Result<void> learn_anew(Context const& ctx);
  Node node_of(std::string const& key) const;
  struct Round;
  Result<void> exchange(Round& round, std::size_t batch, Context const& ctx);

  RedisOptions options_;
  bool clustered_ = false;
  mutable std::mutex mutex_;
  std::vector<Node> nodes_;                                        ///< under the mutex
  std::vector<std::uint16_t> slots_;                               ///< slot -> node, under the mutex; empty: one server
  std::map<Node, std::vector<std::unique_ptr<Connection>>> idle_;  ///< under the mutex
};

/// The Error that an error reply means.
Error failure(Reply const& reply);

}  // namespace podium::inline v0::online
