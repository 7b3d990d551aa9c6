#pragma once

#include "features/asof_plan.hpp"

namespace podium::inline v0::features {

/// Fields of some columns of a dataset, as a table without rows.
Result<std::shared_ptr<data::Table::State const>> fields_of(data::Dataset const& dataset,
                                                            std::vector<std::string> const& columns);

/// What a pass over right rows needs to know.
struct RightScan {
  std::vector<std::string> columns{};  ///< in the order that the feeding join expects
  std::string time_column{};           ///< empty: no range
  std::string time_format{};
  std::optional<std::int64_t> from_us{}, to_us{};
  std::int64_t round_rows = 0;  ///< about so many rows are fed at once
};

/// Decodes on several threads and feeds in rounds: `feed(table, locators of its batches)`.
Result<std::int64_t> scan_right(
    data::Dataset const& right, RightScan const& what, int threads,
    std::function<Result<void>(data::Table::State const&, std::span<Locator const>)> const& feed,
    std::function<Result<void>(std::int64_t)> const& report, Context const& ctx);

/// How winners are fetched.
struct WinnerScan {
  std::int64_t matched = 0;   ///< how many there are
  std::string time_column{};  ///< empty: no range
  std::optional<std::int64_t> from_us{}, to_us{};
  int threads = 0;
};

/// The values of the winners, in the order of the left rows.  Winners in most row groups: the columns stream past once
/// more and leave their values where they belong.  Few winners, and text: row groups with winners alone.
Result<data::Table> take_winners(data::Dataset const& right, std::span<Winner const> winners,
                                 std::vector<std::string> const& columns, WinnerScan const& scan, Context const& ctx);

}  // namespace podium::inline v0::features
