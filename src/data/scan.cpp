#include "data/dataset_impl.hpp"
#include "data/partition.hpp"
#include "data/take.hpp"
#include "data/times.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <new>

namespace podium::inline v0::data {
namespace {

/// A stretch of rows that one reader works through.
struct Unit {
  std::int32_t file = 0;
  PodiumPiece piece{};
  std::int64_t index = 0;
  std::shared_ptr<OpenFile const> open{};
};

/// What all readers of a scan share: what is wanted, and what is still to be given out.
class Work {
 public:
  static Result<std::shared_ptr<Work>> make(std::shared_ptr<Dataset::Impl const> dataset, ScanOptions options,
                                            Context ctx);

  Result<std::optional<Unit>> claim();

  Dataset::Impl const& dataset() const noexcept { return *dataset_; }
  ScanOptions const& options() const noexcept { return options_; }
  Context const& context() const noexcept { return ctx_; }
  /// Wanted columns of the dataset, then the time column if only the filter needs it.
  std::vector<std::size_t> const& columns() const noexcept { return columns_; }
  std::size_t given() const noexcept { return given_; }
  /// Among columns(): what `exact` looks at.
  std::optional<std::size_t> filter() const noexcept { return filter_; }
  /// The column as it comes out.
  SchemaNode const& field(std::size_t c) const noexcept { return fields_[c]; }
  bool threads = true;

  std::atomic<std::int64_t> files_left_out{0}, row_groups_left_out{0}, rows_left_out{0}, rows{0};

 private:
  bool left_out(StoredFile const& file) const;
  PodiumRange range() const {
    return {.column = options_.time_column.empty() ? nullptr : options_.time_column.c_str(),
            .has_from = options_.from_us ? 1 : 0,
            .has_to = options_.to_us ? 1 : 0,
            .from_us = options_.from_us.value_or(0),
            .to_us = options_.to_us.value_or(0)};
  }

  std::shared_ptr<Dataset::Impl const> dataset_;
  ScanOptions options_;
  Context ctx_;
  std::vector<std::size_t> columns_;
  std::vector<SchemaNode> fields_;
  std::size_t given_ = 0;
  std::optional<std::size_t> filter_;

  std::optional<std::size_t> next_file();
  Result<std::deque<Unit>> units_of(std::size_t file);

