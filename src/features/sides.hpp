#pragma once

#include "features/gather.hpp"

#include <map>
#include <tuple>

namespace podium::inline v0::features {

/// The left rows, indexed once for every set of key columns that a request needs.
class LeftSide {
 public:
  LeftSide(data::Table::State const& table, std::size_t on, int threads) : table_{table}, on_{on}, threads_{threads} {}
  LeftSide(LeftSide const&) = delete;
  LeftSide& operator=(LeftSide const&) = delete;

  struct Indexed {
    KeyIndex const* keys = nullptr;
    Timeline const* line = nullptr;
  };
  /// `shift` is added to every time first.
  Result<Indexed> indexed(std::vector<std::size_t> const& columns, Axis const& axis, bool reversed,
                          std::int64_t shift = 0);

  data::Table::State const& table() const noexcept { return table_; }
  std::size_t on() const noexcept { return on_; }

 private:
  /// The times of all rows in one run.
  Result<std::int64_t const*> times(Axis const& axis, std::int64_t shift);

  data::Table::State const& table_;
  std::size_t on_;
  int threads_;
  std::vector<std::uint8_t> skip_;  ///< rows without a time; empty: none
  std::map<std::pair<data::Tick, std::int64_t>, Array<std::int64_t>> flat_;
  std::map<std::pair<data::Tick, std::int64_t>, Moments> moments_;
  std::map<std::vector<std::size_t>, KeyIndex> keys_;
  std::map<std::tuple<std::vector<std::size_t>, data::Tick, bool, std::int64_t>, Timeline> lines_;
};

/// Which columns of the right table a join looks at.
struct RightColumns {
  std::vector<std::size_t> keys{};
  std::size_t on = 0;
  std::string_view on_format{};        ///< of text times
  std::optional<std::size_t> rank{};   ///< decides among rows of one time
  std::optional<std::size_t> known{};  ///< when a row was written
};

/// The values of a column in an order of their own sort, for deciding among rows of one time: null is the smallest.
Result<Moments> read_ranks(data::Table::State const& table, std::size_t column, int threads);

/// Streams right rows past the markers.  `firsts` are the locators of the batches' first rows; empty: of a table by
/// itself.
Result<void> stream(data::Table::State const& right, RightColumns const& columns, std::vector<KeyReader> const& readers,
                    Axis const& axis, Covered const* covered, std::span<Locator const> firsts,
                    std::span<Marker* const> markers, int threads, Context const& ctx);

}  // namespace podium::inline v0::features
