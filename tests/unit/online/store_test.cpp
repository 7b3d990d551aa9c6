#include "podium/online/store.hpp"

#include "net/local_authority.hpp"
#include "online/cluster.hpp"
#include "online/codec.hpp"
#include "redis_server.hpp"

#include "podium/data/builder.hpp"
#include "podium/testing/fake_clock.hpp"

#include <atomic>
#include <thread>

using namespace podium;
using namespace podium::online;
using namespace std::chrono_literals;
using podium::test::RedisServer;

namespace {

constexpr std::int64_t day = 86'400'000'000;
constexpr std::int64_t ten = 1'673'344'800'000'000;  // 2023-01-10 10:00 UTC

model::FeatureSetSpec spec(std::vector<model::FeatureColumn> keys = {{"account", "string", {}}}) {
  model::FeatureSetSpec out;
  out.name = "accounts";
  out.timestamp_column = "ts";
  out.index_columns = std::move(keys);
  out.features = {{"amount", "double", {}}, {"count", "long", {}}, {"label", "string", {}}};
  return out;
}

OnlineSet set_of(model::FeatureSetSpec given = spec()) {
  return {.spec = std::move(given), .layout = {.store_guid = "guid", .version = "1", .materialization_version = {}}};
}

data::Table rows(std::vector<std::string> const& keys, std::vector<std::int64_t> const& times,
                 std::vector<double> const& amounts, std::vector<bool> const& valid = {}) {
  std::vector<std::int64_t> counts;
  std::vector<std::string> labels;
  for (auto const amount : amounts) {
    counts.push_back(static_cast<std::int64_t>(amount) * 10);
    labels.push_back("l" + std::to_string(static_cast<int>(amount)));
  }
  return data::TableBuilder{}
      .add("account", keys)
      .add_timestamps("ts", times)
      .add("amount", amounts, valid)
      .add("count", counts)
      .add("label", labels)
      .build()
      .value();
}

data::Table asked(std::vector<std::string> const& keys, std::vector<bool> const& valid = {}) {
  return data::TableBuilder{}.add("account", keys, valid).build().value();
}

/// A store whose clock stands at 2023-01-10 12:00.
struct Room {
  RedisServer server;
  testing::FakeClock clock{std::chrono::system_clock::time_point{std::chrono::microseconds{ten + 2 * 3'600'000'000}}};
  OnlineStore store = OnlineStore::connect(parse_redis(server.url()).value(), {}, &clock).value();

  Reply ask(Command const& command) const {
    auto connection = Connection::open(parse_redis(server.url()).value(), "127.0.0.1", {}).value();
    return connection->ask(command, {}).value();
  }
};

}  // namespace

TEST_CASE("what was written is looked up by key, in the observations' order") {
  if (!RedisServer::there()) return;
  Room room;
  auto const set = set_of();
  auto const written = room.store.write(set, rows({"a", "b"}, {ten, ten}, {1, 2})).value();
  CHECK(written.written == 2);
  auto const answer = room.store
                          .lookup({&set, 1}, asked({"b", "nobody", "a", "b", ""}, {true, true, true, true, false}),
                                  {.with_age = true, .with_status = true})
                          .value();
  CHECK(answer.table.column_names() ==
        std::vector<std::string>{"account", "amount", "count", "label", "accounts__age_s", "accounts__status"});
  CHECK(data::strings(answer.table, "amount").value() == std::vector<std::string>{"2", "", "1", "2", ""});
  CHECK(data::strings(answer.table, "count").value() == std::vector<std::string>{"20", "", "10", "20", ""});
  CHECK(data::strings(answer.table, "label").value() == std::vector<std::string>{"l2", "", "l1", "l2", ""});
  CHECK(data::strings(answer.table, "accounts__age_s").value() ==
        std::vector<std::string>{"7200", "", "7200", "7200", ""});
  CHECK(data::strings(answer.table, "accounts__status").value() ==
        std::vector<std::string>{"present", "missing", "present", "present", "null_key"});
  CHECK(answer.time_s[0][0] == ten / 1'000'000);
}

TEST_CASE("the layout is Azure's: key, fields, bytes, seconds") {
  if (!RedisServer::there()) return;
  Room room;
  auto set = set_of();
  set.spec.temporal_join_lookback = 24h * 30 * 365 * 10;
  room.store.write(set, rows({"a"}, {ten + 999'999}, {1.5})).value();
  auto const key = md5("featurestore:guid:featureset:accounts:version:1:") + "(a)";
  CHECK(room.ask({"HGET", key, "ts"}).text == std::to_string(ten / 1'000'000));
  CHECK(room.ask({"HGET", key, "amount"}).text == std::string("\0\0\0\0\0\0\xf8\x3f", 8));
  CHECK(room.ask({"HGET", key, "count"}).text == std::string("\x0a\0\0\0", 4));
  CHECK(room.ask({"EXPIRETIME", key}).integer == ten / 1'000'000 + set.spec.temporal_join_lookback->count());
}

TEST_CASE("newer rows win whatever the order they come in, and nulls take values away") {
  if (!RedisServer::there()) return;
  Room room;
  auto const set = set_of();
  // Within one write the newest counts; of one time the last.
  auto const first = room.store.write(set, rows({"a", "a", "a"}, {ten, ten - day, ten}, {1, 2, 3})).value();
  CHECK(first.rows == 1);
  auto const amount = [&] {
    return data::strings(room.store.lookup({&set, 1}, asked({"a"})).value().table, "amount").value()[0];
  };
  CHECK(amount() == "3");
  CHECK(room.store.write(set, rows({"a"}, {ten - day}, {4})).value().written == 0);
  CHECK(amount() == "3");
  CHECK(room.store.write(set, rows({"a"}, {ten}, {5})).value().written == 0);
  CHECK(amount() == "3");
  CHECK(room.store.write(set, rows({"a"}, {ten + 1'000'000}, {6}, {false})).value().written == 1);
  CHECK(amount().empty());
  CHECK(data::strings(room.store.lookup({&set, 1}, asked({"a"})).value().table, "label").value()[0] == "l6");
}

TEST_CASE("rows older than the lookback are not written, and not given out") {
  if (!RedisServer::there()) return;
  Room room;
  auto set = set_of();
  set.spec.temporal_join_lookback = 24h;
  // Vector 26: 23 hours old is stored, 25 hours old is not.
  auto const now = ten + 2 * 3'600'000'000;
  auto const written =
      room.store.write(set, rows({"young", "old"}, {now - 23 * 3'600'000'000, now - 25 * 3'600'000'000}, {1, 2}))
          .value();
  CHECK(written.written == 1);
  CHECK(written.expired == 1);
  // The server's clock is far past the made-up now, so that it has expired the key itself.
  CHECK(room.store.lookup({&set, 1}, asked({"young"})).value().status[0][0] == Status::missing);

  auto const kept = set_of();
  room.store.write(kept, rows({"young"}, {now - 23 * 3'600'000'000}, {1})).value();
  auto const status = [&](OnlineSet const& asking, LookupOptions options) {
    return room.store.lookup({&asking, 1}, asked({"young"}), options).value().status[0][0];
  };
  CHECK(status(kept, {}) == Status::present);
  CHECK(status(kept, {.max_age = 23h}) == Status::present);
  CHECK(status(kept, {.max_age = 22h}) == Status::expired);
  auto strict = set_of();
  strict.spec.temporal_join_lookback = 1h;
  CHECK(status(strict, {}) == Status::expired);
  CHECK(status(strict, {.apply_temporal_join_lookback = false}) == Status::present);
  CHECK(data::strings(room.store.lookup({&kept, 1}, asked({"young"}), {.max_age = 1h}).value().table, "amount")
            .value()[0]
            .empty());
}

TEST_CASE("rows that Azure's first schema wrote are read, with and without a separator") {
  if (!RedisServer::there()) return;
  Room room;
  auto set = set_of(spec({{"k1", "string", {}}, {"k2", "long", {}}}));
  set.layout.schema = 1;
  auto const base = std::string{"featurestore:guid:featureset:accounts:version:1:"};
  room.ask({"HSET", base + "k1:a:k2:1", "ts", "1673344800", "amount", "yz/4AAAAAAAA", "count", "12", "label", "x"});
  room.ask({"HSET", base + "k1:ak2:2", "ts", "1673344800", "amount", "wA==", "count", "None", "label", "y"});
  auto const observations = data::TableBuilder{}
                                .add("k1", std::vector<std::string>{"a", "a", "a"})
                                .add("k2", std::vector<std::int64_t>{1, 2, 3})
                                .build()
                                .value();
  auto const answer = room.store.lookup({&set, 1}, observations).value();
  CHECK(data::strings(answer.table, "amount").value() == std::vector<std::string>{"1.5", "", ""});
  CHECK(data::strings(answer.table, "count").value() == std::vector<std::string>{"12", "", ""});
  CHECK(data::strings(answer.table, "label").value() == std::vector<std::string>{"x", "y", ""});
  CHECK(room.store.write(set, observations).error().code() == Errc::invalid_argument);
}

TEST_CASE("what cannot be looked up or written is an error that names it, and nothing is written") {
  if (!RedisServer::there()) return;
  Room room;
  auto const set = set_of();
  auto const message = [](auto const& result) { return result ? std::string{} : result.error().to_string(); };
  auto const numbers = data::TableBuilder{}.add("account", std::vector<std::int64_t>{1}).build().value();
  CHECK(message(room.store.lookup({&set, 1}, numbers)).find("`account` is declared string and holds long") !=
        std::string::npos);
  CHECK(message(room.store.lookup({&set, 1},
                                  data::TableBuilder{}.add("other", std::vector<std::string>{"a"}).build().value()))
            .find("account") != std::string::npos);
  auto clash = data::TableBuilder{}
                   .add("account", std::vector<std::string>{"a"})
                   .add("amount", std::vector<std::string>{"x"})
                   .build()
                   .value();
  CHECK(message(room.store.lookup({&set, 1}, clash)).find("`amount` would be there twice") != std::string::npos);
  auto unknown = set;
  unknown.features = {"nothing"};
  CHECK(message(room.store.lookup({&unknown, 1}, asked({"a"}))).find("nothing") != std::string::npos);
  auto reals = set_of(spec({{"account", "double", {}}}));
  CHECK(message(room.store.lookup({&reals, 1}, asked({"a"}))).find("double") != std::string::npos);
  auto big = data::TableBuilder{}
                 .add("account", std::vector<std::string>{"a", "b"})
                 .add_timestamps("ts", {ten, ten})
                 .add("amount", std::vector<double>{1, 1})
                 .add("count", std::vector<std::int64_t>{1, 5'000'000'000})
                 .add("label", std::vector<std::string>{"x", "y"})
                 .build()
                 .value();
  CHECK(message(room.store.write(set, big)).find("32 bits") != std::string::npos);
  CHECK(room.ask({"DBSIZE"}).integer == 0);
  auto wide = set;
  wide.layout.wide_longs = true;
  CHECK(room.store.write(wide, big).value().written == 2);
  CHECK(data::strings(room.store.lookup({&wide, 1}, asked({"b"})).value().table, "count").value()[0] == "5000000000");
}

TEST_CASE("a wrong password, a server that is gone and one that comes back are told apart") {
  if (!RedisServer::there()) return;
  RedisServer guarded{{"--requirepass", "open sesame"}};
  auto const at = [&](std::string const& password) {
    auto options = parse_redis(guarded.url()).value();
    options.password = password;
    return options;
  };
  auto const refused = OnlineStore::connect(at("hunter2"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == Errc::unauthenticated);
  CHECK(refused.error().to_string().find("hunter2") == std::string::npos);
  CHECK(OnlineStore::connect(at("")).error().code() == Errc::unauthenticated);
  auto const store = OnlineStore::connect(at("open sesame")).value();
  guarded.stop();
  auto const set = set_of();
  CHECK(store.lookup({&set, 1}, asked({"a"})).error().code() == Errc::unavailable);
  CHECK(OnlineStore::connect(at("open sesame")).error().code() == Errc::unavailable);
}

TEST_CASE("a caller who gives up is not kept waiting") {
  if (!RedisServer::there()) return;
  Room room;
  std::stop_source stop;
  stop.request_stop();
  auto const set = set_of();
  CHECK(room.store.lookup({&set, 1}, asked({"a"}), {}, {stop.get_token(), {}}).error().code() == Errc::cancelled);
  Context const late{{}, std::chrono::steady_clock::now() - 1s};
  CHECK(OnlineStore::connect(parse_redis(room.server.url()).value(), late).error().code() == Errc::deadline_exceeded);
}

TEST_CASE("many rows and several sets go out in few exchanges and come back in order") {
  if (!RedisServer::there()) return;
  Room room;
  std::vector<std::string> keys;
  std::vector<std::int64_t> times;
  std::vector<double> amounts;
  for (int i = 0; i < 5000; ++i) {
    keys.push_back("k" + std::to_string(i));
    times.push_back(ten);
    amounts.push_back(i);
  }
  auto const set = set_of();
  CHECK(room.store.write(set, rows(keys, times, amounts)).value().written == 5000);
  auto other = set_of();
  other.spec.name = "other";
  other.features = {"label"};
  std::vector<OnlineSet> const both{set, other};
  std::reverse(keys.begin(), keys.end());
  auto const answer = room.store.lookup(both, asked(keys), {.prefix_with_set = true}).value();
  auto const found = data::doubles(answer.table, "accounts__amount").value();
  bool right = true;
  for (std::size_t i = 0; i < found.size(); ++i) right = right && found[i] == 4999.0 - static_cast<double>(i);
  CHECK(right);
  CHECK(answer.status[1][0] == Status::missing);
}

TEST_CASE("threads share a store") {
  if (!RedisServer::there()) return;
  Room room;
  auto const set = set_of();
  room.store.write(set, rows({"a", "b"}, {ten, ten}, {1, 2})).value();
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        auto const answer = room.store.lookup({&set, 1}, asked({t % 2 == 0 ? "a" : "b"}));
        if (answer && data::doubles(answer->table, "amount").value()[0] == 1 + t % 2) ++right;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(right == 160);
}

TEST_CASE("over TLS the server's certificate is verified") {
  if (!RedisServer::there()) return;
  auto const authority = net::make_local_authority().value();
  auto const folder = std::filesystem::temp_directory_path() / ("podium-redis-tls-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream{folder / "ca.pem"} << authority.ca_pem;
  std::ofstream{folder / "cert.pem"} << authority.identity.certificate_pem;
  std::ofstream{folder / "key.pem"} << authority.identity.key_pem;
  {
    RedisServer server{
        {"--tls-cert-file", (folder / "cert.pem").string(), "--tls-key-file", (folder / "key.pem").string(),
         "--tls-ca-cert-file", (folder / "ca.pem").string(), "--tls-auth-clients", "no"},
        "--tls-port"};
    auto options = parse_redis("rediss://127.0.0.1:" + std::to_string(server.port())).value();
    auto const stranger = OnlineStore::connect(options);
    REQUIRE_FALSE(stranger);
    CHECK(stranger.error().code() == Errc::unavailable);
    options.ca_pem = authority.ca_pem;
    auto const store = OnlineStore::connect(options).value();
    auto const set = set_of();
    CHECK(store.write(set, rows({"a"}, {ten}, {7})).value().written == 1);
    CHECK(data::doubles(store.lookup({&set, 1}, asked({"a"})).value().table, "amount").value()[0] == 7);
    options.ca_pem = "no certificate";
    CHECK(OnlineStore::connect(options).error().code() == Errc::invalid_argument);
    options.ca_pem.clear();
    options.tls = false;
    options.timeout = 2s;
    CHECK_FALSE(OnlineStore::connect(options));
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("in a cluster every key goes to the node of its slot, also after slots have moved") {
  if (!RedisServer::there()) return;
  std::vector<std::string> const clustered{"--cluster-enabled", "yes", "--cluster-node-timeout", "2000"};
  RedisServer first{clustered};
  RedisServer second{clustered};
  auto const to = [](RedisServer const& server) {
    return Connection::open(parse_redis(server.url()).value(), "127.0.0.1", {}).value();
  };
  auto one = to(first);
  auto two = to(second);
  auto const ask = [](Connection& connection, Command const& command) { return connection.ask(command, {}).value(); };
  REQUIRE(ask(*one, {"CLUSTER", "ADDSLOTSRANGE", "0", "8191"}).kind == Reply::Kind::status);
  REQUIRE(ask(*two, {"CLUSTER", "ADDSLOTSRANGE", "8192", "16383"}).kind == Reply::Kind::status);
  // Two first nodes may not claim one epoch.
  ask(*two, {"CLUSTER", "SET-CONFIG-EPOCH", "2"});
  REQUIRE(ask(*one, {"CLUSTER", "MEET", "127.0.0.1", std::to_string(second.port())}).kind == Reply::Kind::status);
  auto const end = std::chrono::steady_clock::now() + 30s;
  auto const whole = [&] {
    for (auto* node : {one.get(), two.get()}) {
      auto const info = ask(*node, {"CLUSTER", "INFO"}).text;
      if (info.find("cluster_state:ok") == std::string::npos ||
          info.find("cluster_slots_ok:16384") == std::string::npos)
        return false;
    }
    return true;
  };
  while (!whole() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(20ms);
  REQUIRE(whole());

  auto const store = OnlineStore::connect(parse_redis(first.url()).value()).value();
  CHECK(store.clustered());
  std::vector<std::string> keys;
  std::vector<std::int64_t> times;
  std::vector<double> amounts;
  for (int i = 0; i < 500; ++i) {
    keys.push_back("k" + std::to_string(i));
    times.push_back(ten);
    amounts.push_back(i);
  }
  auto const set = set_of();
  CHECK(store.write(set, rows(keys, times, amounts)).value().written == 500);
  auto const on_each = std::pair{ask(*one, {"DBSIZE"}).integer, ask(*two, {"DBSIZE"}).integer};
  CHECK(on_each.first > 100);
  CHECK(on_each.second > 100);
  CHECK(on_each.first + on_each.second == 500);
  CHECK(data::doubles(store.lookup({&set, 1}, asked(keys)).value().table, "amount").value() == amounts);

  // A slot without keys moves to the second node: the store learns it from the answer.
  auto const prefix = md5("featurestore:guid:featureset:accounts:version:1:");
  std::string fresh;
  for (int i = 500; fresh.empty(); ++i) {
    auto const slot = slot_of(prefix + "(k" + std::to_string(i) + ")");
    if (slot < 8192 && ask(*one, {"CLUSTER", "COUNTKEYSINSLOT", std::to_string(slot)}).integer == 0)
      fresh = "k" + std::to_string(i);
  }
  auto const slot = std::to_string(slot_of(prefix + "(" + fresh + ")"));
  auto const id = ask(*two, {"CLUSTER", "MYID"}).text;
  ask(*two, {"CLUSTER", "SETSLOT", slot, "NODE", id});
  ask(*one, {"CLUSTER", "SETSLOT", slot, "NODE", id});
  CHECK(store.write(set, rows({fresh}, {ten}, {9})).value().written == 1);
  CHECK(data::doubles(store.lookup({&set, 1}, asked({fresh})).value().table, "amount").value()[0] == 9);
}
