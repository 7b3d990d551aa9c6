#pragma once

#include "podium/stats/interval.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// How far two samples of a score lie apart, with bounds that know the sample sizes.
namespace podium::inline v0::stats {

/// Inner edges of `bins` bins of equal mass in the reference (type 7 quantiles, duplicates removed); NaN is left out.
PODIUM_API std::vector<double> quantile_edges(std::span<double const> reference, int bins = 10);

/// Counts per bin: edges.size() + 1 bins, the outer ones open; a bin holds its upper edge.  The last count is NaN's.
PODIUM_API std::vector<std::int64_t> bin_counts(std::span<double const> values, std::span<double const> edges);

/// Population stability index of two count vectors, 0.5 added to every bin of both sides.
PODIUM_API double psi(std::span<std::int64_t const> reference, std::span<std::int64_t const> current);

/// PSI with what the sample sizes allow to say.
struct Psi {
  double value = 0;
  double null_band = 0;  ///< without drift the value stays below this with probability 1 - level
  double lower = 0;      ///< one-sided bounds of the true PSI at `level`, by the non-central chi-square approximation
  double upper = 0;
  int bins = 0;
  std::int64_t reference_units = 0;
  std::int64_t current_units = 0;

  /// Drift is shown: above the threshold, and more than the sample sizes explain.
  bool exceeds(double threshold) const noexcept { return value > threshold && value > null_band; }
  /// No relevant drift is shown: even the upper bound is below the threshold.
  bool within(double threshold) const noexcept { return upper < threshold; }
};

/// PSI over bins of equal mass in the reference; missing values (NaN) are a bin of their own where there are any.
/// With no values on a side nothing is shown: value NaN, upper infinite, so that neither test above holds.
PODIUM_API Psi psi_test(std::span<double const> reference, std::span<double const> current, double level = 0.05,
                        int bins = 10);

}  // namespace podium::inline v0::stats
