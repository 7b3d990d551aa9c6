#pragma once

#include "data/arrow_plugin/abi.hpp"

#include <arrow/api.h>
#include <arrow/io/interfaces.h>

#include <memory>
#include <string>
#include <vector>

namespace podium_arrow {

using Names = std::vector<std::string>;

/// What a scan reads from one piece of a file.
struct Request {
  std::int64_t piece = 0;
  Names columns{};
  Names as_dictionary{};
  std::int64_t batch_rows = 0;
  bool threads = true;
};

/// One file of any format.  Const members may be called from several threads at once.
class File {
 public:
  virtual ~File() = default;
  virtual std::shared_ptr<arrow::Schema> schema() const = 0;
  virtual std::int64_t pieces() const { return 1; }
  virtual arrow::Result<PodiumPiece> piece(std::int64_t index, PodiumRange const& range) const = 0;
  /// The wanted columns in the order wanted, as they are stored.
  virtual arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> scan(Request const& request) const = 0;
};

using Opened = arrow::Result<std::shared_ptr<File const>>;
using Source = std::shared_ptr<arrow::io::RandomAccessFile>;

Opened open_parquet(Source source);
Opened open_csv(Source source, PodiumOpen const& options);
Opened open_ipc(Source source);

/// Positions of the wanted columns, in the order wanted.
arrow::Result<std::vector<int>> positions(arrow::Schema const& schema, Names const& columns);

/// Reads a storage service's or a local file.
arrow::Result<Source> open_source(void* storage, std::string const& path);

}  // namespace podium_arrow
