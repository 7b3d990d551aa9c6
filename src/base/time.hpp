#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace podium::inline v0::base {

/// "2026-11-25T05:52:02.123456Z".
std::string rfc3339(std::chrono::system_clock::time_point time);

/// Reads RFC 3339 with `Z` or an offset, fraction optional; nullopt if it is not that.
std::optional<std::chrono::system_clock::time_point> parse_rfc3339(std::string_view text);

}  // namespace podium::inline v0::base
