#include "data/plugin.hpp"

#include "podium/data/table.hpp"

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

}  // namespace

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

Error plugin_error(PodiumFailure const& failure, std::string const& doing) {
  auto const code = failure.kind == PodiumFailure::not_found     ? Errc::not_found
                    : failure.kind == PodiumFailure::unavailable ? Errc::unavailable
                    : failure.kind == PodiumFailure::exhausted   ? Errc::exhausted
                    : failure.kind == PodiumFailure::denied      ? Errc::permission_denied
                                                                 : Errc::invalid_argument;
  std::string text = failure.text;
  while (!text.empty() && (text.back() == '.' || text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return {code, doing + ": " + (text.empty() ? "no reason given" : text)};
}

void set_plugin_path(std::filesystem::path path) {
  auto& plugin = the_plugin();
  std::lock_guard const lock{plugin.mutex};
  plugin.path = std::move(path);
  plugin.opened = nullptr;
}

}  // namespace podium::inline v0::data
