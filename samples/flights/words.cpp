#include "flights/words.hpp"

#include <cstdio>

namespace flights {
namespace {

std::string printed(char const* format, int digits, double value) {
  char text[64];
  int const length = std::snprintf(text, sizeof text, format, digits, value);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace

std::string fixed(double value, int digits) { return printed("%.*f", digits, value); }

std::string signed_fixed(double value, int digits) { return printed("%+.*f", digits, value); }

std::string percent(double share) { return fixed(100 * share, 1) + " %"; }

std::string thousands(std::int64_t value) {
  std::string text = std::to_string(value);
  std::size_t const first = value < 0 ? 1 : 0;
  for (std::size_t place = text.size(); place > first + 3; place -= 3) text.insert(place - 3, 1, ',');
  return text;
}

std::string left(std::string text, std::size_t width) {
  text.resize(width, ' ');
  return text;
}

std::string clipped(std::string text, std::size_t width) {
  if (text.size() > width) text.replace(width - 4, std::string::npos, " ...");
  return text;
}

std::string right(std::string text, std::size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
  return text;
}

}  // namespace flights
