#pragma once

#include "podium/stats/interval.hpp"

#include <cstdint>

namespace podium::inline v0::stats {

/// Two-sided score interval (Wilson 1927).  No trials: [0, 1].
PODIUM_API Interval wilson(std::int64_t successes, std::int64_t trials, double confidence = 0.95);

/// Two-sided exact interval (Clopper and Pearson 1934).  No trials: [0, 1].
PODIUM_API Interval clopper_pearson(std::int64_t successes, std::int64_t trials, double confidence = 0.95);

/// Two models on the same rows, from the rows where exactly one is right.  Two-sided p-values.
struct McNemar {
  double exact = 1;
  double mid_p = 1;       ///< the default: exact is conservative (Fagerland, Lydersen and Laake 2013)
  double chi_square = 0;  ///< without continuity correction, for display
};

PODIUM_API McNemar mcnemar(std::int64_t only_champion, std::int64_t only_challenger);

}  // namespace podium::inline v0::stats
