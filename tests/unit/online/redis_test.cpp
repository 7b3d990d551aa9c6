#include "podium/online/redis.hpp"

#include <doctest/doctest.h>

using namespace podium;
using online::parse_redis;

TEST_CASE("addresses of a Redis are read in every form that people have") {
  auto const plain = parse_redis("redis://localhost").value();
  CHECK(plain.host == "localhost");
  CHECK(plain.port == 6379);
  CHECK_FALSE(plain.tls);

  auto const full = parse_redis("rediss://reader:p%40ss%3A@cache.example:10000/0").value();
  CHECK(full.user == "reader");
  CHECK(full.password == "p@ss:");
  CHECK(full.host == "cache.example");
  CHECK(full.port == 10000);
  CHECK(full.tls);
  CHECK(parse_redis("rediss://cache").value().port == 6380);
  CHECK(parse_redis("redis://:key@[::1]:7000").value().host == "::1");

  auto const azure =
      parse_redis("cache.redis.cache.windows.net:6380,password=abc=,ssl=True,abortConnect=False").value();
  CHECK(azure.host == "cache.redis.cache.windows.net");
  CHECK(azure.port == 6380);
  CHECK(azure.password == "abc=");
  CHECK(azure.tls);
}

TEST_CASE("an address that is none is refused without repeating its secret") {
  for (auto const* text : {"", "http://host", "redis://", "redis://host:0", "redis://host:70000", "redis://host:x",
                           "redis://:%zz@host", "redis://:%4@host", "redis://host/3", "redis://[::1", ",ssl=True"}) {
    CAPTURE(text);
    auto const read = parse_redis(text);
    REQUIRE_FALSE(read);
    CHECK(read.error().code() == Errc::invalid_argument);
  }
  auto const secret = parse_redis("redis://user:hunter2@host:x");
  CHECK(secret.error().to_string().find("hunter2") == std::string::npos);
}
