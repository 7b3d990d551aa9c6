#pragma once

#include "podium/version.hpp"

#include <cstddef>
#include <string_view>

namespace podium::inline v0::base {

struct Utf8Letter {
  char32_t letter = 0;
  std::size_t length = 0;  ///< in bytes; 0: malformed
};

/// The letter that starts at `at`: neither overlong, nor a surrogate, nor beyond U+10FFFF.
Utf8Letter utf8_letter(std::string_view bytes, std::size_t at);

}  // namespace podium::inline v0::base
