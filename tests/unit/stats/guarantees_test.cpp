// The promises in numbers: worlds are drawn, and the rate of false alarms may not be above its level by more than
// chance explains.  PODIUM_FULL=1 draws ten times as many of the slower ones.
#include "podium/stats/drift.hpp"
#include "podium/stats/metrics.hpp"
#include "podium/stats/multiplicity.hpp"
#include "podium/stats/permutation.hpp"
#include "podium/stats/power.hpp"
#include "podium/stats/proportions.hpp"
#include "podium/stats/ranks.hpp"
#include "podium/stats/sequential.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>

using namespace podium;

namespace {

int worlds(int bounded) { return std::getenv("PODIUM_FULL") ? 10 * bounded : bounded; }

/// The rate may be `level`: its exact lower bound, wrong once in ten thousand, is not above.
void at_most(std::int64_t happened, std::int64_t of, double level) {
  CAPTURE(happened);
  CAPTURE(of);
  CHECK(stats::clopper_pearson(happened, of, .9998).lower <= level);
}

struct Models {
  std::vector<double> label, champion, challenger;
  stats::Sample sample() const { return {stats::Task::binary, label, champion, challenger}; }
};

/// Two models of one quality, their scores alike but not the same.
Models equal_models(std::mt19937_64& random, int n, double strength = 1) {
  std::normal_distribution<double> noise;
  std::bernoulli_distribution positive{.3};
  Models m;
  for (int i = 0; i < n; ++i) {
    double const y = positive(random) ? 1 : 0, shared = noise(random);
    auto const score = [&] { return 1 / (1 + std::exp(-(strength * (2 * y - 1) + .8 * shared + .6 * noise(random)))); };
    m.label.push_back(y);
    m.champion.push_back(score());
    m.challenger.push_back(score());
  }
  return m;
}

}  // namespace

TEST_CASE("B1: of equal models, at most alpha win on any of three success metrics under Holm") {
  std::mt19937_64 random{1};
  constexpr int all = 10'000;
  int promoted = 0, point_estimates = 0;
  for (int world = 0; world < all; ++world) {
    auto const m = equal_models(random, 300);
    std::vector<double> p;
    bool better = false;
    for (auto const* metric : {"roc_auc", "accuracy", "brier"}) {
      auto const measured = stats::compare(metric, m.sample(), {}, {.replicates = 200}).value();
      p.push_back(measured.uncertainty.p_at_most(0));
      better = better || measured.estimate > 0;
    }
    auto const adjusted = stats::holm(p);
    promoted += *std::ranges::min_element(adjusted) <= .05;
    point_estimates += better;
  }
  at_most(promoted, all, .05);
  CHECK(promoted > all / 100);            // no test that never fires
  CHECK(point_estimates > all * 6 / 10);  // what a gate without intervals would let through
}

TEST_CASE("B1: a challenger at the margin on one slice of twenty passes all of them at most alpha of the time") {
  std::mt19937_64 random{2};
  constexpr int all = 10'000, slices = 20, rows = 400;
  constexpr double margin = .02;
  int passed = 0;
  for (int world = 0; world < all; ++world) {
    bool every = true;
    for (int slice = 0; slice < slices && every; ++slice) {
      // Right on both, on one alone, on neither: worse by the margin on the first slice, better elsewhere.
      double const only_champion = slice == 0 ? .05 : .01, only_challenger = slice == 0 ? .03 : .08;
      auto const b = std::binomial_distribution<std::int64_t>{rows, only_champion}(random);
      auto const c = std::binomial_distribution<std::int64_t>{rows - b, only_challenger / (1 - only_champion)}(random);
      every = stats::tango(b, c, rows, .9).lower > -margin;
    }
    passed += every;
  }
  at_most(passed, all, .05);
  CHECK(passed > all / 50);
}

TEST_CASE("B1: days that move together fool rows in two worlds of five, clusters in one of twenty") {
  std::mt19937_64 random{3};
  int const all = worlds(1000);
  constexpr int days = 30, per_day = 40;
  std::vector<std::uint32_t> day;
  for (std::uint32_t i = 0; i < days * per_day; ++i) day.push_back(i / per_day);
  std::normal_distribution<double> noise;
  int by_rows = 0, by_days = 0;
  for (int world = 0; world < all; ++world) {
    std::vector<double> champion, challenger;
    for (int d = 0; d < days; ++d) {
      double const luck = .5 * noise(random);
      for (int i = 0; i < per_day; ++i) {
        champion.push_back(noise(random));
        challenger.push_back(luck + noise(random));
      }
    }
    stats::Sample sample{stats::Task::custom, champion, champion, challenger};
    by_rows += stats::compare("mean_gain", sample)->uncertainty.bounds(.05).lower > 0;
    sample.cluster = day;
    sample.clusters = days;
    by_days += stats::compare("mean_gain", sample)->uncertainty.bounds(.05).lower > 0;
  }
  at_most(by_days, all, .05);
  CHECK(by_rows > all / 5);
}