  std::mutex mutex_;
  std::condition_variable opened_;
  std::size_t file_ = 0;    ///< the first that nobody looked into
  int opening_ = 0;         ///< readers that are looking into one
  std::deque<Unit> units_;  ///< of files that were, in order
};

bool holds_times(SchemaNode const& node) {
  auto const kind = node.value_type().kind;
  return kind == Kind::timestamp || kind == Kind::date32 || kind == Kind::date64 || kind == Kind::null ||
         node.value_type().is_text();
}

Result<std::shared_ptr<Work>> Work::make(std::shared_ptr<Dataset::Impl const> dataset, ScanOptions options,
                                         Context ctx) {
  auto work = std::make_shared<Work>();
  bool const ranged = options.from_us || options.to_us;
  if ((ranged || options.exact) && options.time_column.empty())
    return Error{Errc::invalid_argument, "a time range needs a time column"}.with("file", dataset->location);
  if (options.batch_rows < 1) return Error{Errc::invalid_argument, "batch_rows must be at least 1"};
  if (options.columns.empty())
    for (std::size_t c = 0; c < dataset->columns.size(); ++c) work->columns_.push_back(c);
  for (auto const& name : options.columns) {
    auto const found = dataset->find(name);
    if (!found) return found.error();
    if (std::ranges::count(options.columns, name) > 1)
      return Error{Errc::invalid_argument, "column `" + name + "` is asked for twice"}.with("file", dataset->location);
    work->columns_.push_back(*found);
  }
  work->given_ = work->columns_.size();
  for (auto const& range : options.partitions) {
    auto const found = dataset->find(range.column);
    if (!found) return found.error();
    if (!dataset->columns[*found].partition)
      return Error{Errc::invalid_argument, "column `" + range.column + "` is not a partition column"}.with(
          "file", dataset->location);
  }
  if (!options.time_column.empty()) {
    auto const found = dataset->find(options.time_column);
    if (!found) return found.error();
    auto const& node = dataset->columns[*found].node;
    if (!holds_times(node))
      return Error{Errc::invalid_argument, "column `" + node.name + "` is " + type_name(node.value_type()) +
                                               ", not a timestamp, a date or text"}
          .with("file", dataset->location);
    if (options.exact) {
      auto const there = std::ranges::find(work->columns_, *found);
      work->filter_ = static_cast<std::size_t>(there - work->columns_.begin());
      if (there == work->columns_.end()) work->columns_.push_back(*found);
    }
  }
  for (auto const c : work->columns_) {
    auto const& node = dataset->columns[c].node;
    if (!options.exact) {
      work->fields_.push_back(node);
      continue;
    }
    // Rows are picked one by one, which gives plain values; so that all batches are alike, all are.
    auto taken = taken_field(node);
    if (!taken) return taken.error().with("file", dataset->location);
    taken->flags = node.flags;
    work->fields_.push_back(*std::move(taken));
  }
  if (options.exact) options.as_dictionary.clear();
  work->dataset_ = std::move(dataset);
  work->options_ = std::move(options);
  work->ctx_ = std::move(ctx);
  return work;
}

bool Work::left_out(StoredFile const& file) const {
  for (auto const& range : options_.partitions)
    if (!partition_within(file, dataset_->columns[*dataset_->find(range.column)].node, range)) return true;
  if (!options_.from_us && !options_.to_us) return false;
  auto const& day = dataset_->options.day_partition;
  if (!day.empty() && !day_overlaps(file, day, options_.from_us, options_.to_us)) return true;
  if (file.statistics.empty()) return false;
  auto const bounds = delta_time_bounds(file.statistics, options_.time_column);
  return bounds && ((options_.from_us && bounds->max_us < *options_.from_us) ||
                    (options_.to_us && bounds->min_us >= *options_.to_us));
}

std::optional<std::size_t> Work::next_file() {
  auto const& files = dataset_->stored;
  for (; file_ < files.size(); ++file_) {
    if (!left_out(files[file_])) return file_++;
    ++files_left_out;
  }
  return std::nullopt;
}

Result<std::deque<Unit>> Work::units_of(std::size_t file) {
  std::deque<Unit> units;
  auto const number = static_cast<std::int32_t>(file);
  if (dataset_->memory) {
    units.push_back({.file = number});
    return units;
  }
  auto const opened = dataset_->file(file);
  if (!opened) return opened.error();
  for (std::int64_t index = 0; index < (*opened)->pieces(); ++index) {
    auto const piece = (*opened)->piece(index, range());
    if (!piece) return piece.error();
    if (piece->kept == 0) {
      ++row_groups_left_out;
      continue;
    }
    rows_left_out += piece->skip_front + piece->skip_back;
    units.push_back({.file = number, .piece = *piece, .index = index, .open = *opened});
  }
  return units;
}

Result<std::optional<Unit>> Work::claim() {
  std::unique_lock lock{mutex_};
  for (;;) {
    if (auto const stop = ctx_.interrupted()) return *stop;
    if (!units_.empty()) {
      std::optional unit{std::move(units_.front())};
      units_.pop_front();
      return unit;
    }
    auto const file = next_file();
    if (!file) {
      if (opening_ == 0) return std::optional<Unit>{};
      // Another reader is looking into the last files: there may be work for this one in them.
      opened_.wait(lock);
      continue;
    }
    ++opening_;
    lock.unlock();
    // Outside of the lock: many small files are opened by all readers at once.
    Result<std::deque<Unit>> units = Error{Errc::exhausted, "out of memory while opening a file"};
    try {
      units = units_of(*file);
    } catch (std::bad_alloc const&) {  // the others must not wait for this one for ever
    }
    lock.lock();
    --opening_;
    opened_.notify_all();
    if (!units) {
      file_ = dataset_->stored.size();  // nothing follows an error
      units_.clear();
      return units.error();
    }
    std::ranges::move(*units, std::back_inserter(units_));
  }
}

}  // namespace

class BatchReader::Impl {
 public:
  explicit Impl(std::shared_ptr<Work> work) : work_{std::move(work)} {}

  Result<std::optional<Table>> next() {
    if (ended_) return std::optional<Table>{};
    try {
      auto batch = advance();
      ended_ = !batch || !*batch;
      return batch;
    } catch (std::bad_alloc const&) {
      ended_ = true;
      return Error{Errc::exhausted, "out of memory while reading"}.with("file", work_->dataset().location);
    }
  }

  RowId position() const noexcept { return position_; }
  ScanCounts counts() const noexcept {
    return {.files = static_cast<std::int64_t>(work_->dataset().stored.size()),
            .files_left_out = work_->files_left_out,
            .row_groups_left_out = work_->row_groups_left_out,
            .rows_left_out = work_->rows_left_out,
            .rows = work_->rows};
  }

