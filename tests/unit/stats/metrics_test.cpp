#include "podium/stats/metrics.hpp"

#include "podium/stats/auc.hpp"
#include "podium/stats/random.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <set>

using namespace podium;
using doctest::Approx;

namespace {

/// A sample that owns its columns.
struct World {
  std::vector<double> label, champion, challenger, weight;
  std::vector<std::uint32_t> cluster, query;
  std::uint32_t clusters = 0, queries = 0;
  int classes = 0;
  stats::Task task = stats::Task::binary;

  stats::Sample sample() const {
    return {task, label, champion, challenger, weight, cluster, clusters, query, queries, classes};
  }
};

/// Rows whose scores carry a signal of the given strengths.
World binary(std::uint32_t n, double champion, double challenger, std::uint32_t seed = 1) {
  World w;
  for (std::uint32_t i = 0; i < n; ++i) {
    auto const u = [&](std::uint32_t k) { return stats::uniform_at(seed, k, 0, i); };
    double const y = u(0) < .4 ? 1 : 0;
    auto const score = [&](double strength, double noise) {
      double const x = strength * (2 * y - 1) + std::log(noise / (1 - noise));
      return 1 / (1 + std::exp(-x));
    };
    w.label.push_back(y);
    w.champion.push_back(score(champion, u(1)));
    w.challenger.push_back(score(challenger, .5 * u(1) + .5 * u(2)));
  }
  return w;
}

World regression(std::uint32_t n) {
  World w;
  w.task = stats::Task::regression;
  for (std::uint32_t i = 0; i < n; ++i) {
    auto const u = [&](std::uint32_t k) { return stats::uniform_at(2, k, 0, i); };
    w.label.push_back(10 + 5 * u(0));
    w.champion.push_back(w.label.back() + 4 * (u(1) - .5));
    w.challenger.push_back(w.label.back() + 3 * (u(2) - .5));
  }
  return w;
}

World multiclass(std::uint32_t n) {
  World w;
  w.task = stats::Task::multiclass;
  w.classes = 3;
  for (std::uint32_t i = 0; i < n; ++i) {
    auto const u = [&](std::uint32_t k) { return stats::uniform_at(3, k, 0, i); };
    auto const y = static_cast<std::size_t>(3 * u(0));
    w.label.push_back(static_cast<double>(y));
    for (auto* scores : {&w.champion, &w.challenger}) {
      double row[3], total = 0;
      for (std::size_t c = 0; c < 3; ++c) {
        row[c] = .05 + u(static_cast<std::uint32_t>(1 + c + (scores == &w.champion ? 0 : 3)));
        if (c == y) row[c] += scores == &w.champion ? .3 : .6;
        total += row[c];
      }
      for (double const p : row) scores->push_back(p / total);
    }
  }
  return w;
}

World ranking(std::uint32_t queries, std::uint32_t per_query) {
  World w;
  w.task = stats::Task::ranking;
  w.queries = queries;
  for (std::uint32_t i = 0; i < queries * per_query; ++i) {
    auto const u = [&](std::uint32_t k) { return stats::uniform_at(4, k, 0, i); };
    w.query.push_back(i / per_query);
    w.label.push_back(std::floor(3 * u(0)));
    w.champion.push_back(w.label.back() + 3 * u(1));
    w.challenger.push_back(w.label.back() + 2 * u(2));
  }
  return w;
}

stats::InferenceOptions quick(int threads = 1) { return {.replicates = 400, .seed = 7, .threads = threads}; }

World world_of(stats::Task task) {
  switch (task) {
    case stats::Task::binary:
      return binary(400, 1, 1.5);
    case stats::Task::regression:
      return regression(400);
    case stats::Task::multiclass:
      return multiclass(400);
    case stats::Task::ranking:
      return ranking(100, 5);
    case stats::Task::custom:
      break;
  }
  auto w = regression(400);
  w.task = stats::Task::custom;
  return w;
}

}  // namespace

