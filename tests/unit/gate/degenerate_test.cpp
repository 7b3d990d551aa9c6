#include "unit/gate/worlds.hpp"

#include "podium/gate/evaluate.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

using namespace podium;

namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

using Bend = std::function<void(gate::Predictions&)>;

struct Case {
  char const* name;
  Bend bend;
};

void keep(gate::Predictions& rows, std::size_t n) {
  auto const cut = [n](auto& column) { column.resize(std::min(n, column.size())); };
  cut(rows.unit);
  cut(rows.cluster);
  cut(rows.label);
  cut(rows.champion);
  cut(rows.challenger);
  cut(rows.time_us);
  cut(rows.group);
  for (auto* model : {&rows.champion_class, &rows.challenger_class})
    for (auto& column : *model) cut(column);
  for (auto& [name, values] : rows.slices) cut(values);
}

void fill(std::vector<double>& column, double value) { std::fill(column.begin(), column.end(), value); }

std::vector<Case> const bends{
    {"no rows", [](auto& r) { keep(r, 0); }},
    {"one row", [](auto& r) { keep(r, 1); }},
    {"two rows", [](auto& r) { keep(r, 2); }},
    {"nineteen rows", [](auto& r) { keep(r, 19); }},
    {"one day", [](auto& r) { keep(r, 90); }},
    {"one cluster", [](auto& r) { std::fill(r.cluster.begin(), r.cluster.end(), "x"); }},
    {"two clusters",
     [](auto& r) {
       for (std::size_t i = 0; i < r.cluster.size(); ++i) r.cluster[i] = i % 2 ? "a" : "b";
     }},
    {"a cluster without a name", [](auto& r) { r.cluster[3].clear(); }},
    {"NaN label", [](auto& r) { r.label[0] = nan_value; }},
    {"all labels NaN", [](auto& r) { fill(r.label, nan_value); }},
    {"label 2", [](auto& r) { r.label[0] = 2; }},
    {"label -1", [](auto& r) { r.label[0] = -1; }},
    {"label 0.5", [](auto& r) { r.label[0] = .5; }},
    {"infinite label", [](auto& r) { r.label[0] = infinite; }},
    {"only positives", [](auto& r) { fill(r.label, 1); }},
    {"only negatives", [](auto& r) { fill(r.label, 0); }},
    {"one positive",
     [](auto& r) {
       fill(r.label, 0);
       r.label[5] = 1;
     }},
    {"one negative",
     [](auto& r) {
       fill(r.label, 1);
       r.label[5] = 0;
     }},
    {"nine positives",
     [](auto& r) {
       fill(r.label, 0);
       for (int i = 0; i < 9; ++i) r.label[static_cast<std::size_t>(i * 90)] = 1;
     }},
    {"challenger NaN once", [](auto& r) { r.challenger[0] = nan_value; }},
    {"challenger all NaN", [](auto& r) { fill(r.challenger, nan_value); }},
    {"champion NaN once", [](auto& r) { r.champion[0] = nan_value; }},
    {"champion all NaN", [](auto& r) { fill(r.champion, nan_value); }},
    {"both all NaN",
     [](auto& r) {
       fill(r.champion, nan_value);
       fill(r.challenger, nan_value);
     }},
    {"challenger infinite", [](auto& r) { r.challenger[0] = infinite; }},
    {"challenger minus infinite", [](auto& r) { r.challenger[0] = -infinite; }},
    {"champion infinite", [](auto& r) { r.champion[0] = infinite; }},
    {"challenger huge",
     [](auto& r) {
       for (auto& s : r.challenger) s *= 1e300;
     }},
    {"challenger above one", [](auto& r) { r.challenger[0] = 1.0000001; }},
    {"challenger negative", [](auto& r) { r.challenger[0] = -1e-9; }},
    {"challenger constant", [](auto& r) { fill(r.challenger, .5); }},
    {"challenger zero", [](auto& r) { fill(r.challenger, 0); }},
    {"challenger one", [](auto& r) { fill(r.challenger, 1); }},
    {"champion constant", [](auto& r) { fill(r.champion, .2); }},
    {"champion zero", [](auto& r) { fill(r.champion, 0); }},
    {"both constant",
     [](auto& r) {
       fill(r.champion, .2);
       fill(r.challenger, .2);
     }},
    {"identical", [](auto& r) { r.challenger = r.champion; }},
    {"identical but for rounding",
     [](auto& r) {
       r.challenger = r.champion;
       for (auto& s : r.challenger) s += 1e-17;
     }},
    {"identical by rank, one bit away",
     [](auto& r) {
       r.challenger = r.champion;
       for (auto& s : r.challenger) s = std::nextafter(s, 1);
     }},
    {"challenger knows the label", [](auto& r) { r.challenger = r.label; }},
    {"challenger nearly knows the label",
     [](auto& r) {
       for (std::size_t i = 0; i < r.label.size(); ++i) r.challenger[i] = .01 + .98 * r.label[i];
     }},
    {"challenger inverted",
     [](auto& r) {
       for (auto& s : r.challenger) s = 1 - s;
     }},
    {"champion inverted",
     [](auto& r) {
       for (auto& s : r.champion) s = 1 - s;
     }},
    {"champion perfectly wrong, challenger perfectly right",
     [](auto& r) {
       r.challenger = r.label;
       for (std::size_t i = 0; i < r.label.size(); ++i) r.champion[i] = 1 - r.label[i];
     }},
    {"denormal scores",
     [](auto& r) {
       for (auto& s : r.challenger) s *= 1e-310;
     }},
    {"duplicate unit", [](auto& r) { r.unit[1] = r.unit[0]; }},
    {"one unit for all rows", [](auto& r) { std::fill(r.unit.begin(), r.unit.end(), "u"); }},
    {"rows twice",
     [](auto& r) {
       auto n = r.unit.size();
       for (std::size_t i = 0; i + 1 < n; i += 2) r.unit[i + 1] = r.unit[i];
     }},
    {"origin gone",
     [](auto& r) {
       for (auto& o : r.slices["origin"])
         if (o == "LGA") o = "JFK";
     }},
    {"origin empty", [](auto& r) { std::fill(r.slices["origin"].begin(), r.slices["origin"].end(), ""); }},
    {"origin of one row", [](auto& r) { r.slices["origin"][0] = "SWF"; }},
    {"every row its own origin",
     [](auto& r) {
       for (std::size_t i = 0; i < r.unit.size(); ++i) r.slices["origin"][i] = r.unit[i];
     }},
    {"time at the epoch", [](auto& r) { std::fill(r.time_us.begin(), r.time_us.end(), 0); }},
    {"time at the lowest",
     [](auto& r) { std::fill(r.time_us.begin(), r.time_us.end(), std::numeric_limits<std::int64_t>::min()); }},
    {"time at the highest for one row only before training", [](auto& r) { r.time_us[0] = -1; }},
    {"units seen in training", [](auto& r) { r.unit[0] = "t-1"; }},
    {"names that are not UTF-8",
     [](auto& r) {
       r.unit[0] = "\xff\xfe";
       r.slices["origin"][0] = "\xff";
     }},
    {"labels shuffled", [](auto& r) { std::rotate(r.label.begin(), r.label.begin() + 137, r.label.end()); }},
    {"challenger rounded to one decimal",
     [](auto& r) {
       for (auto& s : r.challenger) s = std::round(s * 2) / 2;
     }},
    {"challenger worse where it is sure",
     [](auto& r) {
       for (std::size_t i = 0; i < 200; ++i) r.challenger[i] = 1 - r.label[i];
     }},
    {"scores swapped", [](auto& r) { std::swap(r.champion, r.challenger); }},
};

