#include "podium/data/delta.hpp"

#include "folder.hpp"

#include "podium/data/builder.hpp"
#include "podium/data/dataset.hpp"

#include <algorithm>

using namespace podium;
using data::Dataset;
using data::DeltaWriter;
using Texts = std::vector<std::string>;
using Longs = std::vector<std::int64_t>;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t hour = 3'600'000'000;
constexpr std::int64_t day = 24 * hour;
constexpr std::int64_t start = 1'673'308'800'000'000;  // 2023-01-10T00:00:00Z

/// n rows, one an hour from `first` on, with the day they belong to.
data::Table hourly(std::int64_t first, int n, std::int64_t from = 0) {
  Longs ids, times;
  Texts days;
  for (int i = 0; i < n; ++i) {
    ids.push_back(from + i);
    times.push_back(first + i * hour);
    days.push_back("2023-01-" + std::to_string(10 + (first + i * hour - start) / day));
  }
  return data::TableBuilder{}.add("id", ids).add_timestamps("ts", times).add("partition", days).build().value();
}

data::DeltaCommit commit(std::string const& path, data::Table const& rows) {
  auto writer = DeltaWriter::open(path, {.partition_columns = {"partition"}}).value();
  writer.append(rows).value();
  return writer.commit().value();
}

Longs ids(Result<Dataset> const& dataset) {
  auto out = data::integers(dataset.value().read().value(), "id").value();
  std::ranges::sort(out);
  return out;
}

Longs range(std::int64_t from, std::int64_t to) {
  Longs out;
  for (auto i = from; i < to; ++i) out.push_back(i);
  return out;
}

std::string text_of(fs::path const& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// The log's file of a version.
std::string commit_file(Folder const& folder, int version) {
  auto const number = std::to_string(version);
  return folder.at("t/_delta_log/" + std::string(20 - number.size(), '0') + number + ".json");
}

bool says(Error const& error, std::string const& text) { return error.to_string().find(text) != std::string::npos; }

std::size_t data_files(Folder const& folder) {
  return static_cast<std::size_t>(
      std::ranges::count_if(fs::recursive_directory_iterator{folder.at("t")},
                            [](auto const& e) { return e.path().extension() == ".parquet"; }));
}

}  // namespace

TEST_CASE("a Delta table gives back what was written, version by version") {
  if (!with_plugin()) return;
  Folder const folder;
  CHECK(commit(folder.at("t"), hourly(start, 30)).version == 0);
  auto const second = commit(folder.at("t"), hourly(start + day, 10, 30));
  CHECK(second.version == 1);
  CHECK(second.rows == 10);
  CHECK(second.files_added == 1);
  auto const dataset = Dataset::open(folder.at("t")).value();
  CHECK(dataset.format() == data::Format::delta);
  CHECK(dataset.version() == 1);
  CHECK(dataset.estimated_rows() == 40);
  CHECK(dataset.schema() ==
        std::vector<data::Field>{{"id", "long"}, {"ts", "timestamp[us, UTC]"}, {"partition", "string", true, true}});
  CHECK(ids(dataset) == range(0, 40));
  CHECK(ids(Dataset::open(folder.at("t"), {.version = 0})) == range(0, 30));
  auto const later = Dataset::open(folder.at("t"), {.version = 2});
  CHECK(later.error().code() == Errc::not_found);
  CHECK(says(later.error(), "there is no version 2, the newest is 1"));
}