TEST_CASE("every metric compares two models, finds the better one, and says how") {
  std::set<std::string> names;
  for (auto const& info : stats::metrics()) {
    CAPTURE(info.name);
    CAPTURE(stats::to_string(info.task));
    CHECK(names.insert(std::string{stats::to_string(info.task)} + "/" + std::string{info.name}).second);
    auto const w = world_of(info.task);
    stats::MetricParameters parameters;
    parameters.k = info.task == stats::Task::multiclass ? 2 : 3;
    parameters.precision = .6;
    parameters.true_positive = 10;
    parameters.false_positive = -3;
    auto const m = stats::compare(info.name, w.sample(), parameters, quick());
    REQUIRE(m);
    CHECK(m->reason() == "");
    CHECK(std::isfinite(m->estimate));
    CHECK(m->estimate == Approx((info.higher_is_better ? 1 : -1) * (m->challenger - m->champion)).epsilon(1e-9));
    CHECK(m->champion >= info.lowest);
    CHECK(m->champion <= info.highest);
    auto const bounds = m->uncertainty.bounds(.05);
    CHECK(bounds.lower < m->estimate);
    CHECK(bounds.upper > m->estimate);
    CHECK_FALSE(m->method_text.empty());
    CHECK(m->standard_error > 0);
    CHECK(m->rows == static_cast<std::int64_t>(w.label.size()));
    bool const judged =
        info.name != "ece" && info.name != "mean_gain" && info.name != "mean_loss" && info.name != "mrr";
    if (judged) CHECK(m->estimate > 0);
    // A bound and a p-value say the same.
    if (std::isfinite(bounds.lower) && std::isfinite(bounds.upper)) {  // ECE may be too skewed for so few resamples
      CHECK(m->uncertainty.p_at_most(bounds.lower - 1e-9) <= .0500001);
      CHECK(m->uncertainty.p_at_least(bounds.upper + 1e-9) <= .0500001);
      CHECK(m->uncertainty.p_at_most(bounds.lower + 1e-9) >= .0499999);
      CHECK(m->uncertainty.p_at_least(bounds.upper - 1e-9) >= .0499999);
    }
    CHECK((m->uncertainty.p_at_most(m->estimate + 1) > .5));

    auto const own = stats::measure(info.name, w.sample(), parameters, quick());
    REQUIRE(own);
    CHECK(own->estimate == Approx(m->challenger).epsilon(1e-12));
    CHECK(own->reason() == "");
    CHECK(stats::value_of(info.name, w.sample(), w.champion, parameters).value() == Approx(m->champion).epsilon(1e-12));
  }
}

TEST_CASE("any number of threads gives the same bits, for every metric") {
  for (auto const& info : stats::metrics()) {
    CAPTURE(info.name);
    auto const w = world_of(info.task);
    std::vector<stats::Measurement> all;
    for (int const threads : {1, 2, 16}) {
      auto options = quick(threads);
      if (info.name != "macro_auc") options.method = stats::Method::bootstrap;
      all.push_back(stats::compare(info.name, w.sample(), {.precision = .6, .k = 2}, options).value());
    }
    for (auto const& other : all) {
      CHECK(other.estimate == all.front().estimate);
      CHECK(other.standard_error == all.front().standard_error);
      CHECK(other.uncertainty.bounds(.05) == all.front().uncertainty.bounds(.05));
    }
  }
}

TEST_CASE("the better model on paper with no rows to speak of is not judged") {
  auto w = binary(19, 1, 1);
  auto const m = stats::compare("f1", w.sample(), {}, quick());
  REQUIRE(m);
  CHECK(m->reason() == "a bootstrap needs at least 20 rows, there are 19");
  CHECK(std::isinf(m->uncertainty.bounds(.05).lower));
  CHECK(m->uncertainty.p_at_most(-100) == 1);
}

