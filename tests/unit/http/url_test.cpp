#include "http/url.hpp"

#include <doctest/doctest.h>

using namespace podium;

TEST_CASE("a URL is taken apart, and its origin leaves the usual port out") {
  auto const url = http::parse_url("HTTPS://Example.com:443/a/b?x=1#frag").value();
  CHECK(url.scheme == "https");
  CHECK(url.host == "example.com");
  CHECK(url.port == "443");
  CHECK(url.target == "/a/b?x=1");
  CHECK(url.path() == "/a/b");
  CHECK(url.query() == "x=1");
  CHECK(url.origin() == "https://example.com");
  CHECK(http::parse_url("http://127.0.0.1:8080").value().authority() == "127.0.0.1:8080");
  CHECK(http::parse_url("http://[::1]:81/x").value().authority() == "[::1]:81");
  CHECK(http::parse_url("http://h?x=1").value().target == "/?x=1");
}

TEST_CASE("what is not a URL that can be requested is refused") {
  for (auto const* text : {"", "/path", "ftp://h/", "https://", "https://h:99999/", "https://h:x/", "https://u:p@h/",
                           "https://h/a b", "https://h/\r\nX: y", "http://[::1/"})
    CHECK_FALSE(http::parse_url(text));
}

TEST_CASE("two URLs share an origin only if scheme, host and port agree") {
  CHECK(http::same_origin("https://h/a", "https://H:443/b"));
  CHECK_FALSE(http::same_origin("https://h/a", "http://h/a"));
  CHECK_FALSE(http::same_origin("https://h/a", "https://h:444/a"));
  CHECK_FALSE(http::same_origin("https://h.evil/a", "https://h/a"));
  CHECK_FALSE(http::same_origin("https://h@evil/a", "https://h/a"));
}

TEST_CASE("encoding and decoding are opposites, for every byte") {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  CHECK(http::decode(http::encode(all)) == all);
  CHECK(http::encode("a b/ü") == "a%20b%2F%C3%BC");
  CHECK(http::encode_path("a b/c") == "a%20b/c");
  CHECK(http::decode("100%&%zz%2") == "100%&%zz%2");
  CHECK(http::decode("a+b") == "a+b");
  CHECK(http::decode("a+b", true) == "a b");
}

TEST_CASE("query parts are appended encoded, and read back") {
  auto const url = http::with_query("https://h/p", {{"$orderBy", "createdtime desc"}, {"a&b", "=?"}});
  CHECK(url == "https://h/p?$orderBy=createdtime%20desc&a%26b=%3D%3F");
  CHECK(http::parse_query("$orderBy=createdtime%20desc&a%26b=%3D%3F&flag&&x=a+b") ==
        http::Query{{"$orderBy", "createdtime desc"}, {"a&b", "=?"}, {"flag", ""}, {"x", "a b"}});
  CHECK(http::with_query("https://h/p?x=1", {{"y", "2"}}) == "https://h/p?x=1&y=2");
}

TEST_CASE("a request that could smuggle a second one is refused") {
  using http::Request;
  CHECK(http::check(Request{"GET", "https://h/", {{"a", "b"}}, ""}));
  CHECK_FALSE(http::check(Request{"GET\r\nX", "https://h/", {}, ""}));
  CHECK_FALSE(http::check(Request{"GET", "https://h/\r\nX: y", {}, ""}));
  CHECK_FALSE(http::check(Request{"GET", "https://h/", {{"a", "b\r\nX: y"}}, ""}));
  CHECK_FALSE(http::check(Request{"GET", "https://h/", {{"a\nb", "c"}}, ""}));
  CHECK_FALSE(http::check(Request{"GET", "https://h/", {{"a", std::string{"b\0c", 3}}}, ""}));
  auto const refused = http::check(Request{"GET", "https://h/", {{"authorization", "Bearer secret\n"}}, ""});
  CHECK(refused.error().to_string().find("secret") == std::string::npos);
}
