#include "data/state.hpp"

#include <algorithm>
#include <cerrno>
#include <new>

namespace podium::inline v0::data {
namespace {

/// Owns what a producer gave away, and gives it back exactly once.
struct ImportedArray {
  ArrowArray array{};
  ImportedArray() = default;
  ImportedArray(ImportedArray const&) = delete;
  ImportedArray& operator=(ImportedArray const&) = delete;
  ~ImportedArray() {
    if (array.release) array.release(&array);
  }
};
struct ImportedSchema {
  ArrowSchema schema{};
  ImportedSchema() = default;
  ImportedSchema(ImportedSchema const&) = delete;
  ImportedSchema& operator=(ImportedSchema const&) = delete;
  ~ImportedSchema() {
    if (schema.release) schema.release(&schema);
  }
};
struct ReleaseStream {
  ArrowArrayStream* stream;
  ~ReleaseStream() {
    if (stream->release) stream->release(stream);
  }
};

Error stream_error(ArrowArrayStream* stream, int code) {
  char const* const text = stream->get_last_error ? stream->get_last_error(stream) : nullptr;
  return {code == ENOMEM ? Errc::exhausted : Errc::invalid_argument,
          "the Arrow stream failed: " + std::string{text ? text : "no reason given"}};
}

Result<void> add_batch(Table::State& state, SchemaNode const& root, std::shared_ptr<ImportedArray const> const& batch) {
  auto const& array = batch->array;
  if (array.n_children != static_cast<std::int64_t>(root.children.size()))
    return Error{Errc::invalid_argument, "a record batch has " + std::to_string(array.n_children) +
                                             " columns, its schema has " + std::to_string(root.children.size())};
  if (array.length < 0 || array.offset < 0)
    return Error{Errc::invalid_argument, "a record batch has a negative length or offset"};
  if (array.null_count > 0)
    return Error{Errc::invalid_argument, "a record batch has null rows: only its columns may hold nulls"};
  for (std::size_t c = 0; c < root.children.size(); ++c) {
    auto const* const column = array.children[c];
    if (auto ok = check_array(root.children[c], *column); !ok) return ok.error();
    if (column->length < array.offset + array.length)
      return Error{Errc::invalid_argument, "column `" + root.children[c].name + "` has " +
                                               std::to_string(column->length) + " rows, its batch has " +
                                               std::to_string(array.length)};
    state.columns[c].push_back(
        {.owner = batch, .array = column, .offset = column->offset + array.offset, .length = array.length});
  }
  state.batch_rows.push_back(array.length);
  state.rows += array.length;
  return {};
}

Result<Table> take_all(ArrowArrayStream* stream) {
  ImportedSchema schema;
  if (int const code = stream->get_schema(stream, &schema.schema); code != 0) return stream_error(stream, code);
  auto root = import_schema(schema.schema);
  if (!root) return root.error();
  if (root->type.format != "+s" || root->dictionary)
    return Error{Errc::invalid_argument, "the Arrow stream holds " + type_name(root->type) + " values, not a table"};

  auto state = std::make_shared<Table::State>();
  state->columns.resize(root->children.size());
  for (;;) {
    auto batch = std::make_shared<ImportedArray>();
    if (int const code = stream->get_next(stream, &batch->array); code != 0) return stream_error(stream, code);
    if (!batch->array.release) break;
    if (batch->array.length == 0) continue;
    if (auto ok = add_batch(*state, *root, batch); !ok) return ok.error();
  }
  state->metadata = std::move(root->metadata);
  state->fields = std::move(root->children);
  return Table{std::move(state)};
}

struct ExportedStream {
  std::shared_ptr<Table::State const> state;
  std::size_t next = 0;
  std::string error{};
};

ExportedStream& exported(ArrowArrayStream* stream) { return *static_cast<ExportedStream*>(stream->private_data); }

SchemaNode root_of(Table::State const& state) {
  return {.name = "", .type = *parse_type("+s"), .metadata = state.metadata, .flags = 0, .children = state.fields};
}

int stream_schema(ArrowArrayStream* stream, ArrowSchema* out) {
  try {
    export_schema(root_of(*exported(stream).state), out);
    return 0;
  } catch (std::bad_alloc const&) {
    exported(stream).error = "out of memory";
    return ENOMEM;
  }
}

struct ExportedBatch {
  std::vector<ArrowArray> columns;
  std::vector<ArrowArray*> pointers;
  void const* validity = nullptr;
};

void release_batch(ArrowArray* batch) {
  auto* const held = static_cast<ExportedBatch*>(batch->private_data);
  for (auto& column : held->columns)
    if (column.release) column.release(&column);
  delete held;
  batch->release = nullptr;
}

int stream_next(ArrowArrayStream* stream, ArrowArray* out) {
  auto& source = exported(stream);
  auto const& state = *source.state;
  *out = ArrowArray{};
  if (source.next == state.batch_rows.size()) return 0;
  try {
    auto batch = std::make_unique<ExportedBatch>();
    batch->columns.resize(state.fields.size());
    for (std::size_t c = 0; c < state.fields.size(); ++c) batch->pointers.push_back(&batch->columns[c]);
    std::size_t done = 0;
    try {
      for (; done < state.fields.size(); ++done)
        export_array(state.columns[done][source.next], state.fields[done], &batch->columns[done]);
    } catch (std::bad_alloc const&) {
      for (std::size_t c = 0; c < done; ++c) batch->columns[c].release(&batch->columns[c]);
      throw;
    }
    *out = ArrowArray{.length = state.batch_rows[source.next],
                      .null_count = 0,
                      .offset = 0,
                      .n_buffers = 1,
                      .n_children = static_cast<std::int64_t>(batch->pointers.size()),
                      .buffers = &batch->validity,
                      .children = batch->pointers.empty() ? nullptr : batch->pointers.data(),
                      .dictionary = nullptr,
                      .release = release_batch,
                      .private_data = nullptr};
    out->private_data = batch.release();
    ++source.next;
    return 0;
  } catch (std::bad_alloc const&) {
    source.error = "out of memory";
    return ENOMEM;
  }
}

char const* stream_last_error(ArrowArrayStream* stream) {
  auto const& text = exported(stream).error;
  return text.empty() ? nullptr : text.c_str();
}

void release_stream(ArrowArrayStream* stream) {
  delete &exported(stream);
  stream->release = nullptr;
}

}  // namespace

Table::Table() : state_{std::make_shared<State>()} {}
Table::Table(std::shared_ptr<State const> state) : state_{std::move(state)} {}

Result<Table> Table::import(ArrowArrayStream* stream) {
  if (!stream || !stream->release) return Error{Errc::invalid_argument, "the Arrow stream was read or released before"};
  ReleaseStream const release{stream};
  try {
    return take_all(stream);
  } catch (std::bad_alloc const&) {
    return Error{Errc::exhausted, "out of memory while reading an Arrow stream"};
  }
}

void Table::export_to(ArrowArrayStream* out) const {
  *out = ArrowArrayStream{.get_schema = stream_schema,
                          .get_next = stream_next,
                          .get_last_error = stream_last_error,
                          .release = release_stream,
                          .private_data = new ExportedStream{.state = state_}};
}

std::int64_t Table::rows() const noexcept { return state_->rows; }

std::vector<std::string> Table::column_names() const {
  std::vector<std::string> names;
  for (auto const& field : state_->fields) names.push_back(field.name);
  return names;
}

bool Table::has_column(std::string_view name) const noexcept {
  return std::ranges::any_of(state_->fields, [&](auto const& field) { return field.name == name; });
}

Result<std::size_t> find_column(Table::State const& state, std::string_view name) {
  auto const same = [&](SchemaNode const& field) { return field.name == name; };
  auto const found = std::ranges::find_if(state.fields, same);
  if (found == state.fields.end()) {
    std::string names;
    for (auto const& field : state.fields) names += (names.empty() ? "" : ", ") + field.name;
    return Error{Errc::invalid_argument,
                 "no column `" + std::string{name} + "` (there is: " + (names.empty() ? "none" : names) + ")"};
  }
  if (std::any_of(found + 1, state.fields.end(), same))
    return Error{Errc::invalid_argument, "column `" + std::string{name} + "` is there twice"};
  return static_cast<std::size_t>(found - state.fields.begin());
}

Table table_of(std::int64_t rows, std::vector<std::pair<SchemaNode, std::shared_ptr<OwnedArray const>>> columns) {
  auto state = std::make_shared<Table::State>();
  state->rows = rows;
  if (rows > 0) state->batch_rows.push_back(rows);
  for (auto& [field, array] : columns) {
    state->fields.push_back(std::move(field));
    state->columns.emplace_back();
    if (rows > 0) state->columns.back().push_back(chunk_of(array, 0, rows));
  }
  return Table{std::move(state)};
}

Table rebatch(Table const& table, std::int64_t rows) {
  auto const& old = table.state();
  auto state = std::make_shared<Table::State>();
  state->fields = old.fields;
  state->metadata = old.metadata;
  state->rows = old.rows;
  state->columns.resize(old.fields.size());
  for (std::size_t b = 0; b < old.batch_rows.size(); ++b) {
    for (std::int64_t begin = 0; begin < old.batch_rows[b]; begin += rows) {
      auto const length = std::min(rows, old.batch_rows[b] - begin);
      state->batch_rows.push_back(length);
      for (std::size_t c = 0; c < old.fields.size(); ++c) {
        auto chunk = old.columns[c][b];
        chunk.offset += begin;
        chunk.length = length;
        state->columns[c].push_back(std::move(chunk));
      }
    }
  }
  return Table{std::move(state)};
}

}  // namespace podium::inline v0::data
