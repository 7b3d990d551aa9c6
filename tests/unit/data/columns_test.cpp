#include "data/times.hpp"
#include "raw_column.hpp"

#include "podium/data/builder.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace podium;
using data::Table;

namespace {

Table one(raw::Column column) {
  auto const rows = column.second->array.length;
  return data::table_of(rows, {std::move(column)});
}
using Texts = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("whole numbers of every width read as 64 bits, and as text and double") {
  auto const check = [](Table const& table, Numbers const& expected) {
    CHECK(data::integers(table, "x").value() == expected);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(data::strings(table, "x").value()[i] == std::to_string(expected[i]));
      CHECK(data::doubles(table, "x").value()[i] == static_cast<double>(expected[i]));
    }
  };
  check(one(raw::fixed<std::int8_t>("x", "c", {-128, 127})), {-128, 127});
  check(one(raw::fixed<std::uint8_t>("x", "C", {0, 255})), {0, 255});
  check(one(raw::fixed<std::int16_t>("x", "s", {-32768, 5})), {-32768, 5});
  check(one(raw::fixed<std::uint16_t>("x", "S", {65535})), {65535});
  check(one(raw::fixed<std::int32_t>("x", "i", {INT32_MIN})), {INT32_MIN});
  check(one(raw::fixed<std::uint32_t>("x", "I", {4294967295})), {4294967295});
  check(one(raw::fixed<std::int64_t>("x", "l", {INT64_MIN, 9007199254740993})), {INT64_MIN, 9007199254740993});
}

TEST_CASE("a null where a whole number is needed is refused with its row, as is one beyond 64 bits") {
  auto const holed = data::integers(one(raw::fixed<std::int64_t>("x", "l", {1, 2}, {true, false})), "x");
  REQUIRE_FALSE(holed);
  CHECK(holed.error().message() == "column `x`, row 1: null, a whole number is needed");
  auto const big = one(raw::fixed<std::uint64_t>("x", "L", {1, UINT64_MAX}));
  CHECK_FALSE(data::integers(big, "x"));
  CHECK(data::strings(big, "x").value() == Texts{"1", "18446744073709551615"});
}

TEST_CASE("floats, booleans, decimals and nulls read as doubles") {
  CHECK(data::doubles(one(raw::fixed<float>("x", "f", {0.5F})), "x").value() == std::vector<double>{0.5});
  auto const flags = data::TableBuilder{}.add_booleans("x", {true, false}, {true, false}).build().value();
  auto const read = data::doubles(flags, "x").value();
  CHECK(read[0] == 1);
  CHECK(std::isnan(read[1]));
  auto const money = one(raw::fixed<std::array<std::int64_t, 2>>("x", "d:10,2", {{1234, 0}, {-5, -1}}));
  CHECK(data::doubles(money, "x").value() == std::vector<double>{12.34, -0.05});
  CHECK(data::strings(money, "x").value() == Texts{"12.34", "-0.05"});
  CHECK(data::strings(one(raw::fixed<std::int32_t>("x", "d:5,0,32", {-7})), "x").value() == Texts{"-7"});
}

TEST_CASE("a column that is not there, or not of that kind, is an error with what there is") {
  auto const table = data::TableBuilder{}.add("a", Texts{"x"}).add("b", Texts{"y"}).build().value();
  CHECK(data::doubles(table, "c").error().message() == "no column `c` (there is: a, b)");
  CHECK(data::doubles(table, "a").error().message() == "column `a` is string, not a number");
  CHECK(data::integers(table, "a").error().message() == "column `a` is string, not a whole number");
  auto const twice =
      data::table_of(1, {raw::fixed<std::int8_t>("x", "c", {1}), raw::fixed<std::int8_t>("x", "c", {1})});
  CHECK(data::doubles(twice, "x").error().message() == "column `x` is there twice");
}

TEST_CASE("texts of every layout read alike") {
  Texts const words{"", "short", "longer than twelve bytes", "é"};
  CHECK(data::strings(one(raw::text<std::int32_t>("x", "u", words)), "x").value() == words);
  CHECK(data::strings(one(raw::text<std::int64_t>("x", "U", words)), "x").value() == words);
  CHECK(data::strings(one(raw::views("x", words)), "x").value() == words);
  auto const coded = one(raw::dictionary("x", {1, 0, 1, 0}, {"a", "b"}, {true, true, true, false}));
  CHECK(data::strings(coded, "x").value() == Texts{"b", "a", "b", ""});
}

