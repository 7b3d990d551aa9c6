#include "arm/failure.hpp"

#include <doctest/doctest.h>

using namespace podium;

TEST_CASE("statuses map to what a caller can act on") {
  std::pair<int, Errc> const rows[] = {
      {400, Errc::invalid_argument}, {401, Errc::unauthenticated}, {403, Errc::permission_denied},
      {404, Errc::not_found},        {409, Errc::conflict},        {412, Errc::conflict},
      {413, Errc::invalid_argument}, {423, Errc::locked},          {429, Errc::throttled},
      {500, Errc::unavailable},      {503, Errc::unavailable},     {507, Errc::exhausted},
      {302, Errc::protocol}};
  for (auto const& [status, code] : rows) {
    CAPTURE(status);
    CHECK(arm::code_of(status) == code);
  }
}

TEST_CASE("every dialect of error body gives code and message") {
  auto const arm_body = arm::failure(
      {404,
       {{"x-ms-request-id", "r1"}},
       R"({"error":{"code":"UserError","message":"no such model","details":[{"code":"NotFound","message":"Not found."}]}})"});
  CHECK(arm_body.to_string() == "not found: no such model; Not found. (HTTP 404 UserError, request r1)");
  auto const mlflow = arm::failure({404, {}, R"({"error_code":"RESOURCE_DOES_NOT_EXIST","message":"no run"})"});
  CHECK(mlflow.to_string() == "not found: no run (HTTP 404 RESOURCE_DOES_NOT_EXIST)");
  auto const blob =
      arm::failure({404,
                    {{"x-ms-error-code", "BlobNotFound"}},
                    "<?xml?><Error><Code>BlobNotFound</Code><Message>gone\nRequestId:x</Message></Error>"});
  CHECK(blob.to_string() == "not found: gone (HTTP 404 BlobNotFound)");
  CHECK(arm::failure({500, {}, "boom\nmore"}).message() == "boom");
  CHECK(arm::failure({500, {}, ""}).message() == "the service gave no explanation");
  CHECK(arm::failure({400, {}, R"({"error":null,"message":7})"}).message() == "7");
  CHECK(arm::failure({302, {{"location", "https://evil/"}}, ""}).code() == Errc::protocol);
}

TEST_CASE("fields are read leniently") {
  auto const json = arm::parse(R"({"a":{"b":null,"n":"12","t":true,"m":{"x":null,"y":1}}})").value();
  CHECK(arm::text(json, "a", "b") == "");
  CHECK(arm::text(json, "a", "missing", "deeper") == "");
  CHECK(arm::integer(arm::at(json, "a", "n"), 0) == 12);
  CHECK(arm::integer(arm::at(json, "a", "b"), 7) == 7);
  CHECK(arm::flag(arm::at(json, "a", "t"), false));
  CHECK(arm::texts(arm::at(json, "a", "m")) == std::map<std::string, std::string>{{"x", ""}, {"y", "1"}});
  CHECK(arm::parse("").value().is_null());
  CHECK_FALSE(arm::parse("{"));
}
