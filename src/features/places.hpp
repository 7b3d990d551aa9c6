#pragma once

#include "features/keys.hpp"

namespace podium::inline v0::features {

/// How far behind its last value a row of times may be read.
inline constexpr Spare behind_times{16};

/// First place in [begin, end) whose time is not before `time`.
inline std::uint32_t first_not_before(std::int64_t const* times, std::uint32_t begin, std::uint32_t end,
                                      std::int64_t time) noexcept {
  auto length = end - begin;
  while (length > 1) {
    auto const half = length / 2;
    begin += half & (0 - static_cast<std::uint32_t>(times[begin + half - 1] < time));
    length -= half;
  }
  return begin + static_cast<std::uint32_t>(length == 1 && times[begin] < time);
}

/// The same for many: places[i] within group groups[i].  `times` can be read behind_times further than it goes.
void find_places(std::int64_t const* times, std::uint32_t const* begins, std::span<Group const> groups,
                 std::int64_t const* wanted, std::uint32_t* places) noexcept;

}  // namespace podium::inline v0::features
