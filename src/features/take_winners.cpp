#include "base/parallel.hpp"
#include "data/dataset_impl.hpp"
#include "data/view.hpp"
#include "features/asof_stream.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>

namespace podium::inline v0::features {
namespace {

using data::Chunk;
using data::Table;

constexpr int window_bits = 15;         ///< right rows that are looked up together, as a power of two
constexpr std::int64_t sparse = 2'000;  ///< right rows per winner from which on single row groups are fetched

/// Values of the winners that are fixed in width: every batch of the right puts its rows where they belong.
struct Scattered {
  std::size_t width = 0;
  Array<std::byte> values;
  std::once_flag once{};
  Array<std::uint8_t> absent;  ///< 1: the winner holds a null; empty: none does
};

/// An Arrow array over such values.
struct Owned {
  Array<std::byte> validity, values;
  void const* buffers[2] = {nullptr, nullptr};
  ArrowArray array{};
};

bool is_scattered(data::SchemaNode const& field) {
  auto const width = field.type.width;
  return !field.dictionary && (width == 1 || width == 2 || width == 4 || width == 8 || width == 16);
}

/// The winners by where their rows are: windows of rows of one file.
class Places {
 public:
  explicit Places(std::span<Winner const> winners) {
    std::vector<std::int64_t> rows;
    for (auto const& winner : winners) {
      if (winner.row < 0) continue;
      auto const file = static_cast<std::size_t>(batch_of(winner.row));
      if (file >= rows.size()) rows.resize(file + 1, 0);
      rows[file] = std::max(rows[file], row_of(winner.row) + 1);
    }
    bases_.push_back(0);
    for (auto const count : rows)
      bases_.push_back(bases_.back() + static_cast<std::size_t>((count + (1 << window_bits) - 1) >> window_bits));
    begins_.assign(bases_.back() + 1, 0);
    for (auto const& winner : winners)
      if (winner.row >= 0) ++begins_[window(batch_of(winner.row), row_of(winner.row)) + 1];
    for (std::size_t w = 1; w < begins_.size(); ++w) begins_[w] += begins_[w - 1];
    order_ = Array<std::uint32_t>(begins_.back());
    auto next = begins_;
    for (std::size_t i = 0; i < winners.size(); ++i)
      if (auto const row = winners[i].row; row >= 0)
        order_[next[window(batch_of(row), row_of(row))]++] = static_cast<std::uint32_t>(i);
  }

  /// Calls `visit(left row, row - first)` for the winners among `count` rows of a file.
  template <class Visit>
  void each(std::span<Winner const> winners, std::int64_t file, std::int64_t first, std::int64_t count,
            Visit visit) const {
    if (static_cast<std::size_t>(file) + 1 >= bases_.size() || count == 0) return;
    auto const begin = std::min(window(file, first), bases_[static_cast<std::size_t>(file) + 1]);
    auto const end = std::min(window(file, first + count - 1) + 1, bases_[static_cast<std::size_t>(file) + 1]);
    if (begin >= end) return;
    for (auto at = begins_[begin]; at < begins_[end]; ++at) {
      auto const row = row_of(winners[order_[at]].row) - first;
      if (row >= 0 && row < count) visit(order_[at], row);
    }
  }

