#include "rollout/machine.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace podium;
using rollout::Machine;
using Arm = Machine::Arm;
using Act = Machine::Act;

namespace {

model::PromotionPolicy policy() {
  model::PromotionPolicy policy;
  policy.shadow = model::ShadowStage{.min_pairs = 200,
                                     .mirror_percent = 50,
                                     .checks = {{"parity", "online_offline_difference", "", 1e-9},
                                                {"err", "error_rate", "", 0.02},
                                                {"psi_own", "psi", "own_offline_scores", 0.2}}};
  policy.canary = model::CanaryStage{
      .alpha_rollback = 0.05,
      .steps = {{10, 4400, {{"error_rate", 0.02}}}, {50, 1700, {{"error_rate", 0.01}}}},
      .bake_min_requests = 1500,
      .rollback = {{"error_rate", "champion", 1.0, 0, 0.5}, {"error_rate", "absolute", 1, 0.01, 0.5}},
      .srm_p = 0.0005};
  return policy;
}

std::vector<double> uniform(int count, unsigned seed) {
  std::mt19937 random{seed};
  std::uniform_real_distribution<double> draw;
  std::vector<double> values(static_cast<std::size_t>(count));
  for (auto& value : values) value = draw(random);
  return values;
}

/// An endpoint that routes at random and fails as it is told.
struct World {
  Machine machine;
  std::mt19937 random{7};
  int live_weight = 0;
  int mirror = 0;
  std::vector<std::pair<int, int>> traffic{};  ///< every (weight, mirror) that was set, in order

  /// `fails(arm, requests the challenger has had so far)`
  template <class Fails>
  void run(Fails fails, std::int64_t requests = 1'000'000, double online_shift = 0) {
    std::int64_t sent = 0, challenger = 0;
    while (!machine.finished()) {
      auto const next = machine.next();
      if (next.act == Act::set_traffic) {
        traffic.emplace_back(next.weight, next.mirror);
        live_weight = next.weight;
        mirror = next.mirror;
        machine.traffic_set();
        continue;
      }
      REQUIRE(next.act == Act::send);
      std::vector<rollout::Pair> pairs;
      std::int64_t i = 0;
      for (; i < next.count && sent < requests; ++i, ++sent) {
        std::uniform_int_distribution<int> percent{0, 99};
        auto const arm = percent(random) < live_weight ? Arm::challenger : Arm::champion;
        if (arm == Arm::challenger) ++challenger;
        if (percent(random) < mirror) {
          auto const score = std::uniform_real_distribution<double>{}(random);
          pairs.push_back({false, {score + online_shift}, {score}});
        }
        if (!machine.observe(arm, fails(arm, challenger))) break;
      }
      machine.pairs(pairs);
      if (i < next.count && sent >= requests)
        machine.exhausted();
      else
        machine.batch_done();
    }
  }
};

constexpr auto never = [](Arm, std::int64_t) { return false; };

}  // namespace

TEST_CASE("a sound challenger goes through every stage and ends at 100 %") {
  World world{Machine{policy(), uniform(20000, 1)}};
  world.run(never);
  auto const& record = world.machine.record();
  CHECK(record.outcome == "promoted");
  CHECK(record.reason.empty());
  // The mirror is taken away before the first live traffic: live and mirror exclude each other.
  CHECK(world.traffic == std::vector<std::pair<int, int>>{{0, 50}, {0, 0}, {10, 0}, {50, 0}, {100, 0}});
  REQUIRE(record.steps.size() == 4);
  CHECK(record.steps[0].pairs >= 200);
  CHECK(record.steps[1].requests >= 4400);
  CHECK(record.steps[2].requests >= 1700);
  CHECK(record.steps[3].requests >= 1500);
  CHECK(record.steps[3].stage == "bake");
}

TEST_CASE("a fault that starts after the mirror is rolled back, and the reason names the number that did it") {
  World world{Machine{policy(), uniform(20000, 1)}};
  std::mt19937 random{3};
  world.run([&](Arm arm, std::int64_t) {
    return arm == Arm::challenger && std::uniform_int_distribution<int>{0, 99}(random) < 5;
  });
  auto const& record = world.machine.record();
  CHECK(record.outcome == "rolled_back");
  CHECK(record.reason.starts_with("E_VALUE:error_rate="));
  CHECK(record.reason.ends_with(">=40"));
  CHECK(record.steps.back().stage == "canary");
  CHECK(record.steps.back().weight == 10);
  CHECK(record.steps.back().requests < 4400);
  CHECK(world.traffic.back() == std::pair{0, 0});
  CHECK_FALSE(record.steps.back().e_values.empty());
  CHECK(record.steps.back().e_values.back().second >= 40);
}

TEST_CASE("a fault that starts at 100 % is caught by the absolute rule") {
  World world{Machine{policy(), uniform(20000, 1)}};
  world.run([&](Arm, std::int64_t) { return world.live_weight == 100 && world.random() % 20 == 0; });
  CHECK(world.machine.record().outcome == "rolled_back");
  CHECK(world.machine.record().reason.starts_with("ABSOLUTE:error_rate lower "));
  CHECK(world.machine.record().steps.back().stage == "bake");
}

