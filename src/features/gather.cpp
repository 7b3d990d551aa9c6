#include "features/gather.hpp"

#include "base/parallel.hpp"
#include "data/view.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace podium::inline v0::features {
namespace {

using data::Chunk;
using data::Kind;
using data::OwnedArray;
using data::SchemaNode;

constexpr std::size_t block_rows = std::size_t{1} << 14;  // a multiple of 8: blocks share no byte of a bitmap

/// A large block that the columns of one result share.
using Block = std::shared_ptr<Array<std::byte> const>;
constexpr std::size_t shared_block = std::size_t{1} << 25;

/// Hands out buffers.  Small ones share blocks, so that huge pages can lie under them.
class Blocks {
 public:
  struct Piece {
    std::byte* data = nullptr;
    Block block{};
  };
  Piece take(std::size_t bytes) {
    bytes = (bytes + 63) / 64 * 64;
    if (bytes > left_) {
      auto const block = std::make_shared<Array<std::byte>>(std::max(bytes, std::min(shared_block, expected_)));
      at_ = block->data();
      left_ = block->size();
      block_ = block;
    }
    Piece piece{at_, block_};
    at_ += bytes;
    left_ -= bytes;
    expected_ -= std::min(expected_, bytes);
    return piece;
  }
  /// How many bytes will be asked for in all.
  void expect(std::size_t bytes) { expected_ += bytes; }

 private:
  Block block_;
  std::byte* at_ = nullptr;
  std::size_t left_ = 0;
  std::size_t expected_ = 0;
};
using Piece = Blocks::Piece;

/// An Arrow array over such buffers.
struct Gathered {
  std::vector<Piece> pieces;
  std::vector<void const*> buffers;
  ArrowArray array{};
};

Chunk finished(std::size_t rows, std::int64_t nulls, Piece validity, Piece values, Piece bytes = {}) {
  auto made = std::make_shared<Gathered>();
  made->buffers = {nulls == 0 ? nullptr : validity.data, values.data};
  if (bytes.data) made->buffers.push_back(bytes.data);
  made->pieces = {std::move(values), std::move(bytes)};
  if (nulls != 0) made->pieces.push_back(std::move(validity));
  made->array = ArrowArray{.length = static_cast<std::int64_t>(rows),
                           .null_count = nulls,
                           .offset = 0,
                           .n_buffers = static_cast<std::int64_t>(made->buffers.size()),
                           .n_children = 0,
                           .buffers = made->buffers.data(),
                           .children = nullptr,
                           .dictionary = nullptr,
                           .release = [](ArrowArray* array) { array->release = nullptr; },
                           .private_data = nullptr};
  auto const* const array = &made->array;
  return {.owner = std::move(made), .array = array, .offset = 0, .length = static_cast<std::int64_t>(rows)};
}

std::size_t bitmap_bytes(std::size_t rows) { return (rows + 7) / 8; }

/// The bits of the rows [begin, end), made whole bytes at a time; how many are 0.
template <class IsThere>
std::int64_t write_bits(std::byte* bits, std::size_t begin, std::size_t end, IsThere is_there) {
  std::int64_t absent = 0;
  for (auto at = begin; at < end; at += 8) {
    unsigned byte = 0;
    auto const stop = std::min(at + 8, end);
    for (auto i = at; i < stop; ++i) byte |= static_cast<unsigned>(is_there(i)) << (i - at);
    bits[at / 8] = static_cast<std::byte>(byte);
    absent += static_cast<std::int64_t>(stop - at) - std::popcount(byte);
  }
  return absent;
}

/// One column on its way from the right table's rows to the left's.
class Column {
 public:
  virtual ~Column() = default;
  virtual void block(std::span<Winner const> winners, std::size_t begin, std::size_t end) = 0;
  virtual Result<Chunk> finish() = 0;
};

/// Validity of a gathered column: that of the winners, and that of their values.
class Presence {
 public:
  Presence(SchemaNode const& field, std::span<Chunk const> chunks, std::size_t rows, Blocks& blocks)
      : bits_{blocks.take(bitmap_bytes(rows))}, absent_((rows + block_rows - 1) / block_rows, 0) {
    for (auto const& chunk : chunks) {
      valid_.emplace_back(field.type, chunk);
      plain_ = plain_ && valid_.back().all();
    }
  }
  void block(std::span<Winner const> winners, std::size_t begin, std::size_t end) {
    auto& absent = absent_[begin / block_rows];
    if (plain_)
      absent = write_bits(bits_.data, begin, end, [&](std::size_t i) { return winners[i].row >= 0; });
    else
      absent = write_bits(bits_.data, begin, end, [&](std::size_t i) { return there(winners[i].row); });
  }
  bool there(Locator row) const { return row >= 0 && valid_[static_cast<std::size_t>(batch_of(row))](row_of(row)); }
  std::int64_t nulls() const {
    std::int64_t total = 0;
    for (auto const absent : absent_) total += absent;
    return total;
  }
  Piece const& bits() const { return bits_; }

