#include "data/take.hpp"

#include "data/view.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace podium::inline v0::data {
namespace {

OwnedArray::Buffer bytes_of(std::size_t size) {
  return std::make_unique_for_overwrite<std::byte[]>(std::max<std::size_t>(size, 8));
}

/// Resolves picks to (chunk, position) and collects validity on the way.
class Source {
 public:
  Source(SchemaNode const& field, std::span<Chunk const> column, std::int64_t length) : valid_{empty_bitmap(length)} {
    for (auto const& chunk : column) decoded_.emplace_back(field, chunk);
  }
  /// Calls `there(i, decoded, j)` or `missing(i)` for every pick.
  template <class There, class Missing>
  void each(std::span<Pick const> picks, There there, Missing missing) {
    for (std::size_t i = 0; i < picks.size(); ++i) {
      auto const& pick = picks[i];
      auto const* const from = pick.chunk < 0 ? nullptr : &decoded_[static_cast<std::size_t>(pick.chunk)];
      auto const j = from ? (*from)[pick.index] : -1;
      if (j < 0) {
        ++nulls_;
        missing(i);
      } else {
        set_bit(valid_, static_cast<std::int64_t>(i));
        there(i, *from, j);
      }
    }
  }
  std::int64_t nulls() const { return nulls_; }
  OwnedArray::Buffer validity() { return nulls_ == 0 ? nullptr : std::move(valid_); }

 private:
  std::vector<Decoded> decoded_;
  OwnedArray::Buffer valid_;
  std::int64_t nulls_ = 0;
};

using Buffers = std::vector<OwnedArray::Buffer>;

std::shared_ptr<OwnedArray const> finish(Source& source, std::size_t length, OwnedArray::Buffer first,
                                         OwnedArray::Buffer second = nullptr) {
  Buffers buffers;
  buffers.push_back(source.validity());
  buffers.push_back(std::move(first));
  if (second) buffers.push_back(std::move(second));
  return std::make_shared<OwnedArray const>(static_cast<std::int64_t>(length), source.nulls(), std::move(buffers));
}

template <std::size_t Width>
void copy_fixed(Source& source, std::span<Pick const> picks, std::byte* out) {
  source.each(
      picks,
      [&](std::size_t i, Decoded const& from, std::int64_t j) {
        auto const* const values = static_cast<std::byte const*>(from.values().array->buffers[1]);
        std::memcpy(out + i * Width, values + static_cast<std::size_t>(from.values().offset + j) * Width, Width);
      },
      [&](std::size_t i) { std::memset(out + i * Width, 0, Width); });
}

std::shared_ptr<OwnedArray const> take_fixed(Source& source, std::span<Pick const> picks, std::size_t width) {
  auto out = bytes_of(picks.size() * width);
  switch (width) {
    case 1:
      copy_fixed<1>(source, picks, out.get());
      break;
    case 2:
      copy_fixed<2>(source, picks, out.get());
      break;
    case 4:
      copy_fixed<4>(source, picks, out.get());
      break;
    case 8:
      copy_fixed<8>(source, picks, out.get());
      break;
    case 16:
      copy_fixed<16>(source, picks, out.get());
      break;
    default:
      source.each(
          picks,
          [&](std::size_t i, Decoded const& from, std::int64_t j) {
            auto const* const values = static_cast<std::byte const*>(from.values().array->buffers[1]);
            std::memcpy(out.get() + i * width, values + static_cast<std::size_t>(from.values().offset + j) * width,
                        width);
          },
          [&](std::size_t i) { std::memset(out.get() + i * width, 0, width); });
  }
  return finish(source, picks.size(), std::move(out));
}

std::shared_ptr<OwnedArray const> take_booleans(Source& source, std::span<Pick const> picks) {
  auto out = empty_bitmap(static_cast<std::int64_t>(picks.size()));
  source.each(
      picks,
      [&](std::size_t i, Decoded const& from, std::int64_t j) {
        if (boolean(from.values(), j)) set_bit(out, static_cast<std::int64_t>(i));
      },
      [](std::size_t) {});
  return finish(source, picks.size(), std::move(out));
}

template <class Offset>
Result<std::shared_ptr<OwnedArray const>> take_bytes(Source& source, std::span<Pick const> picks,
                                                     std::string const& column) {
  auto offsets = bytes_of((picks.size() + 1) * sizeof(Offset));
  auto* const ends = reinterpret_cast<Offset*>(offsets.get());
  std::vector<std::string_view> found(picks.size());
  std::int64_t size = 0;
  source.each(
      picks,
      [&](std::size_t i, Decoded const& from, std::int64_t j) {
        found[i] = bytes(from.type(), from.values(), j);
        size += static_cast<std::int64_t>(found[i].size());
      },
      [](std::size_t) {});
  if (size > std::numeric_limits<Offset>::max())
    return Error{Errc::exhausted,
                 "column `" + column + "` would hold more than 2 GiB of text: store it as large_string"};
  auto text = bytes_of(static_cast<std::size_t>(size));
  std::size_t end = 0;
  ends[0] = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i].empty()) std::memcpy(text.get() + end, found[i].data(), found[i].size());
    end += found[i].size();
    ends[i + 1] = static_cast<Offset>(end);
  }
  return finish(source, picks.size(), std::move(offsets), std::move(text));
}

}  // namespace

OwnedArray::Buffer empty_bitmap(std::int64_t length) {
  return std::make_unique<std::byte[]>(static_cast<std::size_t>(std::max<std::int64_t>((length + 7) / 8, 8)));
}

std::vector<Pick> picks_of(Table::State const& state, std::span<std::int64_t const> rows) {
  std::vector<std::int64_t> begins;
  std::int64_t begin = 0;
  for (auto const length : state.batch_rows) {
    begins.push_back(begin);
    begin += length;
  }
  std::vector<Pick> picks(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] < 0) continue;
    auto const chunk = std::upper_bound(begins.begin(), begins.end(), rows[i]) - begins.begin() - 1;
    picks[i] = {static_cast<std::int32_t>(chunk), rows[i] - begins[static_cast<std::size_t>(chunk)]};
  }
  return picks;
}

Result<SchemaNode> taken_field(SchemaNode const& field) {
  auto const& type = field.value_type();
  if (type.kind == Kind::other)
    return Error{Errc::invalid_argument, "column `" + field.name + "` is " + type_name(type) +
                                             ": lists, structs and other nested values cannot be features yet"};
  SchemaNode taken{.name = field.name, .type = type, .metadata = field.dictionary ? "" : field.metadata};
  if (type.kind == Kind::text_view) taken.type = *parse_type("U");
  if (type.kind == Kind::binary_view) taken.type = *parse_type("Z");
  return taken;
}

Result<std::shared_ptr<OwnedArray const>> take(SchemaNode const& field, std::span<Chunk const> column,
                                               std::span<Pick const> picks) {
  auto const taken = taken_field(field);
  if (!taken) return taken.error();
  auto const length = static_cast<std::int64_t>(picks.size());
  Source source{field, column, length};
  switch (taken->type.kind) {
    case Kind::null:
      return std::make_shared<OwnedArray const>(length, length, Buffers{});
    case Kind::boolean:
      return take_booleans(source, picks);
    case Kind::text:
    case Kind::binary:
      return take_bytes<std::int32_t>(source, picks, field.name);
    case Kind::large_text:
    case Kind::large_binary:
      return take_bytes<std::int64_t>(source, picks, field.name);
    default:
      return take_fixed(source, picks, static_cast<std::size_t>(taken->type.width));
  }
}

}  // namespace podium::inline v0::data