TEST_CASE("twenty differences or fewer are judged by exact sign flips") {
  // Reference C3: ten rows, two-sided p .04296875, so that one side is 22 of 1024.
  World w;
  w.label = {0, 0, 1, 0, 1, 0, 1, 1, 1, 1};
  w.champion = {.1, .2, .3, .35, .45, .55, .65, .7, .85, .95};
  w.challenger = {.15, .1, .4, .2, .6, .4, .6, .8, .9, .9};
  auto const m = stats::compare("log_loss", w.sample());
  REQUIRE(m);
  CHECK(m->method == stats::Method::sign_flip);
  CHECK(m->estimate == Approx(.11878900814706814).epsilon(1e-12));
  CHECK(m->uncertainty.p_at_most(0) == 22.0 / 1024);
  CHECK(m->uncertainty.bounds(.05).lower > 0);
  CHECK(m->uncertainty.bounds(22.0 / 1024).lower > 0);
  CHECK_FALSE(m->uncertainty.bounds(21.0 / 1024).lower > 0);
  CHECK(std::isinf(m->uncertainty.bounds(.0009).lower));  // below 1 in 1024 nothing can be said
}

TEST_CASE("accuracy on independent rows has Tango's interval, recall that of the positives alone") {
  auto const w = binary(500, 1, 1.5);
  auto const m = stats::compare("accuracy", w.sample());
  REQUIRE(m);
  CHECK(m->method_text == "Tango score");
  std::int64_t only_champion = 0, only_challenger = 0, positives = 0;
  std::int64_t recall_champion = 0, recall_challenger = 0;
  for (std::size_t i = 0; i < w.label.size(); ++i) {
    bool const a = (w.champion[i] >= .5) == (w.label[i] == 1), b = (w.challenger[i] >= .5) == (w.label[i] == 1);
    only_champion += a && !b;
    only_challenger += b && !a;
    if (w.label[i] != 1) continue;
    ++positives;
    recall_champion += a && !b;
    recall_challenger += b && !a;
  }
  CHECK(m->uncertainty.bounds(.05) == stats::tango(only_champion, only_challenger, 500, .9));
  auto const recall = stats::compare("recall", w.sample());
  REQUIRE(recall);
  CHECK(recall->uncertainty.bounds(.05) == stats::tango(recall_champion, recall_challenger, positives, .9));
}

TEST_CASE("an AUC between classes of fewer than ten rows is tested for equality only") {
  auto w = binary(60, 0, 3);
  for (std::size_t i = 0; i < w.label.size(); ++i) w.label[i] = i < 6 ? 1 : 0;
  for (std::size_t i = 0; i < w.label.size(); ++i)
    w.challenger[i] = w.label[i] == 1 ? .9 + .001 * static_cast<double>(i) : .1;
  auto const m = stats::compare("roc_auc", w.sample());
  REQUIRE(m);
  CHECK(m->method_text == "paired permutation of ranks");
  auto const bounds = m->uncertainty.bounds(.05);
  CHECK(bounds.lower == 0);
  CHECK(std::isinf(bounds.upper));
  CHECK_FALSE(stats::measure("roc_auc", w.sample())->reason().empty());
}

TEST_CASE("perfect scores have bounds from disjoint pairs, not a width of nothing") {
  World w;
  for (int i = 0; i < 100; ++i) {
    w.label.push_back(i % 2);
    w.champion.push_back(i % 2 + .001 * i);
    w.challenger.push_back(i % 2 + .002 * (100 - i));
  }
  auto const m = stats::compare("roc_auc", w.sample());
  REQUIRE(m);
  CHECK(m->estimate == 0);
  CHECK(m->uncertainty.bounds(.05) == stats::tango(0, 0, 50, .9));
  auto const own = stats::measure("roc_auc", w.sample());
  REQUIRE(own);
  CHECK(own->uncertainty.bounds(.05).lower == Approx(std::pow(.05, 1.0 / 50)));
}

