#include "base/ids.hpp"

#include <openssl/rand.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace podium::inline v0::base {
namespace {

template <std::size_t N>
std::array<unsigned char, N> random_bytes() {
  std::array<unsigned char, N> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(N)) != 1) std::abort();  // no entropy: nothing is safe
  return bytes;
}

constexpr std::array adjectives = {"amber", "brave", "calm",  "clever", "crisp", "eager", "frank", "gentle",
                                   "green", "happy", "ivory", "jolly",  "keen",  "lucid", "mild",  "noble",
                                   "olive", "proud", "quiet", "rapid",  "sharp", "solid", "tidy",  "witty"};
constexpr std::array nouns = {"apple", "arrow", "bench", "birch", "brook", "cedar", "cloud", "coral",
                              "fig",   "grove", "heron", "iris",  "kite",  "lemon", "maple", "otter",
                              "pear",  "plum",  "raven", "reef",  "robin", "stone", "tulip", "wren"};

}  // namespace

std::string uuid() {
  auto b = random_bytes<16>();
  b[6] = static_cast<unsigned char>((b[6] & 0x0f) | 0x40);
  b[8] = static_cast<unsigned char>((b[8] & 0x3f) | 0x80);
  char text[37];
  std::snprintf(text, sizeof text, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
                b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
  return text;
}

std::string random_text(int count) {
  static constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::string text;
  while (static_cast<int>(text.size()) < count)
    for (unsigned char byte : random_bytes<32>())
      if (byte < 252 && static_cast<int>(text.size()) < count) text += letters[byte % 36];
  return text;
}

std::string job_name() {
  auto const pick = random_bytes<2>();
  return std::string{adjectives[pick[0] % adjectives.size()]} + "_" + nouns[pick[1] % nouns.size()] + "_" +
         random_text(10);
}

}  // namespace podium::inline v0::base
