#include "podium/http/transport.hpp"
#include "podium/testing/scripted_transport.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace podium;
using namespace std::chrono_literals;

TEST_CASE("header names compare without case, set replaces, add keeps") {
  http::Headers headers{{"Content-Type", "a"}, {"X-One", "1"}};
  headers.add("x-one", "2");
  CHECK(headers.get("content-type") == "a");
  CHECK(headers.get("X-ONE") == "1");
  headers.set("x-ONE", "3");
  CHECK(headers.get("x-one") == "3");
  CHECK(std::distance(headers.begin(), headers.end()) == 2);
  headers.erase("CONTENT-TYPE");
  CHECK(headers.find("content-type") == nullptr);
}

TEST_CASE("a blocking send hands out what the transport answered") {
  testing::ScriptedTransport wire;
  wire.reply(204).fail(Errc::unavailable);
  CHECK(http::send(wire, {"GET", "https://h/"}).value().status == 204);
  CHECK(http::send(wire, {"GET", "https://h/"}).error().code() == Errc::unavailable);
  CHECK(http::send(wire, {"GET", "https://h/"}).error().code() == Errc::protocol);  // script used up
  CHECK(wire.requests().size() == 3);
}

namespace {

/// Answers when told to, or never.
struct Silent final : http::Transport {
  Done kept;
  void send(http::Request, Context const&, Done done) override { kept = std::move(done); }
};

}  // namespace

TEST_CASE("a caller that gives up is let go, and a late answer does no harm") {
  Silent wire;
  std::stop_source stop;
  std::jthread canceller{[&] { stop.request_stop(); }};
  auto const answer = http::send(wire, {"GET", "https://h/"}, {stop.get_token(), std::nullopt});
  canceller.join();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code() == Errc::cancelled);
  if (wire.kept) wire.kept(http::Response{200, {}, {}});
}

TEST_CASE("a deadline ends the wait") {
  Silent wire;
  auto const answer = http::send(wire, {"GET", "https://h/"}, Context{}.within(5ms));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code() == Errc::deadline_exceeded);
}
