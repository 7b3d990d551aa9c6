#include "podium/stats/drift.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace podium;
using doctest::Approx;

namespace {

std::vector<double> normal_sample(std::mt19937_64& random, int n, double shift = 0) {
  std::normal_distribution<double> normal{shift, 1};
  std::vector<double> values;
  for (int i = 0; i < n; ++i) values.push_back(normal(random));
  return values;
}

}  // namespace

TEST_CASE("PSI gives references F1 and F4, pseudo-counts included") {
  CHECK(stats::psi(std::vector<std::int64_t>{120, 210, 340, 210, 120},
                   std::vector<std::int64_t>{90, 180, 360, 230, 140}) == Approx(.01918168464148208).epsilon(1e-12));
  CHECK(stats::psi(std::vector<std::int64_t>{50, 50, 0, 0}, std::vector<std::int64_t>{48, 50, 2, 0}) ==
        Approx(.032349950015136804).epsilon(1e-12));
}

TEST_CASE("small samples without drift exceed the folklore threshold, and the null band knows it") {
  std::mt19937_64 random{1};
  int above = 0, shown = 0;
  constexpr int worlds = 400;
  for (int world = 0; world < worlds; ++world) {
    auto const test = stats::psi_test(normal_sample(random, 100), normal_sample(random, 100));
    above += test.value > .1;
    shown += test.exceeds(.1);
  }
  CHECK(above > .7 * worlds);   // .80 in theory
  CHECK(shown < .12 * worlds);  // .05 in theory, the band is an approximation at n = 100
}

TEST_CASE("no drift in large samples is shown to be none, a shift is shown to be one") {
  std::mt19937_64 random{2};
  auto const reference = normal_sample(random, 20'000);
  auto const same = stats::psi_test(reference, normal_sample(random, 2'000));
  CHECK(same.within(.1));
  CHECK_FALSE(same.exceeds(.1));
  CHECK(same.lower <= same.value);
  CHECK(same.upper > 0);
  auto const moved = stats::psi_test(reference, normal_sample(random, 2'000, .6));
  CHECK(moved.exceeds(.1));
  CHECK_FALSE(moved.within(.1));
  CHECK(moved.lower > .1);
  CHECK(moved.lower < moved.value);
  CHECK(moved.upper > moved.value);
  auto const few = stats::psi_test(reference, normal_sample(random, 60));
  CHECK_FALSE(few.within(.1));
}

TEST_CASE("bins come from the reference, missing values have one of their own") {
  std::vector<double> const reference{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  auto const edges = stats::quantile_edges(reference, 5);
  CHECK(edges.size() == 4);
  CHECK(stats::bin_counts(reference, edges) == std::vector<std::int64_t>{2, 2, 2, 2, 2, 0});
  CHECK(stats::bin_counts(std::vector<double>{-100, 1000, NAN}, edges) == std::vector<std::int64_t>{1, 0, 0, 0, 1, 1});
  std::mt19937_64 random{3};
  auto const gone = stats::psi_test(normal_sample(random, 200), std::vector<double>(200, NAN));
  CHECK(gone.exceeds(.1));
}

TEST_CASE("nothing is shown by an empty side or a constant reference") {
  std::vector<double> const some{1, 2, 3};
  for (auto const& test : {stats::psi_test({}, some), stats::psi_test(some, {})}) {
    CHECK(std::isnan(test.value));
    CHECK_FALSE(test.within(.1));
    CHECK_FALSE(test.exceeds(.1));
  }
  CHECK(stats::psi_test(std::vector<double>(50, 1.0), std::vector<double>(50, 2.0)).exceeds(.1));
}
