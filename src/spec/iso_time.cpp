#include "spec/iso_time.hpp"

#include <array>
#include <cctype>
#include <chrono>
#include <cstdio>

namespace podium::inline v0::spec {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_{text} {}

  /// A number of at least `least` and at most `most` digits; -1: none.
  int number(std::size_t least, std::size_t most) {
    std::size_t length = 0;
    int value = 0;
    while (length < most && length < rest_.size() && std::isdigit(static_cast<unsigned char>(rest_[length])) != 0)
      value = value * 10 + (rest_[length++] - '0');
    if (length < least) return -1;
    rest_.remove_prefix(length);
    return value;
  }
  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool real_day(int year, int month, int day) {
  using namespace std::chrono;
  return year >= 1 && month >= 1 && day >= 1 &&
         year_month_day{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                        std::chrono::day{static_cast<unsigned>(day)}}
             .ok();
}

/// `Z`, `+01:00`, `-0130`, `+02` or nothing.
bool take_zone(Scanner& scan) {
  if (scan.done() || scan.take("Z")) return scan.done();
  if (!scan.take("+-") || scan.number(2, 2) < 0) return false;
  if (scan.done()) return true;
  scan.take(":");
  return scan.number(2, 2) >= 0 && scan.done();
}

}  // namespace

std::optional<std::string> plain_time(std::string_view text) {
  Scanner scan{text};
  int const year = scan.number(4, 4);
  if (year < 0 || !scan.take("-")) return std::nullopt;
  int const month = scan.number(1, 2);
  if (month < 0 || !scan.take("-")) return std::nullopt;
  int const day = scan.number(1, 2);
  if (day < 0 || !scan.take("T ")) return std::nullopt;
  int const hour = scan.number(1, 2);
  if (hour < 0 || !scan.take(":")) return std::nullopt;
  int const minute = scan.number(1, 2);
  int second = 0;
  if (minute >= 0 && scan.take(":")) {
    second = scan.number(1, 2);
    if (second >= 0 && scan.take(".") && scan.number(1, 12) < 0) return std::nullopt;
  }
  if (minute < 0 || second < 0 || !take_zone(scan)) return std::nullopt;
  if (!real_day(year, month, day) || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  std::array<char, 80> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02d-%02d %02d:%02d:%02d", year, month, day, hour, minute, second);
  return std::string{out.data()};
}

bool is_day(std::string_view text) {
  Scanner scan{text};
  int const year = scan.number(4, 4);
  if (year < 0 || !scan.take("-")) return false;
  int const month = scan.number(2, 2);
  if (month < 0 || !scan.take("-")) return false;
  int const day = scan.number(2, 2);
  return scan.done() && real_day(year, month, day);
}

bool is_duration(std::string_view text) {
  if (text.size() < 3 || text.front() != 'P') return false;
  text.remove_prefix(1);
  std::string_view units = "YMWD";
  bool any = false;
  while (!text.empty()) {
    if (text.front() == 'T') {
      if (units == "HMS" || text.size() == 1) return false;
      units = "HMS";
      text.remove_prefix(1);
    }
    std::size_t digits = 0;
    while (digits < text.size() && std::isdigit(static_cast<unsigned char>(text[digits])) != 0) ++digits;
    if (digits == 0 || digits == text.size() || units.find(text[digits]) == std::string_view::npos) return false;
    any = true;
    text.remove_prefix(digits + 1);
  }
  return any;
}

}  // namespace podium::inline v0::spec
