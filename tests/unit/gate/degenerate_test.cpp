#include "unit/gate/worlds.hpp"

#include "podium/gate/evaluate.hpp"

#include <doctest/doctest.h>

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

/// The same question asked by each type of check alone, so that no other check covers for it.
std::vector<std::pair<char const*, model::PromotionPolicy>> policies() {
  std::vector<std::pair<char const*, model::PromotionPolicy>> all;
  auto const base = worlds::small_policy();
  all.emplace_back("the whole policy", base);
  auto const only = [&](char const* name, model::MetricCheck item, bool keep_slices) {
    auto policy = base;
    policy.success_rule = item.role == "success" ? "any" : "none";
    policy.success_items.clear();
    policy.metrics = {std::move(item)};
    if (!keep_slices) policy.slices.clear();
    policy.evaluation_sets.front().min_units = 0;
    policy.evaluation_sets.front().min_positives = 0;
    policy.evaluation_sets.front().min_clusters = 0;
    all.emplace_back(name, policy);
    policy.evaluation_sets.front().columns.cluster.clear();
    all.emplace_back(name, std::move(policy));
  };
  for (auto const* metric : {"roc_auc", "log_loss", "brier"}) {
    auto item = worlds::metric("check", metric, "success");
    item.min_effect = .001;
    only(metric, item, false);
    item.role = "guardrail";
    item.margin = .002;
    only(metric, item, false);
    only(metric, item, true);
  }
  auto floor = worlds::metric("floor", "roc_auc", "floor");
  floor.at_least = .65;
  only("floor", floor, false);
  auto ceiling = worlds::metric("ceiling", "log_loss", "ceiling");
  ceiling.at_most = .6;
  only("ceiling", ceiling, false);
  return all;
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

TEST_CASE("every type of check alone survives every degenerate input and promotes none that it cannot measure") {
  auto const world = worlds::predictions(worlds::small_world());
  for (auto const& [name, policy] : policies())
    for (auto const& bend : bends) {
      CAPTURE(name);
      CAPTURE(bend.name);
      auto rows = world;
      bend.bend(rows);
      auto const decision = gate::evaluate(policy, worlds::evidence(rows));
      REQUIRE(decision);
      auto const json = gate::to_json(*decision);
      CHECK(json.find("nan") == std::string::npos);
      CHECK(json.find("inf,") == std::string::npos);
      if (decision->verdict != model::Verdict::promote) continue;
      // Promoted: then every check that the policy asked for has a finite interval on the right side of its line.
      for (auto const& check : decision->checks) {
        if (check.role == "quality" || check.role == "report") continue;
        CHECK(check.outcome == model::Outcome::pass);
        CHECK(std::isfinite(check.estimate));
        CHECK(std::isfinite(check.lower));
        CHECK(std::isfinite(check.upper));
        CHECK(check.units >= 20);
      }
    }
}