TEST_CASE("B2: a healthy canary is rolled back in at most alpha of the worlds, over 240 looks at four weights") {
  std::mt19937_64 random{4};
  constexpr int all = 10'000;
  constexpr double requests = 1000, rate = .01;
  struct Step {
    double weight;
    int minutes;
  };
  constexpr Step steps[] = {{.05, 30}, {.10, 30}, {.25, 60}, {.50, 120}};
  auto const minutes_to_rollback = [&](double rate_ratio) {
    stats::RateRatioEProcess process;
    int minute = 0;
    for (auto const& step : steps) {
      std::poisson_distribution<std::int64_t> champion{requests * rate * (1 - step.weight)},
          challenger{requests * rate * rate_ratio * step.weight};
      for (int i = 0; i < step.minutes; ++i) {
        ++minute;
        process.champion_errors(step.weight, champion(random));
        process.challenger_errors(step.weight, challenger(random));
        if (process.value() >= 20) return minute;
      }
    }
    return 0;
  };
  int rolled_back = 0;
  for (int world = 0; world < all; ++world) rolled_back += minutes_to_rollback(1) > 0;
  at_most(rolled_back, all, .05);
  CHECK(rolled_back > 0);

  // B3: twice the errors are caught within 25 minutes in the middle world, ten times as many in the first minute or
  // two.
  auto const median = [&](double rate_ratio) {
    std::vector<int> minutes;
    for (int world = 0; world < 501; ++world) {
      int const at = minutes_to_rollback(rate_ratio);
      minutes.push_back(at == 0 ? 1000 : at);
    }
    std::ranges::nth_element(minutes, minutes.begin() + 250);
    return minutes[250];
  };
  CHECK(median(2) <= 25);
  CHECK(median(10) <= 2);
}

TEST_CASE("confidence sequences cover at all times at once") {
  std::mt19937_64 random{5};
  int const all = worlds(1000);
  constexpr int steps = 400;
  constexpr double mean = .3;
  int bernstein_missed = 0, betting_missed = 0, beta_missed = 0;
  std::bernoulli_distribution coin{mean};
  for (int world = 0; world < all; ++world) {
    stats::EmpiricalBernstein bernstein;
    stats::BettingSequence betting{.05, 100};
    bool bernstein_holds = true, betting_holds = true, beta_holds = true;
    std::int64_t successes = 0;
    for (int t = 1; t <= steps; ++t) {
      bool const x = coin(random);
      successes += x;
      bernstein.add(x);
      betting.add(x);
      auto const inside = [](stats::Interval const& i) { return i.lower <= mean && mean <= i.upper; };
      bernstein_holds = bernstein_holds && inside(bernstein.interval());
      betting_holds = betting_holds && inside(betting.interval());
      beta_holds = beta_holds && inside(stats::bernoulli_confidence_sequence(successes, t, .05));
    }
    bernstein_missed += !bernstein_holds;
    betting_missed += !betting_holds;
    beta_missed += !beta_holds;
  }
  at_most(bernstein_missed, all, .05);
  at_most(betting_missed, all, .05);
  at_most(beta_missed, all, .05);

  // On a grid fine enough, bets are the tighter of the two.
  std::vector<double> values;
  for (int t = 0; t < steps; ++t) values.push_back(coin(random));
  using enum stats::SequenceMethod;
  auto const wide = stats::confidence_sequence(values, .05, empirical_bernstein).back();
  auto const tight = stats::confidence_sequence(values, .05, betting).back();
  CHECK(tight.upper - tight.lower < wide.upper - wide.lower);
}

TEST_CASE("the share of traffic is doubted in at most alpha of the worlds, at any look; a wrong share is found") {
  std::mt19937_64 random{6};
  int const all = worlds(1000);
  auto const doubted = [&](double share, double actual) {
    stats::SampleRatioEProcess process;
    std::binomial_distribution<std::int64_t> arm{1000, actual};
    for (int minute = 0; minute < 100; ++minute) {
      auto const challenger = arm(random);
      process.add(minute < 50 ? share : 2 * share, 1000 - challenger, challenger);
      if (minute == 49) arm = std::binomial_distribution<std::int64_t>{1000, 2 * actual};
    }
    return process.p_value() <= .05;
  };
  int healthy = 0, wrong = 0;
  for (int world = 0; world < all; ++world) {
    healthy += doubted(.1, .1);
    if (world < 100) wrong += doubted(.1, .11);
  }
  at_most(healthy, all, .05);
  CHECK(wrong > 95);
}

