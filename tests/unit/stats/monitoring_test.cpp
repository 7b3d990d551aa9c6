#include "podium/stats/agreement.hpp"
#include "podium/stats/calibration.hpp"
#include "podium/stats/latency.hpp"
#include "podium/stats/random.hpp"
#include "podium/stats/stratified.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace podium;
using doctest::Approx;

namespace {

std::vector<double> uniforms(std::uint32_t n, std::uint32_t stream) {
  std::vector<double> values;
  for (std::uint32_t i = 0; i < n; ++i) values.push_back(stats::uniform_at(21, stream, 0, i));
  return values;
}

}  // namespace

TEST_CASE("two models that shadow each other are compared pair by pair") {
  std::vector<double> const a{.1, .4, .6, .9}, b{.2, .6, .4, .9};
  auto const found = stats::agreement(a, b).value();
  CHECK(found.both_positive == 1);
  CHECK(found.only_champion == 1);
  CHECK(found.only_challenger == 1);
  CHECK(found.both_negative == 1);
  CHECK(found.disagreement == .5);
  CHECK(found.mean_difference == Approx(.025));
  CHECK(found.mean_absolute_difference == Approx(.125));
  CHECK(found.largest_difference == Approx(.2));
  CHECK(found.rank_correlation == Approx(.8));
  CHECK(found.disagreement_interval.lower > 0);
  CHECK_FALSE(stats::agreement({}, {}));
  CHECK_FALSE(stats::agreement(a, std::vector<double>{.1}));
  CHECK_FALSE(stats::agreement(a, std::vector<double>{.1, NAN, .3, .4}));
}

TEST_CASE("slices weighed by production may change the sign of the evaluation's answer") {
  // A mix of .9 and .1 shows +.4 points, production's .7 and .3 shows -.8.
  std::vector<stats::SliceEstimate> const slices{{.01, .002, .9, .7}, {-.05, .004, .1, .3}};
  auto const made = stats::post_stratified(slices);
  CHECK(made.by_evaluation == Approx(.004));
  CHECK(made.by_production == Approx(-.008));
  CHECK(made.standard_error == Approx(std::hypot(.7 * .002, .3 * .004)));
  CHECK(made.sign_flips);
  CHECK(std::isnan(stats::post_stratified({}).by_production));
}

TEST_CASE("strata with an empty arm say nothing, no errors make no ratio") {
  std::vector<stats::Stratum> const empty{{0, 0, 5, 100}, {3, 100, 0, 0}};
  CHECK(std::isnan(stats::mantel_haenszel(empty).rate_ratio));
  CHECK(stats::mantel_haenszel(empty).p_value == 1);
  CHECK(stats::mantel_haenszel({}).p_value == 1);
}

TEST_CASE("the calibration error of a calibrated model is what its bias says, that of a wrong one is not") {
  auto const p = uniforms(2000, 1), u = uniforms(2000, 2);
  std::vector<double> calibrated, wrong;
  for (std::size_t i = 0; i < p.size(); ++i) {
    calibrated.push_back(u[i] < p[i] ? 1 : 0);
    wrong.push_back(u[i] < p[i] * p[i] ? 1 : 0);
  }
  auto const good = stats::debiased_calibration_error(calibrated, p, 15, stats::Binning::equal_mass, 200).value();
  CHECK(good.raw > 0);
  CHECK(good.debiased < .3 * good.raw);
  CHECK(good.p_value > .01);
  auto const bad = stats::debiased_calibration_error(wrong, p, 15, stats::Binning::equal_mass, 200).value();
  CHECK(bad.debiased > .1);
  CHECK(bad.p_value == Approx(1.0 / 201));
  auto const fit = stats::recalibration(calibrated, p).value();
  CHECK(std::abs(fit.intercept) < 4 * fit.intercept_error);
  CHECK(std::abs(fit.slope - 1) < 4 * fit.slope_error);
  CHECK_FALSE(stats::recalibration(std::vector<double>{0, 0, 1, 1}, std::vector<double>{.1, .2, .8, .9}));
  CHECK_FALSE(stats::recalibration(std::vector<double>{0, 1, 0, 1}, std::vector<double>{.5, .5, .5, .5}));
}

