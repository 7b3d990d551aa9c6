#include "data/arrow_plugin/abi.hpp"

#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <arrow/csv/api.h>
#include <arrow/io/api.h>
#include <arrow/ipc/api.h>
#include <arrow/util/config.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace {

using Columns = std::vector<std::string>;
using TableResult = arrow::Result<std::shared_ptr<arrow::Table>>;

/// Positions of the wanted columns, in the order wanted.
arrow::Result<std::vector<int>> positions(arrow::Schema const& schema, Columns const& columns) {
  std::vector<int> found;
  for (auto const& name : columns) {
    auto const all = schema.GetAllFieldIndices(name);
    if (all.empty()) {
      std::string names;
      for (auto const& field : schema.fields()) names += (names.empty() ? "" : ", ") + field->name();
      return arrow::Status::Invalid("no column `", name, "` (there is: ", names, ")");
    }
    if (all.size() > 1) return arrow::Status::Invalid("column `", name, "` is there twice");
    found.push_back(all.front());
  }
  return found;
}

TableResult select(std::shared_ptr<arrow::Table> table, Columns const& columns) {
  if (columns.empty()) return table;
  ARROW_ASSIGN_OR_RAISE(auto const found, positions(*table->schema(), columns));
  return table->SelectColumns(found);
}

TableResult read_parquet(std::string const& path, Columns const& columns) {
  ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::MemoryMappedFile::Open(path, arrow::io::FileMode::READ));
  parquet::arrow::FileReaderBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Open(std::move(file)));
  ARROW_ASSIGN_OR_RAISE(auto reader, builder.Build());
  reader->set_use_threads(true);
  if (columns.empty()) return reader->ReadTable();

  std::shared_ptr<arrow::Schema> schema;
  ARROW_RETURN_NOT_OK(reader->GetSchema(&schema));
  ARROW_ASSIGN_OR_RAISE(auto const fields, positions(*schema, columns));
  // A field may be several leaves of the file; the reader wants leaves.
  std::vector<int> leaves;
  for (auto const& name : columns) {
    auto const& root = *reader->parquet_reader()->metadata()->schema();
    for (int leaf = 0; leaf < root.num_columns(); ++leaf)
      if (root.GetColumnRoot(leaf)->name() == name) leaves.push_back(leaf);
  }
  ARROW_ASSIGN_OR_RAISE(auto table, reader->ReadTable(leaves));
  return select(std::move(table), columns);
}

TableResult read_csv(std::string const& path, Columns const& columns) {
  ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::ReadableFile::Open(path));
  auto convert = arrow::csv::ConvertOptions::Defaults();
  convert.include_columns = columns;
  convert.strings_can_be_null = true;  // an empty cell is null, whatever its column
  convert.quoted_strings_can_be_null = false;
  convert.null_values = {"", "NA", "NaN", "nan", "null", "NULL"};
  ARROW_ASSIGN_OR_RAISE(auto reader, arrow::csv::TableReader::Make(arrow::io::default_io_context(), std::move(file),
                                                                   arrow::csv::ReadOptions::Defaults(),
                                                                   arrow::csv::ParseOptions::Defaults(), convert));
  return reader->Read();
}

TableResult read_ipc(std::string const& path, Columns const& columns) {
  ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::MemoryMappedFile::Open(path, arrow::io::FileMode::READ));
  ARROW_ASSIGN_OR_RAISE(auto const start, file->ReadAt(0, 6));
  if (start->ToString() == "ARROW1") {
    ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchFileReader::Open(file));
    ARROW_ASSIGN_OR_RAISE(auto table, reader->ToTable());
    return select(std::move(table), columns);
  }
  ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchStreamReader::Open(file));
  ARROW_ASSIGN_OR_RAISE(auto table, reader->ToTable());
  return select(std::move(table), columns);
}

TableResult read_table(std::string const& path, std::string const& format, Columns const& columns) {
  if (format == "parquet") return read_parquet(path, columns);
  if (format == "csv") return read_csv(path, columns);
  return read_ipc(path, columns);
}

arrow::Status read_into(std::string const& path, std::string const& format, Columns const& columns,
                        ArrowArrayStream* out) {
  ARROW_ASSIGN_OR_RAISE(auto table, read_table(path, format, columns));
  return arrow::ExportRecordBatchReader(std::make_shared<arrow::TableBatchReader>(std::move(table)), out);
}

arrow::Status write(ArrowArrayStream* stream, std::string const& path) {
  ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ImportRecordBatchReader(stream));
  ARROW_ASSIGN_OR_RAISE(auto table, reader->ToTable());
  ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::FileOutputStream::Open(path));
  auto const properties = parquet::WriterProperties::Builder().compression(parquet::Compression::SNAPPY)->build();
  auto const kept_schema = parquet::ArrowWriterProperties::Builder().store_schema()->build();
  ARROW_RETURN_NOT_OK(
      parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), file, 1 << 20, properties, kept_schema));
  return file->Close();
}

template <class Work>
int guarded(char* error, int64_t error_size, Work work) {
  std::string text;
  try {
    auto const status = work();
    if (status.ok()) return 0;
    text = status.message();
  } catch (std::exception const& failure) {
    text = failure.what();
  } catch (...) {
    text = "unknown failure";
  }
  std::snprintf(error, static_cast<std::size_t>(error_size), "%s", text.c_str());
  return 1;
}

int plugin_read(char const* path, char const* format, char const* const* columns, int64_t n_columns,
                ArrowArrayStream* out, char* error, int64_t error_size) {
  return guarded(error, error_size,
                 [&] { return read_into(path, format, Columns(columns, columns + n_columns), out); });
}

int plugin_write_parquet(ArrowArrayStream* stream, char const* path, char* error, int64_t error_size) {
  return guarded(error, error_size, [&] { return write(stream, path); });
}

}  // namespace

extern "C" [[gnu::visibility("default")]] PodiumArrowPlugin const* podium_arrow_plugin() {
  static PodiumArrowPlugin const plugin{PODIUM_ARROW_PLUGIN_ABI, ARROW_VERSION_STRING,
                                        arrow::GetBuildInfo().version_string.c_str(), plugin_read,
                                        plugin_write_parquet};
  return &plugin;
}
