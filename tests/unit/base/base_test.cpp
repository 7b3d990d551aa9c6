#include "base/digest.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

#include "podium/clock.hpp"
#include "podium/result.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace podium;

TEST_CASE("an error reads from the outside in, service answer last") {
  auto const error = Error{Errc::not_found, "no such deployment"}.with("deployment", "grene").with("endpoint", "fraud");
  CHECK(error.to_string() == "endpoint `fraud`: deployment `grene`: not found: no such deployment");

  auto const served = Error{Errc::not_found, "gone"}.from({404, "ResourceNotFound", "gone", "7f3c"});
  CHECK(served.to_string() == "not found: gone (HTTP 404 ResourceNotFound, request 7f3c)");
}

TEST_CASE("value() throws the error that stands in the value's place") {
  Result<int> const broken = Error{Errc::conflict, "changed meanwhile"};
  CHECK_THROWS_WITH_AS(broken.value(), "conflict: changed meanwhile", Exception);
  CHECK(Result<int>{7}.value() == 7);
}

TEST_CASE("SHA-256 gives the published digest of abc, whole or in pieces") {
  CHECK(base::sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(base::Sha256{}.update("a").update("bc").hex() == base::sha256("abc"));
}

TEST_CASE("RFC 3339 times survive a round trip, offsets are honoured, nonsense is refused") {
  auto const time = base::parse_rfc3339("2013-09-01T12:30:15.25+02:00");
  REQUIRE(time);
  CHECK(base::rfc3339(*time) == "2013-09-01T10:30:15.250000Z");
  CHECK_FALSE(base::parse_rfc3339("2013-02-30T00:00:00Z"));
  CHECK_FALSE(base::parse_rfc3339("2013-09-01 noon"));
}

TEST_CASE("random names do not repeat") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(base::job_name());
  CHECK(seen.size() == 1000);
  CHECK(base::uuid().size() == 36);
  CHECK(base::random_text(17).size() == 17);
}

TEST_CASE("a wait ends at once when the caller cancels") {
  std::stop_source stop;
  stop.request_stop();
  auto const before = std::chrono::steady_clock::now();
  system_clock().sleep(std::chrono::minutes{1}, Context{stop.get_token(), {}});
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds{10});
}
