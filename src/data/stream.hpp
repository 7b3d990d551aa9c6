#pragma once

#include "data/state.hpp"

#include "podium/data/arrow.hpp"

namespace podium::inline v0::data {

/// An Arrow stream, batch by batch.  Releases it at the end.
class StreamReader {
 public:
  StreamReader() = default;

  /// To be filled by a producer before open().
  ArrowArrayStream* raw() noexcept { return &stream_.raw; }
  Result<void> open();
  /// Fields of the batches; after open().
  SchemaNode const& root() const noexcept { return root_; }
  /// A table of one batch that is not empty; nothing at the end.
  Result<std::optional<Table>> next();

 private:
  Owned<ArrowArrayStream> stream_;
  SchemaNode root_;
};

/// Adds a batch to a table under construction.
Result<void> add_batch(Table::State& state, SchemaNode const& root,
                       std::shared_ptr<Owned<ArrowArray> const> const& batch);

Error stream_error(ArrowArrayStream* stream, int code);

}  // namespace podium::inline v0::data
