#pragma once

#include "podium/result.hpp"
#include "podium/stats/estimate.hpp"
#include "podium/stats/losses.hpp"

namespace podium::inline v0::stats {

/// Mean with its influences; row error s / sqrt(n), t with n - 1 degrees of freedom.  Fewer than two rows: NaN.
/// `weight` (empty: all 1): sum(w x) / sum(w), with the error of the linearised ratio.
PODIUM_API Estimate mean(std::span<double const> values, std::span<double const> weight = {});

/// Mean of champion - challenger, row by row: positive means that the challenger loses less.
PODIUM_API Estimate paired_mean(std::span<double const> champion_loss, std::span<double const> challenger_loss,
                                std::span<double const> weight = {});

}  // namespace podium::inline v0::stats
