#pragma once

#include "podium/version.hpp"

#include <array>
#include <cstdint>
#include <string_view>

/// Random numbers that are a function of their place: no state, so neither threads nor order change them.
namespace podium::inline v0::stats {

/// Philox4x32 with ten rounds (Salmon, Moraes, Dror and Shaw 2011): four 32-bit words from a counter and a key.
PODIUM_API std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                   std::array<std::uint32_t, 2> key) noexcept;

/// The `i`-th index drawn (from `n`) in resample `replicate`: word i mod 4 of the Philox block with the counter
/// (i / 4, replicate, stream, 0) and the key `seed`, times n, divided by 2^32.  The bias is below n / 2^32.
PODIUM_API std::uint32_t resampled_index(std::uint64_t seed, std::uint32_t stream, std::uint32_t replicate,
                                         std::uint32_t i, std::uint32_t n) noexcept;

/// Stream of a metric on a slice: the first 32 bits of SHA-256("metric|slice").
PODIUM_API std::uint32_t stream_of(std::string_view metric, std::string_view slice);

/// Uniform on (0, 1): draw `i` of `replicate`; never 0 or 1.
PODIUM_API double uniform_at(std::uint64_t seed, std::uint32_t stream, std::uint32_t replicate,
                             std::uint32_t i) noexcept;

}  // namespace podium::inline v0::stats
