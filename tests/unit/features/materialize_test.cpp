#include "podium/features/materialize.hpp"

#include "unit/data/folder.hpp"

#include "podium/data/builder.hpp"
#include "podium/features/retrieval_spec.hpp"

#include <algorithm>

using namespace podium;
using features::DataInterval;
using features::DataStatus;
using features::IntervalRecord;
using features::TimeWindow;
using Texts = std::vector<std::string>;
using Longs = std::vector<std::int64_t>;
using Doubles = std::vector<double>;

namespace {

constexpr std::int64_t hour = 3'600'000'000;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t start = 1'673'308'800'000'000;  // 2023-01-10T00:00:00Z

model::FeatureSetSpec accounts() {
  return {.name = "accounts",
          .source_type = "parquet",
          .timestamp_column = "ts",
          .index_columns = {{"id", "long", ""}},
          .features = {{"balance", "double", ""}}};
}

/// One row an hour for each of `keys`.
data::Dataset hourly(std::int64_t first, int hours, double offset = 0, int keys = 2) {
  Longs ids, times;
  Doubles balances;
  for (int h = 0; h < hours; ++h)
    for (int k = 0; k < keys; ++k) {
      ids.push_back(k);
      times.push_back(first + h * hour);
      balances.push_back(offset + h + k * 1000);
    }
  return data::Dataset::of(
      data::TableBuilder{}.add("id", ids).add_timestamps("ts", times).add("balance", balances).build().value());
}

Doubles balances(std::string const& store, std::int64_t id) {
  auto const table = features::open_store(store).value().read({.columns = {"id", "ts", "balance"}}).value();
  auto const ids = data::integers(table, "id").value();
  auto const times = data::timestamps_us(table, "ts").value();
  auto const values = data::doubles(table, "balance").value();
  std::vector<std::pair<std::int64_t, double>> rows;
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (ids[i] == id) rows.emplace_back(times[i], values[i]);
  std::ranges::sort(rows);
  Doubles out;
  for (auto const& [time, value] : rows) out.push_back(value);
  return out;
}

bool says(Error const& error, std::string const& text) { return error.to_string().find(text) != std::string::npos; }

}  // namespace

TEST_CASE("an offline store has days as partitions and says when its rows were written") {
  if (!with_plugin()) return;
  Folder const folder;
  auto const store = folder.at("store/accounts/1");
  auto const done =
      features::materialize(accounts(), hourly(start, 48), store, {start, start + 2 * day}, {.now_us = 77'000'000})
          .value();
  CHECK(done.rows == 96);
  CHECK(done.version == 0);
  auto const dataset = features::open_store(store).value();
  Texts names;
  for (auto const& field : dataset.schema()) names.push_back(field.name);
  CHECK(names ==
        Texts{"id", "ts", "balance", "create_timestamp", "sys_create_timestamp", "sys_update_timestamp", "partition"});
  CHECK(dataset.schema().back().partition);
  CHECK(std::filesystem::exists(folder.at("store/accounts/1/partition=2023-01-11")));
  auto const table = dataset.read({.columns = {"create_timestamp", "partition"}}).value();
  CHECK(data::timestamps_us(table, "create_timestamp").value().front() == 77'000'000);
  auto reader = dataset.scan({.columns = {"id"}, .time_column = "ts", .from_us = start, .to_us = start + hour}).value();
  while (reader.next().value()) continue;
  CHECK(reader.counts().files_left_out == 1);
}

