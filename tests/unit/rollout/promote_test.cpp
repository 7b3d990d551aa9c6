#include "podium/promote.hpp"

#include "fake_endpoint.hpp"
#include "unit/gate/worlds.hpp"

#include "podium/rollout/ledger.hpp"

#include <filesystem>
#include <unistd.h>

using namespace podium;
using namespace rollout_test;

namespace {

struct Fixture {
  std::shared_ptr<FakeEndpoint> wire = std::make_shared<FakeEndpoint>();
  testing::FakeClock clock;
  Session session{
      {"https://arm.test", "s", "rg", "ws"}, wire, static_token("t"), {.retry = {.max_attempts = 1}, .clock = &clock}};
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("podium-promote-" + std::to_string(::getpid()));
  PromoteOptions options;

  Fixture() {
    std::filesystem::create_directories(folder);
    options.policy = worlds::policy();
    options.policy.canary = model::CanaryStage{.alpha_rollback = 0.05,
                                               .steps = {{10, 1000, {{"error_rate", 0.2}}}},
                                               .bake_min_requests = 200,
                                               .rollback = {{"error_rate", "champion", 1.0, 0, 0.5}},
                                               .srm_p = 0.0005};
    options.evidence = worlds::evidence(worlds::predictions({}));
    options.endpoint = "e";
    options.champion = "champion";
    options.challenger = "challenger";
    options.challenger_model = "azureml:flights:2";
    options.ledger = folder / "ledger.jsonl";
    options.traffic = [next = 0]() mutable -> std::optional<rollout::LiveRequest> {
      return rollout::LiveRequest{"r" + std::to_string(next++), "[0.5]", {}};
    };
  }
  ~Fixture() { std::filesystem::remove_all(folder); }

  std::vector<std::string> ledger() const {
    auto opened = rollout::Ledger::open(options.ledger).value();
    CHECK(opened.verify());
    std::vector<std::string> kinds;
    auto const entries = opened.read().value();
    for (auto const& entry : entries) kinds.push_back(entry.kind);
    return kinds;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a challenger that deserves it is decided on, rolled out and recorded") {
  auto const done = promote(session, options).value();
  CHECK(done.decision.verdict == model::Verdict::promote);
  REQUIRE(done.rollout);
  CHECK(done.rollout->outcome == "promoted");
  CHECK(done.exit_code == 0);
  CHECK(wire->shares == Shares{{{"challenger", 100}}});
  CHECK(ledger() == std::vector<std::string>{"decision", "intent", "applied", "intent", "applied", "promotion"});
}

TEST_CASE_FIXTURE(Fixture, "a rollback has an exit code of its own") {
  wire->status = [](std::string const& deployment, std::string const& id) {
    return deployment == "challenger" && uniform_of("fault " + id) < 0.3 ? 424 : 200;
  };
  auto const done = promote(session, options).value();
  CHECK(done.exit_code == 30);
  CHECK(done.rollout->outcome == "rolled_back");
  CHECK(ledger().back() == "rollback");
}

TEST_CASE_FIXTURE(Fixture, "a challenger that the gate holds or rejects gets no traffic") {
  SUBCASE("no gain") {
    for (auto& score : options.evidence.sets[0].challenger) score = 0.14;
  }
  SUBCASE("missing predictions") { options.evidence.sets[0].challenger[0] = std::nan(""); }
  auto const done = promote(session, options).value();
  CHECK(done.decision.verdict != model::Verdict::promote);
  CHECK_FALSE(done.rollout);
  CHECK(done.exit_code >= 10);
  CHECK(wire->history.empty());
  CHECK(ledger() == std::vector<std::string>{"decision"});
}

TEST_CASE_FIXTURE(Fixture, "a rollout that its traffic cannot decide is a hold") {
  int left = 300;
  options.traffic = [&left]() -> std::optional<rollout::LiveRequest> {
    if (left == 0) return std::nullopt;
    return rollout::LiveRequest{"r" + std::to_string(left--), "[0.5]", {}};
  };
  auto const done = promote(session, options).value();
  CHECK(done.exit_code == 10);
  CHECK(done.rollout->reason == "NEED_REQUESTS:300<1000");
  CHECK(wire->shares == Shares{{{"champion", 100}}});
}

TEST_CASE_FIXTURE(Fixture, "a policy without a rollout ends with the decision") {
  options.policy.canary.reset();
  auto const done = promote(session, options).value();
  CHECK(done.exit_code == 0);
  CHECK_FALSE(done.rollout);
  CHECK(wire->history.empty());
}
