#pragma once

#include "data/state.hpp"

#include <limits>

namespace podium::inline v0::data {

inline constexpr std::int64_t null_time = std::numeric_limits<std::int64_t>::min();

/// What times are counted in once they are read.
enum class Tick : std::uint8_t { micro, nano };

/// Instants of a column since 1970 UTC: timestamps of any unit, dates (their midnight), or text (RFC 3339, a blank for
/// `T` and no offset allowed, or `format` in Java's letters: yyyy MM dd HH mm ss SSS).  What has no zone is taken as
/// UTC.  Null: null_time.  `floor` cuts what is finer than the tick; without it that is an error.
Result<std::vector<std::int64_t>> read_times(Table::State const& state, std::size_t column, Tick tick,
                                             std::string_view format = {}, bool floor = false);

/// Whether reading the column to the microsecond would lose something: its unit, or digits in its text.
bool needs_nanoseconds(Table::State const& state, std::size_t column);

struct Instant {
  std::int64_t seconds = 0;
  std::int32_t nanoseconds = 0;
};
std::optional<Instant> parse_instant(std::string_view text);
std::optional<Instant> parse_instant(std::string_view text, std::string_view format);

/// "2013-09-01T12:30:15.25Z": as many digits of the fraction as there are; no `Z` for naive times.
std::string instant_text(Instant instant, bool naive);
std::string date_text(std::int64_t days);

/// Rounds down.
inline std::int64_t floor_div(std::int64_t value, std::int64_t by) noexcept {
  auto const quotient = value / by;
  return value % by < 0 ? quotient - 1 : quotient;
}

}  // namespace podium::inline v0::data
