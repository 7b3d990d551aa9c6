#include "features/zones.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace podium::inline v0::features {
namespace {

using Bytes = std::span<char const>;

std::int64_t big_endian(Bytes bytes) {
  std::uint64_t value = bytes.front() < 0 ? ~std::uint64_t{0} : 0;
  for (char const byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return static_cast<std::int64_t>(value);
}

/// The day of a year on which a footer changes the clock: `Mm.w.d`, `Jn` or `n`, then the second of that day.
struct ChangeDay {
  char form = 'M';
  int month = 1, week = 1, day = 0;
  std::int64_t second = 7200;

  std::int64_t in(int year) const {
    using namespace std::chrono;
    auto const first = sys_days{std::chrono::year{year} / 1 / 1};
    sys_days date;
    if (form == 'M') {
      auto const want = weekday{static_cast<unsigned>(day)};
      auto const in_month = std::chrono::year{year} / std::chrono::month{static_cast<unsigned>(month)};
      date = week == 5 ? sys_days{in_month / want[last]} : sys_days{in_month / want[static_cast<unsigned>(week)]};
    } else {
      bool const skips_leap_day = form == 'J' && std::chrono::year{year}.is_leap() && day >= 60;
      date = first + days{form == 'J' ? day - 1 + (skips_leap_day ? 1 : 0) : day};
    }
    return std::int64_t{date.time_since_epoch().count()} * 86400 + second;
  }
};

/// What holds after the last listed change: "EST5EDT,M3.2.0,M11.1.0".
struct Footer {
  std::int64_t standard = 0;  ///< seconds east of UTC
  std::optional<std::int64_t> summer{};
  ChangeDay begin{}, end{};

  std::int64_t offset_at(std::int64_t utc) const {
    if (!summer) return standard;
    using namespace std::chrono;
    auto const days_since = floor<days>(sys_seconds{seconds{utc + standard}});
    int const year{year_month_day{days_since}.year()};
    auto const from = begin.in(year)-standard, to = end.in(year) - *summer;
    bool const is_summer = from < to ? utc >= from && utc < to : utc >= from || utc < to;
    return is_summer ? *summer : standard;
  }
};

class FooterReader {
 public:
  explicit FooterReader(std::string_view text) : text_{text} {}

  std::optional<Footer> read() {
    Footer footer;
    if (!name() || !offset(footer.standard)) return std::nullopt;
    footer.standard = -footer.standard;
    if (text_.empty()) return footer;
    if (!name()) return std::nullopt;
    std::int64_t summer = 0;
    if (text_.empty() || text_.front() == ',')
      summer = footer.standard + 3600;
    else if (offset(summer))
      summer = -summer;
    else
      return std::nullopt;
    footer.summer = summer;
    if (!take(',') || !change(footer.begin) || !take(',') || !change(footer.end) || !text_.empty()) return std::nullopt;
    return footer;
  }

 private:
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool number(std::int64_t& value) {
    if (text_.empty() || text_.front() < '0' || text_.front() > '9') return false;
    for (value = 0; !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; text_.remove_prefix(1))
      value = value * 10 + (text_.front() - '0');
    return true;
  }
  bool name() {
    auto const end = text_.starts_with('<') ? text_.find('>') + 1 : text_.find_first_of("0123456789+-,");
    if (end == 0) return false;
    text_.remove_prefix(std::min(end, text_.size()));
    return true;
  }
  bool offset(std::int64_t& seconds) {
    bool const minus = take('-');
    if (!minus) take('+');
    std::int64_t hours = 0, minutes = 0, rest = 0;
    if (!number(hours) || (take(':') && !number(minutes)) || (take(':') && !number(rest))) return false;
    seconds = hours * 3600 + minutes * 60 + rest;
    if (minus) seconds = -seconds;
    return true;
  }
  bool change(ChangeDay& day) {
    std::int64_t a = 0, b = 0, c = 0;
    if (take('M')) {
      if (!number(a) || !take('.') || !number(b) || !take('.') || !number(c)) return false;
      if (a < 1 || a > 12 || b < 1 || b > 5 || c > 6) return false;
      day = {.form = 'M', .month = static_cast<int>(a), .week = static_cast<int>(b), .day = static_cast<int>(c)};
    } else {
      day.form = take('J') ? 'J' : 'n';
      if (!number(a) || a > 366) return false;
      day.day = static_cast<int>(a);
    }
    return !take('/') || offset(day.second);
  }

  std::string_view text_;
};

}  // namespace

struct Zone::Rules {
  std::vector<std::int64_t> changes;  ///< UTC seconds
  std::vector<std::int64_t> offsets;  ///< before the first change, then from each on
  std::optional<Footer> footer;

