#include "data/arrow_plugin/abi.hpp"
#include "data/state.hpp"

#include <algorithm>
#include <array>
#include <dlfcn.h>
#include <mutex>

namespace podium::inline v0::data {
namespace {

namespace fs = std::filesystem;

constexpr char const* plugin_file = "libpodium_arrow.so";
constexpr char const* way_out =
    "install the Arrow it was built with, or build Podium with -DPODIUM_PYARROW=<folder of an installed pyarrow> or "
    "with an Arrow C++ that CMake finds, put libpodium_arrow.so beside the library or name it with "
    "podium::data::set_plugin_path";

/// Opened once; a failure is remembered only until another path is set.
struct Plugin {
  std::mutex mutex;
  fs::path path;
  PodiumArrowPlugin const* opened = nullptr;
};

Plugin& the_plugin() {
  static Plugin plugin;
  return plugin;
}

void add_folder(std::vector<fs::path>& found, fs::path const& folder) {
  std::error_code ignored;
  auto const add = [&](fs::path const& candidate) {
    auto file = (candidate / plugin_file).lexically_normal();
    if (fs::is_regular_file(file, ignored)) found.push_back(std::move(file));
  };
  // Beside us; in a build tree; in an installed prefix; in the virtual environment that a Python package of ours is in.
  for (auto const* const there :
       {".", "podium", "lib/podium", "../lib", "../lib/podium", "../../lib/podium", "../../../podium"})
    add(folder / there);
}

/// Where this code is loaded from (the shared library, or a program that links it statically), then the program.
std::vector<fs::path> candidates() {
  std::vector<fs::path> found;
  Dl_info info{};
  std::error_code ignored;
  if (dladdr(reinterpret_cast<void const*>(&the_plugin), &info) != 0 && info.dli_fname)
    if (auto const self = fs::canonical(info.dli_fname, ignored); !ignored) add_folder(found, self.parent_path());
  if (auto const program = fs::read_symlink("/proc/self/exe", ignored); !ignored)
    add_folder(found, program.parent_path());
  return found;
}

Result<PodiumArrowPlugin const*> load(fs::path const& path) {
  auto const refused = [&](std::string const& why) {
    return Error{Errc::unavailable, "the Arrow plug-in " + path.string() + " " + why + "; " + way_out};
  };
  // Local symbols: a program may hold another Arrow of its own.
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    char const* const why = dlerror();
    return refused("cannot be opened (" + std::string{why ? why : "no reason given"} + ")");
  }
  auto const entry = reinterpret_cast<podium_arrow_plugin_t>(dlsym(library, "podium_arrow_plugin"));
  auto const* const plugin = entry ? entry() : nullptr;
  if (!plugin) {
    dlclose(library);
    return refused("is not one of Podium's");
  }
  if (plugin->abi != PODIUM_ARROW_PLUGIN_ABI) {
    auto const abi = std::to_string(plugin->abi);
    dlclose(library);
    return refused("speaks version " + abi + " of its interface, this Podium speaks " +
                   std::to_string(PODIUM_ARROW_PLUGIN_ABI));
  }
  auto const major = [](std::string_view version) { return std::string{version.substr(0, version.find('.'))}; };
  if (major(plugin->built_with) != major(plugin->running_with))
    return refused("was built for Arrow " + std::string{plugin->built_with} + " and found Arrow " +
                   std::string{plugin->running_with});
  return plugin;
}

Result<PodiumArrowPlugin const*> open_plugin() {
  auto& plugin = the_plugin();
  std::lock_guard const lock{plugin.mutex};
  if (plugin.opened) return plugin.opened;
  std::vector<fs::path> paths{plugin.path};
  if (plugin.path.empty()) paths = candidates();
  if (paths.empty())
    return Error{Errc::unavailable, "reading and writing files needs the Arrow plug-in, and there is no " +
                                        std::string{plugin_file} + "; " + way_out};
  auto opened = load(paths.front());
  for (std::size_t i = 1; !opened && i < paths.size(); ++i)
    if (auto other = load(paths[i])) opened = std::move(other);
  if (opened) plugin.opened = *opened;
  return opened;
}

std::string format_of(fs::path const& path) {
  auto extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  if (extension == ".parquet" || extension == ".pq") return "parquet";
  if (extension == ".csv") return "csv";
  if (extension == ".arrow" || extension == ".ipc" || extension == ".feather" || extension == ".arrows") return "ipc";
  return "";
}

/// The file itself, or the files of a folder in name order; what starts with `_` or `.` is not data.
Result<std::vector<fs::path>> files_of(fs::path const& path) {
  std::error_code failed;
  auto const status = fs::status(path, failed);
  if (!fs::exists(status)) return Error{Errc::not_found, "there is no file or folder " + path.string()};
  if (!fs::is_directory(status)) {
    if (format_of(path).empty())
      return Error{Errc::invalid_argument,
                   path.string() + ": the extension says no format (.parquet, .csv, .arrow, .ipc, .feather)"};
    return std::vector{path};
  }
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator it{path, failed}, end; !failed && it != end; it.increment(failed)) {
    auto const name = it->path().filename().string();
    bool const hidden = name.starts_with('_') || name.starts_with('.');
    if (hidden && it->is_directory(failed)) it.disable_recursion_pending();
    if (!hidden && it->is_regular_file(failed) && !format_of(it->path()).empty()) files.push_back(it->path());
  }
  if (failed) return Error{Errc::unavailable, "the folder " + path.string() + " cannot be listed: " + failed.message()};
  if (files.empty())
    return Error{Errc::not_found, "the folder " + path.string() + " holds no .parquet, .csv or Arrow file"};
  std::ranges::sort(files);
  return files;
}

