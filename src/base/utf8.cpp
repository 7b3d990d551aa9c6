#include "base/utf8.hpp"

namespace podium::inline v0::base {

Utf8Letter utf8_letter(std::string_view bytes, std::size_t at) {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[at + i]); };
  unsigned char const lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  std::size_t length = 0;
  char32_t letter = 0;
  char32_t smallest = 0;
  if (lead >= 0xC2 && lead <= 0xDF)
    length = 2, letter = lead & 0x1Fu, smallest = 0x80;
  else if (lead >= 0xE0 && lead <= 0xEF)
    length = 3, letter = lead & 0x0Fu, smallest = 0x800;
  else if (lead >= 0xF0 && lead <= 0xF4)
    length = 4, letter = lead & 0x07u, smallest = 0x10000;
  else
    return {};
  if (at + length > bytes.size()) return {};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return {};
    letter = (letter << 6) | (byte(i) & 0x3Fu);
  }
  if (letter < smallest || letter > 0x10FFFF || (letter >= 0xD800 && letter <= 0xDFFF)) return {};
  return {letter, length};
}

}  // namespace podium::inline v0::base
