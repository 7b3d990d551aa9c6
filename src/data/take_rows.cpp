#include "data/dataset_impl.hpp"
#include "data/partition.hpp"
#include "data/take.hpp"

#include <algorithm>
#include <new>

namespace podium::inline v0::data {
namespace {

/// A wanted row: where it is stored, and where it goes.
struct Wanted {
  RowId id;
  std::size_t to = 0;
};

/// The chunks that were gathered, column by column, and where each wanted row is in them.
struct Gathered {
  std::vector<std::vector<Chunk>> columns;
  std::vector<Pick> picks;
};

class Gather {
 public:
  Gather(Dataset::Impl const& dataset, std::vector<std::size_t> columns, std::span<RowId const> rows,
         Context const& ctx)
      : dataset_{dataset}, columns_{std::move(columns)}, ctx_{ctx} {
    out_.columns.resize(columns_.size());
    out_.picks.resize(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r)
      if (rows[r].file >= 0) wanted_.push_back({rows[r], r});
    std::ranges::sort(wanted_, {}, [](Wanted const& w) { return std::pair{w.id, w.to}; });
  }

  Result<Gathered> run() {
    for (std::size_t begin = 0; begin < wanted_.size();) {
      auto const file = wanted_[begin].id.file;
      auto end = begin;
      while (end < wanted_.size() && wanted_[end].id.file == file) ++end;
      if (static_cast<std::size_t>(file) >= dataset_.stored.size()) return beyond(wanted_[begin].id);
      if (auto ok = from_file(std::span{wanted_}.subspan(begin, end - begin)); !ok) return ok.error();
      begin = end;
    }
    return std::move(out_);
  }

 private:
  Error beyond(RowId id) const {
    return Error{Errc::invalid_argument,
                 "there is no row " + std::to_string(id.row) + " in file " + std::to_string(id.file)}
        .with("file", dataset_.location);
  }

  Result<void> from_file(std::span<Wanted const> rows) {
    auto const index = static_cast<std::size_t>(rows.front().id.file);
    auto const file = dataset_.file(index);
    if (!file) return file.error();
    std::size_t done = 0;
    for (std::int64_t p = 0; p < (*file)->pieces() && done < rows.size(); ++p) {
      if (auto const stop = ctx_.interrupted()) return *stop;
      auto const piece = (*file)->piece(p, {});
      if (!piece) return piece.error();
      auto const end = piece->rows < 0 ? INT64_MAX : piece->first_row + piece->rows;
      auto last = done;
      while (last < rows.size() && rows[last].id.row < end) ++last;
      if (last == done) continue;
      if (auto ok = from_piece(**file, index, p, piece->first_row, rows.subspan(done, last - done)); !ok)
        return ok.error();
      done = last;
    }
    if (done < rows.size()) return beyond(rows[done].id);
    return {};
  }

  Result<void> from_piece(OpenFile const& file, std::size_t index, std::int64_t piece, std::int64_t first_row,
                          std::span<Wanted const> rows) {
    OpenFile::Scan scan{.piece = piece, .as_dictionary = {}, .batch_rows = 131'072, .threads = true};
    std::vector<std::size_t> stored;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      auto const& column = dataset_.columns[columns_[c]];
      auto const found = column.partition ? Result<std::optional<std::size_t>>{std::optional<std::size_t>{}}
                                          : file.find(column.node.name);
      if (!found) return found.error();
      if (!*found) continue;
      scan.targets.push_back(column.node);
      stored.push_back(c);
    }
    StreamReader stream;
    if (auto ok = file.scan(scan, stream); !ok) return ok.error();
    std::int64_t at = first_row;
    std::size_t done = 0;
    while (done < rows.size()) {
      if (auto const stop = ctx_.interrupted()) return *stop;
      auto batch = stream.next();
      if (!batch) return batch.error().with("file", file.shown());
      if (!*batch) return beyond(rows[done].id);
      auto const end = at + (*batch)->rows();
      std::vector<Pick> picks;
      for (; done < rows.size() && rows[done].id.row < end; ++done) {
        if (picks.empty() || picks.back().index != rows[done].id.row - at) picks.push_back({0, rows[done].id.row - at});
        out_.picks[rows[done].to] = {static_cast<std::int32_t>(chunks_), static_cast<std::int64_t>(picks.size()) - 1};
      }
      at = end;
      if (picks.empty()) continue;
      if (auto ok = keep(**batch, stored, index, picks); !ok) return ok.error().with("file", file.shown());
    }
    return {};
  }

  Result<void> keep(Table const& batch, std::vector<std::size_t> const& stored, std::size_t file,
                    std::vector<Pick> const& picks) {
    auto const& state = batch.state();
    auto const rows = static_cast<std::int64_t>(picks.size());
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      auto const& column = dataset_.columns[columns_[c]];
      auto const there = std::ranges::find(stored, c);
      auto made = there == stored.end()
                      ? constant_column(column.node, partition_value(dataset_.stored[file], column.node.name), rows)
                      : take(state.fields[static_cast<std::size_t>(there - stored.begin())],
                             state.columns[static_cast<std::size_t>(there - stored.begin())], picks);
      if (!made) return made.error();
      out_.columns[c].push_back(chunk_of(*made, 0, rows));
    }
    ++chunks_;
    return {};
  }

  Dataset::Impl const& dataset_;
  std::vector<std::size_t> columns_;
  Context const& ctx_;
  std::vector<Wanted> wanted_;
  Gathered out_;
  std::size_t chunks_ = 0;
};

Result<Gathered> from_memory(Dataset::Impl const& dataset, std::vector<std::size_t> const& columns,
                             std::span<RowId const> rows) {
  auto const& state = dataset.memory->state();
  Gathered out;
  for (auto const c : columns) out.columns.push_back(state.columns[c]);
  for (auto const& row : rows) {
    bool const there = row.file < 0 || (static_cast<std::size_t>(row.file) < state.batch_rows.size() && row.row >= 0 &&
                                        row.row < state.batch_rows[static_cast<std::size_t>(row.file)]);
    if (!there)
      return Error{Errc::invalid_argument,
                   "there is no row " + std::to_string(row.row) + " in batch " + std::to_string(row.file)};
    out.picks.push_back({row.file < 0 ? -1 : row.file, row.row});
  }
  return out;
}

}  // namespace

Result<Table> Dataset::take(std::span<RowId const> rows, std::vector<std::string> const& columns,
                            Context const& ctx) const {
  std::vector<std::size_t> wanted;
  for (auto const& name : columns) {
    auto const found = impl_->find(name);
    if (!found) return found.error();
    wanted.push_back(*found);
  }
  try {
    auto gathered = impl_->memory ? from_memory(*impl_, wanted, rows) : Gather{*impl_, wanted, rows, ctx}.run();
    if (!gathered) return gathered.error();
    std::vector<std::pair<SchemaNode, std::shared_ptr<OwnedArray const>>> out;
    for (std::size_t c = 0; c < wanted.size(); ++c) {
      auto const& node = impl_->columns[wanted[c]].node;
      auto field = taken_field(node);
      if (!field) return field.error().with("file", impl_->location);
      // What was gathered from files is plain already.
      auto made = data::take(impl_->memory ? node : *field, gathered->columns[c], gathered->picks);
      if (!made) return made.error().with("file", impl_->location);
      out.emplace_back(*std::move(field), *std::move(made));
    }
    return table_of(static_cast<std::int64_t>(rows.size()), std::move(out));
  } catch (std::bad_alloc const&) {
    return Error{Errc::exhausted, "out of memory while taking rows"}.with("file", impl_->location);
  }
}

}  // namespace podium::inline v0::data
