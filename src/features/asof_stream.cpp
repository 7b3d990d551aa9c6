#include "features/asof_stream.hpp"

#include "base/parallel.hpp"
#include "data/dataset_impl.hpp"

#include "podium/data/parquet_sink.hpp"

#include <algorithm>
#include <mutex>
#include <new>

namespace podium::inline v0::features {
namespace {

using data::Dataset;
using data::Table;

constexpr std::uint64_t least_memory = std::uint64_t{64} << 20;
constexpr std::int64_t index_bytes = 150;  ///< of index, marks and winners, per left row
constexpr std::int64_t text_bytes = 32;    ///< a guess, per value
constexpr std::int64_t least_slice = 1 << 16, usual_round = 1 << 22, least_round = 1 << 17;

std::int64_t bytes_per_row(Table::State const& fields, std::span<std::size_t const> columns) {
  std::int64_t total = 0;
  for (auto const c : columns) {
    auto const& type = fields.fields[c].value_type();
    total += type.is_fixed_width() ? type.width : text_bytes;
  }
  return total;
}

std::vector<std::string> unique(std::vector<std::string> names) {
  std::vector<std::string> out;
  for (auto& name : names)
    if (std::ranges::find(out, name) == out.end()) out.push_back(std::move(name));
  return out;
}

std::string const& right_on(AsofOptions const& options) {
  return options.right_on.empty() ? options.on : options.right_on;
}
std::vector<std::string> const& right_by(AsofOptions const& options) {
  return options.right_by.empty() ? options.by : options.right_by;
}

// On the axis to whole microseconds, outwards.
std::int64_t down_to_us(std::int64_t time, data::Tick tick) {
  return tick == data::Tick::nano ? data::floor_div(time, 1000) : time;
}
std::optional<std::int64_t> after(std::int64_t time, data::Tick tick) {
  if (time == latest) return std::nullopt;
  return down_to_us(time, tick) + 1;
}

}  // namespace

Result<std::shared_ptr<Table::State const>> fields_of(Dataset const& dataset, std::vector<std::string> const& columns) {
  auto state = std::make_shared<Table::State>();
  for (auto const& name : columns) {
    auto const found = dataset.impl().find(name);
    if (!found) return found.error();
    state->fields.push_back(dataset.impl().columns[*found].node);
  }
  state->columns.resize(state->fields.size());
  return std::shared_ptr<Table::State const>{std::move(state)};
}

Result<std::int64_t> scan_right(Dataset const& right, RightScan const& what, int threads,
                                std::function<Result<void>(Table::State const&, std::span<Locator const>)> const& feed,
                                std::function<Result<void>(std::int64_t)> const& report, Context const& ctx) {
  if (right.files().size() >= static_cast<std::size_t>(max_batches))
    return Error{Errc::invalid_argument, "the dataset has more than 2 million files"}.with("dataset", right.location());
  int const workers = base::thread_count(threads, std::max<std::int64_t>(right.estimated_rows(), 1), 1 << 16);
  auto readers = right.scan_shared(workers,
                                   {.columns = what.columns,
                                    .time_column = what.time_column,
                                    .from_us = what.from_us,
                                    .to_us = what.to_us,
                                    .time_format = what.time_format,
                                    .batch_rows = 1 << 17,
                                    .threads = 1},
                                   ctx);
  if (!readers) return readers.error();
  std::vector<std::uint8_t> done(readers->size(), 0);
  std::int64_t total = 0;
  for (bool more = true; more;) {
    std::mutex mutex;
    std::vector<std::pair<Locator, Table>> found;
    std::optional<Error> failure;
    std::atomic<std::int64_t> rows{0};
    base::parallel_for(static_cast<int>(readers->size()), readers->size(), [&](int, std::size_t r) {
      while (!done[r] && rows < what.round_rows) {
        auto batch = (*readers)[r].next();
        std::lock_guard const lock{mutex};
        if (!batch) failure = batch.error();
        if (!batch || !*batch || failure) {
          done[r] = 1;
          return;
        }
        if ((*batch)->rows() == 0) continue;
        rows += (*batch)->rows();
        auto const position = (*readers)[r].position();
        found.emplace_back(locator(position.file, position.row), **std::move(batch));
      }
    });
    if (failure) return *failure;
    if (found.empty()) break;
    auto round = std::make_shared<Table::State>();
    std::vector<Locator> firsts;
    round->fields = found.front().second.state().fields;
    round->columns.resize(round->fields.size());
    for (auto const& [first, table] : found) {
      data::append(*round, table.state());
      for (std::size_t b = 0; b < table.state().batch_rows.size(); ++b)
        firsts.push_back(b == 0 ? first : firsts.back() + table.state().batch_rows[b - 1]);
    }
    found.clear();
    total += round->rows;
    if (auto ok = feed(*round, firsts); !ok) return ok.error();
    if (auto ok = report(total); !ok) return ok.error();
    more = std::ranges::find(done, 0) != done.end();
  }
  return total;
}

class AsofReader::Impl {
 public:
  Impl(Dataset left, Dataset right, AsofOptions options, Context ctx)
      : left_{std::move(left)}, right_{std::move(right)}, options_{std::move(options)}, ctx_{std::move(ctx)} {}

