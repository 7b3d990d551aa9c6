#pragma once

#include "base/snapshot.hpp"

#include "podium/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

/// What a local file or folder holds, as uploads see it.  Python's compiled leftovers and the insides of git are never
/// part of it, whatever the ignore file says.
namespace podium::inline v0::clients {

using File = base::SnapshotFile;

/// The files below `root` that the ignore file in it leaves, sorted by relative path in lower case; or the one file.
/// Links are followed.  Errc::invalid_argument if nothing is left.
Result<std::vector<File>> files_of(std::filesystem::path const& root);

Result<std::string> read_file(std::filesystem::path const& path);

/// The digest that names a snapshot of code (hash version 202208).
Result<std::string> content_digest(std::vector<File> const& files);

/// The digest that names a folder or file under `LocalUpload/`.
Result<std::string> upload_digest(std::filesystem::path const& root);

/// Is it a path on this machine, rather than a URI, an asset reference or an ARM id?
bool is_local_path(std::string const& text);

}  // namespace podium::inline v0::clients
