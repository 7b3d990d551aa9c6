#pragma once

#include "podium/data/table.hpp"

namespace podium::inline v0::data {

/// Makes a Table out of plain C++ columns, for those who do not speak Arrow.
///
/// \code
///   auto table = TableBuilder{}.add("carrier", {"UA", "B6"}).add_timestamps("t", {t0, t1}).build();
/// \endcode
///
/// `valid`, if given, is as long as the values and says which of them are there.
class PODIUM_API TableBuilder {
 public:
  TableBuilder();
  ~TableBuilder();
  TableBuilder(TableBuilder&&) noexcept;
  TableBuilder& operator=(TableBuilder&&) noexcept;

  TableBuilder& add(std::string name, std::vector<double> const& values, std::vector<bool> const& valid = {});
  TableBuilder& add(std::string name, std::vector<float> const& values, std::vector<bool> const& valid = {});
  TableBuilder& add(std::string name, std::vector<std::int64_t> const& values, std::vector<bool> const& valid = {});
  TableBuilder& add(std::string name, std::vector<std::int32_t> const& values, std::vector<bool> const& valid = {});
  TableBuilder& add(std::string name, std::vector<std::string> const& values, std::vector<bool> const& valid = {});
  TableBuilder& add_booleans(std::string name, std::vector<bool> const& values, std::vector<bool> const& valid = {});
  /// Microseconds since 1970; `zone` empty: naive.  INT64_MIN: null.
  TableBuilder& add_timestamps(std::string name, std::vector<std::int64_t> const& us, std::string const& zone = "UTC");

  /// One record batch; an error if the columns differ in length.
  Result<Table> build();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace podium::inline v0::data
