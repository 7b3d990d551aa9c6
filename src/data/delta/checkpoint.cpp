#include "data/delta/snapshot.hpp"
#include "data/open_file.hpp"
#include "data/view.hpp"

#include <algorithm>
#include <functional>

namespace podium::inline v0::data::delta {
namespace {

/// A column of a checkpoint, nested or not, and its rows.
struct Column {
  SchemaNode const* node = nullptr;
  Chunk chunk{};

  explicit operator bool() const noexcept { return node != nullptr; }
  bool has(std::int64_t i) const { return node && Validity{node->type, chunk}(i); }

  /// Of a struct; nothing if there is none of that name.
  Column child(std::string_view name) const {
    if (!node || node->type.format != "+s") return {};
    for (std::size_t c = 0; c < node->children.size(); ++c) {
      if (node->children[c].name != name) continue;
      auto const* const array = chunk.array->children[c];
      if (array->length < chunk.array->offset + chunk.array->length) return {};
      return {&node->children[c],
              {.owner = chunk.owner, .array = array, .offset = array->offset + chunk.offset, .length = chunk.length}};
    }
    return {};
  }

  std::optional<std::string> text(std::int64_t i) const {
    if (!node || !node->value_type().is_text()) return std::nullopt;
    Decoded const decoded{*node, chunk};
    auto const j = decoded[i];
    if (j < 0) return std::nullopt;
    return std::string{bytes(decoded.type(), decoded.values(), j)};
  }
  std::optional<std::int64_t> whole(std::int64_t i) const {
    if (!has(i) || node->type.kind != Kind::integer) return std::nullopt;
    return with_integer(node->type, [&]<class T>(T) { return static_cast<std::int64_t>(values<T>(chunk)[i]); });
  }

  /// Calls `take(elements, j)` for every element of a list or map.
  void each(std::int64_t i, std::function<void(Column const&, std::int64_t)> const& take) const {
    if (!has(i) || node->children.size() != 1 || chunk.array->n_buffers < 2 || !chunk.array->buffers[1]) return;
    auto const range = [&]<class Offset>(Offset) {
      auto const* const ends = static_cast<Offset const*>(chunk.array->buffers[1]) + chunk.offset + i;
      return std::pair<std::int64_t, std::int64_t>{ends[0], ends[1]};
    };
    auto const& format = node->type.format;
    if (format != "+l" && format != "+m" && format != "+L") return;
    auto const [begin, end] = format == "+L" ? range(std::int64_t{}) : range(std::int32_t{});
    auto const* const array = chunk.array->children[0];
    if (begin < 0 || end < begin || end > array->length) return;
    Column const elements{&node->children[0],
                          {.owner = chunk.owner, .array = array, .offset = array->offset, .length = array->length}};
    for (auto j = begin; j < end; ++j) take(elements, j);
  }

