#include "http/retry.hpp"

#include <doctest/doctest.h>

using namespace podium;
using namespace std::chrono_literals;
using http::RetryLoop;

namespace {

auto const epoch = std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + 6h;

Result<http::Response> status(int code, std::string retry_after = {}) {
  http::Response response{code, {}, {}};
  if (!retry_after.empty()) response.headers.set("Retry-After", retry_after);
  return response;
}

}  // namespace

TEST_CASE("what is repeated, and after how long") {
  struct Row {
    bool idempotent;
    Result<http::Response> reply;
    bool again;
    std::chrono::milliseconds delay;
  };
  Row const rows[] = {
      {true, status(200), false, 0ms},
      {true, status(404), false, 0ms},
      {true, status(409), false, 0ms},
      {true, status(501), false, 0ms},
      {true, status(408), true, 600ms},
      {true, status(429), true, 600ms},
      {true, status(500), true, 600ms},
      {true, status(503), true, 600ms},
      {true, status(503, "7"), true, 7000ms},
      {true, status(429, "0"), true, 600ms},
      {true, status(429, "86400"), true, 60000ms},
      {true, status(429, "99999999999999999999"), true, 60000ms},
      {true, status(429, "Wed, 25 Nov 2026 06:00:09 GMT"), true, 9000ms},
      {true, status(429, "Wed, 25 Nov 2026 05:00:00 GMT"), true, 600ms},
      {true, status(429, "soon"), true, 600ms},
      {true, Error{Errc::unavailable, ""}, true, 600ms},
      {true, Error{Errc::protocol, ""}, false, 0ms},
      {true, Error{Errc::cancelled, ""}, false, 0ms},
      {true, Error{Errc::deadline_exceeded, ""}, false, 0ms},
      {false, status(429), true, 600ms},
      {false, status(503), false, 0ms},
      {false, status(503, "2"), true, 2000ms},
      {false, status(500), false, 0ms},
      {false, status(408), false, 0ms},
      {false, Error{Errc::unavailable, ""}, false, 0ms},
  };
  int index = 0;
  for (auto const& row : rows) {
    CAPTURE(index++);
    RetryLoop loop{{}, row.idempotent, [] { return 0.5; }};  // 800 ms * (0.5 + 0.25)
    auto const next = loop.after(row.reply, epoch);
    CHECK(next.again == row.again);
    CHECK(next.delay == row.delay);
  }
}

TEST_CASE("delays double up to the cap, and attempts are counted") {
  RetryLoop loop{{.max_attempts = 5, .first_delay = 100ms, .max_delay = 300ms}, true, [] { return 0.999999; }};
  std::vector<long> delays;
  while (true) {
    auto const next = loop.after(status(500), epoch);
    if (!next.again) break;
    delays.push_back(next.delay.count());
  }
  CHECK(delays == std::vector<long>{99, 199, 299, 299});
  CHECK(loop.attempts() == 5);
}

TEST_CASE("one attempt means no retry") {
  RetryLoop loop{{.max_attempts = 1}, true, [] { return 0.0; }};
  CHECK_FALSE(loop.after(status(503), epoch).again);
}

TEST_CASE("methods that mean the same said twice") {
  for (auto const* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}) CHECK(http::idempotent(method));
  for (auto const* method : {"POST", "PATCH", "get"}) CHECK_FALSE(http::idempotent(method));
}
