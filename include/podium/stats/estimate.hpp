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
/// Fewer than two clusters: the standard error is NaN.  For an AUC this is Obuchowski's estimator (1997) with one
/// small-sample factor in place of one per class; where every cluster holds both classes they are the same.
PODIUM_API Spread clustered_spread(Estimate const& estimate, std::span<std::uint32_t const> cluster,
                                   std::uint32_t clusters);

/// Clustered where there are clusters, by rows otherwise.
PODIUM_API Spread spread(Estimate const& estimate, std::span<std::uint32_t const> cluster, std::uint32_t clusters);

/// One-sided bounds at `level` each: together a two-sided interval of confidence 1 - 2 level.
PODIUM_API Interval one_sided_bounds(double estimate, Spread const& spread, double level);

/// Kish's effective number of rows, (sum w)^2 / sum w^2; without weights `rows`.
PODIUM_API double effective_rows(std::span<double const> weight, std::int64_t rows);

/// |skewness| / sqrt(n) of the groups' totals of influence: above 0.2 a t interval is not to be trusted.
PODIUM_API double skewness_ratio(Estimate const& estimate, std::span<std::uint32_t const> cluster = {},
                                 std::uint32_t clusters = 0);

}  // namespace podium::inline v0::stats
