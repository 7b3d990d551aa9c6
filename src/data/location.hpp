#pragma once

#include "podium/data/storage.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace podium::inline v0::data {

/// Where something lies: on this machine, or in a container of a storage account.
struct Location {
  std::string given{};      ///< as the user wrote it, without a query
  std::string path{};       ///< local: of the file system; remote: "container/folder/name"
  std::string account{};    ///< empty: local
  std::string authority{};  ///< host[:port] of a service elsewhere than Azure's hosts
  std::string suffix = "core.windows.net";
  bool plain_http = false;
  std::string sas{};  ///< that the URI itself carries

  bool remote() const noexcept { return !account.empty(); }
  /// `path` as a user may write it: the prefix of `given` with another path behind the container.
  std::string shown(std::string const& other_path) const;
};

/// A local path, `file://`, `abfs[s]://container@account.dfs.core.windows.net/path`, `wasb[s]://...blob...`,
/// `https://account.{blob,dfs}.core.windows.net/container/path`, or, with an endpoint in the options,
/// `abfs[s]://container@account/path`.  Errc::invalid_argument for every other scheme, with what to do.
Result<Location> parse_location(std::string const& text, StorageOptions const& options);

/// `a/b` out of `a` and `b`, whatever slashes they carry.
std::string join_path(std::string_view folder, std::string_view name);

/// "%20" as a blank; what is no such code stays.
std::string percent_decoded(std::string_view text);

}  // namespace podium::inline v0::data
