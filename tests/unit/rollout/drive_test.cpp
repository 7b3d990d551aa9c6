#include "podium/rollout/drive.hpp"

#include "fake_endpoint.hpp"

#include <atomic>
#include <fstream>
#include <stdexcept>

using namespace podium;
using namespace rollout_test;
using rollout::LiveRequest;

namespace {

model::PromotionPolicy small_policy() {
  model::PromotionPolicy policy;
  policy.shadow = model::ShadowStage{.min_pairs = 200,
                                     .mirror_percent = 50,
                                     .checks = {{"parity", "online_offline_difference", "", 1e-9},
                                                {"err", "error_rate", "", 0.02},
                                                {"psi_own", "psi", "own_offline_scores", 0.4}}};
  policy.canary = model::CanaryStage{
      .alpha_rollback = 0.05,
      .steps = {{10, 1000, {{"error_rate", 0.2}}}, {50, 300, {{"error_rate", 0.2}}}},
      .bake_min_requests = 200,
      .rollback = {{"error_rate", "champion", 1.0, 0, 0.5}, {"error_rate", "absolute", 1, 0.01, 0.5}},
      .srm_p = 0.0005};
  return policy;
}

struct Fixture {
  std::shared_ptr<FakeEndpoint> wire = std::make_shared<FakeEndpoint>();
  testing::FakeClock clock;
  Session session{
      {"https://arm.test", "s", "rg", "ws"}, wire, static_token("t"), {.retry = {.max_attempts = 1}, .clock = &clock}};
  rollout::Plan plan{.endpoint = "e",
                     .champion = "champion",
                     .challenger = "challenger",
                     .challenger_model = "azureml:flights:2",
                     .policy = small_policy(),
                     .reference_scores = {}};
  std::vector<std::pair<std::string, Json>> journal;
  std::vector<model::RolloutStep> told;
  std::int64_t available = 1'000'000;
  std::stop_source stop;
  std::int64_t sent = 0;
  std::function<void(std::int64_t)> on_request = [](std::int64_t) {};
  Result<void> journal_answer;

  Fixture() {
    for (int i = 0; i < 5000; ++i) plan.reference_scores.push_back(uniform_of("reference " + std::to_string(i)));
  }

