#pragma once

#include "podium/stats/interval.hpp"

#include <array>
#include <cstdint>
#include <span>

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

/// Beta(1/2, 1/2)-mixture confidence sequence of one Bernoulli rate: covers the true rate at all times at once with
/// probability at least 1 - alpha.  No trials: [0, 1].
PODIUM_API Interval bernoulli_confidence_sequence(std::int64_t successes, std::int64_t trials, double alpha);

struct ChiSquare {
  double statistic = 0;
  int df = 0;
  double p_value = 1;
};

/// Sample-ratio mismatch: requests per arm against the configured weights (any scale).  An arm of weight 0 that still
/// got requests makes p_value 0.
PODIUM_API ChiSquare sample_ratio(std::span<std::int64_t const> counts, std::span<double const> weights);

}  // namespace podium::inline v0::stats
