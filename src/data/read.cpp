#include "podium/data/dataset.hpp"
#include "podium/data/parquet_sink.hpp"

namespace podium::inline v0::data {

Result<Table> read(std::filesystem::path const& path, ReadOptions const& options) {
  auto const dataset = Dataset::open(path.string());
  if (!dataset) return dataset.error();
  return dataset->read({.columns = options.columns});
}

Result<void> write_parquet(Table const& table, std::filesystem::path const& path) {
  auto sink = ParquetSink::open(path.string());
  if (!sink) return sink.error();
  if (auto ok = sink->append(table); !ok) return ok.error();
  auto const done = sink->finish();
  return done ? Result<void>{} : Result<void>{done.error()};
}

}  // namespace podium::inline v0::data
