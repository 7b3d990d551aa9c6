#pragma once

#include "podium/version.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// Adjusted p-values, in the order given; a p-value that is not a number counts as 1.
namespace podium::inline v0::stats {

/// Holm (1979): rejecting those at most alpha keeps the family-wise error at alpha, under any dependence.
PODIUM_API std::vector<double> holm(std::span<double const> p_values);

/// Benjamini and Hochberg (1995): false discovery rate, independent or positively dependent tests.
PODIUM_API std::vector<double> benjamini_hochberg(std::span<double const> p_values);

/// Benjamini and Yekutieli (2001): false discovery rate under any dependence.
PODIUM_API std::vector<double> benjamini_yekutieli(std::span<double const> p_values);

/// How the level is spread over evaluations of one test set.
enum class ReuseSchedule {
  equal,      ///< alpha / H for each of at most H evaluations
  unbounded,  ///< 6 alpha / (pi^2 k^2) for evaluation k
};

/// Level of evaluation `k` (from 1) of a test set; 0 once the budget is spent (equal: k > `budget`).
PODIUM_API double reuse_level(double alpha, std::int64_t k, std::int64_t budget,
                              ReuseSchedule schedule = ReuseSchedule::equal);

}  // namespace podium::inline v0::stats
