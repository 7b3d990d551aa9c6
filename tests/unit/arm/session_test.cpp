#include "podium/session.hpp"

#include "auth/token_cache.hpp"

#include "podium/testing/fake_clock.hpp"
#include "podium/testing/scripted_transport.hpp"

#include <doctest/doctest.h>

using namespace podium;
using namespace std::chrono_literals;

namespace {

/// Hands out token-1, token-2, ... and remembers for what.
struct Counting final : TokenCredential {
  int given = 0;
  std::vector<std::string> resources;
  std::chrono::seconds life{3600};
  testing::FakeClock* clock = nullptr;
  std::optional<Error> failure;
  Result<AccessToken> token(std::string const& resource, Context const&) override {
    resources.push_back(resource);
    if (failure) return *failure;
    return AccessToken{"token-" + std::to_string(++given), clock->now() + life};
  }
};

struct Fixture {
  testing::FakeClock clock;
  std::shared_ptr<testing::ScriptedTransport> wire = std::make_shared<testing::ScriptedTransport>();
  std::shared_ptr<Counting> identity = std::make_shared<Counting>();
  Session session{{"https://management.azure.com/", "s", "rg", "ws"},
                  wire,
                  identity,
                  ClientOptions{.application_id = "demo/1", .clock = &clock}};
  Fixture() { identity->clock = &clock; }
  std::string authorization(std::size_t request) const {
    return wire->requests()[request].headers.get("authorization");
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a request carries its id, who sends it and a token for the endpoint's audience") {
  wire->reply(200).reply(200);
  REQUIRE(session.send({"GET", "/x?api-version=1", {}, {}}));
  auto const sent = wire->requests()[0];
  CHECK(sent.url == "https://management.azure.com/x?api-version=1");
  CHECK(sent.headers.get("authorization") == "Bearer token-1");
  CHECK(sent.headers.get("x-ms-client-request-id").size() == 36);
  CHECK(sent.headers.get("user-agent").ends_with(" demo/1"));
  CHECK(identity->resources == std::vector<std::string>{"https://management.azure.com/"});
  REQUIRE(session.send({"GET", "/y", {}, {}}));
  CHECK(identity->given == 1);  // kept
  CHECK(session.workspace_id() ==
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws");
}

TEST_CASE_FIXTURE(Fixture, "the token goes to its own host only, and to a named data plane of the service") {
  for (int i = 0; i < 7; ++i) wire->reply(200);
  REQUIRE(session.send({"GET", "https://blob.core.windows.net/c?sig=x", {}, {}}));
  REQUIRE(session.send({"GET", "http://management.azure.com/x", {}, {}}));
  REQUIRE(session.send({"GET", "https://management.azure.com.evil.test/x", {}, {}}));
  REQUIRE(session.send({"GET", "https://management.azure.com:444/x", {}, {}}));
  for (std::size_t i = 0; i < 4; ++i) CHECK(authorization(i) == "");
  REQUIRE(session.send({"GET", "https://eastus.api.azureml.ms/history", {}, {}},
                       SendOptions{.identity = Identity::named_host}));
  CHECK(authorization(4) == "Bearer token-1");
  REQUIRE(session.send({"GET", "https://evil.test/history", {}, {}}, SendOptions{.identity = Identity::named_host}));
  CHECK(authorization(5) == "");
  REQUIRE(
      session.send({"POST", "/score", {{"authorization", "Bearer key"}}, {}}, SendOptions{.identity = Identity::none}));
  CHECK(authorization(6) == "Bearer key");
}

TEST_CASE_FIXTURE(Fixture, "a throttled read waits as long as the service asks, then succeeds") {
  wire->reply(429, "", {{"retry-after", "7"}}).reply(200);
  REQUIRE(session.send({"GET", "/x", {}, {}}));
  CHECK(clock.waits() == std::vector<std::chrono::milliseconds>{7000ms});
  auto const sent = wire->requests();
  CHECK(sent[0].headers.get("x-ms-client-request-id") == sent[1].headers.get("x-ms-client-request-id"));
}

TEST_CASE("whichever attempt the connection drops on, a read survives or says why, and a POST is not repeated") {
  for (int drops = 0; drops <= 4; ++drops) {
    CAPTURE(drops);
    Fixture f;
    for (int i = 0; i < drops; ++i) f.wire->fail(Errc::unavailable);
    f.wire->reply(200);
    CHECK(f.session.send({"GET", "/x", {}, {}}).has_value() == (drops < 4));
    CHECK(f.clock.waits().size() == static_cast<std::size_t>(std::min(drops, 3)));
  }
  Fixture f;
  f.wire->fail(Errc::unavailable).reply(200);
  CHECK_FALSE(f.session.send({"POST", "/x", {}, {}}));
  CHECK(f.wire->requests().size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a request that must not be repeated is not, whatever the answer") {
  wire->reply(429, "", {{"retry-after", "1"}});
  CHECK(session.send({"POST", "/score", {}, {}}, SendOptions{.retry = false}).value().status == 429);
  CHECK(wire->requests().size() == 1);
  CHECK(clock.waits().empty());
}

TEST_CASE_FIXTURE(Fixture, "cancelling ends the wait between attempts") {
  std::stop_source stop;
  struct Stopper final : http::Transport {
    std::stop_source stop;
    void send(http::Request, Context const&, Done done) override {
      stop.request_stop();
      done(http::Response{503, {{"retry-after", "60"}}, {}});
    }
  };
  auto stopper = std::make_shared<Stopper>();
  stopper->stop = stop;
  Session const other{{"https://h", "", "", ""}, stopper, nullptr, ClientOptions{.clock = &clock}};
  CHECK(other.send({"GET", "/x", {}, {}}, {stop.get_token(), {}}).error().code() == Errc::cancelled);
}

TEST_CASE_FIXTURE(Fixture, "a token is renewed before it expires, and once when it is refused") {
  for (int i = 0; i < 3; ++i) wire->reply(200);
  REQUIRE(session.send({"GET", "/x", {}, {}}));
  clock.advance(54min);
  REQUIRE(session.send({"GET", "/x", {}, {}}));
  CHECK(authorization(1) == "Bearer token-1");
  clock.advance(2min);
  REQUIRE(session.send({"GET", "/x", {}, {}}));
  CHECK(authorization(2) == "Bearer token-2");
  wire->reply(401).reply(200);
  CHECK(session.send({"GET", "/x", {}, {}}).value().status == 200);
  CHECK(authorization(4) == "Bearer token-3");
  wire->reply(401).reply(401);
  CHECK(session.send({"GET", "/x", {}, {}}).value().status == 401);
  CHECK(wire->exhausted());
}

TEST_CASE_FIXTURE(Fixture, "an identity that fails is told apart from a service that refuses") {
  identity->failure.emplace(Errc::unauthenticated, "nobody is logged in");
  auto const answer = session.send({"GET", "/x", {}, {}});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().to_string() ==
        "token for `https://management.azure.com/`: unauthenticated: nobody is logged in");
  CHECK(wire->requests().empty());
}

TEST_CASE("a session without a usable endpoint or wire says so") {
  auto wire = std::make_shared<testing::ScriptedTransport>();
  CHECK(Session{{"nonsense", "", "", ""}, wire, nullptr}.send({"GET", "/x", {}, {}}).error().code() ==
        Errc::invalid_argument);
  CHECK(Session{{"https://h", "", "", ""}, nullptr, nullptr}.send({"GET", "/x", {}, {}}).error().code() ==
        Errc::invalid_argument);
  CHECK(Session{{"https://h", "", "", ""}, wire, nullptr}.send({"GET", "/x\r\n", {}, {}}).error().code() ==
        Errc::invalid_argument);
}
