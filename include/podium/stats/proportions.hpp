#pragma once

#include "podium/result.hpp"
#include "podium/stats/interval.hpp"

#include <cstdint>
#include <span>

namespace podium::inline v0::stats {

/// Two-sided score interval (Wilson 1927).  No trials: [0, 1].
PODIUM_API Interval wilson(std::int64_t successes, std::int64_t trials, double confidence = 0.95);

/// Two-sided exact interval (Clopper and Pearson 1934).  No trials: [0, 1].
PODIUM_API Interval clopper_pearson(std::int64_t successes, std::int64_t trials, double confidence = 0.95);

/// Two models on the same rows, from the rows where exactly one is right.  Two-sided p-values.
struct McNemar {
  double exact = 1;
  double mid_p = 1;                 ///< the default: exact is conservative (Fagerland, Lydersen and Laake 2013)
  double chi_square = 0;            ///< without continuity correction, for display
  double p_chi_square = 1;          ///< of `chi_square`, one degree of freedom
  double chi_square_corrected = 0;  ///< with Edwards' correction
  double p_corrected = 1;
};

PODIUM_API McNemar mcnemar(std::int64_t only_champion, std::int64_t only_challenger);

/// Two-sided interval of p1 - p2 of independent samples: square-and-add of Wilson's (Newcombe 1998, method 10).
PODIUM_API Interval newcombe(std::int64_t successes1, std::int64_t trials1, std::int64_t successes2,
                             std::int64_t trials2, double confidence = 0.95);

/// Rows by which model is right.
struct PairedCounts {
  std::int64_t both = 0;
  std::int64_t only_champion = 0;
  std::int64_t only_challenger = 0;
  std::int64_t neither = 0;
  std::int64_t rows() const noexcept { return both + only_champion + only_challenger + neither; }
};

/// From one value per row and model: 1 right, 0 wrong; anything else is Errc::invalid_argument.
PODIUM_API Result<PairedCounts> paired_counts(std::span<double const> champion_right,
                                              std::span<double const> challenger_right);
inline McNemar mcnemar(PairedCounts const& counts) { return mcnemar(counts.only_champion, counts.only_challenger); }

/// Two-sided interval of (challenger's share right) - (champion's): paired square-and-add with the continuity-corrected
/// phi (Newcombe 1998, paired method 10).  No rows: [-1, 1].
PODIUM_API Interval newcombe_paired(PairedCounts const& counts, double confidence = 0.95);

/// Score statistic of "(challenger's share right) - (champion's) = difference" (Tango 1998): about standard normal,
/// positive where the challenger does better than that.  Infinite where the null leaves no variance.
PODIUM_API double tango_z(std::int64_t only_champion, std::int64_t only_challenger, std::int64_t rows,
                          double difference);

/// Two-sided score interval of that difference: where |tango_z| stays below the normal quantile.  No rows: [-1, 1].
PODIUM_API Interval tango(std::int64_t only_champion, std::int64_t only_challenger, std::int64_t rows,
                          double confidence = 0.95);

}  // namespace podium::inline v0::stats