TEST_CASE("two copies of one model differ by nothing, with certainty; constant scores never do") {
  auto w = binary(300, 1, 1);
  w.challenger = w.champion;
  for (auto const* metric : {"roc_auc", "log_loss", "brier", "f1", "average_precision", "ece"}) {
    CAPTURE(metric);
    auto const m = stats::compare(metric, w.sample(), {}, quick());
    REQUIRE(m);
    CHECK(m->estimate == 0);
    CHECK(m->uncertainty.bounds(.05) == stats::Interval{0, 0});
    CHECK(m->uncertainty.p_at_most(0) == 1);
  }
  w.challenger.assign(w.label.size(), .5);
  w.champion.assign(w.label.size(), .4);
  auto const constant = stats::compare("roc_auc", w.sample());
  REQUIRE(constant);
  CHECK(constant->warnings.size() >= 2);
  CHECK_FALSE(stats::compare("precision", w.sample(), {}, quick())->reason().empty());
}

TEST_CASE("clusters widen the interval and are what is resampled") {
  auto w = binary(600, 1, 1.2);
  w.clusters = 30;
  for (std::uint32_t i = 0; i < 600; ++i) w.cluster.push_back(i / 20);
  // Whole clusters are lucky together.
  for (std::size_t i = 0; i < 600; ++i)
    w.challenger[i] = w.cluster[i] % 3 == 0 ? (w.label[i] == 1 ? .99 : .01) : w.champion[i];
  auto const clustered = stats::compare("brier", w.sample());
  auto alone = w;
  alone.cluster.clear();
  auto const rows = stats::compare("brier", alone.sample());
  REQUIRE(clustered);
  REQUIRE(rows);
  CHECK(clustered->units == 30);
  CHECK(clustered->estimate == rows->estimate);
  CHECK(clustered->standard_error > 1.5 * rows->standard_error);
  CHECK(clustered->design_effect > 2);
  CHECK(clustered->effective_rows < 300);
  CHECK(stats::compare("f1", w.sample(), {}, quick())->units == 30);
  auto one = w;
  one.cluster.assign(600, 0);
  one.clusters = 1;
  CHECK(stats::compare("brier", one.sample())->reason() == "all rows lie in one cluster");
}

TEST_CASE("a weight of two is a row counted twice") {
  auto const w = binary(200, 1, 1.4);
  auto weighted = w, doubled = w;
  weighted.weight.assign(200, 1);
  for (std::size_t i = 0; i < 50; ++i) {
    weighted.weight[i] = 2;
    doubled.label.push_back(w.label[i]);
    doubled.champion.push_back(w.champion[i]);
    doubled.challenger.push_back(w.challenger[i]);
  }
  for (auto const& info : stats::metrics()) {
    if (info.task != stats::Task::binary || info.name == "ece") continue;  // bins of equal mass count rows
    CAPTURE(info.name);
    auto const a = stats::compare(info.name, weighted.sample(), {.precision = .6}, quick());
    auto const b = stats::compare(info.name, doubled.sample(), {.precision = .6}, quick());
    REQUIRE(a);
    REQUIRE(b);
    CHECK(a->estimate == Approx(b->estimate).epsilon(1e-12));
    CHECK(a->champion == Approx(b->champion).epsilon(1e-12));
  }
  CHECK(stats::compare("brier", weighted.sample())->effective_rows == Approx(250.0 * 250 / 350));
}

TEST_CASE("leave-one-out, closed form and resamples agree where all are trusted") {
  auto const w = binary(800, 1, 1.4);
  for (auto const* metric : {"roc_auc", "brier"}) {
    CAPTURE(metric);
    double errors[3];
    int i = 0;
    for (auto const method : {stats::Method::student, stats::Method::jackknife, stats::Method::bootstrap})
      errors[i++] = stats::compare(metric, w.sample(), {}, {.method = method, .replicates = 2000})->standard_error;
    CHECK(errors[1] == Approx(errors[0]).epsilon(.01));
    if (metric == std::string{"brier"}) CHECK(errors[1] == Approx(errors[0]).epsilon(1e-10));
  }
  for (auto const* metric : {"f1", "mcc", "precision", "balanced_accuracy"}) {
    CAPTURE(metric);
    auto const left = stats::compare(metric, w.sample(), {}, {.method = stats::Method::jackknife});
    auto const drawn = stats::compare(metric, w.sample(), {}, {.replicates = 2000});
    REQUIRE(left);
    REQUIRE(drawn);
    CHECK(left->standard_error == Approx(drawn->standard_error).epsilon(.1));
  }
}

