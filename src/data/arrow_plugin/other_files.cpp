#include "data/arrow_plugin/file.hpp"

#include <arrow/c/bridge.h>
#include <arrow/csv/api.h>
#include <arrow/io/api.h>
#include <arrow/ipc/api.h>

/// CSV and Arrow IPC: one piece each, read from the front.
namespace podium_arrow {
namespace {

using Reader = std::shared_ptr<arrow::RecordBatchReader>;
constexpr std::int32_t block_bytes = 8 << 20;

PodiumPiece whole(std::int64_t rows, std::int64_t bytes) { return {0, rows, bytes, 1, 0, 0}; }

/// Chosen columns of every batch.
class Selected final : public arrow::RecordBatchReader {
 public:
  Selected(Reader reader, std::vector<int> columns) : reader_{std::move(reader)}, columns_{std::move(columns)} {
    arrow::FieldVector fields;
    for (int const c : columns_) fields.push_back(reader_->schema()->field(c));
    schema_ = arrow::schema(std::move(fields));
  }
  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    std::shared_ptr<arrow::RecordBatch> batch;
    ARROW_RETURN_NOT_OK(reader_->ReadNext(&batch));
    *out = nullptr;
    if (!batch) return arrow::Status::OK();
    arrow::ArrayVector columns;
    for (int const c : columns_) columns.push_back(batch->column(c));
    *out = arrow::RecordBatch::Make(schema_, batch->num_rows(), std::move(columns));
    return arrow::Status::OK();
  }

 private:
  Reader reader_;
  std::vector<int> columns_;
  std::shared_ptr<arrow::Schema> schema_;
};

/// Without a byte there is no header; Arrow's own text for it says less.
arrow::Status not_empty(arrow::io::RandomAccessFile& source) {
  ARROW_ASSIGN_OR_RAISE(auto const size, source.GetSize());
  if (size == 0) return arrow::Status::Invalid("the file is empty: a line with the columns' names is needed");
  return arrow::Status::OK();
}

class CsvFile final : public File {
 public:
  static Opened open(Source source, PodiumOpen const& options) {
    ARROW_RETURN_NOT_OK(not_empty(*source));
    auto file = std::make_shared<CsvFile>();
    file->source_ = std::move(source);
    ARROW_ASSIGN_OR_RAISE(file->bytes_, file->source_->GetSize());
    auto convert = defaults();
    for (std::int64_t t = 0; t < options.n_types; ++t) {
      ArrowSchema type{};
      type.format = options.type_formats[t];
      type.name = "";
      type.release = [](ArrowSchema* s) { s->release = nullptr; };
      ARROW_ASSIGN_OR_RAISE(auto made, arrow::ImportType(&type));
      convert.column_types[options.type_names[t]] = std::move(made);
    }
    if (options.infer_whole) {
      ARROW_ASSIGN_OR_RAISE(auto const reader,
                            arrow::csv::TableReader::Make(arrow::io::default_io_context(), file->stream(), blocks(true),
                                                          arrow::csv::ParseOptions::Defaults(), convert));
      ARROW_ASSIGN_OR_RAISE(auto const table, reader->Read());
      file->schema_ = table->schema();
      file->rows_ = table->num_rows();
    } else {
      ARROW_ASSIGN_OR_RAISE(auto const reader, arrow::csv::StreamingReader::Make(
                                                   arrow::io::default_io_context(), file->stream(), blocks(true),
                                                   arrow::csv::ParseOptions::Defaults(), convert));
      file->schema_ = reader->schema();
    }
    return file;
  }
  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }
  arrow::Result<PodiumPiece> piece(std::int64_t, PodiumRange const&) const override { return whole(rows_, bytes_); }

  arrow::Result<Reader> scan(Request const& request) const override {
    auto convert = defaults();
    // Twice-named columns cannot be told apart by name, so that they are an error here as elsewhere.
    ARROW_ASSIGN_OR_RAISE(auto const found, positions(*schema_, request.columns));
    for (int const c : found) convert.column_types[schema_->field(c)->name()] = schema_->field(c)->type();
    convert.include_columns = request.columns;
    if (request.columns.empty() && schema_->num_fields() > 0) convert.include_columns = {schema_->field(0)->name()};
    if (schema_->num_fields() > 0 && request.columns.empty())
      convert.column_types[schema_->field(0)->name()] = schema_->field(0)->type();
    ARROW_ASSIGN_OR_RAISE(auto reader, arrow::csv::StreamingReader::Make(
                                           arrow::io::default_io_context(), stream(), blocks(request.threads),
                                           arrow::csv::ParseOptions::Defaults(), convert));
    if (!request.columns.empty()) return Reader{std::move(reader)};
    return std::make_shared<Selected>(std::move(reader), std::vector<int>{});
  }

