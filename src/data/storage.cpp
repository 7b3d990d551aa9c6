#include "data/storage.hpp"

#include "data/plugin.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace podium::inline v0::data {
namespace {

namespace fs = std::filesystem;

Errc code_of(int error) {
  if (error == ENOENT || error == ENOTDIR) return Errc::not_found;
  if (error == EACCES || error == EPERM) return Errc::permission_denied;
  if (error == ENOSPC || error == EMFILE || error == ENFILE || error == ENOMEM) return Errc::exhausted;
  if (error == EEXIST) return Errc::conflict;
  return Errc::unavailable;
}

Error trouble(std::string const& doing, int error, std::string const& path) {
  return Error{code_of(error), doing + ": " + std::strerror(error)}.with("file", path);
}

struct Descriptor {
  int fd;
  explicit Descriptor(int opened) : fd{opened} {}
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

class LocalStorage final : public Storage {
 public:
  Result<std::vector<Found>> list(std::string const& path, bool recursive) const override {
    std::vector<Found> found;
    std::error_code failed;
    auto const status = fs::status(path, failed);
    if (!fs::exists(status)) return found;
    if (!fs::is_directory(status)) return std::vector{Found{path, size_of(path), false}};
    auto const add = [&](fs::directory_entry const& entry) {
      std::error_code ignored;
      bool const folder = entry.is_directory(ignored);
      found.push_back({entry.path().string(), folder ? 0 : size_of(entry.path().string()), folder});
    };
    if (recursive)
      for (fs::recursive_directory_iterator it{path, failed}, end; !failed && it != end; it.increment(failed)) add(*it);
    else
      for (fs::directory_iterator it{path, failed}, end; !failed && it != end; it.increment(failed)) add(*it);
    if (failed) return trouble("the folder cannot be listed", failed.value(), path);
    std::ranges::sort(found, {}, &Found::path);
    return found;
  }

  Result<std::optional<Found>> stat(std::string const& path) const override {
    std::error_code failed;
    auto const status = fs::status(path, failed);
    if (!fs::exists(status)) return std::optional<Found>{};
    bool const folder = fs::is_directory(status);
    return std::optional{Found{path, folder ? 0 : size_of(path), folder}};
  }

  Result<std::string> get(std::string const& path, std::int64_t limit) const override {
    Descriptor const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.fd < 0) return trouble("cannot be read", errno, path);
    std::string content;
    char block[65536];
    for (;;) {
      auto const got = ::read(file.fd, block, sizeof block);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return trouble("cannot be read", errno, path);
      if (got == 0) return content;
      content.append(block, static_cast<std::size_t>(got));
      if (static_cast<std::int64_t>(content.size()) > limit)
        return Error{Errc::exhausted, "holds more than the " + std::to_string(limit) + " bytes expected here"}.with(
            "file", path);
    }
  }

  Result<void> put(std::string const& path, std::string const& content) const override {
    auto part = write_part(path, content);
    if (!part) return part.error();
    if (std::rename(part->c_str(), path.c_str()) == 0) return {};
    int const error = errno;
    ::unlink(part->c_str());
    return trouble("cannot be written", error, path);
  }

  /// A hard link refuses to replace what is there, so that one of two writers wins.
  Result<void> put_new(std::string const& path, std::string const& content) const override {
    auto part = write_part(path, content);
    if (!part) return part.error();
    int const error = ::link(part->c_str(), path.c_str()) == 0 ? 0 : errno;
    ::unlink(part->c_str());
    if (error == 0) return {};
    if (error == EEXIST) return Error{Errc::conflict, "is there already"}.with("file", path);
    return trouble("cannot be written", error, path);
  }

  Result<void> remove(std::string const& path) const override {
    if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
    return trouble("cannot be removed", errno, path);
  }

 private:
  static std::int64_t size_of(std::string const& path) {
    std::error_code ignored;
    auto const size = fs::file_size(path, ignored);
    return ignored ? 0 : static_cast<std::int64_t>(size);
  }

  static Result<std::string> write_part(std::string const& path, std::string const& content) {
    static std::atomic<unsigned> count{0};
    std::error_code failed;
    auto const folder = fs::path{path}.parent_path();
    if (!folder.empty()) fs::create_directories(folder, failed);
    if (failed) return trouble("the folder cannot be made", failed.value(), folder.string());
    // Hidden from readers, who pass over what begins with a dot.
    auto const part = (folder / ("." + fs::path{path}.filename().string() + "." + std::to_string(::getpid()) + "-" +
                                 std::to_string(++count) + ".part"))
                          .string();
    Descriptor const file{::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
    if (file.fd < 0) return trouble("cannot be written", errno, path);
    std::size_t done = 0;
    int error = 0;
    while (done < content.size()) {
      auto const wrote = ::write(file.fd, content.data() + done, content.size() - done);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) {
        error = errno;
        break;
      }
      done += static_cast<std::size_t>(wrote);
    }
    if (error == 0 && ::fsync(file.fd) != 0) error = errno;
    if (error == 0) return part;
    ::unlink(part.c_str());
    return trouble("cannot be written", error, path);
  }
};

class PluginStorage final : public Storage {
 public:
  PluginStorage(PodiumArrowPlugin const& plugin, void* storage, Location location)
      : plugin_{plugin}, storage_{storage}, location_{std::move(location)} {}
  PluginStorage(PluginStorage const&) = delete;
  PluginStorage& operator=(PluginStorage const&) = delete;
  ~PluginStorage() override { plugin_.storage_close(storage_); }

