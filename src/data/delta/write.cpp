#include "base/ids.hpp"
#include "data/dataset_impl.hpp"
#include "data/delta/schema.hpp"
#include "data/delta/stage.hpp"
#include "data/take.hpp"
#include "data/times.hpp"

#include "podium/data/delta.hpp"
#include "podium/version.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <new>
#include <set>

namespace podium::inline v0::data {
namespace {

using Json = nlohmann::ordered_json;
using delta::AddFile;
using delta::Snapshot;

/// Tries to get a commit in before others, as Azure's writer does.
constexpr int tries = 3;

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

Json values_json(PartitionValues const& values) {
  Json out = Json::object();
  for (auto const& [name, value] : values) out[name] = value ? Json(*value) : Json(nullptr);
  return out;
}

Json add_json(AddFile const& file) {
  return {{"add",
           {{"path", file.path},
            {"partitionValues", values_json(file.partitions)},
            {"size", file.bytes},
            {"modificationTime", file.modified_ms},
            {"dataChange", true},
            {"stats", file.statistics}}}};
}

Json remove_json(AddFile const& file) {
  return {{"remove",
           {{"path", file.path},
            {"deletionTimestamp", now_ms()},
            {"dataChange", true},
            {"extendedFileMetadata", true},
            {"partitionValues", values_json(file.partitions)},
            {"size", file.bytes}}}};
}

struct Window {
  std::string column;
  std::int64_t from_us, to_us;
};

}  // namespace

class DeltaWriter::Impl {
 public:
  Impl(Location location, DeltaOptions options, PodiumArrowPlugin const& plugin, std::shared_ptr<Storage const> storage)
      : location_{std::move(location)},
        options_{std::move(options)},
        plugin_{plugin},
        storage_{std::move(storage)},
        rows_{storage_, location_, options_} {}

  Result<void> load() {
    snapshot_.reset();
    auto const found = storage_->list(join_path(location_.path, "_delta_log"), false);
    if (!found) return found.error();
    bool const there = std::ranges::any_of(
        *found, [](Found const& file) { return file.path.ends_with(".json") || file.path.ends_with(".parquet"); });
    if (!there) return {};
    auto snapshot = delta::replay(plugin_, storage_, location_, location_.path, std::nullopt);
    if (!snapshot) return snapshot.error();
    if (auto ok = delta::check_readable(*snapshot, location_.given); !ok) return ok.error();
    auto const& protocol = *snapshot->protocol;
    if (protocol.min_writer > 2)
      return refused("asks for writer version " + std::to_string(protocol.min_writer) +
                     (protocol.writer_features.empty() ? "" : " (" + protocol.writer_features.front() + ", ...)") +
                     ", this one is of version 2");
    auto fields = delta::parse_schema(snapshot->metadata->schema, location_.given);
    if (!fields) return fields.error();
    fields_ = *std::move(fields);
    partition_columns_ = snapshot->metadata->partition_columns;
    snapshot_ = *std::move(snapshot);
    return {};
  }

  std::optional<std::int64_t> version() const noexcept {
    return snapshot_ ? std::optional{snapshot_->version} : std::nullopt;
  }

  Result<void> append(Table const& rows) {
    if (ended_) return refused("was committed by this writer already");
    auto plain = delta::conform(rows);
    if (!plain) return plain.error().with("file", location_.given);
    auto ordered = in_order(*plain);
    if (!ordered) return ordered.error().with("file", location_.given);
    auto ok = rows_.write(*ordered, partition_columns_);
    if (!ok) return ok.error().with("file", location_.given);
    appended_ += rows.rows();
    return {};
  }

  void replace(Window window) { window_ = std::move(window); }
  void replace_all() { all_ = true; }

