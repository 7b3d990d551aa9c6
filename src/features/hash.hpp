#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace podium::inline v0::features {

/// One to one on 64 bits, with every bit of the result depending on every bit of the value.
inline std::uint64_t mix(std::uint64_t value) noexcept {
  value *= 0x9E37'79B9'7F4A'7C15;
  value ^= value >> 32;
  value *= 0xD6E8'FEB8'6659'FD93;
  return value ^ value >> 32;
}

/// The two halves of a 128-bit product, folded.
inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  auto const product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t hash_bytes(std::string_view text) noexcept {
  constexpr std::uint64_t first = 0x9E37'79B9'7F4A'7C15, second = 0xBF58'476D'1CE4'E5B9, third = 0x94D0'49BB'1331'11EB;
  auto const load = [](char const* at, std::size_t bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, bytes);
    return word;
  };
  char const* at = text.data();
  auto left = text.size();
  std::uint64_t hash = third ^ left;
  for (; left > 16; left -= 16, at += 16) hash = fold(load(at, 8) ^ first ^ hash, load(at + 8, 8) ^ second);
  std::uint64_t a = 0, b = 0;
  if (left >= 8) {
    a = load(at, 8);
    b = load(at + left - 8, 8);
  } else if (left >= 4) {
    a = load(at, 4);
    b = load(at + left - 4, 4);
  } else if (left > 0) {
    a = static_cast<unsigned char>(at[0]);
    b = static_cast<std::uint64_t>(static_cast<unsigned char>(at[left / 2])) << 8 |
        static_cast<unsigned char>(at[left - 1]);
  }
  return fold(fold(a ^ first ^ hash, b ^ second), third);
}

/// Several columns are one key.
inline std::uint64_t combine(std::uint64_t so_far, std::uint64_t next) noexcept {
  return mix(so_far * 0x9FB2'1C65'1E98'DF25 + std::rotl(next, 23));
}

}  // namespace podium::inline v0::features
