#pragma once

#include "podium/result.hpp"

#include <filesystem>

namespace podium::inline v0::local {

/// One process at a time: a file lock that ends with its holder, whatever happens to it.
class FolderLock {
 public:
  /// Errc::locked names the holder's process id.
  static Result<FolderLock> take(std::filesystem::path const& folder);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();  ///< removes the file and lets go

 private:
  FolderLock(std::filesystem::path file, int descriptor) : file_{std::move(file)}, descriptor_{descriptor} {}
  std::filesystem::path file_;
  int descriptor_;
};

}  // namespace podium::inline v0::local