 private:
  Piece bits_;
  std::vector<std::int64_t> absent_;
  std::vector<data::Validity> valid_;
  bool plain_ = true;
};

struct Pair {
  std::uint64_t low, high;
};
inline Pair masked(Pair value, std::uint64_t mask) { return {value.low & mask, value.high & mask}; }
template <class T>
T masked(T value, std::uint64_t mask) {
  return static_cast<T>(value & static_cast<T>(mask));
}

template <class T>
class Fixed final : public Column {
 public:
  Fixed(SchemaNode const& field, std::span<Chunk const> chunks, std::size_t rows, Blocks& blocks)
      : presence_{field, chunks, rows, blocks}, rows_{rows}, out_{blocks.take(rows * sizeof(T))} {
    for (auto const& chunk : chunks) bases_.push_back(chunk.length == 0 ? &nothing_ : data::values<T>(chunk));
    if (bases_.empty()) bases_.push_back(&nothing_);
  }
  void block(std::span<Winner const> winners, std::size_t begin, std::size_t end) override {
    presence_.block(winners, begin, end);
    auto* const out = reinterpret_cast<T*>(out_.data);
    if (bases_.size() == 1) {
      auto const* const base = bases_.front();
      for (auto i = begin; i < end; ++i) {
        auto const mask = ~static_cast<std::uint64_t>(winners[i].row >> 63);
        out[i] = masked(base[static_cast<std::uint64_t>(winners[i].row) & mask], mask);
      }
      return;
    }
    for (auto i = begin; i < end; ++i) {
      auto const row = winners[i].row;
      out[i] = row < 0 ? T{} : bases_[static_cast<std::size_t>(batch_of(row))][row_of(row)];
    }
  }
  Result<Chunk> finish() override { return finished(rows_, presence_.nulls(), presence_.bits(), out_); }

 private:
  static constexpr T nothing_{};
  Presence presence_;
  std::size_t rows_;
  Piece out_;
  std::vector<T const*> bases_;
};

/// Text and binary: sizes and places in the first pass over the blocks, bytes in the second.
template <class Offset>
class Bytes final : public Column {
 public:
  Bytes(SchemaNode const& field, std::span<Chunk const> chunks, std::span<Winner const> winners, int threads,
        Blocks& blocks)
      : presence_{field, chunks, winners.size(), blocks},
        offsets_{blocks.take((winners.size() + 1) * sizeof(Offset))},
        name_{field.name},
        winners_{winners},
        chunks_{chunks},
        type_{field.type},
        threads_{threads},
        sizes_((winners.size() + block_rows - 1) / block_rows, 0) {}

  void block(std::span<Winner const> winners, std::size_t begin, std::size_t end) override {
    presence_.block(winners, begin, end);
    std::int64_t size = 0;
    for (auto i = begin; i < end; ++i) size += static_cast<std::int64_t>(value(winners[i].row).size());
    sizes_[begin / block_rows] = size;
  }
  Result<Chunk> finish() override {
    std::int64_t total = 0;
    for (auto& size : sizes_) total += std::exchange(size, total);
    if (total > std::numeric_limits<Offset>::max())
      return Error{Errc::exhausted,
                   "column `" + name_ + "` would hold more than 2 GiB of text: store it as large_string"};
    auto const rows = winners_.size();
    auto const text = Blocks{}.take(static_cast<std::size_t>(std::max<std::int64_t>(total, 1)));
    auto* const ends = reinterpret_cast<Offset*>(offsets_.data);
    base::parallel_for(threads_, sizes_.size(), [&](int, std::size_t b) {
      auto at = static_cast<std::size_t>(sizes_[b]);
      for (auto i = b * block_rows; i < std::min(rows, (b + 1) * block_rows); ++i) {
        auto const found = value(winners_[i].row);
        ends[i] = static_cast<Offset>(at);
        if (!found.empty()) std::memcpy(text.data + at, found.data(), found.size());
        at += found.size();
      }
    });
    ends[rows] = static_cast<Offset>(total);
    return finished(rows, presence_.nulls(), presence_.bits(), offsets_, text);
  }

 private:
  std::string_view value(Locator row) const {
    if (!presence_.there(row)) return {};
    auto const& chunk = chunks_[static_cast<std::size_t>(batch_of(row))];
    auto const* const offsets = static_cast<Offset const*>(chunk.array->buffers[1]) + chunk.offset + row_of(row);
    auto const length = static_cast<std::size_t>(offsets[1] - offsets[0]);
    return length == 0 ? std::string_view{}
                       : std::string_view{static_cast<char const*>(chunk.array->buffers[2]) + offsets[0], length};
  }