  Result<DeltaCommit> commit(Context const& ctx) {
    if (ended_) return refused("was committed by this writer already");
    if (!snapshot_ && fields_.empty())
      return Error{Errc::invalid_argument, "there is no table yet, and nothing was appended that says its columns"}
          .with("file", location_.given);
    if (auto ok = rows_.flush(); !ok) return ok.error().with("file", location_.given);
    for (int attempt = 1;; ++attempt) {
      if (auto const stop = ctx.interrupted()) return *stop;
      auto done = attempt_commit(ctx);
      if (done || done.error().code() != Errc::conflict || attempt == tries) {
        if (!done && done.error().code() == Errc::conflict)
          return Error{Errc::conflict, "others kept committing to the Delta table: try again"}.with("file",
                                                                                                    location_.given);
        return done;
      }
      auto const before = fields_;
      bool const had = snapshot_.has_value();
      if (auto ok = load(); !ok) return ok.error();
      if (!std::ranges::equal(before, fields_, [](auto const& a, auto const& b) {
            return a.name == b.name && a.type.format == b.type.format;
          }))
        return refused(had ? "got other columns in the meantime" : "was made by another writer with other columns");
    }
  }

 private:
  Error refused(std::string const& what) const {
    return Error{Errc::invalid_argument, "the Delta table " + what}.with("file", location_.given);
  }

  /// The columns as the table has them; of a table that is not there yet, as they come.
  Result<Table> in_order(Table const& rows) {
    auto const& state = rows.state();
    if (fields_.empty()) {
      std::set<std::string> names;
      for (auto const& field : state.fields)
        if (!names.insert(field.name).second)
          return Error{Errc::invalid_argument, "column `" + field.name + "` is there twice"};
      if (state.fields.empty()) return Error{Errc::invalid_argument, "a table without columns cannot be stored"};
      for (auto const& column : options_.partition_columns)
        if (!names.contains(column))
          return Error{Errc::invalid_argument, "no column `" + column + "` to partition the table by"};
      fields_ = state.fields;
      partition_columns_ = options_.partition_columns;
      return rows;
    }
    auto out = std::make_shared<Table::State>();
    out->rows = state.rows;
    out->batch_rows = state.batch_rows;
    for (auto const& field : fields_) {
      auto const found = find_column(state, field.name);
      if (!found) return found.error();
      if (delta::delta_type(state.fields[*found].type) != delta::delta_type(field.type))
        return Error{Errc::invalid_argument, "column `" + field.name + "` is " + type_name(state.fields[*found].type) +
                                                 ", the table has " + type_name(field.type)};
      out->fields.push_back(state.fields[*found]);
      out->columns.push_back(state.columns[*found]);
    }
    for (auto const& field : state.fields)
      if (std::ranges::none_of(fields_, [&](auto const& own) { return own.name == field.name; }))
        return Error{Errc::invalid_argument, "the table has no column `" + field.name + "`"};
    return Table{std::move(out)};
  }

  struct Plan {
    std::vector<AddFile> removed{};
  };

  Result<DeltaCommit> attempt_commit(Context const& ctx) {
    delta::Stage kept{storage_, location_, options_};
    auto plan = planned(kept, ctx);
    if (!plan) return plan.error();
    if (auto ok = kept.flush(); !ok) return ok.error().with("file", location_.given);

    DeltaCommit const done{.version = snapshot_ ? snapshot_->version + 1 : 0,
                           .rows = appended_,
                           .files_added = static_cast<std::int64_t>(rows_.files().size() + kept.files().size()),
                           .files_removed = static_cast<std::int64_t>(plan->removed.size())};
    std::string text = info(done).dump() + "\n";
    if (!snapshot_) {
      text += Json{{"protocol", {{"minReaderVersion", 1}, {"minWriterVersion", 2}}}}.dump() + "\n";
      text += metadata().dump() + "\n";
    }
    for (auto const& file : plan->removed) text += remove_json(file).dump() + "\n";
    for (auto const& file : kept.files()) text += add_json(file).dump() + "\n";
    for (auto const& file : rows_.files()) text += add_json(file).dump() + "\n";
    auto const path = join_path(join_path(location_.path, "_delta_log"), delta::commit_name(done.version));
    if (auto ok = storage_->put_new(path, text); !ok) return ok.error();
    kept.keep();
    rows_.keep();
    ended_ = true;
    return done;
  }

