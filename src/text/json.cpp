#include "text/json.hpp"

#include "text/source.hpp"

namespace podium::inline v0::text {

std::string_view word(Severity severity) noexcept {
  switch (severity) {
    case Severity::note:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::error:
      break;
  }
  return "error";
}

std::string json_text(std::string_view text) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    std::size_t const length = character_length(text, i);
    auto const byte = static_cast<unsigned char>(text[i]);
    if (byte == '"' || byte == '\\')
      out += {'\\', text[i]};
    else if (byte == '\n')
      out += "\\n";
    else if (byte == '\r')
      out += "\\r";
    else if (byte == '\t')
      out += "\\t";
    else if (byte < 0x20)
      out += {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
    else if (length == 1 && byte >= 0x80)
      out += "\xEF\xBF\xBD";
    else
      out += text.substr(i, length);
    i += length;
  }
  return out + '"';
}

}  // namespace podium::inline v0::text
