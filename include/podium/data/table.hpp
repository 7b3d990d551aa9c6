#pragma once

#include "podium/data/arrow_c.hpp"
#include "podium/result.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace podium::inline v0::data {

/// Columns in memory, behind the Arrow C interfaces: record batches that share one schema.
/// A value: copies share the (immutable) buffers.
class PODIUM_API Table {
 public:
  Table();
  /// Takes everything out of `stream` and releases it.
  static Result<Table> import(ArrowArrayStream* stream);
  /// Gives the table away through `out`; the buffers live until the consumer releases them.
  void export_to(ArrowArrayStream* out) const;

  std::int64_t rows() const noexcept;
  std::vector<std::string> column_names() const;
  bool has_column(std::string_view name) const noexcept;

  struct State;
  explicit Table(std::shared_ptr<State const> state);
  State const& state() const noexcept { return *state_; }  ///< for src/data and src/features

 private:
  std::shared_ptr<State const> state_;
};

/// Which columns to read (empty: all).
struct ReadOptions {
  std::vector<std::string> columns{};
};

/// Parquet, CSV or Arrow IPC, by extension; a folder is read as its files in name order.
/// Read by Arrow C++ in a plug-in that is opened on first use;
/// Errc::unavailable, with the way out, if it or the right Arrow is not there.
PODIUM_API Result<Table> read(std::filesystem::path const& path, ReadOptions const& options = {});
PODIUM_API Result<void> write_parquet(Table const& table, std::filesystem::path const& path);
/// Where the plug-in is, if not beside the library or program, in its ../lib or ../lib/podium.  Empty: there again.
PODIUM_API void set_plugin_path(std::filesystem::path path);

// Plain C++ columns out of a table, for those who do not speak Arrow.
PODIUM_API Result<std::vector<double>> doubles(Table const& table, std::string_view column);  ///< null: NaN
PODIUM_API Result<std::vector<std::int64_t>> integers(Table const& table,
                                                      std::string_view column);  ///< null: Errc::invalid_argument
PODIUM_API Result<std::vector<std::int64_t>> timestamps_us(Table const& table,
                                                           std::string_view column);  ///< null: INT64_MIN
PODIUM_API Result<std::vector<std::string>> strings(Table const& table,
                                                    std::string_view column);  ///< any type as text; null: ""

}  // namespace podium::inline v0::data
