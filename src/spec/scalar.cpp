#include "spec/scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace podium::inline v0::spec {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

/// Eats what matches and says how much is left to match.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_{text} {}
  bool done() const { return rest_.empty(); }
  bool eat(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void sign() {
    if (!eat('-')) eat('+');
  }
  template <class Is>
  std::size_t many(Is is) {
    std::size_t n = 0;
    while (n < rest_.size() && is(rest_[n])) ++n;
    rest_.remove_prefix(n);
    return n;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

bool digit_or_line(char c) { return digit(c) || c == '_'; }

/// One or more groups of ":" and 0 to 59.
bool base_sixty(Cursor& at) {
  bool any = false;
  while (at.eat(':')) {
    auto const head = at.rest();
    std::size_t const n = at.many(digit);
    if (n == 0 || n > 2 || (n == 2 && head.front() > '5')) return false;
    any = true;
  }
  return any;
}

bool is_int(std::string_view text) {
  Cursor at{text};
  at.sign();
  auto const body = at.rest();
  if (body.empty() || !digit(body.front())) return false;
  if (body.starts_with("0b")) {
    at.eat('0'), at.eat('b');
    return at.many([](char c) { return c == '0' || c == '1' || c == '_'; }) > 0 && at.done();
  }
  if (body.starts_with("0x")) {
    at.eat('0'), at.eat('x');
    return at.many([](char c) { return digit_or_line(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }) > 0 &&
           at.done();
  }
  if (body.front() == '0') {
    at.eat('0');
    return at.done() || (at.many([](char c) { return (c >= '0' && c <= '7') || c == '_'; }) > 0 && at.done());
  }
  at.many(digit_or_line);
  return at.done() || (base_sixty(at) && at.done());
}

bool exponent(Cursor& at) {
  if (at.done()) return true;
  if (!at.eat('e') && !at.eat('E')) return false;
  if (!at.eat('-') && !at.eat('+')) return false;
  return at.many(digit) > 0 && at.done();
}

bool is_float(std::string_view text) {
  static constexpr std::array<std::string_view, 3> inf{".inf", ".Inf", ".INF"};
  static constexpr std::array<std::string_view, 3> nan{".nan", ".NaN", ".NAN"};
  if (std::find(nan.begin(), nan.end(), text) != nan.end()) return true;
  Cursor at{text};
  at.sign();
  if (std::find(inf.begin(), inf.end(), at.rest()) != inf.end()) return true;
  if (at.rest().empty()) return false;
  if (at.rest().front() == '.') {
    if (at.rest().size() != text.size()) return false;  // a sign before the dot makes it text
    at.eat('.');
    if (at.done() || !digit(at.rest().front())) return false;
    at.many(digit_or_line);
    return exponent(at);
  }
  if (!digit(at.rest().front())) return false;
  at.many(digit_or_line);
  if (!at.done() && at.rest().front() == ':') {
    if (!base_sixty(at) || !at.eat('.')) return false;
    at.many(digit_or_line);
    return at.done();
  }
  if (!at.eat('.')) return false;
  at.many(digit_or_line);
  return exponent(at);
}

bool is_timestamp(std::string_view text) {
  Cursor at{text};
  if (at.many(digit) != 4 || !at.eat('-')) return false;
  std::size_t const month = at.many(digit);
  if (month == 0 || month > 2 || !at.eat('-')) return false;
  std::size_t const day = at.many(digit);
  if (day == 0 || day > 2) return false;
  if (at.done()) return month == 2 && day == 2;
  if (!at.eat('T') && !at.eat('t') && at.many([](char c) { return c == ' ' || c == '\t'; }) == 0) return false;
  std::size_t const hour = at.many(digit);
  if (hour == 0 || hour > 2 || !at.eat(':') || at.many(digit) != 2 || !at.eat(':') || at.many(digit) != 2) return false;
  if (at.eat('.')) at.many(digit);
  at.many([](char c) { return c == ' ' || c == '\t'; });
  if (at.done() || (at.eat('Z') && at.done())) return true;
  if (!at.eat('-') && !at.eat('+')) return false;
  std::size_t const zone = at.many(digit);
  if (zone == 0 || zone > 2) return false;
  return at.done() || (at.eat(':') && at.many(digit) == 2 && at.done());
}

std::string without_lines(std::string_view text) {
  std::string out{text};
  std::erase(out, '_');
  return out;
}

double base_sixty_value(std::string_view text) {
  double value = 0;
  while (true) {
    auto const colon = text.find(':');
    auto const part = std::string{text.substr(0, colon)};
    value = value * 60 + std::strtod(part.c_str(), nullptr);
    if (colon == std::string_view::npos) return value;
    text.remove_prefix(colon + 1);
  }
}

/// False when the number does not fit 64 bits.
bool integer_value(std::string_view source, std::int64_t& value) {
  std::string const clean = without_lines(source);
  std::string_view text = clean;
  bool const negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.find(':') != std::string_view::npos) {
    double const sum = base_sixty_value(text);
    if (sum > 9e15) return false;
    value = static_cast<std::int64_t>(negative ? -sum : sum);
    return true;
  }
  int base = 10;
  if (text.starts_with("0b"))
    base = 2, text.remove_prefix(2);
  else if (text.starts_with("0x"))
    base = 16, text.remove_prefix(2);
  else if (text.size() > 1 && text.front() == '0')
    base = 8, text.remove_prefix(1);
  std::string const signed_text = (negative ? "-" : "") + std::string{text};
  auto const [end, error] = std::from_chars(signed_text.data(), signed_text.data() + signed_text.size(), value, base);
  return error == std::errc{} && end == signed_text.data() + signed_text.size();
}

std::string_view trimmed(std::string_view text) {
  auto const blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Underscores only between digits.
bool lines_between_digits(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '_' && (i == 0 || i + 1 == text.size() || !digit(text[i - 1]) || !digit(text[i + 1]))) return false;
  }
  return true;
}

}  // namespace