struct Asked {
  std::string name;
  model::PromotionPolicy policy;
};

/// The same question asked by one check alone, so that no other check covers for it.
model::PromotionPolicy only(model::PromotionPolicy policy, model::MetricCheck item, bool keep_slices = false) {
  policy.success_rule = item.role == "success" ? "any" : "none";
  policy.success_items.clear();
  policy.metrics = {std::move(item)};
  if (!keep_slices) policy.slices.clear();
  auto& set = policy.evaluation_sets.front();
  set.min_units = set.min_positives = set.min_clusters = 0;
  constexpr int few = 200;  // resamples: what is looked for are bad inputs, not fine percentiles
  policy.bootstrap.replicates = few;
  set.reuse.reset();
  set.leakage.max_improvement.reset();
  return policy;
}

model::MetricCheck asking(std::string const& metric, std::string const& role) {
  auto item = worlds::metric("check", metric, role);
  if (role == "success") item.min_effect = .0005;
  if (role == "guardrail") item.margin = .002;
  if (metric == "recall_at_precision") item.params["precision"] = .5;
  if (metric == "pinball") item.params["quantile"] = .9;
  if (metric == "top_k_accuracy") item.params["k"] = 2;
  if (metric == "custom") {
    item.expression = "sum(tp)*12 - sum(fp)*3";
    item.unit_mean = true;
  }
  return item;
}

/// Every metric of a task as a success metric, a guardrail and a slice, and its own value against a floor or ceiling.
std::vector<Asked> every_check(model::PromotionPolicy const& base) {
  std::vector<Asked> all;
  for (auto const& trait : model::metric_traits) {
    if (!model::has_word(trait.tasks, base.task)) continue;
    std::string const metric{trait.name};
    all.push_back({metric + " success", only(base, asking(metric, "success"))});
    all.push_back({metric + " guardrail", only(base, asking(metric, "guardrail"))});
    auto line = asking(metric, trait.higher_is_better ? "floor" : "ceiling");
    (trait.higher_is_better ? line.at_least : line.at_most) = trait.higher_is_better ? .3 : 1.2;
    all.push_back({metric + " own value", only(base, line)});
    if (metric == "custom") continue;
    auto sliced = only(base, asking(metric, "report"), true);
    sliced.slices.front().metric = metric;
    sliced.slices.front().params = asking(metric, "report").params;
    sliced.slices.front().min_units = 0;
    all.push_back({metric + " slices", std::move(sliced)});
  }
  return all;
}

