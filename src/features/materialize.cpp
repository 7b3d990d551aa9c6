#include "podium/features/materialize.hpp"

#include "base/letters.hpp"
#include "data/take.hpp"
#include "data/times.hpp"
#include "features/window.hpp"

#include "podium/data/delta.hpp"

#include <algorithm>
#include <cstring>

namespace podium::inline v0::features {
namespace {

constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::string_view created = "create_timestamp";

using Columns = std::vector<std::pair<data::SchemaNode, std::shared_ptr<data::OwnedArray const>>>;

std::shared_ptr<data::OwnedArray const> text_column(std::vector<std::string> const& values) {
  std::vector<std::int32_t> ends{0};
  std::string all;
  for (auto const& value : values) {
    all += value;
    ends.push_back(static_cast<std::int32_t>(all.size()));
  }
  auto const copy = [](void const* from, std::size_t size) {
    auto out = std::make_unique<std::byte[]>(size + 8);
    if (size > 0) std::memcpy(out.get(), from, size);
    return out;
  };
  std::vector<data::OwnedArray::Buffer> buffers;
  buffers.push_back(nullptr);
  buffers.push_back(copy(ends.data(), ends.size() * sizeof ends[0]));
  buffers.push_back(copy(all.data(), all.size()));
  return std::make_shared<data::OwnedArray const>(static_cast<std::int64_t>(values.size()), 0, std::move(buffers));
}

Result<void> check_names(model::FeatureSetSpec const& spec) {
  static constexpr std::string_view own[] = {"sys_create_timestamp", "sys_update_timestamp", "partition"};
  auto const taken = [&](std::string const& name) { return std::ranges::find(own, name) != std::end(own); };
  for (auto const* const columns : {&spec.index_columns, &spec.features})
    for (auto const& column : *columns)
      if (taken(column.name))
        return Error{Errc::invalid_argument,
                     "column `" + column.name + "` has a name that the offline store needs for itself"};
  if (taken(spec.timestamp_column))
    return Error{Errc::invalid_argument,
                 "column `" + spec.timestamp_column + "` has a name that the offline store needs for itself"};
  return {};
}

/// The rows with what the store adds to them.
Result<data::Table> stored_form(data::Table const& rows, std::string const& timestamp, std::int64_t now_us) {
  auto const& state = rows.state();
  auto const at = data::find_column(state, timestamp);
  if (!at) return at.error();
  auto const times = data::read_times(state, *at, data::Tick::micro);
  if (!times) return times.error();
  std::vector<std::int64_t> all(times->size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  auto const picks = data::picks_of(state, all);
  Columns columns;
  for (std::size_t c = 0; c < state.fields.size(); ++c) {
    auto field = data::taken_field(state.fields[c]);
    if (!field) return field.error();
    auto made = data::take(state.fields[c], state.columns[c], picks);
    if (!made) return made.error();
    columns.emplace_back(*std::move(field), *std::move(made));
  }
  data::SchemaNode const instant{.name = {}, .type = *data::parse_type("tsu:UTC")};
  auto const add_now = [&](std::string_view name) {
    auto field = instant;
    field.name = name;
    columns.emplace_back(std::move(field), instant_column(std::vector<std::int64_t>(times->size(), now_us)));
  };
  if (!rows.has_column(created)) add_now(created);
  add_now("sys_create_timestamp");
  add_now("sys_update_timestamp");
  std::vector<std::string> days;
  days.reserve(times->size());
  for (auto const time : *times) days.push_back(data::date_text(data::floor_div(time, day_us)));
  columns.emplace_back(data::SchemaNode{.name = "partition", .type = *data::parse_type("u")}, text_column(days));
  return data::table_of(state.rows, std::move(columns));
}

/// The window in whole days (the first and last cut), as many at once as make about `rows_at_once` source rows.
std::vector<TimeWindow> slices(TimeWindow window, data::Dataset const& source, MaterializeOptions const& options,
                               bool whole) {
  auto const rows = std::max<std::int64_t>(source.estimated_rows(), 1);
  auto const parts = rows / std::max<std::int64_t>(options.rows_at_once, 1) + 1;
  if (whole || parts <= 1) return {window};
  // The source may hold more time than the window: then there are fewer rows in a slice than there could be.
  auto const length = (window.to_us / parts - window.from_us / parts) / day_us * day_us;
  std::vector<TimeWindow> out;
  auto from = window.from_us;
  while (from < window.to_us) {
    auto const next = data::floor_div(from, day_us) * day_us + std::max(length, day_us);
    auto const to = std::min(next, window.to_us);
    out.push_back({from, to});
    from = to;
  }
  return out;
}

Result<Materialized> write_window(model::FeatureSetSpec const& spec, data::Dataset const& source,
                                  std::string const& store, TimeWindow window, MaterializeOptions const& options,
                                  std::int64_t now_us, Context const& ctx) {
  auto writer = data::DeltaWriter::open(store, {.partition_columns = {"partition"}, .storage = options.storage});
  if (!writer) return writer.error();
  Materialized out{.window = window};
  auto compute = options.compute;
  compute.deduplicate = true;
  auto const parts = slices(window, source, options, !spec.transformer_class.empty());
  for (std::size_t p = 0; p < parts.size(); ++p) {
    auto const computed = compute_features(spec, source, parts[p], compute, ctx);
    if (!computed) return computed.error();
    if (p == 0) out.warnings = computed->warnings;
    out.duplicates += computed->duplicates;
    auto const rows = stored_form(computed->rows, spec.timestamp_column, now_us);
    if (!rows) return rows.error();
    if (auto ok = writer->append(*rows); !ok) return ok.error();
    out.rows += rows->rows();
    if (options.on_progress)
      if (auto ok = options.on_progress({.phase = "write",
                                         .done = static_cast<std::int64_t>(p) + 1,
                                         .total = static_cast<std::int64_t>(parts.size())});
          !ok)
        return ok.error();
  }
  writer->replace_window(spec.timestamp_column, window.from_us, window.to_us);
  auto const done = writer->commit(ctx);
  if (!done) return done.error();
  out.version = done->version;
  return out;
}

}  // namespace

std::string offline_path(std::string const& workspace, std::string const& subscription,
                         std::string const& resource_group, std::string const& set, std::string const& version,
                         std::string const& materialization_version) {
  auto const root = workspace + "_" + subscription + "_" + resource_group + "/";
  if (materialization_version.empty()) return base::lower_case(root + set + "/" + version);
  return base::lower_case(root + "materialize_store/" + set + "/" + version + "/" + materialization_version);
}

Result<Materialized> materialize(model::FeatureSetSpec const& spec, data::Dataset const& source,
                                 std::string const& store, TimeWindow window, MaterializeOptions const& options,
                                 Context const& ctx) {
  auto const in_set = [&](Error error) { return std::move(error).with("feature set", spec.name); };
  if (auto ok = check_names(spec); !ok) return in_set(ok.error());
  auto record = IntervalRecord::load(store, options.storage);
  if (!record) return in_set(record.error());
  if (auto ok = record->set(window, DataStatus::pending); !ok) return in_set(ok.error());
  if (auto ok = record->save(store, options.storage); !ok) return in_set(ok.error());

  using namespace std::chrono;
  auto const now_us =
      options.now_us.value_or(duration_cast<microseconds>(system_clock::now().time_since_epoch()).count());
  auto done = write_window(spec, source, store, window, options, now_us, ctx);
  // Somebody else may have materialised another window meanwhile.
  record = IntervalRecord::load(store, options.storage);
  if (record) {
    if (auto ok = record->set(window, done ? DataStatus::complete : DataStatus::incomplete); !ok)
      return in_set(ok.error());
    if (auto ok = record->save(store, options.storage); !ok && done) return in_set(ok.error());
  }
  if (!done) {
    auto error = done.error();
    auto const& context = error.context();
    bool const named = std::ranges::any_of(context, [](auto const& fact) { return fact.first == "feature set"; });
    return named ? std::move(error) : in_set(std::move(error));
  }
  return done;
}

Result<data::Dataset> open_store(std::string const& store, data::StorageOptions const& storage,
                                 std::optional<std::int64_t> version, Context const& ctx) {
  return data::Dataset::open(
      store, {.format = data::Format::delta, .version = version, .day_partition = "partition", .storage = storage},
      ctx);
}

TimeWindow wanted_window(model::FeatureSetSpec const& spec, std::int64_t first_us, std::int64_t last_us) {
  auto const minus = [](std::int64_t us, std::optional<std::chrono::seconds> span) {
    std::int64_t length = 0, out = 0;
    if (__builtin_mul_overflow(std::int64_t{span->count()}, std::int64_t{1'000'000}, &length) ||
        __builtin_sub_overflow(us, length, &out))
      return INT64_MIN;
    return out;
  };
  TimeWindow out{INT64_MIN, last_us};
  if (spec.temporal_join_lookback) out.from_us = minus(first_us, spec.temporal_join_lookback);
  // With a lookback of zero the delay does not count.
  bool const equal_time = spec.temporal_join_lookback && spec.temporal_join_lookback->count() == 0;
  if (!equal_time) out.to_us = minus(last_us, spec.source_delay);
  if (out.to_us < INT64_MAX) ++out.to_us;
  return out;
}

}  // namespace podium::inline v0::features
