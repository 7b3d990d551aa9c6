#pragma once

#include "podium/stats/interval.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// Comparisons that hold something fixed: never pool across steps, never trust the evaluation's mix.
namespace podium::inline v0::stats {

/// Errors and requests of both arms within one stratum (a step, a window).
struct Stratum {
  std::int64_t challenger_errors = 0, challenger_requests = 0;
  std::int64_t champion_errors = 0, champion_requests = 0;
};

/// Mantel and Haenszel (1959): one ratio and one difference from strata with different backgrounds.
struct MantelHaenszel {
  double rate_ratio = 0;  ///< challenger over champion; NaN without any champion errors
  double rate_difference = 0;
  double chi_square = 0;  ///< without continuity correction, one degree of freedom
  double p_value = 1;
};
/// Strata with an empty arm say nothing and are left out.
PODIUM_API MantelHaenszel mantel_haenszel(std::span<Stratum const> strata);

/// A slice's difference with its error, and its share of the evaluation and of production.
struct SliceEstimate {
  double difference = 0;  ///< better is positive
  double standard_error = 0;
  double evaluation_share = 0;
  double production_share = 0;
};

/// The difference under the evaluation's mix and under production's.
struct PostStratified {
  double by_evaluation = 0;
  double by_production = 0;
  double standard_error = 0;  ///< of `by_production`, slices independent
  bool sign_flips = false;    ///< the two have different signs
};
/// Shares are scaled to sum to 1.  No slices, or none with a share: all NaN.
PODIUM_API PostStratified post_stratified(std::span<SliceEstimate const> slices);

}  // namespace podium::inline v0::stats
