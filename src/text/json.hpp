#pragma once

#include "podium/diagnostic.hpp"

#include <string>
#include <string_view>

namespace podium::inline v0::text {

/// "error", "warning", "note".
std::string_view word(Severity severity) noexcept;

/// A JSON string; bytes that are not UTF-8 become the replacement letter, so that the result always parses.
std::string json_text(std::string_view text);

}  // namespace podium::inline v0::text
