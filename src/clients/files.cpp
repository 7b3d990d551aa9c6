#include "clients/datastore_access.hpp"

#include "podium/clients/assets.hpp"

#include <filesystem>
#include <fstream>

namespace podium::inline v0 {
namespace {

struct Opened {
  clients::Blobs blobs;
  std::string path;
};

Result<Opened> open(Session const& session, std::string const& uri, Context const& ctx) {
  auto where = clients::parse_datastore_uri(uri);
  if (!where) return std::move(where).error();
  auto store = clients::open_datastore(session, where->datastore, ctx);
  if (!store) return std::move(store).error();
  return Opened{std::move(store->blobs), std::move(where->path)};
}

/// Does `name` lie at or below `path`, rather than only begin with the same letters?
bool below(std::string const& name, std::string const& path) {
  return path.empty() || path.ends_with('/') || name.size() == path.size() || name[path.size()] == '/';
}

Result<void> write_file(std::filesystem::path const& path, std::string const& content) {
  std::error_code ec;
  std::filesystem::create_directories(path.parent_path(), ec);
  std::ofstream out{path, std::ios::binary};
  out << content;
  out.close();
  if (!out)
    return Error{Errc::exhausted, "cannot write `" + path.string() + "`; is the disk full or the folder read-only?"};
  return {};
}

}  // namespace

Result<std::string> FilesClient::read(std::string const& uri, Context const& ctx) const {
  auto opened = open(session_, uri, ctx);
  if (!opened) return std::move(opened).error();
  return opened->blobs.get(opened->path, ctx);
}

Result<void> FilesClient::write(std::string const& uri, std::string content, Context const& ctx) const {
  auto opened = open(session_, uri, ctx);
  if (!opened) return std::move(opened).error();
  if (opened->path.empty() || opened->path.ends_with('/'))
    return Error{Errc::invalid_argument, "`" + uri + "` names a folder, not a file"};
  return opened->blobs.put(opened->path, std::move(content), ctx);
}

Result<std::vector<std::string>> FilesClient::list(std::string const& uri, Context const& ctx) const {
  auto opened = open(session_, uri, ctx);
  if (!opened) return std::move(opened).error();
  auto names = opened->blobs.list(opened->path, ctx);
  if (names) std::erase_if(*names, [&](std::string const& name) { return !below(name, opened->path); });
  return names;
}

Result<std::size_t> FilesClient::download(std::string const& uri, std::string const& folder, Context const& ctx) const {
  auto opened = open(session_, uri, ctx);
  if (!opened) return std::move(opened).error();
  auto names = opened->blobs.list(opened->path, ctx);
  if (!names) return std::move(names).error();
  std::erase_if(*names, [&](std::string const& name) { return !below(name, opened->path); });
  if (names->empty()) return Error{Errc::not_found, "there is nothing at or below `" + uri + "`"};
  auto const& path = opened->path;
  for (auto const& name : *names) {
    auto relative = name == path ? name.substr(name.rfind('/') + 1) : name.substr(path.size());
    while (relative.starts_with('/')) relative.erase(0, 1);
    // A name such as "../../x" must not leave the folder.
    auto const target = (std::filesystem::path{folder} / relative).lexically_normal();
    auto const inside = target.lexically_relative(std::filesystem::path{folder}.lexically_normal());
    if (relative.empty() || inside.empty() || *inside.begin() == "..")
      return Error{Errc::protocol, "blob `" + name + "` would be written outside of `" + folder + "`"};
    auto content = opened->blobs.get(name, ctx);
    if (!content) return std::move(content).error();
    if (auto written = write_file(target, *content); !written) return std::move(written).error();
  }
  return names->size();
}

}  // namespace podium::inline v0
