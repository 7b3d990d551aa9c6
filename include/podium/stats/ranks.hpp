#pragma once

#include "podium/result.hpp"
#include "podium/stats/interval.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

/// Tests by ranks: a robustness row beside the means, another estimand (the middle, not the mean).
namespace podium::inline v0::stats {

/// Ranks from 1, ties sharing the mean of theirs.  NaN is refused.
PODIUM_API Result<std::vector<double>> midranks(std::span<double const> values);

/// Wilcoxon's signed-rank test; zeros are left out.  Exact (ties included, by the distribution over sign flips) up to
/// 50 differences, above by the normal approximation with tie correction and continuity correction.
struct SignedRank {
  double statistic = 0;  ///< sum of the ranks of positive differences
  double p_two_sided = 1;
  double p_greater = 1;
  double p_less = 1;
  std::int64_t used = 0;  ///< differences that are not 0
  bool exact = false;
};
PODIUM_API Result<SignedRank> wilcoxon_signed_rank(std::span<double const> differences);

/// Hodges and Lehmann's estimate with a confidence interval; exact without ties up to 50 values, else normal.
struct Shift {
  double estimate = 0;
  Interval interval;  ///< two-sided at `confidence`; infinite where the sample is too small for one
  double confidence = 0.95;
  bool exact = false;
};
/// One sample: middle of the pairwise (Walsh) averages.  At most 5,000 values.
PODIUM_API Result<Shift> hodges_lehmann(std::span<double const> differences, double confidence = 0.95);
/// Two samples: middle of all x - y.  At most 2 10^7 pairs.
PODIUM_API Result<Shift> hodges_lehmann(std::span<double const> x, std::span<double const> y, double confidence = 0.95);

/// Mann and Whitney's test; exact without ties while both samples have at most 50 values, else normal with tie and
/// continuity correction.
struct MannWhitney {
  double u = 0;            ///< pairs with x above y, ties half
  double superiority = 0;  ///< u over all pairs: P(X > Y) + P(X = Y) / 2
  double z = 0;            ///< normal approximation, corrected; NaN for constant data
  double p_asymptotic = 1;
  double p_two_sided = 1;
  double p_greater = 1;
  double p_less = 1;
  bool exact = false;
};
PODIUM_API Result<MannWhitney> mann_whitney(std::span<double const> x, std::span<double const> y);

/// Rank correlation (Spearman 1904), midranks for ties; NaN for a constant column.
PODIUM_API Result<double> spearman(std::span<double const> x, std::span<double const> y);

}  // namespace podium::inline v0::stats
