#pragma once

#include "podium/stats/interval.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace podium::inline v0::stats {

/// An estimate with what each row moves it by: enough for any standard error, by rows or by clusters.
struct Estimate {
  double value = 0;
  std::vector<double> influence;  ///< one per row, summing to 0; the squares sum to the variance
  double row_error = 0;           ///< standard error if the rows are independent
  double df = 0;                  ///< degrees of freedom of `row_error`; infinite: normal
};

/// How far an estimate may be off.
struct Spread {
  double standard_error = 0;
  double df = std::numeric_limits<double>::infinity();
  std::int64_t groups = 0;   ///< clusters, or rows
  double design_effect = 1;  ///< variance by clusters over variance by rows
};

/// Rows taken as independent.
PODIUM_API Spread row_spread(Estimate const& estimate);

/// Rows of one cluster move together: the influences are summed by cluster, the variance is G / (G - 1) times the sum
/// of the squared totals, t with G - 1 degrees of freedom.  `cluster[i]` < `clusters`; an empty cluster does not count.
/// Fewer than two clusters: the standard error is NaN.
PODIUM_API Spread clustered_spread(Estimate const& estimate, std::span<std::uint32_t const> cluster,
                                   std::uint32_t clusters);

/// One-sided bounds at `level` each: together a two-sided interval of confidence 1 - 2 level.
PODIUM_API Interval one_sided_bounds(double estimate, Spread const& spread, double level);

}  // namespace podium::inline v0::stats
