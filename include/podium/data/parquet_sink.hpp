#pragma once

#include "podium/data/storage.hpp"
#include "podium/data/table.hpp"

namespace podium::inline v0::data {

struct ParquetOptions {
  std::string compression = "snappy";  ///< snappy, zstd, gzip, lz4, none
  std::int64_t row_group_rows = 1 << 20;
  bool int96_timestamps = false;   ///< as Spark writes them; without statistics
  bool store_arrow_schema = true;  ///< so that Arrow readers get back zones, dictionaries and large types
  StorageOptions storage{};
};

struct ParquetSummary {
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
};

/// Writes a Parquet file piece by piece.  The file appears whole when finish() succeeds, or not at all: until then the
/// rows are in `<path>.part`, which goes away with an unfinished sink.  Move-only; one thread at a time.
class PODIUM_API ParquetSink {
 public:
  /// Nothing is opened before the first rows (or finish()) tell the schema.
  static Result<ParquetSink> open(std::string const& path, ParquetOptions const& options = {});
  ParquetSink(ParquetSink&&) noexcept;
  ParquetSink& operator=(ParquetSink&&) noexcept;
  ~ParquetSink();

  /// Adds rows; every table has the columns and types of the first.  A failed append ends the sink.
  Result<void> append(Table const& rows);
  /// Completes the file.  A sink that was given no rows needs a table without rows for its columns:
  /// Errc::invalid_argument if it was given nothing at all.
  Result<ParquetSummary> finish();

  class Impl;
  explicit ParquetSink(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace podium::inline v0::data
