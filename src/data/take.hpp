#pragma once

#include "data/state.hpp"

#include <span>

namespace podium::inline v0::data {

/// One row of a chunked column; chunk < 0: no row, the value is null.
struct Pick {
  std::int32_t chunk = -1;
  std::int64_t index = 0;
};

/// Row numbers of a table (negative: none) as picks.
std::vector<Pick> picks_of(Table::State const& state, std::span<std::int64_t const> rows);

/// The type that `take` gives: dictionaries and views become plain values, whatever the batches looked like.
/// An error that names the column if its values cannot be taken one by one.
Result<SchemaNode> taken_field(SchemaNode const& field);

/// A new array with the picked values of a column, in the order of the picks.
Result<std::shared_ptr<OwnedArray const>> take(SchemaNode const& field, std::span<Chunk const> column,
                                               std::span<Pick const> picks);

/// A bitmap of `length` bits, all zero.
OwnedArray::Buffer empty_bitmap(std::int64_t length);
inline void set_bit(OwnedArray::Buffer& bits, std::int64_t i) {
  bits[static_cast<std::size_t>(i >> 3)] |= std::byte{1} << (i & 7);
}

}  // namespace podium::inline v0::data
