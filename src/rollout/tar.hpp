#pragma once

#include "podium/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace podium::inline v0::rollout {

struct TarEntry {
  std::string name;  ///< relative, with `/`
  std::string content;
};

/// POSIX ustar with regular files only: fixed owner, mode and time, so that the same files give the same bytes.
Result<std::string> make_tar(std::vector<TarEntry> const& entries);

/// Unpacks regular files into `folder`.  Links, devices and names that leave the folder are refused.
Result<void> unpack_tar(std::filesystem::path const& file, std::filesystem::path const& folder);

/// Relative, with `/`, without `..` or empty parts: stays inside its folder on every system.
bool is_inside(std::string const& name);

}  // namespace podium::inline v0::rollout
