#pragma once

#include "data/delta/snapshot.hpp"

#include "podium/data/delta.hpp"

namespace podium::inline v0::data::delta {

/// Columns of `rows` as a Delta table keeps them: plain values, instants in microseconds of UTC.
Result<Table> conform(Table const& rows);

/// Smallest and largest values and nulls of a file, for the log.
class Statistics {
 public:
  void add(Table::State const& rows);
  std::string json() const;

 private:
  struct Column {
    std::string name;
    Kind kind = Kind::null;
    std::int64_t nulls = 0;
    bool no_bounds = false;
    std::optional<std::int64_t> whole[2];
    std::optional<double> real[2];
    std::optional<std::string> text[2];
  };
  std::int64_t rows_ = 0;
  std::vector<Column> columns_;
};

/// Data files written and not yet part of a version; removed again unless kept.
class Stage {
 public:
  Stage(std::shared_ptr<Storage const> storage, Location location, DeltaOptions options)
      : storage_{std::move(storage)}, location_{std::move(location)}, options_{std::move(options)} {}
  Stage(Stage const&) = delete;
  Stage& operator=(Stage const&) = delete;
  ~Stage() { discard(); }

  /// Of conformed rows; the table's columns in order.
  Result<void> write(Table const& rows, std::vector<std::string> const& partition_columns);
  /// Everything that is still in memory becomes files.
  Result<void> flush();
  std::vector<AddFile> const& files() const noexcept { return files_; }
  void keep() { files_.clear(); }
  void discard();

 private:
  using Key = std::vector<std::optional<std::string>>;
  Result<void> write_file(Key const& key, Table const& rows);

  std::shared_ptr<Storage const> storage_;
  Location location_;
  DeltaOptions options_;
  std::vector<std::string> partition_columns_;
  std::map<Key, std::vector<Table>> pending_;
  std::int64_t pending_rows_ = 0;
  std::vector<AddFile> files_;
};

}  // namespace podium::inline v0::data::delta
