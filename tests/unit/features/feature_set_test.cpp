#include "podium/features/feature_set.hpp"

#include "features/exact_sum.hpp"

#include "podium/data/builder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace podium;
using features::TimeWindow;
using Texts = std::vector<std::string>;
using Longs = std::vector<std::int64_t>;
using Doubles = std::vector<double>;

namespace {

constexpr std::int64_t hour = 3'600'000'000;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t start = 1'673'308'800'000'000;  // 2023-01-10T00:00:00Z
constexpr TimeWindow ever{INT64_MIN, INT64_MAX};

model::FeatureSetSpec transactions() {
  return {.name = "transactions",
          .source_type = "parquet",
          .timestamp_column = "ts",
          .index_columns = {{"account", "string", ""}},
          .features = {{"amount", "double", ""}}};
}

model::FeatureSetSpec windowed(std::string const& aggregation, std::string const& type, std::chrono::hours window,
                               std::string const& column = "amount") {
  auto spec = transactions();
  spec.source_lookback = std::chrono::hours{24 * 30};
  spec.features = {{"made", type, ""}};
  spec.expressions = {{.feature_name = "made", .source_column = column, .aggregation = aggregation, .window = window}};
  return spec;
}

data::Dataset events(Texts const& accounts, Longs const& times, Doubles const& amounts,
                     std::vector<bool> const& valid = {}) {
  return data::Dataset::of(data::TableBuilder{}
                               .add("account", accounts)
                               .add_timestamps("ts", times)
                               .add("amount", amounts, valid)
                               .build()
                               .value());
}

bool says(Error const& error, std::string const& text) { return error.to_string().find(text) != std::string::npos; }

}  // namespace

TEST_CASE("an exact sum forgets what has left, and rounds once") {
  features::ExactSum sum;
  sum.add(1e308);
  sum.add(1.0);
  sum.add(1e-300);
  sum.remove(1e308);
  CHECK(sum.value() == 1.0);
  sum.remove(1.0);
  CHECK(sum.value() == 1e-300);
  sum.remove(1e-300);
  CHECK(sum.value() == 0.0);
  sum.add(-std::numeric_limits<double>::denorm_min());
  CHECK(sum.value() == -std::numeric_limits<double>::denorm_min());
  sum.add(std::numeric_limits<double>::infinity());
  CHECK(std::isinf(sum.value()));
  sum.add(-std::numeric_limits<double>::infinity());
  CHECK(std::isnan(sum.value()));
  sum.remove(-std::numeric_limits<double>::infinity());
  sum.remove(std::numeric_limits<double>::infinity());
  CHECK(sum.value() == -std::numeric_limits<double>::denorm_min());
  features::ExactSum large;
  large.add(std::numeric_limits<double>::max());
  large.add(std::numeric_limits<double>::max());
  CHECK(std::isinf(large.value()));
  large.remove(std::numeric_limits<double>::max());
  CHECK(large.value() == std::numeric_limits<double>::max());
}

TEST_CASE("an exact sum is the nearest double to what long arithmetic says") {
  std::mt19937_64 random{1};
  for (int round = 0; round < 200; ++round) {
    features::ExactSum sum;
    __extension__ typedef __int128 Wide;
    Wide exact = 0;  // in units of 2^-20
    for (int i = 0; i < 50; ++i) {
      auto const whole = static_cast<std::int64_t>(random()) >> (random() % 40 + 10);
      exact += whole;
      sum.add(std::ldexp(static_cast<double>(whole), -20));
    }
    CHECK(sum.value() == std::ldexp(static_cast<double>(exact), -20));
  }
}

TEST_CASE("a set without a transformation is its source's rows of the window") {
  auto const source = events({"a", "b", "a", "a"}, {start, start + hour, start + day, INT64_MIN}, {1, 2, 3, 4});
  auto const computed = features::compute_features(transactions(), source, {start, start + day}).value();
  CHECK(computed.rows.column_names() == Texts{"account", "ts", "amount"});
  CHECK(data::doubles(computed.rows, "amount").value() == Doubles{1, 2});
  CHECK(computed.source_rows == 2);
  auto missing = transactions();
  missing.features.push_back({"rate", "double", ""});
  CHECK(says(features::compute_features(missing, source, ever).error(),
             "no column `rate` (there is: account, ts, amount)"));
  CHECK(says(features::compute_features(missing, source, ever).error(), "feature set `transactions`"));
  CHECK(says(features::compute_features(transactions(), source, {5, 4}).error(), "ends before it begins"));
}

