#include "features/sides.hpp"

#include "base/parallel.hpp"

#include <algorithm>

namespace podium::inline v0::features {
namespace {

constexpr std::size_t piece = std::size_t{1} << 16;

std::int64_t shifted(std::int64_t time, std::int64_t by) {
  std::int64_t value = 0;
  if (time == null_time) return time;
  if (__builtin_add_overflow(time, by, &value)) return by < 0 ? earliest : latest;
  return std::max(value, earliest);
}

// Rows outside of what a store covers are not in it, whatever lies in its files.
std::vector<std::vector<std::int64_t>> only_covered(data::Table::State const& right, Moments const& times,
                                                    Covered const& covered) {
  std::vector<std::vector<std::int64_t>> out;
  for (std::size_t b = 0; b < right.batch_rows.size(); ++b) {
    auto& batch = out.emplace_back(times.batch(b), times.batch(b) + right.batch_rows[b]);
    for (auto& time : batch)
      if (time != null_time && covered.has_gap(time, time)) time = null_time;
  }
  return out;
}

}  // namespace

Result<std::int64_t const*> LeftSide::times(Axis const& axis, std::int64_t shift) {
  auto const key = std::pair{axis.tick, shift};
  auto found = moments_.find(key);
  if (found == moments_.end()) {
    auto read = Moments::read(table_, on_, axis, threads_);
    if (!read) return read.error();
    found = moments_.emplace(key, *std::move(read)).first;
    auto const& moments = found->second;
    if (shift != 0 || table_.batch_rows.size() != 1 || moments.has_nulls()) {
      auto flat = moments.flat(table_, threads_);
      if (shift != 0)
        for (auto& time : flat) time = shifted(time, shift);
      if (moments.has_nulls() && skip_.empty()) {
        skip_.resize(flat.size());
        std::ranges::transform(flat, skip_.begin(),
                               [](std::int64_t time) { return static_cast<std::uint8_t>(time == null_time); });
        if (std::ranges::find(skip_, 1) == skip_.end()) skip_.clear();
      }
      flat_.emplace(key, std::move(flat));
    }
  }
  if (auto const flat = flat_.find(key); flat != flat_.end()) return flat->second.data();
  return found->second.batch(0);
}

Result<LeftSide::Indexed> LeftSide::indexed(std::vector<std::size_t> const& columns, Axis const& axis, bool reversed,
                                            std::int64_t shift) {
  auto const times = this->times(axis, shift);
  if (!times) return times.error();
  auto keys = keys_.find(columns);
  if (keys == keys_.end()) keys = keys_.emplace(columns, KeyIndex::build(table_, columns, skip_, threads_)).first;
  auto const which = std::tuple{columns, axis.tick, reversed, shift};
  auto line = lines_.find(which);
  if (line == lines_.end()) line = lines_.emplace(which, Timeline::of(keys->second, *times, reversed, threads_)).first;
  return Indexed{&keys->second, &line->second};
}

Result<Moments> read_ranks(data::Table::State const& table, std::size_t column, int threads) {
  auto const& field = table.fields[column];
  auto const sort = common_sort({&field, "right table"}, {&field, "right table"});
  if (!sort) return sort.error();
  Axis axis{.sort = *sort};
  if (*sort == Sort::time && data::needs_nanoseconds(table, column)) axis.tick = data::Tick::nano;
  return Moments::read(table, column, axis, threads);
}

Result<void> stream(data::Table::State const& right, RightColumns const& columns, std::vector<KeyReader> const& readers,
                    Axis const& axis, Covered const* covered, std::span<Locator const> firsts,
                    std::span<Marker* const> markers, int threads, Context const& ctx) {
  if (static_cast<std::int64_t>(right.batch_rows.size()) >= max_batches)
    return Error{Errc::invalid_argument, "the right table has more than 2 million batches: combine them"};
  auto const times = Moments::read(right, columns.on, axis, threads, columns.on_format);
  if (!times) return times.error();
  std::vector<std::vector<std::int64_t>> kept;
  if (covered) kept = only_covered(right, *times, *covered);
  std::optional<Moments> ranks, known;
  if (columns.rank) {
    auto read = read_ranks(right, *columns.rank, threads);
    if (!read) return read.error();
    ranks = *std::move(read);
  }
  if (columns.known) {
    auto read = Moments::read(right, *columns.known, axis, threads);
    if (!read) return read.error();
    known = *std::move(read);
  }
  std::vector<RightBatch> batches;
  for (std::size_t b = 0; b < right.batch_rows.size(); ++b) {
    RightBatch batch{.keys = {},
                     .times = kept.empty() ? times->batch(b) : kept[b].data(),
                     .ranks = ranks ? ranks->batch(b) : nullptr,
                     .known = known ? known->batch(b) : nullptr,
                     .rows = right.batch_rows[b],
                     .first = firsts.empty() ? locator(static_cast<std::int64_t>(b), 0) : firsts[b]};
    for (auto const key : columns.keys) batch.keys.push_back(&right.columns[key][b]);
    batches.push_back(std::move(batch));
  }
  for (auto* const marker : markers)
    if (auto ok = marker->feed(batches, readers, ctx); !ok) return ok.error();
  return {};
}

}  // namespace podium::inline v0::features
