#pragma once

#include "podium/result.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What a local file or folder holds, as uploads see it, and the two digests by which Azure ML knows it.
namespace podium::inline v0::base {

/// Patterns of `.amlignore` or `.gitignore`: comments, negation, anchors, folders, `*`, `?`, `**`, `[...]`.  As in the
/// official client, the last pattern that matches decides, and a pattern is held against each path as a whole: what is
/// below an ignored folder can be taken in again.
class IgnoreRules {
 public:
  IgnoreRules() = default;
  explicit IgnoreRules(std::string_view text);
  void add(std::string_view line);
  /// `path` relative to the folder, with "/".
  bool ignored(std::string_view path) const;
  bool empty() const { return rules_.empty(); }

  /// One part of a pattern between two "/".
  struct Segment {
    std::string glob;
    bool any_depth = false;  ///< "**"
  };

 private:
  struct Rule {
    std::vector<Segment> segments;
    bool keep = false;
    bool folder = false;  ///< ended in "/": what is below, not the path itself
  };
  std::vector<Rule> rules_;
};

struct SnapshotFile {
  std::string relative;  ///< with "/"; the base name for a single file
  std::filesystem::path path;
  std::uintmax_t size = 0;
};

/// The rules in the ignore file at the top of `root` (`.amlignore` before `.gitignore`), with more lines behind them.
IgnoreRules ignore_rules_of(std::filesystem::path const& root, std::span<std::string_view const> more = {});

/// The files below `root` that the rules leave, sorted by relative path in lower case; or the one file.  Links are
/// followed.  Errc::not_found when there is nothing at `root`; Errc::invalid_argument for a link that leads back to a
/// folder that it lies in.
Result<std::vector<SnapshotFile>> snapshot_files(std::filesystem::path const& root, IgnoreRules const& rules);

/// By relative path in lower case, the order in which snapshots are hashed.
void sort_snapshot(std::vector<SnapshotFile>& files);

/// The digest that names a snapshot of code (hash version 202208).  Errc::not_found for a file that cannot be read.
Result<std::string> snapshot_digest(std::span<SnapshotFile const> files);

/// The digest that names a folder or file under `LocalUpload/`.
Result<std::string> upload_digest(std::filesystem::path const& root, IgnoreRules const& rules);

}  // namespace podium::inline v0::base
