#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace podium::inline v0::stats {

/// Rows in ascending order of their values, and where a run of equal values ends.
struct Runs {
  std::vector<std::uint32_t> order;
  std::vector<std::uint8_t> last;  ///< 1: the next value is another one, or there is none
};
Runs ascending_runs(std::span<double const> values);

/// Indices of the values in ascending order, equal values in their own order.  No NaN; below 2^32 values.
std::vector<std::uint32_t> ascending_order(std::span<double const> values);

/// The same, largest first; equal values in their own order.
std::vector<std::uint32_t> descending_order(std::span<double const> values);

/// Values in ascending order.
std::vector<double> ascending_values(std::span<double const> values);

}  // namespace podium::inline v0::stats
