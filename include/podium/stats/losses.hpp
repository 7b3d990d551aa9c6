#pragma once

#include "podium/result.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// Per-row losses; lower is better.  All refuse (Errc::invalid_argument) columns of different length and values that
/// are not finite.
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

/// -log of the probability given to the class that happened.  `predicted` is rows x `classes`, row by row; labels are
/// whole numbers in [0, classes).  Rows must sum to 1 within 1e-6; the probability of the class is kept inside
/// [clip, 1 - clip], the others are not moved.
PODIUM_API Result<Losses> multiclass_log_losses(std::span<double const> label, std::span<double const> predicted,
                                                int classes, double clip = 1e-15);

PODIUM_API Result<Losses> squared_losses(std::span<double const> truth, std::span<double const> predicted);
PODIUM_API Result<Losses> absolute_losses(std::span<double const> truth, std::span<double const> predicted);

/// q (truth - predicted) where the truth is above, (1 - q) (predicted - truth) where it is below; 0 < q < 1.
PODIUM_API Result<Losses> pinball_losses(std::span<double const> truth, std::span<double const> predicted,
                                         double quantile);

/// |truth - predicted| / |truth|, as a fraction.  A truth of 0 has none: Errc::invalid_argument with its row.
PODIUM_API Result<Losses> absolute_percentage_losses(std::span<double const> truth, std::span<double const> predicted);

}  // namespace podium::inline v0::stats
