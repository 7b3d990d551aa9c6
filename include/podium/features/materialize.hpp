#pragma once

#include "podium/features/feature_set.hpp"

namespace podium::inline v0::features {

/// What an offline store says about a stretch of time.
enum class DataStatus : std::uint8_t {
  none,        ///< nothing was ever materialised
  pending,     ///< a job is at it
  incomplete,  ///< a job failed, or its rows were invalidated
  complete,
};
PODIUM_API std::string_view to_string(DataStatus status) noexcept;

struct DataInterval {
  TimeWindow window;
  DataStatus status = DataStatus::none;
  friend bool operator==(DataInterval const&, DataInterval const&) = default;
};

/// Azure ML runs no job for a set with more intervals.
inline constexpr std::size_t max_intervals = 2000;

/// The materialised intervals of one version of a feature set: ordered, apart from each other, equal neighbours merged.
/// Kept as `_podium/intervals.csv` in the set's folder of the offline store, where readers of the table pass over it.
class PODIUM_API IntervalRecord {
 public:
  /// The record of a store; empty if there is none.
  static Result<IntervalRecord> load(std::string const& store, data::StorageOptions const& storage = {});
  /// Appears whole or not at all.
  Result<void> save(std::string const& store, data::StorageOptions const& storage = {}) const;

  std::vector<DataInterval> const& intervals() const noexcept { return intervals_; }
  /// Sets a stretch, splitting and merging what is there; `none` forgets it.  Errc::invalid_argument if the window is
  /// empty or turned around, Errc::exhausted beyond max_intervals.
  Result<void> set(TimeWindow window, DataStatus status);
  /// Everything is invalid: what disabling materialisation, or enabling it again, does.
  void invalidate();
  DataStatus at(std::int64_t us) const noexcept;
  /// The complete stretches, for Source::materialized.
  std::vector<TimeWindow> complete() const;

 private:
  std::vector<DataInterval> intervals_;
};

/// The windows that a backfill covers, one job each: every stretch of `window` whose status is among `statuses`, never
/// one that is pending.  A bound that is left out (INT64_MIN, INT64_MAX) is the first or last known interval's.
PODIUM_API std::vector<TimeWindow> backfill_windows(IntervalRecord const& record, TimeWindow window,
                                                    std::span<DataStatus const> statuses);

/// What the recurrent job of trigger `trigger_us` covers: [trigger - delay - interval, trigger - delay).
PODIUM_API TimeWindow recurrent_window(std::int64_t trigger_us, std::chrono::seconds source_delay,
                                       std::chrono::seconds interval);

/// Where Azure ML keeps a set within its container, in lower case:
/// `{workspace}_{subscription}_{group}/{set}/{version}`, with `materialize_store` before the set and the
/// materialisation's version behind, if that is given.  For stores of one's own: of Azure's the service tells the path.
PODIUM_API std::string offline_path(std::string const& workspace, std::string const& subscription,
                                    std::string const& resource_group, std::string const& set,
                                    std::string const& version, std::string const& materialization_version = {});

struct MaterializeOptions {
  ComputeOptions compute{};
  data::StorageOptions storage{};
  std::optional<std::int64_t> now_us{};  ///< for the columns that say when; empty: the clock
  /// Source rows that are worked on at once, about; sets with code always see their whole window.
  std::int64_t rows_at_once = 4'000'000;
  std::function<Result<void>(Progress const&)> on_progress{};  ///< an error ends it, and nothing is changed
};

struct Materialized {
  TimeWindow window;
  std::int64_t version = 0;  ///< of the Delta table
  std::int64_t rows = 0;
  std::int64_t duplicates = 0;
  std::vector<std::string> warnings{};
};

/// Computes the feature rows of a window and puts them into the set's offline store in place of what it holds of that
/// window: a Delta table partitioned by `partition`, the UTC day of the timestamp as yyyy-MM-dd, with the columns
/// `create_timestamp` (the source's, or now), `sys_create_timestamp` and `sys_update_timestamp`.
/// One row of equal keys and timestamp stays, as ComputeOptions::deduplicate says.  The store's record has the window
/// as pending meanwhile, then as complete, or, after an error, as incomplete.
/// Windows are half open; running one again gives the same rows again.
PODIUM_API Result<Materialized> materialize(model::FeatureSetSpec const& spec, data::Dataset const& source,
                                            std::string const& store, TimeWindow window,
                                            MaterializeOptions const& options = {}, Context const& ctx = {});

/// Opens a set's offline store for reading; Errc::not_found if it holds no table.
PODIUM_API Result<data::Dataset> open_store(std::string const& store, data::StorageOptions const& storage = {},
                                            std::optional<std::int64_t> version = {}, Context const& ctx = {});

/// How much of a stretch of time a store covers.
struct CoverageReport {
  TimeWindow window;
  std::vector<DataInterval> intervals;  ///< of the whole window, `none` where nothing is recorded
  double covered = 0;                   ///< share of the window that is complete, 0 to 1
  std::vector<TimeWindow> gaps;         ///< the stretches that are not
};
PODIUM_API Result<CoverageReport> coverage(IntervalRecord const& record, TimeWindow window);

/// The stretch of a set's rows that observations between two times can match: [first - lookback, last - delay], as a
/// half-open window; from INT64_MIN without a lookback.
PODIUM_API TimeWindow wanted_window(model::FeatureSetSpec const& spec, std::int64_t first_us, std::int64_t last_us);

}  // namespace podium::inline v0::features
