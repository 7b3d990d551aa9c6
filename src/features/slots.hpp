#pragma once

#include "features/keys.hpp"

#include "podium/features/retrieve.hpp"

#include <optional>

namespace podium::inline v0::features {

/// The rule of one feature set, in ticks.
struct JoinRule {
  std::int64_t delay = 0;
  std::optional<std::int64_t> lookback{};  ///< empty: unlimited
  bool equal_time = false;                 ///< a lookback of exactly zero: only a row of the same time, delay ignored
};

/// What is joined with what.  Times are ticks since 1970, data::null_time where null.
struct JoinInput {
  KeyIndex const& keys;
  data::Table::State const& rows;             ///< for its batches
  std::vector<std::int64_t> const& observed;  ///< per observation
  std::vector<std::int64_t> const& stored;    ///< per feature row
  std::vector<std::int64_t> const* created;   ///< per feature row, or null: then only the row's place breaks ties
};

struct Joined {
  std::vector<std::int64_t> row;  ///< per observation: the row used, or -1
  std::vector<Reason> reasons;
};

/// Finds for every observation the newest row that the rule lets it see.
///
/// The observations are indexed, the feature rows stream past in any order.  A row is visible to exactly those
/// observations of its key that come at `time + delay` or later, a suffix of the key's observations in time order; it
/// leaves its mark at the start of that suffix, and one pass of running maxima turns marks into winners.  Maxima do not
/// care for order, so threads and batches cannot change the answer.
Result<Joined> join(JoinInput const& input, JoinRule const& rule, int threads, Context const& ctx);

}  // namespace podium::inline v0::features
