#include "podium/data/dataset.hpp"

#include "data/dataset_impl.hpp"
#include "data/partition.hpp"
#include "data/unify.hpp"

#include <algorithm>
#include <filesystem>
#include <new>

namespace podium::inline v0::data {
namespace {

/// Descriptors are few: beyond so many, files are opened anew.
constexpr std::size_t keep_open = 256;
/// Beyond so many files, the footers of some stand for all; each is a journey where files are far away.
constexpr std::size_t look_into = 1024;
constexpr std::size_t look_into_remote = 16;
/// CSV up to this size is read through for its types; beyond it, the front of each file decides.
constexpr std::int64_t infer_whole_bytes = 256 << 20;

std::string text_of(std::vector<SchemaNode> const& fields) {
  std::string text;
  for (auto const& field : fields)
    text += (text.empty() ? "" : ", ") + field.name + " " + type_name(field.value_type());
  return text;
}

/// Arrow's format for a word that a CSV column may be declared with; empty: no such word.
std::string format_of_word(std::string_view word) {
  static constexpr std::pair<std::string_view, std::string_view> formats[] = {
      {"string", "u"}, {"integer", "i"}, {"long", "l"},   {"float", "f"},
      {"double", "g"}, {"binary", "z"},  {"boolean", "b"}};
  for (auto const& [name, format] : formats)
    if (name == word) return std::string{format};
  return {};
}

template <class Work>
auto guarded(std::string const& location, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (std::bad_alloc const&) {
    return Error{Errc::exhausted, "out of memory"}.with("file", location);
  } catch (std::exception const& failure) {
    return Error{Errc::unavailable, failure.what()}.with("file", location);
  }
}

}  // namespace

Result<std::size_t> Dataset::Impl::find(std::string_view name) const {
  auto const same = [&](Column const& column) { return column.node.name == name; };
  auto const found = std::ranges::find_if(columns, same);
  if (found == columns.end()) {
    std::string all;
    for (auto const& column : columns) all += (all.empty() ? "" : ", ") + column.node.name;
    return Error{Errc::invalid_argument,
                 "no column `" + std::string{name} + "` (there is: " + (all.empty() ? "none" : all) + ")"}
        .with("file", location);
  }
  if (std::any_of(found + 1, columns.end(), same))
    return Error{Errc::invalid_argument, "column `" + std::string{name} + "` is there twice"}.with("file", location);
  return static_cast<std::size_t>(found - columns.begin());
}

Result<std::shared_ptr<OpenFile const>> Dataset::Impl::open_raw(std::size_t index, bool infer_whole) const {
  return OpenFile::open(*plugin, storage, stored[index], format == Format::delta ? Format::parquet : format, types,
                        infer_whole);
}

Result<std::shared_ptr<OpenFile const>> Dataset::Impl::file(std::size_t index) const {
  {
    std::lock_guard const lock{mutex_};
    if (index < open_.size() && open_[index]) return open_[index];
  }
  auto opened = open_raw(index, false);
  if (!opened) return opened.error();
  if (auto ok = check(**opened); !ok) return ok.error();
  std::lock_guard const lock{mutex_};
  open_.resize(stored.size());
  if (!open_[index] && open_count_ < keep_open) {
    open_[index] = *opened;
    ++open_count_;
  }
  return opened;
}

Result<void> Dataset::Impl::check(OpenFile const& file) const {
  for (auto const& column : columns) {
    if (column.partition) continue;
    auto const found = file.find(column.node.name);
    if (!found) return found.error();
    if (!*found) {
      if (column.may_lack) continue;
      return Error{Errc::invalid_argument, "no column `" + column.node.name + "`, which other files of " + location +
                                               " have (there is: " + text_of(file.fields()) + ")"}
          .with("file", file.shown());
    }
    std::string why;
    if (convertible(file.fields()[**found], column.node, format == Format::delta, why)) continue;
    return Error{Errc::invalid_argument, "column `" + column.node.name +
                                             "` is stored otherwise than in other files of " + location + ": " + why}
        .with("file", file.shown());
  }
  return {};
}

Result<void> Dataset::Impl::learn(Context const& ctx) {
  if (format == Format::csv)
    for (auto const& [name, word] : options.column_types) {
      auto const type = format_of_word(word);
      if (type.empty())
        return Error{
            Errc::invalid_argument,
            "column `" + name + "`: `" + word + "` is not one of string, integer, long, float, double, binary, boolean"}
            .with("file", location);
      types.emplace_back(name, type);
    }
  auto const most = storage->handle() ? look_into_remote : look_into;
  auto const step = std::max<std::size_t>(1, (stored.size() + most - 1) / most);
  bool const infer_whole = format == Format::csv && bytes <= infer_whole_bytes;
  std::int64_t known_rows = 0;
  std::int64_t known_bytes = 0;
  std::vector<std::string> twice;
  std::size_t first = 0;
  for (std::size_t f = 0; f < stored.size(); f += step) {
    if (auto const stop = ctx.interrupted()) return *stop;
    auto opened = open_raw(f, infer_whole);
    if (!opened) return opened.error();
    auto const& fields = (*opened)->fields();
    auto const count = (*opened)->rows();
    if (!count) return count.error();
    if (*count) {
      known_rows += **count;
      known_bytes += stored[f].bytes;
      stored[f].rows = **count;
    }
    if (f == 0) {
      for (auto const& field : fields) columns.push_back({.node = field});
      continue;
    }
    if (fields.size() != columns.size() ||
        !std::ranges::all_of(fields, [&](auto const& field) { return find(field.name).has_value(); })) {
      std::vector<SchemaNode> own;
      for (auto const& column : columns) own.push_back(column.node);
      return Error{Errc::invalid_argument, stored[f].shown + " has other columns (" + text_of(fields) + ") than " +
                                               stored[first].shown + " (" + text_of(own) + ")"};
    }
    for (auto const& field : fields) {
      auto& node = columns[*find(field.name)].node;
      std::string why;
      auto common = common_field(node, field, why);
      if (!common)
        return Error{Errc::invalid_argument,
                     "column `" + field.name + "` is stored otherwise in " + stored[first].shown + ": " + why}
            .with("file", stored[f].shown);
      node = *std::move(common);
    }
  }
  types.clear();
  if (format == Format::csv)
    for (auto const& column : columns) types.emplace_back(column.node.name, column.node.type.format);
  for (auto& field : partition_fields(stored))
    if (!std::ranges::any_of(columns, [&](auto const& column) { return column.node.name == field.name; }))
      columns.push_back({.node = std::move(field), .partition = true});
  rows = known_bytes > 0 && known_bytes < bytes
             ? static_cast<std::int64_t>(static_cast<double>(known_rows) / static_cast<double>(known_bytes) *
                                         static_cast<double>(bytes))
             : known_rows;
  if (known_bytes == 0) rows = bytes / 64;  // a row of a few numbers as text
  return {};
}

void Dataset::Impl::publish() {
  for (auto const& column : columns)
    fields.push_back({.name = column.node.name,
                      .type = type_name(column.node.value_type()),
                      .nullable = (column.node.flags & ARROW_FLAG_NULLABLE) != 0,
                      .partition = column.partition});
  for (auto const& file : stored) names.push_back(file.shown);
}

Dataset::Dataset(std::shared_ptr<Impl const> impl) : impl_{std::move(impl)} {}

namespace {

Result<Dataset> finish(std::shared_ptr<Dataset::Impl> impl, FileList list, Location const& location,
                       Context const& ctx) {
  auto const plugin = open_plugin();
  if (!plugin) return plugin.error().with("file", location.given);
  impl->plugin = *plugin;
  impl->format = list.format;
  if (list.format == Format::delta) {
    if (auto ok = open_delta(*impl, location, list.delta_root); !ok) return ok.error();
  } else {
    if (impl->options.version)
      return Error{Errc::invalid_argument, "only Delta tables have versions"}.with("file", location.given);
    impl->stored = std::move(list.files);
    for (auto const& file : impl->stored) impl->bytes += file.bytes;
    if (auto ok = impl->learn(ctx); !ok) return ok.error();
  }
  impl->publish();
  return Dataset{std::move(impl)};
}

}  // namespace

Result<Dataset> Dataset::open(std::string const& path_or_uri, OpenOptions const& options, Context const& ctx) {
  return guarded(path_or_uri.substr(0, path_or_uri.find('?')), [&]() -> Result<Dataset> {
    auto const location = parse_location(path_or_uri, options.storage);
    if (!location) return location.error();
    auto impl = std::make_shared<Impl>();
    impl->location = location->given;
    impl->options = options;
    auto storage = open_storage(*location, options.storage);
    if (!storage) return storage.error();
    impl->storage = *std::move(storage);
    auto list = list_files(*impl->storage, *location, options);
    if (!list) return list.error();
    return finish(std::move(impl), *std::move(list), *location, ctx);
  });
}

Result<Dataset> Dataset::open(std::vector<std::string> const& files, OpenOptions const& options, Context const& ctx) {
  if (files.empty()) return Error{Errc::invalid_argument, "no file was given"};
  return guarded(files.front().substr(0, files.front().find('?')), [&]() -> Result<Dataset> {
    std::vector<Location> locations;
    for (auto const& file : files) {
      auto location = parse_location(file, options.storage);
      if (!location) return location.error();
      locations.push_back(*std::move(location));
      if (locations.back().account != locations.front().account)
        return Error{Errc::invalid_argument, "files of one dataset lie in one storage account: " +
                                                 locations.front().given + " and " + locations.back().given};
    }
    auto impl = std::make_shared<Impl>();
    impl->location = locations.front().given;
    impl->options = options;
    auto storage = open_storage(locations.front(), options.storage);
    if (!storage) return storage.error();
    impl->storage = *std::move(storage);
    auto list = given_files(*impl->storage, locations, options);
    if (!list) return list.error();
    return finish(std::move(impl), *std::move(list), locations.front(), ctx);
  });
}

Dataset Dataset::of(Table table) {
  auto impl = std::make_shared<Impl>();
  impl->format = Format::ipc;
  impl->location = "a table in memory";
  auto const& state = table.state();
  for (auto const& field : state.fields) impl->columns.push_back({.node = field});
  for (auto const rows : state.batch_rows)
    impl->stored.push_back(
        {.shown = "batch " + std::to_string(impl->stored.size()) + " of a table in memory", .rows = rows});
  impl->rows = state.rows;
  impl->memory = std::move(table);
  impl->publish();
  return Dataset{std::move(impl)};
}

Format Dataset::format() const noexcept { return impl_->format; }
std::string const& Dataset::location() const noexcept { return impl_->location; }
std::vector<Field> const& Dataset::schema() const noexcept { return impl_->fields; }
bool Dataset::has_column(std::string_view name) const noexcept {
  return std::ranges::any_of(impl_->fields, [&](Field const& field) { return field.name == name; });
}
std::vector<std::string> const& Dataset::files() const noexcept { return impl_->names; }
std::optional<std::int64_t> Dataset::version() const noexcept { return impl_->version; }
std::int64_t Dataset::estimated_rows() const noexcept { return impl_->rows; }
std::int64_t Dataset::bytes() const noexcept { return impl_->bytes; }

}  // namespace podium::inline v0::data
