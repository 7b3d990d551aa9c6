#pragma once

#include "podium/result.hpp"
#include "podium/stats/uncertainty.hpp"

#include <functional>

namespace podium::inline v0::stats {

/// A statistic that can be computed with every unit counted any number of times.  Resamples and leave-one-out values
/// are both that.  Implementations are const and safe to call from several threads.
class PODIUM_API Statistic {
 public:
  virtual ~Statistic() = default;

  /// Number of units (rows, or clusters): the length of `count` below.
  virtual std::uint32_t units() const = 0;

  /// The statistic with unit u counted count[u] times; NaN where it does not exist (no positives, say).
  virtual double at(std::span<std::uint32_t const> count) const = 0;

  /// The statistic of the whole sample with unit u left out, for every u; empty: not cheaper than `at`.
  virtual std::vector<double> leave_one_out() const { return {}; }

  /// The statistic of several resamples at once: `counts` holds values.size() times units() of them, one after the
  /// other.  Overridden where that is quicker than one by one; the values must be the same.
  virtual void at_each(std::span<std::uint32_t const> counts, std::span<double> values) const;
};

struct BootstrapOptions {
  std::int64_t replicates = 10'000;
  std::uint64_t seed = 0;
  std::uint32_t stream = 0;
  int threads = 1;
};

/// Resamples units with replacement, the same resamples for every statistic.  Resample r counts unit u as often as it
/// is among resampled_index(seed, stream, r, i, units), i = 0 .. units - 1.  The result depends on neither threads nor
/// the other statistics.
///
/// Acceleration from leave-one-out values; where a statistic has no quick ones and there are more than 2,000 units,
/// from leaving out 200 groups of units (u mod 200) instead.
/// Errc::invalid_argument: no units, different numbers of them, fewer than 100 replicates.  Errc::failed: the
/// statistic does not exist for the sample, or not for more than one resample in a hundred (those are left out).
PODIUM_API Result<std::vector<BootstrapDistribution>> bootstrap(std::span<Statistic const* const> statistics,
                                                                BootstrapOptions const& options = {});
PODIUM_API Result<BootstrapDistribution> bootstrap(Statistic const& statistic, BootstrapOptions const& options = {});

/// The same for any function of the values themselves, given in the order they are drawn: for statistics that are no
/// function of counts.  Calls come from several threads where `options.threads` is above 1.
PODIUM_API Result<BootstrapDistribution> bootstrap_values(
    std::span<double const> values, std::function<double(std::span<double const>)> const& statistic,
    BootstrapOptions const& options = {});

/// Acceleration of a BCa interval: sum(m - j)^3 / (6 (sum(m - j)^2)^1.5) over leave-one-out values j with mean m.
PODIUM_API double bca_acceleration(std::span<double const> leave_one_out);

/// Standard error sqrt((n - 1) / n sum(j - m)^2).
PODIUM_API double jackknife_error(std::span<double const> leave_one_out);

/// Type 7 quantile of ascending values.
PODIUM_API double quantile(std::span<double const> sorted, double p);

}  // namespace podium::inline v0::stats