 private:
  Result<std::optional<Table>> advance() {
    for (;;) {
      if (auto const stop = work_->context().interrupted()) return *stop;
      auto batch = stored_rows();
      if (!batch) return batch.error();
      if (!*batch) {
        auto const more = begin_unit();
        if (!more) return more.error();
        if (!*more) return std::optional<Table>{};
        continue;
      }
      auto out = shaped(**batch);
      if (!out) return out.error();
      if (out->rows() == 0) continue;
      work_->rows += out->rows();
      return std::optional{*std::move(out)};
    }
  }

  /// The next rows as the file has them, at most batch_rows; nothing at the end of the unit.
  Result<std::optional<Table>> stored_rows() {
    if (!unit_) return std::optional<Table>{};
    auto const limit = work_->options().batch_rows;
    for (;;) {
      if (rest_ && rest_->rows() > 0) {
        auto const count = std::min(limit, rest_->rows());
        auto out = slice(*rest_, 0, count);
        rest_ = slice(*rest_, count, rest_->rows() - count);
        position_ = {unit_->file, next_row_};
        next_row_ += count;
        return std::optional{std::move(out)};
      }
      rest_.reset();
      if (!stream_) {
        unit_.reset();
        return std::optional<Table>{};
      }
      auto batch = stream_->next();
      auto const& piece = unit_->piece;
      if (!batch) return batch.error().with("file", unit_->open->shown());
      if (!*batch) {
        if (piece.rows >= 0 && read_ != piece.rows)
          return Error{Errc::invalid_argument, "row group " + std::to_string(unit_->index) + " claims " +
                                                   std::to_string(piece.rows) + " rows and holds " +
                                                   std::to_string(read_) + ": the file is damaged"}
              .with("file", unit_->open->shown());
        stream_.reset();
        continue;
      }
      auto const rows = (*batch)->rows();
      auto const begin = std::clamp<std::int64_t>(piece.skip_front - read_, 0, rows);
      auto const end =
          piece.rows < 0 ? rows : std::clamp<std::int64_t>(piece.rows - piece.skip_back - read_, begin, rows);
      next_row_ = piece.first_row + read_ + begin;
      read_ += rows;
      rest_ = begin == 0 && end == rows ? *std::move(*batch) : slice(**batch, begin, end - begin);
      if (piece.rows >= 0 && piece.skip_back > 0 && read_ >= piece.rows - piece.skip_back) stream_.reset();
    }
  }

  Result<bool> begin_unit() {
    auto unit = work_->claim();
    if (!unit) return unit.error();
    if (!*unit) return false;
    unit_ = **std::move(unit);
    read_ = 0;
    next_row_ = unit_->piece.first_row;
    auto const& dataset = work_->dataset();
    if (dataset.memory) {
      std::int64_t begin = 0;
      auto const& batches = dataset.memory->state().batch_rows;
      for (std::int32_t b = 0; b < unit_->file; ++b) begin += batches[static_cast<std::size_t>(b)];
      rest_ = slice(*dataset.memory, begin, batches[static_cast<std::size_t>(unit_->file)]);
      return true;
    }
    OpenFile::Scan scan{.piece = unit_->index,
                        .as_dictionary = {},
                        .batch_rows = work_->options().batch_rows,
                        .threads = work_->threads};
    for (std::size_t c = 0; c < work_->columns().size(); ++c) {
      auto const& column = dataset.columns[work_->columns()[c]];
      if (column.partition) continue;
      auto const found = unit_->open->find(column.node.name);
      if (!found) return found.error();
      if (!*found) continue;
      scan.targets.push_back(work_->field(c));
      if (column.node.value_type().is_text() &&
          std::ranges::count(work_->options().as_dictionary, column.node.name) > 0)
        scan.as_dictionary.push_back(column.node.name);
    }
    stream_ = std::make_unique<StreamReader>();
    if (auto ok = unit_->open->scan(scan, *stream_); !ok) return ok.error();
    return true;
  }

  /// The wanted columns in the order wanted, partition values and missing columns put in, the filter applied.
  Result<Table> shaped(Table const& stored) {
    auto const& have = stored.state();
    auto const& dataset = work_->dataset();
    auto state = std::make_shared<Table::State>();
    state->rows = have.rows;
    state->batch_rows = {have.rows};
    for (std::size_t c = 0; c < work_->columns().size(); ++c) {
      auto const at = work_->columns()[c];
      auto const& column = dataset.columns[at];
      auto const found = dataset.memory ? have.fields.begin() + static_cast<std::ptrdiff_t>(at)
                                        : std::ranges::find(have.fields, column.node.name, &SchemaNode::name);
      if (!column.partition && found != have.fields.end()) {
        auto const& chunks = have.columns[static_cast<std::size_t>(found - have.fields.begin())];
        if (chunks.size() != 1) return Error{Errc::internal, "a batch in several pieces"};
        state->fields.push_back(*found);
        state->columns.push_back(chunks);
        continue;
      }
      auto const text =
          column.partition ? partition_value(dataset.stored[static_cast<std::size_t>(position_.file)], column.node.name)
                           : std::nullopt;
      auto made = constant_column(work_->field(c), text, have.rows);
      if (!made) return made.error().with("file", dataset.stored[static_cast<std::size_t>(position_.file)].shown);
      state->fields.push_back(work_->field(c));
      state->columns.push_back({chunk_of(*made, 0, have.rows)});
    }
    Table out{std::move(state)};
    return work_->filter() ? filtered(out) : out;
  }

