#include "podium/features/feature_set.hpp"

#include "data/take.hpp"
#include "data/times.hpp"
#include "features/window.hpp"
#include "features/zones.hpp"

#include <algorithm>
#include <new>

namespace podium::inline v0::features {
namespace {

constexpr std::string_view created = "create_timestamp";
constexpr std::int64_t second_us = 1'000'000;
/// Wall clocks are at most so far from UTC.
constexpr std::int64_t widest_zone_us = 15 * 3600 * second_us;

std::int64_t shifted(std::int64_t us, std::int64_t by) {
  std::int64_t out = 0;
  if (us == INT64_MIN || us == INT64_MAX || __builtin_add_overflow(us, by, &out)) return by < 0 ? INT64_MIN : us;
  return out;
}

std::string span_text(std::chrono::seconds span) {
  auto const left = span.count();
  return left % 86400 == 0  ? std::to_string(left / 86400) + " d"
         : left % 3600 == 0 ? std::to_string(left / 3600) + " h"
                            : std::to_string(left / 60) + " min";
}

/// Instants of a column in microseconds; clocks without a zone are in `zone`.
Result<std::vector<std::int64_t>> instants(data::Table const& rows, std::string const& column,
                                           std::string const& format, Zone const& zone) {
  auto const& state = rows.state();
  auto const at = data::find_column(state, column);
  if (!at) return at.error();
  auto times = data::read_times(state, *at, data::Tick::micro, format);
  if (!times) return times.error();
  auto const& type = state.fields[*at].value_type();
  bool const naive = (type.kind == data::Kind::timestamp && type.zone.empty()) || type.kind == data::Kind::date32 ||
                     type.kind == data::Kind::date64;
  if (naive && !zone.is_utc())
    for (auto& time : *times)
      if (time != data::null_time) {
        auto const seconds = data::floor_div(time, second_us);
        time = zone.to_utc(seconds) * second_us + (time - seconds * second_us);
      }
  return times;
}

/// Columns by name, in order; the timestamp as instants.
Result<data::Table> selected(data::Table const& rows, std::vector<std::string> const& names,
                             std::string const& timestamp, std::vector<std::int64_t> const& times,
                             std::span<std::int64_t const> kept) {
  auto const& state = rows.state();
  auto const picks = data::picks_of(state, kept);
  std::vector<std::pair<data::SchemaNode, std::shared_ptr<data::OwnedArray const>>> columns;
  for (auto const& name : names) {
    if (name == timestamp) {
      std::vector<std::int64_t> own;
      own.reserve(kept.size());
      for (auto const row : kept) own.push_back(times[static_cast<std::size_t>(row)]);
      columns.emplace_back(data::SchemaNode{.name = name, .type = *data::parse_type("tsu:UTC")}, instant_column(own));
      continue;
    }
    auto const at = data::find_column(state, name);
    if (!at) return at.error();
    auto field = data::taken_field(state.fields[*at]);
    if (!field) return field.error();
    auto made = data::take(state.fields[*at], state.columns[*at], picks);
    if (!made) return made.error();
    columns.emplace_back(*std::move(field), *std::move(made));
  }
  return data::table_of(static_cast<std::int64_t>(kept.size()), std::move(columns));
}

/// Of rows with equal keys and time, the one that counts; in the order of the rows.
Result<std::vector<std::int64_t>> deduplicated(model::FeatureSetSpec const& spec, data::Table const& rows,
                                               std::vector<std::int64_t> const& times,
                                               std::vector<std::int64_t> const& kept, Zone const& zone) {
  std::int64_t count = 0;
  auto const keys = key_numbers(spec, rows, count);
  if (!keys) return keys.error();
  std::vector<std::int64_t> written(times.size(), 0);
  if (rows.has_column(created)) {
    auto read = instants(rows, std::string{created}, {}, zone);
    if (!read) return read.error();
    written = *std::move(read);
  }
  auto order = kept;
  auto const rank = [&](std::int64_t row) {
    auto const i = static_cast<std::size_t>(row);
    return std::tuple{(*keys)[i], times[i], written[i], row};
  };
  std::ranges::sort(order, {}, rank);
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < order.size(); ++i) {
    auto const a = static_cast<std::size_t>(order[i]);
    bool const last = i + 1 == order.size() || (*keys)[a] < 0 ||
                      (*keys)[a] != (*keys)[static_cast<std::size_t>(order[i + 1])] ||
                      times[a] != times[static_cast<std::size_t>(order[i + 1])];
    if (last) out.push_back(order[i]);
  }
  std::ranges::sort(out);
  return out;
}

/// Source columns that are read: all that code may want, else only those that are used.
std::vector<std::string> columns_of(model::FeatureSetSpec const& spec, data::Dataset const& source) {
  std::vector<std::string> names;
  auto const add = [&](std::string const& name) {
    if (!name.empty() && std::ranges::count(names, name) == 0) names.push_back(name);
  };
  if (!spec.transformer_class.empty()) return names;
  for (auto const& key : spec.index_columns) add(key.name);
  add(spec.timestamp_column);
  if (!spec.expressions.empty()) {
    for (auto const& expression : spec.expressions) add(expression.source_column);
    return names;
  }
  for (auto const& feature : spec.features) add(feature.name);
  if (spec.features.empty())  // what is declared nowhere is whatever there is
    for (auto const& field : source.schema())
      if (!field.partition) add(field.name);
  if (source.has_column(created)) add(std::string{created});
  return names;
}

std::vector<std::string> feature_columns(model::FeatureSetSpec const& spec, data::Table const& rows) {
  std::vector<std::string> names;
  for (auto const& key : spec.index_columns) names.push_back(key.name);
  names.push_back(spec.timestamp_column);
  auto const is_known = [&](std::string const& name) { return std::ranges::count(names, name) > 0; };
  for (auto const& feature : spec.features)
    if (!is_known(feature.name)) names.push_back(feature.name);
  if (spec.features.empty())
    for (auto const& name : rows.column_names())
      if (!is_known(name) && name != created) names.push_back(name);
  if (rows.has_column(created) && !is_known(std::string{created})) names.push_back(std::string{created});
  return names;
}

Result<Computed> compute(model::FeatureSetSpec const& spec, data::Dataset const& source, TimeWindow window,
                         ComputeOptions const& options, Context const& ctx) {
  if (window.to_us < window.from_us) return Error{Errc::invalid_argument, "the feature window ends before it begins"};
  if (!spec.transformer_class.empty() && !options.transformation)
    return Error{Errc::invalid_argument, "its rows are made by `" + spec.transformer_class +
                                             "`: give a transformation that runs it, or materialize the set where it "
                                             "runs and read the store"};
  auto const zone = Zone::find(options.naive_timezone);
  if (!zone) return zone.error().with("option", "naive_timezone");

  Computed out;
  auto const lookback = spec.source_lookback.value_or(std::chrono::seconds{0});
  out.source_window = {shifted(window.from_us, -lookback.count() * second_us), window.to_us};
  for (auto const& expression : spec.expressions)
    if (expression.window > lookback)
      out.warnings.push_back("feature `" + expression.feature_name + "` looks back " + span_text(expression.window) +
                             ", `source_lookback` reads only " + span_text(lookback) +
                             ": values at the start of each window are those of a cut history");

  auto const slack = zone->is_utc() ? 0 : widest_zone_us;
  data::ScanOptions scan{
      .columns = columns_of(spec, source), .time_column = spec.timestamp_column, .time_format = spec.timestamp_format};
  if (out.source_window.from_us != INT64_MIN) scan.from_us = shifted(out.source_window.from_us, -slack);
  if (out.source_window.to_us != INT64_MAX) scan.to_us = shifted(out.source_window.to_us, slack);
  auto read = source.read(scan, ctx);
  if (!read) return read.error();
  auto times = instants(*read, spec.timestamp_column, spec.timestamp_format, *zone);
  if (!times) return times.error().with("file", source.location());

  auto const within = [](std::vector<std::int64_t> const& all, TimeWindow part) {
    std::vector<std::int64_t> rows;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i] != data::null_time && all[i] >= part.from_us && all[i] < part.to_us)
        rows.push_back(static_cast<std::int64_t>(i));
    return rows;
  };
  auto const used = within(*times, out.source_window);
  out.source_rows = static_cast<std::int64_t>(used.size());

  if (!spec.expressions.empty()) {
    for (std::size_t i = 0, next = 0; i < times->size(); ++i) {
      bool const in = next < used.size() && used[next] == static_cast<std::int64_t>(i);
      next += in ? 1 : 0;
      if (!in) (*times)[i] = data::null_time;
    }
    auto rows = aggregate(spec, {*read, *times}, window, ctx);
    if (!rows) return rows.error().with("file", source.location());
    out.rows = *std::move(rows);
    return out;
  }

  data::Table rows = *read;
  if (!spec.transformer_class.empty()) {
    auto const given = selected(*read, read->column_names(), spec.timestamp_column, *times, used);
    if (!given) return given.error().with("file", source.location());
    auto made = options.transformation(*given, window);
    if (!made) return made.error().with("transformer", spec.transformer_class);
    rows = *std::move(made);
    times = instants(rows, spec.timestamp_column, {}, *zone);
    if (!times) return times.error().with("transformer", spec.transformer_class);
  }
  auto kept = within(*times, window);
  if (options.deduplicate) {
    auto fewer = deduplicated(spec, rows, *times, kept, *zone);
    if (!fewer) return fewer.error().with("file", source.location());
    out.duplicates = static_cast<std::int64_t>(kept.size() - fewer->size());
    kept = *std::move(fewer);
  }
  auto cut = selected(rows, feature_columns(spec, rows), spec.timestamp_column, *times, kept);
  if (!cut) return cut.error().with("file", source.location());
  out.rows = *std::move(cut);
  return out;
}

}  // namespace

