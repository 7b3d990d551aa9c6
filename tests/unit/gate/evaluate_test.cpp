#include "podium/gate/evaluate.hpp"

#include "unit/gate/worlds.hpp"

#include "podium/stats/interval.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace podium;
using doctest::Approx;
using model::Outcome;
using model::Verdict;

namespace {

model::Decision judge(model::PromotionPolicy const& policy, gate::Evidence const& evidence) {
  return gate::evaluate(policy, evidence).value();
}

model::Check const& check(model::Decision const& decision, std::string const& id) {
  auto const found =
      std::find_if(decision.checks.begin(), decision.checks.end(), [&](auto const& c) { return c.id == id; });
  REQUIRE_MESSAGE(found != decision.checks.end(), id);
  return *found;
}

std::string codes(model::Decision const& decision) {
  std::string all;
  for (auto const& reason : decision.reasons) all += reason.code + " ";
  return all;
}

bool has_code(model::Decision const& decision, std::string const& start) {
  return std::any_of(decision.reasons.begin(), decision.reasons.end(),
                     [&](auto const& reason) { return reason.code.rfind(start, 0) == 0; });
}

}  // namespace

TEST_CASE("a month with a real gain promotes, with errors by day and the level of the reuse budget") {
  auto const decision = judge(worlds::policy(), worlds::evidence(worlds::predictions({})));
  CAPTURE(gate::to_json(decision));
  CHECK(decision.verdict == Verdict::promote);
  CHECK(gate::exit_code(decision) == 0);
  auto const& gain = check(decision, "auc_gain");
  CHECK(gain.level == Approx(.01));
  CHECK(gain.clusters == 30);
  CHECK(gain.units == 27'000);
  CHECK(gain.lower == Approx(gain.estimate - 2.4620213601 * *gain.standard_error).epsilon(1e-9));  // t(29) at .99
  CHECK(gain.upper == Approx(gain.estimate + 2.4620213601 * *gain.standard_error).epsilon(1e-9));
  CHECK(std::any_of(gain.notes.begin(), gain.notes.end(),
                    [](auto const& note) { return note.find("design effect") != std::string::npos; }));
  for (auto const* id :
       {"logloss", "brier", "auc_floor", "log_loss:origin=EWR", "log_loss:origin=JFK", "log_loss:origin=LGA"})
    CHECK(check(decision, id).outcome == Outcome::pass);
  CHECK(has_code(decision, "BENEFIT:auc_gain"));
  auto const json = gate::to_json(decision);
  char digits[64];
  std::snprintf(digits, sizeof digits, "\"estimate\":%.6f", gain.estimate);
  CHECK_MESSAGE(json.find(std::string{digits}.substr(0, 17)) != std::string::npos, digits);
  CHECK(std::any_of(decision.limits.begin(), decision.limits.end(),
                    [](auto const& text) { return text.find("30 clusters by flight_date") != std::string::npos; }));
}

TEST_CASE("estimates and clustered errors equal a numpy computation of the written formulas") {
  // numpy 2, scipy 1: rankdata for the placements, bincount of the influences by day, G / (G - 1) times the squares
  auto const decision = judge(worlds::policy(), worlds::evidence(worlds::predictions({})));
  auto const& gain = check(decision, "auc_gain");
  CHECK(gain.estimate == Approx(0.10004493520030266).epsilon(1e-9));
  CHECK(*gain.standard_error == Approx(0.016239510610292933).epsilon(1e-9));
  CHECK(gain.lower == Approx(0.0600629131993722).epsilon(1e-9));
  auto const& loss = check(decision, "logloss");
  CHECK(loss.estimate == Approx(0.0319925074241586).epsilon(1e-9));
  CHECK(*loss.standard_error == Approx(0.007698525829572903).epsilon(1e-9));
  CHECK(loss.lower == Approx(0.013038572390080438).epsilon(1e-9));
  auto const& floor = check(decision, "auc_floor");
  CHECK(floor.estimate == Approx(0.744992472001834).epsilon(1e-9));
  CHECK(*floor.standard_error == Approx(0.014918493470818785).epsilon(1e-9));
  // An area's bounds are symmetric on the logit scale, so that they stay inside (0, 1).
  double const a = 0.744992472001834, reach = 2.4620213601 * 0.014918493470818785 / (a * (1 - a));
  CHECK(floor.lower == Approx(1 / (1 + std::exp(-(std::log(a / (1 - a)) - reach)))).epsilon(1e-9));
}

TEST_CASE("equal models whose luck changes from day to day are promoted no more often than alpha allows") {
  model::PromotionPolicy policy;
  policy.name = "equal";
  policy.evaluation_sets = {{.id = "set",
                             .columns = {.unit = "u", .cluster = "day", .label = "y", .weight = "", .time = ""},
                             .min_units = 0,
                             .min_positives = 0,
                             .min_clusters = 0,
                             .missing_prediction = {},
                             .leakage = {},
                             .reuse = {}}};
  policy.metrics = {worlds::metric("gain", "roc_auc", "success")};
  worlds::Random random{77};
  int promoted = 0, by_rows = 0;
  constexpr int worlds_seen = 300;
  for (int world = 0; world < worlds_seen; ++world) {
    gate::Evidence evidence;
    evidence.sets.resize(1);
    auto& rows = evidence.sets[0];
    rows.id = "set";
    for (int day = 0; day < 30; ++day) {
      double const luck = random.normal();  // which of the two features this day favours
      for (int i = 0; i < 40; ++i) {
        double const a = random.normal(), b = random.normal();
        rows.unit.push_back(std::to_string(day * 100 + i));
        rows.cluster.push_back(std::to_string(day));
        rows.label.push_back(random.uniform() < worlds::sigmoid(-1 + (1 - luck) * a + (1 + luck) * b) ? 1 : 0);
        rows.champion.push_back(worlds::sigmoid(a));
        rows.challenger.push_back(worlds::sigmoid(b));
      }
    }
    auto const decision = judge(policy, evidence);
    promoted += decision.verdict == Verdict::promote;
    policy.evaluation_sets[0].columns.cluster.clear();
    by_rows += check(judge(policy, evidence), "gain").outcome == Outcome::pass;
    policy.evaluation_sets[0].columns.cluster = "day";
  }
  CHECK(promoted <= 15 + 3 * 4);         // 5 % of 300, and three binomial standard deviations
  CHECK(by_rows > 2 * (promoted + 10));  // what the same data say when days are ignored
}

TEST_CASE("a challenger whose scores are scaled wrongly is rejected by the guardrail, whatever its ranking") {
  auto const decision = judge(worlds::policy(), worlds::evidence(worlds::predictions({.bias = 2.5})));
  CHECK(decision.verdict == Verdict::reject);
  CHECK(gate::exit_code(decision) == 20);
  REQUIRE_FALSE(decision.reasons.empty());
  CHECK(decision.reasons.front().code == "GUARDRAIL_FAIL:logloss");
  CHECK(has_code(decision, "SLICE_FAIL:origin=EWR"));
  CHECK(check(decision, "auc_gain").outcome == Outcome::pass);
}

TEST_CASE(
    "a month whose gain cannot be told from the day-to-day noise is held, and says how many days would settle it") {
  auto const decision =
      judge(worlds::policy(), worlds::evidence(worlds::predictions({.gain = .35, .day_spread = .7, .seed = 5})));
  CAPTURE(gate::to_json(decision));
  CHECK(decision.verdict == Verdict::hold);
  CHECK(gate::exit_code(decision) == 10);
  CHECK(has_code(decision, "NEED_N:auc_gain:"));
  auto const& gain = check(decision, "auc_gain");
  CHECK(gain.outcome == Outcome::inconclusive);
  CHECK(gain.resolve.find("clusters (flight_date)") != std::string::npos);
}

TEST_CASE("a challenger that only adds noise has no benefit") {
  auto rows = worlds::predictions({.gain = 0, .day_spread = 0, .seed = 2});
  auto const decision = judge(worlds::policy(), worlds::evidence(rows));
  CAPTURE(gate::to_json(decision));
  CHECK(decision.verdict == Verdict::reject);
  CHECK(has_code(decision, "NO_BENEFIT"));
}

TEST_CASE("two models that give the same answers have no benefit, and every guardrail passes") {
  auto rows = worlds::predictions({});
  rows.challenger = rows.champion;
  auto const decision = judge(worlds::policy(), worlds::evidence(rows));
  CHECK(codes(decision) == "NO_BENEFIT ");
  CHECK(check(decision, "logloss").outcome == Outcome::pass);
}

TEST_CASE("without a cluster column, days that move together are found and hold the decision") {
  auto policy = worlds::policy();
  policy.evaluation_sets.front().columns.cluster.clear();
  policy.evaluation_sets.front().min_clusters = 0;
  auto rows = worlds::predictions({});
  rows.cluster.clear();
  auto const held = judge(policy, worlds::evidence(rows));
  CHECK(held.verdict == Verdict::hold);
  CHECK(gate::exit_code(held) == 11);
  CHECK(has_code(held, "CLUSTERED_DATA"));

  auto steady = worlds::small_policy();
  steady.evaluation_sets.front().columns.cluster.clear();
  steady.evaluation_sets.front().min_clusters = 0;
  auto calm = worlds::small_world();
  calm.day_spread = 0;
  rows = worlds::predictions(calm);
  rows.cluster.clear();
  auto const promoted = judge(steady, worlds::evidence(rows));
  CAPTURE(gate::to_json(promoted));
  CHECK(promoted.verdict == Verdict::promote);
  CHECK(std::any_of(promoted.limits.begin(), promoted.limits.end(),
                    [](auto const& text) { return text.find("taken as independent") != std::string::npos; }));
  auto const& notes = check(promoted, "auc_gain").notes;
  CHECK(std::find(notes.begin(), notes.end(), "assumes independent rows") != notes.end());
}

TEST_CASE("the order of the rows changes no byte of the decision") {
  auto rows = worlds::predictions(worlds::small_world());
  auto const sorted = gate::to_json(judge(worlds::small_policy(), worlds::evidence(rows)));
  auto const swap = [&](std::size_t a, std::size_t b) {
    std::swap(rows.unit[a], rows.unit[b]);
    std::swap(rows.cluster[a], rows.cluster[b]);
    std::swap(rows.label[a], rows.label[b]);
    std::swap(rows.champion[a], rows.champion[b]);
    std::swap(rows.challenger[a], rows.challenger[b]);
    std::swap(rows.time_us[a], rows.time_us[b]);
    std::swap(rows.slices["origin"][a], rows.slices["origin"][b]);
  };
  worlds::Random random{9};
  for (std::size_t i = rows.unit.size() - 1; i > 0; --i)
    swap(i, static_cast<std::size_t>(random.uniform() * static_cast<double>(i + 1)));
  CHECK(gate::to_json(judge(worlds::small_policy(), worlds::evidence(rows))) == sorted);
  rows.challenger[0] = rows.challenger[0] * .999;
  CHECK(judge(worlds::small_policy(), worlds::evidence(rows)).evidence_digest !=
        judge(worlds::small_policy(), worlds::evidence(worlds::predictions(worlds::small_world()))).evidence_digest);
}

TEST_CASE("the reuse budget sets the level, and runs out") {
  auto policy = worlds::small_policy();
  auto evidence = worlds::evidence(worlds::predictions(worlds::small_world()));
  evidence.evaluations_used["september"] = 4;
  CHECK(judge(policy, evidence).verdict == Verdict::promote);
  evidence.evaluations_used["september"] = 5;
  auto const spent = judge(policy, evidence);
  CHECK(codes(spent) == "TESTSET_EXHAUSTED ");
  CHECK(gate::exit_code(spent) == 11);

  policy.evaluation_sets.front().reuse = model::ReuseRules{.max_evaluations = 20, .schedule = "k2"};
  evidence.evaluations_used["september"] = 1;
  CHECK(check(judge(policy, evidence), "auc_gain").level ==
        Approx(.05 * 6 / (3.14159265358979 * 3.14159265358979 * 4)));  // .0076
  policy.evaluation_sets.front().reuse.reset();
  auto const free = judge(policy, evidence);
  CHECK(check(free, "auc_gain").level == Approx(.05));
  CHECK(std::any_of(free.limits.begin(), free.limits.end(),
                    [](auto const& text) { return text.find("no reuse budget") != std::string::npos; }));
}

TEST_CASE("signs of leakage make the evidence invalid, and what cannot be checked is not passed") {
  auto const policy = worlds::small_policy();
  auto const good = worlds::evidence(worlds::predictions(worlds::small_world()));

  auto overlapping = good;
  overlapping.train_units.push_back(good.sets[0].unit[7]);
  CHECK(codes(judge(policy, overlapping)) == "LEAKAGE:train_unit_overlap ");

  auto early = good;
  early.train_end_us = good.sets[0].time_us[100];
  CHECK(codes(judge(policy, early)) == "LEAKAGE:label_time ");

  auto unknown = good;
  unknown.train_units.clear();
  unknown.train_end_us = 0;
  CHECK(codes(judge(policy, unknown)) == "LEAKAGE_UNCHECKED:train_units LEAKAGE_UNCHECKED:train_end ");

  auto marvel = good;
  for (std::size_t i = 0; i < marvel.sets[0].label.size(); ++i)
    marvel.sets[0].challenger[i] = .5 + .4 * (marvel.sets[0].label[i] - .5) + .2 * (marvel.sets[0].challenger[i] - .5);
  auto const suspected = judge(policy, marvel);
  CHECK(codes(suspected) == "LEAKAGE_SUSPECTED ");
  CHECK(gate::exit_code(suspected) == 11);
}

TEST_CASE("missing predictions count as the worst, and too many of them are invalid") {
  auto policy = worlds::small_policy();
  auto evidence = worlds::evidence(worlds::predictions(worlds::small_world()));
  auto const before = check(judge(policy, evidence), "logloss").estimate;
  evidence.sets[0].challenger[5] = NAN;
  CHECK(codes(judge(policy, evidence)) == "MISSING_PREDICTIONS:challenger ");
  policy.evaluation_sets.front().missing_prediction.max_fraction = .01;
  auto const tolerated = judge(policy, evidence);
  CHECK_FALSE(has_code(tolerated, "MISSING_PREDICTIONS"));
  // One worst loss among 1500 rows: -log(1e-7) / 1500, less what the prediction would have cost.
  CHECK(check(tolerated, "logloss").estimate < before - .009);
  policy.evaluation_sets.front().missing_prediction.treat_as = "invalid";
  CHECK(judge(policy, evidence).verdict == Verdict::hold);
}

TEST_CASE("a slice that is required and gone, or too small, holds the decision by name") {
  auto policy = worlds::small_policy();
  auto evidence = worlds::evidence(worlds::predictions(worlds::small_world()));
  policy.slices.front().required.push_back("SWF");
  CHECK(codes(judge(policy, evidence)) == "SLICE_MISSING:SWF ");
  policy.slices.front().required.pop_back();
  policy.slices.front().min_units = 600;
  auto const small = judge(policy, evidence);
  CHECK(small.verdict == Verdict::hold);
  CHECK(has_code(small, "SLICE_TOO_SMALL:origin=EWR:600>500"));
  policy.slices.front().too_small = "report";
  CHECK(judge(policy, evidence).verdict == Verdict::promote);
}

TEST_CASE("a set below the policy's size decides nothing and says what is missing") {
  auto policy = worlds::small_policy();
  policy.evaluation_sets.front().min_units = 5000;
  auto const decision = judge(policy, worlds::evidence(worlds::predictions({.days = 30, .per_day = 90, .bias = 3})));
  CHECK(decision.verdict == Verdict::hold);
  CHECK(gate::exit_code(decision) == 10);
  CHECK(codes(decision) == "NEED_N:units:5000>2700 ");
  CHECK(check(decision, "units").resolve == "add 2,300 units");
}

TEST_CASE("failures are counted together: one that chance explains among many checks does not reject") {
  auto policy = worlds::small_policy();
  policy.evaluation_sets.front().reuse.reset();
  policy.alpha = .4;
  policy.metrics.front().min_effect = -1;
  auto rows = worlds::predictions({.days = 30, .per_day = 90, .gain = 0, .day_spread = .0, .seed = 21});
  // Many slices of pure noise: at level .4 some look worse.
  for (auto& unit : rows.unit) rows.slices["gate"].push_back(std::to_string(std::hash<std::string>{}(unit) % 20));
  worlds::Random random{4};
  for (auto& score : rows.challenger) score = worlds::sigmoid(std::log(score / (1 - score)) + .05 * random.normal());
  rows.champion = rows.challenger;
  for (auto& score : rows.challenger) score = worlds::sigmoid(std::log(score / (1 - score)) + .3 * random.normal());
  policy.slices.front() = {.by = {"gate"},
                           .metric = "log_loss",
                           .role = "deterioration",
                           .margin = 0,
                           .clip = 1e-7,
                           .min_units = 0,
                           .too_small = "hold",
                           .required = {}};
  auto const decision = judge(policy, worlds::evidence(rows));
  auto const adjusted = std::count_if(decision.checks.begin(), decision.checks.end(), [](auto const& c) {
    return c.role == "deterioration" && c.outcome == Outcome::inconclusive;
  });
  CHECK(adjusted > 0);
  CHECK(has_code(decision, "NEED_N:gate="));
}

TEST_CASE("rule any corrects for the number of success metrics, rule all asks for each, rule none for no benefit") {
  auto policy = worlds::small_policy();
  auto second = worlds::metric("brier_gain", "brier", "success");
  second.min_effect = .5;  // out of reach
  policy.metrics.push_back(second);
  policy.success_items = {"auc_gain", "brier_gain"};
  auto const evidence = worlds::evidence(worlds::predictions(worlds::small_world()));
  auto const any = judge(policy, evidence);
  CHECK(any.verdict == Verdict::promote);
  CHECK(check(any, "auc_gain").notes.back().find("Holm-adjusted") != std::string::npos);
  policy.success_rule = "all";
  CHECK(judge(policy, evidence).verdict == Verdict::hold);
  policy.success_rule = "none";
  auto const refresh = judge(policy, evidence);
  CHECK(refresh.verdict == Verdict::promote);
  CHECK(has_code(refresh, "NOT_SHOWN_BETTER"));
  CHECK(check(refresh, "brier_gain").outcome == Outcome::report);
}

TEST_CASE("a set that fails anywhere keeps the others from promoting") {
  auto policy = worlds::small_policy();
  policy.evaluation_sets.push_back(policy.evaluation_sets.front());
  policy.evaluation_sets.back().id = "october";
  auto evidence = worlds::evidence(worlds::predictions(worlds::small_world()));
  auto weak = worlds::small_world();
  weak.gain = .2;
  weak.day_spread = .8;
  evidence.sets.push_back(worlds::predictions(weak, "october"));
  auto const decision = judge(policy, evidence);
  CHECK(decision.verdict != Verdict::promote);
  CHECK(check(decision, "auc_gain@september").outcome == Outcome::pass);
}

TEST_CASE("a policy that cannot decide, or names what is not there, is an error and not a verdict") {
  auto const evidence = worlds::evidence(worlds::predictions(worlds::small_world()));
  auto const fails = [&](auto change, std::string const& part) {
    auto policy = worlds::small_policy();
    auto given = evidence;
    change(policy, given);
    auto const decision = gate::evaluate(policy, given);
    REQUIRE_FALSE(decision);
    CHECK(decision.error().code() == Errc::invalid_argument);
    CHECK_MESSAGE(decision.error().to_string().find(part) != std::string::npos, decision.error().to_string());
  };
  fails([](auto& p, auto&) { p.evaluation_sets.front().id = "may"; }, "no evaluation set `may`");
  fails([](auto&, auto& e) { e.sets.clear(); }, "no evaluation set `september`");
  fails([](auto&, auto& e) { e.sets.push_back(e.sets.front()); }, "more than once");
  fails([](auto&, auto& e) { e.sets[0].cluster.clear(); }, "no column `flight_date`");
  fails([](auto&, auto& e) { e.sets[0].slices.clear(); }, "no column `origin`");
  fails([](auto&, auto& e) { e.sets[0].challenger.pop_back(); }, "column `challenger`");
  fails([](auto&, auto& e) { e.sets[0].weight.assign(3, 2); }, "column `cluster, weight, group or time`");
  fails([](auto& p, auto&) { p.metrics[1].margin.reset(); }, "needs `margin`");
  fails([](auto& p, auto&) { p.metrics[1].margin = -1; }, "needs `margin`");
  fails([](auto& p, auto&) { p.metrics[1].margin = NAN; }, "needs `margin`");
  fails([](auto& p, auto&) { p.metrics[0].metric = "f2"; }, "no metric `f2`");
  fails([](auto& p, auto&) { p.metrics[0].metric = "rmse"; }, "has no metric `rmse`");
  fails([](auto& p, auto&) { p.metrics[0].method = "t"; }, "no method `t`");
  fails([](auto& p, auto&) { p.metrics[0].params["k"] = 3; }, "no parameter `k`");
  fails(
      [](auto& p, auto&) {
        p.metrics[1].metric = "accuracy";
        p.metrics[1].method = "tango";
      },
      "has clusters or weights");
  fails([](auto& p, auto&) { p.metrics[0].role = "hope"; }, "`hope` is not a role");
  fails([](auto& p, auto&) { p.success_items = {"profit"}; }, "`profit` is not among the metrics");
  fails([](auto& p, auto&) { p.alpha = 0; }, "`alpha`");
  fails([](auto& p, auto&) { p.alpha = NAN; }, "`alpha`");
  fails(
      [](auto& p, auto&) {
        p.metrics.clear();
        p.success_items.clear();
      },
      "no metric has the role success");
  fails(
      [](auto& p, auto&) {
        p.metrics.clear();
        p.slices.clear();
        p.success_items.clear();
        p.success_rule = "none";
      },
      "at least one");
  fails([](auto& p, auto&) { p.task = "regression"; }, "regression");
  fails([](auto& p, auto&) { p.task = "clustering"; }, "no task `clustering`");
  fails([](auto& p, auto&) { p.slices[0].margin = 0; }, "needs `margin`");
  fails([](auto&, auto& e) { e.evaluations_used["september"] = -1; }, "fewer than 0");
}