TEST_CASE("the log is what Azure's writer makes: reader 1, writer 2, INT96 times, millisecond statistics") {
  if (!with_plugin()) return;
  Folder const folder;
  commit(folder.at("t"), data::TableBuilder{}
                             .add("id", Longs{1, 2})
                             .add_timestamps("ts", {start + 1'234'567, start})
                             .add("partition", Texts{"2023-01-10", "2023-01-10"})
                             .build()
                             .value());
  auto const log = text_of(commit_file(folder, 0));
  CHECK(log.find(R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})") != std::string::npos);
  CHECK(log.find(R"(\"minValues\":{\"id\":1,\"ts\":\"2023-01-10T00:00:00.000Z\"})") != std::string::npos);
  CHECK(log.find(R"(\"maxValues\":{\"id\":2,\"ts\":\"2023-01-10T00:00:01.234Z\"})") != std::string::npos);
  CHECK(log.find(R"("partitionColumns":["partition"])") != std::string::npos);
  CHECK(log.find(R"("path":"partition=2023-01-10/part-00000-)") != std::string::npos);
}

TEST_CASE("time ranges leave out files by the log's statistics, day folders and partition ranges") {
  if (!with_plugin()) return;
  Folder const folder;
  commit(folder.at("t"), hourly(start, 5 * 24));
  data::ScanOptions const options{.time_column = "ts", .from_us = start + 2 * day, .to_us = start + 3 * day};
  auto const left_out = [&](data::OpenOptions const& how, data::ScanOptions const& what) {
    auto const dataset = Dataset::open(folder.at("t"), how).value();
    auto reader = dataset.scan(what).value();
    while (reader.next().value()) continue;
    CHECK(reader.counts().files == 5);
    return reader.counts().files_left_out;
  };
  CHECK(left_out({}, options) == 4);
  CHECK(left_out({}, {.partitions = {{.column = "partition", .from = "2023-01-12", .to = "2023-01-13"}}}) == 3);
  CHECK(left_out({}, {.partitions = {{.column = "partition", .to = "2023-01-09"}}}) == 5);
  // Without statistics the folders still tell.
  auto log = text_of(commit_file(folder, 0));
  for (std::size_t at = 0; (at = log.find("\"stats\":", at)) != std::string::npos; ++at)
    log.replace(at, 8, "\"stat_\":");
  folder.write("t/_delta_log/00000000000000000000.json", log);
  CHECK(left_out({}, options) == 0);
  CHECK(left_out({.day_partition = "partition"}, options) == 2);
  CHECK(says(Dataset::open(folder.at("t")).value().scan({.partitions = {{.column = "id"}}}).error(),
             "is not a partition column"));
}

TEST_CASE("replacing a window takes out its rows and keeps the others, even of the same file") {
  if (!with_plugin()) return;
  Folder const folder;
  commit(folder.at("t"), hourly(start, 72));
  auto writer = DeltaWriter::open(folder.at("t")).value();
  CHECK(writer.version() == 0);
  writer.replace_window("ts", start + 12 * hour, start + 36 * hour);
  writer.append(hourly(start + 20 * hour, 2, 1000)).value();
  auto const done = writer.commit().value();
  CHECK(done.files_removed == 2);
  CHECK(done.files_added == 3);  // what is left of two days, and the new rows
  auto expected = range(0, 12);
  for (auto const id : range(36, 72)) expected.push_back(id);
  expected.push_back(1000);
  expected.push_back(1001);
  CHECK(ids(Dataset::open(folder.at("t"))) == expected);
  CHECK(ids(Dataset::open(folder.at("t"), {.version = 0})) == range(0, 72));
  CHECK(text_of(commit_file(folder, 1)).find("ts >= '2023-01-10T12:00:00Z' AND ts < '2023-01-11T12:00:00Z'") !=
        std::string::npos);
}

TEST_CASE("a writer without a commit leaves nothing, and what it cannot store is named") {
  if (!with_plugin()) return;
  Folder const folder;
  {
    auto writer = DeltaWriter::open(folder.at("t"), {.partition_columns = {"partition"}}).value();
    CHECK_FALSE(writer.version());
    writer.append(hourly(start, 5)).value();
  }
  CHECK_FALSE(fs::exists(folder.at("t/_delta_log")));
  CHECK((!fs::exists(folder.at("t")) || data_files(folder) == 0));
  CHECK(says(DeltaWriter::open(folder.at("t")).value().commit().error(), "there is no table yet"));
  auto const refused = [&](data::Table const& rows, data::DeltaOptions const& options = {}) {
    return DeltaWriter::open(folder.at("t"), options).value().append(rows).error().to_string();
  };
  CHECK(refused(hourly(start, 1), {.partition_columns = {"day"}}).find("no column `day` to partition") !=
        std::string::npos);
  commit(folder.at("t"), hourly(start, 5));
  auto const files = data_files(folder);
  CHECK(refused(data::TableBuilder{}
                    .add("id", Texts{"a"})
                    .add_timestamps("ts", {start})
                    .add("partition", Texts{"x"})
                    .build()
                    .value())
            .find("column `id` is string, the table has long") != std::string::npos);
  CHECK(refused(data::TableBuilder{}.add("id", Longs{1}).build().value()).find("no column `ts`") != std::string::npos);
  CHECK(data_files(folder) == files);
}

TEST_CASE("of two writers both get in; the later works its window out anew") {
  if (!with_plugin()) return;
  Folder const folder;
  commit(folder.at("t"), hourly(start, 24));
  auto first = DeltaWriter::open(folder.at("t")).value();
  auto second = DeltaWriter::open(folder.at("t")).value();
  first.append(hourly(start, 24, 100)).value();
  second.replace_window("ts", start, start + 12 * hour);
  second.append(hourly(start, 1, 500)).value();
  CHECK(first.commit().value().version == 1);
  CHECK(second.commit().value().version == 2);
  auto expected = range(12, 24);
  for (auto const id : range(112, 124)) expected.push_back(id);
  expected.push_back(500);
  CHECK(ids(Dataset::open(folder.at("t"))) == expected);
}

TEST_CASE("partition values may be anything, null and what folders cannot say included") {
  if (!with_plugin()) return;
  Folder const folder;
  Texts const values{"a b", "10:00/x", "", "caf\xc3\xa9", "100%", "="};
  auto writer = DeltaWriter::open(folder.at("t"), {.partition_columns = {"p", "n"}}).value();
  writer
      .append(data::TableBuilder{}
                  .add("id", range(0, 6))
                  .add("p", values)
                  .add("n", range(-3, 3), {true, true, true, true, true, false})
                  .build()
                  .value())
      .value();
  writer.commit().value();
  auto const table = Dataset::open(folder.at("t")).value().read({.columns = {"id", "p", "n"}}).value();
  auto const p = data::strings(table, "p").value();
  auto const n = data::strings(table, "n").value();
  auto const id = data::integers(table, "id").value();
  for (std::size_t i = 0; i < id.size(); ++i) {
    CHECK(p[i] == values[static_cast<std::size_t>(id[i])]);
    CHECK(n[i] == (id[i] == 5 ? "" : std::to_string(id[i] - 3)));
  }
}

TEST_CASE("text that JSON cannot hold is refused as a partition value, and nothing stays of it") {
  if (!with_plugin()) return;
  Folder const folder;
  auto writer = DeltaWriter::open(folder.at("t"), {.partition_columns = {"p"}}).value();
  writer.append(data::TableBuilder{}.add("id", Longs{1}).add("p", Texts{"caf\xe9"}).build().value()).value();
  CHECK(says(writer.commit().error(), "not valid UTF-8"));
  CHECK_FALSE(fs::exists(folder.at("t/_delta_log")));
}

TEST_CASE("features that a reader must know are refused by name") {
  if (!with_plugin()) return;
  Folder const folder;
  commit(folder.at("t"), hourly(start, 5));
  auto const log = text_of(commit_file(folder, 0));
  auto const with = [&](std::string const& from, std::string const& to) {
    auto changed = log;
    changed.replace(changed.find(from), from.size(), to);
    folder.write("t/_delta_log/00000000000000000000.json", changed);
    auto const opened = Dataset::open(folder.at("t"));
    REQUIRE_FALSE(opened);
    return opened.error().to_string();
  };
  auto const protocol = std::string{R"({"minReaderVersion":1,"minWriterVersion":2})"};
  CHECK(
      with(
          protocol,
          R"({"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["variantType"],"writerFeatures":["variantType"]})")
          .find("uses the reader feature `variantType`") != std::string::npos);
  CHECK(with(protocol, R"({"minReaderVersion":9,"minWriterVersion":9})").find("asks for reader version 9") !=
        std::string::npos);
  CHECK(with(R"("configuration":{})", R"("configuration":{"delta.columnMapping.mode":"name"})")
            .find("uses the reader feature `columnMapping` (mode name)") != std::string::npos);
  CHECK(
      with(
          R"("dataChange":true)",
          R"("dataChange":true,"deletionVector":{"storageType":"u","pathOrInlineDv":"x","sizeInBytes":1,"cardinality":1})")
          .find("uses the reader feature `deletionVectors`") != std::string::npos);
  CHECK(with(R"("provider":"parquet")", R"("provider":"orc")").find("keeps its rows as `orc`") != std::string::npos);
  CHECK(with(R"(\"type\":\"long\")", R"(\"type\":\"variant\")").find("column `id` is of the Delta type `variant`") !=
        std::string::npos);
}

