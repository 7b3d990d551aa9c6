#pragma once

#include "podium/version.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace podium::inline v0::spec {

/// What YAML 1.1 makes of a scalar.
enum class ScalarType : std::uint8_t { null, boolean, integer, floating, string, timestamp };

/// The type of a plain scalar, by the rules of YAML 1.1 (`no` is false, `017` is 15, `1e5` is text).
ScalarType resolve(std::string_view text);

/// The value behind a scalar of that type.
bool boolean_of(std::string_view text);
double number_of(std::string_view text, ScalarType type);

/// As Python's str() writes the value: `True`, `15`, `1e-05`; text of other types as it stands.
std::string python_text(std::string_view text, ScalarType type);
std::string python_float(double value);

/// What Python's int() and float() accept as text: blanks around, underscores between digits.
bool parse_python_int(std::string_view text, std::int64_t& value);
bool parse_python_float(std::string_view text, double& value);

}  // namespace podium::inline v0::spec
