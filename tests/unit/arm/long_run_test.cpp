#include "arm/operation.hpp"

#include "podium/testing/fake_clock.hpp"
#include "podium/testing/scripted_transport.hpp"

#include <doctest/doctest.h>

using namespace podium;
using namespace std::chrono_literals;
using arm::Json;

namespace {

struct Fixture {
  testing::FakeClock clock;
  std::shared_ptr<testing::ScriptedTransport> wire = std::make_shared<testing::ScriptedTransport>();
  Session session{{"https://arm.test", "s", "rg", "ws"},
                  wire,
                  static_token("t"),
                  ClientOptions{.retry = {.max_attempts = 1}, .clock = &clock}};

  std::vector<std::string> urls() const {
    std::vector<std::string> out;
    for (auto const& request : wire->requests())
      out.push_back(request.method + " " + request.url.substr(0, request.url.find('?')));
    return out;
  }
};

std::string const ws =
    "https://arm.test/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws";
constexpr auto creating = R"({"name":"e","properties":{"provisioningState":"Creating"}})";
constexpr auto ready = R"({"name":"e","properties":{"provisioningState":"Succeeded"}})";

arm::Call put() { return {"PUT", "onlineEndpoints/e", {}, Json{{"properties", Json::object()}}}; }

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "Azure-AsyncOperation is asked at once, then at the service's pace, then the resource is read") {
  wire->reply(201, creating, {{"Azure-AsyncOperation", "https://arm.test/op/1?sig=x"}, {"Retry-After", "5"}})
      .reply(200, R"({"status":"InProgress"})", {{"Retry-After", "3"}})
      .reply(200, R"({"status":"Succeeded"})")
      .reply(200, ready);
  auto const done = arm::complete(session, put(), {});
  REQUIRE(done);
  CHECK(arm::text(*done, "name") == "e");
  CHECK(urls() == std::vector<std::string>{"PUT " + ws + "/onlineEndpoints/e", "GET https://arm.test/op/1",
                                           "GET https://arm.test/op/1", "GET " + ws + "/onlineEndpoints/e"});
  CHECK(clock.waits() == std::vector<std::chrono::milliseconds>{3000ms});
}

TEST_CASE_FIXTURE(Fixture, "Location is asked until it is not 202, and may move") {
  wire->reply(202, "", {{"Location", "https://arm.test/res/1"}, {"Retry-After", "1"}})
      .reply(202, "", {{"Location", "/res/2"}, {"Retry-After", "2"}})
      .reply(200, "");
  REQUIRE(arm::complete(session, {"POST", "jobs/j/cancel", {}, {}}, {}));
  CHECK(urls()[2] == "GET https://arm.test/res/2");
  CHECK(clock.waits() == std::vector<std::chrono::milliseconds>{2000ms});
}

TEST_CASE_FIXTURE(Fixture, "without headers the resource's provisioning state decides") {
  wire->reply(201, creating).reply(200, creating).reply(200, ready);
  REQUIRE(arm::complete(session, put(), {}));
  CHECK(urls()[1] == "GET " + ws + "/onlineEndpoints/e");
  CHECK(clock.waits().size() == 2);
  CHECK(clock.waits()[0] < clock.waits()[1]);
}

TEST_CASE_FIXTURE(Fixture, "what is done at once needs no second request") {
  wire->reply(201, ready);
  REQUIRE(arm::complete(session, put(), {}));
  wire->reply(204);
  REQUIRE(arm::complete(session, {"DELETE", "onlineEndpoints/e", {}, {}}, {}));
  wire->reply(200, R"({"primaryKey":"k"})");
  CHECK(arm::text(arm::complete(session, {"POST", "x", {}, {}}, {}).value(), "primaryKey") == "k");
  CHECK(wire->requests().size() == 3);
}

TEST_CASE_FIXTURE(Fixture, "an operation that ended badly is told apart from one that could not be asked") {
  wire->reply(201, creating, {{"Azure-AsyncOperation", "https://arm.test/op"}})
      .fail(Errc::unavailable)
      .reply(200, R"({"status":"Failed","error":{"code":"BadModel","message":"init() raised"}})");
  auto driver = arm::begin(session, put(), {});
  REQUIRE(driver);
  auto const unasked = driver->poll({});
  REQUIRE_FALSE(unasked);
  CHECK(unasked.error().code() == Errc::unavailable);
  CHECK(driver->poll({}).value() == Progress::failed);
  auto const ended = driver->wait({});
  REQUIRE_FALSE(ended);
  CHECK(ended.error().code() == Errc::failed);
  CHECK(ended.error().message() == "init() raised");
  CHECK(ended.error().service()->code == "BadModel");
}

