#include "data/arrow_plugin/file.hpp"
#include "data/arrow_plugin/guard.hpp"
#include "data/arrow_plugin/storage.hpp"
#include "data/arrow_plugin/writer.hpp"

#include <arrow/c/bridge.h>
#include <arrow/compute/cast.h>
#include <arrow/config.h>
#include <arrow/util/config.h>

#include <algorithm>

namespace podium_arrow {

arrow::Result<std::vector<int>> positions(arrow::Schema const& schema, Names const& columns) {
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

namespace {

/// Columns converted, without loss, to the types of `target` (same columns, same order); those in `as_they_are` stay.
class Converted final : public arrow::RecordBatchReader {
 public:
  Converted(std::shared_ptr<arrow::RecordBatchReader> reader, std::shared_ptr<arrow::Schema> target,
            Names const& as_they_are)
      : reader_{std::move(reader)} {
    auto fields = target->fields();
    for (auto& field : fields) {
      auto const stored = reader_->schema()->GetFieldByName(field->name());
      bool const stays = std::find(as_they_are.begin(), as_they_are.end(), field->name()) != as_they_are.end();
      if (stays && stored) field = field->WithType(stored->type());
    }
    schema_ = arrow::schema(std::move(fields), target->metadata());
  }
  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* out) override {
    try {
      return next(out);
    } catch (std::bad_alloc const&) {
      return arrow::Status::OutOfMemory("out of memory");
    } catch (std::exception const& thrown) {
      return arrow::Status::Invalid(thrown.what());
    }
  }

 private:
  arrow::Status next(std::shared_ptr<arrow::RecordBatch>* out) {
    std::shared_ptr<arrow::RecordBatch> batch;
    ARROW_RETURN_NOT_OK(reader_->ReadNext(&batch));
    *out = nullptr;
    if (!batch) return arrow::Status::OK();
    arrow::ArrayVector columns;
    for (int c = 0; c < batch->num_columns(); ++c) {
      auto column = batch->column(c);
      auto const& type = schema_->field(c)->type();
      if (!column->type()->Equals(*type)) {
        auto made = arrow::compute::Cast(*column, type, arrow::compute::CastOptions::Safe());
        if (!made.ok())
          return made.status().WithMessage("column `", schema_->field(c)->name(), "` is ", column->type()->ToString(),
                                           ", ", type->ToString(), " is needed: ", made.status().message());
        column = *std::move(made);
      }
      if (column->length() != batch->num_rows())
        return arrow::Status::Invalid("column `", schema_->field(c)->name(), "` has ", column->length(),
                                      " rows where others have ", batch->num_rows());
      columns.push_back(std::move(column));
    }
    *out = arrow::RecordBatch::Make(schema_, batch->num_rows(), std::move(columns));
    return arrow::Status::OK();
  }

  std::shared_ptr<arrow::RecordBatchReader> reader_;
  std::shared_ptr<arrow::Schema> schema_;
};

struct Handle {
  std::shared_ptr<File const> file;
};

File const& file(void* handle) { return *static_cast<Handle*>(handle)->file; }

int file_open(void* storage, char const* path, PodiumOpen const* options, void** out, PodiumFailure* failure) {
  return guarded(failure, [&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(auto source, open_source(storage, path));
    std::string const format = options->format;
    ARROW_ASSIGN_OR_RAISE(auto opened, format == "parquet" ? open_parquet(std::move(source))
                                       : format == "csv"   ? open_csv(std::move(source), *options)
                                                           : open_ipc(std::move(source)));
    *out = new Handle{std::move(opened)};
    return arrow::Status::OK();
  });
}

void file_close(void* handle) { delete static_cast<Handle*>(handle); }

int file_schema(void* handle, ArrowSchema* out, PodiumFailure* failure) {
  return guarded(failure, [&] { return arrow::ExportSchema(*file(handle).schema(), out); });
}

int64_t file_pieces(void* handle) { return file(handle).pieces(); }

int file_piece(void* handle, int64_t piece, PodiumRange const* range, PodiumPiece* out, PodiumFailure* failure) {
  return guarded(failure, [&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(*out, file(handle).piece(piece, *range));
    return arrow::Status::OK();
  });
}

int file_scan(void* handle, PodiumScan const* scan, ArrowArrayStream* out, PodiumFailure* failure) {
  return guarded(failure, [&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(auto const target, arrow::ImportSchema(scan->target));
    Request const request{.piece = scan->piece,
                          .columns = Names(scan->columns, scan->columns + scan->n_columns),
                          .as_dictionary = Names(scan->as_dictionary, scan->as_dictionary + scan->n_as_dictionary),
                          .batch_rows = scan->batch_rows,
                          .threads = scan->threads != 1};
    ARROW_ASSIGN_OR_RAISE(auto reader, file(handle).scan(request));
    return arrow::ExportRecordBatchReader(std::make_shared<Converted>(std::move(reader), target, request.as_dictionary),
                                          out);
  });
}

}  // namespace
}  // namespace podium_arrow

extern "C" [[gnu::visibility("default")]] PodiumArrowPlugin const* podium_arrow_plugin() {
  using namespace podium_arrow;
  static PodiumArrowPlugin const plugin{PODIUM_ARROW_PLUGIN_ABI,
                                        ARROW_VERSION_STRING,
                                        arrow::GetBuildInfo().version_string.c_str(),
                                        storage_open,
                                        storage_close,
                                        storage_list,
                                        storage_get,
                                        storage_put,
                                        storage_remove,
                                        file_open,
                                        file_close,
                                        file_schema,
                                        file_pieces,
                                        file_piece,
                                        file_scan,
                                        writer_open,
                                        writer_append,
                                        writer_finish,
                                        writer_close};
  return &plugin;
}
