#include "unit/gate/judged.hpp"

#include <limits>

using namespace judged;
using doctest::Approx;
using model::Outcome;
using model::Verdict;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// 5,000 requests of which `slow` took longer than 250 ms.
gate::LatencySample load(std::int64_t slow, std::int64_t total = 5000) {
  gate::LatencySample sample;
  sample.endpoint = "staging";
  sample.open_loop = true;
  sample.rps = 50;
  sample.warmup_s = 60;
  sample.bins = {{50, total - slow}, {250, 0}, {1000, slow}};
  return sample;
}

model::PromotionPolicy with_latency() {
  auto rules = policy();
  rules.staging_latency =
      model::StagingLatency{"staging", "open_loop", 50, std::chrono::seconds{60}, 1000, {{.99, 250, .95}}};
  return rules;
}

model::Decision under(std::vector<gate::LatencySample> samples) {
  auto given = evidence();
  given.latency = std::move(samples);
  return judge(with_latency(), given);
}

}  // namespace

TEST_CASE("a latency objective is shown by counting, at the reference's counts") {
  // 38 of 5,000 is the most that shows at most 1 % with confidence 95 % (p .0465657, upper bound .0099499).
  auto const shown = under({load(38)});
  CHECK(shown.verdict == Verdict::promote);
  auto const& slo = check(shown, "latency_p99");
  CHECK(slo.upper == Approx(.0099499).epsilon(1e-5));
  CHECK(*slo.p_value == Approx(.0465657).epsilon(1e-5));
  CHECK(says(slo.notes, "38 of 5,000"));
  CHECK(says(slo.notes, "limit 38"));

  auto const open = under({load(39)});
  CHECK(open.verdict == Verdict::hold);
  CHECK(gate::exit_code(open) == 10);
  CHECK(has_code(open, "NEED_N:latency_p99:"));
  auto const broken = under({load(100)});
  CHECK(broken.verdict == Verdict::reject);
  CHECK(has_code(broken, "SLO_FAIL:latency_p99"));
}

TEST_CASE("a load test that is missing, closed, short or lost in a wide bin shows nothing") {
  CHECK(has_code(under({}), "LATENCY_MISSING:latency_p99"));
  auto other = load(0);
  other.endpoint = "production";
  CHECK(has_code(under({other}), "LATENCY_MISSING"));
  auto closed = load(0);
  closed.open_loop = false;
  CHECK(codes(under({closed})) == "CLOSED_LOOP ");
  CHECK(gate::exit_code(under({closed})) == 11);
  auto gentle = load(0);
  gentle.rps = 5;
  CHECK(has_code(under({gentle}), "LOAD_TOO_LOW"));
  auto cold = load(0);
  cold.warmup_s = 1;
  CHECK(has_code(under({cold}), "WARMUP_TOO_SHORT"));
  CHECK(under({cold}).verdict == Verdict::hold);
  auto wide = load(0);
  wide.bins = {{1000, 5000}};
  CHECK(under({wide}).verdict == Verdict::hold);
  CHECK(says(check(under({wide}), "latency_p99").notes, "no edge at 250 ms"));
  auto failing = load(0);
  failing.errors = 200;
  CHECK(under({failing}).verdict == Verdict::reject);
  auto few = load(0, 200);
  CHECK(has_code(under({few}), "NEED_N:latency_p99:1000>200"));
  auto none = load(0, 0);
  CHECK(under({none}).verdict == Verdict::hold);
  auto endless = load(0);
  endless.bins = {{infinite, 5000}};
  CHECK(under({endless}).verdict == Verdict::hold);
  auto alike = load(30);
  alike.lag1 = .9;
  CHECK(under({alike}).verdict == Verdict::hold);
}

TEST_CASE("shadow checks are judged where there are mirrored answers, and say what they lack") {
  auto rules = policy();
  rules.shadow = model::ShadowStage{.min_pairs = 1000,
                                    .mirror_percent = 50,
                                    .checks = {{"parity", "online_offline_difference", "", 1e-9},
                                               {"err", "error_rate", "", .02},
                                               {"flips", "decision_disagreement", "", .2},
                                               {"psi", "psi", "own_offline_scores", .3},
                                               {"js", "js_distance", "", .6},
                                               {"ks", "ks", "", .6}},
                                    .min_pair_rate = .98};
  auto given = evidence();
  CHECK(judge(rules, given).verdict == Verdict::promote);  // a rollout makes its own shadow
  auto& shadow = given.shadow.emplace();
  shadow.champion = given.sets[0].champion;
  shadow.challenger = given.sets[0].challenger;
  shadow.offline = shadow.challenger;
  shadow.mirrored = static_cast<std::int64_t>(shadow.champion.size());
  auto const good = judge(rules, given);
  CHECK_MESSAGE(good.verdict == Verdict::promote, gate::to_json(good));
  for (auto const* id : {"parity", "err", "flips", "psi", "js", "ks"})
    CHECK_MESSAGE(check(good, id).outcome == Outcome::pass, id);

  auto skewed = given;
  skewed.shadow->offline[3] += .01;
  CHECK(codes(judge(rules, skewed)) == "SHADOW_FAIL:parity ");
  auto failing = given;
  failing.shadow->challenger_errors = 200;
  CHECK(has_code(judge(rules, failing), "SHADOW_FAIL:err"));
  auto unpaired = given;
  unpaired.shadow->mirrored *= 2;
  CHECK(codes(judge(rules, unpaired)).starts_with("PAIRING:"));
  CHECK(gate::exit_code(judge(rules, unpaired)) == 11);
  auto unknown = given;
  unknown.shadow->mirrored = 0;
  CHECK(has_code(judge(rules, unknown), "PAIRING_UNKNOWN"));
  auto blind = given;
  blind.shadow->offline.clear();
  CHECK(has_code(judge(rules, blind), "NEED_N:parity"));
  auto drifted = given;
  for (auto& score : drifted.shadow->challenger) score = score * .2 + .7;
  drifted.shadow->offline = drifted.shadow->challenger;
  CHECK(judge(rules, drifted).verdict == Verdict::reject);
  auto empty = given;
  empty.shadow->champion.clear();
  empty.shadow->challenger.clear();
  CHECK(judge(rules, empty).verdict == Verdict::hold);
}