  std::vector<std::string> texts(std::int64_t i) const {
    std::vector<std::string> out;
    each(i, [&](Column const& elements, std::int64_t j) { out.push_back(elements.text(j).value_or("")); });
    return out;
  }
  PartitionValues mapping(std::int64_t i) const {
    PartitionValues out;
    each(i, [&](Column const& entries, std::int64_t j) {
      if (entries.node->children.size() != 2) return;
      auto const key = entries.child(entries.node->children[0].name);
      auto const value = entries.child(entries.node->children[1].name);
      if (auto name = key.text(j)) out.emplace_back(*std::move(name), value.text(j));
    });
    return out;
  }
};

Result<std::optional<Action>> action_of(std::array<Column, 4> const& columns, std::int64_t i) {
  auto const& [add, remove, metadata, protocol] = columns;
  auto const broken = [&](std::string const& what) {
    return Error{Errc::invalid_argument, "the Delta log is damaged: row " + std::to_string(i) + ": " + what};
  };
  Action action;
  if (add.has(i)) {
    auto const path = add.child("path").text(i);
    auto const size = add.child("size").whole(i);
    if (!path || path->empty() || !size) return broken("`add` has no path or size");
    AddFile file{.path = *path,
                 .partitions = add.child("partitionValues").mapping(i),
                 .bytes = *size,
                 .modified_ms = add.child("modificationTime").whole(i).value_or(0),
                 .statistics = add.child("stats").text(i).value_or("")};
    auto const deletions = add.child("deletionVector");
    file.has_deletions = deletions.has(i) && deletions.child("storageType").text(i).has_value();
    action.add = std::move(file);
  }
  if (remove.has(i)) action.remove = remove.child("path").text(i);
  if (metadata.has(i)) {
    auto const schema = metadata.child("schemaString").text(i);
    if (!schema) return broken("`metaData` has no schema");
    Metadata found{.id = metadata.child("id").text(i).value_or(""),
                   .schema = *schema,
                   .partition_columns = metadata.child("partitionColumns").texts(i),
                   .provider = metadata.child("format").child("provider").text(i).value_or("parquet")};
    for (auto& [name, value] : metadata.child("configuration").mapping(i))
      found.configuration[name] = value.value_or("");
    action.metadata = std::move(found);
  }
  if (protocol.has(i))
    action.protocol = Protocol{.min_reader = static_cast<int>(protocol.child("minReaderVersion").whole(i).value_or(0)),
                               .min_writer = static_cast<int>(protocol.child("minWriterVersion").whole(i).value_or(0)),
                               .reader_features = protocol.child("readerFeatures").texts(i),
                               .writer_features = protocol.child("writerFeatures").texts(i)};
  if (!action.add && !action.remove && !action.metadata && !action.protocol) return std::optional<Action>{};
  return std::optional{std::move(action)};
}

}  // namespace

Result<void> read_checkpoint(PodiumArrowPlugin const& plugin, std::shared_ptr<Storage const> const& storage,
                             StoredFile const& file, std::vector<Action>& out) {
  auto const opened = OpenFile::open(plugin, storage, file, Format::parquet, {}, false);
  if (!opened) return opened.error();
  static constexpr std::array<std::string_view, 4> wanted{"add", "remove", "metaData", "protocol"};
  OpenFile::Scan scan{.as_dictionary = {}, .batch_rows = 65'536};
  for (auto const& field : (*opened)->fields())
    if (std::ranges::find(wanted, field.name) != wanted.end()) scan.targets.push_back(field);
  if (scan.targets.empty() || std::ranges::none_of(scan.targets, [](auto const& field) { return field.name == "add"; }))
    return Error{Errc::invalid_argument, "the Delta log is damaged: the checkpoint has no column `add`"}.with(
        "file", file.shown);
  for (std::int64_t p = 0; p < (*opened)->pieces(); ++p) {
    scan.piece = p;
    auto const piece = (*opened)->piece(p, {});
    if (!piece) return piece.error();
    StreamReader stream;
    if (auto ok = (*opened)->scan(scan, stream); !ok) return ok.error();
    std::int64_t rows = 0;
    for (;;) {
      auto const batch = stream.next();
      if (!batch) return batch.error().with("file", file.shown);
      if (!*batch) break;
      auto const& state = (*batch)->state();
      std::array<Column, 4> columns;
      for (std::size_t c = 0; c < state.fields.size(); ++c) {
        auto const at = std::ranges::find(wanted, state.fields[c].name) - wanted.begin();
        columns[static_cast<std::size_t>(at)] = {&state.fields[c], state.columns[c].front()};
      }
      for (std::int64_t i = 0; i < state.rows; ++i) {
        auto action = action_of(columns, i);
        if (!action) return action.error().with("file", file.shown);
        if (*action) out.push_back(**std::move(action));
      }
      rows += state.rows;
    }
    if (rows != piece->rows)
      return Error{Errc::invalid_argument, "the Delta log is damaged: the checkpoint claims " +
                                               std::to_string(piece->rows) + " rows and holds " + std::to_string(rows)}
          .with("file", file.shown);
  }
  return {};
}

}  // namespace podium::inline v0::data::delta
