#include "times.hpp"
#include "unit/data/raw_column.hpp"

#include <doctest/doctest.h>

using namespace cases;
using namespace std::chrono_literals;

TEST_CASE("the newest row that was known is used, both ends of the window included") {
  auto const rows = stored({"a", "a"}, {"09:40", "09:40:00.000001"}, {1, 2});
  CHECK(column(ask({source(rows, 20min)}, observed({"a"}, {"10:00"})).value(), "v") == Texts{"1"});
  auto const old = stored({"a"}, {"09 10:00"}, {1});
  auto const result = ask({source(old, 0s, 24h)}, observed({"a", "a"}, {"10:00", "10:00:00.000001"})).value();
  CHECK(column(result, "v") == Texts{"1", ""});
  CHECK(reasons(result) == Texts{"matched", "too_old"});
}

TEST_CASE("the lookback counts from the observation, not from the delayed time") {
  auto const rows = stored({"a"}, {"09 09:50"}, {1});
  CHECK(reasons(ask({source(rows, 20min, 24h)}, observed({"a"}, {"10:00"})).value()) == Texts{"too_old"});
}

TEST_CASE("every observation keeps its row and its place, and says why it got nothing") {
  auto const observations =
      data::TableBuilder{}
          .add("k", Texts{"a", "", "a", "z", "a", "a", "b"}, {true, false, true, true, true, true, true})
          .add_timestamps("t", times({"10:00", "10:00", "null", "10:00", "08:00", "09:05", "23:00"}))
          .build()
          .value();
  auto const rows = stored({"a", "b"}, {"09:00", "09:00"}, {1, 2});
  auto const result = ask({source(rows, 20min, 2h)}, observations).value();
  CHECK(reasons(result) ==
        Texts{"matched", "null_key", "null_time", "no_key", "before_first", "not_yet_available", "too_old"});
  CHECK(column(result, "v") == Texts{"1", "", "", "", "", "", ""});
  CHECK(result.table.column_names() == Texts{"k", "t", "v"});
  std::int64_t sum = 0;
  for (auto const& [reason, count] : result.summaries[0].counts) sum += count;
  CHECK(sum == 7);
}

TEST_CASE("a null key goes before a null time") {
  auto const observations =
      data::TableBuilder{}.add("k", Texts{""}, {false}).add_timestamps("t", {INT64_MIN}).build().value();
  CHECK(reasons(ask({source(stored({"a"}, {"09:00"}, {1}))}, observations).value()) == Texts{"null_key"});
}

TEST_CASE("a row is used whole: its null is not filled from an older row") {
  auto const rows = data::TableBuilder{}
                        .add("k", Texts{"a", "a"})
                        .add_timestamps("ts", times({"09:00", "09:30"}))
                        .add("v", Numbers{5, 0}, {true, false})
                        .build()
                        .value();
  auto const result = ask({source(rows)}, observed({"a"}, {"10:00"})).value();
  CHECK(column(result, "v") == Texts{""});
  CHECK(reasons(result) == Texts{"matched"});
}

TEST_CASE("of rows with one time the last written wins, else the last in the table") {
  CHECK(column(ask({source(stored({"a", "a"}, {"09:00", "09:00"}, {1, 2}))}, observed({"a"}, {"10:00"})).value(),
               "v") == Texts{"2"});
  auto const written = data::TableBuilder{}
                           .add("k", Texts{"a", "a", "a"})
                           .add_timestamps("ts", times({"09:00", "09:00", "09:00"}))
                           .add("v", Numbers{1, 2, 3})
                           .add_timestamps("create_timestamp", times({"09:10", "09:05", "null"}))
                           .build()
                           .value();
  CHECK(column(ask({source(written)}, observed({"a"}, {"10:00"})).value(), "v") == Texts{"1"});
}

TEST_CASE("a lookback of zero takes only the row of that very time, without the delay, and says so") {
  auto const rows = stored({"a", "a", "a"}, {"09:00", "10:00", "10:00"}, {1, 2, 3});
  auto const result = ask({source(rows, 20min, 0s)}, observed({"a", "a", "a"}, {"10:00", "10:01", "08:00"})).value();
  CHECK(column(result, "v") == Texts{"3", "", ""});
  CHECK(reasons(result) == Texts{"matched", "too_old", "before_first"});
  REQUIRE(result.warnings.size() == 1);
  CHECK(result.warnings[0].find("feature set `fs`") != std::string::npos);
}

TEST_CASE("delay and lookback can be switched off") {
  auto const rows = stored({"a"}, {"08 09:59"}, {1});
  auto const now = observed({"a"}, {"10:00"});
  CHECK(column(ask({source(rows, 0s, 24h)}, now, {.apply_temporal_join_lookback = false}).value(), "v") == Texts{"1"});
  auto const fresh = stored({"a"}, {"09:59"}, {1});
  CHECK(column(ask({source(fresh, 1h)}, now, {.apply_source_delay = false}).value(), "v") == Texts{"1"});
}

TEST_CASE("columns of a key are compared one by one, never as one text") {
  model::FeatureSetSpec spec;
  spec.name = "fs";
  spec.timestamp_column = "ts";
  spec.index_columns = {{"k1", "string", ""}, {"k2", "string", ""}};
  auto const rows = data::TableBuilder{}
                        .add("k2", Texts{"bc", "c"})
                        .add("k1", Texts{"a", "ab"})
                        .add_timestamps("ts", times({"09:00", "09:00"}))
                        .add("v", Numbers{1, 2})
                        .build()
                        .value();
  auto const now = data::TableBuilder{}
                       .add("k1", Texts{"a", "ab", "a"})
                       .add("k2", Texts{"bc", "c", "c"})
                       .add_timestamps("t", times({"10:00", "10:00", "10:00"}))
                       .build()
                       .value();
  auto const result = ask({{spec, rows, {}}}, now).value();
  CHECK(result.table.column_names() == Texts{"k1", "k2", "t", "v"});
  CHECK(column(result, "v") == Texts{"1", "2", ""});
}

