#pragma once

#include "podium/context.hpp"
#include "podium/data/table.hpp"
#include "podium/model/feature_set.hpp"

#include <map>
#include <span>

namespace podium::inline v0::features {

/// Why a cell has the value it has; counts over a set always sum to the number of observations.
enum class Reason : std::uint8_t {
  matched,
  null_key,           ///< a key part of the observation is null
  null_time,          ///< the observation's time is null
  no_key,             ///< the feature set has no row of this key
  before_first,       ///< every row of the key is later than the observation
  not_yet_available,  ///< some row is old enough, but source_delay still hides it
  too_old,            ///< the newest visible row is older than temporal_join_lookback
};
PODIUM_API std::string_view to_string(Reason reason) noexcept;

/// One feature set with its rows, and what is wanted from it.
struct Source {
  model::FeatureSetSpec spec;
  data::Table rows;
  std::vector<std::string> features;  ///< empty: all of the spec's
};

struct RetrievalOptions {
  bool apply_source_delay = true;
  bool apply_temporal_join_lookback = true;
  bool with_feature_timestamps = false;  ///< adds `<set>__timestamp`
  bool prefix_with_set = false;          ///< feature columns are named `<set>__<feature>`
  /// Added to the observation's time before joining with the set of that name.  Looks into the future on purpose:
  /// the audit exists to show what that promises and what it would serve.
  std::map<std::string, std::chrono::seconds> leak{};
  int threads = 0;  ///< 0: one per core; never changes the answer
};

struct SetSummary {
  std::string set;
  std::map<Reason, std::int64_t> counts;
};

struct Retrieved {
  data::Table table;  ///< observation's columns, then the features; observation order
  std::vector<SetSummary> summaries;
  std::vector<std::vector<Reason>> reasons;              ///< [set][observation]
  std::vector<std::vector<std::int64_t>> timestamps_us;  ///< [set][observation] of the row used; INT64_MIN: none
  std::vector<std::string> warnings{};                   ///< what is as asked for, yet seldom meant
};

/// Point-in-time join: for an observation at t, the newest row of each set with equal keys and
/// t - lookback <= timestamp <= t - source_delay (both ends inclusive).  Never a later one.
///
/// - The row is used whole, its nulls included.  Of rows with one timestamp the one with the newest `create_timestamp`
///   wins, if the set has such a column, then the last in the table.
/// - A lookback of exactly zero takes only a row of the observation's very time and ignores the delay, as Azure ML
///   does; a warning says so.
/// - Times may be timestamps of any unit, dates, or RFC 3339 text; without a zone they are UTC.  Whole-number keys of
///   any width compare, text and numbers do not.
/// - Declared feature types must be the stored ones.  Dictionary-encoded features come back as plain values.
PODIUM_API Result<Retrieved> get_offline_features(std::span<Source const> sources, data::Table const& observations,
                                                  std::string const& timestamp_column,
                                                  RetrievalOptions const& options = {}, Context const& ctx = {});

/// What an audit found for one set: rows whose value was not yet known at the observation's time.
struct AuditFinding {
  std::int64_t observation = 0;  ///< row number
  std::int64_t observed_us = 0;
  std::int64_t feature_us = 0;  ///< timestamp of the row used
  std::int64_t known_us = 0;    ///< feature_us + source_delay
};
struct Audit {
  std::string set;
  std::int64_t matched = 0;
  std::int64_t violations = 0;           ///< known after the observation's time
  std::vector<AuditFinding> examples{};  ///< the first few, in row order
};

/// Checks a result against the rule, independently of how it was made: a row may be used only if
/// timestamp + source_delay <= observation time, whatever the lookback.  `specs` in the order of the request.
PODIUM_API Result<std::vector<Audit>> audit(std::span<model::FeatureSetSpec const> specs, Retrieved const& retrieved,
                                            data::Table const& observations, std::string const& timestamp_column,
                                            std::size_t max_examples = 5);

}  // namespace podium::inline v0::features
