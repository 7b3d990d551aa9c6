#include "data/arrow_plugin/writer.hpp"

#include "data/arrow_plugin/guard.hpp"

#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <arrow/io/file.h>
#include <parquet/arrow/writer.h>

#include <optional>
#include <string_view>

namespace podium_arrow {
namespace {

struct Writer {
  std::shared_ptr<arrow::io::FileOutputStream> file;
  std::unique_ptr<parquet::arrow::FileWriter> rows;
  std::int64_t row_group_rows = 0;
  std::int64_t in_group = 0;
};

std::optional<parquet::Compression::type> codec(std::string_view name) {
  if (name == "snappy") return parquet::Compression::SNAPPY;
  if (name == "zstd") return parquet::Compression::ZSTD;
  if (name == "gzip") return parquet::Compression::GZIP;
  if (name == "lz4") return parquet::Compression::LZ4;
  if (name == "none") return parquet::Compression::UNCOMPRESSED;
  return std::nullopt;
}

}  // namespace

int writer_open(char const* path, ArrowSchema* schema, PodiumWrite const* options, void** writer,
                PodiumFailure* failure) {
  return guarded(failure, [&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(auto const columns, arrow::ImportSchema(schema));
    auto const compression = codec(options->compression);
    if (!compression)
      return arrow::Status::Invalid("compression `", options->compression,
                                    "` is not one of snappy, zstd, gzip, lz4, none");
    auto made = std::make_unique<Writer>();
    made->row_group_rows = options->row_group_rows;
    ARROW_ASSIGN_OR_RAISE(made->file, arrow::io::FileOutputStream::Open(path));
    auto const properties = parquet::WriterProperties::Builder()
                                .compression(*compression)
                                ->max_row_group_length(options->row_group_rows)
                                ->enable_write_page_index()
                                ->build();
    parquet::ArrowWriterProperties::Builder arrow_side;
    if (options->store_arrow_schema) arrow_side.store_schema();
    if (options->int96_timestamps) arrow_side.enable_deprecated_int96_timestamps();
    ARROW_ASSIGN_OR_RAISE(made->rows, parquet::arrow::FileWriter::Open(*columns, arrow::default_memory_pool(),
                                                                       made->file, properties, arrow_side.build()));
    *writer = made.release();
    return arrow::Status::OK();
  });
}

int writer_append(void* handle, ArrowArrayStream* stream, PodiumFailure* failure) {
  return guarded(failure, [&]() -> arrow::Status {
    auto& writer = *static_cast<Writer*>(handle);
    ARROW_ASSIGN_OR_RAISE(auto const reader, arrow::ImportRecordBatchReader(stream));
    for (;;) {
      std::shared_ptr<arrow::RecordBatch> batch;
      ARROW_RETURN_NOT_OK(reader->ReadNext(&batch));
      if (!batch) return arrow::Status::OK();
      // Batches gather in one row group until it is full.
      ARROW_RETURN_NOT_OK(writer.rows->WriteRecordBatch(*batch));
    }
  });
}

int writer_finish(void* handle, PodiumFailure* failure) {
  return guarded(failure, [&]() -> arrow::Status {
    auto& writer = *static_cast<Writer*>(handle);
    ARROW_RETURN_NOT_OK(writer.rows->Close());
    return writer.file->Close();
  });
}

void writer_close(void* handle) { delete static_cast<Writer*>(handle); }

}  // namespace podium_arrow
