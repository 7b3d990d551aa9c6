#pragma once

#include "data/state.hpp"

#include "podium/data/table.hpp"
#include "podium/features/feature_set.hpp"

#include <span>

namespace podium::inline v0::features {

/// What an expression aggregates: `times[i]` is when row i happened, in microseconds; null_time: never.
struct Events {
  data::Table const& rows;
  std::vector<std::int64_t> const& times;
};

/// One row per key and time of an event in [window.from, window.to), with keys, time and the expressions' features;
/// see compute_features().
Result<data::Table> aggregate(model::FeatureSetSpec const& spec, Events const& events, TimeWindow window,
                              Context const& ctx);

/// Rows by key: a number for each, in order of first appearance; negative: part of the key is null.
Result<std::vector<std::int64_t>> key_numbers(model::FeatureSetSpec const& spec, data::Table const& rows,
                                              std::int64_t& keys);

/// A column of instants in microseconds; null_time: null.
std::shared_ptr<data::OwnedArray const> instant_column(std::span<std::int64_t const> us);

}  // namespace podium::inline v0::features