TEST_CASE("a backfill replaces its window and nothing else, and running it again changes nothing") {
  if (!with_plugin()) return;
  Folder const folder;
  auto const store = folder.at("s");
  features::materialize(accounts(), hourly(start, 72), store, {start, start + 3 * day}).value();
  auto const before = balances(store, 0);
  TimeWindow const middle{start + 30 * hour, start + 40 * hour};
  features::materialize(accounts(), hourly(start, 72, 0.5), store, middle).value();
  auto expected = before;
  for (int h = 30; h < 40; ++h) expected[static_cast<std::size_t>(h)] = h + 0.5;
  CHECK(balances(store, 0) == expected);
  features::materialize(accounts(), hourly(start, 72, 0.5), store, middle).value();
  CHECK(balances(store, 0) == expected);
  CHECK(IntervalRecord::load(store).value().intervals() ==
        std::vector<DataInterval>{{{start, start + 3 * day}, DataStatus::complete}});
}

TEST_CASE("slices of days give the same store as the whole at once") {
  if (!with_plugin()) return;
  Folder const folder;
  TimeWindow const window{start + 5 * hour, start + 4 * day + 3 * hour};
  std::int64_t steps = 0;
  features::MaterializeOptions options{.rows_at_once = 40, .on_progress = [&](features::Progress const& progress) {
                                         steps = progress.total;
                                         return Result<void>{};
                                       }};
  auto const sliced = features::materialize(accounts(), hourly(start, 24 * 5), folder.at("a"), window, options).value();
  CHECK(steps >= 4);
  auto const whole = features::materialize(accounts(), hourly(start, 24 * 5), folder.at("b"), window).value();
  CHECK(sliced.rows == whole.rows);
  CHECK(balances(folder.at("a"), 1) == balances(folder.at("b"), 1));
}

TEST_CASE("a materialisation that fails changes no row and is on record as incomplete") {
  if (!with_plugin()) return;
  Folder const folder;
  auto const store = folder.at("s");
  features::materialize(accounts(), hourly(start, 24), store, {start, start + day}).value();
  auto spec = accounts();
  spec.features.push_back({"rate", "double", ""});
  auto const failed = features::materialize(spec, hourly(start, 48), store, {start, start + 2 * day});
  REQUIRE_FALSE(failed);
  CHECK(says(failed.error(), "no column `rate`"));
  CHECK(says(failed.error(), "feature set `accounts`"));
  CHECK(features::open_store(store).value().version() == 0);
  CHECK(IntervalRecord::load(store).value().intervals() ==
        std::vector<DataInterval>{{{start, start + 2 * day}, DataStatus::incomplete}});
  auto reserved = accounts();
  reserved.features = {{"partition", "double", ""}};
  CHECK(says(features::materialize(reserved, hourly(start, 1), store, {start, start + day}).error(),
             "column `partition` has a name that the offline store needs"));
}

TEST_CASE("duplicate keys and times are one row, and rows without a time none") {
  if (!with_plugin()) return;
  Folder const folder;
  auto const table = data::TableBuilder{}
                         .add("id", Longs{1, 1, 2, 3})
                         .add_timestamps("ts", {start, start, start, INT64_MIN})
                         .add("balance", Doubles{1, 2, 3, 4})
                         .build()
                         .value();
  auto const done =
      features::materialize(accounts(), data::Dataset::of(table), folder.at("s"), {start, start + day}).value();
  CHECK(done.rows == 2);
  CHECK(done.duplicates == 1);
  CHECK(balances(folder.at("s"), 1) == Doubles{2});
}

TEST_CASE("what a store does not cover is a gap in retrieval, not an old value") {
  if (!with_plugin()) return;
  Folder const folder;
  auto const store = folder.at("s");
  features::materialize(accounts(), hourly(start, 72), store, {start, start + day}).value();
  features::materialize(accounts(), hourly(start, 72), store, {start + 2 * day, start + 3 * day}).value();
  auto const record = IntervalRecord::load(store).value();
  features::Source const source{.spec = accounts(),
                                .rows = features::open_store(store).value().read().value(),
                                .features = {"balance"},
                                .materialized = record.complete()};
  auto const observations = data::TableBuilder{}
                                .add("id", Longs{0, 0, 0})
                                .add_timestamps("at", {start + 5 * hour, start + 30 * hour, start + 50 * hour})
                                .build()
                                .value();
  auto const retrieved = features::get_offline_features(std::span{&source, 1}, observations, "at").value();
  CHECK(retrieved.reasons.front()[0] == features::Reason::matched);
  CHECK(retrieved.reasons.front()[2] == features::Reason::matched);
  CHECK(data::strings(retrieved.table, "balance").value()[2] == "50");
}

