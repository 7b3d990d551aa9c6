#pragma once

#include "podium/data/table.hpp"

#include <optional>
#include <span>

namespace podium::inline v0::data {

/// Values of a column between two batches' ends: neighbours in memory.
template <class T>
struct Run {
  std::span<T const> values;               ///< nulls have some value too
  std::uint8_t const* validity = nullptr;  ///< bit `offset + i` says whether value i is there; null: all are
  std::int64_t offset = 0;
  bool valid(std::size_t i) const noexcept {
    auto const at = offset + static_cast<std::int64_t>(i);
    return !validity || (validity[at >> 3] >> (at & 7) & 1) != 0;
  }
};

/// A column's values as T, without a copy.  Keeps the table's buffers alive; cheap to copy.
///
/// T: std::int8_t ... std::int64_t, std::uint8_t ... std::uint64_t, float, double, bool, std::string_view (text and
/// binary of every layout), Timestamp (timestamps of every unit and dates, in microseconds of UTC, cut; what has no
/// zone is UTC).  Dictionary-encoded columns are read through their dictionary.
template <class T>
class PODIUM_API View {
 public:
  /// Errc::invalid_argument if there is no such column, or its values are of another type: nothing is converted.
  static Result<View> of(Table const& table, std::string_view column);

  std::int64_t size() const noexcept;
  /// Empty: null.  Row numbers are the table's.
  std::optional<T> operator[](std::int64_t row) const noexcept;
  /// The stored runs, where values lie as T in memory: not for bool, std::string_view and Timestamp, nor for
  /// dictionary-encoded columns, whose runs are empty.
  std::vector<Run<T>> runs() const;

  struct State;
  explicit View(std::shared_ptr<State const> state) : state_{std::move(state)} {}

 private:
  std::shared_ptr<State const> state_;
};

/// A point in time.
struct Timestamp {
  std::int64_t us = 0;  ///< microseconds since 1970 UTC
  friend auto operator<=>(Timestamp const&, Timestamp const&) = default;
};

}  // namespace podium::inline v0::data