Result<Table> read_file(PodiumArrowPlugin const& plugin, fs::path const& path, ReadOptions const& options) {
  std::vector<char const*> columns;
  columns.reserve(options.columns.size());
  for (auto const& column : options.columns) columns.push_back(column.c_str());
  ArrowArrayStream stream{};
  std::array<char, 2048> error{};
  if (plugin.read(path.c_str(), format_of(path).c_str(), columns.data(), static_cast<std::int64_t>(columns.size()),
                  &stream, error.data(), error.size()) != 0)
    return Error{Errc::invalid_argument, std::string{"cannot be read: "} + error.data()}.with("file", path.string());
  auto table = Table::import(&stream);
  if (!table) return table.error().with("file", path.string());
  return table;
}

bool same_columns(Table::State const& a, Table::State const& b) {
  return std::ranges::equal(a.fields, b.fields, [](SchemaNode const& x, SchemaNode const& y) {
    return x.name == y.name && x.type.format == y.type.format && x.value_type().format == y.value_type().format;
  });
}

std::string columns_text(Table::State const& state) {
  std::string text;
  for (auto const& field : state.fields)
    text += (text.empty() ? "" : ", ") + field.name + " " + type_name(field.value_type());
  return text;
}

Result<Table> concatenate(std::vector<Table> const& tables, std::vector<fs::path> const& files) {
  auto state = std::make_shared<Table::State>(tables.front().state());
  for (std::size_t t = 1; t < tables.size(); ++t) {
    auto const& more = tables[t].state();
    if (!same_columns(*state, more))
      return Error{Errc::invalid_argument, files[t].string() + " has other columns (" + columns_text(more) + ") than " +
                                               files.front().string() + " (" + columns_text(*state) + ")"};
    for (std::size_t c = 0; c < state->columns.size(); ++c)
      state->columns[c].insert(state->columns[c].end(), more.columns[c].begin(), more.columns[c].end());
    state->batch_rows.insert(state->batch_rows.end(), more.batch_rows.begin(), more.batch_rows.end());
    state->rows += more.rows;
  }
  return Table{std::move(state)};
}

}  // namespace

void set_plugin_path(std::filesystem::path path) {
  auto& plugin = the_plugin();
  std::lock_guard const lock{plugin.mutex};
  plugin.path = std::move(path);
  plugin.opened = nullptr;
}

Result<Table> read(std::filesystem::path const& path, ReadOptions const& options) {
  try {
    auto const files = files_of(path);
    if (!files) return files.error();
    auto const plugin = open_plugin();
    if (!plugin) return plugin.error().with("file", path.string());
    std::vector<Table> tables;
    for (auto const& file : *files) {
      auto table = read_file(**plugin, file, options);
      if (!table) return table.error();
      tables.push_back(*std::move(table));
    }
    return concatenate(tables, *files);
  } catch (std::bad_alloc const&) {
    return Error{Errc::exhausted, "out of memory"}.with("file", path.string());
  } catch (fs::filesystem_error const& failure) {
    return Error{Errc::unavailable, failure.what()}.with("file", path.string());
  }
}

Result<void> write_parquet(Table const& table, std::filesystem::path const& path) {
  auto const plugin = open_plugin();
  if (!plugin) return plugin.error().with("file", path.string());
  // The file appears whole or not at all.
  fs::path const part = path.string() + ".part";
  ArrowArrayStream stream{};
  table.export_to(&stream);
  std::array<char, 2048> error{};
  std::error_code failed;
  if ((*plugin)->write_parquet(&stream, part.c_str(), error.data(), error.size()) != 0) {
    if (stream.release) stream.release(&stream);
    fs::remove(part, failed);
    return Error{Errc::unavailable, std::string{"cannot be written: "} + error.data()}.with("file", path.string());
  }
  fs::rename(part, path, failed);
  if (!failed) return {};
  std::string const why = failed.message();
  fs::remove(part, failed);
  return Error{Errc::unavailable, "cannot be written: " + why}.with("file", path.string());
}

}  // namespace podium::inline v0::data
