#include "podium/stats/sequential.hpp"

#include <boost/math/distributions/chi_squared.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace podium::inline v0::stats {
namespace {

double share_of_errors(double rate_ratio, double share) {
  return rate_ratio * share / (rate_ratio * share + 1 - share);
}

double log_beta(double a, double b) {
  // std::lgamma writes the sign to a global; arguments here are positive and the value alone is used.
  int sign = 0;
  return ::lgamma_r(a, &sign) + ::lgamma_r(b, &sign) - ::lgamma_r(a + b, &sign);
}

/// Root of a function that changes sign once between the two ends; the ends close in to neighbouring numbers.
template <class Function>
double bisect(Function const& f, double low, double high) {
  bool const low_is_positive = f(low) > 0;
  for (int i = 0; i < 200; ++i) {
    double const middle = low + (high - low) / 2;
    if (middle == low || middle == high) break;
    if ((f(middle) > 0) == low_is_positive)
      low = middle;
    else
      high = middle;
  }
  return low + (high - low) / 2;
}

}  // namespace

RateRatioEProcess::RateRatioEProcess(double rate_ratio) : rate_ratio_{rate_ratio} { assert(rate_ratio > 0); }

void RateRatioEProcess::champion_errors(double share, std::int64_t count) {
  if (!(share > 0 && share < 1) || count <= 0) return;
  double const null = share_of_errors(rate_ratio_, share);
  for (std::size_t j = 0; j < grid.size(); ++j)
    log_[j] += static_cast<double>(count) * std::log((1 - share_of_errors(rate_ratio_ * grid[j], share)) / (1 - null));
}

void RateRatioEProcess::challenger_errors(double share, std::int64_t count) {
  if (!(share > 0 && share < 1) || count <= 0) return;
  double const null = share_of_errors(rate_ratio_, share);
  for (std::size_t j = 0; j < grid.size(); ++j)
    log_[j] += static_cast<double>(count) * std::log(share_of_errors(rate_ratio_ * grid[j], share) / null);
}

void RateRatioEProcess::merge(RateRatioEProcess const& other) {
  assert(rate_ratio_ == other.rate_ratio_);
  for (std::size_t j = 0; j < grid.size(); ++j) log_[j] += other.log_[j];
}

double RateRatioEProcess::log_value() const {
  double const highest = *std::max_element(log_.begin(), log_.end());
  double sum = 0;
  for (double const value : log_) sum += std::exp(value - highest);
  return highest + std::log(sum / static_cast<double>(grid.size()));
}

double RateRatioEProcess::value() const { return std::exp(log_value()); }

Interval bernoulli_confidence_sequence(std::int64_t successes, std::int64_t trials, double alpha) {
  if (trials <= 0 || successes < 0 || successes > trials || !(alpha > 0 && alpha < 1)) return {0, 1};
  auto const s = static_cast<double>(successes);
  auto const f = static_cast<double>(trials - successes);
  double const fixed = log_beta(0.5 + s, 0.5 + f) - std::log(std::numbers::pi) - std::log(1 / alpha);
  auto const excess = [&](double p) { return fixed - s * std::log(p) - f * std::log1p(-p); };
  double const mean = s / (s + f);
  return {successes == 0 ? 0.0 : bisect(excess, 1e-15, mean),
          successes == trials ? 1.0 : bisect(excess, std::max(mean, 1e-15), 1 - 1e-15)};
}

ChiSquare sample_ratio(std::span<std::int64_t const> counts, std::span<double const> weights) {
  assert(counts.size() == weights.size());
  double total = 0, all = 0;
  int arms = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (!(weights[i] > 0) && counts[i] > 0) return {std::numeric_limits<double>::infinity(), 1, 0};
    if (!(weights[i] > 0)) continue;
    all += weights[i];
    total += static_cast<double>(counts[i]);
    ++arms;
  }
  if (arms < 2 || total <= 0) return {};
  ChiSquare test{0, arms - 1, 1};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (!(weights[i] > 0)) continue;
    double const expected = total * weights[i] / all;
    double const off = static_cast<double>(counts[i]) - expected;
    test.statistic += off * off / expected;
  }
  test.p_value = boost::math::cdf(boost::math::complement(boost::math::chi_squared(test.df), test.statistic));
  return test;
}

}  // namespace podium::inline v0::stats
