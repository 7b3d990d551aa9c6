#include "data/dataset_impl.hpp"
#include "data/delta/snapshot.hpp"
#include "data/times.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace podium::inline v0::data {
namespace {

using Json = nlohmann::json;

std::optional<std::int64_t> rows_of(std::string const& statistics) {
  if (statistics.empty()) return std::nullopt;
  auto const json = Json::parse(statistics, nullptr, false);
  if (!json.is_object() || !json.contains("numRecords") || !json["numRecords"].is_number_integer()) return std::nullopt;
  auto const rows = json["numRecords"].get<std::int64_t>();
  return rows < 0 ? std::nullopt : std::optional{rows};
}

std::optional<std::int64_t> time_in(Json const& values, std::string const& column) {
  if (!values.is_object()) return std::nullopt;
  auto const found = values.find(column);
  if (found == values.end() || !found->is_string()) return std::nullopt;
  auto const instant = parse_instant(found->get<std::string>());
  std::int64_t us = 0;
  if (!instant || __builtin_mul_overflow(instant->seconds, std::int64_t{1'000'000}, &us)) return std::nullopt;
  return us + instant->nanoseconds / 1000;
}

/// Nested columns are in the log without their Arrow form: the first file has it.
Result<void> learn_nested(Dataset::Impl& impl) {
  auto const is_nested = [](auto const& column) { return column.node.type.kind == Kind::other; };
  if (std::ranges::none_of(impl.columns, is_nested)) return {};
  for (std::size_t f = 0; f < impl.stored.size(); ++f) {
    auto const opened = impl.open_raw(f, false);
    if (!opened) return opened.error();
    bool all = true;
    for (auto& column : impl.columns) {
      if (!is_nested(column) || !column.node.children.empty()) continue;
      auto const found = (*opened)->find(column.node.name);
      if (!found) return found.error();
      if (*found)
        column.node = (*opened)->fields()[**found];
      else
        all = false;
    }
    if (all) return {};
  }
  std::erase_if(impl.columns, [&](auto const& column) { return is_nested(column) && column.node.children.empty(); });
  return {};
}

}  // namespace

Result<void> open_delta(Dataset::Impl& impl, Location const& location, std::string const& root) {
  auto snapshot = delta::replay(*impl.plugin, impl.storage, location, root, impl.options.version);
  if (!snapshot) return snapshot.error();
  return use_snapshot(impl, location, root, *snapshot);
}

Result<void> use_snapshot(Dataset::Impl& impl, Location const& location, std::string const& root,
                          delta::Snapshot const& snapshot) {
  auto const table = location.shown(root);
  if (auto ok = delta::check_readable(snapshot, table); !ok) return ok.error();
  auto fields = delta::parse_schema(snapshot.metadata->schema, table);
  if (!fields) return fields.error();
  impl.version = snapshot.version;
  for (auto& field : *fields) {
    bool const partition = std::ranges::count(snapshot.metadata->partition_columns, field.name) > 0;
    impl.columns.push_back({.node = std::move(field), .partition = partition, .may_lack = true});
  }
  std::vector<delta::AddFile const*> order;
  for (auto const& [path, file] : snapshot.files) order.push_back(&file);
  // Older files first, so that "the last row" of equal ones is the one written last.
  std::ranges::sort(order, [](auto const* a, auto const* b) {
    return std::tie(a->modified_ms, a->path) < std::tie(b->modified_ms, b->path);
  });
  std::int64_t known_rows = 0;
  std::int64_t known_bytes = 0;
  for (auto const* const file : order) {
    auto path = delta::data_path(location, root, file->path);
    if (!path) return path.error();
    auto const shown = location.shown(*path);
    StoredFile stored{.path = *std::move(path),
                      .shown = shown,
                      .bytes = file->bytes,
                      .partitions = file->partitions,
                      .rows = rows_of(file->statistics),
                      .statistics = file->statistics};
    impl.bytes += stored.bytes;
    if (stored.rows) {
      known_rows += *stored.rows;
      known_bytes += stored.bytes;
    }
    impl.stored.push_back(std::move(stored));
  }
  impl.rows = known_bytes == impl.bytes ? known_rows
              : known_bytes > 0
                  ? static_cast<std::int64_t>(static_cast<double>(known_rows) / static_cast<double>(known_bytes) *
                                              static_cast<double>(impl.bytes))
                  : impl.bytes / 16;
  return learn_nested(impl);
}

std::optional<TimeBounds> delta_time_bounds(std::string const& statistics, std::string const& column) {
  auto const json = Json::parse(statistics, nullptr, false);
  if (!json.is_object() || !json.contains("minValues") || !json.contains("maxValues")) return std::nullopt;
  auto const min = time_in(json["minValues"], column);
  auto const max = time_in(json["maxValues"], column);
  if (!min || !max) return std::nullopt;
  // Writers cut to the millisecond, down or (before 1970) towards zero.
  return TimeBounds{*min < 0 ? *min - 999 : *min, *max + 999};
}

}  // namespace podium::inline v0::data
