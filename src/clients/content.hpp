#pragma once

#include "podium/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// What a local file or folder holds, as uploads see it.
namespace podium::inline v0::clients {

/// Patterns of `.amlignore` or `.gitignore`: comments, negation, anchors, folders, `*`, `?`, `**`, `[...]`.
class IgnoreRules {
 public:
  explicit IgnoreRules(std::string const& text);
  /// `path` relative to the folder, with "/".
  bool ignored(std::string const& path, bool folder) const;

 private:
  struct Rule {
    std::string pattern;
    bool keep = false;
    bool folders_only = false;
    bool anchored = false;
  };
  std::vector<Rule> rules_;
};

struct File {
  std::string relative;  ///< with "/"; the base name for a single file
  std::filesystem::path path;
  std::uintmax_t size = 0;
};

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
