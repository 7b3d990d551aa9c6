#pragma once

#include "data/storage.hpp"

#include "podium/data/dataset.hpp"

#include <map>

namespace podium::inline v0::data {

/// A value of a partition column as its folder says it; nothing: null.
using PartitionValues = std::vector<std::pair<std::string, std::optional<std::string>>>;

/// One file of a dataset, before anybody opens it.
struct StoredFile {
  std::string path{};   ///< as its storage knows it
  std::string shown{};  ///< as errors name it
  std::int64_t bytes = 0;
  PartitionValues partitions{};
  std::optional<std::int64_t> rows{};  ///< if something else than the file says so
  std::string statistics{};            ///< Delta's, JSON; empty: none
};

/// Parquet, CSV or IPC by extension; nothing for others.
std::optional<Format> format_of(std::string_view path);
std::string format_word(Format format);

/// What a path or glob stands for: its files in name order, with partitions out of their folders.
struct FileList {
  Format format = Format::automatic;
  std::vector<StoredFile> files{};
  std::string delta_root{};  ///< set, and no files: a Delta table lies there
};
Result<FileList> list_files(Storage const& storage, Location const& location, OpenOptions const& options);

/// Files given one by one.
Result<FileList> given_files(Storage const& storage, std::vector<Location> const& files, OpenOptions const& options);

/// Whether `path` fits the pattern: `*` and `?` within one name, `[a-z]`, `**` for any folders.
bool glob_fits(std::string_view pattern, std::string_view path);

}  // namespace podium::inline v0::data
