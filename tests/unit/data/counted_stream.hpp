#pragma once

#include "podium/data/arrow_c.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// A stream as another library would make one, which counts what is released: one nullable int64 column `x`.
struct CountedStream {
  struct Counts {
    int schemas = 0, batches = 0, columns = 0, streams = 0;
    int schemas_out = 0, batches_out = 0;
  };

  CountedStream(std::vector<std::vector<std::int64_t>> batches, int fail_after = -1)
      : batches_{std::move(batches)}, fail_after_{fail_after} {}

  void open(ArrowArrayStream* out) {
    next_ = 0;
    *out = {.get_schema = get_schema,
            .get_next = get_next,
            .get_last_error = last_error,
            .release = release,
            .private_data = this};
  }

  Counts counts;
  std::string format = "l";
  std::int64_t null_rows = 0;  ///< what a batch claims about itself
  int buffers = 2;

 private:
  struct Batch {
    CountedStream* from;
    std::vector<std::int64_t> values;
    std::uint8_t validity = 0;
    ArrowArray column{};
    ArrowArray* pointer = nullptr;
    void const* column_buffers[2]{};
    void const* batch_buffers[1]{};
  };
  struct Schema {
    CountedStream* from;
    ArrowSchema column{};
    ArrowSchema* pointer = nullptr;
  };

  static int get_schema(ArrowArrayStream* self, ArrowSchema* out) {
    auto* const from = static_cast<CountedStream*>(self->private_data);
    auto schema = std::make_unique<Schema>(Schema{from});
    schema->column = {.format = from->format.c_str(),
                      .name = "x",
                      .metadata = nullptr,
                      .flags = ARROW_FLAG_NULLABLE,
                      .n_children = 0,
                      .children = nullptr,
                      .dictionary = nullptr,
                      .release = [](ArrowSchema* s) { s->release = nullptr; },
                      .private_data = nullptr};
    schema->pointer = &schema->column;
    *out = {.format = "+s",
            .name = "",
            .metadata = nullptr,
            .flags = 0,
            .n_children = 1,
            .children = &schema->pointer,
            .dictionary = nullptr,
            .release =
                [](ArrowSchema* s) {
                  auto* const held = static_cast<Schema*>(s->private_data);
                  if (held->column.release) held->column.release(&held->column);
                  ++held->from->counts.schemas;
                  delete held;
                  s->release = nullptr;
                },
            .private_data = schema.get()};
    schema.release();
    ++from->counts.schemas_out;
    return 0;
  }

  static int get_next(ArrowArrayStream* self, ArrowArray* out) {
    auto* const from = static_cast<CountedStream*>(self->private_data);
    *out = {};
    if (from->fail_after_ == static_cast<int>(from->next_)) return 5;
    if (from->next_ == from->batches_.size()) return 0;
    auto batch = std::make_unique<Batch>(Batch{from, from->batches_[from->next_++]});
    batch->column_buffers[1] = batch->values.data();
    auto const length = static_cast<std::int64_t>(batch->values.size());
    batch->column = {.length = length,
                     .null_count = 0,
                     .offset = 0,
                     .n_buffers = from->buffers,
                     .n_children = 0,
                     .buffers = batch->column_buffers,
                     .children = nullptr,
                     .dictionary = nullptr,
                     .release =
                         [](ArrowArray* a) {
                           ++static_cast<Batch*>(a->private_data)->from->counts.columns;
                           a->release = nullptr;
                         },
                     .private_data = batch.get()};
    batch->pointer = &batch->column;
    *out = {.length = length,
            .null_count = from->null_rows,
            .offset = 0,
            .n_buffers = 1,
            .n_children = 1,
            .buffers = batch->batch_buffers,
            .children = &batch->pointer,
            .dictionary = nullptr,
            .release =
                [](ArrowArray* a) {
                  auto* const held = static_cast<Batch*>(a->private_data);
                  if (held->column.release) held->column.release(&held->column);
                  ++held->from->counts.batches;
                  delete held;
                  a->release = nullptr;
                },
            .private_data = batch.get()};
    batch.release();
    ++from->counts.batches_out;
    return 0;
  }

  static char const* last_error(ArrowArrayStream*) { return "the disk went away"; }
  static void release(ArrowArrayStream* self) {
    ++static_cast<CountedStream*>(self->private_data)->counts.streams;
    self->release = nullptr;
  }

  std::vector<std::vector<std::int64_t>> batches_;
  int fail_after_;
  std::size_t next_ = 0;
};