  Result<std::vector<Found>> list(std::string const& path, bool recursive) const override {
    std::vector<Found> found;
    PodiumFailure failure{};
    auto const each = [](void* to, char const* name, std::int64_t size, int folder) {
      static_cast<std::vector<Found>*>(to)->push_back({name, size, folder != 0});
    };
    if (plugin_.storage_list(storage_, path.c_str(), recursive ? 1 : 0, &found, each, &failure) != 0)
      return at(plugin_error(failure, "cannot be listed"), path);
    std::ranges::sort(found, {}, &Found::path);
    return found;
  }

  Result<std::optional<Found>> stat(std::string const& path) const override {
    auto const found = list(path, false);
    if (!found) return found.error();
    if (found->empty()) return std::optional<Found>{};
    if (found->size() == 1 && found->front().path == path && !found->front().folder)
      return std::optional{found->front()};
    return std::optional{Found{path, 0, true}};
  }

  Result<std::string> get(std::string const& path, std::int64_t limit) const override {
    std::string content;
    PodiumFailure failure{};
    auto const take = [](void* to, char const* bytes, std::int64_t size) {
      static_cast<std::string*>(to)->assign(bytes, static_cast<std::size_t>(size));
    };
    if (plugin_.storage_get(storage_, path.c_str(), limit, &content, take, &failure) != 0)
      return at(plugin_error(failure, "cannot be read"), path);
    return content;
  }

  Result<void> put(std::string const& path, std::string const& content) const override {
    PodiumFailure failure{};
    if (plugin_.storage_put(storage_, path.c_str(), content.data(), static_cast<std::int64_t>(content.size()),
                            &failure) != 0)
      return at(plugin_error(failure, "cannot be written"), path);
    return {};
  }

  /// Arrow's file system has no condition on a write, so this looks first: one writer at a time is assumed.
  Result<void> put_new(std::string const& path, std::string const& content) const override {
    auto const there = stat(path);
    if (!there) return there.error();
    if (*there) return at(Error{Errc::conflict, "is there already"}, path);
    return put(path, content);
  }

  Result<void> remove(std::string const& path) const override {
    PodiumFailure failure{};
    if (plugin_.storage_remove(storage_, path.c_str(), &failure) != 0 && failure.kind != PodiumFailure::not_found)
      return at(plugin_error(failure, "cannot be removed"), path);
    return {};
  }

  void* handle() const noexcept override { return storage_; }

 private:
  Error at(Error error, std::string const& path) const { return std::move(error).with("file", location_.shown(path)); }

  PodiumArrowPlugin const& plugin_;
  void* storage_;
  Location location_;
};

}  // namespace

Result<std::shared_ptr<Storage const>> open_storage(Location const& location, StorageOptions const& options) {
  if (!location.remote()) return std::shared_ptr<Storage const>{std::make_shared<LocalStorage>()};
  if (!options.client_secret.empty() && (options.client_id.empty() || options.tenant_id.empty()))
    return Error{Errc::invalid_argument, "a client_secret needs client_id and tenant_id beside it"};
  auto const plugin = open_plugin();
  if (!plugin) return plugin.error().with("file", location.given);
  auto sas = !options.sas_token.empty() ? options.sas_token : location.sas;
  if (!sas.empty() && sas.front() != '?') sas.insert(sas.begin(), '?');
  PodiumStorageConfig const config{.account = location.account.c_str(),
                                   .account_key = options.account_key.c_str(),
                                   .sas_token = sas.c_str(),
                                   .tenant_id = options.tenant_id.c_str(),
                                   .client_id = options.client_id.c_str(),
                                   .client_secret = options.client_secret.c_str(),
                                   .anonymous = options.anonymous ? 1 : 0,
                                   .authority = location.authority.c_str(),
                                   .suffix = location.suffix.c_str(),
                                   .plain_http = location.plain_http ? 1 : 0};
  void* storage = nullptr;
  PodiumFailure failure{};
  if ((*plugin)->storage_open(&config, &storage, &failure) != 0)
    return plugin_error(failure, "the storage cannot be opened").with("file", location.given);
  return std::shared_ptr<Storage const>{std::make_shared<PluginStorage>(**plugin, storage, location)};
}

}  // namespace podium::inline v0::data
