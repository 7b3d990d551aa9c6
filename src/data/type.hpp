#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace podium::inline v0::data {

/// What Podium distinguishes among Arrow's types.
enum class Kind : std::uint8_t {
  null,
  boolean,
  integer,
  floating,
  half,
  decimal,
  text,
  large_text,
  text_view,
  binary,
  large_binary,
  binary_view,
  fixed_binary,
  date32,
  date64,
  time,
  timestamp,
  duration,
  interval,
  other,  ///< lists, structs, maps, unions, run-end encoding: passed through, never looked into
};

enum class TimeUnit : std::uint8_t { second, milli, micro, nano };

/// One Arrow format string, taken apart.
struct Type {
  Kind kind = Kind::null;
  int width = 0;  ///< bytes per value of fixed-width kinds, 0 otherwise
  bool is_signed = true;
  TimeUnit unit = TimeUnit::micro;
  std::string zone{};    ///< of timestamps; empty: naive
  int scale = 0;         ///< of decimals
  int buffers = 0;       ///< how many buffers an array of it has at least
  std::string format{};  ///< as Arrow writes it

  bool is_text() const noexcept { return kind == Kind::text || kind == Kind::large_text || kind == Kind::text_view; }
  bool is_binary() const noexcept {
    return kind == Kind::binary || kind == Kind::large_binary || kind == Kind::binary_view ||
           kind == Kind::fixed_binary;
  }
  /// Values of `width` bytes each in the second buffer.
  bool is_fixed_width() const noexcept { return width > 0; }
};

/// nullopt: not an Arrow format.
std::optional<Type> parse_type(std::string_view format);

/// The word of a feature set specification where there is one ("long", "string"), else Arrow's ("uint8").
std::string type_name(Type const& type);

/// Microseconds or finer per second, for the unit.
std::int64_t ticks_per_second(TimeUnit unit) noexcept;

}  // namespace podium::inline v0::data
