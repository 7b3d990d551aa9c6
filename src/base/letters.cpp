#include "base/letters.hpp"

#include <algorithm>

namespace podium::inline v0::base {

std::string lower_case(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string bare_word(std::string_view text) {
  std::string out = lower_case(text);
  out.erase(std::remove(out.begin(), out.end(), '_'), out.end());
  return out;
}

}  // namespace podium::inline v0::base