  Result<Table> filtered(Table const& rows) {
    auto const& state = rows.state();
    auto const& options = work_->options();
    auto const times = read_times(state, *work_->filter(), Tick::micro, options.time_format, true);
    auto const shown = [&] { return work_->dataset().stored[static_cast<std::size_t>(position_.file)].shown; };
    if (!times) return times.error().with("file", shown());
    std::vector<Pick> picks;
    for (std::size_t i = 0; i < times->size(); ++i) {
      auto const time = (*times)[i];
      if (time == null_time || (options.from_us && time < *options.from_us) ||
          (options.to_us && time >= *options.to_us))
        continue;
      picks.push_back({0, static_cast<std::int64_t>(i)});
    }
    std::vector<std::pair<SchemaNode, std::shared_ptr<OwnedArray const>>> columns;
    if (picks.size() == times->size() && !work_->dataset().memory) {
      if (work_->given() == state.fields.size()) return rows;
      auto cut = std::make_shared<Table::State>(state);
      cut->fields.resize(work_->given());
      cut->columns.resize(work_->given());
      return Table{std::move(cut)};
    }
    for (std::size_t c = 0; c < work_->given(); ++c) {
      auto made = take(state.fields[c], state.columns[c], picks);
      if (!made) return made.error().with("file", shown());
      columns.emplace_back(work_->field(c), *std::move(made));
    }
    if (!picks.empty()) position_.row += picks.front().index;
    return table_of(static_cast<std::int64_t>(picks.size()), std::move(columns));
  }

  std::shared_ptr<Work> work_;
  std::optional<Unit> unit_;
  std::unique_ptr<StreamReader> stream_;
  std::optional<Table> rest_;
  std::int64_t read_ = 0;      ///< rows of the unit that came out of the file
  std::int64_t next_row_ = 0;  ///< where rest_ begins
  RowId position_;
  bool ended_ = false;
};

BatchReader::BatchReader(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
BatchReader::BatchReader(BatchReader&&) noexcept = default;
BatchReader& BatchReader::operator=(BatchReader&&) noexcept = default;
BatchReader::~BatchReader() = default;
Result<std::optional<Table>> BatchReader::next() { return impl_->next(); }
RowId BatchReader::position() const noexcept { return impl_->position(); }
ScanCounts BatchReader::counts() const noexcept { return impl_->counts(); }

Result<BatchReader> Dataset::scan(ScanOptions const& options, Context const& ctx) const {
  auto work = Work::make(impl_, options, ctx);
  if (!work) return work.error();
  (*work)->threads = options.threads != 1;
  return BatchReader{std::make_unique<BatchReader::Impl>(*std::move(work))};
}

Result<std::vector<BatchReader>> Dataset::scan_shared(int readers, ScanOptions const& options,
                                                      Context const& ctx) const {
  if (readers < 1) return Error{Errc::invalid_argument, "a scan needs at least one reader"};
  auto work = Work::make(impl_, options, ctx);
  if (!work) return work.error();
  (*work)->threads = readers == 1 && options.threads != 1;
  std::vector<BatchReader> out;
  for (int r = 0; r < readers; ++r) out.emplace_back(std::make_unique<BatchReader::Impl>(*work));
  return out;
}

Result<Table> Dataset::read(ScanOptions const& options, Context const& ctx) const {
  auto wanted = options;
  wanted.as_dictionary.clear();
  auto work = Work::make(impl_, wanted, ctx);
  if (!work) return work.error();
  (*work)->threads = options.threads != 1;
  auto state = std::make_shared<Table::State>();
  for (std::size_t c = 0; c < (*work)->given(); ++c) state->fields.push_back((*work)->field(c));
  state->columns.resize(state->fields.size());
  BatchReader reader{std::make_unique<BatchReader::Impl>(*work)};
  for (;;) {
    auto batch = reader.next();
    if (!batch) return batch.error();
    if (!*batch) return Table{std::move(state)};
    append(*state, (*batch)->state());
  }
}

}  // namespace podium::inline v0::data
