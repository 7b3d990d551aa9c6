#include "data/arrow_plugin/file.hpp"

#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/page_index.h>
#include <parquet/statistics.h>

#include <algorithm>
#include <functional>
#include <optional>

namespace podium_arrow {
namespace {

/// Smallest and largest time of a stretch, in microseconds, rounded outwards.
struct Times {
  std::int64_t min, max;
};

std::int64_t scaled(std::int64_t value, std::int64_t factor) {
  std::int64_t out = 0;
  if (__builtin_mul_overflow(value, factor, &out)) return value < 0 ? INT64_MIN : INT64_MAX;
  return out;
}

/// What a stored integer of the column counts; nothing if it is not a time.
std::optional<arrow::TimeUnit::type> unit_of(parquet::ColumnDescriptor const& column) {
  auto const& logical = column.logical_type();
  if (logical && logical->is_timestamp()) {
    auto const unit = static_cast<parquet::TimestampLogicalType const&>(*logical).time_unit();
    if (unit == parquet::LogicalType::TimeUnit::MILLIS) return arrow::TimeUnit::MILLI;
    if (unit == parquet::LogicalType::TimeUnit::MICROS) return arrow::TimeUnit::MICRO;
    if (unit == parquet::LogicalType::TimeUnit::NANOS) return arrow::TimeUnit::NANO;
  }
  return std::nullopt;
}

std::optional<Times> times_of(parquet::ColumnDescriptor const& column, std::int64_t min, std::int64_t max) {
  if (column.logical_type() && column.logical_type()->is_date())
    return Times{scaled(min, 86'400'000'000), scaled(max, 86'400'000'000)};
  auto const unit = unit_of(column);
  if (!unit) return std::nullopt;
  if (*unit == arrow::TimeUnit::MILLI) return Times{scaled(min, 1000), scaled(max, 1000)};
  if (*unit == arrow::TimeUnit::MICRO) return Times{min, max};
  return Times{min / 1000 - (min % 1000 < 0 ? 1 : 0), max / 1000 - (max % 1000 < 0 ? 1 : 0)};
}

bool overlaps(Times const& times, PodiumRange const& range) {
  return !(range.has_from && times.max < range.from_us) && !(range.has_to && times.min >= range.to_us);
}

std::optional<Times> statistics_of(parquet::RowGroupMetaData const& group, int leaf,
                                   parquet::ColumnDescriptor const& column) {
  auto const chunk = group.ColumnChunk(leaf);
  auto const statistics = chunk->is_stats_set() ? chunk->statistics() : nullptr;
  if (!statistics || !statistics->HasMinMax()) return std::nullopt;
  if (column.physical_type() == parquet::Type::INT64) {
    auto const& typed = static_cast<parquet::Int64Statistics const&>(*statistics);
    return times_of(column, typed.min(), typed.max());
  }
  if (column.physical_type() == parquet::Type::INT32) {
    auto const& typed = static_cast<parquet::Int32Statistics const&>(*statistics);
    return times_of(column, typed.min(), typed.max());
  }
  return std::nullopt;
}

/// Column by column, the one that cannot be read; so that an error of the whole names it.
class NamingReader final : public arrow::RecordBatchReader {
 public:
  using Read = std::function<arrow::Result<std::shared_ptr<arrow::RecordBatchReader>>(Names const&)>;
  NamingReader(std::shared_ptr<arrow::RecordBatchReader> reader, Names columns, Read read)
      : reader_{std::move(reader)}, columns_{std::move(columns)}, read_{std::move(read)} {}

  std::shared_ptr<arrow::Schema> schema() const override { return reader_->schema(); }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    auto const status = attempt(*reader_, out);
    if (status.ok()) return status;
    for (auto const& column : columns_) {
      auto const alone = drain(column);
      if (!alone.ok()) return alone.WithMessage("column `", column, "`: ", alone.message());
    }
    return status;
  }

 private:
  static arrow::Status attempt(arrow::RecordBatchReader& reader, std::shared_ptr<arrow::RecordBatch>* out) {
    try {
      return reader.ReadNext(out);
    } catch (parquet::ParquetException const& failure) {
      return arrow::Status::Invalid(failure.what());
    }
  }
  arrow::Status drain(std::string const& column) const {
    ARROW_ASSIGN_OR_RAISE(auto const reader, read_({column}));
    std::shared_ptr<arrow::RecordBatch> batch;
    do ARROW_RETURN_NOT_OK(attempt(*reader, &batch));
    while (batch);
    return arrow::Status::OK();
  }

