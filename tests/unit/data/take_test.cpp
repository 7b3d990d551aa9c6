#include "raw_column.hpp"

#include "podium/data/builder.hpp"

#include <doctest/doctest.h>

using namespace podium;

namespace {

using Texts = std::vector<std::string>;

/// Rows of a column, as text; cut into batches of two first, so that picks cross their edges.
Texts taken(raw::Column column, std::vector<std::int64_t> const& rows) {
  auto const length = column.second->array.length;
  auto const table = data::rebatch(data::table_of(length, {std::move(column)}), 2);
  auto const& state = table.state();
  auto const field = data::taken_field(state.fields[0]).value();
  auto const array = data::take(state.fields[0], state.columns[0], data::picks_of(state, rows)).value();
  return data::strings(data::table_of(array->array.length, {{field, array}}), field.name).value();
}

}  // namespace

TEST_CASE("rows of every type can be picked in any order, across batches, with nothing where there is no row") {
  std::vector<std::int64_t> const rows{4, -1, 0, 2, 2};
  std::vector<bool> const valid{true, true, false, true, true};
  Texts const words{"a", "b", "c", "d", "a rather long word"};
  CHECK(taken(raw::fixed<std::int8_t>("x", "c", {1, 2, 3, 4, 5}, valid), rows) == Texts{"5", "", "1", "", ""});
  CHECK(taken(raw::fixed<std::int16_t>("x", "s", {1, 2, 3, 4, 5}), rows) == Texts{"5", "", "1", "3", "3"});
  CHECK(taken(raw::fixed<float>("x", "f", {1, 2, 3, 4, 5.5}), rows) == Texts{"5.5", "", "1", "3", "3"});
  CHECK(taken(raw::fixed<double>("x", "g", {1, 2, 3, 4, 5.5}), rows) == Texts{"5.5", "", "1", "3", "3"});
  CHECK(taken(raw::fixed<std::array<std::int64_t, 2>>("x", "d:9,1", {{1, 0}, {2, 0}, {3, 0}, {4, 0}, {55, 0}}), rows) ==
        Texts{"5.5", "", "0.1", "0.3", "0.3"});
  CHECK(taken(raw::fixed<std::int32_t>("x", "tdD", {0, 1, 2, 3, 4}), rows) ==
        Texts{"1970-01-05", "", "1970-01-01", "1970-01-03", "1970-01-03"});
  CHECK(taken(raw::text<std::int32_t>("x", "u", words, valid), rows) == Texts{words[4], "", "a", "", ""});
  CHECK(taken(raw::text<std::int64_t>("x", "U", words), rows) == Texts{words[4], "", "a", "c", "c"});
  CHECK(taken(raw::text<std::int32_t>("x", "z", words), rows) == Texts{words[4], "", "a", "c", "c"});
  CHECK(taken(raw::views("x", words), rows) == Texts{words[4], "", "a", "c", "c"});
  CHECK(taken(raw::dictionary("x", {0, 1, 1, 0, 1}, {"no", "yes"}, valid), rows) == Texts{"yes", "", "no", "", ""});
  CHECK(taken(raw::fixed<std::array<char, 3>>("x", "w:3", {{'a', 'b', 'c'}, {}, {'d', 'e', 'f'}, {}, {'g', 'h', 'i'}}),
              rows) == Texts{"ghi", "", "abc", "def", "def"});
}

TEST_CASE("booleans keep value and null apart when picked") {
  auto const table = data::TableBuilder{}.add_booleans("x", {true, false, true}, {true, true, false}).build().value();
  auto const& state = table.state();
  auto const picks = data::picks_of(state, std::vector<std::int64_t>{2, 1, 0, -1});
  auto const array = data::take(state.fields[0], state.columns[0], picks).value();
  CHECK(array->array.null_count == 2);
  CHECK(data::strings(data::table_of(4, {{state.fields[0], array}}), "x").value() == Texts{"", "false", "true", ""});
}

TEST_CASE("a dictionary becomes plain text, and a nested column is refused by name") {
  CHECK(data::taken_field(raw::dictionary("x", {0}, {"a"}).first)->type.format == "u");
  CHECK(data::taken_field(raw::views("x", {"a"}).first)->type.format == "U");
  auto const list = data::taken_field(raw::field("x", "+l"));
  REQUIRE_FALSE(list);
  CHECK(list.error().message().starts_with("column `x` is nested (+l)"));
}