  Result<void> open();
  Result<std::optional<Table>> next();
  AsofSummary const& summary() const noexcept { return summary_; }

 private:
  Result<bool> next_slice();
  Result<std::shared_ptr<Table::State>> read_keys();
  Result<void> find_winners(Table::State const& keys);
  WinnerScan winner_scan(std::int64_t matched) const;
  Result<std::optional<std::pair<std::int64_t, std::int64_t>>> left_range(Table::State const& keys) const;
  Result<Table> joined(Table const& left, std::int64_t rows);
  Result<void> report(char const* phase, std::int64_t done, std::int64_t total) const {
    if (auto const stop = ctx_.interrupted()) return *stop;
    auto const& tell = options_.resources.on_progress;
    return tell ? tell({phase, done, total}) : Result<void>{};
  }

  Dataset left_, right_;
  AsofOptions options_;
  Context ctx_;
  std::vector<std::string> left_columns_{}, right_columns_{}, wanted_{};
  std::shared_ptr<Table::State const> left_fields_{}, right_fields_{}, key_fields_{}, scan_fields_{};
  AsofPlan plan_{};  ///< positions in key_fields_ and scan_fields_
  std::vector<data::SchemaNode> out_fields_{};
  std::int64_t slice_rows_ = 0, round_rows_ = 0;
  std::optional<data::BatchReader> keys_{}, rows_{};
  std::optional<Table> keys_left_{};  ///< read, and of a later slice
  bool keys_done_ = false;