TEST_CASE("whole-number keys of any width match, and nothing wraps round") {
  auto const keyed = [](auto const& keys, char const* time) {
    return data::TableBuilder{}
        .add("k", keys)
        .add_timestamps(time, Numbers(keys.size(), at("09:00")))
        .add("v", Numbers{1, 2})
        .build()
        .value();
  };
  auto const rows = keyed(std::vector<std::int32_t>{-1, 7}, "ts");
  auto now = data::TableBuilder{}
                 .add("k", Numbers{7, 4294967295, -1})
                 .add_timestamps("t", times({"10:00", "10:00", "10:00"}))
                 .build()
                 .value();
  CHECK(column(ask({source(rows)}, now).value(), "v") == Texts{"2", "", "1"});
}

TEST_CASE("an unsigned key beyond the signed range is no negative key") {
  auto const rows = data::table_of(2, {raw::fixed<std::uint64_t>("k", "L", {UINT64_MAX, 7}),
                                       raw::fixed<std::int64_t>("ts", "tsu:UTC", {at("09:00"), at("09:00")}),
                                       raw::fixed<std::int64_t>("v", "l", {1, 2})});
  auto const now =
      data::TableBuilder{}.add("k", Numbers{-1, 7}).add_timestamps("t", times({"10:00", "10:00"})).build().value();
  auto const result = ask({source(rows)}, now).value();
  CHECK(column(result, "v") == Texts{"", "2"});
  CHECK(reasons(result) == Texts{"no_key", "matched"});
}

TEST_CASE("several sets keep the order of the request; prefix and timestamps name their set") {
  auto first = source(stored({"a"}, {"09:00"}, {1}));
  first.spec.name = "one";
  auto second = source(stored({"a"}, {"09:30:00.5"}, {2}), 0s, 10min);
  second.spec.name = "two";
  auto const result =
      ask({second, first}, observed({"a"}, {"10:00"}), {.with_feature_timestamps = true, .prefix_with_set = true})
          .value();
  CHECK(result.table.column_names() == Texts{"k", "t", "two__v", "two__timestamp", "one__v", "one__timestamp"});
  CHECK(column(result, "two__v") == Texts{""});
  CHECK(column(result, "two__timestamp") == Texts{""});
  CHECK(column(result, "one__timestamp") == Texts{"2023-01-10T09:00:00Z"});
  CHECK(result.timestamps_us[0][0] == INT64_MIN);
  CHECK(result.timestamps_us[1][0] == at("09:00"));
}

TEST_CASE("only the features asked for are joined; without a list in the specification it is every other column") {
  auto const rows = data::TableBuilder{}
                        .add("k", Texts{"a"})
                        .add_timestamps("ts", times({"09:00"}))
                        .add("v", Numbers{1})
                        .add("w", std::vector<double>{2.5})
                        .add_timestamps("create_timestamp", times({"09:01"}))
                        .build()
                        .value();
  auto open = source(rows);
  open.spec.features.clear();
  CHECK(ask({open}, observed({"a"}, {"10:00"})).value().table.column_names() == Texts{"k", "t", "v", "w"});
  open.features = {"w"};
  CHECK(ask({open}, observed({"a"}, {"10:00"})).value().table.column_names() == Texts{"k", "t", "w"});
}

TEST_CASE("times may be text or of any unit; a nanosecond is enough to come too late") {
  auto const text = data::TableBuilder{}
                        .add("k", Texts{"a", "a"})
                        .add("t", Texts{"2023-01-10T12:00:00+02:00", "2023-01-10T10:00:00.000000001Z"})
                        .build()
                        .value();
  auto const rows = data::TableBuilder{}
                        .add("k", Texts{"a", "a"})
                        .add("ts", Texts{"2023-01-10T09:00:00Z", "2023-01-10T10:00:00.000000001Z"})
                        .add("v", Numbers{1, 2})
                        .build()
                        .value();
  auto const result = ask({source(rows)}, text, {.with_feature_timestamps = true}).value();
  CHECK(column(result, "v") == Texts{"1", "2"});
  CHECK(column(result, "fs__timestamp") == Texts{"2023-01-10T09:00:00Z", "2023-01-10T10:00:00Z"});
}

TEST_CASE("no observations and no feature rows give tables of the right shape") {
  auto const rows = stored({"a"}, {"09:00"}, {1});
  auto const none = ask({source(rows)}, observed({}, {})).value();
  CHECK(none.table.rows() == 0);
  CHECK(none.table.column_names() == Texts{"k", "t", "v"});
  auto const empty = ask({source(stored({}, {}, {}))}, observed({"a"}, {"10:00"})).value();
  CHECK(reasons(empty) == Texts{"no_key"});
  CHECK(column(empty, "v") == Texts{""});
  CHECK(ask({}, observed({"a"}, {"10:00"})).value().table.column_names() == Texts{"k", "t"});
}

TEST_CASE("times at the end of the calendar do not wrap round") {
  auto const rows = stored({"a"}, {"09:00"}, {1});
  auto const last = data::TableBuilder{}
                        .add("k", Texts{"a"})
                        .add_timestamps("t", {253'402'300'799'999'999})  // 9999-12-31
                        .build()
                        .value();
  auto const far = source(rows, 100000h * 24, std::chrono::hours{24} * 100'000'000);
  CHECK(column(ask({far}, last).value(), "v") == Texts{"1"});
}