TEST_CASE("intervals merge with equal neighbours and split what they overlap") {
  IntervalRecord record;
  record.set({10, 20}, DataStatus::complete).value();
  record.set({20, 30}, DataStatus::complete).value();
  CHECK(record.intervals() == std::vector<DataInterval>{{{10, 30}, DataStatus::complete}});
  record.set({14, 16}, DataStatus::incomplete).value();
  CHECK(record.intervals() == std::vector<DataInterval>{{{10, 14}, DataStatus::complete},
                                                        {{14, 16}, DataStatus::incomplete},
                                                        {{16, 30}, DataStatus::complete}});
  CHECK(record.at(15) == DataStatus::incomplete);
  CHECK(record.at(30) == DataStatus::none);
  CHECK(record.complete() == std::vector<TimeWindow>{{10, 14}, {16, 30}});
  record.set({12, 40}, DataStatus::none).value();
  CHECK(record.intervals() == std::vector<DataInterval>{{{10, 12}, DataStatus::complete}});
  record.set({0, 5}, DataStatus::pending).value();
  CHECK(record.intervals().front() == DataInterval{{0, 5}, DataStatus::pending});
  record.invalidate();
  CHECK(record.complete().empty());
  CHECK_FALSE(record.set({5, 5}, DataStatus::complete));
}

TEST_CASE("a set with two thousand intervals takes no more") {
  IntervalRecord record;
  for (std::int64_t i = 0; i < 2000; ++i) record.set({i * 10, i * 10 + 5}, DataStatus::complete).value();
  auto const full = record.set({-10, -5}, DataStatus::complete);
  CHECK(full.error().code() == Errc::exhausted);
  CHECK(record.intervals().size() == 2000);
  CHECK(record.set({5, 10}, DataStatus::complete));  // fills a gap
}

TEST_CASE("the record of a store outlives the process and is refused when it is damaged") {
  Folder const folder;
  CHECK(IntervalRecord::load(folder.at("s")).value().intervals().empty());
  IntervalRecord record;
  record.set({start + 1, start + day}, DataStatus::complete).value();
  record.set({start + 2 * day, start + 3 * day}, DataStatus::pending).value();
  record.save(folder.at("s")).value();
  CHECK(IntervalRecord::load(folder.at("s")).value().intervals() == record.intervals());
  folder.write("s/_podium/intervals.csv", "from,to,status\n2023-01-10T00:00:00Z,2023-01-09T00:00:00Z,complete\n");
  CHECK(says(IntervalRecord::load(folder.at("s")).error(), "is damaged: line 2"));
  folder.write("s/_podium/intervals.csv", "nonsense\n");
  CHECK(says(IntervalRecord::load(folder.at("s")).error(), "is damaged: line 1"));
}

TEST_CASE("coverage names the gaps of a window and the share that is complete") {
  IntervalRecord record;
  record.set({0, 40}, DataStatus::complete).value();
  record.set({40, 50}, DataStatus::incomplete).value();
  record.set({60, 100}, DataStatus::complete).value();
  auto const report = features::coverage(record, {-20, 80}).value();
  CHECK(report.covered == doctest::Approx(0.6));
  CHECK(report.gaps == std::vector<TimeWindow>{{-20, 0}, {40, 60}});
  CHECK(report.intervals.size() == 5);
  CHECK(features::coverage({}, {0, 10}).value().gaps == std::vector<TimeWindow>{{0, 10}});
  CHECK_FALSE(features::coverage(record, {5, 5}));
}

