#pragma once

#include "data/view.hpp"
#include "online/codec.hpp"

#include <functional>

/// Between Arrow's columns and single values.
namespace podium::inline v0::online {

/// The key columns of a table, as the store's keys have them: whole numbers in decimals, booleans as True and False.
/// A missing column, or one of another type than declared, is an Error that names it.
class KeyTexts {
 public:
  static Result<KeyTexts> of(model::FeatureSetSpec const& spec, data::Table const& table, std::string const& what);
  /// Calls `take` for every row, in order; nullopt: a part of the key is null.
  void each(std::function<void(std::optional<std::vector<std::string>>)> const& take) const;

 private:
  data::Table table_;
  std::vector<std::size_t> columns_;
};

/// Values of one feature column, row by row.
class FeatureReader {
 public:
  static Result<FeatureReader> of(model::FeatureColumn const& feature, data::Table const& table);
  Value at(std::int64_t row) const;

 private:
  data::Table table_;
  std::string type_;
  std::size_t column_ = 0;
  std::vector<std::int64_t> starts_;  ///< first row of each batch
  std::vector<std::int64_t> times_;   ///< of a datetime feature: all values
};

/// Grows a column of a feature's declared type.
class FeatureBuilder {
 public:
  explicit FeatureBuilder(std::string type) : type_{std::move(type)} {}
  void append(Value const& value) { values_.push_back(value); }
  /// The column's Arrow field and array.  Errc::protocol if a value does not fit the declared type.
  Result<std::pair<data::SchemaNode, std::shared_ptr<data::OwnedArray const>>> finish(std::string name) const;

 private:
  std::string type_;
  std::vector<Value> values_;
};

/// The table with further columns at its end.
data::Table with_columns(data::Table const& table,
                         std::vector<std::pair<data::SchemaNode, std::shared_ptr<data::OwnedArray const>>> columns);

}  // namespace podium::inline v0::online