TEST_CASE("of rows with one key and time the one written last stays") {
  auto const table = data::TableBuilder{}
                         .add("account", Texts{"a", "a", "b", "a", ""}, {true, true, true, true, false})
                         .add_timestamps("ts", {start, start, start, start, start})
                         .add("amount", Doubles{1, 2, 3, 4, 5})
                         .add_timestamps("create_timestamp", {9, 9, 1, INT64_MIN, 1})
                         .build()
                         .value();
  auto const computed =
      features::compute_features(transactions(), data::Dataset::of(table), ever, {.deduplicate = true}).value();
  CHECK(data::doubles(computed.rows, "amount").value() == Doubles{2, 3, 5});
  CHECK(computed.duplicates == 2);
  CHECK(computed.rows.column_names() == Texts{"account", "ts", "amount", "create_timestamp"});
}

TEST_CASE("windowed expressions count both ends of their window") {
  auto const source =
      events({"a", "a", "a", "a"}, {start, start + 2 * hour, start + 3 * hour, start + 6 * hour}, {1, 2, 4, 8});
  auto const made = [&](std::string const& aggregation, std::string const& type) {
    auto const computed =
        features::compute_features(windowed(aggregation, type, std::chrono::hours{3}), source, ever).value();
    return data::strings(computed.rows, "made").value();
  };
  CHECK(made("sum", "double") == Texts{"1", "3", "7", "12"});
  CHECK(made("count", "long") == Texts{"1", "2", "3", "2"});
  CHECK(made("avg", "double") == Texts{"1", "1.5", "2.3333333333333335", "6"});
  CHECK(made("min", "double") == Texts{"1", "1", "1", "4"});
  CHECK(made("max", "double") == Texts{"1", "2", "4", "8"});
}

TEST_CASE("events of one instant see each other, and nulls are left out") {
  auto const source =
      events({"a", "a", "a", "b"}, {start, start, start + hour, start}, {1, 2, 0, 0}, {true, true, false, false});
  auto const computed =
      features::compute_features(windowed("sum", "double", std::chrono::hours{1}), source, ever).value();
  CHECK(data::strings(computed.rows, "account").value() == Texts{"a", "a", "b"});
  CHECK(data::strings(computed.rows, "made").value() == Texts{"3", "3", ""});
  auto const counted =
      features::compute_features(windowed("count", "integer", std::chrono::hours{1}), source, ever).value();
  CHECK(data::strings(counted.rows, "made").value() == Texts{"2", "2", "0"});
  auto const rows =
      features::compute_features(windowed("count", "long", std::chrono::hours{1}, ""), source, ever).value();
  CHECK(data::strings(rows.rows, "made").value() == Texts{"2", "3", "1"});
}

TEST_CASE("values do not depend on how the time is cut, nor on the order of the rows") {
  std::mt19937_64 random{7};
  Texts accounts;
  Longs times;
  Doubles amounts;
  for (int i = 0; i < 600; ++i) {
    accounts.push_back(std::string{"k"} + static_cast<char>('a' + random() % 5));
    times.push_back(start + static_cast<std::int64_t>(random() % 240) * hour);
    amounts.push_back(std::ldexp(static_cast<double>(random() % 1000) - 500.5, static_cast<int>(random() % 60) - 30));
  }
  auto const spec = windowed("sum", "double", std::chrono::hours{30});
  auto const row_texts = [](data::Table const& rows) {
    Texts out;
    auto const keys = data::strings(rows, "account").value();
    auto const at = data::strings(rows, "ts").value();
    auto const values = data::strings(rows, "made").value();
    for (std::size_t i = 0; i < keys.size(); ++i) out.push_back(keys[i] + " " + at[i] + " " + values[i]);
    return out;
  };
  TimeWindow const whole{start, start + 10 * day};
  auto expected = row_texts(features::compute_features(spec, events(accounts, times, amounts), whole).value().rows);
  std::ranges::sort(expected);
  Texts cut;
  for (int d = 0; d < 10; ++d)
    for (auto const& row : row_texts(features::compute_features(spec, events(accounts, times, amounts),
                                                                {start + d * day, start + (d + 1) * day})
                                         .value()
                                         .rows))
      cut.push_back(row);
  std::ranges::sort(cut);
  CHECK(cut == expected);
  std::ranges::reverse(accounts);
  std::ranges::reverse(times);
  std::ranges::reverse(amounts);
  auto turned = row_texts(features::compute_features(spec, events(accounts, times, amounts), whole).value().rows);
  std::ranges::sort(turned);
  CHECK(turned == expected);
}