TEST_CASE("rankings are compared query by query, ties shared or against the model") {
  World w;
  w.task = stats::Task::ranking;
  w.query = {0, 0, 0, 1, 1, 1, 2, 2};
  w.queries = 3;
  w.label = {1, 0, 2, 0, 0, 1, 0, 0};
  w.champion = {3, 2, 1, 3, 2, 1, 1, 2};
  w.challenger = {1, 1, 1, 1, 2, 3, 1, 2};
  auto const value = [&](char const* metric, int k) {
    return stats::value_of(metric, w.sample(), w.champion, {.k = k}).value();
  };
  double const log3 = 1 / std::log2(3.0), best = 3 + log3;  // gains 3 and 1
  CHECK(value("ndcg", 10) == Approx(((1 + 3 * .5) / best + .5) / 2));
  CHECK(value("mrr", 10) == Approx((1 + 1.0 / 3) / 2));
  CHECK(value("map", 10) == Approx(((1 + 2.0 / 3) / 2 + 1.0 / 3) / 2));
  CHECK(value("precision_at_k", 2) == Approx((.5 + 0) / 2));
  auto const m = stats::compare("mrr", w.sample());
  REQUIRE(m);
  CHECK(m->challenger == Approx((1.0 / 2 + 1) / 2));  // three tied rows, two relevant: the first of them is second
  CHECK(m->warnings.front() == "1 queries without a relevant row left out");
  w.query[1] = 7;
  CHECK_FALSE(stats::compare("mrr", w.sample()));
}

TEST_CASE("wrong input is refused with its place, whatever the metric") {
  auto const good = binary(50, 1, 1);
  auto const refused = [&](auto change, std::string const& message) {
    auto w = good;
    change(w);
    for (auto const* metric : {"roc_auc", "brier", "f1", "average_precision", "accuracy"}) {
      CAPTURE(metric);
      auto const m = stats::compare(metric, w.sample());
      REQUIRE_FALSE(m);
      CHECK(m.error().message() == message);
    }
  };
  refused([](World& w) { w.label[3] = 2; }, "a label is neither 0 nor 1 (row 3)");
  refused([](World& w) { w.label[3] = NAN; }, "a label is not a finite number (row 3)");
  refused([](World& w) { w.champion[4] = NAN; }, "a score of the champion is not a number (row 4)");
  refused([](World& w) { w.challenger[5] = NAN; }, "a score of the challenger is not a number (row 5)");
  refused([](World& w) { w.challenger.pop_back(); }, "the challenger's scores are 49 values for 50 rows");
  refused([](World& w) { w = World{}; }, "no rows");
  refused([](World& w) { w.weight.assign(50, 0); }, "all weights are 0");
  refused([](World& w) { w.weight.assign(50, -1); }, "a weight is negative or not finite");
  refused([](World& w) { w.cluster.assign(50, 3); }, "a cluster is out of range");
  CHECK(stats::compare("gini", good.sample()).error().message() == "no metric `gini` for a binary task");
  CHECK_FALSE(stats::compare("log_loss", good.sample(), {.clip = 0}));
  CHECK_FALSE(stats::compare("recall_at_precision", good.sample(), {.precision = 2}));
  CHECK_FALSE(stats::compare("accuracy", good.sample(), {.threshold = NAN}));
}

TEST_CASE("one class alone, or nobody called, leaves a reason and no interval") {
  auto w = binary(60, 1, 1);
  w.label.assign(60, 0);
  for (auto const* metric : {"roc_auc", "average_precision", "recall", "recall_at_precision"}) {
    CAPTURE(metric);
    auto const m = stats::compare(metric, w.sample(), {}, quick());
    REQUIRE(m);
    CHECK_FALSE(m->reason().empty());
    CHECK(m->uncertainty.bounds(.05) == stats::Interval{});
    CHECK(m->uncertainty.p_at_most(-1e9) == 1);
    CHECK(m->uncertainty.p_at_least(1e9) == 1);
  }
}
