#pragma once

#include "podium/result.hpp"
#include "podium/stats/interval.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>

/// Latency by counting and by order statistics: no quantile is estimated where an exact test needs none.
namespace podium::inline v0::stats {

/// "Quantile q is at most the limit" is "at most a share 1 - q lies above it": an exact binomial test.
struct Exceedance {
  std::int64_t exceedances = 0;
  std::int64_t requests = 0;
  double share = 0;
  double upper = 1;  ///< one-sided Clopper-Pearson bounds of the share, at `confidence`
  double lower = 0;
  double p_value = 1;                ///< of "the share is at least 1 - q": small values certify the objective
  double p_violated = 1;             ///< of "the share is at most 1 - q": small values show that it is missed
  std::int64_t limit = -1;           ///< most exceedances of this many requests that certify; -1: not even none would
  std::int64_t requests_needed = 0;  ///< requests that certify with no exceedance
  bool certified(double confidence) const noexcept { return p_value <= 1 - confidence; }
};
/// Errc::invalid_argument: counts that are negative or crossed, a quantile or confidence outside (0, 1).
PODIUM_API Result<Exceedance> slo_by_counting(std::int64_t exceedances, std::int64_t requests, double quantile,
                                              double confidence = 0.95);

/// Ranks (from 1) of the order statistics that enclose a quantile; absent: the sample is too small for that side.
struct QuantileRanks {
  std::optional<std::int64_t> lower, upper;
  friend bool operator==(QuantileRanks const&, QuantileRanks const&) = default;
};
/// Two-sided, tails of (1 - confidence) / 2 each.
PODIUM_API QuantileRanks quantile_ranks(std::int64_t n, double quantile, double confidence = 0.95);
/// One-sided: smallest rank whose value is at least the quantile with this confidence (Wilks 1941).
PODIUM_API std::optional<std::int64_t> quantile_upper_rank(std::int64_t n, double quantile, double confidence = 0.95);
/// Sample size from which `quantile_upper_rank` exists.
PODIUM_API std::int64_t quantile_upper_needed(double quantile, double confidence = 0.95);
/// The interval itself; infinite on a side without a rank.  NaN values count as infinite: a lost request is slow.
PODIUM_API Interval quantile_interval(std::span<double const> values, double quantile, double confidence = 0.95);

/// Successive latencies are alike: what they are worth.
struct Autocorrelation {
  double lag_one = 0;
  double effective_requests = 0;  ///< from the variance of batch means (about sqrt(n) batches); never above n
};
PODIUM_API Autocorrelation autocorrelation(std::span<double const> in_order_of_time);

/// Mergeable quantile sketch with a relative error bound (Masson, Rim and Lee 2019): value x > 0 is counted under
/// ceil(log_gamma x), gamma = (1 + a) / (1 - a).  Values at or below `least` are counted as one.
class PODIUM_API QuantileSketch {
 public:
  /// `relative_accuracy` in (0, 1).
  explicit QuantileSketch(double relative_accuracy = 0.01, double least = 1e-9);

  void add(double value, std::int64_t count = 1);  ///< NaN and infinities are counted as such, above everything
  /// Errc::invalid_argument: another accuracy.
  Result<void> merge(QuantileSketch const& other);

  std::int64_t count() const noexcept;
  double quantile(double q) const;  ///< NaN while empty
  double relative_accuracy() const noexcept { return accuracy_; }

  int index(double value) const;
  double value_of(int index) const;  ///< 2 gamma^index / (gamma + 1)

  std::map<int, std::int64_t> const& buckets() const noexcept { return buckets_; }
  std::int64_t low_count() const noexcept { return low_; }
  std::int64_t lost_count() const noexcept { return lost_; }
  /// For reading a stored sketch.
  void add_bucket(int index, std::int64_t count);
  void add_low(std::int64_t count) { low_ += count; }
  void add_lost(std::int64_t count) { lost_ += count; }

  friend bool operator==(QuantileSketch const&, QuantileSketch const&) = default;

 private:
  double accuracy_, least_, log_gamma_;
  std::map<int, std::int64_t> buckets_;
  std::int64_t low_ = 0, lost_ = 0;
};

}  // namespace podium::inline v0::stats
