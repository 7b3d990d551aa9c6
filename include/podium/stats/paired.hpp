#pragma once

#include "podium/result.hpp"
#include "podium/stats/estimate.hpp"

namespace podium::inline v0::stats {

/// Per-row losses, and how many predictions had to be moved to keep them finite.
struct Losses {
  std::vector<double> value;
  std::int64_t clipped = 0;
};

/// -log of the probability given to what happened; predictions are kept inside [clip, 1 - clip].
/// Errc::invalid_argument for labels other than 0 and 1, predictions outside [0, 1], or a clip outside (0, 0.5).
PODIUM_API Result<Losses> log_losses(std::span<double const> label, std::span<double const> predicted,
                                     double clip = 1e-15);

/// Squared distance to the label.
PODIUM_API Result<Losses> brier_losses(std::span<double const> label, std::span<double const> predicted);

/// Mean with its influences; row error s / sqrt(n), t with n - 1 degrees of freedom.  Fewer than two rows: NaN.
PODIUM_API Estimate mean(std::span<double const> values);

/// Mean of champion - challenger, row by row: positive means that the challenger loses less.
PODIUM_API Estimate paired_mean(std::span<double const> champion_loss, std::span<double const> challenger_loss);

}  // namespace podium::inline v0::stats
