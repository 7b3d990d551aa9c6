#pragma once

#include "podium/context.hpp"
#include "podium/data/storage.hpp"
#include "podium/data/table.hpp"

#include <span>

namespace podium::inline v0::data {

/// What files are made of.  `automatic`: a folder with `_delta_log` is Delta, else the extension says.
enum class Format : std::uint8_t { automatic, parquet, csv, ipc, delta };

struct OpenOptions {
  Format format = Format::automatic;
  std::optional<std::int64_t> version{};  ///< of a Delta table; empty: the newest
  /// Names of the folders between the dataset's own and its files, for folders without a name (`2023/01/10`).
  /// Folders that say `name=value` need none.
  std::vector<std::string> partition_columns{};
  /// Declares that this partition column (or `year/month/day`: three of them, in that order) is the UTC day of the
  /// scan's time column, so that a time range leaves out whole folders, with a day of slack on either side.
  std::string day_partition{};
  /// Types of CSV columns by name, in a feature set's words (string, integer, long, float, double, binary, boolean);
  /// the others are what all their values are.
  std::vector<std::pair<std::string, std::string>> column_types{};
  StorageOptions storage{};
};

/// A column of a dataset.
struct Field {
  std::string name;
  std::string type;  ///< a feature set's word where it says all ("long", "string"), else as in "timestamp[us, UTC]"
  bool nullable = true;
  bool partition = false;  ///< comes out of the folders' names or Delta's partition values
  friend bool operator==(Field const&, Field const&) = default;
};

/// Where a row is stored; ordered as a scan gives them.
struct RowId {
  std::int32_t file = -1;  ///< into Dataset::files()
  std::int64_t row = 0;    ///< within the file, counted from 0, whatever was left out of a scan
  friend auto operator<=>(RowId const&, RowId const&) = default;
};

/// Keeps files whose partition value is in [from, to], both ends inclusive: whole numbers compare as such, everything
/// else as text (dates as yyyy-MM-dd).  Null is never in.
struct PartitionRange {
  std::string column;
  std::optional<std::string> from{};
  std::optional<std::string> to{};
};

struct ScanOptions {
  std::vector<std::string> columns{};  ///< empty: all, in the schema's order
  /// With a range, rows of other times are left out by partition, file, row group and page statistics where those
  /// allow it: what comes back holds every row of [from_us, to_us), and possibly others unless `exact`.
  /// Microseconds since 1970; times without a zone are UTC.  Rows whose time is null may be left out.
  std::string time_column{};
  std::optional<std::int64_t> from_us{};
  std::optional<std::int64_t> to_us{};
  bool exact = false;                        ///< leaves out every row outside of the range, and those without a time
  std::string time_format{};                 ///< of a text time column, in Java's letters; empty: RFC 3339
  std::vector<PartitionRange> partitions{};  ///< all of them must hold
  std::int64_t batch_rows = 131'072;         ///< at most so many rows at once
  int threads = 0;  ///< for decoding; 0: one per core; never changes what comes back, or its order
  std::vector<std::string> as_dictionary{};  ///< text columns wanted dictionary-encoded where they are stored so
};

/// What a scan touched; grows while it runs.
struct ScanCounts {
  std::int64_t files = 0;                ///< of the dataset
  std::int64_t files_left_out = 0;       ///< by partition or file statistics
  std::int64_t row_groups_left_out = 0;  ///< by row group or page statistics, in the files that were opened
  std::int64_t rows_left_out = 0;        ///< at either end of row groups, by page statistics
  std::int64_t rows = 0;                 ///< given out so far
};

/// One pass over a dataset, batch by batch.  Move-only; not shared between threads (see Dataset::scan_shared).
class PODIUM_API BatchReader {
 public:
  BatchReader(BatchReader&&) noexcept;
  BatchReader& operator=(BatchReader&&) noexcept;
  ~BatchReader();

