#pragma once

#include "podium/context.hpp"
#include "podium/data/dataset.hpp"
#include "podium/features/retrieve.hpp"
#include "podium/model/feature_set.hpp"

#include <functional>

namespace podium::inline v0::features {

/// Makes feature rows of source rows, where a set's specification names code for it.  The rows given are those of
/// [window.from - source_lookback, window.to); the window is cut afterwards.
using Transformation = std::function<Result<data::Table>(data::Table const& source_rows, TimeWindow window)>;

struct ComputeOptions {
  Transformation transformation{};  ///< needed by sets with `transformation_code`
  /// One row of equal keys and timestamp: that with the newest `create_timestamp`, if the set has such a column, then
  /// the last in the source.
  bool deduplicate = false;
  std::string naive_timezone = "UTC";
};

/// Opens the place that a specification's source names: parquet, csv, deltatable.  Types of CSV columns are those that
/// the specification declares, where it does.  Errc::invalid_argument for other sources, with what to do.
PODIUM_API Result<data::Dataset> open_source(model::FeatureSetSpec const& spec,
                                             data::StorageOptions const& storage = {}, Context const& ctx = {});

/// The feature rows of a set with window.from <= timestamp < window.to: its keys, its timestamp, its features and, if
/// the source has one, `create_timestamp`, in that order; source order (windowed expressions: by key's first event,
/// then time).
///
/// Source rows of [window.from - source_lookback, window.to) are read: with a lookback shorter than the longest window
/// the earliest values are those of a cut history, and `warnings` says so.
///
/// Windowed expressions give one row for each key and time of an event: the aggregate over that key's events with
/// t - window <= timestamp <= t, both ends inclusive.  `count` counts the values that are not null (events, without a
/// source column); the others ignore nulls and are null without a value.  Sums of whole numbers are exact, or
/// Errc::invalid_argument beyond 64 bits; sums of floating-point numbers are the exact sum rounded once, so that
/// neither order nor window matters.  Results have the type that the feature declares.
///
/// Errc::invalid_argument for missing columns and wrong types, naming set, file and column; for a set with code and no
/// `transformation`, with the way out.
struct Computed {
  data::Table rows;
  TimeWindow source_window;  ///< of the source rows that were read
  std::int64_t source_rows = 0;
  std::int64_t duplicates = 0;  ///< left out by `deduplicate`
  std::vector<std::string> warnings{};
};
PODIUM_API Result<Computed> compute_features(model::FeatureSetSpec const& spec, data::Dataset const& source,
                                             TimeWindow window, ComputeOptions const& options = {},
                                             Context const& ctx = {});

}  // namespace podium::inline v0::features
