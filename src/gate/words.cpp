#include "gate/words.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace podium::inline v0::gate {

std::string show(double value) {
  if (std::isnan(value)) return "unknown";
  if (std::isinf(value)) return value > 0 ? "infinite" : "minus infinite";
  char text[48];
  double const size = std::abs(value);
  if (value == 0) return "0";
  if (size >= 1e7 || size < 1e-4)
    std::snprintf(text, sizeof text, "%.1e", value);
  else if (size >= 1000)
    std::snprintf(text, sizeof text, "%.0f", value);
  else
    std::snprintf(text, sizeof text, "%.4f", value);
  std::string shown = text;
  // Drop zeros that say nothing: 0.0100 -> 0.01
  if (shown.find('.') != std::string::npos && shown.find('e') == std::string::npos) {
    while (shown.back() == '0') shown.pop_back();
    if (shown.back() == '.') shown.pop_back();
  }
  return shown;
}

std::string show_signed(double value) { return (value > 0 ? "+" : "") + show(value); }

std::string show(std::int64_t value) {
  std::string digits = std::to_string(value);
  for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > (value < 0 ? 1 : 0); place -= 3)
    digits.insert(static_cast<std::size_t>(place), ",");
  return digits;
}

std::string without_numbers(std::string const& code) {
  auto const first = code.find(':');
  auto const second = first == std::string::npos ? first : code.find(':', first + 1);
  // A slice's name may hold a colon of its own; what ends in `>number` is the count.
  auto const last = code.rfind(':');
  bool const counts = last != std::string::npos && code.find('>', last) != std::string::npos;
  return counts && second != std::string::npos ? code.substr(0, last) : code;
}

double rounded(double value) {
  if (!std::isfinite(value)) return value;
  char text[64];
  auto const end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, 11).ptr;
  double result = 0;
  std::from_chars(text, end, result);
  return result == 0 ? 0 : result;  // no negative zero
}

std::string count_of(std::int64_t n, std::string const& thing) { return show(n) + " " + thing + (n == 1 ? "" : "s"); }

bool is_own(model::Check const& check) { return check.role == "floor" || check.role == "ceiling"; }

bool is_online(model::Check const& check) { return check.role == "slo" || check.role == "shadow"; }

bool is_about_evidence(model::Check const& check) {
  return check.role == "quality" || check.role == "approval" || check.role == "waiver";
}

std::string value_of(model::Check const& check, double number) {
  if (!std::isfinite(number)) return "\u2013";
  return is_own(check) || is_online(check) || is_about_evidence(check) ? show(number) : show_signed(number);
}

}  // namespace podium::inline v0::gate
