#pragma once

#include "data/open_file.hpp"

#include "podium/data/dataset.hpp"

#include <mutex>

namespace podium::inline v0::data {

namespace delta {
struct Snapshot;
}

/// What a dataset is made of.  Filled while opening, then read only (the cache of open files aside).
class Dataset::Impl {
 public:
  struct Column {
    SchemaNode node{};       ///< as scans give it
    bool partition = false;  ///< not in the files
    bool may_lack = false;   ///< files written before the column was added do not have it: null
  };

  Format format = Format::parquet;
  std::string location{};
  std::vector<Column> columns{};
  std::vector<StoredFile> stored{};
  std::optional<std::int64_t> version{};
  OpenOptions options{};
  ColumnFormats types{};  ///< of CSV columns
  std::shared_ptr<Storage const> storage{};
  PodiumArrowPlugin const* plugin = nullptr;
  std::optional<Table> memory{};
  std::int64_t rows = 0;
  std::int64_t bytes = 0;

  // What the public class gives out by reference.
  std::vector<Field> fields{};
  std::vector<std::string> names{};

  /// Opens a file, or gives the one that is open; checks its columns against the dataset's.
  Result<std::shared_ptr<OpenFile const>> file(std::size_t index) const;
  /// Position of a column; an error that lists what there is.
  Result<std::size_t> find(std::string_view name) const;
  /// Takes the columns from the files (and folders), and counts.
  Result<void> learn(Context const& ctx);
  void publish();

  /// Opens without a look at the columns.
  Result<std::shared_ptr<OpenFile const>> open_raw(std::size_t index, bool infer_whole) const;

 private:
  Result<void> check(OpenFile const& file) const;

  mutable std::mutex mutex_;
  mutable std::vector<std::shared_ptr<OpenFile const>> open_{};
  mutable std::size_t open_count_ = 0;
};

/// Replays the log at `root` into files, columns and version.
Result<void> open_delta(Dataset::Impl& impl, Location const& location, std::string const& root);

/// The same, of a table that was replayed already.
Result<void> use_snapshot(Dataset::Impl& impl, Location const& location, std::string const& root,
                          delta::Snapshot const& snapshot);

/// Milliseconds-rounded bounds, in microseconds and widened outwards, out of a Delta file's statistics.
struct TimeBounds {
  std::int64_t min_us = 0;
  std::int64_t max_us = 0;
};
std::optional<TimeBounds> delta_time_bounds(std::string const& statistics, std::string const& column);

}  // namespace podium::inline v0::data