ScalarType resolve(std::string_view text) {
  static constexpr std::array<std::string_view, 5> nulls{"", "~", "null", "Null", "NULL"};
  static constexpr std::array<std::string_view, 18> booleans{"yes",  "Yes",  "YES",  "no",    "No",    "NO",
                                                             "true", "True", "TRUE", "false", "False", "FALSE",
                                                             "on",   "On",   "ON",   "off",   "Off",   "OFF"};
  if (std::find(nulls.begin(), nulls.end(), text) != nulls.end()) return ScalarType::null;
  if (std::find(booleans.begin(), booleans.end(), text) != booleans.end()) return ScalarType::boolean;
  if (is_int(text)) return ScalarType::integer;
  if (is_float(text)) return ScalarType::floating;
  if (is_timestamp(text)) return ScalarType::timestamp;
  return ScalarType::string;
}

bool boolean_of(std::string_view text) {
  return text.starts_with('y') || text.starts_with('Y') || text.starts_with('t') || text.starts_with('T') ||
         text == "on" || text == "On" || text == "ON";
}

double number_of(std::string_view text, ScalarType type) {
  if (type == ScalarType::integer) {
    std::int64_t value = 0;
    if (integer_value(text, value)) return static_cast<double>(value);
    return std::strtod(without_lines(text).c_str(), nullptr);
  }
  std::string const clean = without_lines(text);
  bool const negative = clean.starts_with('-');
  std::string_view body = clean;
  if (negative || body.starts_with('+')) body.remove_prefix(1);
  double value = 0;
  if (body.starts_with(".i") || body.starts_with(".I"))
    value = std::numeric_limits<double>::infinity();
  else if (body.starts_with(".n") || body.starts_with(".N"))
    value = std::numeric_limits<double>::quiet_NaN();
  else if (body.find(':') != std::string_view::npos)
    value = base_sixty_value(body);
  else
    value = std::strtod(std::string{body}.c_str(), nullptr);
  return negative ? -value : value;
}

std::string python_float(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  std::array<char, 64> buffer{};
  auto const shortest =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific);
  std::string_view const text{buffer.data(), static_cast<std::size_t>(shortest.ptr - buffer.data())};
  auto const e = text.find('e');
  int power = 0;
  auto const digits = text.substr(e + 1);
  std::from_chars(digits.data() + (digits.front() == '+' ? 1 : 0), digits.data() + digits.size(), power);
  if (power < -4 || power >= 16) return std::string{text};  // both write at least two digits of exponent
  auto const fixed = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  std::string out{buffer.data(), fixed.ptr};
  if (out.find('.') == std::string::npos) out += ".0";
  return out;
}

std::string python_text(std::string_view text, ScalarType type) {
  switch (type) {
    case ScalarType::null:
      return "None";
    case ScalarType::boolean:
      return boolean_of(text) ? "True" : "False";
    case ScalarType::floating:
      return python_float(number_of(text, type));
    case ScalarType::integer: {
      std::int64_t value = 0;
      if (integer_value(text, value)) return std::to_string(value);
      std::string clean = without_lines(text);
      if (clean.starts_with('+')) clean.erase(0, 1);
      return clean;
    }
    case ScalarType::string:
    case ScalarType::timestamp:
      break;
  }
  return std::string{text};
}

bool parse_python_int(std::string_view text, std::int64_t& value) {
  text = trimmed(text);
  if (!lines_between_digits(text)) return false;
  std::string clean = without_lines(text);
  if (clean.starts_with('+')) clean.erase(0, 1);
  if (clean.empty() || clean.starts_with("+") || clean.starts_with("-+")) return false;
  auto const [end, error] = std::from_chars(clean.data(), clean.data() + clean.size(), value);
  return error == std::errc{} && end == clean.data() + clean.size();
}

bool parse_python_float(std::string_view text, double& value) {
  text = trimmed(text);
  if (!lines_between_digits(text)) return false;
  std::string clean = without_lines(text);
  if (clean.starts_with('+')) clean.erase(0, 1);
  if (clean.empty()) return false;
  auto const [end, error] = std::from_chars(clean.data(), clean.data() + clean.size(), value);
  return error == std::errc{} && end == clean.data() + clean.size();
}

}  // namespace podium::inline v0::spec
