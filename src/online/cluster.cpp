#include "online/cluster.hpp"

#include <algorithm>
#include <charconv>

namespace podium::inline v0::online {
namespace {

constexpr std::uint16_t slots = 16384;
constexpr int most_redirections = 8;
constexpr std::size_t most_idle = 8;

std::uint16_t crc16(std::string_view bytes) {
  std::uint16_t crc = 0;
  for (unsigned char const byte : bytes) {
    crc = static_cast<std::uint16_t>(crc ^ (byte << 8));
    for (int bit = 0; bit < 8; ++bit)
      crc = static_cast<std::uint16_t>((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1);
  }
  return crc;
}

/// "MOVED 3999 127.0.0.1:6381" -> host and port.
std::optional<std::pair<std::string, std::uint16_t>> target_of(std::string const& text) {
  auto const address = text.substr(text.rfind(' ') + 1);
  auto const colon = address.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::uint16_t port = 0;
  auto const* const end = address.data() + address.size();
  if (std::from_chars(address.data() + colon + 1, end, port).ptr != end) return std::nullopt;
  return std::pair{address.substr(0, colon), port};
}

}  // namespace

std::uint16_t slot_of(std::string_view key) {
  if (auto const open = key.find('{'); open != std::string_view::npos)
    if (auto const close = key.find('}', open); close != std::string_view::npos && close > open + 1)
      key = key.substr(open + 1, close - open - 1);
  return static_cast<std::uint16_t>(crc16(key) % slots);
}

Error failure(Reply const& reply) {
  auto const said = "the server answers: " + reply.text;
  for (auto const* prefix : {"NOAUTH", "WRONGPASS"})
    if (reply.is_error(prefix)) return Error{Errc::unauthenticated, said};
  if (reply.is_error("NOPERM")) return Error{Errc::permission_denied, said};
  if (reply.is_error("OOM")) return Error{Errc::exhausted, said};
  for (auto const* prefix : {"LOADING", "CLUSTERDOWN", "TRYAGAIN", "BUSY", "READONLY", "MASTERDOWN"})
    if (reply.is_error(prefix)) return Error{Errc::unavailable, said};
  return Error{Errc::protocol, said};
}

Result<std::shared_ptr<Cluster>> Cluster::connect(RedisOptions options, Context const& ctx) {
  std::shared_ptr<Cluster> cluster{new Cluster{std::move(options)}};
  Node const first{cluster->options_.host, cluster->options_.port};
  auto connection = cluster->lease(first, true, ctx);
  if (!connection) return std::move(connection).error();
  if (auto ok = cluster->learn(**connection, ctx); !ok) return std::move(ok).error();
  cluster->give_back(first, *std::move(connection));
  return cluster;
}

Result<std::unique_ptr<Connection>> Cluster::lease(Node const& node, bool fresh, Context const& ctx) {
  if (!fresh) {
    std::scoped_lock const lock{mutex_};
    auto& kept = idle_[node];
    if (!kept.empty()) {
      auto connection = std::move(kept.back());
      kept.pop_back();
      return connection;
    }
  }
  auto options = options_;
  options.host = node.first;
  options.port = node.second;
  return Connection::open(options, options_.host, ctx);
}

void Cluster::give_back(Node const& node, std::unique_ptr<Connection> connection) {
  if (!connection || connection->broken()) return;
  std::scoped_lock const lock{mutex_};
  auto& kept = idle_[node];
  if (kept.size() < most_idle) kept.push_back(std::move(connection));
}

Result<void> Cluster::learn(Connection& connection, Context const& ctx) {
  auto reply = connection.ask({"CLUSTER", "SLOTS"}, ctx);
  if (!reply) return std::move(reply).error();
  Node const first{options_.host, options_.port};
  if (reply->kind != Reply::Kind::array) {
    for (auto const* prefix : {"NOAUTH", "WRONGPASS", "NOPERM", "LOADING"})
      if (reply->is_error(prefix)) return failure(*reply).with("redis", first.first);
    if (options_.cluster)
      return Error{Errc::invalid_argument, "the server is no cluster: " + reply->text}.with("redis", first.first);
    std::scoped_lock const lock{mutex_};
    nodes_ = {first};
    return {};
  }
  std::vector<Node> nodes;
  std::vector<std::uint16_t> map(slots, slots);
  for (auto const& range : reply->items) {
    if (range.items.size() < 3 || range.items[2].items.size() < 2)
      return Error{Errc::protocol, "the cluster's slots are told in an unknown way"}.with("redis", first.first);
    auto const& master = range.items[2];
    Node node{master.items[0].text.empty() ? first.first : master.items[0].text,
              static_cast<std::uint16_t>(master.items[1].integer)};
    auto at = std::find(nodes.begin(), nodes.end(), node);
    if (at == nodes.end()) at = nodes.insert(nodes.end(), std::move(node));
    auto const from = std::clamp<std::int64_t>(range.items[0].integer, 0, slots - 1);
    auto const to = std::clamp<std::int64_t>(range.items[1].integer, 0, slots - 1);
    for (auto slot = from; slot <= to; ++slot)
      map[static_cast<std::size_t>(slot)] = static_cast<std::uint16_t>(at - nodes.begin());
  }
  if (nodes.empty()) return Error{Errc::unavailable, "no server of the cluster has slots"}.with("redis", first.first);
  // A slot without an owner goes to the first node, which then says what is wrong.
  std::replace(map.begin(), map.end(), slots, std::uint16_t{0});
  std::scoped_lock const lock{mutex_};
  clustered_ = true;
  nodes_ = std::move(nodes);
  slots_ = std::move(map);
  return {};
}

Result<void> Cluster::learn_anew(Context const& ctx) {
  std::vector<Node> known;
  {
    std::scoped_lock const lock{mutex_};
    known = nodes_;
  }
  known.insert(known.begin(), Node{options_.host, options_.port});
  std::optional<Error> last;
  for (auto const& node : known) {
    auto connection = lease(node, true, ctx);
    if (!connection) {
      last = std::move(connection).error();
      continue;
    }
    if (auto ok = learn(**connection, ctx); !ok) {
      last = std::move(ok).error();
      continue;
    }
    give_back(node, *std::move(connection));
    return {};
  }
  return *std::move(last);
}

Cluster::Node Cluster::node_of(std::string const& key) const {
  std::scoped_lock const lock{mutex_};
  return slots_.empty() ? nodes_.front() : nodes_[slots_[slot_of(key)]];
}

/// What is on its way: the commands of each node, and the replies as they come.
struct Cluster::Round {
  struct Part {
    Node node;
    std::vector<std::size_t> at;  ///< positions of the commands
    std::size_t sent = 0;         ///< of `at`
    std::unique_ptr<Connection> connection{};
    bool asking = false;
  };
  std::vector<Keyed> const& commands;
  std::vector<Reply>& replies;
  std::vector<Part> parts;