TEST_CASE("a Brier score on binned scores decomposes exactly, the terms within bins included") {
  auto const p = uniforms(500, 3), u = uniforms(500, 4);
  std::vector<double> y;
  for (std::size_t i = 0; i < p.size(); ++i) y.push_back(u[i] < p[i] ? 1 : 0);
  auto const d = stats::brier_decomposition(y, p, 7).value();
  CHECK(d.score ==
        Approx(d.reliability - d.resolution + d.uncertainty + d.within_variance - d.within_covariance).epsilon(1e-12));
  CHECK(d.within_variance > 0);
  auto const bins = stats::reliability(y, p, 7).value();
  CHECK(bins.size() == 7);
  std::int64_t rows = 0;
  for (auto const& bin : bins) {
    rows += bin.rows;
    CHECK(bin.lowest <= bin.mean_prediction);
    CHECK(bin.mean_prediction <= bin.highest);
    CHECK(bin.interval.lower <= bin.observed);
    CHECK(bin.observed <= bin.interval.upper);
  }
  CHECK(rows == 500);
}

TEST_CASE("a latency objective is certified, missed or open; no requests are open") {
  auto const missed = stats::slo_by_counting(80, 5000, .99).value();
  CHECK_FALSE(missed.certified(.95));
  CHECK(missed.p_violated < .05);
  auto const open = stats::slo_by_counting(45, 5000, .99).value();
  CHECK_FALSE(open.certified(.95));
  CHECK(open.p_violated > .05);
  auto const none = stats::slo_by_counting(0, 0, .99).value();
  CHECK_FALSE(none.certified(.95));
  CHECK(none.requests_needed == 299);
  CHECK(stats::slo_by_counting(0, 298, .99)->limit == -1);
  CHECK_FALSE(stats::slo_by_counting(298, 298, .99)->certified(.95));
  CHECK_FALSE(stats::slo_by_counting(2, 1, .99));
  CHECK_FALSE(stats::slo_by_counting(-1, 1, .99));
  CHECK_FALSE(stats::slo_by_counting(0, 1, 1));
}

TEST_CASE("a lost request is a slow one, and a quantile without ranks has no bound") {
  std::vector<double> values(1000, 1.0);
  for (int i = 0; i < 30; ++i) values[static_cast<std::size_t>(i)] = NAN;
  CHECK(std::isinf(stats::quantile_interval(values, .99).upper));
  CHECK(stats::quantile_interval(values, .5) == stats::Interval{1, 1});
  CHECK(std::isinf(stats::quantile_interval(std::vector<double>(100, 1.0), .99).upper));
  CHECK(stats::quantile_interval({}, .5) == stats::Interval{});
}

TEST_CASE("latencies that follow each other are worth fewer") {
  auto const u = uniforms(4000, 5);
  auto const free = stats::autocorrelation(u);
  CHECK(std::abs(free.lag_one) < .06);
  CHECK(free.effective_requests > 2000);
  std::vector<double> sticky{0};
  for (double const x : u) sticky.push_back(.9 * sticky.back() + x);
  auto const bound = stats::autocorrelation(sticky);
  CHECK(bound.lag_one > .8);
  CHECK(bound.effective_requests < 700);
  CHECK(stats::autocorrelation({}).effective_requests == 0);
  CHECK(stats::autocorrelation(std::vector<double>(10, 3.0)).effective_requests == 10);
}

TEST_CASE("sketches keep their promised accuracy, merge, and count what was lost") {
  auto const u = uniforms(20'000, 6);
  std::vector<double> latency;
  stats::QuantileSketch all{.01}, first{.01}, second{.01};
  for (std::size_t i = 0; i < u.size(); ++i) {
    latency.push_back(-std::log(u[i]) * 40);
    all.add(latency.back());
    (i % 2 ? first : second).add(latency.back());
  }
  std::sort(latency.begin(), latency.end());
  for (double const q : {.01, .5, .9, .99, .999}) {
    double const exact = latency[static_cast<std::size_t>(q * 19'999)];
    CHECK(std::abs(all.quantile(q) - exact) <= .0101 * exact);
  }
  REQUIRE(first.merge(second));
  CHECK(first == all);
  CHECK_FALSE(first.merge(stats::QuantileSketch{.02}));
  first.add(INFINITY, 20'000);
  CHECK(first.lost_count() == 20'000);
  CHECK(std::isinf(first.quantile(.6)));
  first.add(0);
  CHECK(first.low_count() == 1);
  CHECK(std::isnan(stats::QuantileSketch{}.quantile(.5)));
  stats::QuantileSketch read{.01};
  for (auto const& [bucket, count] : all.buckets()) read.add_bucket(bucket, count);
  CHECK(read == all);
}