TEST_CASE("a damaged log is one error with file and line") {
  if (!with_plugin()) return;
  Folder const folder;
  commit(folder.at("t"), hourly(start, 5));
  commit(folder.at("t"), hourly(start, 5));
  commit(folder.at("t"), hourly(start, 5));
  auto const first = text_of(commit_file(folder, 0));
  auto const broken = [&](int version, std::string const& text) {
    folder.write(fs::path{commit_file(folder, version)}.lexically_relative(folder.path).string(), text);
    auto const opened = Dataset::open(folder.at("t"));
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code() == Errc::invalid_argument);
    return opened.error().to_string();
  };
  auto const second = text_of(commit_file(folder, 1));
  CHECK(broken(1, second.substr(0, second.size() / 2)).find("is damaged: line 2: is not a JSON object") !=
        std::string::npos);
  CHECK(broken(1, "{\"add\":{\"path\":7}}\n").find("line 1: `add.path` is not a text") != std::string::npos);
  CHECK(broken(1, "{\"add\":{\"path\":\"x\",\"size\":\"9\"}}\n").find("`add.size` is not a whole number") !=
        std::string::npos);
  CHECK(broken(1, "[]").find("is not a JSON object") != std::string::npos);
  folder.write("t/_delta_log/00000000000000000001.json", second);
  CHECK(broken(0, "").find("says the columns (`metaData`)") != std::string::npos);
  folder.write("t/_delta_log/00000000000000000000.json", first);
  fs::remove(commit_file(folder, 1));
  auto const gap = Dataset::open(folder.at("t"));
  CHECK(says(gap.error(), "version 1 is missing"));
  fs::remove(commit_file(folder, 0));
  CHECK(says(Dataset::open(folder.at("t")).error(), "version 0 is missing, the first that is there is 2"));
  fs::remove(commit_file(folder, 2));
  CHECK(says(Dataset::open(folder.at("t")).error(), "it holds no commit"));
}

