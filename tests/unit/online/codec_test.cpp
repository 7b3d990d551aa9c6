#include "online/codec.hpp"

#include "online/cluster.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace podium;
using namespace podium::online;

namespace {

Value integer(std::int64_t value) { return {.kind = Value::Kind::integer, .integer = value}; }

}  // namespace

TEST_CASE("keys of schema 2 are the digest of the set's name and the values in brackets") {
  Layout const layout{.store_guid = "ABC", .version = "3", .materialization_version = {}, .schema = 2};
  // MD5 of "featurestore:abc:featureset:accounts:version:3:"
  auto const prefix = prefix_of("Accounts", layout);
  CHECK(prefix == md5("featurestore:abc:featureset:accounts:version:3:"));
  CHECK(prefix.size() == 32);
  std::array<std::string, 2> const columns{"k1", "k2"};
  std::array<std::string, 2> const parts{"a", "7"};
  CHECK(key_of(prefix, layout, columns, parts) == prefix + "(a:7)");

  auto plain = layout;
  plain.hashed_prefix = false;
  plain.materialization_version = "m1";
  CHECK(prefix_of("Accounts", plain) == "featurestore:abc:featureset:accounts:version:3:m1:");
}

TEST_CASE("keys of schema 1 name their columns, with and without a separator") {
  Layout const layout{.store_guid = "g", .version = "1", .materialization_version = {}, .schema = 1};
  auto const prefix = prefix_of("s", layout);
  std::array<std::string, 2> const columns{"k1", "k2"};
  std::array<std::string, 2> const parts{"a", "7"};
  CHECK(key_of(prefix, layout, columns, parts) == "featurestore:g:featureset:s:version:1:k1:a:k2:7");
  CHECK(old_key_of(prefix, columns, parts) == "featurestore:g:featureset:s:version:1:k1:ak2:7");
}

TEST_CASE("values of schema 2 are little-endian bytes and come back as they were") {
  CHECK(encode("integer", integer(-2), false).value() == std::string("\xfe\xff\xff\xff", 4));
  CHECK(encode("long", integer(258), false).value() == std::string("\x02\x01\0\0", 4));
  CHECK(encode("double", {.kind = Value::Kind::real, .real = 1.5}, false).value() ==
        std::string("\0\0\0\0\0\0\xf8\x3f", 8));
  CHECK(encode("float", {.kind = Value::Kind::real, .real = 1.5}, false).value() == std::string("\0\0\xc0\x3f", 4));
  CHECK(encode("boolean", {.kind = Value::Kind::flag, .flag = true}, false).value() == "1");
  CHECK(encode("datetime", integer(1'673'344'800'000'000), false).value() == "2023-01-10T10:00:00");
  CHECK(encode("datetime", integer(1'673'344'800'150'000), false).value() == "2023-01-10T10:00:00.150000");
  CHECK(encode("datetime", integer(-1), false).value() == "1969-12-31T23:59:59.999999");
  for (auto const value : {0L, 1L, -1L, 2147483647L, -2147483648L})
    CHECK(decode("long", encode("long", integer(value), false).value(), 2).value().integer == value);
  CHECK(decode("datetime", "2023-01-10T10:00:00.000001", 2).value().integer == 1'673'344'800'000'001);
  CHECK(decode("datetime", "2023-01-10T12:00:00+02:00", 2).value().integer == 1'673'344'800'000'000);
}

TEST_CASE("a long that needs 64 bits is refused unless wide ones are asked for") {
  auto const big = integer(5'000'000'000);
  auto const refused = encode("long", big, false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == Errc::invalid_argument);
  CHECK(decode("long", encode("long", big, true).value(), 2).value().integer == 5'000'000'000);
  CHECK_FALSE(encode("integer", big, true));
}

TEST_CASE("values of schema 1 are text, and base64 of MessagePack") {
  CHECK(decode("string", "None", 1).value().text == "None");
  CHECK(decode("long", "5000000000", 1).value().integer == 5'000'000'000);
  CHECK(decode("integer", "None", 1).value().kind == Value::Kind::null);
  CHECK(decode("boolean", "True", 1).value().flag);
  CHECK_FALSE(decode("boolean", "False", 1).value().flag);
  CHECK(decode("datetime", "2023-01-10 10:00:00", 1).value().integer == 1'673'344'800'000'000);
  CHECK(decode("double", "yz/4AAAAAAAA", 1).value().real == 1.5);         // cb 3f f8 ...
  CHECK(decode("double", "wA==", 1).value().kind == Value::Kind::null);   // c0
  CHECK(decode("binary", "xAMBAgM=", 1).value().text == "\x01\x02\x03");  // c4 03 01 02 03
}

TEST_CASE("stored bytes that are not what the type says are named, not guessed") {
  for (auto const& [type, bytes, schema] :
       std::initializer_list<std::tuple<char const*, std::string, int>>{{"integer", "abc", 2},
                                                                        {"integer", std::string(8, 'x'), 2},
                                                                        {"double", "1234", 2},
                                                                        {"boolean", "yes", 2},
                                                                        {"datetime", "tomorrow", 2},
                                                                        {"long", "1x", 1},
                                                                        {"double", "!!", 1},
                                                                        {"double", "kA==", 1}}) {
    CAPTURE(type);
    CAPTURE(bytes);
    auto const read = decode(type, bytes, schema);
    REQUIRE_FALSE(read);
    CHECK(read.error().code() == Errc::protocol);
  }
}

TEST_CASE("slots are those of the cluster specification") {
  CHECK(slot_of("123456789") == 0x31C3 % 16384);
  CHECK(slot_of("{user1000}.following") == slot_of("{user1000}.followers"));
  CHECK(slot_of("foo{}{bar}") == slot_of("foo{}{bar}"));
  CHECK(slot_of("foo{{bar}}zap") == slot_of("{bar"));
  CHECK(slot_of("foo{bar}{zap}") == slot_of("bar"));
}

TEST_CASE("replies are taken out of bytes however they are cut") {
  std::string const bytes = "*3\r\n$3\r\none\r\n$-1\r\n:7\r\n+OK\r\n-ERR no\r\n";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    ReplyReader reader;
    std::vector<Reply> got;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      reader.feed(std::string_view{bytes}.substr(at, piece));
      for (auto reply = reader.next().value(); reply; reply = reader.next().value()) got.push_back(*reply);
    }
    REQUIRE(got.size() == 3);
    CHECK(got[0].items[0].text == "one");
    CHECK(got[0].items[1].kind == Reply::Kind::nil);
    CHECK(got[0].items[2].integer == 7);
    CHECK(got[2].is_error("ERR"));
  }
}

TEST_CASE("a server that speaks something else is a protocol error") {
  ReplyReader reader;
  reader.feed("HTTP/1.1 400 Bad Request\r\n\r\n");
  auto const read = reader.next();
  REQUIRE_FALSE(read);
  CHECK(read.error().code() == Errc::protocol);
}
