#pragma once

#include "data/files.hpp"
#include "data/state.hpp"

namespace podium::inline v0::data {

/// Columns that the folders' names give: whole numbers if every value is one, text otherwise.
std::vector<SchemaNode> partition_fields(std::vector<StoredFile> const& files);

/// `rows` times the value that `text` spells in the field's type; nothing: null.
Result<std::shared_ptr<OwnedArray const>> constant_column(SchemaNode const& field,
                                                          std::optional<std::string> const& text, std::int64_t rows);

/// The value of a partition column of a file; nothing if its folders do not name it.
std::optional<std::string> partition_value(StoredFile const& file, std::string_view column);

/// Whether the file's value of a partition column is in the range.
bool partition_within(StoredFile const& file, SchemaNode const& field, PartitionRange const& range);

/// Whether a file in a day's folder may hold rows of [from, to), a day of slack on either side; `day` names one
/// column of dates, or `year/month/day`.
bool day_overlaps(StoredFile const& file, std::string_view day, std::optional<std::int64_t> from_us,
                  std::optional<std::int64_t> to_us);

}  // namespace podium::inline v0::data