  std::int64_t offset_at(std::int64_t utc) const {
    auto const at = static_cast<std::size_t>(std::ranges::upper_bound(changes, utc) - changes.begin());
    return at == changes.size() && footer ? footer->offset_at(utc) : offsets[at];
  }
};

namespace {

/// The version 2 part of a zoneinfo file.
std::optional<Zone::Rules> rules_of(Bytes file) {
  constexpr std::size_t header = 44;
  auto const counts = [&](std::size_t at) {
    std::array<std::size_t, 6> out{};
    for (std::size_t i = 0; i < 6; ++i)
      out[i] = static_cast<std::size_t>(big_endian(file.subspan(at + 20 + i * 4, 4)) & 0xFFFF'FFFF);
    return out;  // isutc, isstd, leap, time, type, char
  };
  if (file.size() < header || std::string_view{file.data(), 4} != "TZif" || file[4] < '2') return std::nullopt;
  auto const first = counts(0);
  auto const second = header + first[3] * 5 + first[4] * 6 + first[5] + first[2] * 8 + first[1] + first[0];
  if (file.size() < second + header) return std::nullopt;
  auto const [isutc, isstd, leap, times, types, chars] = counts(second);
  auto const begin = second + header;
  auto const end = begin + times * 9 + types * 6 + chars + leap * 12 + isstd + isutc;
  if (types == 0 || file.size() < end) return std::nullopt;
  auto const offset_of = [&](std::size_t type) { return big_endian(file.subspan(begin + times * 9 + type * 6, 4)); };
  Zone::Rules rules;
  rules.offsets.push_back(offset_of(0));
  for (std::size_t i = 0; i < times; ++i) {
    auto const type = static_cast<unsigned char>(file[begin + times * 8 + i]);
    if (type >= types) return std::nullopt;
    rules.changes.push_back(big_endian(file.subspan(begin + i * 8, 8)));
    rules.offsets.push_back(offset_of(type));
  }
  std::string_view tail{file.data() + end, file.size() - end};
  if (tail.size() > 2 && tail.front() == '\n' && tail.back() == '\n') {
    rules.footer = FooterReader{tail.substr(1, tail.size() - 2)}.read();
    if (!rules.footer) return std::nullopt;
  }
  return rules;
}

}  // namespace

Result<Zone> Zone::find(std::string const& name) {
  static constexpr std::array<std::string_view, 6> utc{"", "UTC", "Etc/UTC", "Z", "Zulu", "Etc/Zulu"};
  Zone zone;
  if (std::ranges::find(utc, name) != utc.end()) return zone;
  auto const plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '+' || c == '/';
  };
  auto const unknown = Error{Errc::invalid_argument, "there is no time zone `" + name +
                                                         "` among this machine's zoneinfo files: an IANA name is "
                                                         "expected, like America/New_York"};
  if (!std::ranges::all_of(name, plain) || name.front() == '/') return unknown;
  for (auto const* const folder : {"/usr/share/zoneinfo/", "/usr/lib/zoneinfo/", "/usr/share/lib/zoneinfo/"}) {
    std::ifstream in{folder + name, std::ios::binary};
    if (!in) continue;
    std::vector<char> const file{std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
    auto rules = rules_of(file);
    if (!rules) continue;
    zone.rules_ = std::make_shared<Rules const>(*std::move(rules));
    return zone;
  }
  return unknown;
}

std::int64_t Zone::to_utc(std::int64_t wall) const noexcept {
  if (!rules_) return wall;
  // Offsets stay within a day, so those a day before and after frame any change near the wall time.
  auto const before = rules_->offset_at(wall - 86400 - rules_->offset_at(wall - 86400));
  auto const after = rules_->offset_at(wall + 86400 - rules_->offset_at(wall + 86400));
  auto const early = wall - before;
  if (before == after || rules_->offset_at(early) == before) return early;
  auto const late = wall - after;
  return rules_->offset_at(late) == after ? late : early;
}

}  // namespace podium::inline v0::features