TEST_CASE("backfills take the stretches of the wanted status, clipped, and leave pending ones alone") {
  IntervalRecord record;
  record.set({10, 20}, DataStatus::complete).value();
  record.set({20, 30}, DataStatus::incomplete).value();
  record.set({30, 35}, DataStatus::pending).value();
  std::vector<DataStatus> const wanted{DataStatus::none, DataStatus::incomplete, DataStatus::pending};
  CHECK(features::backfill_windows(record, {0, 50}, wanted) == std::vector<TimeWindow>{{0, 10}, {20, 30}, {35, 50}});
  CHECK(features::backfill_windows(record, {INT64_MIN, INT64_MAX}, wanted) == std::vector<TimeWindow>{{20, 30}});
  CHECK(features::backfill_windows({}, {INT64_MIN, 5}, wanted).empty());
}

TEST_CASE("a recurrent job covers the interval that ends a delay before its trigger") {
  using namespace std::chrono_literals;
  CHECK(features::recurrent_window(start, 3h, 24h) == TimeWindow{start - 27 * hour, start - 3 * hour});
  CHECK(features::offline_path("FS", "Sub", "RG", "Accounts", "1") == "fs_sub_rg/accounts/1");
  CHECK(features::offline_path("FS", "Sub", "RG", "Accounts", "1", "7") == "fs_sub_rg/materialize_store/accounts/1/7");
}

TEST_CASE("the wanted window of a set holds every row that may match, and no more") {
  using namespace std::chrono_literals;
  auto spec = accounts();
  spec.source_delay = 20min;
  CHECK(features::wanted_window(spec, start, start + day) == TimeWindow{INT64_MIN, start + day - hour / 3 + 1});
  spec.temporal_join_lookback = 24h;
  CHECK(features::wanted_window(spec, start, start + day) == TimeWindow{start - day, start + day - hour / 3 + 1});
  spec.temporal_join_lookback = 0s;
  CHECK(features::wanted_window(spec, start, start) == TimeWindow{start, start + 1});
  CHECK(features::wanted_window(spec, INT64_MIN + 1, INT64_MAX).to_us == INT64_MAX);
}

TEST_CASE("a retrieval specification is written so that it reads back") {
  model::FeatureRetrievalSpec const spec{
      .stores = {{.uri = "azureml://subscriptions/S/resourcegroups/RG/workspaces/FS",
                  .location = "eastus",
                  .workspace_id = "0a1b",
                  .features = {{"accounts", "1", "accountAge"}, {"accounts", "2", "a: \"b\"\n", "other"}}}}};
  auto const text = features::to_yaml(spec);
  CHECK(text ==
        "feature_stores:\n"
        "- uri: azureml://subscriptions/S/resourcegroups/RG/workspaces/FS\n"
        "  location: eastus\n"
        "  workspace_id: \"0a1b\"\n"
        "  features:\n"
        "  - feature_name: accountAge\n"
        "    feature_set: accounts:1\n"
        "  - feature_name: \"a: \\\"b\\\"\\x0a\"\n"
        "    feature_set: accounts:2\n"
        "    output_name: other\n"
        "serialization_version: 2\n");
  Folder const folder;
  features::save(spec, folder.path / "spec").value();
  CHECK(features::save(spec, folder.path / "spec").error().code() == Errc::conflict);
  CHECK(features::save(spec, folder.path / "spec", true));
}

TEST_CASE("a feature's short form is set, version and name") {
  CHECK(features::parse_feature("accounts:1:age").value() == model::FeatureReference{"accounts", "1", "age"});
  CHECK(features::to_string(features::parse_feature("a:b:c:d").value()) == "a:b:c:d");
  for (auto const* const wrong : {"", "accounts", "accounts:1", "accounts:1:", ":1:x", "a::x"})
    CHECK_FALSE(features::parse_feature(wrong));
}
