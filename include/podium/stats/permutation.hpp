#pragma once

#include "podium/result.hpp"
#include "podium/stats/uncertainty.hpp"

namespace podium::inline v0::stats {

/// Up to this many groups all sign flips or swaps are tried; above, some are drawn.
inline constexpr std::int64_t exact_groups = 20;

struct PermutationOptions {
  std::int64_t replicates = 9999;  ///< drawn where there are more than `exact_groups` groups
  std::uint64_t seed = 0;
  std::uint32_t stream = 0;
  int threads = 1;
};

/// p-values of a permutation test.
struct Permutation {
  double statistic = 0;
  double p_two_sided = 1;
  double p_greater = 1;  ///< of "not greater than under the null"
  double p_less = 1;
  bool exact = false;  ///< all permutations; else (k + 1) / (B + 1) of `replicates` drawn ones
  std::int64_t groups = 0;
  std::int64_t replicates = 0;  ///< permutations looked at
};

/// Sign flips of paired differences, null hypothesis: each is as likely with the other sign.  Two-sided exact p is
/// #{|sum s d| >= |sum d|} / 2^n.  `cluster` (empty: rows): whole clusters are flipped.  NaN differences are refused.
PODIUM_API Result<Permutation> sign_flip(std::span<double const> differences, PermutationOptions const& options = {},
                                         std::span<std::uint32_t const> cluster = {}, std::uint32_t clusters = 0);

/// Every subset mean of at most `exact_groups` groups' differences, from which exact bounds are read.
PODIUM_API Result<SignFlipDistribution> sign_flip_distribution(std::span<double const> differences,
                                                               std::span<std::uint32_t const> cluster = {},
                                                               std::uint32_t clusters = 0);

/// Equality of two AUCs on the same rows where a class is small: the models' midranks are swapped row by row (Bandos,
/// Rockette and Gur 2005).  All 2^n swaps up to `exact_groups` rows (or clusters), drawn ones above.
PODIUM_API Result<Permutation> auc_permutation(std::span<double const> label, std::span<double const> champion,
                                               std::span<double const> challenger,
                                               PermutationOptions const& options = {},
                                               std::span<std::uint32_t const> cluster = {}, std::uint32_t clusters = 0);

}  // namespace podium::inline v0::stats