  void add(Node const& node, std::size_t position, bool asking) {
    for (auto& part : parts)
      if (part.node == node && part.asking == asking) return part.at.push_back(position);
    parts.push_back({.node = node, .at = {position}, .asking = asking});
  }
};

Result<void> Cluster::exchange(Round& round, std::size_t batch, Context const& ctx) {
  static Command const asking{"ASKING"};
  for (bool more = true; more;) {
    more = false;
    // Every server gets its share before the first answer is waited for.
    std::vector<std::size_t> shares;
    for (auto& part : round.parts) {
      auto const share = std::min(batch, part.at.size() - part.sent);
      shares.push_back(share);
      if (share == 0) continue;
      std::vector<Command const*> now;
      for (std::size_t i = 0; i < share; ++i) {
        if (part.asking) now.push_back(&asking);
        now.push_back(&round.commands[part.at[part.sent + i]].command);
      }
      for (bool fresh = false;; fresh = true) {
        if (!part.connection) {
          auto leased = lease(part.node, fresh, ctx);
          if (!leased) return std::move(leased).error();
          part.connection = *std::move(leased);
        }
        auto sent = part.connection->send(now, ctx);
        if (sent) break;
        part.connection.reset();
        // A kept connection may have been closed by the server meanwhile.
        if (fresh || sent.error().code() != Errc::unavailable) return std::move(sent).error();
      }
    }
    for (std::size_t p = 0; p < round.parts.size(); ++p) {
      auto& part = round.parts[p];
      if (shares[p] == 0) continue;
      auto const each = part.asking ? std::size_t{2} : std::size_t{1};
      auto got = part.connection->receive(shares[p] * each, ctx);
      if (!got) return std::move(got).error();
      for (std::size_t i = 0; i < shares[p]; ++i)
        round.replies[part.at[part.sent + i]] = std::move((*got)[i * each + each - 1]);
      part.sent += shares[p];
      more = more || part.sent < part.at.size();
    }
  }
  for (auto& part : round.parts) give_back(part.node, std::move(part.connection));
  return {};
}

Result<std::vector<Reply>> Cluster::run(std::vector<Keyed> const& commands, std::size_t batch, Context const& ctx) {
  if (auto gone = ctx.interrupted()) return *std::move(gone);
  std::vector<Reply> replies(commands.size());
  Round round{commands, replies, {}};
  for (std::size_t i = 0; i < commands.size(); ++i) round.add(node_of(commands[i].key), i, false);
  bool again = false;
  for (int redirections = 0; !round.parts.empty(); ++redirections) {
    if (auto ok = exchange(round, std::max<std::size_t>(batch, 1), ctx); !ok) {
      // The server may have gone while a kept connection to it was idle; what is sent here may be sent twice.
      if (again || ok.error().code() != Errc::unavailable) return std::move(ok).error();
      again = true;
      {
        std::scoped_lock const lock{mutex_};
        idle_.clear();
      }
      if (clustered_)
        if (auto learnt = learn_anew(ctx); !learnt) return std::move(learnt).error();
      Round fresh{commands, replies, {}};
      for (auto const& part : round.parts)
        for (auto const position : part.at) fresh.add(node_of(commands[position].key), position, false);
      round.parts = std::move(fresh.parts);
      continue;
    }
    std::vector<Round::Part> const done = std::exchange(round.parts, {});
    bool moved = false;
    for (auto const& part : done)
      for (auto const position : part.at) {
        auto const& reply = replies[position];
        if (reply.is_error("MOVED ")) {
          moved = true;
          if (auto const node = target_of(reply.text))
            round.add({node->first.empty() ? part.node.first : node->first, node->second}, position, false);
        } else if (reply.is_error("ASK ")) {
          if (auto const node = target_of(reply.text))
            round.add({node->first.empty() ? part.node.first : node->first, node->second}, position, true);
        }
      }
    if (redirections == most_redirections && !round.parts.empty())
      return Error{Errc::unavailable, "the cluster keeps sending requests elsewhere"}.with("redis", options_.host);
    if (moved)
      if (auto ok = learn_anew(ctx); !ok) return std::move(ok).error();
  }
  return replies;
}

}  // namespace podium::inline v0::online