/// Promoted: then every check that the policy asked for has an interval on the right side of its line.
void expect_no_silent_promotion(Asked const& asked, gate::Predictions const& rows) {
  auto const decision = gate::evaluate(asked.policy, worlds::evidence(rows));
  REQUIRE_MESSAGE(decision, (decision ? "" : decision.error().to_string()));
  auto const json = gate::to_json(*decision);
  CHECK(json.find("nan") == std::string::npos);
  CHECK(json.find("inf,") == std::string::npos);
  CHECK_FALSE(decision->reasons.empty());
  if (decision->verdict != model::Verdict::promote) return;
  for (auto const& check : decision->checks) {
    if (check.role == "quality" || check.role == "report") continue;
    CHECK(check.outcome == model::Outcome::pass);
    CHECK(std::isfinite(check.estimate));
    bool const from_below = check.role != "ceiling";
    CHECK(std::isfinite(from_below ? check.lower : check.upper));
    bool const exact = check.method.find("exact") != std::string::npos ||
                       check.method.find("Clopper") != std::string::npos ||
                       check.method.find("Tango") != std::string::npos;
    CHECK((check.units >= 20 || exact));
  }
}

void expect_no_silent_promotions(model::PromotionPolicy const& base, gate::Predictions const& world) {
  auto const all = every_check(base);
  CHECK_FALSE(all.empty());
  for (auto const& asked : all)
    for (auto const& bend : bends) {
      CAPTURE(asked.name);
      CAPTURE(std::string{bend.name});
      auto rows = world;
      bend.bend(rows);
      expect_no_silent_promotion(asked, rows);
    }
}

}  // namespace

TEST_CASE("the evidence that the degenerate inputs bend is promoted as it is") {
  auto const evidence = worlds::evidence(worlds::predictions(worlds::small_world()));
  auto const decision = gate::evaluate(worlds::small_policy(), evidence);
  REQUIRE(decision);
  CHECK_MESSAGE(decision->verdict == model::Verdict::promote, gate::to_json(*decision));
}

TEST_CASE("no degenerate input ends in a promotion by the whole policy, and each ends in a named reason") {
  CHECK(bends.size() >= 60);
  for (auto const& bend : bends) {
    CAPTURE(bend.name);
    auto rows = worlds::predictions(worlds::small_world());
    bend.bend(rows);
    auto const decision = gate::evaluate(worlds::small_policy(), worlds::evidence(rows));
    REQUIRE(decision);
    CHECK(decision->verdict != model::Verdict::promote);
    CHECK_FALSE(decision->reasons.empty());
    for (auto const& reason : decision->reasons) {
      CHECK_FALSE(reason.code.empty());
      CHECK_FALSE(reason.message.empty());
    }
  }
}

TEST_CASE(
    "every metric of binary classification survives every degenerate input, and promotes none that it cannot measure") {
  expect_no_silent_promotions(worlds::small_policy(), worlds::predictions(worlds::small_world()));
}

TEST_CASE("so do they where rows are taken as independent") {
  auto policy = worlds::small_policy();
  policy.evaluation_sets.front().columns.cluster.clear();
  policy.evaluation_sets.front().min_clusters = 0;
  auto world = worlds::small_world();
  world.day_spread = 0;
  world.per_day = 30;
  expect_no_silent_promotions(policy, worlds::predictions(world));
}

TEST_CASE("every metric of regression, quantiles and custom losses survives every degenerate input") {
  for (auto const* task : {"regression", "quantile", "custom"}) {
    CAPTURE(task);
    auto policy = worlds::small_policy();
    policy.task = task;
    expect_no_silent_promotions(policy, worlds::numbers(worlds::small_world()));
  }
}

TEST_CASE("every metric of several classes survives every degenerate input, with probabilities and without") {
  auto policy = worlds::small_policy();
  policy.task = "multiclass";
  expect_no_silent_promotions(policy, worlds::classes(worlds::small_world(), true));
  expect_no_silent_promotions(policy, worlds::classes(worlds::small_world(), false));
}

TEST_CASE("every metric of rankings survives every degenerate input") {
  auto policy = worlds::small_policy();
  policy.task = "ranking";
  policy.evaluation_sets.front().columns.group = "query";
  expect_no_silent_promotions(policy, worlds::rankings(worlds::small_world()));
}
