#include "data/stream.hpp"

#include <algorithm>
#include <cerrno>
#include <new>

namespace podium::inline v0::data {
namespace {

Result<Table> take_all(StreamReader& stream) {
  if (auto ok = stream.open(); !ok) return ok.error();
  auto state = std::make_shared<Table::State>();
  state->fields = stream.root().children;
  state->metadata = stream.root().metadata;
  state->columns.resize(state->fields.size());
  for (;;) {
    auto batch = stream.next();
    if (!batch) return batch.error();
    if (!*batch) return Table{std::move(state)};
    append(*state, (*batch)->state());
  }
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
  StreamReader reader;
  *reader.raw() = *stream;
  stream->release = nullptr;
  try {
    return take_all(reader);
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

void append(Table::State& state, Table::State const& more) {
  for (std::size_t c = 0; c < state.columns.size(); ++c)
    state.columns[c].insert(state.columns[c].end(), more.columns[c].begin(), more.columns[c].end());
  state.batch_rows.insert(state.batch_rows.end(), more.batch_rows.begin(), more.batch_rows.end());
  state.rows += more.rows;
}

Table slice(Table const& table, std::int64_t begin, std::int64_t rows) {
  auto const& old = table.state();
  auto state = std::make_shared<Table::State>();
  state->fields = old.fields;
  state->metadata = old.metadata;
  state->columns.resize(old.fields.size());
  std::int64_t at = 0;
  for (std::size_t b = 0; b < old.batch_rows.size(); ++b) {
    auto const first = std::max(begin, at);
    auto const last = std::min(begin + rows, at + old.batch_rows[b]);
    if (first < last) {
      state->batch_rows.push_back(last - first);
      state->rows += last - first;
      for (std::size_t c = 0; c < old.fields.size(); ++c) {
        auto chunk = old.columns[c][b];
        chunk.offset += first - at;
        chunk.length = last - first;
        state->columns[c].push_back(std::move(chunk));
      }
    }
    at += old.batch_rows[b];
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
