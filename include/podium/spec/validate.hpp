#pragma once

#include "podium/diagnostic.hpp"
#include "podium/result.hpp"
#include "podium/spec/load.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace podium::inline v0::spec {

/// What the command line that uses the file will give besides it.
struct Supplied {
  std::string name{};           ///< `-n`: replaces `name`
  std::string endpoint_name{};  ///< `-e`: replaces `endpoint_name`
  bool workspace = false;       ///< `-w` was given
};

struct ValidateOptions {
  std::string kind{};  ///< empty: found from the file
  std::vector<Set> set{};
  /// With any of its members, or with `set`, a missing `name` or `endpoint_name` is a warning: it can come later too.
  Supplied supplied{};
  bool placeholders = false;  ///< errors about `{{x}}`, `<x>`, `$(x)`, `${x}`, `__x__` are warnings
  bool skip_unknown = false;  ///< files whose kind cannot be told are left out, as those in folders are
};

/// Finds the kind and checks the file and what it includes.  Errors in reading the file itself (missing, unreadable)
/// are an Error.
PODIUM_API Result<std::vector<Diagnostic>> validate(std::filesystem::path const& file,
                                                    ValidateOptions const& options = {});

/// The same for a text that is not in a file: `name` is what findings call it, relative paths start at `folder`.
PODIUM_API Result<std::vector<Diagnostic>> validate_text(std::string_view text, std::string const& name,
                                                         std::filesystem::path const& folder,
                                                         ValidateOptions const& options = {});

struct Validated {
  std::vector<std::string> files;  ///< that were checked, as named
  std::vector<Diagnostic> diagnostics;
};

/// Many files and folders, in parallel; findings in the order of the paths.  Of a folder, every `.yml` and `.yaml`
/// below it whose kind can be told, hidden folders left out.  threads: 0 is one per core.
PODIUM_API Result<Validated> validate_all(std::span<std::filesystem::path const> paths,
                                          ValidateOptions const& options = {}, int threads = 0);

}  // namespace podium::inline v0::spec
