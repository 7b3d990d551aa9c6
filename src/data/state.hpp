#pragma once

#include "data/type.hpp"

#include "podium/data/table.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace podium::inline v0::data {

/// One field of a schema, children and dictionary included.
struct SchemaNode {
  std::string name{};
  Type type{};
  std::string metadata{};  ///< in Arrow's binary form
  std::int64_t flags = ARROW_FLAG_NULLABLE;
  std::vector<SchemaNode> children{};
  std::shared_ptr<SchemaNode const> dictionary{};

  /// What a reader sees: the dictionary's values, if there is one.
  Type const& value_type() const noexcept { return dictionary ? dictionary->type : type; }
};

/// A run of values of one column.  `offset` counts from the start of the buffers.
struct Chunk {
  std::shared_ptr<void const> owner{};
  ArrowArray const* array = nullptr;
  std::int64_t offset = 0;
  std::int64_t length = 0;
};

/// Columns of equal length, cut at the same rows: `columns[c][b]` is column c of batch b.
struct Table::State {
  std::vector<SchemaNode> fields{};
  std::string metadata{};
  std::vector<std::vector<Chunk>> columns{};
  std::vector<std::int64_t> batch_rows{};
  std::int64_t rows = 0;
};

/// Position of the one column of that name; an error that lists what there is, or says that there are two.
Result<std::size_t> find_column(Table::State const& state, std::string_view name);

Result<SchemaNode> import_schema(ArrowSchema const& schema);
void export_schema(SchemaNode const& node, ArrowSchema* out);

/// Fills `out` with the values of `chunk`; keeps its owner alive until the consumer releases `out`.
void export_array(Chunk const& chunk, SchemaNode const& node, ArrowArray* out);

/// Whether the array has the buffers and children that its type needs.
Result<void> check_array(SchemaNode const& node, ArrowArray const& array);

/// An array made here: buffers and the C struct that points at them.
struct OwnedArray {
  using Buffer = std::unique_ptr<std::byte[]>;

  /// `buffers` in Arrow's order; the first is validity and may be empty.
  OwnedArray(std::int64_t length, std::int64_t nulls, std::vector<Buffer> buffers);
  OwnedArray(OwnedArray const&) = delete;
  OwnedArray& operator=(OwnedArray const&) = delete;

  ArrowArray array{};

 private:
  std::vector<Buffer> buffers_;
  std::vector<void const*> pointers_;
};

/// The rows [offset, offset + length) of an array made here.
Chunk chunk_of(std::shared_ptr<OwnedArray const> const& array, std::int64_t offset, std::int64_t length);

/// A table of one batch; every array is `rows` long.
Table table_of(std::int64_t rows, std::vector<std::pair<SchemaNode, std::shared_ptr<OwnedArray const>>> columns);

/// The rows [begin, begin + rows), as far as they are there; buffers are shared.
Table slice(Table const& table, std::int64_t begin, std::int64_t rows);

/// Adds the batches of a table with the same fields.
void append(Table::State& state, Table::State const& more);

/// The same rows in batches of at most `rows`.
Table rebatch(Table const& table, std::int64_t rows);

}  // namespace podium::inline v0::data
