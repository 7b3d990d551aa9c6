#include "http/retry.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace podium::inline v0::http {
namespace {

using std::chrono::milliseconds;

/// "Sun, 06 Nov 1994 08:49:37 GMT", the only form that is still written.
std::optional<std::chrono::system_clock::time_point> http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  int day = 0, year = 0, hour = 0, minute = 0, second = 0;
  char month[4] = {};
  std::string const line{text};
  if (std::sscanf(line.c_str(), "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT", &day, month, &year, &hour, &minute,
                  &second) != 6)
    return std::nullopt;
  auto const found = std::find(months.begin(), months.end(), std::string_view{month});
  if (found == months.end()) return std::nullopt;
  std::chrono::year_month_day const date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(found - months.begin()) + 1},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second};
}

bool worth_repeating(int status) {
  return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

}  // namespace

bool idempotent(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" || method == "DELETE";
}

std::optional<milliseconds> retry_after(std::string_view text, std::chrono::system_clock::time_point now) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.empty()) return std::nullopt;
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    if (text.size() > 9) text = "999999999";  // for ever, as far as anyone waits
    return milliseconds{1000LL * std::stoll(std::string{text})};
  }
  auto const date = http_date(text);
  if (!date) return std::nullopt;
  return std::max(milliseconds{0}, std::chrono::ceil<milliseconds>(*date - now));
}

RetryLoop::RetryLoop(RetryOptions options, bool idempotent, std::function<double()> jitter)
    : options_{options}, idempotent_{idempotent}, jitter_{std::move(jitter)} {}

RetryLoop::Next RetryLoop::after(Result<Response> const& reply, std::chrono::system_clock::time_point now) {
  ++attempt_;
  if (attempt_ >= options_.max_attempts) return {};
  std::optional<milliseconds> asked;
  if (reply) {
    if (!worth_repeating(reply->status)) return {};
    if (auto const* text = reply->headers.find("retry-after")) asked = retry_after(*text, now);
    bool const refused = reply->status == 429 || (reply->status == 503 && asked);
    if (!idempotent_ && !refused) return {};
  } else if (!idempotent_ || reply.error().code() != Errc::unavailable) {
    return {};
  }
  // What the service asks for is obeyed as it stands; our own pace doubles and is spread over its upper half, so that
  // many clients that failed together do not come back together.
  if (asked && asked->count() > 0) return {true, std::min(*asked, options_.max_delay)};
  auto delay = options_.first_delay;
  for (int i = 1; i < attempt_ && delay < options_.max_delay; ++i) delay *= 2;
  delay = std::min(delay, options_.max_delay);
  auto const spread = static_cast<double>(delay.count()) * (0.5 + 0.5 * jitter_());
  return {true, milliseconds{static_cast<milliseconds::rep>(spread)}};
}

}  // namespace podium::inline v0::http