  Json info(DeltaCommit const& done) const {
    bool const replaces = window_ || all_;
    Json parameters{{"mode", replaces ? "Overwrite" : "Append"}, {"partitionBy", Json(partition_columns_).dump()}};
    if (window_ && !all_)
      parameters["predicate"] = "(" + window_->column + " >= '" + us_text(window_->from_us) + "' AND " +
                                window_->column + " < '" + us_text(window_->to_us) + "')";
    return {{"commitInfo",
             {{"timestamp", now_ms()},
              {"operation", "WRITE"},
              {"operationParameters", parameters},
              {"isolationLevel", "Serializable"},
              {"isBlindAppend", !replaces},
              {"operationMetrics",
               {{"numFiles", std::to_string(done.files_added)}, {"numOutputRows", std::to_string(done.rows)}}},
              {"engineInfo", "podium/" PODIUM_VERSION_STRING}}}};
  }

  static std::string us_text(std::int64_t us) {
    auto const seconds = floor_div(us, 1'000'000);
    return instant_text({seconds, static_cast<std::int32_t>((us - seconds * 1'000'000) * 1000)}, false);
  }

  Json metadata() const {
    Json configuration = Json::object();
    for (auto const& [name, value] : options_.configuration) configuration[name] = value;
    Json out{{"id", base::uuid()},
             {"format", {{"provider", "parquet"}, {"options", Json::object()}}},
             {"schemaString", delta::schema_json(fields_)},
             {"partitionColumns", partition_columns_},
             {"configuration", configuration},
             {"createdTime", now_ms()}};
    if (!options_.description.empty()) out["description"] = options_.description;
    return {{"metaData", out}};
  }

  /// What goes out of the version, and what is kept of it in new files.
  Result<Plan> planned(delta::Stage& kept, Context const& ctx) {
    Plan plan;
    if (!snapshot_ || (!window_ && !all_)) return plan;
    auto const append_only = snapshot_->metadata->configuration.find("delta.appendOnly");
    if (append_only != snapshot_->metadata->configuration.end() && append_only->second == "true")
      return refused("only takes appends (delta.appendOnly)");
    for (auto const& [path, file] : snapshot_->files) {
      if (auto const stop = ctx.interrupted()) return *stop;
      if (all_) {
        plan.removed.push_back(file);
        continue;
      }
      auto const bounds = file.statistics.empty() ? std::nullopt : delta_time_bounds(file.statistics, window_->column);
      if (bounds && (bounds->max_us < window_->from_us || bounds->min_us >= window_->to_us)) continue;
      auto rest = outside(file, ctx);
      if (!rest) return rest.error();
      if (!*rest) continue;
      plan.removed.push_back(file);
      if ((*rest)->rows() > 0)
        if (auto ok = kept.write(**rest, partition_columns_); !ok) return ok.error().with("file", location_.given);
    }
    return plan;
  }

