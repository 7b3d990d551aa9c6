#include "stats/random.hpp"

#include "base/digest.hpp"

#include <string>

namespace podium::inline v0::stats {
namespace {

// Multipliers and Weyl steps of the published generator.
constexpr std::uint32_t multiplier0 = 0xD2511F53, multiplier1 = 0xCD9E8D57;
constexpr std::uint32_t step0 = 0x9E3779B9, step1 = 0xBB67AE85;

inline std::array<std::uint32_t, 4> block(std::array<std::uint32_t, 4> c, std::uint32_t k0, std::uint32_t k1) noexcept {
  for (int round = 0; round < 10; ++round) {
    std::uint64_t const p0 = std::uint64_t{multiplier0} * c[0], p1 = std::uint64_t{multiplier1} * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<std::uint32_t>(p0)};
    k0 += step0;
    k1 += step1;
  }
  return c;
}

constexpr std::uint32_t low(std::uint64_t x) { return static_cast<std::uint32_t>(x); }
constexpr std::uint32_t high(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) noexcept {
  return block(counter, key[0], key[1]);
}

std::uint32_t resampled_index(std::uint64_t seed, std::uint32_t stream, std::uint32_t replicate, std::uint32_t i,
                              std::uint32_t n) noexcept {
  auto const words = block({i / 4, replicate, stream, 0}, low(seed), high(seed));
  return high(std::uint64_t{words[i % 4]} * n);
}

std::uint32_t stream_of(std::string_view metric, std::string_view slice) {
  std::string text{metric};
  text += '|';
  text += slice;
  auto const digest = base::sha256(text);
  return static_cast<std::uint32_t>(std::stoul(digest.substr(digest.size() - 64, 8), nullptr, 16));
}

double uniform_at(std::uint64_t seed, std::uint32_t stream, std::uint32_t replicate, std::uint32_t i) noexcept {
  auto const words = block({i / 2, replicate, stream, 1}, low(seed), high(seed));
  std::uint64_t const bits = std::uint64_t{words[i % 2 * 2]} << 32 | words[i % 2 * 2 + 1];
  return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53;
}

void count_resample(std::uint64_t seed, std::uint32_t stream, std::uint32_t replicate, std::span<std::uint32_t> count) {
  // Eight blocks side by side: the rounds of one block depend on each other, those of different blocks do not.
  constexpr std::size_t lanes = 8;
  auto const n = static_cast<std::uint32_t>(count.size());
  std::uint32_t const k0 = low(seed), k1 = high(seed);
  std::uint32_t first = 0;
  for (; first + 4 * lanes <= n; first += 4 * lanes) {
    std::uint32_t c0[lanes], c1[lanes], c2[lanes], c3[lanes];
    for (std::size_t j = 0; j < lanes; ++j) {
      c0[j] = first / 4 + static_cast<std::uint32_t>(j);
      c1[j] = replicate;
      c2[j] = stream;
      c3[j] = 0;
    }
    std::uint32_t key0 = k0, key1 = k1;
    for (int round = 0; round < 10; ++round) {
      for (std::size_t j = 0; j < lanes; ++j) {
        std::uint64_t const p0 = std::uint64_t{multiplier0} * c0[j], p1 = std::uint64_t{multiplier1} * c2[j];
        c0[j] = high(p1) ^ c1[j] ^ key0;
        c1[j] = low(p1);
        c2[j] = high(p0) ^ c3[j] ^ key1;
        c3[j] = low(p0);
      }
      key0 += step0;
      key1 += step1;
    }
    for (std::size_t j = 0; j < lanes; ++j) {
      ++count[high(std::uint64_t{c0[j]} * n)];
      ++count[high(std::uint64_t{c1[j]} * n)];
      ++count[high(std::uint64_t{c2[j]} * n)];
      ++count[high(std::uint64_t{c3[j]} * n)];
    }
  }
  for (; first < n; first += 4) {
    auto const words = block({first / 4, replicate, stream, 0}, k0, k1);
    for (std::uint32_t j = 0; j < 4 && first + j < n; ++j) ++count[high(std::uint64_t{words[j]} * n)];
  }
}

}  // namespace podium::inline v0::stats