  Array<Winner> winners_{};
  std::optional<Table> values_{};
  std::int64_t slice_begin_ = 0, slice_end_ = 0;  ///< rows of the left that `winners_` are of
  std::optional<Table> batch_{};                  ///< of the left, being given out
  std::int64_t batch_at_ = 0, at_ = 0;
  bool given_ = false;  ///< something
  AsofSummary summary_{};
};

Result<void> AsofReader::Impl::open() {
  auto const limit = options_.resources.memory_limit;
  if (limit > 0 && limit < least_memory)
    return Error{Errc::exhausted, "`memory_limit` is below 64 MiB, which no plan fits into"};
  auto left_names = [&] {
    std::vector<std::string> out;
    for (auto const& field : left_.schema()) out.push_back(field.name);
    return out;
  }();
  std::vector<std::string> right_names;
  for (auto const& field : right_.schema()) right_names.push_back(field.name);
  auto left_fields = fields_of(left_, left_names);
  if (!left_fields) return left_fields.error();
  auto right_fields = fields_of(right_, right_names);
  if (!right_fields) return right_fields.error();
  left_fields_ = *std::move(left_fields);
  right_fields_ = *std::move(right_fields);
  // Once against all columns, for what is refused and what the result looks like; once for those that are scanned.
  auto const whole = plan_asof(*left_fields_, *right_fields_, options_);
  if (!whole) return whole.error();
  for (auto const& want : whole->wanted) wanted_.push_back(right_fields_->fields[want.column].name);

  left_columns_ = options_.by;
  left_columns_.push_back(options_.on);
  left_columns_ = unique(std::move(left_columns_));
  right_columns_ = right_by(options_);
  right_columns_.push_back(right_on(options_));
  if (whole->right.rank) right_columns_.push_back(options_.tie_break);
  right_columns_ = unique(std::move(right_columns_));
  key_fields_ = *fields_of(left_, left_columns_);
  scan_fields_ = *fields_of(right_, right_columns_);
  auto plan = plan_asof(*key_fields_, *scan_fields_, options_, Output::left_out);
  if (!plan) return plan.error();
  plan_ = *std::move(plan);
  plan_.matched_on = whole->matched_on;

  for (auto const& field : left_fields_->fields) out_fields_.push_back(field);
  for (auto const& want : whole->wanted) out_fields_.push_back(want.field);
  if (plan_.matched_on) out_fields_.push_back(*plan_.matched_on);

  std::vector<std::size_t> all;
  for (auto const& want : whole->wanted) all.push_back(want.column);
  auto const values = bytes_per_row(*right_fields_, all);
  all.clear();
  for (std::size_t c = 0; c < key_fields_->fields.size(); ++c) all.push_back(c);
  auto const keys = bytes_per_row(*key_fields_, all);
  all.clear();
  for (std::size_t c = 0; c < scan_fields_->fields.size(); ++c) all.push_back(c);
  auto const scanned = bytes_per_row(*scan_fields_, all);
  slice_rows_ = max_left_rows;
  round_rows_ = usual_round;
  if (limit > 0) {
    auto const bytes = static_cast<std::int64_t>(std::min<std::uint64_t>(limit, INT64_MAX));
    auto const both = plan_.backward && plan_.forward ? 2 : 1;
    slice_rows_ = std::max(least_slice, bytes / 2 / (index_bytes * both + keys + 2 * values));
    round_rows_ = std::clamp(bytes / 5 / (scanned + 32), least_round, usual_round);
  }
  auto keys_reader = left_.scan({.columns = left_columns_, .threads = options_.resources.threads}, ctx_);
  if (!keys_reader) return keys_reader.error();
  keys_ = *std::move(keys_reader);
  auto rows_reader = left_.scan({.threads = options_.resources.threads}, ctx_);
  if (!rows_reader) return rows_reader.error();
  rows_ = *std::move(rows_reader);
  return {};
}

/// Keys and times of the next left rows, as many as a slice may have.
Result<std::shared_ptr<Table::State>> AsofReader::Impl::read_keys() {
  auto out = std::make_shared<Table::State>(*key_fields_);
  while (out->rows < slice_rows_) {
    if (!keys_left_) {
      if (keys_done_) break;
      auto batch = keys_->next();
      if (!batch) return batch.error();
      if (!*batch) {
        keys_done_ = true;
        break;
      }
      keys_left_ = **std::move(batch);
    }
    auto const room = slice_rows_ - out->rows;
    if (keys_left_->rows() <= room) {
      data::append(*out, keys_left_->state());
      keys_left_.reset();
    } else {
      data::append(*out, data::slice(*keys_left_, 0, room).state());
      keys_left_ = data::slice(*keys_left_, room, keys_left_->rows() - room);
    }
    if (auto ok = report("index", slice_end_ + out->rows, left_.estimated_rows()); !ok) return ok.error();
  }
  return out;
}

/// The least and the greatest `on` of some left rows; nothing if there is none.
Result<std::optional<std::pair<std::int64_t, std::int64_t>>> AsofReader::Impl::left_range(
    Table::State const& keys) const {
  auto const times = Moments::read(keys, plan_.left_on, plan_.axis, options_.resources.threads);
  if (!times) return times.error();
  std::optional<std::pair<std::int64_t, std::int64_t>> out;
  for (std::size_t b = 0; b < keys.batch_rows.size(); ++b)
    for (std::int64_t i = 0; i < keys.batch_rows[b]; ++i) {
      auto const time = times->batch(b)[i];
      if (time == null_time) continue;
      if (!out) out.emplace(time, time);
      out->first = std::min(out->first, time);
      out->second = std::max(out->second, time);
    }
  return out;
}

Result<void> AsofReader::Impl::find_winners(Table::State const& keys) {
  auto const range = left_range(keys);
  if (!range) return range.error().with("table", "left table");
  winners_ = {};
  values_.reset();
  int const threads = options_.resources.threads;
  AsofJoin join{plan_, keys, threads};
  if (auto ok = join.prepare(); !ok) return ok.error();

  RightScan scan{.columns = right_columns_, .round_rows = round_rows_};
  if (*range && plan_.axis.sort == Sort::time && plan_.axis.zone.is_utc() &&
      scan_fields_->fields[plan_.right.on].value_type().kind != data::Kind::null) {
    auto const [first, last] = **range;
    auto const& rule = plan_.rule;
    auto const tick = plan_.axis.tick;
    scan.time_column = right_on(options_);
    // Backward: from first - tolerance up to last - delay.  Forward: from first - delay up to last + tolerance.
    if (!plan_.forward) scan.to_us = after(minus(last, rule.delay.ticks), tick);
    if (!plan_.backward) scan.from_us = down_to_us(minus(first, rule.delay.ticks), tick);
    if (rule.lookback && plan_.backward) scan.from_us = down_to_us(minus(first, rule.lookback->ticks), tick);
    if (rule.lookback && plan_.forward) scan.to_us = after(minus(last, -rule.lookback->ticks), tick);
  }
  if (*range) {
    auto const total = right_.estimated_rows();
    auto scanned = scan_right(
        right_, scan, threads,
        [&](Table::State const& rows, std::span<Locator const> firsts) { return join.feed(rows, firsts, ctx_); },
        [&](std::int64_t done) { return report("scan", done, total); }, ctx_);
    if (!scanned) return scanned.error();
    summary_.scanned += *scanned;
  }
  auto winners = join.finish();
  if (!winners) return winners.error();
  winners_ = *std::move(winners);
  ++summary_.passes;
  summary_.matched += join.matches();
  summary_.plan = join.how();
  return {};
}

/// Winners lie between the oldest and the newest of them.
WinnerScan AsofReader::Impl::winner_scan(std::int64_t matched) const {
  WinnerScan scan{.matched = matched, .threads = options_.resources.threads};
  if (matched == 0 || plan_.axis.sort != Sort::time || !plan_.axis.zone.is_utc()) return scan;
  auto oldest = latest, newest = earliest;
  for (auto const& winner : winners_) {
    if (winner.row < 0) continue;
    oldest = std::min(oldest, winner.time);
    newest = std::max(newest, winner.time);
  }
  scan.time_column = right_on(options_);
  scan.from_us = down_to_us(oldest, plan_.axis.tick);
  scan.to_us = after(newest, plan_.axis.tick);
  return scan;
}

Result<bool> AsofReader::Impl::next_slice() {
  auto keys = read_keys();
  if (!keys) return keys.error();
  if ((*keys)->rows == 0) return false;
  auto const matched_before = summary_.matched;
  if (auto ok = find_winners(**keys); !ok) return ok.error();
  auto const matched = summary_.matched - matched_before;
  slice_begin_ = slice_end_;
  slice_end_ += (*keys)->rows;
  keys->reset();
  if (!wanted_.empty()) {
    auto values = take_winners(right_, {winners_.data(), winners_.size()}, wanted_, winner_scan(matched), ctx_);
    if (!values) return values.error();
    values_ = *std::move(values);
  }
  if (!plan_.matched_on) winners_ = {};
  return true;
}

/// The first `rows` of a left batch with what belongs to them.
Result<Table> AsofReader::Impl::joined(Table const& left, std::int64_t rows) {
  auto const begin = at_ - slice_begin_;
  auto out = std::make_shared<Table::State>();
  out->metadata = left.state().metadata;
  out->fields = out_fields_;
  auto const values = values_ ? data::slice(*values_, begin, rows) : Table{};
  // Both sides may be in pieces: the result is cut wherever one of them is.
  std::vector<std::int64_t> cuts{0};
  for (auto const* const side : {&left.state(), &values.state()}) {
    std::int64_t at = 0;
    for (auto const length : side->batch_rows) cuts.push_back(std::min(at += length, rows));
  }
  cuts.push_back(rows);
  std::ranges::sort(cuts);
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  for (std::size_t c = 0; c + 1 < cuts.size(); ++c) out->batch_rows.push_back(cuts[c + 1] - cuts[c]);
  out->rows = rows;
  auto const add = [&](Table::State const& side) {
    for (auto const& column : side.columns) {
      auto& chunks = out->columns.emplace_back();
      std::size_t piece = 0;
      std::int64_t before = 0;
      for (std::size_t c = 0; c + 1 < cuts.size(); ++c) {
        while (cuts[c] >= before + column[piece].length) before += column[piece++].length;
        auto chunk = column[piece];
        chunk.offset += cuts[c] - before;
        chunk.length = cuts[c + 1] - cuts[c];
        chunks.push_back(std::move(chunk));
      }
    }
  };
  add(left.state());
  if (values_) add(values.state());
  if (plan_.matched_on) {
    auto const times =
        times_column({winners_.data() + begin, static_cast<std::size_t>(rows)}, plan_.axis, plan_.matched_on->type);
    auto& chunks = out->columns.emplace_back();
    for (std::size_t c = 0; c + 1 < cuts.size(); ++c)
      chunks.push_back(
          {.owner = times.owner, .array = times.array, .offset = cuts[c], .length = cuts[c + 1] - cuts[c]});
  }
  return Table{std::move(out)};
}

Result<std::optional<Table>> AsofReader::Impl::next() {
  while (!batch_ || batch_at_ == batch_->rows()) {
    auto batch = rows_->next();
    if (!batch) return batch.error();
    if (!*batch) {
      if (given_) return std::optional<Table>{};
      given_ = true;  // no rows at all: still, the columns are known
      auto nothing = std::make_shared<Table::State>();
      nothing->fields = out_fields_;
      nothing->columns.resize(out_fields_.size());
      return std::optional<Table>{Table{std::move(nothing)}};
    }
    batch_ = **std::move(batch);
    batch_at_ = 0;
  }
  if (at_ == slice_end_) {
    auto const more = next_slice();
    if (!more) return more.error();
    if (!*more)
      return Error{Errc::conflict, "the left dataset changed while it was read: it has more rows than before"};
  }
  auto const rows = std::min(batch_->rows() - batch_at_, slice_end_ - at_);
  auto out = joined(data::slice(*batch_, batch_at_, rows), rows);
  if (!out) return out.error();
  given_ = true;
  batch_at_ += rows;
  at_ += rows;
  summary_.rows += rows;
  if (auto ok = report("write", at_, left_.estimated_rows()); !ok) return ok.error();
  return std::optional<Table>{*std::move(out)};
}

AsofReader::AsofReader(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
AsofReader::AsofReader(AsofReader&&) noexcept = default;
AsofReader& AsofReader::operator=(AsofReader&&) noexcept = default;
AsofReader::~AsofReader() = default;

Result<std::optional<Table>> AsofReader::next() {
  try {
    return impl_->next();
  } catch (std::bad_alloc const&) {
    return Error{Errc::exhausted, "out of memory while joining"};
  }
}
AsofSummary const& AsofReader::summary() const noexcept { return impl_->summary(); }

Result<AsofReader> asof_join(Dataset const& left, Dataset const& right, AsofOptions const& options,
                             Context const& ctx) {
  try {
    auto impl = std::make_unique<AsofReader::Impl>(left, right, options, ctx);
    if (auto ok = impl->open(); !ok) return ok.error();
    return AsofReader{std::move(impl)};
  } catch (std::bad_alloc const&) {
    return Error{Errc::exhausted, "out of memory while joining"};
  }
}

Result<AsofSummary> asof_join_to_parquet(Dataset const& left, Dataset const& right, std::string const& path,
                                         AsofOptions const& options, Context const& ctx) {
  auto reader = asof_join(left, right, options, ctx);
  if (!reader) return reader.error();
  auto sink = data::ParquetSink::open(path);
  if (!sink) return sink.error();
  for (;;) {
    auto batch = reader->next();
    if (!batch) return batch.error();
    if (!*batch) break;
    if (auto ok = sink->append(**batch); !ok) return ok.error();
  }
  if (auto done = sink->finish(); !done) return done.error();
  return reader->summary();
}

}  // namespace podium::inline v0::features