 private:
  static arrow::csv::ConvertOptions defaults() {
    auto convert = arrow::csv::ConvertOptions::Defaults();
    convert.strings_can_be_null = true;  // an empty cell is null, whatever its column
    convert.quoted_strings_can_be_null = false;
    convert.null_values = {"", "NA", "NaN", "nan", "null", "NULL"};
    return convert;
  }
  static arrow::csv::ReadOptions blocks(bool threads) {
    auto read = arrow::csv::ReadOptions::Defaults();
    read.block_size = block_bytes;
    read.use_threads = threads;
    return read;
  }
  /// A stream of its own for every reader of the file.
  std::shared_ptr<arrow::io::InputStream> stream() const {
    return *arrow::io::RandomAccessFile::GetStream(source_, 0, bytes_);
  }

  Source source_;
  std::shared_ptr<arrow::Schema> schema_;
  std::int64_t bytes_ = 0;
  std::int64_t rows_ = -1;
};

/// Batches of an IPC file one by one: a reader of its own, so that several may read the file at once.
class IpcBatches final : public arrow::RecordBatchReader {
 public:
  explicit IpcBatches(std::shared_ptr<arrow::ipc::RecordBatchFileReader> file) : file_{std::move(file)} {}
  std::shared_ptr<arrow::Schema> schema() const override { return file_->schema(); }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    *out = nullptr;
    if (next_ < file_->num_record_batches()) {
      ARROW_ASSIGN_OR_RAISE(*out, file_->ReadRecordBatch(next_++));
      ARROW_RETURN_NOT_OK((*out)->ValidateFull());
    }
    return arrow::Status::OK();
  }

 private:
  std::shared_ptr<arrow::ipc::RecordBatchFileReader> file_;
  int next_ = 0;
};

/// What comes out of a stream is checked before anybody follows its offsets.
class Checked final : public arrow::RecordBatchReader {
 public:
  explicit Checked(Reader reader) : reader_{std::move(reader)} {}
  std::shared_ptr<arrow::Schema> schema() const override { return reader_->schema(); }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    ARROW_RETURN_NOT_OK(reader_->ReadNext(out));
    return *out ? (*out)->ValidateFull() : arrow::Status::OK();
  }

 private:
  Reader reader_;
};

class IpcFile final : public File {
 public:
  static Opened open(Source source) {
    auto file = std::make_shared<IpcFile>();
    file->source_ = std::move(source);
    ARROW_ASSIGN_OR_RAISE(file->bytes_, file->source_->GetSize());
    ARROW_ASSIGN_OR_RAISE(auto const start, file->source_->ReadAt(0, 6));
    file->random_ = start->ToString() == "ARROW1";
    ARROW_ASSIGN_OR_RAISE(auto const reader, file->batches());
    file->schema_ = reader->schema();
    if (file->random_) {
      ARROW_ASSIGN_OR_RAISE(auto const whole, arrow::ipc::RecordBatchFileReader::Open(file->source_));
      ARROW_ASSIGN_OR_RAISE(file->rows_, whole->CountRows());
    }
    return file;
  }
  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }
  arrow::Result<PodiumPiece> piece(std::int64_t, PodiumRange const&) const override { return whole(rows_, bytes_); }
  arrow::Result<Reader> scan(Request const& request) const override {
    ARROW_ASSIGN_OR_RAISE(auto const found, positions(*schema_, request.columns));
    ARROW_ASSIGN_OR_RAISE(auto reader, batches());
    return std::make_shared<Selected>(std::move(reader), found);
  }

 private:
  arrow::Result<Reader> batches() const {
    if (random_) {
      ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchFileReader::Open(source_));
      return std::make_shared<IpcBatches>(std::move(reader));
    }
    ARROW_ASSIGN_OR_RAISE(auto stream, arrow::io::RandomAccessFile::GetStream(source_, 0, bytes_));
    ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchStreamReader::Open(std::move(stream)));
    return std::make_shared<Checked>(std::move(reader));
  }

  Source source_;
  std::shared_ptr<arrow::Schema> schema_;
  std::int64_t bytes_ = 0;
  std::int64_t rows_ = -1;
  bool random_ = false;
};

}  // namespace

Opened open_csv(Source source, PodiumOpen const& options) { return CsvFile::open(std::move(source), options); }
Opened open_ipc(Source source) { return IpcFile::open(std::move(source)); }

}  // namespace podium_arrow
