#include "features/places.hpp"

#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace podium::inline v0::features {
namespace {

void find_plainly(std::int64_t const* times, std::uint32_t const* begins, std::span<Group const> groups,
                  std::int64_t const* wanted, std::uint32_t* places) noexcept {
  for (std::size_t i = 0; i < groups.size(); ++i)
    places[i] = first_not_before(times, begins[groups[i]], begins[groups[i] + 1], wanted[i]);
}

#if defined(__x86_64__)

// A search waits for each of its loads before it knows the next; sixteen neighbours at once wait for none.
__attribute__((target("avx2,popcnt"))) void find_by_sixteen(std::int64_t const* times, std::uint32_t const* begins,
                                                            std::span<Group const> groups, std::int64_t const* wanted,
                                                            std::uint32_t* places) noexcept {
  for (std::size_t i = 0; i < groups.size(); ++i) {
    auto begin = begins[groups[i]];
    auto length = begins[groups[i] + 1] - begin;
    auto const time = wanted[i];
    while (length > 16) {
      auto const half = length / 2;
      begin += half & (0 - static_cast<std::uint32_t>(times[begin + half - 1] < time));
      length -= half;
    }
    auto const needle = _mm256_set1_epi64x(time);
    auto const four = [&](int at) __attribute__((target("avx2,popcnt"))) {
      auto const block = _mm256_loadu_si256(reinterpret_cast<__m256i const*>(times + begin + at));
      return static_cast<std::uint32_t>(_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpgt_epi64(needle, block))));
    };
    auto const before = four(0) | four(4) << 4 | four(8) << 8 | four(12) << 12;
    places[i] = begin + static_cast<std::uint32_t>(std::popcount(before & ((1U << length) - 1)));
  }
}

#endif

using Find = void (*)(std::int64_t const*, std::uint32_t const*, std::span<Group const>, std::int64_t const*,
                      std::uint32_t*) noexcept;

Find best_here() noexcept {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt")) return find_by_sixteen;
#endif
  return find_plainly;
}

}  // namespace

void find_places(std::int64_t const* times, std::uint32_t const* begins, std::span<Group const> groups,
                 std::int64_t const* wanted, std::uint32_t* places) noexcept {
  static Find const find = best_here();
  find(times, begins, groups, wanted, places);
}

}  // namespace podium::inline v0::features
