#pragma once

#include "podium/context.hpp"
#include "podium/features/asof_join.hpp"
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
  coverage_gap,       ///< some of the time in which a row could lie was never materialised
  before_first,       ///< every row of the key is later than the observation
  not_yet_available,  ///< some row is young enough, and source_delay alone still hides it
  not_yet_known,      ///< some row is young enough, and was written after the observation (`as_known_at`)
  too_old,            ///< the newest visible row is older than temporal_join_lookback
  null_value,         ///< a row was used and this feature is null in it; of single features only, see reason_of()
};
inline constexpr std::size_t reason_count = 10;
PODIUM_API std::string_view to_string(Reason reason) noexcept;

/// [from, to), microseconds since 1970.
struct TimeWindow {
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
  friend bool operator==(TimeWindow const&, TimeWindow const&) = default;
};

/// One feature set with its rows, and what is wanted from it.
struct Source {
  model::FeatureSetSpec spec;
  data::Table rows;
  std::vector<std::string> features;  ///< empty: all of the spec's
  /// The stretches of time that were materialised: rows of other times do not count, and cells that they could have
  /// decided have the reason coverage_gap.  Empty: everything is there.
  std::optional<std::vector<TimeWindow>> materialized{};
};

struct RetrievalOptions {
  bool apply_source_delay = true;
  bool apply_temporal_join_lookback = true;
  bool with_feature_timestamps = false;  ///< adds `<set>__timestamp`
  bool prefix_with_set = false;          ///< feature columns are named `<set>__<feature>`
  /// Only rows whose `create_timestamp` is not after the observation: what the store held then.  A row without one was
  /// never known; a set without that column is taken as known at its timestamps, and a warning says so.
  bool as_known_at = false;
  /// Which of several rows of equal keys, timestamp and create_timestamp: "last_row" or "first_row" of the table, or
  /// "error" if an observation would get one of them.
  std::string tie_break = "last_row";
  std::string naive_timezone = "UTC";  ///< IANA name; of times without a zone, in observations and sets
  bool explain = false;                ///< also Retrieved::next_us
  /// Added to the observation's time before joining with the set of that name.  Looks into the future on purpose:
  /// the audit exists to show what that promises and what it would serve.
  std::map<std::string, std::chrono::seconds> leak{};
  int threads = 0;                                             ///< 0: one per core; never changes the answer
  std::function<Result<void>(Progress const&)> on_progress{};  ///< an error ends the join with it
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
  std::vector<std::vector<std::int64_t>> rows{};         ///< [set][observation] number of the row used; -1: none
  /// [set][observation] the newest timestamp of the key up to the observation's time, used or not; INT64_MIN: none.
  std::vector<std::vector<std::int64_t>> nearest_us{};
  /// [set][observation] the oldest timestamp of the key after what the delay lets through; INT64_MIN: none.
  /// Empty without RetrievalOptions::explain.
  std::vector<std::vector<std::int64_t>> next_us{};
  std::vector<std::string> plans{};  ///< [set] how it was joined, in words
};

/// The reasons of one feature column: those of its set, and null_value where a row was used that holds a null.
/// `column` is the name in the result's table.
PODIUM_API Result<std::vector<Reason>> reasons_of(Retrieved const& retrieved, std::size_t set,
                                                  std::string const& column);

/// Point-in-time join: for an observation at t, the newest row of each set with equal keys and
/// t - lookback <= timestamp <= t - source_delay (both ends inclusive).  Never a later one.
///
/// - The row is used whole, its nulls included.  Of rows with one timestamp the one with the newest `create_timestamp`
///   wins, if the set has such a column, then as `tie_break` says.
/// - A lookback of exactly zero takes only a row of the observation's very time and ignores the delay, as Azure ML
///   does; a warning says so.
/// - Times may be timestamps of any unit, dates, or RFC 3339 text; without a zone they are in `naive_timezone`.
///   Whole-number keys of any width compare, text and numbers do not.
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