TEST_CASE("an online score that is not the offline score ends the try in the shadow stage") {
  World world{Machine{policy(), uniform(20000, 1)}};
  world.run(never, 1'000'000, 1e-6);
  CHECK(world.machine.record().outcome == "rolled_back");
  CHECK(world.machine.record().reason.starts_with("SHADOW:parity="));
  CHECK(world.machine.record().steps.size() == 1);
}

TEST_CASE("scores from another distribution end the try in the shadow stage") {
  auto reference = uniform(20000, 1);
  for (auto& score : reference) score *= 0.3;
  World world{Machine{policy(), reference}};
  world.run(never);
  CHECK(world.machine.record().reason.starts_with("SHADOW:psi_own="));
}

TEST_CASE("too little traffic pauses, with what was missing, and the champion keeps serving") {
  for (auto const& [requests, reason] : {std::pair{100, "NEED_PAIRS:"}, std::pair{3000, "NEED_REQUESTS:"}}) {
    CAPTURE(requests);
    World world{Machine{policy(), uniform(20000, 1)}};
    world.run(never, requests);
    CHECK(world.machine.record().outcome == "paused");
    CHECK(world.machine.record().reason.starts_with(reason));
    CHECK(world.traffic.back() == std::pair{0, 0});
  }
}

TEST_CASE("a router that does not keep to the weights makes the comparison invalid") {
  Machine machine{policy(), uniform(20000, 1)};
  World world{machine};
  std::int64_t turn = 0;
  while (!world.machine.finished()) {
    auto const next = world.machine.next();
    if (next.act == Act::set_traffic) {
      world.live_weight = next.weight;
      world.mirror = next.mirror;
      world.machine.traffic_set();
      continue;
    }
    std::vector<rollout::Pair> pairs;
    for (std::int64_t i = 0; i < next.count; ++i, ++turn) {
      if (world.mirror > 0) pairs.push_back({false, {uniform(1, static_cast<unsigned>(turn))[0]}, {}});
      world.machine.observe(world.live_weight > 0 && turn % 5 == 0 ? Arm::challenger : Arm::champion, false);
    }
    for (auto& pair : pairs) pair.offline = pair.online;
    world.machine.pairs(pairs);
    world.machine.batch_done();
  }
  CHECK(world.machine.record().outcome == "paused");
  CHECK(world.machine.record().reason.starts_with("SRM:"));
}

TEST_CASE("whoever stops a rollout gets the champion back") {
  Machine machine{policy(), uniform(20000, 1)};
  machine.traffic_set();
  machine.stop("CANCELLED:the caller gave up");
  CHECK(machine.next().act == Act::set_traffic);
  CHECK(machine.next().weight == 0);
  machine.traffic_set();
  CHECK(machine.finished());
  CHECK(machine.record().outcome == "rolled_back");
  CHECK(machine.record().reason == "CANCELLED:the caller gave up");
}

TEST_CASE("equal error rates are seldom taken for a fault") {
  // 200 worlds with errors of 1 % on both sides; the rules together may fire in at most 5 % of all worlds, and are
  // conservative.  Binomial(200, .05) exceeds 19 with probability 0.003.
  auto wanted = policy();
  wanted.shadow.reset();
  wanted.canary->rollback[1].above = 0.03;  // the absolute rule tolerates what both have
  int false_alarms = 0;
  for (unsigned world = 0; world < 200; ++world) {
    World one{Machine{wanted, {}}};
    one.random.seed(world);
    std::mt19937 faults{world + 1000};
    one.run([&](Arm, std::int64_t) { return std::uniform_int_distribution<int>{0, 99}(faults) == 0; }, 10'000);
    false_alarms += one.machine.record().outcome == "rolled_back";
  }
  CHECK(false_alarms <= 19);
}

TEST_CASE("a fault of 5 % is found as soon as the reference simulation finds it") {
  // flights.md section 4: 10 % traffic, threshold 40, champion without errors, 200 seeds: median 782, p95 1,733.
  auto wanted = policy();
  wanted.shadow.reset();
  wanted.canary->rollback.pop_back();
  std::vector<std::int64_t> needed;
  for (unsigned world = 0; world < 200; ++world) {
    World one{Machine{wanted, {}}};
    one.random.seed(world);
    std::mt19937 faults{world + 1000};
    one.run(
        [&](Arm arm, std::int64_t) {
          return arm == Arm::challenger && std::uniform_int_distribution<int>{0, 99}(faults) < 5;
        },
        4400);
    REQUIRE(one.machine.record().outcome == "rolled_back");
    needed.push_back(one.machine.record().requests);
  }
  std::ranges::sort(needed);
  CHECK(needed[100] > 650);
  CHECK(needed[100] < 950);
  CHECK(needed[190] < 2200);
}

TEST_CASE("the curve of e-values stays small however long a stage takes") {
  auto wanted = policy();
  wanted.shadow.reset();
  wanted.canary->steps = {{10, 100'000, {}}};
  World world{Machine{wanted, {}}};
  world.run(never);
  for (auto const& step : world.machine.record().steps) CHECK(step.e_values.size() <= 201);
}

TEST_CASE("a policy without shadow or canary puts the challenger straight to 100 %") {
  model::PromotionPolicy bare;
  World world{Machine{bare, {}}};
  world.run(never);
  CHECK(world.machine.record().outcome == "promoted");
  CHECK(world.traffic == std::vector<std::pair<int, int>>{{100, 0}});
}
