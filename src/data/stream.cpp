#include "data/stream.hpp"

#include <cerrno>

namespace podium::inline v0::data {

Error stream_error(ArrowArrayStream* stream, int code) {
  char const* const text = stream->get_last_error ? stream->get_last_error(stream) : nullptr;
  return {code == ENOMEM ? Errc::exhausted : Errc::invalid_argument,
          "the Arrow stream failed: " + std::string{text ? text : "no reason given"}};
}

Result<void> add_batch(Table::State& state, SchemaNode const& root,
                       std::shared_ptr<Owned<ArrowArray> const> const& batch) {
  auto const& array = batch->raw;
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

Result<void> StreamReader::open() {
  Owned<ArrowSchema> schema;
  if (int const code = raw()->get_schema(raw(), &schema.raw); code != 0) return stream_error(raw(), code);
  auto root = import_schema(schema.raw);
  if (!root) return root.error();
  if (root->type.format != "+s" || root->dictionary)
    return Error{Errc::invalid_argument, "the Arrow stream holds " + type_name(root->type) + " values, not a table"};
  root_ = *std::move(root);
  return {};
}

Result<std::optional<Table>> StreamReader::next() {
  for (;;) {
    auto batch = std::make_shared<Owned<ArrowArray>>();
    if (int const code = raw()->get_next(raw(), &batch->raw); code != 0) return stream_error(raw(), code);
    if (!batch->raw.release) return std::optional<Table>{};
    if (batch->raw.length == 0) continue;
    auto state = std::make_shared<Table::State>();
    state->fields = root_.children;
    state->metadata = root_.metadata;
    state->columns.resize(root_.children.size());
    if (auto ok = add_batch(*state, root_, batch); !ok) return ok.error();
    return std::optional{Table{std::move(state)}};
  }
}

}  // namespace podium::inline v0::data
