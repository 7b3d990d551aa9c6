#pragma once

#include "data/location.hpp"

#include "podium/result.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace podium::inline v0::data {

/// A file or folder that was found.
struct Found {
  std::string path{};
  std::int64_t bytes = 0;
  bool folder = false;
};

/// The one seam between this module and where files are kept.  Paths as in Location.  Safe to share between threads.
class Storage {
 public:
  virtual ~Storage() = default;
  /// What lies in a folder (or the file itself), sorted by path; nothing if it is not there.
  virtual Result<std::vector<Found>> list(std::string const& path, bool recursive) const = 0;
  virtual Result<std::optional<Found>> stat(std::string const& path) const = 0;
  /// The whole content of a small file; Errc::not_found, Errc::exhausted above `limit` bytes.
  virtual Result<std::string> get(std::string const& path, std::int64_t limit) const = 0;
  /// Appears whole or not at all, over what is there.
  virtual Result<void> put(std::string const& path, std::string const& content) const = 0;
  /// The same, but Errc::conflict if it is there already.
  virtual Result<void> put_new(std::string const& path, std::string const& content) const = 0;
  virtual Result<void> remove(std::string const& path) const = 0;
  /// What the plug-in reads files of this storage with; null: local paths.
  virtual void* handle() const noexcept { return nullptr; }
};

/// Storage for a location: this machine's files, or Azure's through the plug-in.
Result<std::shared_ptr<Storage const>> open_storage(Location const& location, StorageOptions const& options);

}  // namespace podium::inline v0::data
