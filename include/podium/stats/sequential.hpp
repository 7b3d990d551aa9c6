#pragma once

#include "podium/stats/interval.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

/// Inference that stays valid however often one looks.
namespace podium::inline v0::stats {

/// Anytime-valid test of "the challenger's error rate is at most `rate_ratio` times the champion's", from errors alone.
///
/// Given that an error happened while the challenger had the share w of traffic, under the null it is the challenger's
/// with probability at most r0 w / (r0 w + 1 - w).  The value averages likelihood ratios over seven worse ratios; under
/// the null its expectation is at most 1 at any stopping time, so acting when it reaches 1 / alpha is a false alarm
/// with probability at most alpha over all looks.
///
/// A value of eight doubles; states of disjoint traffic merge, shares may change from error to error.  It needs random
/// routing at the share that is passed (see sample_ratio), and is silent at the shares 0 and 1.
class PODIUM_API RateRatioEProcess {
 public:
  static constexpr std::array<double, 7> grid{1.1, 1.25, 1.5, 2, 3, 5, 10};

  /// `rate_ratio` > 0: the tolerated ratio.
  explicit RateRatioEProcess(double rate_ratio = 1);

  /// `share`: the challenger's share of live traffic when the errors happened.
  void champion_errors(double share, std::int64_t count = 1);
  void challenger_errors(double share, std::int64_t count = 1);

  /// Adds what another state with the same `rate_ratio` saw.
  void merge(RateRatioEProcess const& other);

  double value() const;
  double log_value() const;
  double rate_ratio() const noexcept { return rate_ratio_; }

  friend bool operator==(RateRatioEProcess const&, RateRatioEProcess const&) = default;

 private:
  double rate_ratio_;
  std::array<double, 7> log_{};
};

/// Errors of both arms while the challenger had one share of traffic.
struct ArmErrors {
  double share = 0;
  std::int64_t champion = 0, challenger = 0;
};
/// The process after all of them.
PODIUM_API RateRatioEProcess rate_ratio_eprocess(std::span<ArmErrors const> errors, double rate_ratio = 1);

/// The same test at a constant share, by a beta mixture with prior weight `k` truncated to worse shares: log e-value.
PODIUM_API double log_rate_ratio_mixture(std::int64_t challenger_errors, std::int64_t champion_errors, double share,
                                         double rate_ratio = 1, double k = 10);

/// Average of e-values of several metrics, weighted: "anything is wrong", valid under any dependence.  No weights:
/// equal ones.  Logarithms in, logarithm out.
PODIUM_API double combine_log_e_values(std::span<double const> log_e, std::span<double const> weights = {});

/// Beta(1/2, 1/2)-mixture confidence sequence of one Bernoulli rate (Robbins 1970): covers the true rate at all times
/// at once with probability at least 1 - alpha.  No trials: [0, 1].
PODIUM_API Interval bernoulli_confidence_sequence(std::int64_t successes, std::int64_t trials, double alpha);

/// Two rates, each by its own sequence at alpha / 2: all three intervals hold at all times with 1 - alpha together.
struct RateDifference {
  Interval champion;
  Interval challenger;
  Interval difference;  ///< challenger - champion: a lower bound above 0 is a reason to roll back
};
PODIUM_API RateDifference rate_difference_sequence(std::int64_t champion_errors, std::int64_t champion_requests,
                                                   std::int64_t challenger_errors, std::int64_t challenger_requests,
                                                   double alpha);

/// Predictable-mixture empirical-Bernstein confidence sequence of the mean of values in [0, 1] (Waudby-Smith and Ramdas
/// 2024, eq. 15): one-sided sequences at alpha / 2 for x and 1 - x.
class PODIUM_API EmpiricalBernstein {
 public:
  explicit EmpiricalBernstein(double alpha = 0.05, double truncation = 0.5);

  /// Values outside [0, 1] are moved to its ends; a NaN counts as `missing`.
  void add(double value, double missing = 1);
  Interval interval() const noexcept { return {side_[0].bound, 1 - side_[1].bound}; }
  std::int64_t count() const noexcept { return count_; }

