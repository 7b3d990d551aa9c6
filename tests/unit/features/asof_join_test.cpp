#include "podium/features/asof_join.hpp"

#include "data/state.hpp"
#include "data/view.hpp"
#include "times.hpp"
#include "unit/data/raw_column.hpp"

#include "podium/data/builder.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <random>

using namespace cases;
using namespace std::chrono_literals;
using features::AsofOptions;
using features::Strategy;

namespace {

data::Table quotes() {
  return data::TableBuilder{}
      .add("k", {"a", "a", "b", "a"})
      .add_timestamps("t", times({"09:00", "09:30", "09:10", "10:30"}))
      .add("v", Numbers{1, 2, 3, 4})
      .build()
      .value();
}

data::Table trades() {
  return data::TableBuilder{}
      .add("id", Numbers{10, 11, 12, 13})
      .add("k", {"a", "b", "a", "c"})
      .add_timestamps("t", times({"09:30", "09:00", "10:00", "10:00"}))
      .build()
      .value();
}

AsofOptions by_key() { return {.on = "t", .by = {"k"}}; }

/// Values of a column as text; null: "-".
Texts texts(data::Table const& table, std::string const& name) {
  auto const& state = table.state();
  auto const column = data::find_column(state, name).value();
  auto const values = data::strings(table, name).value();
  Texts out;
  for (auto const& chunk : state.columns[column]) {
    data::Decoded const decoded{state.fields[column], chunk};
    for (std::int64_t i = 0; i < chunk.length; ++i) out.push_back(decoded[i] < 0 ? "-" : values[out.size()]);
  }
  return out;
}

Texts joined(data::Table const& left, data::Table const& right, AsofOptions const& options,
             std::string const& name = "v") {
  auto const result = features::asof_join(left, right, options);
  REQUIRE_MESSAGE(result, (result ? "" : result.error().to_string()));
  REQUIRE(result->rows() == left.rows());
  return texts(*result, name);
}

std::string refused(data::Table const& left, data::Table const& right, AsofOptions const& options) {
  auto const result = features::asof_join(left, right, options);
  if (result) return "not refused";
  CHECK(result.error().code() == Errc::invalid_argument);
  return result.error().to_string();
}

bool mentions(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

data::Table one(raw::Column key, std::int64_t rows = 1) {
  std::vector<raw::Column> columns;
  columns.push_back(std::move(key));
  columns.push_back(raw::fixed<std::int64_t>("t", "l", std::vector<std::int64_t>(static_cast<std::size_t>(rows), 5)));
  columns.push_back(raw::fixed<std::int64_t>("v", "l", std::vector<std::int64_t>(static_cast<std::size_t>(rows), 7)));
  return data::table_of(rows, std::move(columns));
}

/// Whether two keys of one row each are equal for the join.
std::string compared(raw::Column left, raw::Column right) {
  auto const result = features::asof_join(one(std::move(left)), one(std::move(right)),
                                          {.on = "t", .by = {"k"}, .columns = {"v"}, .suffix = "_r"});
  if (!result) return result.error().message();
  return texts(*result, "v_r").front() == "7" ? "equal" : "different";
}

}  // namespace

TEST_CASE("backward takes the newest row that is not later, forward the oldest that is not earlier") {
  auto options = by_key();
  CHECK(joined(trades(), quotes(), options) == Texts{"2", "-", "2", "-"});
  options.strategy = Strategy::forward;
  CHECK(joined(trades(), quotes(), options) == Texts{"2", "3", "4", "-"});
}

TEST_CASE("nearest takes the closer of the two, the earlier one if they are equally far") {
  auto options = by_key();
  options.strategy = Strategy::nearest;
  CHECK(joined(trades(), quotes(), options) == Texts{"2", "3", "2", "-"});  // 10:00 is as far from 09:30 as from 10:30
}

TEST_CASE("the result has the left's columns, then the right's without its keys and `on`") {
  auto const result = features::asof_join(trades(), quotes(), by_key()).value();
  CHECK(result.column_names() == Texts{"id", "k", "t", "v"});
  CHECK(texts(result, "id") == Texts{"10", "11", "12", "13"});
}

TEST_CASE("the two sides may call their columns differently") {
  auto const right = data::TableBuilder{}
                         .add("key", {"a"})
                         .add_timestamps("when", times({"09:00"}))
                         .add("v", Numbers{1})
                         .build()
                         .value();
  auto const result =
      features::asof_join(trades(), right, {.on = "t", .right_on = "when", .by = {"k"}, .right_by = {"key"}}).value();
  CHECK(result.column_names() == Texts{"id", "k", "t", "v"});
  CHECK(texts(result, "v") == Texts{"1", "-", "1", "-"});
}

TEST_CASE("exact matches can be left out in every direction") {
  auto options = by_key();
  options.allow_exact_matches = false;
  CHECK(joined(trades(), quotes(), options) == Texts{"1", "-", "2", "-"});
  options.strategy = Strategy::forward;
  CHECK(joined(trades(), quotes(), options) == Texts{"4", "3", "4", "-"});
  options.strategy = Strategy::nearest;
  CHECK(joined(trades(), quotes(), options) == Texts{"1", "3", "2", "-"});
}

TEST_CASE("the tolerance is inclusive and is counted to the right's own time, whatever the delay") {
  auto options = by_key();
  options.tolerance = 30min;
  CHECK(joined(trades(), quotes(), options) == Texts{"2", "-", "2", "-"});
  options.tolerance = 30min - 1us;
  CHECK(joined(trades(), quotes(), options) == Texts{"2", "-", "-", "-"});
  options.tolerance = 30min;
  options.delay = 10min;
  CHECK(joined(trades(), quotes(), options) == Texts{"1", "-", "2", "-"});
}

TEST_CASE("without keys every right row counts for every left row") {
  CHECK(joined(trades(), quotes(), {.on = "t", .columns = {"v"}}) == Texts{"2", "1", "2", "2"});
}

TEST_CASE("a delay moves the right's times forward before they are compared") {
  auto options = by_key();
  options.delay = 30min;
  CHECK(joined(trades(), quotes(), options) == Texts{"1", "-", "2", "-"});
  options.strategy = Strategy::forward;
  CHECK(joined(trades(), quotes(), options) == Texts{"1", "3", "2", "-"});
}

TEST_CASE("of rows with one time the last, the first, or the one with the greatest value counts") {
  auto const right = data::TableBuilder{}
                         .add("k", {"a", "a", "a"})
                         .add_timestamps("t", times({"09:00", "09:00", "09:00"}))
                         .add("v", Numbers{1, 2, 3})
                         .add("rank", std::vector<double>{0.5, 7.5, 7.5}, {true, true, false})
                         .build()
                         .value();
  auto options = by_key();
  CHECK(joined(trades(), right, options)[0] == "3");
  options.tie_break = "first_row";
  CHECK(joined(trades(), right, options)[0] == "1");
  options.tie_break = "rank";
  CHECK(joined(trades(), right, options)[0] == "2");
  options.tie_break = "error";
  CHECK(mentions(refused(trades(), right, options), "row 0 of the left table would match one of several right rows"));
  options.tolerance = 1min;  // nobody would get one of them
  CHECK(joined(trades(), right, options)[0] == "-");
  options.tie_break = "rnk";
  CHECK(mentions(refused(trades(), right, options), "no column `rnk`"));
}

TEST_CASE("the match's own `on` is a column if it is asked for") {
  auto options = by_key();
  options.matched_on = "quoted_at";
  auto const result = features::asof_join(trades(), quotes(), options).value();
  CHECK(result.column_names() == Texts{"id", "k", "t", "v", "quoted_at"});
  CHECK(texts(result, "quoted_at") == Texts{"2023-01-10T09:30:00Z", "-", "2023-01-10T09:30:00Z", "-"});
}

TEST_CASE("a name that both tables have is an error unless a suffix is given") {
  auto const right =
      data::TableBuilder{}.add("k", {"a"}).add_timestamps("t", times({"09:00"})).add("id", Numbers{1}).build().value();
  auto options = by_key();
  CHECK(mentions(refused(trades(), right, options), "two columns `id`: give a `suffix`"));
  options.suffix = "_right";
  CHECK(joined(trades(), right, options, "id_right")[0] == "1");
}

TEST_CASE("`on` may be an integer of any width or a floating-point number") {
  auto const floats = [](std::vector<double> const& on) {
    return data::TableBuilder{}.add("x", on).add("v", Numbers(on.size(), 1)).build().value();
  };
  auto const left =
      data::TableBuilder{}.add("x", std::vector<double>{0.3, -0.0, NAN, -1e300, INFINITY}).build().value();
  CHECK(joined(left, floats({0.0, 0.1}), {.on = "x"}) == Texts{"1", "1", "-", "-", "1"});
  CHECK(joined(left, floats({0.1}), {.on = "x", .tolerance = features::Span{0.2}}) == Texts{"1", "-", "-", "-", "-"});
  CHECK(joined(left, floats({0.1}), {.on = "x", .tolerance = features::Span{0.19}}) == Texts{"-", "-", "-", "-", "-"});
  CHECK(joined(left, floats({NAN, -INFINITY}), {.on = "x"}) == Texts{"1", "1", "-", "1", "1"});

  auto const narrow = data::TableBuilder{}.add("x", std::vector<std::int32_t>{5, 7}).build().value();
  auto const wide = data::TableBuilder{}.add("x", Numbers{INT64_MIN + 1, 6}).add("v", Numbers{1, 2}).build().value();
  CHECK(joined(narrow, wide, {.on = "x"}) == Texts{"1", "2"});
  CHECK(joined(narrow, wide, {.on = "x", .tolerance = features::Span{std::int64_t{1}}}) == Texts{"-", "2"});
  CHECK(mentions(refused(narrow, wide, {.on = "x", .tolerance = 1s}), "`tolerance` is a duration, `on` holds numbers"));
  CHECK(mentions(refused(trades(), quotes(), {.on = "t", .tolerance = features::Span{std::int64_t{1}}}),
                 "`tolerance` is a number, `on` holds times"));
  CHECK(mentions(refused(narrow, floats({1}), {.on = "x"}), "is integer in the left table"));
}

TEST_CASE("times of different units meet exactly, and dates are their midnights") {
  auto const nanos = raw::fixed<std::int64_t>("t", "tsn:UTC", {1'000'000'001});
  auto const left = data::table_of(1, {raw::fixed<std::int64_t>("t", "tss:UTC", {1})});
  std::vector<raw::Column> columns;
  columns.push_back(nanos);
  columns.push_back(raw::fixed<std::int64_t>("v", "l", {1}));
  CHECK(joined(left, data::table_of(1, columns), {.on = "t"}) == Texts{"-"});
  CHECK(joined(left, data::table_of(1, columns), {.on = "t", .strategy = Strategy::forward}) == Texts{"1"});

  auto const day = data::table_of(2, {raw::fixed<std::int32_t>("t", "tdD", {1, 0})});
  columns[0] = raw::fixed<std::int64_t>("t", "tsm:UTC", {86'400'000});
  CHECK(joined(day, data::table_of(1, columns), {.on = "t"}) == Texts{"1", "-"});
}

TEST_CASE("times without a zone are in the zone that is named, through its changes") {
  // 2023-03-12 in New York: 02:30 does not exist; 2023-11-05: 01:30 comes twice.
  auto const at_wall = [](std::int64_t days, std::int64_t minutes) {
    return (days * 86400 + minutes * 60) * 1'000'000;
  };
  auto const left = data::table_of(
      3, {raw::fixed<std::int64_t>("t", "tsu:", {at_wall(19428, 150), at_wall(19666, 90), at_wall(19800, 600)})});
  std::vector<raw::Column> columns;
  columns.push_back(raw::fixed<std::int64_t>(
      "t", "tsu:UTC", {at_wall(19428, 450), at_wall(19666, 330), at_wall(19800, 840), at_wall(19800, 841)}));
  columns.push_back(raw::fixed<std::int64_t>("v", "l", {1, 2, 3, 4}));
  auto const right = data::table_of(4, columns);
  CHECK(joined(left, right, {.on = "t", .tolerance = 0s, .naive_timezone = "America/New_York"}) ==
        Texts{"1", "2", "3"});
  CHECK(mentions(refused(left, right, {.on = "t", .naive_timezone = "America/Nowhere"}), "there is no time zone"));
  CHECK(mentions(refused(left, right, {.on = "t", .naive_timezone = "../../etc/passwd"}), "there is no time zone"));
}

TEST_CASE("keys of one sort compare whatever their width or encoding") {
  CHECK(compared(raw::fixed<std::int8_t>("k", "c", {-3}), raw::fixed<std::int64_t>("k", "l", {-3})) == "equal");
  CHECK(compared(raw::fixed<std::uint64_t>("k", "L", {~0ULL}), raw::fixed<std::int64_t>("k", "l", {-1})) ==
        "different");
  CHECK(compared(raw::fixed<std::int64_t>("k", "l", {-1}), raw::fixed<std::uint64_t>("k", "L", {~0ULL})) ==
        "different");
  CHECK(compared(raw::fixed<float>("k", "f", {0.5F}), raw::fixed<double>("k", "g", {0.5})) == "equal");
  CHECK(compared(raw::fixed<double>("k", "g", {NAN}), raw::fixed<double>("k", "g", {-NAN})) == "equal");
  CHECK(compared(raw::text<std::int32_t>("k", "u", {"ab"}), raw::text<std::int64_t>("k", "U", {"ab"})) == "equal");
  CHECK(compared(raw::fixed<std::int32_t>("k", "tdD", {3}), raw::fixed<std::int64_t>("k", "tdm", {259'200'000})) ==
        "equal");
  CHECK(compared(raw::fixed<std::int64_t>("k", "tss:UTC", {3}),
                 raw::fixed<std::int64_t>("k", "tsn:UTC", {3'000'000'000})) == "equal");
  CHECK(compared(raw::fixed<std::int64_t>("k", "tss:UTC", {3}),
                 raw::fixed<std::int64_t>("k", "tsn:UTC", {3'000'000'001})) == "different");
  CHECK(compared(raw::fixed<std::int32_t>("k", "ttm", {3}), raw::fixed<std::int64_t>("k", "ttu", {3000})) == "equal");
  using Decimal = std::array<std::int64_t, 2>;
  CHECK(compared(raw::fixed<Decimal>("k", "d:10,2", {Decimal{-5, -1}}),
                 raw::fixed<std::int64_t>("k", "d:9,2,64", {-5})) == "equal");
  CHECK(mentions(compared(raw::fixed<Decimal>("k", "d:10,2", {Decimal{5, 0}}),
                          raw::fixed<Decimal>("k", "d:10,3", {Decimal{5, 0}})),
                 "decimals need one scale"));
  CHECK(mentions(compared(raw::fixed<std::int64_t>("k", "l", {1}), raw::text<std::int32_t>("k", "u", {"1"})),
                 "key column `k` is long in the left table and string in the right table"));
}

TEST_CASE("composite keys are compared part by part") {
  auto const left = data::TableBuilder{}
                        .add("a", Texts{"a", "ab"})
                        .add("b", Texts{"bc", "c"})
                        .add_timestamps("t", times({"10:00", "10:00"}))
                        .build()
                        .value();
  auto const right = data::TableBuilder{}
                         .add("a", {"ab"})
                         .add("b", {"c"})
                         .add_timestamps("t", times({"09:00"}))
                         .add("v", Numbers{1})
                         .build()
                         .value();
  CHECK(joined(left, right, {.on = "t", .by = {"a", "b"}}) == Texts{"-", "1"});
}

TEST_CASE("empty tables give tables of the right shape") {
  auto const none = data::TableBuilder{}.add("k", Texts{}).add_timestamps("t", {}).add("v", Numbers{}).build().value();
  CHECK(joined(trades(), none, by_key()) == Texts{"-", "-", "-", "-"});
  auto const nobody = data::TableBuilder{}.add("k", Texts{}).add_timestamps("t", {}).build().value();
  CHECK(joined(nobody, quotes(), by_key()) == Texts{});
}

TEST_CASE("what cannot be joined is refused with names") {
  CHECK(mentions(refused(trades(), quotes(), {.on = "when"}), "no column `when`"));
  CHECK(mentions(refused(trades(), quotes(), {.on = ""}), "`on` names no column"));
  CHECK(mentions(refused(trades(), quotes(), {.on = "t", .by = {"k"}, .right_by = {"k", "v"}}), "one for each"));
  CHECK(mentions(refused(trades(), quotes(), {.on = "t", .by = {"k", "k"}}), "twice"));
  CHECK(mentions(refused(trades(), quotes(), {.on = "t", .by = {"k"}, .tolerance = -1s}), "`tolerance` is negative"));
  CHECK(mentions(refused(trades(), quotes(), {.on = "t", .by = {"k"}, .delay = -1s}), "`delay` is negative"));
  auto const flags = data::TableBuilder{}.add_booleans("t", {true}).build().value();
  CHECK(mentions(refused(flags, flags, {.on = "t"}), "is boolean: a timestamp, date, integer"));
  CHECK(mentions(features::strategy_of("sideways").error().message(), "backward, forward or nearest"));
  auto const big = data::table_of(1, {raw::fixed<std::uint64_t>("x", "L", {~0ULL})});
  CHECK(mentions(refused(big, big, {.on = "x"}), "row 0: beyond 2^63-1"));
}

TEST_CASE("a join that is given up ends with that, and a progress report may end it") {
  std::stop_source stop;
  stop.request_stop();
  CHECK(features::asof_join(trades(), quotes(), by_key(), {stop.get_token()}).error().code() == Errc::cancelled);
  auto options = by_key();
  Texts phases;
  options.resources.on_progress = [&](features::Progress const& progress) -> Result<void> {
    phases.push_back(progress.phase);
    if (phases.size() == 3) return Error{Errc::cancelled, "enough"};
    return {};
  };
  CHECK(features::asof_join(trades(), quotes(), options).error().message() == "enough");
  CHECK(phases == Texts{"index", "scan", "write"});
}