Result<data::Dataset> open_source(model::FeatureSetSpec const& spec, data::StorageOptions const& storage,
                                  Context const& ctx) {
  auto const in_set = [&](Error error) { return std::move(error).with("feature set", spec.name); };
  data::OpenOptions options{.storage = storage};
  if (spec.source_type == "parquet") {
    options.format = data::Format::parquet;
  } else if (spec.source_type == "csv") {
    options.format = data::Format::csv;
    auto const declare = [&](model::FeatureColumn const& column) {
      if (column.type != "datetime") options.column_types.emplace_back(column.name, column.type);
    };
    std::ranges::for_each(spec.index_columns, declare);
    // Features that are computed are not in the file, or there with another meaning.
    if (!spec.has_transformation()) std::ranges::for_each(spec.features, declare);
    if (!spec.timestamp_format.empty()) options.column_types.emplace_back(spec.timestamp_column, "string");
  } else if (spec.source_type == "deltatable") {
    options.format = data::Format::delta;
  } else {
    return in_set(
        Error{Errc::invalid_argument, "sources of type `" + spec.source_type +
                                          "` are not read here: name the files they stand for as parquet, csv "
                                          "or deltatable"});
  }
  auto opened = data::Dataset::open(spec.source_path, options, ctx);
  if (!opened) return in_set(opened.error());
  return opened;
}

Result<Computed> compute_features(model::FeatureSetSpec const& spec, data::Dataset const& source, TimeWindow window,
                                  ComputeOptions const& options, Context const& ctx) {
  try {
    auto out = compute(spec, source, window, options, ctx);
    if (!out) return out.error().with("feature set", spec.name);
    return out;
  } catch (std::bad_alloc const&) {
    return Error{Errc::exhausted, "out of memory while computing features"}.with("feature set", spec.name);
  }
}

}  // namespace podium::inline v0::features
