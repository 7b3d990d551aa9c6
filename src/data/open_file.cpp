#include "data/open_file.hpp"

#include <algorithm>

namespace podium::inline v0::data {
namespace {

std::vector<char const*> pointers(std::vector<std::string> const& texts) {
  std::vector<char const*> out;
  out.reserve(texts.size());
  for (auto const& text : texts) out.push_back(text.c_str());
  return out;
}

}  // namespace

Result<std::shared_ptr<OpenFile const>> OpenFile::open(PodiumArrowPlugin const& plugin,
                                                       std::shared_ptr<Storage const> storage, StoredFile const& file,
                                                       Format format, ColumnFormats const& types, bool infer_whole) {
  auto const word = format_word(format);
  std::vector<char const*> names, formats;
  for (auto const& [name, type] : types) {
    names.push_back(name.c_str());
    formats.push_back(type.c_str());
  }
  PodiumOpen const options{.format = word.c_str(),
                           .type_names = names.data(),
                           .type_formats = formats.data(),
                           .n_types = static_cast<std::int64_t>(names.size()),
                           .infer_whole = infer_whole ? 1 : 0};
  void* handle = nullptr;
  PodiumFailure failure{};
  if (plugin.file_open(storage->handle(), file.path.c_str(), &options, &handle, &failure) != 0)
    return plugin_error(failure, "cannot be read").with("file", file.shown);
  auto opened = std::shared_ptr<OpenFile>{new OpenFile{plugin, std::move(storage), handle, file.shown}};
  Owned<ArrowSchema> schema;
  if (plugin.file_schema(handle, &schema.raw, &failure) != 0)
    return plugin_error(failure, "cannot be read").with("file", file.shown);
  auto root = import_schema(schema.raw);
  if (!root) return root.error().with("file", file.shown);
  opened->root_ = *std::move(root);
  return std::shared_ptr<OpenFile const>{std::move(opened)};
}

Result<std::optional<std::size_t>> OpenFile::find(std::string const& name) const {
  auto const same = [&](SchemaNode const& field) { return field.name == name; };
  auto const found = std::ranges::find_if(fields(), same);
  if (found == fields().end()) return std::optional<std::size_t>{};
  if (std::any_of(found + 1, fields().end(), same))
    return Error{Errc::invalid_argument, "column `" + name + "` is there twice"}.with("file", shown_);
  return std::optional{static_cast<std::size_t>(found - fields().begin())};
}

Result<PodiumPiece> OpenFile::piece(std::int64_t index, PodiumRange const& range) const {
  PodiumPiece out{};
  PodiumFailure failure{};
  if (plugin_.file_piece(file_, index, &range, &out, &failure) != 0)
    return plugin_error(failure, "cannot be read").with("file", shown_);
  return out;
}

Result<std::optional<std::int64_t>> OpenFile::rows() const {
  std::int64_t rows = 0;
  for (std::int64_t p = 0; p < pieces(); ++p) {
    auto const one = piece(p, {});
    if (!one) return one.error();
    if (one->rows < 0) return std::optional<std::int64_t>{};
    rows += one->rows;
  }
  return std::optional{rows};
}

Result<void> OpenFile::scan(Scan const& scan, StreamReader& out) const {
  std::vector<std::string> names;
  for (auto const& target : scan.targets) names.push_back(target.name);
  auto const columns = pointers(names);
  auto const dictionaries = pointers(scan.as_dictionary);
  Owned<ArrowSchema> target;
  export_schema({.name = "", .type = *parse_type("+s"), .flags = 0, .children = scan.targets}, &target.raw);
  PodiumScan const wanted{.piece = scan.piece,
                          .columns = columns.data(),
                          .n_columns = static_cast<std::int64_t>(columns.size()),
                          .target = &target.raw,
                          .as_dictionary = dictionaries.data(),
                          .n_as_dictionary = static_cast<std::int64_t>(dictionaries.size()),
                          .batch_rows = scan.batch_rows,
                          .threads = scan.threads ? 0 : 1};
  PodiumFailure failure{};
  if (plugin_.file_scan(file_, &wanted, out.raw(), &failure) != 0)
    return plugin_error(failure, "cannot be read").with("file", shown_);
  if (auto ok = out.open(); !ok) return ok.error().with("file", shown_);
  return {};
}

}  // namespace podium::inline v0::data