 private:
  struct Side {
    double sum = 0, squares = 0.25, variance = 0.25, mean = 0;
    double lambdas = 0, weighted = 0, penalty = 0, bound = 0;
  };
  void add_to(Side& side, double value) const;

  double log_inverse_, truncation_;
  std::int64_t count_ = 0;
  std::array<Side, 2> side_{};
};

/// The interval after every value.
PODIUM_API std::vector<Interval> empirical_bernstein_sequence(std::span<double const> values, double alpha = 0.05,
                                                              double truncation = 0.5);

/// Betting confidence sequence of the mean of values in [0, 1] (Waudby-Smith and Ramdas 2024, section 4.4): capital
/// that bets on and against each of `grid` candidate means with predictable stakes; candidates at which the hedged
/// capital reaches 1 / alpha are excluded.  Tighter than EmpiricalBernstein, `grid` times the work; bounds are those of
/// the grid's cells, so that nothing is excluded for the grid's sake.
class PODIUM_API BettingSequence {
 public:
  explicit BettingSequence(double alpha = 0.05, int grid = 1000, double truncation = 0.5);

  /// Values outside [0, 1] are moved to its ends; a NaN counts as `missing`.
  void add(double value, double missing = 1);
  Interval interval() const noexcept { return interval_; }
  std::int64_t count() const noexcept { return count_; }

 private:
  double log_limit_, log_inverse_, truncation_;
  std::int64_t count_ = 0;
  double sum_ = 0, squares_ = 0.25, variance_ = 0.25;
  std::vector<double> log_up_, log_down_;
  std::vector<bool> excluded_;
  Interval interval_{0, 1};
};

enum class SequenceMethod { empirical_bernstein, betting };

/// The interval after every value, by either method.
PODIUM_API std::vector<Interval> confidence_sequence(std::span<double const> values, double alpha = 0.05,
                                                     SequenceMethod method = SequenceMethod::empirical_bernstein);

/// Mixture sequential probability ratio test of "the mean is 0" for normal values (Robbins 1970; Johari et al. 2022).
struct Msprt {
  double likelihood_ratio = 1;
  double p_value = 1;  ///< min(1, 1 / ratio); keep the smallest seen
};
PODIUM_API Msprt msprt_normal(std::int64_t n, double mean, double variance, double prior_variance);

/// Wald's test of rate p0 against p1, errors alpha and beta: cross `upper` to accept p1, `lower` to accept p0.
class PODIUM_API Sprt {
 public:
  enum class State { undecided, accept_p0, accept_p1 };

  /// 0 < p0 < p1 < 1; 0 < alpha, beta; alpha + beta < 1.
  Sprt(double p0, double p1, double alpha, double beta);
  void add(std::int64_t events, std::int64_t others);
  State state() const noexcept;
  double log_ratio() const noexcept { return log_ratio_; }
  double upper() const noexcept { return upper_; }
  double lower() const noexcept { return lower_; }
  double event_step() const noexcept { return event_step_; }
  double other_step() const noexcept { return other_step_; }

 private:
  double upper_, lower_, event_step_, other_step_;
  double log_ratio_ = 0;
};

struct ChiSquare {
  double statistic = 0;
  int df = 0;
  double p_value = 1;
};

/// Sample-ratio mismatch: requests per arm against the configured weights (any scale).  An arm of weight 0 that still
/// got requests makes p_value 0.
PODIUM_API ChiSquare sample_ratio(std::span<std::int64_t const> counts, std::span<double const> weights);

/// The same for two arms at every look: e-process of "the challenger gets its share", a beta mixture around the share
/// (mean `share`, prior weight 1000) updated request by request; shares may change.
class PODIUM_API SampleRatioEProcess {
 public:
  void add(double share, std::int64_t champion_requests, std::int64_t challenger_requests);
  double log_value() const noexcept { return log_; }
  double p_value() const noexcept;

 private:
  double log_ = 0, highest_ = 0;
  struct Epoch {
    double share = -1;
    double champion = 0, challenger = 0, log = 0;
  };
  std::vector<Epoch> epochs_;
};

}  // namespace podium::inline v0::stats