TEST_CASE_FIXTURE(Fixture, "cancelled, without a status, or failed by provisioning state") {
  wire->reply(201, creating, {{"Azure-AsyncOperation", "https://arm.test/op"}}).reply(200, R"({"status":"Canceled"})");
  auto driver = arm::begin(session, put(), {}).value();
  CHECK(driver.poll({}).value() == Progress::cancelled);
  wire->reply(201, creating, {{"Azure-AsyncOperation", "https://arm.test/op"}}).reply(200, "{}");
  CHECK(arm::complete(session, put(), {}).error().code() == Errc::protocol);
  wire->reply(201, creating).reply(200, R"({"properties":{"provisioningState":"Failed"}})");
  CHECK(arm::complete(session, put(), {}).error().code() == Errc::failed);
}

TEST_CASE_FIXTURE(Fixture, "wherever it is sent, an operation does not leave its host") {
  wire->reply(202, "", {{"Location", "https://evil.test/res"}});
  CHECK(arm::complete(session, {"POST", "x", {}, {}}, {}).error().code() == Errc::protocol);
  wire->reply(201, creating, {{"Azure-AsyncOperation", "http://arm.test/op"}});  // another scheme is another host
  CHECK(arm::complete(session, put(), {}).error().code() == Errc::protocol);
  CHECK(wire->requests().size() == 2);
}

TEST_CASE("whichever round trip fails, the operation says so and can be taken up again") {
  for (int failing = 0; failing < 4; ++failing) {
    CAPTURE(failing);
    Fixture f;
    int step = 0;
    auto const add = [&](int status, std::string body, http::Headers headers = {}) {
      if (step++ == failing) f.wire->fail(Errc::unavailable);
      f.wire->reply(status, std::move(body), std::move(headers));
    };
    add(201, creating, {{"Azure-AsyncOperation", "https://arm.test/op"}});
    add(200, R"({"status":"InProgress"})");
    add(200, R"({"status":"Succeeded"})");
    add(200, ready);
    auto driver = arm::begin(f.session, put(), {});
    if (failing == 0) {
      REQUIRE_FALSE(driver);
      driver = arm::begin(f.session, put(), {});
    }
    REQUIRE(driver);
    auto done = driver->wait({});
    if (failing > 0) {
      REQUIRE_FALSE(done);
      CHECK(done.error().code() == Errc::unavailable);
      done = driver->wait({});
    }
    REQUIRE(done);
    CHECK(f.wire->exhausted());
  }
}

TEST_CASE_FIXTURE(Fixture, "giving up on the wait leaves the operation as it is") {
  wire->reply(201, creating, {{"Azure-AsyncOperation", "https://arm.test/op"}});
  auto driver = arm::begin(session, put(), {}).value();
  std::stop_source stop;
  stop.request_stop();
  CHECK(driver.wait({stop.get_token(), {}}).error().code() == Errc::cancelled);
  wire->reply(200, R"({"status":"Succeeded"})").reply(200, ready);
  CHECK(driver.wait({}));
  CHECK(driver.resume_token().find("op") == driver.resume_token().find("operation"));  // no poll URL in it
}

TEST_CASE_FIXTURE(Fixture, "lists are read to the end, but not on another host and not for ever") {
  wire->reply(200, R"({"value":[{"name":"a"}],"nextLink":"https://arm.test/page2?$skip=x"})")
      .reply(200, R"({"value":[{"name":"b"}],"nextLink":null})");
  auto const items = arm::list(session, "jobs", {}, {}).value();
  CHECK(items.size() == 2);
  CHECK(wire->requests()[1].url == "https://arm.test/page2?$skip=x");
  CHECK(wire->requests()[1].headers.get("authorization") == "Bearer t");

  wire->reply(200, R"({"value":[],"nextLink":"https://evil.test/page2"})");
  CHECK(arm::list(session, "jobs", {}, {}).error().code() == Errc::protocol);
  wire->reply(200, R"({"value":[],"nextLink":"https://arm.test/p"})")
      .reply(200, R"({"value":[],"nextLink":"https://arm.test/p"})");
  CHECK(arm::list(session, "jobs", {}, {}).error().code() == Errc::protocol);
  wire->reply(200, R"({"nextLink":null})");
  CHECK(arm::list(session, "jobs", {}, {}).value().empty());
  CHECK(wire->exhausted());
}
