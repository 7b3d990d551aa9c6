#pragma once

#include <cstdint>
#include <string>

/// Numbers as a person reads them.
namespace flights {

std::string fixed(double value, int digits);
std::string signed_fixed(double value, int digits);
std::string percent(double share);          ///< 0.987 -> "98.7 %"
std::string thousands(std::int64_t value);  ///< 27574 -> "27,574"

/// `text` in `width` columns: cut at the end, filled on the right.
std::string left(std::string text, std::size_t width);
/// The same, but an ending that does not fit is shown as cut, and nothing is filled.
std::string clipped(std::string text, std::size_t width);
/// Filled on the left.
std::string right(std::string text, std::size_t width);

}  // namespace flights
