#include "base/time.hpp"

#include <cstdio>
#include <ctime>

namespace podium::inline v0::base {

std::string rfc3339(std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  auto const us = floor<microseconds>(time);
  auto const day = floor<days>(us);
  year_month_day const date{day};
  hh_mm_ss const clock{us - day};
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

std::optional<std::chrono::system_clock::time_point> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  std::string const copy{text};
  int y, mo, d, h, mi, s, used = 0;
  if (std::sscanf(copy.c_str(), "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%2d%n", &y, &mo, &d, &h, &mi, &s, &used) != 6 || used == 0)
    return std::nullopt;
  std::string_view rest = std::string_view{copy}.substr(static_cast<std::size_t>(used));
  std::int64_t us = 0;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    std::int64_t scale = 100'000;
    while (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
      us += (rest[0] - '0') * scale;
      scale /= 10;
      rest.remove_prefix(1);
    }
  }
  int offset = 0;
  if (rest != "Z" && rest != "z") {
    int oh, om;
    char sign;
    if (std::sscanf(std::string{rest}.c_str(), "%c%2d:%2d", &sign, &oh, &om) != 3) return std::nullopt;
    if (sign != '+' && sign != '-') return std::nullopt;
    offset = (sign == '+' ? 1 : -1) * (oh * 60 + om);
  }
  year_month_day const date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
  return system_clock::time_point{sys_days{date} + hours{h} + minutes{mi - offset} + seconds{s} + microseconds{us}};
}

}  // namespace podium::inline v0::base
