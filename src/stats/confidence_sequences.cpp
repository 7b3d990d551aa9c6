#include "stats/special.hpp"

#include "podium/stats/sequential.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace podium::inline v0::stats {

RateDifference rate_difference_sequence(std::int64_t champion_errors, std::int64_t champion_requests,
                                        std::int64_t challenger_errors, std::int64_t challenger_requests,
                                        double alpha) {
  RateDifference both;
  both.champion = bernoulli_confidence_sequence(champion_errors, champion_requests, alpha / 2);
  both.challenger = bernoulli_confidence_sequence(challenger_errors, challenger_requests, alpha / 2);
  both.difference = {both.challenger.lower - both.champion.upper, both.challenger.upper - both.champion.lower};
  return both;
}

EmpiricalBernstein::EmpiricalBernstein(double alpha, double truncation)
    : log_inverse_{std::log(2 / alpha)}, truncation_{truncation} {
  assert(alpha > 0 && alpha < 1 && truncation > 0 && truncation < 1);
}

void EmpiricalBernstein::add_to(Side& side, double value) const {
  auto const t = static_cast<double>(count_);
  double const lambda = std::min(truncation_, std::sqrt(2 * log_inverse_ / (t * std::log(1 + t) * side.variance)));
  // The prediction is the mean so far (of nothing: 0); mean and variance for lambda carry one made-up observation.
  double const off = value - side.mean;
  side.lambdas += lambda;
  side.weighted += lambda * value;
  side.penalty += off * off * (-std::log(1 - lambda) - lambda);
  side.bound = std::max(0.0, side.weighted / side.lambdas - (log_inverse_ + side.penalty) / side.lambdas);
  side.sum += value;
  side.mean = side.sum / t;
  double const smoothed = (0.5 + side.sum) / (t + 1);
  side.squares += (value - smoothed) * (value - smoothed);
  side.variance = side.squares / (t + 1);
}

void EmpiricalBernstein::add(double value, double missing) {
  double const x = std::clamp(std::isnan(value) ? missing : value, 0.0, 1.0);
  ++count_;
  add_to(side_[0], x);
  add_to(side_[1], 1 - x);
}

std::vector<Interval> empirical_bernstein_sequence(std::span<double const> values, double alpha, double truncation) {
  EmpiricalBernstein sequence{alpha, truncation};
  std::vector<Interval> intervals;
  intervals.reserve(values.size());
  for (double const value : values) {
    sequence.add(value);
    intervals.push_back(sequence.interval());
  }
  return intervals;
}

BettingSequence::BettingSequence(double alpha, int grid, double truncation)
    : log_limit_{std::log(1 / alpha)},
      log_inverse_{std::log(2 / alpha)},
      truncation_{truncation},
      log_up_(static_cast<std::size_t>(std::max(grid, 1)) + 1, 0),
      log_down_(log_up_.size(), 0),
      excluded_(log_up_.size(), false) {
  assert(alpha > 0 && alpha < 1 && truncation > 0 && truncation < 1);
}

void BettingSequence::add(double value, double missing) {
  double const x = std::clamp(std::isnan(value) ? missing : value, 0.0, 1.0);
  auto const t = static_cast<double>(++count_);
  double const stake = std::sqrt(2 * log_inverse_ / (t * std::log(1 + t) * variance_));
  auto const last = log_up_.size() - 1;
  for (std::size_t k = 0; k <= last; ++k) {
    double const m = static_cast<double>(k) / static_cast<double>(last);
    double const off = x - m;
    // Stakes are cut so that the capital stays positive whatever comes.
    double const up = m > 0 ? std::min(stake, truncation_ / m) : stake;
    double const down = m < 1 ? std::min(stake, truncation_ / (1 - m)) : stake;
    log_up_[k] += std::log1p(up * off);
    log_down_[k] += std::log1p(-down * off);
    // Half of the capital on either side.
    if (std::max(log_up_[k], log_down_[k]) - std::log(2.0) >= log_limit_) excluded_[k] = true;
  }
  sum_ += x;
  double const mean = (0.5 + sum_) / (t + 1);
  squares_ += (x - mean) * (x - mean);
  variance_ = squares_ / (t + 1);

  std::size_t low = 0, high = last;
  while (low < last && excluded_[low]) ++low;
  while (high > low && excluded_[high]) --high;
  auto const cell = [&](std::size_t k) { return static_cast<double>(k) / static_cast<double>(last); };
  interval_ = {low > 0 ? cell(low - 1) : 0, high < last ? cell(high + 1) : 1};
}

std::vector<Interval> confidence_sequence(std::span<double const> values, double alpha, SequenceMethod method) {
  if (method == SequenceMethod::empirical_bernstein) return empirical_bernstein_sequence(values, alpha);
  BettingSequence sequence{alpha};
  std::vector<Interval> intervals;
  intervals.reserve(values.size());
  for (double const value : values) {
    sequence.add(value);
    intervals.push_back(sequence.interval());
  }
  return intervals;
}

Msprt msprt_normal(std::int64_t n, double mean, double variance, double prior_variance) {
  if (n <= 0 || !(variance > 0) || !(prior_variance > 0)) return {};
  auto const count = static_cast<double>(n);
  double const total = variance + count * prior_variance;
  Msprt test;
  test.likelihood_ratio =
      std::sqrt(variance / total) * std::exp(count * count * prior_variance * mean * mean / (2 * variance * total));
  test.p_value = std::min(1.0, 1 / test.likelihood_ratio);
  return test;
}

Sprt::Sprt(double p0, double p1, double alpha, double beta)
    : upper_{std::log((1 - beta) / alpha)},
      lower_{std::log(beta / (1 - alpha))},
      event_step_{std::log(p1 / p0)},
      other_step_{std::log((1 - p1) / (1 - p0))} {
  assert(0 < p0 && p0 < p1 && p1 < 1 && alpha > 0 && beta > 0 && alpha + beta < 1);
}

void Sprt::add(std::int64_t events, std::int64_t others) {
  if (state() != State::undecided) return;
  log_ratio_ += static_cast<double>(events) * event_step_ + static_cast<double>(others) * other_step_;
}

Sprt::State Sprt::state() const noexcept {
  return log_ratio_ >= upper_ ? State::accept_p1 : log_ratio_ <= lower_ ? State::accept_p0 : State::undecided;
}

void SampleRatioEProcess::add(double share, std::int64_t champion_requests, std::int64_t challenger_requests) {
  if (champion_requests < 0 || challenger_requests < 0 || !(share >= 0 && share <= 1)) return;
  if (share == 0 || share == 1) {
    if ((share == 0 ? challenger_requests : champion_requests) > 0)
      log_ = highest_ = std::numeric_limits<double>::infinity();
    return;
  }
  constexpr double prior = 1000;
  auto found = std::ranges::find(epochs_, share, &Epoch::share);
  if (found == epochs_.end()) found = epochs_.insert(epochs_.end(), Epoch{share});
  found->champion += static_cast<double>(champion_requests);
  found->challenger += static_cast<double>(challenger_requests);
  double const a = prior * share, b = prior * (1 - share);
  double const before = found->log;
  found->log = log_beta(a + found->challenger, b + found->champion) - log_beta(a, b) -
               found->challenger * std::log(share) - found->champion * std::log1p(-share);
  log_ += found->log - before;
  highest_ = std::max(highest_, log_);
}

double SampleRatioEProcess::p_value() const noexcept { return std::min(1.0, std::exp(-highest_)); }

}  // namespace podium::inline v0::stats
