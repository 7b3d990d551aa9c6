#pragma once

#include "podium/result.hpp"

#include <filesystem>
#include <string>

namespace podium::inline v0::local {

/// SHA-256 over the names, sizes and bytes of a file or of all files of a folder; times never count.
/// Errc::not_found if nothing is there.
Result<std::string> content_digest(std::filesystem::path const& path);

/// Copies a file or folder, byte-code caches excepted; makes the folders above `to`.
Result<void> copy_tree(std::filesystem::path const& from, std::filesystem::path const& to);

/// The last lines of a text file, at most `count` lines and 4 KiB, joined by " | ".
std::string last_lines(std::filesystem::path const& file, int count);

/// The last `lines` lines of a text file (0: all of it), at most 1 MiB, as they are.
std::string tail_of(std::filesystem::path const& file, int lines);

}  // namespace podium::inline v0::local