TEST_CASE("a lookback shorter than the longest window cuts the history, and says so") {
  auto spec = windowed("sum", "double", std::chrono::hours{72});
  auto const source = events({"a", "a"}, {start - 2 * day, start}, {10, 5});
  auto const value = [&] {
    auto const computed = features::compute_features(spec, source, {start, start + day}).value();
    return std::pair{data::doubles(computed.rows, "made").value(), computed.warnings};
  };
  CHECK(value() == std::pair{Doubles{15}, Texts{}});
  spec.source_lookback.reset();
  CHECK(value().first == Doubles{5});
  REQUIRE(value().second.size() == 1);
  CHECK(value().second.front().find("feature `made` looks back 3 d, `source_lookback` reads only 0 d") == 0);
}

TEST_CASE("aggregates that cannot be are refused by feature") {
  auto const source = events({"a", "a"}, {start, start + hour}, {1, 2});
  auto const refused = [&](model::FeatureSetSpec const& spec, data::Dataset const& rows) {
    return features::compute_features(spec, rows, ever).error().to_string();
  };
  CHECK(refused(windowed("sum", "long", std::chrono::hours{1}), source)
            .find("is declared as long, its values are double") != std::string::npos);
  CHECK(refused(windowed("sum", "string", std::chrono::hours{1}), source)
            .find("is declared as string, an aggregate is a number") != std::string::npos);
  CHECK(refused(windowed("sum", "double", std::chrono::hours{1}, "account"), source)
            .find("a number is needed to aggregate it") != std::string::npos);
  CHECK(refused(windowed("sum", "double", std::chrono::hours{1}, "amont"), source).find("no column `amont`") !=
        std::string::npos);
  auto const large = data::Dataset::of(data::TableBuilder{}
                                           .add("account", Texts{"a", "a"})
                                           .add_timestamps("ts", {start, start})
                                           .add("amount", Longs{INT64_MAX, 1})
                                           .build()
                                           .value());
  CHECK(refused(windowed("sum", "long", std::chrono::hours{1}), large).find("the sum does not fit into 64 bits") !=
        std::string::npos);
  CHECK(refused(windowed("max", "integer", std::chrono::hours{1}), large).find("does not fit: declare it as long") !=
        std::string::npos);
  auto unmade = windowed("sum", "double", std::chrono::hours{1});
  unmade.features.push_back({"other", "double", ""});
  CHECK(refused(unmade, source).find("feature `other`") != std::string::npos);
}

TEST_CASE("code makes the rows where it is given, and is asked for where it is not") {
  auto spec = transactions();
  spec.transformer_class = "transform.Double";
  spec.source_lookback = std::chrono::hours{24};
  auto const source = events({"a", "a", "a"}, {start - 2 * day, start - hour, start}, {1, 2, 3});
  CHECK(says(features::compute_features(spec, source, ever).error(), "`transform.Double`: give a transformation"));
  std::int64_t seen = 0;
  features::ComputeOptions const options{.transformation = [&](data::Table const& rows, TimeWindow) {
    seen = rows.rows();
    return Result<data::Table>{rows};
  }};
  auto const computed = features::compute_features(spec, source, {start, start + day}, options).value();
  CHECK(seen == 2);  // the lookback's row too, not the older one
  CHECK(data::doubles(computed.rows, "amount").value() == Doubles{3});
}

TEST_CASE("times without a zone are clocks of the zone that is named") {
  auto const table = data::TableBuilder{}
                         .add("account", Texts{"a"})
                         .add_timestamps("ts", {start}, "")
                         .add("amount", Doubles{1})
                         .build()
                         .value();
  auto const at = [&](std::string const& zone) {
    return data::timestamps_us(
               features::compute_features(transactions(), data::Dataset::of(table), ever, {.naive_timezone = zone})
                   .value()
                   .rows,
               "ts")
        .value();
  };
  CHECK(at("UTC") == Longs{start});
  CHECK(at("Asia/Kolkata") == Longs{start - 5 * hour - hour / 2});
}
