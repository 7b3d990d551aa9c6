#include "podium/data/dataset.hpp"

#include "folder.hpp"

#include "podium/data/builder.hpp"
#include "podium/data/parquet_sink.hpp"

#include <algorithm>
#include <thread>

using namespace podium;
using data::Dataset;
using data::RowId;
using Texts = std::vector<std::string>;
using Longs = std::vector<std::int64_t>;
using Fields = std::vector<data::Field>;

namespace {

constexpr std::int64_t hour = 3'600'000'000;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t start = 1'673'308'800'000'000;  // 2023-01-10T00:00:00Z

/// n rows, one an hour from `first` on; `id` counts from `from`.
data::Table hourly(std::int64_t first, int n, std::int64_t from = 0) {
  Longs ids, times;
  Texts names;
  for (int i = 0; i < n; ++i) {
    ids.push_back(from + i);
    times.push_back(first + i * hour);
    names.push_back("n" + std::to_string((from + i) % 7));
  }
  return data::TableBuilder{}.add("id", ids).add_timestamps("ts", times).add("name", names).build().value();
}

void store(std::string const& path, data::Table const& table, std::int64_t row_group_rows = 1 << 20) {
  std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
  auto sink = data::ParquetSink::open(path, {.row_group_rows = row_group_rows}).value();
  sink.append(table).value();
  sink.finish().value();
}

Longs ids(data::Table const& table) { return data::integers(table, "id").value(); }

Longs range(std::int64_t from, std::int64_t to) {
  Longs out;
  for (auto i = from; i < to; ++i) out.push_back(i);
  return out;
}

std::string message(Error const& error) { return error.to_string(); }
bool says(Error const& error, std::string const& text) { return message(error).find(text) != std::string::npos; }

}  // namespace

TEST_CASE("a dataset tells its columns, rows and files without reading data") {
  if (!with_plugin()) return;
  Folder const folder;
  store(folder.at("d/b.parquet"), hourly(start, 10, 100));
  store(folder.at("d/a.parquet"), hourly(start, 5));
  auto const dataset = Dataset::open(folder.at("d")).value();
  CHECK(dataset.format() == data::Format::parquet);
  CHECK(dataset.schema() == Fields{{"id", "long"}, {"ts", "timestamp[us, UTC]"}, {"name", "string"}});
  CHECK(dataset.files() == Texts{folder.at("d/a.parquet"), folder.at("d/b.parquet")});
  CHECK(dataset.estimated_rows() == 15);
  CHECK(dataset.bytes() > 100);
  CHECK_FALSE(dataset.version());
  CHECK(dataset.has_column("ts"));
  CHECK_FALSE(dataset.has_column("t"));
}

TEST_CASE("batches come in stored order, no larger than asked for, and say where their rows are") {
  if (!with_plugin()) return;
  Folder const folder;
  store(folder.at("d/a.parquet"), hourly(start, 10), 4);
  store(folder.at("d/b.parquet"), hourly(start, 3, 10));
  auto const dataset = Dataset::open(folder.at("d")).value();
  auto reader = dataset.scan({.columns = {"id"}, .batch_rows = 3}).value();
  Longs seen;
  std::vector<RowId> places;
  while (auto batch = reader.next().value()) {
    CHECK(batch->rows() <= 3);
    CHECK(batch->column_names() == Texts{"id"});
    places.push_back(reader.position());
    for (auto const id : ids(*batch)) seen.push_back(id);
  }
  CHECK(seen == range(0, 13));
  CHECK(places == std::vector<RowId>{{0, 0}, {0, 3}, {0, 4}, {0, 7}, {0, 8}, {1, 0}});
  CHECK(reader.counts().rows == 13);
  CHECK_FALSE(reader.next().value());
}

TEST_CASE("columns come in the order asked for; unknown and repeated ones are errors") {
  if (!with_plugin()) return;
  Folder const folder;
  store(folder.at("a.parquet"), hourly(start, 4));
  auto const dataset = Dataset::open(folder.at("a.parquet")).value();
  CHECK(dataset.read({.columns = {"name", "id"}}).value().column_names() == Texts{"name", "id"});
  CHECK(says(dataset.scan({.columns = {"nam"}}).error(), "no column `nam` (there is: id, ts, name)"));
  CHECK(says(dataset.scan({.columns = {"id", "id"}}).error(), "asked for twice"));
  CHECK(says(dataset.scan({.time_column = "id"}).error(), "column `id` is long, not a timestamp"));
  CHECK(says(dataset.scan({.from_us = 1}).error(), "needs a time column"));
}

