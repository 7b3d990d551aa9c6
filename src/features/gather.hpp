#pragma once

#include "data/take.hpp"
#include "features/slots.hpp"

namespace podium::inline v0::features {

/// A column to be gathered.
struct Wanted {
  std::size_t column = 0;    ///< of the right table
  data::SchemaNode field{};  ///< of the result
};

/// The winners' values of every wanted column, in the order of the left rows; null where there is no winner.
/// Locators' batches are the right table's.
Result<std::vector<data::Chunk>> gather(data::Table::State const& right, std::span<Wanted const> wanted,
                                        std::span<Winner const> winners, int threads);

/// Adds a column in one piece to a table that is cut into batches.
void append_column(data::Table::State& table, data::SchemaNode field, data::Chunk const& column);

/// The winners' own times as a column of the axis' type: `field` with null where there is no winner.
data::Chunk times_column(std::span<Winner const> winners, Axis const& axis, data::Type const& type);

}  // namespace podium::inline v0::features