 private:
  std::size_t window(std::int64_t file, std::int64_t row) const {
    return bases_[static_cast<std::size_t>(file)] + static_cast<std::size_t>(row >> window_bits);
  }
  std::vector<std::size_t> bases_;  ///< first window of each file
  std::vector<std::uint32_t> begins_;
  Array<std::uint32_t> order_;
};

template <std::size_t Width>
void scatter(Chunk const& chunk, std::span<std::pair<std::uint32_t, std::uint32_t> const> found, std::byte* out) {
  auto const* const from =
      static_cast<std::byte const*>(chunk.array->buffers[1]) + static_cast<std::size_t>(chunk.offset) * Width;
  for (auto const& [to, row] : found)
    std::memcpy(out + std::size_t{to} * Width, from + std::size_t{row} * Width, Width);
}

void scatter(data::Type const& type, Chunk const& chunk, std::span<std::pair<std::uint32_t, std::uint32_t> const> found,
             std::size_t rows, Scattered& out) {
  if (found.empty()) return;
  switch (out.width) {
    case 1:
      scatter<1>(chunk, found, out.values.data());
      break;
    case 2:
      scatter<2>(chunk, found, out.values.data());
      break;
    case 4:
      scatter<4>(chunk, found, out.values.data());
      break;
    case 8:
      scatter<8>(chunk, found, out.values.data());
      break;
    default:
      scatter<16>(chunk, found, out.values.data());
  }
  data::Validity const valid{type, chunk};
  if (valid.all()) return;
  std::call_once(out.once, [&] { out.absent = Array<std::uint8_t>(rows, 0); });
  for (auto const& [to, row] : found) out.absent[to] = static_cast<std::uint8_t>(!valid(row));
}

Chunk finished(Scattered& column, std::span<Winner const> winners) {
  auto made = std::make_shared<Owned>();
  auto const rows = winners.size();
  made->values = std::move(column.values);
  made->validity = Array<std::byte>((rows + 7) / 8, std::byte{0});
  std::int64_t nulls = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    bool const there = winners[i].row >= 0 && (column.absent.empty() || column.absent[i] == 0);
    nulls += !there;
    made->validity[i / 8] |= static_cast<std::byte>(static_cast<unsigned>(there) << (i % 8));
  }
  made->buffers[0] = nulls == 0 ? nullptr : made->validity.data();
  made->buffers[1] = made->values.data();
  made->array = ArrowArray{.length = static_cast<std::int64_t>(rows),
                           .null_count = nulls,
                           .offset = 0,
                           .n_buffers = 2,
                           .n_children = 0,
                           .buffers = made->buffers,
                           .children = nullptr,
                           .dictionary = nullptr,
                           .release = [](ArrowArray* array) { array->release = nullptr; },
                           .private_data = nullptr};
  auto const* const array = &made->array;
  return {.owner = std::move(made), .array = array, .offset = 0, .length = static_cast<std::int64_t>(rows)};
}

Result<void> scan_into(data::Dataset const& right, std::vector<std::string> const& names, WinnerScan const& scan,
                       std::span<Winner const> winners, std::vector<std::unique_ptr<Scattered>>& columns,
                       Context const& ctx) {
  Places const places{winners};
  auto readers =
      right.scan_shared(base::thread_count(scan.threads, std::max<std::int64_t>(right.estimated_rows(), 1), 1 << 16),
                        {.columns = names,
                         .time_column = scan.time_column,
                         .from_us = scan.from_us,
                         .to_us = scan.to_us,
                         .batch_rows = 1 << 17,
                         .threads = 1},
                        ctx);
  if (!readers) return readers.error();
  std::mutex mutex;
  std::optional<Error> failure;
  std::atomic<bool> failed{false};
  base::parallel_for(static_cast<int>(readers->size()), readers->size(), [&](int, std::size_t r) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
    while (!failed) {
      auto batch = (*readers)[r].next();
      if (!batch) {
        std::lock_guard const lock{mutex};
        failed = true;
        failure = batch.error();
        return;
      }
      if (!*batch) return;
      auto const& state = (*batch)->state();
      auto const position = (*readers)[r].position();
      std::int64_t first = position.row;
      for (std::size_t b = 0; b < state.batch_rows.size(); ++b) {
        found.clear();
        places.each(winners, position.file, first, state.batch_rows[b], [&](std::uint32_t to, std::int64_t row) {
          found.emplace_back(to, static_cast<std::uint32_t>(row));
        });
        for (std::size_t c = 0; c < columns.size(); ++c)
          scatter(state.fields[c].type, state.columns[c][b], found, winners.size(), *columns[c]);
        first += state.batch_rows[b];
      }
    }
  });
  if (failure) return *failure;
  return {};
}

Result<Table> take_by_rows(data::Dataset const& right, std::span<Winner const> winners,
                           std::vector<std::string> const& columns, Context const& ctx) {
  std::vector<data::RowId> rows(winners.size());
  for (std::size_t i = 0; i < winners.size(); ++i)
    if (auto const row = winners[i].row; row >= 0) rows[i] = {static_cast<std::int32_t>(batch_of(row)), row_of(row)};
  return right.take(rows, columns, ctx);
}

}  // namespace

Result<Table> take_winners(data::Dataset const& right, std::span<Winner const> winners,
                           std::vector<std::string> const& columns, WinnerScan const& scan, Context const& ctx) {
  auto const fields = fields_of(right, columns);
  if (!fields) return fields.error();
  std::vector<std::string> scanned, fetched;
  std::vector<std::unique_ptr<Scattered>> scattered;
  bool const dense = scan.matched > 0 && right.estimated_rows() / scan.matched < sparse;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    auto const& field = (*fields)->fields[c];
    bool const again = std::ranges::find(scanned, columns[c]) != scanned.end();
    if (dense && is_scattered(field) && !again) {
      auto& column = scattered.emplace_back(std::make_unique<Scattered>());
      column->width = static_cast<std::size_t>(field.type.width);
      column->values = Array<std::byte>(winners.size() * column->width);
      std::memset(column->values.data(), 0, column->values.size());
      scanned.push_back(columns[c]);
    } else {
      fetched.push_back(columns[c]);
    }
  }
  if (scanned.empty()) return take_by_rows(right, winners, columns, ctx);
  if (auto ok = scan_into(right, scanned, scan, winners, scattered, ctx); !ok) return ok.error();

  auto out = std::make_shared<Table::State>();
  std::optional<Table> rest;
  if (!fetched.empty()) {
    auto taken = take_by_rows(right, winners, fetched, ctx);
    if (!taken) return taken.error();
    rest = *std::move(taken);
    out->batch_rows = rest->state().batch_rows;
  } else {
    out->batch_rows.push_back(static_cast<std::int64_t>(winners.size()));
  }
  out->rows = static_cast<std::int64_t>(winners.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    auto const s = std::ranges::find(scanned, columns[c]);
    if (s != scanned.end()) {
      auto const at = static_cast<std::size_t>(s - scanned.begin());
      append_column(*out, (*fields)->fields[c], finished(*scattered[at], winners));
      scattered[at].reset();
    } else {
      auto const& state = rest->state();
      auto const at = static_cast<std::size_t>(std::ranges::find(fetched, columns[c]) - fetched.begin());
      out->fields.push_back(state.fields[at]);
      out->columns.push_back(state.columns[at]);
    }
  }
  return Table{std::move(out)};
}

}  // namespace podium::inline v0::features