TEST_CASE("row groups and pages outside of a time range are not decoded, and `exact` leaves out the rest") {
  if (!with_plugin()) return;
  Folder const folder;
  store(folder.at("a.parquet"), hourly(start, 100), 10);
  auto const dataset = Dataset::open(folder.at("a.parquet")).value();
  data::ScanOptions options{
      .columns = {"id"}, .time_column = "ts", .from_us = start + 25 * hour, .to_us = start + 42 * hour};
  auto reader = dataset.scan(options).value();
  Longs seen;
  while (auto batch = reader.next().value())
    for (auto const id : ids(*batch)) seen.push_back(id);
  CHECK(seen == range(20, 50));
  CHECK(reader.counts().row_groups_left_out == 7);
  options.exact = true;
  CHECK(ids(dataset.read(options).value()) == range(25, 42));
  options.to_us = options.from_us;
  CHECK(dataset.read(options).value().rows() == 0);
  CHECK(dataset.read(options).value().column_names() == Texts{"id"});
}

TEST_CASE("page statistics cut the ends of a row group") {
  if (!with_plugin()) return;
  Folder const folder;
  store(folder.at("a.parquet"), hourly(start, 300'000));
  auto const dataset = Dataset::open(folder.at("a.parquet")).value();
  auto const from = start + 200'000 * hour;
  auto reader =
      dataset.scan({.columns = {"id"}, .time_column = "ts", .from_us = from, .to_us = from + 10 * hour}).value();
  Longs seen;
  while (auto batch = reader.next().value()) {
    CHECK(ids(*batch).front() == reader.position().row);
    for (auto const id : ids(*batch)) seen.push_back(id);
  }
  CHECK(seen.size() < 100'000);
  CHECK(seen.front() <= 200'000);
  CHECK(seen.back() >= 200'009);
  CHECK(reader.counts().rows_left_out == 300'000 - static_cast<std::int64_t>(seen.size()));
  CHECK(
      ids(dataset
              .read({.columns = {"id"}, .time_column = "ts", .from_us = from, .to_us = from + 10 * hour, .exact = true})
              .value()) == range(200'000, 200'010));
}

TEST_CASE("folders that say name=value are columns, and declared days leave out whole files") {
  if (!with_plugin()) return;
  Folder const folder;
  for (int d = 0; d < 6; ++d)
    store(folder.at("d/day=2023-01-1" + std::to_string(d) + "/n=" + std::to_string(d) + "/x.parquet"),
          hourly(start + d * day, 24, d * 24));
  auto const dataset = Dataset::open(folder.at("d"), {.day_partition = "day"}).value();
  CHECK(dataset.schema().back() == data::Field{"n", "long", true, true});
  CHECK(data::strings(dataset.read({.columns = {"day", "n"}}).value(), "day").value().front() == "2023-01-10");
  auto reader =
      dataset.scan({.columns = {"id", "n"}, .time_column = "ts", .from_us = start + 3 * day, .to_us = start + 4 * day})
          .value();
  Longs seen;
  while (auto batch = reader.next().value())
    for (auto const id : ids(*batch)) seen.push_back(id);
  CHECK(seen == range(72, 96));
  CHECK(reader.counts().files_left_out == 3);  // 10, 11 and 15 January; 12 and 14 are slack
  CHECK(ids(dataset.read({.time_column = "ts", .from_us = start + 5 * day, .exact = true}).value()) == range(120, 144));
}

TEST_CASE("folders without names get theirs from the options, year/month/day included") {
  if (!with_plugin()) return;
  Folder const folder;
  for (int d = 0; d < 6; ++d)
    store(folder.at("d/2023/01/1" + std::to_string(d) + "/x.parquet"), hourly(start + d * day, 24, d * 24));
  data::OpenOptions const options{.partition_columns = {"year", "month", "day"}, .day_partition = "year/month/day"};
  auto const dataset = Dataset::open(folder.at("d"), options).value();
  CHECK(dataset.schema()[3] == data::Field{"year", "long", true, true});
  CHECK(dataset.schema()[4] == data::Field{"month", "string", true, true});
  auto reader = dataset.scan({.columns = {"id"}, .time_column = "ts", .to_us = start + day}).value();
  while (reader.next().value()) continue;
  CHECK(reader.counts().files_left_out == 4);
  store(folder.at("d/2023/x.parquet"), hourly(start, 1));
  CHECK(says(Dataset::open(folder.at("d"), options).error(), "lies in no folder for the partition column `month`"));
}

TEST_CASE("a glob is the files that fit it; a name that is there is no pattern") {
  if (!with_plugin()) return;
  Folder const folder;
  for (auto const* const name : {"d/a1.parquet", "d/a2.parquet", "d/b1.parquet", "d/deep/a3.parquet", "d/_a4.parquet"})
    store(folder.at(name), hourly(start, 1));
  store(folder.at("d/[x].parquet"), hourly(start, 1, 9));
  auto const files = [&](std::string const& pattern) { return Dataset::open(folder.at(pattern)).value().files(); };
  CHECK(files("d/a*.parquet") == Texts{folder.at("d/a1.parquet"), folder.at("d/a2.parquet")});
  CHECK(files("d/[ab]1.parquet") == Texts{folder.at("d/a1.parquet"), folder.at("d/b1.parquet")});
  CHECK(files("d/**/a?.parquet").size() == 3);
  CHECK(files("*/deep").size() == 1);
  CHECK(ids(Dataset::open(folder.at("d/[x].parquet")).value().read().value()) == Longs{9});
  CHECK(Dataset::open(folder.at("d/z*.parquet")).error().code() == Errc::not_found);
}

TEST_CASE("shared readers give every row once") {
  if (!with_plugin()) return;
  Folder const folder;
  for (int f = 0; f < 4; ++f) store(folder.at("d/" + std::to_string(f) + ".parquet"), hourly(start, 100, f * 100), 10);
  auto const dataset = Dataset::open(folder.at("d")).value();
  auto readers = dataset.scan_shared(3, {.columns = {"id"}}).value();
  std::vector<bool> seen(400);
  bool more = true;
  while (more) {
    more = false;
    for (auto& reader : readers)
      if (auto batch = reader.next().value()) {
        more = true;
        auto const at = reader.position();
        CHECK(ids(*batch).front() == at.file * 100 + at.row);
        for (auto const id : ids(*batch)) {
          CHECK_FALSE(seen[static_cast<std::size_t>(id)]);
          seen[static_cast<std::size_t>(id)] = true;
        }
      }
  }
  CHECK(std::count(seen.begin(), seen.end(), true) == 400);
}

TEST_CASE("readers on threads of their own share one file's row groups and many small files alike") {
  if (!with_plugin()) return;
  Folder const folder;
  store(folder.at("d/000.parquet"), hourly(start, 2000), 50);
  for (int f = 0; f < 40; ++f)
    store(folder.at("d/" + std::to_string(100 + f) + ".parquet"), hourly(start, 5, 2000 + f * 5));
  auto const dataset = Dataset::open(folder.at("d")).value();
  auto readers = dataset.scan_shared(4, {.columns = {"id"}}).value();
  std::vector<Longs> seen(readers.size());
  std::vector<std::thread> threads;
  for (std::size_t r = 0; r < readers.size(); ++r)
    threads.emplace_back([&, r] {
      while (auto batch = readers[r].next().value())
        for (auto const id : ids(*batch)) seen[r].push_back(id);
    });
  for (auto& thread : threads) thread.join();
  Longs all;
  for (auto const& own : seen) all.insert(all.end(), own.begin(), own.end());
  std::sort(all.begin(), all.end());
  CHECK(all == range(0, 2200));
  CHECK(readers.front().counts().rows == 2200);
}

TEST_CASE("rows are taken by where they are, in the order asked for") {
  if (!with_plugin()) return;
  Folder const folder;
  store(folder.at("d/p=x/0.parquet"), hourly(start, 100), 10);
  store(folder.at("d/p=y/1.parquet"), hourly(start, 100, 100), 10);
  auto const dataset = Dataset::open(folder.at("d")).value();
  std::vector<RowId> const rows{{1, 99}, {0, 5}, {}, {0, 5}, {1, 0}, {0, 99}};
  auto const table = dataset.take(rows, {"id", "name", "p"}).value();
  CHECK(data::strings(table, "id").value() == Texts{"199", "5", "", "5", "100", "99"});
  CHECK(data::strings(table, "name").value() == Texts{"n3", "n5", "", "n5", "n2", "n1"});
  CHECK(data::strings(table, "p").value() == Texts{"y", "x", "", "x", "y", "x"});
  CHECK(says(dataset.take(std::vector<RowId>{{1, 100}}, {"id"}).error(), "no row 100 in file 1"));
  CHECK(dataset.take({}, {"id"}).value().rows() == 0);
}

TEST_CASE("a table in memory is a dataset too") {
  auto const dataset = Dataset::of(hourly(start, 50));
  CHECK(dataset.estimated_rows() == 50);
  CHECK(ids(dataset.read({.columns = {"id"}, .time_column = "ts", .from_us = start + 48 * hour, .exact = true})
                .value()) == Longs{48, 49});
  CHECK(ids(dataset.take(std::vector<RowId>{{0, 7}, {0, 3}}, {"id"}).value()) == Longs{7, 3});
  auto reader = dataset.scan({.columns = {"name", "id"}, .batch_rows = 20}).value();
  CHECK(reader.next().value()->rows() == 20);
  CHECK(reader.next().value()->column_names() == Texts{"name", "id"});
  CHECK(reader.position() == RowId{0, 20});
  CHECK(Dataset::of(data::Table{}).read().value().rows() == 0);
}

TEST_CASE("files that store a column otherwise are read as the widest of them, or refused by file and column") {
  if (!with_plugin()) return;
  Folder const folder;
  using data::TableBuilder;
  store(folder.at("w/1.parquet"), TableBuilder{}.add("x", std::vector<std::int32_t>{1}).build().value());
  store(folder.at("w/2.parquet"), TableBuilder{}.add("x", std::vector<std::int64_t>{1LL << 40}).build().value());
  CHECK(data::integers(Dataset::open(folder.at("w")).value().read().value(), "x").value() == Longs{1, 1LL << 40});
  store(folder.at("w/3.parquet"), TableBuilder{}.add("x", std::vector<double>{0.5}).build().value());
  auto const wide = Dataset::open(folder.at("w")).value();
  CHECK(wide.schema().front().type == "double");
  CHECK(data::doubles(wide.read().value(), "x").value() == std::vector<double>{1, 0x1p40, 0.5});
  store(folder.at("w/4.parquet"), TableBuilder{}.add("x", std::vector<std::int64_t>{(1LL << 53) + 1}).build().value());
  auto const lost = Dataset::open(folder.at("w")).value().read();
  REQUIRE_FALSE(lost);
  CHECK(says(lost.error(), "column `x`"));
  CHECK(says(lost.error(), "4.parquet"));

  store(folder.at("t/1.parquet"), TableBuilder{}.add("x", Texts{"a"}).build().value());
  store(folder.at("t/2.parquet"), TableBuilder{}.add("x", Longs{1}).build().value());
  auto const mixed = Dataset::open(folder.at("t"));
  REQUIRE_FALSE(mixed);
  CHECK(says(mixed.error(), "2.parquet"));
  CHECK(says(mixed.error(),
             "column `x` is stored otherwise in " + folder.at("t/1.parquet") + ": string and long are not the same"));
}

TEST_CASE("times with a zone and times without one do not mix; other zones are the same instants") {
  if (!with_plugin()) return;
  Folder const folder;
  using data::TableBuilder;
  auto const times = [](std::string const& zone) {
    return TableBuilder{}.add_timestamps("ts", {start}, zone).build().value();
  };
  store(folder.at("z/1.parquet"), times("UTC"));
  store(folder.at("z/2.parquet"), times("Europe/Berlin"));
  CHECK(data::timestamps_us(Dataset::open(folder.at("z")).value().read().value(), "ts").value() == Longs{start, start});
  store(folder.at("z/3.parquet"), times(""));
  auto const mixed = Dataset::open(folder.at("z"));
  REQUIRE_FALSE(mixed);
  CHECK(says(mixed.error(), "3.parquet"));
  CHECK(says(mixed.error(), "column `ts`"));
  CHECK(says(mixed.error(), "times with a zone (UTC) and times without one do not mix"));
}

TEST_CASE("a missing column is named with the file that lacks it") {
  if (!with_plugin()) return;
  Folder const folder;
  store(folder.at("d/1.parquet"), hourly(start, 1));
  store(folder.at("d/2.parquet"), data::TableBuilder{}.add("id", Longs{1}).build().value());
  auto const opened = Dataset::open(folder.at("d"));
  REQUIRE_FALSE(opened);
  CHECK(says(opened.error(), "2.parquet has other columns (id long) than"));
}

TEST_CASE("CSV files agree on their types over all of their rows") {
  if (!with_plugin()) return;
  Folder const folder;
  folder.write("d/1.csv", "id,x,when\n1,1,2023-01-10\n2,,2023-01-11\n");
  folder.write("d/2.csv", "id,x,when\n3,0.5,2023-01-12T10:00:00Z\n");
  auto const mixed = Dataset::open(folder.at("d"));
  REQUIRE_FALSE(mixed);
  CHECK(says(mixed.error(), "column `when`"));
  folder.write("d/2.csv", "id,x,when\n3,0.5,2023-01-12\n");
  auto const dataset = Dataset::open(folder.at("d")).value();
  auto const table = dataset.read().value();
  CHECK(data::strings(table, "x").value() == Texts{"1", "", "0.5"});
  CHECK(ids(dataset.read({.columns = {"id"}, .time_column = "when", .from_us = start + day, .exact = true}).value()) ==
        Longs{2, 3});
  CHECK(says(Dataset::open(folder.write("empty.csv", "")).error(), "the file is empty"));
  CHECK(Dataset::open(folder.write("header.csv", "a,b\n")).value().read().value().rows() == 0);
}

TEST_CASE("damaged Parquet is one error that names the file, whatever byte is wrong") {
  if (!with_plugin()) return;
  Folder const folder;
  store(folder.at("a.parquet"), hourly(start, 500), 100);
  std::ifstream in{folder.at("a.parquet"), std::ios::binary};
  std::string const whole{std::istreambuf_iterator<char>{in}, {}};
  auto const outcome = [&](std::string const& bytes) {
    auto const path = folder.write("bad.parquet", bytes);
    auto const dataset = Dataset::open(path);
    auto const rows = dataset ? dataset->read() : Result<data::Table>{dataset.error()};
    if (rows) return;
    CHECK_MESSAGE(says(rows.error(), "bad.parquet"), message(rows.error()));
  };
  for (std::size_t size = 0; size < whole.size(); size += 97) outcome(whole.substr(0, size));
  std::uint32_t random = 12345;
  for (int i = 0; i < 300; ++i) {
    auto bytes = whole;
    for (int k = 0; k < 3; ++k) {
      random = random * 1664525 + 1013904223;
      bytes[random % bytes.size()] = static_cast<char>(random >> 24);
    }
    outcome(bytes);
  }
}

TEST_CASE("other formats than the one that is there are refused, and several formats in one folder") {
  if (!with_plugin()) return;
  Folder const folder;
  CHECK(says(Dataset::open(folder.write("x.parquet", "not a parquet file at all")).error(), "x.parquet"));
  CHECK(says(Dataset::open(folder.write("x.txt", "a\n1\n")).error(), "the extension says no format"));
  CHECK(Dataset::open(folder.at("x.txt"), {.format = data::Format::csv}).value().estimated_rows() == 1);
  folder.write("m/1.csv", "id\n1\n");
  store(folder.at("m/2.parquet"), hourly(start, 1));
  CHECK(says(Dataset::open(folder.at("m")).error(), "several formats"));
  CHECK(Dataset::open(folder.at("m"), {.format = data::Format::csv}).value().files().size() == 1);
  CHECK(says(Dataset::open(folder.at("m/1.csv"), {.version = 1}).error(), "only Delta tables have versions"));
}

TEST_CASE("a cancelled scan stops with its reason") {
  if (!with_plugin()) return;
  Folder const folder;
  store(folder.at("a.parquet"), hourly(start, 100), 10);
  std::stop_source stop;
  auto reader = Dataset::open(folder.at("a.parquet")).value().scan({}, {.stop = stop.get_token()}).value();
  CHECK(reader.next().value());
  stop.request_stop();
  CHECK(reader.next().error().code() == Errc::cancelled);
  CHECK_FALSE(reader.next().value());
}

TEST_CASE("a Parquet file appears whole or not at all") {
  if (!with_plugin()) return;
  Folder const folder;
  {
    auto sink = data::ParquetSink::open(folder.at("a.parquet")).value();
    sink.append(hourly(start, 5)).value();
    CHECK_FALSE(std::filesystem::exists(folder.at("a.parquet")));
  }
  CHECK(std::filesystem::is_empty(folder.path));
  auto sink = data::ParquetSink::open(folder.at("a.parquet")).value();
  sink.append(hourly(start, 5)).value();
  CHECK(says(sink.append(data::TableBuilder{}.add("x", Longs{1}).build().value()).error(),
             "not those that were written"));
  CHECK_FALSE(sink.finish());
  CHECK(std::filesystem::is_empty(folder.path));
  CHECK(says(data::ParquetSink::open(folder.at("b.parquet")).value().finish().error(), "nothing was written"));
  CHECK(data::ParquetSink::open(folder.at("no/b.parquet")).value().append(hourly(start, 1)).error().code() ==
        Errc::not_found);
  CHECK(says(
      data::ParquetSink::open(folder.at("b.parquet"), {.compression = "lzma"}).value().append(hourly(start, 1)).error(),
      "is not one of snappy, zstd, gzip, lz4, none"));
}

TEST_CASE("a sink takes any number of tables, and none with rows") {
  if (!with_plugin()) return;
  Folder const folder;
  auto sink = data::ParquetSink::open(folder.at("a.parquet"), {.compression = "zstd", .row_group_rows = 7}).value();
  for (int i = 0; i < 10; ++i) sink.append(hourly(start, 5, i * 5)).value();
  auto const summary = sink.finish().value();
  CHECK(summary.rows == 50);
  CHECK(summary.bytes == static_cast<std::int64_t>(std::filesystem::file_size(folder.at("a.parquet"))));
  CHECK(ids(Dataset::open(folder.at("a.parquet")).value().read().value()) == range(0, 50));
  auto empty = data::ParquetSink::open(folder.at("e.parquet")).value();
  empty.append(hourly(start, 0)).value();
  CHECK(empty.finish().value().rows == 0);
  CHECK(Dataset::open(folder.at("e.parquet")).value().schema().size() == 3);
}

TEST_CASE("INT96 times are instants to the microsecond, far years included") {
  if (!with_plugin()) return;
  Folder const folder;
  std::int64_t const far = 253'402'300'799'999'999;  // 9999-12-31T23:59:59.999999Z
  auto sink =
      data::ParquetSink::open(folder.at("a.parquet"), {.int96_timestamps = true, .store_arrow_schema = false}).value();
  sink.append(data::TableBuilder{}.add_timestamps("ts", {start + 1, INT64_MIN, far, -1}).build().value()).value();
  sink.finish().value();
  auto const dataset = Dataset::open(folder.at("a.parquet")).value();
  CHECK(dataset.schema().front().type == "timestamp[us, UTC]");
  auto const table = dataset.read().value();
  CHECK(data::timestamps_us(table, "ts").value() == Longs{start + 1, INT64_MIN, far, -1});
  CHECK(data::strings(table, "ts").value()[2] == "9999-12-31T23:59:59.999999Z");
}

TEST_CASE("places that cannot be read are refused with what would work") {
  auto const refused = [](std::string const& place, std::string const& why) {
    auto const opened = Dataset::open(place);
    REQUIRE_FALSE(opened);
    CHECK_MESSAGE(says(opened.error(), why), message(opened.error()));
  };
  refused("", "the path is empty");
  refused("s3://bucket/x", "`s3` is not one of file, abfs, abfss, wasb, wasbs, https");
  refused("azureml://datastores/d/paths/x", "a datastore is known to its workspace only");
  refused("azureml:data:1", "it names an asset of a workspace");
  refused("abfss://account.dfs.core.windows.net/x", "the form is `abfss://<container>@<account>");
  refused("abfss://c@account/x", "the host must be");
  refused("https://example.com/c/x", "the host must be");
  refused("file://host/x", "file:///folder/name");
}
