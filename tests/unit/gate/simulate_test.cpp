#include "podium/gate/simulate.hpp"

#include "unit/gate/judged.hpp"

using namespace judged;
using doctest::Approx;

namespace {

/// Superiority in AUC, at the level alone.
model::PromotionPolicy gain_only() {
  model::PromotionPolicy rules;
  rules.name = "gain";
  model::EvaluationSet set;
  set.id = "holdout";
  set.columns.unit = "id";
  set.columns.label = "y";
  rules.evaluation_sets = {set};
  rules.metrics = {worlds::metric("gain", "roc_auc", "success")};
  return rules;
}

}  // namespace

TEST_CASE("a simulation shows how seldom equal models are promoted, and how often better ones") {
  auto const equal = gate::simulate(gain_only(), {.units = 800, .worlds = 400}).value();
  CHECK(equal.effect == Approx(0).epsilon(.002));
  CHECK(equal.promote.interval.lower <= .05);
  CHECK(equal.promote.share <= .05 + 3 * .011);
  CHECK(equal.promote.count + equal.hold.count + equal.reject.count == 400);
  auto const better = gate::simulate(gain_only(), {.effect = .04, .units = 800, .worlds = 200}).value();
  CHECK(better.effect == Approx(.04).epsilon(.05));
  CHECK(better.challenger > better.champion);
  CHECK(better.promote.share > equal.promote.share + .3);
  CHECK(better.reasons.at("BENEFIT:gain") == better.promote.count);
}

TEST_CASE("equal seeds give equal simulations, whatever the threads") {
  auto const run = [](int threads, std::uint64_t seed) {
    return gate::simulate(gain_only(), {.units = 300, .worlds = 40, .seed = seed, .threads = threads}).value();
  };
  auto const one = run(1, 1), many = run(7, 1), other = run(1, 2);
  CHECK(one.promote.count == many.promote.count);
  CHECK(one.reasons == many.reasons);
  CHECK(one.champion != other.champion);
}

TEST_CASE("the other tasks have worlds too, and an effect that nobody can have is an error") {
  auto rules = gain_only();
  for (auto const& [task, metric] : {std::pair{"regression", "mse"}, std::pair{"multiclass", "accuracy"},
                                     std::pair{"ranking", "ndcg"}, std::pair{"quantile", "mae"}}) {
    CAPTURE(task);
    rules.task = task;
    rules.metrics[0].metric = metric;
    rules.evaluation_sets[0].columns.group = rules.task == "ranking" ? "q" : "";
    auto const found = gate::simulate(rules, {.units = 60, .worlds = 10});
    REQUIRE_MESSAGE(found, (found ? "" : found.error().to_string()));
  }
  auto const beyond = gate::simulate(gain_only(), {.effect = .6});
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().message().find("no challenger in this simulation gains 0.6") != std::string::npos);
  CHECK_FALSE(gate::simulate(gain_only(), {.units = 0}));
  CHECK_FALSE(gate::simulate(gain_only(), {.positives = 1}));
}