  /// The next rows, in stored order; empty at the end.  The table is one record batch and owns what it needs.
  /// After an error there is nothing more.
  Result<std::optional<Table>> next();
  /// Where the first row of the last batch is stored.  The rows of a batch are neighbours, unless `exact` left some
  /// out between them.
  RowId position() const noexcept;
  ScanCounts counts() const noexcept;

  class Impl;
  explicit BatchReader(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

/// Rows in files: Parquet, CSV, Arrow IPC or Delta, behind one interface.
///
/// \code
///   auto dataset = data::Dataset::open("store/accounts/1");   // a file, a folder, a glob, or a URI
///   auto reader = dataset->scan({.columns = {"id", "ts"}, .time_column = "ts", .from_us = a, .to_us = b});
///   while (auto batch = reader->next().value()) use(*batch);
/// \endcode
///
/// A cheap value: copies share the list of files, their footers and the connection.  Const members may be called from
/// several threads at once.  Files are those at the time of opening; of a Delta table, those of one version.
///
/// Files of one dataset have the same columns.  A column is read as the first file has it; another file's that is
/// stored otherwise is converted if nothing can be lost (narrower numbers, other text layouts, other time units of
/// the same kind), else the error names file and column, as it does for a missing one.  Times with and without a zone
/// do not mix.  Columns that a Delta file lacks are null.
class PODIUM_API Dataset {
 public:
  /// Opens a file, a folder (its files in name order; what starts with `_` or `.` is not data), a glob of either
  /// (`*`, `?`, `[...]`, and `**` for any folders), or a Delta table.
  /// Local paths, `file://`, `abfs[s]://`, `wasb[s]://`, `https://<account>.{blob,dfs}...`.
  /// Errc::not_found if nothing is there, Errc::unavailable without the Arrow plug-in (see set_plugin_path).
  static Result<Dataset> open(std::string const& path_or_uri, OpenOptions const& options = {}, Context const& ctx = {});
  /// Opens files, in the order given.
  static Result<Dataset> open(std::vector<std::string> const& files, OpenOptions const& options = {},
                              Context const& ctx = {});
  /// Rows in memory, for those who take a dataset.  Every batch of the table counts as one file.
  static Dataset of(Table table);

  Format format() const noexcept;
  std::string const& location() const noexcept;  ///< as given to open()
  std::vector<Field> const& schema() const noexcept;
  bool has_column(std::string_view name) const noexcept;
  std::vector<std::string> const& files() const noexcept;
  std::optional<std::int64_t> version() const noexcept;  ///< of a Delta table
  /// Exact if every file says (Parquet that has been looked into, IPC files, Delta with statistics, memory), else
  /// a guess from the files' sizes; without reading data.
  std::int64_t estimated_rows() const noexcept;
  std::int64_t bytes() const noexcept;  ///< stored size of all files

  /// Errc::invalid_argument if a column is not there, or the time column holds no times.
  Result<BatchReader> scan(ScanOptions const& options = {}, Context const& ctx = {}) const;
  /// The same rows through several readers, one per thread: each row comes out of exactly one of them; which one is
  /// not fixed, its position() is.
  Result<std::vector<BatchReader>> scan_shared(int readers, ScanOptions const& options = {},
                                               Context const& ctx = {}) const;
  /// Everything a scan gives, in one table.
  Result<Table> read(ScanOptions const& options = {}, Context const& ctx = {}) const;
  /// Rows by where they are stored, in the order asked for (repeats allowed; file < 0 gives a row of nulls); only the
  /// row groups that hold one are decoded.  Dictionaries and views become plain values.
  Result<Table> take(std::span<RowId const> rows, std::vector<std::string> const& columns,
                     Context const& ctx = {}) const;

  class Impl;
  explicit Dataset(std::shared_ptr<Impl const> impl);
  Impl const& impl() const noexcept { return *impl_; }

 private:
  std::shared_ptr<Impl const> impl_;
};

}  // namespace podium::inline v0::data
