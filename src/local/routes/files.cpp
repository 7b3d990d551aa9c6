#include "base/ids.hpp"
#include "local/routes/route.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace podium::inline v0::local {
namespace {

[[noreturn]] void cannot_write(int code) {
  if (code == ENOSPC || code == EDQUOT)
    throw Refusal{507, "InsufficientStorage",
                  "no space left on the device that holds the workspace; free some and try again"};
  if (code == ENOTDIR || code == EEXIST || code == EISDIR)
    throw Refusal{409, "BlobNameConflict", "a file and a folder cannot have the same name in a local datastore"};
  if (code == ENAMETOOLONG) throw Refusal{400, "InvalidResourceName", "the name is too long for a file"};
  throw Refusal{500, "ServiceError", std::string{"cannot write: "} + std::strerror(code)};
}

struct Descriptor {
  int value = -1;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

std::string stripped(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  return path;
}

Place artifact_place(std::string const& path) {
  auto clean = clean_path(path);
  if (clean) clean = clean_path(artifact_path(*clean));
  if (!clean || clean->empty()) user_error("`" + path + "` is no path of an artifact");
  return {"workspaceartifactstore", *std::move(clean)};
}

http::Response list_artifacts(Call& call) {
  auto const folder = safe_path(call, artifact_place(stripped(call.ask("path"))));
  std::vector<Json> files;
  std::error_code ec;
  for (auto it = std::filesystem::directory_iterator{folder, ec}; !ec && it != std::filesystem::directory_iterator{};
       it.increment(ec)) {
    std::error_code ignored;
    bool const is_folder = it->is_directory(ignored);
    Json file{{"path", it->path().filename().string()}, {"is_dir", is_folder}};
    if (!is_folder) file["file_size"] = it->file_size(ignored);
    files.push_back(std::move(file));
  }
  std::sort(files.begin(), files.end(), [](Json const& a, Json const& b) { return a["path"] < b["path"]; });
  return reply(200, {{"files", files}});
}

}  // namespace

std::filesystem::path safe_path(Call const& call, Place const& place) {
  auto const root = std::filesystem::weakly_canonical(path_of(call.site.store, {place.datastore, {}}));
  auto const target = path_of(call.site.store, place);
  std::error_code ec;
  auto const real = std::filesystem::weakly_canonical(target, ec);
  if (ec) cannot_write(ec.value());
  auto const inside = std::mismatch(root.begin(), root.end(), real.begin(), real.end()).first == root.end();
  if (!inside) throw Refusal{403, "AuthorizationFailed", "the path leads out of its datastore"};
  return target;
}

void write_file(Call const& call, Place const& place, std::string_view bytes) {
  auto const target = safe_path(call, place);
  std::error_code ec;
  std::filesystem::create_directories(target.parent_path(), ec);
  if (ec) cannot_write(ec.value());
  auto const waiting = call.site.store.folder() / "tmp";
  std::filesystem::create_directories(waiting, ec);
  if (ec) cannot_write(ec.value());
  auto const part = waiting / base::uuid();
  int failure = 0;
  {
    Descriptor file{::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
    if (file.value < 0) cannot_write(errno);
    while (!bytes.empty() && failure == 0) {
      auto const written = ::write(file.value, bytes.data(), bytes.size());
      if (written < 0) {
        if (errno != EINTR) failure = errno;
      } else {
        bytes.remove_prefix(static_cast<std::size_t>(written));
      }
    }
  }
  if (failure == 0 && ::rename(part.c_str(), target.c_str()) != 0) failure = errno;
  if (failure == 0) return;
  ::unlink(part.c_str());
  cannot_write(failure);
}

std::string read_file(std::filesystem::path const& path, std::uint64_t from, std::uint64_t count) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.value < 0) throw Refusal{404, "BlobNotFound", "the file does not exist"};
  std::string out(count, '\0');
  std::size_t done = 0;
  while (done < count) {
    auto const got = ::pread(file.value, out.data() + done, count - done, static_cast<off_t>(from + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Refusal{500, "ServiceError", std::string{"cannot read: "} + std::strerror(errno)};
    if (got == 0) break;  // the file became shorter meanwhile
    done += static_cast<std::size_t>(got);
  }
  out.resize(done);
  return out;
}

std::vector<std::string> files_below(std::filesystem::path const& folder) {
  std::vector<std::string> out;
  std::error_code ec;
  using Walk = std::filesystem::recursive_directory_iterator;
  for (Walk it{folder, std::filesystem::directory_options::skip_permission_denied, ec}; !ec && it != Walk{};
       it.increment(ec)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored)) out.push_back(it->path().lexically_relative(folder).generic_string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

http::Response artifacts(Call& call, std::vector<std::string> const& segments) {
  std::string path;
  for (auto const& segment : segments) path += (path.empty() ? "" : "/") + segment;
  if (path.empty()) {
    if (call.method != "GET") throw Refusal{405, "MethodNotAllowed", "name the artifact"};
    return list_artifacts(call);
  }
  auto const place = artifact_place(path);
  if (call.method == "PUT") {
    write_file(call, place, call.body);
    return reply(200, Json::object());
  }
  auto const file = safe_path(call, place);
  std::error_code ec;
  if (call.method == "GET") {
    if (!std::filesystem::is_regular_file(file, ec))
      throw Refusal{404, "ResourceNotFound", "there is no artifact at " + path};
    auto response = empty_reply(200);
    response.headers.set("content-type", "application/octet-stream");
    response.body = read_file(file, 0, std::filesystem::file_size(file, ec));
    return response;
  }
  if (call.method == "DELETE") {
    std::filesystem::remove_all(file, ec);
    return reply(200, Json::object());
  }
  throw Refusal{405, "MethodNotAllowed", call.method + " is not possible on an artifact"};
}

}  // namespace podium::inline v0::local
