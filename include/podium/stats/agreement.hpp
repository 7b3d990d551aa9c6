#pragma once

#include "podium/result.hpp"
#include "podium/stats/interval.hpp"

#include <cstdint>
#include <span>

namespace podium::inline v0::stats {

/// Two models on the same requests, labels unknown: what a shadow shows before anything else.
struct Agreement {
  std::int64_t pairs = 0;
  std::int64_t both_positive = 0, only_champion = 0, only_challenger = 0, both_negative = 0;
  double disagreement = 0;         ///< share of pairs with another call
  Interval disagreement_interval;  ///< Wilson's, two-sided, 1 - 2 level
  double mean_difference = 0;      ///< challenger - champion
  double mean_absolute_difference = 0;
  double largest_difference = 0;  ///< in absolute value
  double rank_correlation = 0;    ///< Spearman's; NaN for constant scores
};

/// Calls are score >= threshold.  Errc::invalid_argument: different lengths, no pairs, NaN scores.
PODIUM_API Result<Agreement> agreement(std::span<double const> champion, std::span<double const> challenger,
                                       double threshold = 0.5, double level = 0.05);

}  // namespace podium::inline v0::stats