TEST_CASE("intervals of shares, areas, skewed means and resampled metrics keep their level") {
  std::mt19937_64 random{7};
  SUBCASE("Tango's, on 30 rows and on 300") {
    constexpr int all = 10'000;
    for (int const rows : {30, 300}) {
      int high = 0, low = 0;
      for (int world = 0; world < all; ++world) {
        auto const b = std::binomial_distribution<std::int64_t>{rows, .08}(random);
        auto const c = std::binomial_distribution<std::int64_t>{rows - b, .05 / .92}(random);
        auto const bounds = stats::tango(b, c, rows, .9);
        high += bounds.lower > -.03;
        low += bounds.upper < -.03;
      }
      // A score interval keeps its level on average, not everywhere: a tenth of it is allowed for.
      at_most(high, all, .055);
      at_most(low, all, .055);
    }
  }
  SUBCASE("DeLong's") {
    constexpr int all = 10'000;
    int high = 0;
    for (int world = 0; world < all; ++world)
      high += stats::compare("roc_auc", equal_models(random, 200).sample())->uncertainty.bounds(.05).lower > 0;
    at_most(high, all, .055);
  }
  SUBCASE("exact sign flips, whatever the tails") {
    constexpr int all = 10'000;
    std::cauchy_distribution<double> tails;
    int high = 0;
    for (int world = 0; world < all; ++world) {
      std::vector<double> champion(9, 0), challenger;
      for (int i = 0; i < 9; ++i) challenger.push_back(tails(random));
      high += stats::compare("mean_gain", {stats::Task::custom, champion, champion, challenger})
                  ->uncertainty.bounds(.05)
                  .lower > 0;
    }
    at_most(high, all, .05);
  }
  SUBCASE("BCa, of F1") {
    int const all = worlds(300);
    int high = 0, low = 0;
    for (int world = 0; world < all; ++world) {
      auto const m = equal_models(random, 200);
      auto const bounds =
          stats::compare("f1", m.sample(), {.threshold = .4}, {.replicates = 1000})->uncertainty.bounds(.05);
      high += bounds.lower > 0;
      low += bounds.upper < 0;
    }
    at_most(high, all, .06);
    at_most(low, all, .06);
    CHECK(high + low > 0);
  }
}

TEST_CASE("tests of distributions keep their level without drift") {
  std::mt19937_64 random{8};
  std::normal_distribution<double> normal;
  int const all = worlds(1000);
  auto const draw = [&](int n) {
    std::vector<double> values;
    for (int i = 0; i < n; ++i) values.push_back(normal(random));
    return values;
  };
  int psi_shown = 0, psi_missed = 0, js_shown = 0, ks_exact = 0, ks_outside = 0, ranks = 0;
  for (int world = 0; world < all; ++world) {
    auto const reference = draw(400), current = draw(400);
    auto const psi = stats::psi_test(reference, current);
    psi_shown += psi.exceeds(0);
    psi_missed += psi.lower > 0;
    auto const edges = stats::quantile_edges(reference);
    auto before = stats::bin_counts(reference, edges), now = stats::bin_counts(current, edges);
    before.pop_back();
    now.pop_back();
    js_shown += stats::js_distance_test(before, now).exceeds(0);
    auto const small = draw(30), other = draw(25);
    auto const ks = stats::ks_test(small, other).value();
    ks_exact += ks.p_value <= .05;
    ks_outside += ks.lower > 0;
    ranks += stats::mann_whitney(small, other)->p_two_sided <= .05;
  }
  // The band of PSI and JS is the chi-square's; at 400 values it is within a fifth of its level.
  at_most(psi_shown, all, .06);
  at_most(psi_missed, all, .06);
  at_most(js_shown, all, .06);
  at_most(ks_exact, all, .05);
  at_most(ks_outside, all, .05);
  at_most(ranks, all, .05);
  CHECK(psi_shown > all / 50);
}

TEST_CASE("B5: the rows that resolve a hold do resolve it, as often as was planned") {
  std::mt19937_64 random{9};
  std::normal_distribution<double> noise{0, .4};
  auto const needed = stats::sample_size(.4, .05, .05, .8);
  int const all = worlds(1000);
  int shown = 0;
  for (int world = 0; world < all; ++world) {
    std::vector<double> champion(static_cast<std::size_t>(needed), 0), challenger;
    for (std::int64_t i = 0; i < needed; ++i) challenger.push_back(.05 + noise(random));
    shown += stats::compare("mean_gain", {stats::Task::custom, champion, champion, challenger})
                 ->uncertainty.bounds(.05)
                 .lower > 0;
  }
  auto const rate = stats::clopper_pearson(shown, all, .9998);
  CHECK(rate.lower <= .8);
  CHECK(rate.upper >= .79);
}
