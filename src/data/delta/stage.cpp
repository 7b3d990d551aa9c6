#include "data/delta/stage.hpp"

#include "base/ids.hpp"
#include "data/delta/schema.hpp"
#include "data/take.hpp"
#include "data/times.hpp"
#include "data/view.hpp"

#include "podium/data/parquet_sink.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>

namespace podium::inline v0::data::delta {
namespace {

/// Rows wait in memory until there are so many.
constexpr std::int64_t flush_rows = 4'000'000;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

std::string encoded(std::string_view text) {
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  for (char const c : text) {
    if (is_plain(c)) {
      out += c;
    } else {
      out += '%';
      out += hex[static_cast<unsigned char>(c) >> 4];
      out += hex[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

/// A path as the log has it: encoded once more, slashes and `=` aside.
std::string logged(std::string_view path) {
  std::string out;
  for (char const c : path) {
    if (is_plain(c) || c == '/' || c == '=')
      out += c;
    else
      out += encoded({&c, 1});
  }
  return out;
}

Result<std::shared_ptr<OwnedArray const>> instants(Table::State const& state, std::size_t column) {
  auto const times = read_times(state, column, Tick::micro);
  if (!times) return times.error();
  auto const length = static_cast<std::int64_t>(times->size());
  auto valid = empty_bitmap(length);
  auto values = std::make_unique<std::byte[]>(times->size() * sizeof(std::int64_t) + 8);
  std::int64_t nulls = 0;
  for (std::size_t i = 0; i < times->size(); ++i) {
    auto const time = (*times)[i] == null_time ? 0 : (*times)[i];
    std::memcpy(values.get() + i * sizeof time, &time, sizeof time);
    if ((*times)[i] == null_time)
      ++nulls;
    else
      set_bit(valid, static_cast<std::int64_t>(i));
  }
  std::vector<OwnedArray::Buffer> buffers;
  buffers.push_back(nulls == 0 ? nullptr : std::move(valid));
  buffers.push_back(std::move(values));
  return std::make_shared<OwnedArray const>(length, nulls, std::move(buffers));
}

std::vector<Pick> all_rows(Table::State const& state) {
  std::vector<Pick> picks;
  picks.reserve(static_cast<std::size_t>(state.rows));
  for (std::size_t b = 0; b < state.batch_rows.size(); ++b)
    for (std::int64_t i = 0; i < state.batch_rows[b]; ++i) picks.push_back({static_cast<std::int32_t>(b), i});
  return picks;
}

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

/// The text that the log keeps for a partition value.
Result<std::vector<std::optional<std::string>>> partition_texts(Table const& rows, std::string const& column) {
  auto const& state = rows.state();
  auto const c = find_column(state, column);
  if (!c) return c.error();
  auto const& field = state.fields[*c];
  if (field.type.is_binary() || field.type.kind == Kind::floating)
    return Error{Errc::invalid_argument,
                 "column `" + column + "` is " + type_name(field.type) + ": a table cannot be partitioned by that"};
  auto const texts = strings(rows, column);
  if (!texts) return texts.error();
  std::vector<std::optional<std::string>> out;
  std::size_t row = 0;
  for (auto const& chunk : state.columns[*c]) {
    Validity const valid{field.type, chunk};
    for (std::int64_t i = 0; i < chunk.length; ++i, ++row) {
      auto text = (*texts)[row];
      if (field.type.kind == Kind::timestamp && !text.empty()) {
        text[10] = ' ';
        text.pop_back();
      }
      // Spark reads an empty text back as null, so that it is written as one.
      out.push_back(valid(i) && !text.empty() ? std::optional{std::move(text)} : std::nullopt);
    }
  }
  return out;
}

}  // namespace

Result<Table> conform(Table const& rows) {
  auto const& state = rows.state();
  auto const picks = all_rows(state);
  std::vector<std::pair<SchemaNode, std::shared_ptr<OwnedArray const>>> columns;
  for (std::size_t c = 0; c < state.fields.size(); ++c) {
    auto const& field = state.fields[c];
    auto const& type = field.value_type();
    if (delta_type(type).empty())
      return Error{Errc::invalid_argument, "column `" + field.name + "` is " + type_name(type) +
                                               ", which a Delta table cannot hold: cast it to another type first"};
    SchemaNode out{.name = field.name};
    auto made = type.kind == Kind::timestamp ? instants(state, c) : take(field, state.columns[c], picks);
    if (!made) return made.error();
    if (type.kind == Kind::timestamp)
      out.type = *parse_type("tsu:UTC");
    else
      out.type = taken_field(field)->type;
    columns.emplace_back(std::move(out), *std::move(made));
  }
  return table_of(state.rows, std::move(columns));
}

Result<void> Stage::write(Table const& rows, std::vector<std::string> const& partition_columns) {
  partition_columns_ = partition_columns;
  if (rows.rows() == 0) return {};
  std::vector<std::vector<std::optional<std::string>>> texts;
  for (auto const& column : partition_columns) {
    auto own = partition_texts(rows, column);
    if (!own) return own.error();
    texts.push_back(*std::move(own));
  }
  std::map<Key, std::vector<std::int64_t>> groups;
  for (std::int64_t i = 0; i < rows.rows(); ++i) {
    Key key;
    for (auto const& own : texts) key.push_back(own[static_cast<std::size_t>(i)]);
    groups[std::move(key)].push_back(i);
  }
  auto const& state = rows.state();
  for (auto const& [key, own] : groups) {
    auto const picks = picks_of(state, own);
    std::vector<std::pair<SchemaNode, std::shared_ptr<OwnedArray const>>> columns;
    for (std::size_t c = 0; c < state.fields.size(); ++c) {
      if (std::ranges::count(partition_columns, state.fields[c].name) > 0) continue;
      auto made = take(state.fields[c], state.columns[c], picks);
      if (!made) return made.error();
      columns.emplace_back(state.fields[c], *std::move(made));
    }
    if (columns.empty())
      return Error{Errc::invalid_argument, "a table needs a column besides those it is partitioned by"};
    pending_[key].push_back(table_of(static_cast<std::int64_t>(own.size()), std::move(columns)));
  }
  pending_rows_ += rows.rows();
  return pending_rows_ < flush_rows ? Result<void>{} : flush();
}

Result<void> Stage::flush() {
  for (auto const& [key, tables] : pending_) {
    auto state = std::make_shared<Table::State>(tables.front().state());
    for (std::size_t t = 1; t < tables.size(); ++t) append(*state, tables[t].state());
    if (auto ok = write_file(key, Table{std::move(state)}); !ok) return ok.error();
  }
  pending_.clear();
  pending_rows_ = 0;
  return {};
}

Result<void> Stage::write_file(Key const& key, Table const& rows) {
  std::string folder;
  AddFile file;
  for (std::size_t p = 0; p < key.size(); ++p) {
    folder += encoded(partition_columns_[p]) + "=" + (key[p] ? encoded(*key[p]) : "__HIVE_DEFAULT_PARTITION__") + "/";
    file.partitions.emplace_back(partition_columns_[p], key[p]);
  }
  auto const extension = options_.compression == "none" ? std::string{} : "." + options_.compression;
  auto const number = std::to_string(files_.size());
  auto const name = folder + "part-" + std::string(5 - std::min<std::size_t>(number.size(), 5), '0') + number + "-" +
                    base::uuid() + "-c000" + extension + ".parquet";
  auto const path = join_path(location_.path, name);
  if (!location_.remote()) {
    std::error_code failed;
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path(), failed);
    if (failed) return Error{Errc::unavailable, "the folder cannot be made: " + failed.message()}.with("file", path);
  }
  auto sink = ParquetSink::open(location_.remote() ? location_.shown(path) : path,
                                {.compression = options_.compression,
                                 .int96_timestamps = options_.int96_timestamps,
                                 .store_arrow_schema = false,
                                 .storage = options_.storage});
  if (!sink) return sink.error();
  if (auto ok = sink->append(rows); !ok) return ok.error();
  auto const done = sink->finish();
  if (!done) return done.error();
  Statistics statistics;
  statistics.add(rows.state());
  file.path = logged(name);
  file.bytes = done->bytes;
  file.modified_ms = now_ms();
  file.statistics = statistics.json();
  files_.push_back(std::move(file));
  return {};
}

void Stage::discard() {
  for (auto const& file : files_)
    static_cast<void>(storage_->remove(join_path(location_.path, percent_decoded(file.path))));
  files_.clear();
  pending_.clear();
  pending_rows_ = 0;
}

}  // namespace podium::inline v0::data::delta