TEST_CASE("a file that the log names and that is gone is named") {
  if (!with_plugin()) return;
  Folder const folder;
  commit(folder.at("t"), hourly(start, 5));
  for (auto const& entry : fs::recursive_directory_iterator{folder.at("t")})
    if (entry.path().extension() == ".parquet") {
      fs::remove(entry.path());
      break;
    }
  auto const read = Dataset::open(folder.at("t")).value().read();
  REQUIRE_FALSE(read);
  CHECK(read.error().code() == Errc::not_found);
  CHECK(says(read.error(), ".parquet"));
}

TEST_CASE("whatever byte of a log is wrong, opening ends in a table or one error that names the file") {
  if (!with_plugin()) return;
  Folder const folder;
  commit(folder.at("t"), hourly(start, 30));
  commit(folder.at("t"), hourly(start, 3, 30));
  auto const whole = text_of(commit_file(folder, 0));
  std::uint32_t random = 99;
  auto const next = [&] { return random = random * 1664525 + 1013904223; };
  for (int i = 0; i < 1500; ++i) {
    auto bytes = whole;
    auto const kind = next() >> 30;
    if (kind == 0)
      bytes.resize((next() >> 8) % bytes.size());
    else if (kind == 1)
      bytes.erase((next() >> 8) % bytes.size(), (next() >> 8) % 40);
    else if (kind == 2)
      bytes.insert((next() >> 8) % bytes.size(), bytes.substr((next() >> 8) % bytes.size(), (next() >> 8) % 60));
    else
      for (int k = 0; k < 3; ++k) bytes[(next() >> 8) % bytes.size()] = static_cast<char>(next() >> 24);
    folder.write("t/_delta_log/00000000000000000000.json", bytes);
    auto const dataset = Dataset::open(folder.at("t"));
    auto const rows = dataset ? dataset->read() : Result<data::Table>{dataset.error()};
    if (!rows) CHECK_MESSAGE(says(rows.error(), folder.at("t")), rows.error().to_string());
  }
}

TEST_CASE("whatever byte of a CSV is wrong, reading ends in a table or one error that names the file") {
  if (!with_plugin()) return;
  Folder const folder;
  std::string whole = "id,ts,name,x\n";
  for (int i = 0; i < 40; ++i)
    whole += std::to_string(i) + ",2023-01-10T10:00:" + std::to_string(10 + i) + "Z,\"n, " + std::to_string(i) + "\"," +
             std::to_string(i) + ".5\n";
  std::uint32_t random = 7;
  auto const next = [&] { return random = random * 1664525 + 1013904223; };
  for (int i = 0; i < 500; ++i) {
    auto bytes = whole;
    if ((next() >> 31) == 0) bytes.resize((next() >> 8) % bytes.size());
    for (int k = 0; k < 3 && !bytes.empty(); ++k) bytes[(next() >> 8) % bytes.size()] = static_cast<char>(next() >> 24);
    auto const path = folder.write("bad.csv", bytes);
    auto const dataset = Dataset::open(path);
    auto const rows = dataset ? dataset->read() : Result<data::Table>{dataset.error()};
    if (!rows) CHECK_MESSAGE(says(rows.error(), "bad.csv"), rows.error().to_string());
  }
}
