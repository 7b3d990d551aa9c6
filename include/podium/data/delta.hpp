#pragma once

#include "podium/context.hpp"
#include "podium/data/storage.hpp"
#include "podium/data/table.hpp"

namespace podium::inline v0::data {

/// How a Delta table is written.  The first three matter only when the table is made.
struct DeltaOptions {
  std::vector<std::string> partition_columns{};
  std::string description{};
  std::vector<std::pair<std::string, std::string>> configuration{};  ///< `delta.appendOnly` and such
  bool int96_timestamps = true;                                      ///< as Spark writes them, else INT64 microseconds
  std::string compression = "snappy";
  StorageOptions storage{};
};

/// What a commit did.
struct DeltaCommit {
  std::int64_t version = 0;
  std::int64_t rows = 0;           ///< appended
  std::int64_t files_added = 0;    ///< with what was kept of rewritten files
  std::int64_t files_removed = 0;  ///< from the version; they stay where they are, for older versions
};

/// One commit to a Delta table, which is made if it is not there: protocol reader 1, writer 2.
///
/// \code
///   auto writer = data::DeltaWriter::open("store/accounts/1", {.partition_columns = {"partition"}});
///   writer->replace_window("ts", from_us, to_us);
///   writer->append(rows);
///   auto done = writer->commit();
/// \endcode
///
/// Nothing is seen before commit() and all of it afterwards; a writer that ends without one removes the files it wrote.
/// Another commit that came in between is fine: appends follow it, replacements are worked out anew, a few times; then
/// Errc::conflict.  On Azure storage one writer at a time is assumed (docs/parity.md).
/// Columns are stored as string, long, integer, short, byte, float, double, boolean, binary, date, decimal and
/// timestamp (instants to the microsecond; what has no zone is UTC); an error names a column of any other type, one
/// that the table has not, or has otherwise.  Move-only; one thread at a time.
class PODIUM_API DeltaWriter {
 public:
  static Result<DeltaWriter> open(std::string const& path_or_uri, DeltaOptions const& options = {});
  DeltaWriter(DeltaWriter&&) noexcept;
  DeltaWriter& operator=(DeltaWriter&&) noexcept;
  ~DeltaWriter();

  /// The newest version; empty if there is no table yet.
  std::optional<std::int64_t> version() const noexcept;
  /// Adds rows; all tables have the same columns.
  Result<void> append(Table const& rows);
  /// Takes out the rows whose time lies in [from_us, to_us) in favour of those appended; files that hold others too
  /// are rewritten.
  void replace_window(std::string time_column, std::int64_t from_us, std::int64_t to_us);
  /// Takes out everything.
  void replace_all();
  /// Errc::invalid_argument if there is no table yet and no append() said the columns.
  Result<DeltaCommit> commit(Context const& ctx = {});

  class Impl;
  explicit DeltaWriter(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace podium::inline v0::data
