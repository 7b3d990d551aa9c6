#pragma once

#include "podium/result.hpp"
#include "podium/stats/interval.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// How far two samples lie apart, with bounds that know the sample sizes.
namespace podium::inline v0::stats {

/// Inner edges of `bins` bins of equal mass in the reference (type 7 quantiles, duplicates removed); NaN is left out.
PODIUM_API std::vector<double> quantile_edges(std::span<double const> reference, int bins = 10);

/// Counts per bin: edges.size() + 1 bins, the outer ones open; a bin holds its upper edge.  The last count is NaN's.
PODIUM_API std::vector<std::int64_t> bin_counts(std::span<double const> values, std::span<double const> edges);

/// Two counts per category, for categories in either sample; missing values are one of their own under "".
struct CategoryCounts {
  std::vector<std::string> category;  ///< ascending
  std::vector<std::int64_t> reference, current;
};
PODIUM_API CategoryCounts category_counts(std::span<std::string const> reference, std::span<std::string const> current);

/// Population stability index of two count vectors, 0.5 added to every bin of both sides.
PODIUM_API double psi(std::span<std::int64_t const> reference, std::span<std::int64_t const> current);

/// The same of two distributions as they are: sum (p - q) ln(p / q); infinite where one of them has an empty bin.
PODIUM_API double psi_of_shares(std::span<double const> reference, std::span<double const> current);

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

/// The same by its short name.
inline Psi psi(std::span<double const> reference, std::span<double const> current, double level = 0.05, int bins = 10) {
  return psi_test(reference, current, level, bins);
}

/// The same over counts per bin or category, as they were made by the same edges.
PODIUM_API Psi psi_counts(std::span<std::int64_t const> reference, std::span<std::int64_t const> current,
                          double level = 0.05);

/// Current values that would bring the upper bound of no drift below `threshold`, at this reference size; -1: none
/// would, the reference itself is too small.
PODIUM_API std::int64_t psi_units_needed(double threshold, int bins, std::int64_t reference_units, double level = 0.05);

/// Two-sample Kolmogorov-Smirnov.  The distance decides, not p: with many values every shift is significant.
struct KolmogorovSmirnov {
  double distance = 0;
  double p_value = 1;
  std::string_view p_method;  ///< "exact" (no ties, n m <= 10^6), "permutation" (ties), or "asymptotic"
  double lower = 0;  ///< bounds of the true distance: both empirical functions within their band (Dvoretzky, Kiefer and
  double upper = 1;  ///< Wolfowitz 1956; Massart 1990), sqrt(ln(2 / (level / 2)) / (2 n)) each
  std::int64_t reference_units = 0, current_units = 0;
};
/// NaN is left out.  Errc::invalid_argument: no values on a side.
PODIUM_API Result<KolmogorovSmirnov> ks_test(std::span<double const> reference, std::span<double const> current,
                                             double level = 0.05, std::uint64_t seed = 0);

/// Jensen-Shannon divergence to base 2 of two count vectors or distributions (each is scaled to 1): 0 the same, 1
/// apart.
PODIUM_API double js_divergence(std::span<double const> reference, std::span<double const> current);
/// Its square root: the "Jensen-Shannon distance" of SciPy and of Azure's monitoring.
PODIUM_API double js_distance(std::span<double const> reference, std::span<double const> current);

/// A distance with what the sample sizes allow to say.
struct DistanceTest {
  double value = 0;
  double null_band = 0;  ///< without drift the value stays below this with probability 1 - level
  double lower = 0;      ///< one-sided bounds of the true distance at `level`
  double upper = std::numeric_limits<double>::infinity();
  std::int64_t reference_units = 0, current_units = 0;
  bool exceeds(double threshold) const noexcept { return value > threshold && value > null_band; }
  bool within(double threshold) const noexcept { return upper < threshold; }
};

/// Jensen-Shannon distance of counts.  Near equality 8 ln 2 times the divergence, over 1 / n + 1 / m, is chi-square
/// with bins - 1 degrees of freedom, as PSI is: the same bounds.  An empty side, or one bin: value NaN, upper infinite.
PODIUM_API DistanceTest js_distance_test(std::span<std::int64_t const> reference, std::span<std::int64_t const> current,
                                         double level = 0.05);

/// Wasserstein-1: area between the empirical distribution functions, in the values' unit.  NaN is left out; no
/// values on a side, or infinite ones: NaN.
PODIUM_API double wasserstein(std::span<double const> reference, std::span<double const> current);
/// In units of the reference's robust scale, (q75 - q25) / 1.349, not below `floor`: one outlier hides nothing.
PODIUM_API double scaled_wasserstein(std::span<double const> reference, std::span<double const> current,
                                     double floor = 1e-9);
/// With bounds from `replicates` resamples of both sides: the percentile above (the distance is biased upwards, so that
/// this one is cautious), the reflected one below, and the null band from resamples of the pooled values.
PODIUM_API DistanceTest wasserstein_test(std::span<double const> reference, std::span<double const> current,
                                         double level = 0.05, double floor = 1e-9, std::uint64_t seed = 0,
                                         int replicates = 500);

/// Pearson's chi-square of a 2 x k table.
struct ChiSquareTest {
  double statistic = 0;
  int df = 0;
  double p_value = 1;
  double cramers_v = 0;       ///< sqrt(statistic / N): the effect, whatever the size
  double least_expected = 0;  ///< below 5 the approximation is doubtful; `permutation` then says so
  bool permutation = false;   ///< p from tables with the same margins, (k + 1) / (B + 1)
};
PODIUM_API ChiSquareTest chi_square_test(std::span<std::int64_t const> reference, std::span<std::int64_t const> current,
                                         std::uint64_t seed = 0);

}  // namespace podium::inline v0::stats
