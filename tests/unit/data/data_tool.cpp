#include "podium/data/dataset.hpp"
#include "podium/data/delta.hpp"
#include "podium/data/parquet_sink.hpp"

#include <charconv>
#include <cstdio>
#include <map>

/// Drives datasets and Delta tables from the Python tests, which hold them against other readers and writers.
///
///   data_tool schema PLACE [options]        columns and types, one a line
///   data_tool read PLACE OUT [options]      what a scan gives, as Parquet
///   data_tool append TABLE PLACE [options]  rows of PLACE into a Delta table
///
/// Options: --columns=a,b --version=N --time=COLUMN --from=US --to=US --exact --partitions=a,b --day=COLUMN
/// --plain-times --endpoint=URL --key=KEY --plugin=FILE
namespace {

using namespace podium;
using Options = std::map<std::string, std::string>;

std::vector<std::string> words(std::string const& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    auto const comma = std::min(text.find(',', at), text.size());
    out.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return out;
}

std::string text(Options const& options, std::string const& name) {
  auto const found = options.find(name);
  return found == options.end() ? std::string{} : found->second;
}

std::optional<std::int64_t> number(Options const& options, std::string const& name) {
  auto const given = text(options, name);
  std::int64_t value = 0;
  if (given.empty() || std::from_chars(given.data(), given.data() + given.size(), value).ec != std::errc{})
    return std::nullopt;
  return value;
}

data::StorageOptions storage(Options const& options) {
  return {.account_key = text(options, "key"), .endpoint = text(options, "endpoint")};
}

Result<data::Dataset> open(std::string const& place, Options const& options) {
  return data::Dataset::open(place, {.version = number(options, "version"),
                                     .partition_columns = words(text(options, "partitions")),
                                     .day_partition = text(options, "day"),
                                     .storage = storage(options)});
}

data::ScanOptions scan(Options const& options) {
  return {.columns = words(text(options, "columns")),
          .time_column = text(options, "time"),
          .from_us = number(options, "from"),
          .to_us = number(options, "to"),
          .exact = options.contains("exact")};
}

Result<void> print_schema(std::string const& place, Options const& options) {
  auto const dataset = open(place, options);
  if (!dataset) return dataset.error();
  for (auto const& field : dataset->schema()) std::printf("%s %s\n", field.name.c_str(), field.type.c_str());
  return {};
}

Result<void> copy(std::string const& place, std::string const& out, Options const& options) {
  auto const dataset = open(place, options);
  if (!dataset) return dataset.error();
  auto reader = dataset->scan(scan(options));
  if (!reader) return reader.error();
  auto sink = data::ParquetSink::open(out, {.storage = storage(options)});
  if (!sink) return sink.error();
  std::int64_t rows = 0;
  for (;;) {
    auto batch = reader->next();
    if (!batch) return batch.error();
    if (!*batch) break;
    rows += (*batch)->rows();
    if (auto ok = sink->append(**batch); !ok) return ok.error();
  }
  if (rows == 0) {
    auto const empty = dataset->read(scan(options));
    if (!empty) return empty.error();
    if (auto ok = sink->append(*empty); !ok) return ok.error();
  }
  auto const counts = reader->counts();
  std::printf("%lld rows, %lld of %lld files and %lld row groups left out\n", static_cast<long long>(rows),
              static_cast<long long>(counts.files_left_out), static_cast<long long>(counts.files),
              static_cast<long long>(counts.row_groups_left_out));
  auto const done = sink->finish();
  return done ? Result<void>{} : Result<void>{done.error()};
}

Result<void> append(std::string const& table, std::string const& place, Options const& options) {
  auto writer = data::DeltaWriter::open(table, {.partition_columns = words(text(options, "partitions")),
                                                .int96_timestamps = !options.contains("plain-times"),
                                                .storage = storage(options)});
  if (!writer) return writer.error();
  auto const dataset = data::Dataset::open(place);
  if (!dataset) return dataset.error();
  auto const rows = dataset->read();
  if (!rows) return rows.error();
  if (options.contains("time"))
    writer->replace_window(text(options, "time"), number(options, "from").value_or(0),
                           number(options, "to").value_or(0));
  if (auto ok = writer->append(*rows); !ok) return ok.error();
  auto const done = writer->commit();
  if (!done) return done.error();
  std::printf("version %lld\n", static_cast<long long>(done->version));
  return {};
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::string> plain;
  Options options;
  for (int a = 1; a < count; ++a) {
    std::string const word = arguments[a];
    if (!word.starts_with("--")) {
      plain.push_back(word);
      continue;
    }
    auto const equals = word.find('=');
    options[word.substr(2, equals - 2)] = equals == std::string::npos ? "" : word.substr(equals + 1);
  }
  if (options.contains("plugin")) data::set_plugin_path(text(options, "plugin"));
  Result<void> done = Error{Errc::invalid_argument, "usage: data_tool schema|read|append PLACE [OUT]"};
  if (plain.size() == 2 && plain[0] == "schema") done = print_schema(plain[1], options);
  if (plain.size() == 3 && plain[0] == "read") done = copy(plain[1], plain[2], options);
  if (plain.size() == 3 && plain[0] == "append") done = append(plain[1], plain[2], options);
  if (done) return 0;
  std::fprintf(stderr, "%s\n", done.error().to_string().c_str());
  return 1;
}