  std::shared_ptr<arrow::RecordBatchReader> reader_;
  Names columns_;
  Read read_;
};

/// The columns of a batch in the order wanted; the reader of a file gives them in the file's.
class OrderedReader final : public arrow::RecordBatchReader {
 public:
  OrderedReader(std::shared_ptr<parquet::arrow::FileReader> file, std::unique_ptr<arrow::RecordBatchReader> reader,
                std::vector<int> order, std::vector<bool> utc)
      : file_{std::move(file)}, reader_{std::move(reader)}, order_{std::move(order)}, utc_{std::move(utc)} {
    arrow::FieldVector fields;
    for (std::size_t c = 0; c < order_.size(); ++c) {
      auto field = reader_->schema()->field(order_[c]);
      fields.push_back(utc_[c] ? field->WithType(instant()) : field);
    }
    schema_ = arrow::schema(std::move(fields));
  }
  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    std::shared_ptr<arrow::RecordBatch> batch;
    ARROW_RETURN_NOT_OK(reader_->ReadNext(&batch));
    if (!batch) {
      out->reset();
      return arrow::Status::OK();
    }
    arrow::ArrayVector columns;
    for (std::size_t c = 0; c < order_.size(); ++c) {
      auto column = batch->column(order_[c]);
      if (utc_[c]) {
        ARROW_ASSIGN_OR_RAISE(column, column->View(instant()));
      }
      columns.push_back(std::move(column));
    }
    *out = arrow::RecordBatch::Make(schema_, batch->num_rows(), std::move(columns));
    return arrow::Status::OK();
  }
  static std::shared_ptr<arrow::DataType> instant() { return arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"); }

 private:
  std::shared_ptr<parquet::arrow::FileReader> file_;
  std::unique_ptr<arrow::RecordBatchReader> reader_;
  std::vector<int> order_;
  std::vector<bool> utc_;
  std::shared_ptr<arrow::Schema> schema_;
};

class ParquetFile final : public File, public std::enable_shared_from_this<ParquetFile> {
 public:
  static Opened open(Source source) {
    auto file = std::make_shared<ParquetFile>();
    file->source_ = std::move(source);
    file->footer_ = parquet::ParquetFileReader::Open(file->source_)->metadata();
    ARROW_ASSIGN_OR_RAISE(auto const reader, file->reader({}, false));
    std::shared_ptr<arrow::Schema> schema;
    ARROW_RETURN_NOT_OK(reader->GetSchema(&schema));
    auto const& root = *file->footer_->schema()->group_node();
    file->leaves_.resize(static_cast<std::size_t>(root.field_count()));
    auto const& leaves = *file->footer_->schema();
    for (int leaf = 0; leaf < leaves.num_columns(); ++leaf) {
      int const field = root.FieldIndex(*leaves.GetColumnRoot(leaf));
      if (field < 0) return arrow::Status::Invalid("the schema names a column that is not there");
      file->leaves_[static_cast<std::size_t>(field)].push_back(leaf);
    }
    // INT96 holds instants, which Arrow gives as times without a zone.
    for (int f = 0; f < schema->num_fields(); ++f) {
      auto const& own = file->leaves_[static_cast<std::size_t>(f)];
      bool const int96 = own.size() == 1 && leaves.Column(own.front())->physical_type() == parquet::Type::INT96 &&
                         schema->field(f)->type()->id() == arrow::Type::TIMESTAMP;
      file->int96_.push_back(int96);
      if (int96) {
        ARROW_ASSIGN_OR_RAISE(schema, schema->SetField(f, schema->field(f)->WithType(OrderedReader::instant())));
      }
    }
    file->schema_ = schema;
    ARROW_RETURN_NOT_OK(file->check_footer());
    return file;
  }

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }
  std::int64_t pieces() const override { return footer_->num_row_groups(); }

  arrow::Result<PodiumPiece> piece(std::int64_t index, PodiumRange const& range) const override {
    int const g = static_cast<int>(index);
    auto const group = footer_->RowGroup(g);
    PodiumPiece out{0, group->num_rows(), group->total_byte_size(), 1, 0, 0};
    for (int before = 0; before < g; ++before) out.first_row += footer_->RowGroup(before)->num_rows();
    if (!range.column || (!range.has_from && !range.has_to)) return out;
    int const field = schema_->GetFieldIndex(range.column);
    if (field < 0 || leaves_[static_cast<std::size_t>(field)].size() != 1) return out;
    int const leaf = leaves_[static_cast<std::size_t>(field)].front();
    auto const& column = *footer_->schema()->Column(leaf);
    if (auto const times = statistics_of(*group, leaf, column); times && !overlaps(*times, range)) {
      out.kept = 0;
      return out;
    }
    // Statistics only ever save work: pages whose statistics cannot be read are read themselves.
    try {
      trim(out, g, leaf, column, range);
    } catch (parquet::ParquetException const&) {
      out.skip_front = out.skip_back = 0;
    }
    return out;
  }

  arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> scan(Request const& request) const override {
    ARROW_ASSIGN_OR_RAISE(auto reader, read(request, request.columns));
    auto const self = shared_from_this();
    return std::make_shared<NamingReader>(std::move(reader), request.columns, [self, request](Names const& columns) {
      return self->read(request, columns);
    });
  }

