#pragma once

#include "podium/gate/evidence.hpp"
#include "podium/model/policy.hpp"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <tuple>

/// Simulated months of flights: rows of one day share an effect, as the real ones do.
namespace worlds {

/// SplitMix64: the same numbers with every standard library.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_{seed} {}
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  double normal() {
    double const radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * 3.14159265358979323846 * uniform());
  }

 private:
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

struct World {
  int days = 30;
  int per_day = 900;
  double gain = 0.95;        ///< what the challenger's extra feature is worth
  double day_spread = 0.45;  ///< how much that changes from day to day
  double bias = 0;           ///< added to the challenger's score in log odds: miscalibration
  std::uint64_t seed = 1;
};

inline podium::gate::Predictions predictions(World const& world, std::string id = "september") {
  Random random{world.seed};
  podium::gate::Predictions rows;
  rows.id = std::move(id);
  char const* const origins[] = {"EWR", "JFK", "LGA"};
  for (int day = 0; day < world.days; ++day) {
    double const worth = world.gain + world.day_spread * random.normal();
    double const level = -2.1 + 0.4 * random.normal();
    for (int i = 0; i < world.per_day; ++i) {
      double const known = random.normal(), extra = random.normal();
      char name[32];
      std::snprintf(name, sizeof name, "d%02d-%05d", day, i);
      rows.unit.emplace_back(name);
      rows.cluster.push_back("2013-09-" + std::string(day < 9 ? "0" : "") + std::to_string(day + 1));
      rows.label.push_back(random.uniform() < sigmoid(level + 0.6 * known + worth * extra) ? 1 : 0);
      rows.champion.push_back(sigmoid(-1.75 + 0.6 * known));
      rows.challenger.push_back(sigmoid(-2.05 + 0.6 * known + world.gain * extra + world.bias));
      rows.time_us.push_back((1378'000'000LL + day * 86'400LL + i * 60) * 1'000'000LL);
      rows.slices["origin"].emplace_back(origins[i % 3]);
    }
  }
  return rows;
}

inline podium::model::MetricCheck metric(std::string id, std::string name, std::string role) {
  podium::model::MetricCheck item;
  item.id = std::move(id);
  item.metric = std::move(name);
  item.role = std::move(role);
  return item;
}

/// The same days for regression: a number is predicted, with less noise by the challenger.
inline podium::gate::Predictions numbers(World const& world, std::string id = "september") {
  auto rows = predictions(world, std::move(id));
  Random random{world.seed + 100};
  for (std::size_t i = 0; i < rows.label.size(); ++i) {
    double const truth = 10 + random.normal();
    rows.label[i] = truth;
    rows.champion[i] = truth + 0.8 * random.normal();
    rows.challenger[i] = truth + 0.5 * random.normal();
  }
  return rows;
}

/// Three classes; the challenger sees them better.
inline podium::gate::Predictions classes(World const& world, bool probabilities, std::string id = "september") {
  auto rows = predictions(world, std::move(id));
  Random random{world.seed + 200};
  rows.classes = {"a", "b", "c"};
  if (probabilities) {
    rows.champion_class.resize(3);
    rows.challenger_class.resize(3);
  }
  for (std::size_t i = 0; i < rows.label.size(); ++i) {
    auto const truth = static_cast<std::size_t>(random.uniform() * 3);
    rows.label[i] = static_cast<double>(truth);
    for (auto const& [column, predicted, strength] : {std::tuple{&rows.champion_class, &rows.champion, 1.0},
                                                      std::tuple{&rows.challenger_class, &rows.challenger, 2.0}}) {
      double p[3], total = 0;
      std::size_t best = 0;
      for (std::size_t c = 0; c < 3; ++c) total += p[c] = std::exp(strength * (c == truth) + random.normal());
      for (std::size_t c = 0; c < 3; ++c) {
        if (probabilities) (*column)[c].push_back(p[c] / total);
        if (p[c] > p[best]) best = c;
      }
      (*predicted)[i] = static_cast<double>(best);
    }
  }
  return rows;
}

/// Queries of ten answers with relevance 0 to 3.
inline podium::gate::Predictions rankings(World const& world, std::string id = "september") {
  auto rows = predictions(world, std::move(id));
  Random random{world.seed + 300};
  for (std::size_t i = 0; i < rows.label.size(); ++i) {
    double const worth = random.normal();
    rows.group.push_back("q" + std::to_string(i / 10));
    rows.label[i] = worth > 1.5 ? 3 : worth > .7 ? 1 : 0;
    rows.champion[i] = worth + 1.0 * random.normal();
    rows.challenger[i] = worth + 0.6 * random.normal();
  }
  return rows;
}

/// The policy of the demo, in code.
inline podium::model::PromotionPolicy policy() {
  using namespace podium::model;
  PromotionPolicy rules;
  rules.name = "flights";
  EvaluationSet set;
  set.id = "september";
  set.columns = {.unit = "flight_key", .cluster = "flight_date", .label = "y", .weight = "", .time = "sched_dep_utc"};
  set.min_units = 20000;
  set.min_positives = 2000;
  set.min_clusters = 25;
  set.leakage = {.train_unit_overlap_max = 0, .label_time_after_train_end = true, .max_improvement = 0.2};
  set.reuse = ReuseRules{.max_evaluations = 5, .schedule = "equal"};
  rules.evaluation_sets = {set};
  rules.success_items = {"auc_gain"};
  auto gain = metric("auc_gain", "roc_auc", "success");
  gain.method = "delong";
  gain.min_effect = 0.01;
  auto loss = metric("logloss", "log_loss", "guardrail");
  loss.margin = 0.005;
  loss.clip = 1e-7;
  auto const brier = metric("brier", "brier", "deterioration");
  auto floor = metric("auc_floor", "roc_auc", "floor");
  floor.at_least = 0.65;
  rules.metrics = {gain, loss, brier, floor};
  rules.slices = {{.by = {"origin"},
                   .metric = "log_loss",
                   .role = "guardrail",
                   .margin = 0.01,
                   .clip = 1e-7,
                   .min_units = 2000,
                   .too_small = "hold",
                   .required = {"EWR", "JFK", "LGA"}}};
  return rules;
}

inline podium::gate::Evidence evidence(podium::gate::Predictions rows) {
  podium::gate::Evidence given;
  given.sets.push_back(std::move(rows));
  given.train_units = {"t-1", "t-2"};
  given.train_end_us = 1372'600'000LL * 1'000'000LL;
  return given;
}

/// A policy and evidence that promote, small enough to bend in tests.
inline podium::model::PromotionPolicy small_policy() {
  auto rules = policy();
  auto& set = rules.evaluation_sets.front();
  set.min_units = 1000;
  set.min_positives = 100;
  set.min_clusters = 20;
  rules.slices.front().min_units = 200;
  return rules;
}
inline World small_world() { return {.days = 25, .per_day = 60, .gain = 1.2, .day_spread = 0.1, .bias = 0, .seed = 3}; }

}  // namespace worlds
