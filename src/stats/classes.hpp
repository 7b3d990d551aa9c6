#pragma once

#include "podium/result.hpp"

#include <cstdint>
#include <span>

namespace podium::inline v0::stats {

/// Rows and weight of both classes.
struct Classes {
  std::int64_t positives = 0, negatives = 0;
  double positive_weight = 0, negative_weight = 0;
};

/// Errc::invalid_argument for labels other than 0 and 1, unusable weights, or a class without rows.  Rows of weight 0
/// do not count.
Result<Classes> count_classes(std::span<double const> label, std::span<double const> weight);

/// Errc::invalid_argument unless all weights are finite and not negative, one is positive, and there are `rows`.
Result<void> check_weights(std::span<double const> weight, std::size_t rows);

}  // namespace podium::inline v0::stats