  /// Rows of a file outside of the window; nothing if that is all of them.
  Result<std::optional<Table>> outside(AddFile const& file, Context const& ctx) {
    auto impl = std::make_shared<Dataset::Impl>();
    impl->format = Format::delta;
    impl->location = location_.given;
    impl->storage = storage_;
    impl->plugin = &plugin_;
    Snapshot one{.version = snapshot_->version, .metadata = snapshot_->metadata, .protocol = snapshot_->protocol};
    one.files.emplace(file.path, file);
    if (auto ok = use_snapshot(*impl, location_, location_.path, one); !ok) return ok.error();
    impl->publish();
    auto read = Dataset{std::move(impl)}.read({}, ctx);
    if (!read) return read.error();
    auto plain = delta::conform(*read);
    if (!plain) return plain.error().with("file", location_.given);
    auto const& state = plain->state();
    auto const column = find_column(state, window_->column);
    if (!column) return column.error().with("file", location_.given);
    auto const times = read_times(state, *column, Tick::micro, {}, true);
    if (!times) return times.error().with("file", location_.given);
    std::vector<std::int64_t> rows;
    for (std::size_t i = 0; i < times->size(); ++i)
      if ((*times)[i] == null_time || (*times)[i] < window_->from_us || (*times)[i] >= window_->to_us)
        rows.push_back(static_cast<std::int64_t>(i));
    if (rows.size() == times->size() && !rows.empty()) return std::optional<Table>{};
    auto const picks = picks_of(state, rows);
    std::vector<std::pair<SchemaNode, std::shared_ptr<OwnedArray const>>> columns;
    for (std::size_t c = 0; c < state.fields.size(); ++c) {
      auto made = take(state.fields[c], state.columns[c], picks);
      if (!made) return made.error();
      columns.emplace_back(state.fields[c], *std::move(made));
    }
    return std::optional{table_of(static_cast<std::int64_t>(rows.size()), std::move(columns))};
  }

  Location location_;
  DeltaOptions options_;
  PodiumArrowPlugin const& plugin_;
  std::shared_ptr<Storage const> storage_;
  delta::Stage rows_;
  std::optional<Snapshot> snapshot_;
  std::vector<SchemaNode> fields_;
  std::vector<std::string> partition_columns_;
  std::optional<Window> window_;
  std::int64_t appended_ = 0;
  bool all_ = false;
  bool ended_ = false;
};

DeltaWriter::DeltaWriter(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
DeltaWriter::DeltaWriter(DeltaWriter&&) noexcept = default;
DeltaWriter& DeltaWriter::operator=(DeltaWriter&&) noexcept = default;
DeltaWriter::~DeltaWriter() = default;

Result<DeltaWriter> DeltaWriter::open(std::string const& path_or_uri, DeltaOptions const& options) {
  auto location = parse_location(path_or_uri, options.storage);
  if (!location) return location.error();
  while (location->path.size() > 1 && location->path.ends_with('/')) location->path.pop_back();
  auto const plugin = open_plugin();
  if (!plugin) return plugin.error().with("file", location->given);
  auto storage = open_storage(*location, options.storage);
  if (!storage) return storage.error();
  auto impl = std::make_unique<Impl>(*std::move(location), options, **plugin, *std::move(storage));
  if (auto ok = impl->load(); !ok) return ok.error();
  return DeltaWriter{std::move(impl)};
}

namespace {

/// Nothing thrown leaves the module: neither what runs out, nor text that JSON cannot hold.
template <class Work>
auto guarded(Work work) -> decltype(work()) {
  try {
    return work();
  } catch (std::bad_alloc const&) {
    return Error{Errc::exhausted, "out of memory while writing a Delta table"};
  } catch (Json::exception const&) {
    return Error{Errc::invalid_argument,
                 "a column's name or a partition value is not valid UTF-8, which a Delta log cannot hold"};
  }
}

}  // namespace

std::optional<std::int64_t> DeltaWriter::version() const noexcept { return impl_->version(); }
Result<void> DeltaWriter::append(Table const& rows) {
  return guarded([&] { return impl_->append(rows); });
}
void DeltaWriter::replace_window(std::string time_column, std::int64_t from_us, std::int64_t to_us) {
  impl_->replace({std::move(time_column), from_us, to_us});
}
void DeltaWriter::replace_all() { impl_->replace_all(); }
Result<DeltaCommit> DeltaWriter::commit(Context const& ctx) {
  return guarded([&] { return impl_->commit(ctx); });
}

}  // namespace podium::inline v0::data
