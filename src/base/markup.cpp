#include "base/markup.hpp"

#include "base/utf8.hpp"

#include <algorithm>

namespace podium::inline v0::base {

std::string markup_text(std::string_view text, bool attribute) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    std::size_t const length = utf8_letter(text, i).length;
    char const c = text[i];
    bool const blank = c == '\n' || c == '\t' || c == '\r';
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\'')
      out += "&#39;";
    else if (blank && attribute)
      out += "&#" + std::to_string(static_cast<int>(c)) + ";";
    else if (length == 0 || (static_cast<unsigned char>(c) < 0x20 && !blank))
      out += "\xEF\xBF\xBD";
    else
      out += text.substr(i, length);
    i += std::max<std::size_t>(1, length);
  }
  return out;
}

}  // namespace podium::inline v0::base
