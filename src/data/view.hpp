#pragma once

#include "data/state.hpp"

#include <string_view>

namespace podium::inline v0::data {

/// Which values of a chunk are there.
class Validity {
 public:
  Validity(Type const& type, Chunk const& chunk) : offset_{chunk.offset}, none_{type.kind == Kind::null} {
    if (!none_ && chunk.array->n_buffers > 0 && chunk.array->null_count != 0)
      bits_ = static_cast<std::uint8_t const*>(chunk.array->buffers[0]);
  }
  bool operator()(std::int64_t i) const noexcept {
    if (none_) return false;
    auto const at = offset_ + i;
    return !bits_ || (bits_[at >> 3] >> (at & 7) & 1) != 0;
  }
  bool all() const noexcept { return !none_ && !bits_; }

 private:
  std::uint8_t const* bits_ = nullptr;
  std::int64_t offset_;
  bool none_;
};

/// Fixed-width values of a chunk, from its first row on.
template <class T>
T const* values(Chunk const& chunk) noexcept {
  return static_cast<T const*>(chunk.array->buffers[1]) + chunk.offset;
}

inline bool boolean(Chunk const& chunk, std::int64_t i) noexcept {
  auto const at = chunk.offset + i;
  return (static_cast<std::uint8_t const*>(chunk.array->buffers[1])[at >> 3] >> (at & 7) & 1) != 0;
}

/// Calls `read` with an object of the C++ type of an integer column.
template <class F>
decltype(auto) with_integer(Type const& type, F read) {
  switch (type.width) {
    case 1:
      return type.is_signed ? read(std::int8_t{}) : read(std::uint8_t{});
    case 2:
      return type.is_signed ? read(std::int16_t{}) : read(std::uint16_t{});
    case 4:
      return type.is_signed ? read(std::int32_t{}) : read(std::uint32_t{});
    default:
      return type.is_signed ? read(std::int64_t{}) : read(std::uint64_t{});
  }
}

/// The bytes of one value of a text or binary chunk.
inline std::string_view bytes(Type const& type, Chunk const& chunk, std::int64_t i) noexcept {
  auto const& array = *chunk.array;
  auto const between = [&]<class Offset>(Offset) -> std::string_view {
    auto const* const offsets = static_cast<Offset const*>(array.buffers[1]) + chunk.offset + i;
    auto const length = static_cast<std::size_t>(offsets[1] - offsets[0]);
    if (length == 0) return {};
    return {static_cast<char const*>(array.buffers[2]) + offsets[0], length};
  };
  switch (type.kind) {
    case Kind::text:
    case Kind::binary:
      return between(std::int32_t{});
    case Kind::large_text:
    case Kind::large_binary:
      return between(std::int64_t{});
    case Kind::fixed_binary: {
      auto const width = static_cast<std::size_t>(type.width);
      return {static_cast<char const*>(array.buffers[1]) + static_cast<std::size_t>(chunk.offset + i) * width, width};
    }
    default: {  // views: length, then either the bytes or prefix, buffer number, offset
      struct View {
        std::int32_t length, prefix, buffer, offset;
      };
      auto const* const view = static_cast<View const*>(array.buffers[1]) + chunk.offset + i;
      auto const length = static_cast<std::size_t>(view->length);
      if (length <= 12) return {reinterpret_cast<char const*>(view) + sizeof view->length, length};
      return {static_cast<char const*>(array.buffers[2 + view->buffer]) + view->offset, length};
    }
  }
}

/// The values behind a dictionary-encoded chunk.
inline Chunk dictionary_of(Chunk const& chunk) {
  auto const* const values = chunk.array->dictionary;
  return {.owner = chunk.owner, .array = values, .offset = values->offset, .length = values->length};
}

inline std::int64_t dictionary_index(Type const& type, Chunk const& chunk, std::int64_t i) {
  return with_integer(type, [&]<class T>(T) { return static_cast<std::int64_t>(values<T>(chunk)[i]); });
}

/// Reads a chunk of `node` through its dictionary, if it has one: `visit(i, j)` with `values` and j = position in
/// them, or j < 0 for null (a broken index is null too).
class Decoded {
 public:
  Decoded(SchemaNode const& node, Chunk const& chunk)
      : index_type_{&node.type},
        type_{&node.value_type()},
        chunk_{chunk},
        valid_{node.type, chunk},
        values_{node.dictionary ? dictionary_of(chunk) : chunk},
        value_valid_{*type_, values_},
        encoded_{node.dictionary != nullptr} {}

  Type const& type() const noexcept { return *type_; }
  Chunk const& values() const noexcept { return values_; }
  std::int64_t operator[](std::int64_t i) const {
    if (!valid_(i)) return -1;
    if (!encoded_) return i;
    auto const j = dictionary_index(*index_type_, chunk_, i);
    return j >= 0 && j < values_.length && value_valid_(j) ? j : -1;
  }

 private:
  Type const* index_type_;
  Type const* type_;
  Chunk chunk_;
  Validity valid_;
  Chunk values_;
  Validity value_valid_;
  bool encoded_;
};

}  // namespace podium::inline v0::data
