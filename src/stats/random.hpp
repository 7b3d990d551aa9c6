#pragma once

#include "podium/stats/random.hpp"

#include <span>

namespace podium::inline v0::stats {

/// Adds to count[u] how often unit u is among the first n = count.size() indices of the resample.
void count_resample(std::uint64_t seed, std::uint32_t stream, std::uint32_t replicate, std::span<std::uint32_t> count);

}  // namespace podium::inline v0::stats
