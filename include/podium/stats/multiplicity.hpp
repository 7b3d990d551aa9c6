#pragma once

#include "podium/version.hpp"

#include <span>
#include <vector>

namespace podium::inline v0::stats {

/// Holm's adjusted p-values, in the order given: rejecting those at most alpha keeps the family-wise error at alpha.
/// A p-value that is not a number counts as 1.
PODIUM_API std::vector<double> holm(std::span<double const> p_values);

}  // namespace podium::inline v0::stats