  Presence presence_;
  Piece offsets_;
  std::string name_;
  std::span<Winner const> winners_;
  std::span<Chunk const> chunks_;
  data::Type const& type_;
  int threads_;
  std::vector<std::int64_t> sizes_;
};

std::unique_ptr<Column> column_of(SchemaNode const& field, std::span<Chunk const> chunks,
                                  std::span<Winner const> winners, int threads, Blocks& blocks) {
  if (field.dictionary) return nullptr;
  auto const& type = field.type;
  switch (type.kind) {
    case Kind::text:
    case Kind::binary:
      return std::make_unique<Bytes<std::int32_t>>(field, chunks, winners, threads, blocks);
    case Kind::large_text:
    case Kind::large_binary:
      return std::make_unique<Bytes<std::int64_t>>(field, chunks, winners, threads, blocks);
    case Kind::fixed_binary:
      return nullptr;
    default:
      break;
  }
  switch (type.width) {
    case 1:
      return std::make_unique<Fixed<std::uint8_t>>(field, chunks, winners.size(), blocks);
    case 2:
      return std::make_unique<Fixed<std::uint16_t>>(field, chunks, winners.size(), blocks);
    case 4:
      return std::make_unique<Fixed<std::uint32_t>>(field, chunks, winners.size(), blocks);
    case 8:
      return std::make_unique<Fixed<std::uint64_t>>(field, chunks, winners.size(), blocks);
    case 16:
      return std::make_unique<Fixed<Pair>>(field, chunks, winners.size(), blocks);
    default:
      return nullptr;
  }
}

}  // namespace

Result<std::vector<Chunk>> gather(data::Table::State const& right, std::span<Wanted const> wanted,
                                  std::span<Winner const> winners, int threads) {
  std::vector<Chunk> out(wanted.size());
  auto const blocks = (winners.size() + block_rows - 1) / block_rows;
  auto const workers = base::thread_count(
      threads, static_cast<std::int64_t>(winners.size() * std::max<std::size_t>(wanted.size(), 1)), 1 << 15);
  Blocks memory;
  for (auto const& want : wanted)
    memory.expect(winners.size() * static_cast<std::size_t>(std::max(right.fields[want.column].type.width, 4)) +
                  bitmap_bytes(winners.size()) + 256);
  std::vector<std::unique_ptr<Column>> columns;
  std::vector<std::size_t> others;
  for (std::size_t w = 0; w < wanted.size(); ++w) {
    auto const c = wanted[w].column;
    columns.push_back(column_of(right.fields[c], right.columns[c], winners, workers, memory));
    if (!columns.back()) others.push_back(w);
  }
  base::parallel_for(workers, blocks, [&](int, std::size_t b) {
    auto const begin = b * block_rows, end = std::min(winners.size(), begin + block_rows);
    for (auto const& column : columns)
      if (column) column->block(winners, begin, end);
  });
  for (std::size_t w = 0; w < wanted.size(); ++w) {
    if (!columns[w]) continue;
    auto made = columns[w]->finish();
    if (!made) return made.error();
    out[w] = *std::move(made);
  }
  if (others.empty()) return out;

  std::vector<data::Pick> picks(winners.size());
  for (std::size_t i = 0; i < winners.size(); ++i)
    if (auto const row = winners[i].row; row >= 0) picks[i] = {static_cast<std::int32_t>(batch_of(row)), row_of(row)};
  std::vector<std::optional<Error>> errors(others.size());
  base::parallel_for(workers, others.size(), [&](int, std::size_t o) {
    auto const c = wanted[others[o]].column;
    auto made = data::take(right.fields[c], right.columns[c], picks);
    if (made)
      out[others[o]] = data::chunk_of(*made, 0, (*made)->array.length);
    else
      errors[o] = made.error();
  });
  for (auto const& error : errors)
    if (error) return *error;
  return out;
}

void append_column(data::Table::State& table, SchemaNode field, Chunk const& column) {
  table.fields.push_back(std::move(field));
  auto& chunks = table.columns.emplace_back();
  auto begin = column.offset;
  for (auto const length : table.batch_rows) {
    chunks.push_back({.owner = column.owner, .array = column.array, .offset = begin, .length = length});
    begin += length;
  }
}

Chunk times_column(std::span<Winner const> winners, Axis const& axis, data::Type const& type) {
  auto const rows = winners.size();
  Blocks memory;
  auto const values = memory.take(rows * 8 + 8), bits = memory.take(bitmap_bytes(rows) + 8);
  auto const nulls = write_bits(bits.data, 0, rows, [&](std::size_t i) { return winners[i].row >= 0; });
  auto const per_second = axis.tick == data::Tick::nano ? std::int64_t{1'000'000'000} : std::int64_t{1'000'000};
  auto const divide = axis.sort == Sort::time ? per_second / data::ticks_per_second(type.unit) : 1;
  for (std::size_t i = 0; i < rows; ++i) {
    std::int64_t value = winners[i].row < 0 ? 0 : winners[i].time;
    if (axis.sort == Sort::floating) value = std::bit_cast<std::int64_t>(winners[i].row < 0 ? 0.0 : number_of(value));
    if (divide > 1) value = data::floor_div(value, divide);
    std::memcpy(values.data + i * 8, &value, 8);
  }
  return finished(rows, nulls, bits, values);
}

}  // namespace podium::inline v0::features