  Result<model::RolloutTry> drive() {
    sent = 0;
    return rollout::drive(
        session, plan,
        [this]() -> std::optional<LiveRequest> {
          if (sent == available) return std::nullopt;
          on_request(sent);
          auto const id = "r" + std::to_string(sent++);
          auto const score = uniform_of("score " + id);
          return LiveRequest{id, Json::array({score}).dump(), {score}};
        },
        [this](std::string const& kind, std::string const& json) -> Result<void> {
          if (!journal_answer) return journal_answer;
          journal.emplace_back(kind, Json::parse(json));
          return {};
        },
        [this](model::RolloutStep const& step) { told.push_back(step); }, Context{stop.get_token(), {}});
  }
  std::vector<std::string> kinds() const {
    std::vector<std::string> out;
    for (auto const& [kind, body] : journal) out.push_back(kind);
    return out;
  }
};

Shares const champion_only{{{"champion", 100}}};

/// Errors of `percent` of the challenger's requests, only where it takes live traffic.
auto faulty_when_live(FakeEndpoint& wire, double percent) {
  return [&wire, percent](std::string const& deployment, std::string const& id) {
    return deployment == "challenger" && wire.shares.mirror.empty() && uniform_of("fault " + id) < percent / 100 ? 424
                                                                                                                 : 200;
  };
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a sound challenger ends with all of the traffic") {
  auto const record = drive().value();
  CHECK(record.outcome == "promoted");
  CHECK(record.challenger_deployment == "challenger");
  CHECK(record.challenger_model == "azureml:flights:2");
  // The mirror goes before live traffic comes.
  CHECK(wire->history == std::vector<Shares>{{{{"champion", 100}}, {{"challenger", 50}}},
                                             champion_only,
                                             {{{"champion", 90}, {"challenger", 10}}},
                                             {{{"champion", 50}, {"challenger", 50}}},
                                             {{{"challenger", 100}}}});
  CHECK(wire->tag == "kept");
  REQUIRE(record.steps.size() == 4);
  CHECK(record.steps[0].pairs >= 200);
  CHECK(record.steps[0].pairs < 300);  // a batch more at most
  CHECK(record.requests == sent);
}

TEST_CASE_FIXTURE(Fixture, "every change is written down before it is made, and after it is seen") {
  std::vector<std::size_t> entries_at_put;
  wire->first = [&](http::Request const& request) -> std::optional<FakeEndpoint::Answer> {
    if (request.method == "PUT") entries_at_put.push_back(journal.size());
    return std::nullopt;
  };
  REQUIRE(drive());
  CHECK(kinds() == std::vector<std::string>{"intent", "applied", "intent", "applied", "intent", "applied", "intent",
                                            "applied", "intent", "applied", "promotion"});
  CHECK(entries_at_put == std::vector<std::size_t>{1, 3, 5, 7, 9});
  CHECK(journal[4].second == Json{{"endpoint", "e"},
                                  {"stage", "canary"},
                                  {"traffic", {{"champion", 90}, {"challenger", 10}}},
                                  {"mirror", Json::object()}});
  CHECK(journal[4].second == journal[5].second);
  CHECK(journal.back().second["outcome"] == "promoted");
}

TEST_CASE_FIXTURE(Fixture,
                  "a fault that shows after the mirror is rolled back, and the champion has its traffic again") {
  wire->status = faulty_when_live(*wire, 10);
  auto const record = drive().value();
  CHECK(record.outcome == "rolled_back");
  CHECK(record.reason.starts_with("E_VALUE:error_rate="));
  CHECK(record.steps.back().weight == 10);
  CHECK(record.steps.back().requests < 1000);
  CHECK(wire->shares == champion_only);
  CHECK(kinds().back() == "rollback");
  CHECK(journal.back().second["reason"] == record.reason);
}

TEST_CASE_FIXTURE(Fixture, "the record is the same with one thread and with eight") {
  std::vector<std::string> records;
  for (int const threads : {1, 3, 8}) {
    Fixture one;
    one.plan.concurrency = threads;
    one.wire->status = faulty_when_live(*one.wire, 10);
    auto record = one.drive().value();
    // What the mirror collected is read in any order; its numbers are the same.
    records.push_back(rollout::to_json(record));
  }
  CHECK(records[0] == records[1]);
  CHECK(records[0] == records[2]);
}

TEST_CASE_FIXTURE(Fixture, "an online score that is not the offline score never sees live traffic") {
  wire->online_shift = 1e-6;
  auto const record = drive().value();
  CHECK(record.outcome == "rolled_back");
  CHECK(record.reason.starts_with("SHADOW:parity="));
  CHECK(wire->live_requests.count("challenger") == 0);
  CHECK(wire->shares == champion_only);
}

TEST_CASE_FIXTURE(Fixture, "a mirrored deployment that fails is caught by its status") {
  wire->status = [](std::string const& deployment, std::string const&) {
    return deployment == "challenger" ? 424 : 200;
  };
  auto const record = drive().value();
  CHECK(record.reason.starts_with("SHADOW:err="));
  CHECK(record.steps[0].challenger_errors == record.steps[0].pairs);
}

TEST_CASE_FIXTURE(Fixture, "mirrored answers that come late are waited for when the requests are used up") {
  available = 500;
  wire->collector_lag = 9;  // five batches see nothing, and so do four looks after the last
  auto const record = drive().value();
  CHECK(record.steps[0].pairs >= 200);
  CHECK(record.steps[0].outcome == "advanced");
  CHECK(record.reason.starts_with("NEED_REQUESTS:"));
}

TEST_CASE_FIXTURE(Fixture, "a mirror that is never heard of pauses, and waits only so long") {
  available = 500;
  wire->collector_lag = 1'000'000;
  auto const record = drive().value();
  CHECK(record.outcome == "paused");
  CHECK(record.reason == "NEED_PAIRS:0<200");
  CHECK(clock.waits().size() == 20);
  CHECK(wire->shares == champion_only);
}

TEST_CASE_FIXTURE(Fixture, "a psi check without reference scores is invalid, and says what it lacks") {
  plan.reference_scores.clear();
  auto const record = drive().value();
  CHECK(record.outcome == "paused");
  CHECK(record.reason == "SHADOW_INVALID:psi_own");
  CHECK(record.steps[0].checks.back().resolve == "give the challenger's reference scores");
}

TEST_CASE_FIXTURE(Fixture, "an interrupted rollout gives the champion its traffic back before it says so") {
  on_request = [&](std::int64_t i) {
    if (i == 700) stop.request_stop();
  };
  auto const record = drive();
  REQUIRE_FALSE(record);
  CHECK(record.error().code() == Errc::cancelled);
  CHECK(wire->shares == champion_only);
  CHECK(wire->history[2].live.at("challenger") == 10);  // it had taken live traffic by then
  CHECK(kinds().back() == "rollback");
  CHECK(journal.back().second["reason"] == "CANCELLED:the caller cancelled");
}

TEST_CASE_FIXTURE(
    Fixture,
    "wherever the control plane fails, the champion ends with all of the traffic or the error says that it has not") {
  std::size_t calls = 0;
  wire->first = [&](http::Request const& request) -> std::optional<FakeEndpoint::Answer> {
    if (request.url.find("arm.test") != std::string::npos) ++calls;
    return std::nullopt;
  };
  REQUIRE(drive());
  auto const all = calls;
  REQUIRE(all > 20);
  for (std::size_t broken = 0; broken < all; ++broken) {
    for (bool const carried_out : {false, true}) {  // the request is lost, or only its answer
      CAPTURE(broken);
      CAPTURE(carried_out);
      Fixture one;
      std::size_t seen = 0;
      one.wire->first = [&](http::Request const& request) -> std::optional<FakeEndpoint::Answer> {
        if (request.url.find("arm.test") == std::string::npos || seen++ != broken) return std::nullopt;
        if (carried_out && request.method == "PUT") {
          auto const properties = Json::parse(request.body)["properties"];
          one.wire->shares = {properties["traffic"].get<std::map<std::string, int>>(),
                              properties["mirrorTraffic"].get<std::map<std::string, int>>()};
        }
        return Error{Errc::unavailable, "the wire was cut"};
      };
      auto const record = one.drive();
      REQUIRE_FALSE(record);
      CHECK(record.error().code() == Errc::unavailable);
      CHECK(record.error().to_string().find("the wire was cut") != std::string::npos);
      CHECK(one.wire->shares == champion_only);
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "the way back is tried again when it fails") {
  wire->status = faulty_when_live(*wire, 10);
  int refusals = 5;
  wire->first = [&](http::Request const& request) -> std::optional<FakeEndpoint::Answer> {
    bool const back = request.method == "PUT" && wire->shares.live.contains("challenger") &&
                      request.body.find("challenger") == std::string::npos;
    if (!back || refusals-- <= 0) return std::nullopt;
    return http::Response{503, {}, R"({"error":{"code":"Busy","message":"try later"}})"};
  };
  CHECK(drive().value().outcome == "rolled_back");
  CHECK(wire->shares == champion_only);
  CHECK(clock.waits().size() == 5);
}

TEST_CASE_FIXTURE(Fixture, "a way back that stays closed is said loudly") {
  wire->status = faulty_when_live(*wire, 10);
  wire->first = [&](http::Request const& request) -> std::optional<FakeEndpoint::Answer> {
    if (request.method != "PUT" || !wire->shares.live.contains("challenger")) return std::nullopt;
    return http::Response{503, {}, R"({"error":{"code":"Busy","message":"try later"}})"};
  };
  auto const record = drive();
  REQUIRE_FALSE(record);
  CHECK(record.error().to_string().find("the champion could not be given its traffic back") != std::string::npos);
  CHECK(kinds().back() == "stopped");
}

TEST_CASE_FIXTURE(Fixture, "a journal that cannot be written stops the way forward, never the way back") {
  on_request = [&](std::int64_t i) {
    if (i == 700) journal_answer = Error{Errc::exhausted, "no space left"};
  };
  auto const record = drive();
  REQUIRE_FALSE(record);
  CHECK(record.error().code() == Errc::exhausted);
  CHECK(wire->shares == champion_only);
  for (auto const& shares : wire->history)
    CHECK(shares.live != std::map<std::string, int>{{"champion", 50}, {"challenger", 50}});
}

TEST_CASE_FIXTURE(Fixture, "somebody else's change of the traffic is never fought") {
  Shares const theirs{{{"champion", 70}, {"third", 30}}};
  wire->status = [&](std::string const&, std::string const&) { return 200; };
  on_request = [&](std::int64_t i) {
    if (i == 700) wire->shares = theirs;
  };
  auto const record = drive();
  REQUIRE_FALSE(record);
  CHECK(record.error().code() == Errc::conflict);
  CHECK(wire->shares == theirs);
  CHECK(kinds().back() == "stopped");
}

TEST_CASE_FIXTURE(Fixture, "no more traffic without a healthy champion to go back to") {
  on_request = [&](std::int64_t i) {
    if (i == 700) wire->states["champion"] = "Failed";
  };
  auto const record = drive();
  REQUIRE_FALSE(record);
  CHECK(record.error().to_string().find("`champion` is Failed") != std::string::npos);
  CHECK(wire->history.back() == champion_only);
}

TEST_CASE_FIXTURE(Fixture, "a rollout does not begin where it could not end") {
  SUBCASE("the challenger is not up") { wire->states["challenger"] = "Failed"; }
  SUBCASE("the champion is not up") { wire->states["champion"] = "Updating"; }
  SUBCASE("the champion does not serve alone") { wire->shares = {{{"champion", 90}, {"challenger", 10}}}; }
  SUBCASE("champion and challenger are one") { plan.challenger = "champion"; }
  CHECK_FALSE(drive());
  CHECK(wire->history.empty());
}

TEST_CASE_FIXTURE(Fixture, "being refused for haste is not an error of the model") {
  std::map<std::string, int> refused;
  wire->first = [&](http::Request const& request) -> std::optional<FakeEndpoint::Answer> {
    auto const id = request.headers.get("x-ms-client-request-id");
    if (request.url != "https://e.test/score" || uniform_of("busy " + id) > 0.2 || ++refused[id] > 2)
      return std::nullopt;
    return http::Response{429, {{"azureml-model-deployment", "champion"}}, {}};
  };
  auto const record = drive().value();
  CHECK(record.outcome == "promoted");
  CHECK(record.steps[1].champion_errors == 0);
  CHECK_FALSE(refused.empty());
}

TEST_CASE_FIXTURE(Fixture, "an answer that names no deployment is nobody's error, and ends the rollout safely") {
  wire->first = [&](http::Request const& request) -> std::optional<FakeEndpoint::Answer> {
    if (request.headers.get("x-ms-client-request-id") != "r700") return std::nullopt;
    return http::Response{502, {}, {}};
  };
  auto const record = drive();
  REQUIRE_FALSE(record);
  CHECK(record.error().to_string().find("without naming a deployment") != std::string::npos);
  CHECK(wire->shares == champion_only);
}

TEST_CASE_FIXTURE(Fixture, "a caller's function that throws leaves the champion with its traffic") {
  on_request = [&](std::int64_t i) {
    if (i == 700) throw std::runtime_error{"the replay broke"};
  };
  CHECK_THROWS_AS(drive(), std::runtime_error);
  CHECK(wire->shares == champion_only);
}

TEST_CASE_FIXTURE(Fixture, "each stage is told about when it has ended") {
  auto const record = drive().value();
  std::vector<std::string> ended;
  for (auto const& step : told)
    if (!step.outcome.empty()) ended.push_back(step.stage + " " + step.outcome);
  CHECK(ended == std::vector<std::string>{"shadow advanced", "canary advanced", "canary advanced", "bake promoted"});
}

TEST_CASE_FIXTURE(Fixture, "the record as JSON has the tries and their steps") {
  wire->status = faulty_when_live(*wire, 10);
  model::RolloutRecord record{"e", {drive().value()}};
  auto const json = Json::parse(rollout::to_json(record));
  CHECK(json["tries"][0]["outcome"] == "rolled_back");
  CHECK(json["tries"][0]["challenger"] == "challenger");
  CHECK(json["tries"][0]["steps"][0]["stage"] == "shadow");
  CHECK(json["tries"][0]["steps"][0]["checks"].size() == 3);
  CHECK(json["tries"][0]["steps"][1]["reason"] == record.tries[0].reason);
  CHECK_FALSE(json["tries"][0]["steps"][1]["e_values"].empty());
}
