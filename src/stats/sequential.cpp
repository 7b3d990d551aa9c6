#include "podium/stats/sequential.hpp"

#include "stats/roots.hpp"
#include "stats/special.hpp"

#include "podium/stats/distributions.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace podium::inline v0::stats {
namespace {

double share_of_errors(double rate_ratio, double share) {
  return rate_ratio * share / (rate_ratio * share + 1 - share);
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

RateRatioEProcess rate_ratio_eprocess(std::span<ArmErrors const> errors, double rate_ratio) {
  RateRatioEProcess process{rate_ratio};
  for (auto const& one : errors) {
    process.champion_errors(one.share, one.champion);
    process.challenger_errors(one.share, one.challenger);
  }
  return process;
}

double log_rate_ratio_mixture(std::int64_t challenger_errors, std::int64_t champion_errors, double share,
                              double rate_ratio, double k) {
  if (!(share > 0 && share < 1) || challenger_errors < 0 || champion_errors < 0) return 0;
  double const null = share_of_errors(rate_ratio, share);
  double const a = k * null, b = k * (1 - null);
  auto const s = static_cast<double>(challenger_errors), f = static_cast<double>(champion_errors);
  return log_beta(a + s, b + f) + log_upper_beta(a + s, b + f, null) - log_beta(a, b) - log_upper_beta(a, b, null) -
         s * std::log(null) - f * std::log(1 - null);
}

double combine_log_e_values(std::span<double const> log_e, std::span<double const> weights) {
  assert(weights.empty() || weights.size() == log_e.size());
  double highest = -std::numeric_limits<double>::infinity();
  for (double const value : log_e) highest = std::max(highest, value);
  if (std::isinf(highest)) return log_e.empty() ? 0 : highest;
  double total = 0, all = 0;
  for (std::size_t i = 0; i < log_e.size(); ++i) {
    double const w = weights.empty() ? 1 : weights[i];
    total += w * std::exp(log_e[i] - highest);
    all += w;
  }
  return highest + std::log(total / all);
}

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
  test.p_value = chi_square_tail(test.statistic, test.df);
  return test;
}

}  // namespace podium::inline v0::stats