TEST_CASE("times of every unit read to the microsecond; finer ones are rounded down") {
  auto const us = [](raw::Column column) { return data::timestamps_us(one(std::move(column)), "x").value(); };
  CHECK(us(raw::fixed<std::int64_t>("x", "tss:UTC", {-1, 2})) == Numbers{-1'000'000, 2'000'000});
  CHECK(us(raw::fixed<std::int64_t>("x", "tsm:", {1500})) == Numbers{1'500'000});
  CHECK(us(raw::fixed<std::int64_t>("x", "tsu:Europe/Berlin", {7})) == Numbers{7});
  CHECK(us(raw::fixed<std::int64_t>("x", "tsn:UTC", {1999, -1})) == Numbers{1, -1});
  CHECK(us(raw::fixed<std::int32_t>("x", "tdD", {1})) == Numbers{86'400'000'000});
  CHECK(us(raw::fixed<std::int64_t>("x", "tdm", {86'400'000})) == Numbers{86'400'000'000});
  CHECK(us(raw::text<std::int32_t>("x", "u", {"1970-01-01T02:00:00+02:00", "1970-01-01 00:00:00.25"})) ==
        Numbers{0, 250'000});
  CHECK(us(raw::fixed<std::int64_t>("x", "tsu:UTC", {0}, {false})) == Numbers{INT64_MIN});
}

TEST_CASE("what is not a time is refused with column, row and text") {
  auto const number = data::timestamps_us(one(raw::fixed<std::int64_t>("x", "l", {1})), "x");
  REQUIRE_FALSE(number);
  CHECK(number.error().message() ==
        "column `x` is long, not a timestamp: convert it to a timestamp (or RFC 3339 text) first");
  auto const text = data::timestamps_us(one(raw::text<std::int32_t>("x", "u", {"1970-01-01", "noon"})), "x");
  REQUIRE_FALSE(text);
  CHECK(text.error().message() == "column `x`, row 1: `noon` is not a time like 2013-09-01T12:30:00Z");
  CHECK_FALSE(data::timestamps_us(one(raw::fixed<std::int64_t>("x", "tss:", {INT64_MAX})), "x"));
}

TEST_CASE("texts are read as times only when every part of them is one") {
  for (auto const* const good : {"2013-09-01T12:30:15Z", "2013-09-01T12:30Z", "2013-09-01t12:30:15.123456789+00:00",
                                 "2013-09-01 12:30:15+0530", "2013-09-01"})
    CHECK_MESSAGE(data::parse_instant(good), good);
  for (auto const* const bad :
       {"", "2013-9-1", "2013-02-30", "2013-09-01T24:00:00Z", "2013-09-01T12:60:00Z", "2013-09-01T12:30:15.",
        "2013-09-01T12:30:15Zulu", "2013-09-01T12:30:15+2", "2013-09-01T12:30:15.1234567891Z", "20130901"})
    CHECK_MESSAGE(!data::parse_instant(bad), bad);
}

TEST_CASE("a format in Java's letters reads what it says and nothing else") {
  auto const read = [](std::string_view text, std::string_view format) {
    auto const instant = data::parse_instant(text, format);
    return instant ? data::instant_text(*instant, false) : std::string{"no"};
  };
  CHECK(read("10/01/2023 10:05", "dd/MM/yyyy HH:mm") == "2023-01-10T10:05:00Z");
  CHECK(read("20230110T101112.250", "yyyyMMdd'T'HHmmss.SSS") == "2023-01-10T10:11:12.25Z");
  CHECK(read("10/01/2023 10:05:00", "dd/MM/yyyy HH:mm") == "no");
  CHECK(read("10-01-2023", "dd/MM/yyyy") == "no");
}

TEST_CASE("times and dates print as RFC 3339, before 1970 too") {
  CHECK(data::strings(one(raw::fixed<std::int64_t>("x", "tsu:UTC", {-1})), "x").value() ==
        Texts{"1969-12-31T23:59:59.999999Z"});
  CHECK(data::strings(one(raw::fixed<std::int64_t>("x", "tsn:", {1})), "x").value() ==
        Texts{"1970-01-01T00:00:00.000000001"});
  CHECK(data::strings(one(raw::fixed<std::int32_t>("x", "tdD", {-1, 18321})), "x").value() ==
        Texts{"1969-12-31", "2020-02-29"});
}
