#include "podium/stats/auc.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace podium;
using doctest::Approx;

namespace {

// Reference D1 of promotion.md: hand-made, fast and brute force agree.
std::vector<double> const label{1, 1, 1, 1, 1, 0, 0, 0, 0, 0};
std::vector<double> const model_a{.9, .8, .7, .6, .55, .65, .5, .4, .3, .2};
std::vector<double> const model_b{.85, .7, .75, .5, .65, .6, .7, .45, .35, .1};

}  // namespace

TEST_CASE("paired DeLong gives the hand-made reference D1") {
  auto const test = stats::delong(label, model_b, model_a);
  REQUIRE(test);
  CHECK(test->auc_challenger == Approx(.92).epsilon(1e-14));
  CHECK(test->auc_champion == Approx(.86).epsilon(1e-14));
  CHECK(test->variance_challenger == Approx(.0088).epsilon(1e-12));
  CHECK(test->variance_champion == Approx(.0152).epsilon(1e-12));
  CHECK(test->covariance == Approx(.0044).epsilon(1e-12));
  auto const spread = stats::row_spread(test->difference);
  CHECK(spread.standard_error == Approx(.12328828005937954).epsilon(1e-13));
  double const z = test->difference.value / spread.standard_error;
  CHECK(z == Approx(.48666426339228797).epsilon(1e-12));
  CHECK(2 * stats::student_tail(z, spread.df) == Approx(.6264962743469109).epsilon(1e-12));
  auto const interval = stats::one_sided_bounds(test->difference.value, spread, .025);
  CHECK(interval.lower == Approx(-.1816405886322715).epsilon(1e-12));
  CHECK(interval.upper == Approx(.3016405886322716).epsilon(1e-12));
}

TEST_CASE("DeLong's placements equal the comparison of every pair, ties counting half") {
  std::mt19937 random{7};
  std::uniform_int_distribution<int> score{0, 6};  // few values: many ties
  std::bernoulli_distribution positive{0.3};
  std::vector<double> y, a, b;
  for (int i = 0; i < 200; ++i) {
    y.push_back(positive(random));
    a.push_back(score(random) + y.back());
    b.push_back(score(random));
  }
  auto const brute = [&](std::vector<double> const& s) {
    double won = 0, pairs = 0;
    for (std::size_t i = 0; i < y.size(); ++i)
      for (std::size_t j = 0; j < y.size(); ++j)
        if (y[i] == 1 && y[j] == 0) {
          won += s[i] > s[j] ? 1 : s[i] == s[j] ? .5 : 0;
          ++pairs;
        }
    return won / pairs;
  };
  auto const test = stats::delong(y, a, b);
  REQUIRE(test);
  CHECK(test->auc_champion == Approx(brute(a)).epsilon(1e-13));
  CHECK(test->auc_challenger == Approx(brute(b)).epsilon(1e-13));
  CHECK(test->difference.row_error * test->difference.row_error ==
        Approx(test->variance_champion + test->variance_challenger - 2 * test->covariance).epsilon(1e-10));
}

TEST_CASE("clustered errors follow the written formula: influences summed by cluster, G / (G - 1) times the squares") {
  // numpy: phi = where(y, (V10b-V10a-D)/m, (V01b-V01a-D)/n); s = bincount(cluster, phi); sqrt(G/(G-1) * (s**2).sum())
  auto const test = stats::delong(label, model_b, model_a);
  REQUIRE(test);
  std::vector<std::uint32_t> const day{0, 0, 1, 1, 2, 0, 1, 1, 2, 2};
  auto const spread = stats::clustered_spread(test->difference, day, 3);
  CHECK(spread.groups == 3);
  CHECK(spread.df == 2);
  CHECK(spread.standard_error == Approx(0.1390827092057097).epsilon(1e-12));
}

TEST_CASE("a cluster of its own for every row changes the error only by the small-sample factors") {
  auto const one = stats::auc(label, model_a);
  REQUIRE(one);
  std::vector<std::uint32_t> const own{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  auto const spread = stats::clustered_spread(*one, own, 10);
  // DeLong divides by m - 1 and n - 1 (here 4 of 5), the clustered form by G - 1 (9 of 10).
  CHECK(spread.standard_error * spread.standard_error ==
        Approx(one->row_error * one->row_error * (4.0 / 5) * (10.0 / 9)).epsilon(1e-12));
  CHECK(std::isnan(stats::clustered_spread(*one, std::vector<std::uint32_t>(10, 0), 1).standard_error));
}

TEST_CASE("an AUC without both classes, or of scores that are not numbers, is refused") {
  CHECK_FALSE(stats::auc(std::vector<double>{1, 1}, std::vector<double>{.1, .2}));
  CHECK_FALSE(stats::auc(std::vector<double>{1, 0}, std::vector<double>{.1, NAN}));
  CHECK_FALSE(stats::auc(std::vector<double>{1, 2}, std::vector<double>{.1, .2}));
  CHECK_FALSE(stats::auc(std::vector<double>{1, 0}, std::vector<double>{.1}));
  CHECK_FALSE(stats::auc(std::vector<double>{}, std::vector<double>{}));
}

TEST_CASE("bounds of an AUC stay inside its range, and say nothing at its ends") {
  // pROC's aSAH, outcome against wfns (promotion.md D3): AUC .8237, variance .00147, logit interval .7358 to .8868
  auto const bounds = stats::auc_bounds(.823678861788618, {std::sqrt(.00146991470882)}, .025);
  CHECK(bounds.lower == Approx(.7358).epsilon(1e-4));
  CHECK(bounds.upper == Approx(.8868).epsilon(1e-4));
  CHECK(stats::auc_bounds(1, {0}, .05) == stats::Interval{0, 1});
}
