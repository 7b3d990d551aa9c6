#pragma once

#include "podium/version.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace podium::inline v0::spec {

/// A date and time in ISO 8601 (`2026-01-31T06:00:00`, a blank instead of `T`, with or without seconds and zone) as
/// `2026-01-31 06:00:00`, the zone left off.  Empty when it is none, or no day of the calendar.
std::optional<std::string> plain_time(std::string_view text);

/// `P7D`, `PT30M`, `P1DT12H`: an ISO 8601 duration of whole parts.
bool is_duration(std::string_view text);

/// `2026-01-31`, a day of the calendar.
bool is_day(std::string_view text);

}  // namespace podium::inline v0::spec