 private:
  arrow::Status check_footer() const {
    std::int64_t rows = 0;
    for (int g = 0; g < footer_->num_row_groups(); ++g) {
      auto const own = footer_->RowGroup(g)->num_rows();
      if (own < 0 || __builtin_add_overflow(rows, own, &rows))
        return arrow::Status::Invalid("row group ", g, " claims ", own, " rows");
    }
    if (footer_->num_rows() != rows)
      return arrow::Status::Invalid("the footer claims ", footer_->num_rows(), " rows, its row groups ", rows);
    return arrow::Status::OK();
  }

  arrow::Result<std::shared_ptr<parquet::arrow::FileReader>> reader(Names const& as_dictionary, bool threads,
                                                                    std::int64_t batch_rows = 0) const {
    parquet::ArrowReaderProperties properties{threads};
    properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
    if (batch_rows > 0) properties.set_batch_size(batch_rows);
    for (auto const& name : as_dictionary) {
      int const field = schema_->GetFieldIndex(name);
      if (field < 0 || leaves_[static_cast<std::size_t>(field)].size() != 1) continue;
      int const leaf = leaves_[static_cast<std::size_t>(field)].front();
      if (footer_->schema()->Column(leaf)->physical_type() == parquet::Type::BYTE_ARRAY)
        properties.set_read_dictionary(leaf, true);
    }
    ARROW_ASSIGN_OR_RAISE(
        auto made,
        parquet::arrow::FileReader::Make(
            arrow::default_memory_pool(),
            parquet::ParquetFileReader::Open(source_, parquet::default_reader_properties(), footer_), properties));
    return std::shared_ptr<parquet::arrow::FileReader>{std::move(made)};
  }

  arrow::Result<std::shared_ptr<arrow::RecordBatchReader>> read(Request const& request, Names const& columns) const {
    ARROW_ASSIGN_OR_RAISE(auto const fields, positions(*schema_, columns));
    std::vector<int> sorted = fields;
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    std::vector<int> leaves;
    for (int const field : sorted) {
      auto const& own = leaves_[static_cast<std::size_t>(field)];
      leaves.insert(leaves.end(), own.begin(), own.end());
    }
    std::vector<int> order;
    std::vector<bool> utc;
    for (int const field : fields) {
      order.push_back(static_cast<int>(std::lower_bound(sorted.begin(), sorted.end(), field) - sorted.begin()));
      utc.push_back(int96_[static_cast<std::size_t>(field)]);
    }
    ARROW_ASSIGN_OR_RAISE(auto file, reader(request.as_dictionary, request.threads, request.batch_rows));
    ARROW_ASSIGN_OR_RAISE(auto batches, file->GetRecordBatchReader({static_cast<int>(request.piece)}, leaves));
    return std::make_shared<OrderedReader>(std::move(file), std::move(batches), std::move(order), std::move(utc));
  }

  /// Leaves out the pages before the first and after the last that may hold a row of the range.
  void trim(PodiumPiece& out, int g, int leaf, parquet::ColumnDescriptor const& column,
            PodiumRange const& range) const {
    if (column.physical_type() != parquet::Type::INT64 || !unit_of(column)) return;
    auto const indices = parquet::PageIndexReader::Make(source_.get(), footer_, parquet::default_reader_properties());
    auto const group = indices ? indices->RowGroup(g) : nullptr;
    auto const values = group ? group->GetColumnIndex(leaf) : nullptr;
    auto const places = group ? group->GetOffsetIndex(leaf) : nullptr;
    auto const* const typed = dynamic_cast<parquet::Int64ColumnIndex const*>(values.get());
    if (!typed || !places) return;
    auto const& pages = places->page_locations();
    auto const count = pages.size();
    auto const& nulls = typed->null_pages();
    if (nulls.size() != count || typed->min_values().size() != count || typed->max_values().size() != count) return;
    std::optional<std::size_t> first, last;
    for (std::size_t p = 0; p < count; ++p) {
      if (nulls[p]) continue;
      auto const times = times_of(column, typed->min_values()[p], typed->max_values()[p]);
      if (times && !overlaps(*times, range)) continue;
      if (!first) first = p;
      last = p;
    }
    if (!first) {
      out.kept = 0;
      return;
    }
    auto const begin = pages[*first].first_row_index;
    auto const end = *last + 1 < count ? pages[*last + 1].first_row_index : out.rows;
    if (begin < 0 || end < begin || end > out.rows) return;
    out.skip_front = begin;
    out.skip_back = out.rows - end;
  }

  Source source_;
  std::shared_ptr<parquet::FileMetaData> footer_;
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<std::vector<int>> leaves_;  ///< of every top-level column
  std::vector<bool> int96_;
};

}  // namespace

Opened open_parquet(Source source) { return ParquetFile::open(std::move(source)); }

}  // namespace podium_arrow
