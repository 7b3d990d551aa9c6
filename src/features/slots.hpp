#pragma once

#include "features/timeline.hpp"

#include "podium/features/retrieve.hpp"

namespace podium::inline v0::features {

/// Where a right row is: the number of its batch or file, and its number there.  Sorts as the rows are stored.
using Locator = std::int64_t;
inline constexpr int locator_bits = 40;
inline constexpr Locator no_row = -1;
inline constexpr Locator tied = Locator{1} << 62;  ///< set in the locator of a row that has an equal
inline constexpr std::int64_t max_batches = std::int64_t{1} << 21;

inline Locator locator(std::int64_t batch, std::int64_t row) noexcept { return batch << locator_bits | row; }
inline std::int64_t batch_of(Locator at) noexcept { return (at & ~tied) >> locator_bits; }
inline std::int64_t row_of(Locator at) noexcept { return at & ((Locator{1} << locator_bits) - 1); }

/// Of right rows with equal keys and times (and ranks).
enum class Ties : std::uint8_t { last, first, error };

/// The stretches of time that a store covers: [from, to) on the axis, sorted, apart from each other.
struct Covered {
  std::vector<std::pair<std::int64_t, std::int64_t>> stretches;
  /// Whether something in [from, to] is not covered.  Before the first stretch counts only if `from` says so.
  bool has_gap(std::int64_t from, std::int64_t to) const noexcept;
};

/// One join's rule, in the axis' terms.
struct JoinRule {
  Axis axis{};
  Distance delay{};
  std::optional<Distance> lookback{};  ///< empty: unlimited
  bool equal_time = false;             ///< a lookback of exactly zero: only a row of the same time, delay ignored
  bool strictly = false;               ///< rows of the very time do not count
  Ties ties = Ties::last;
  bool reasons = false;              ///< wanted; not with `strictly`
  Covered const* covered = nullptr;  ///< null: everything is there
};

/// Right rows that stream past.  Arrays hold one value per row of the batch.
struct RightBatch {
  std::vector<data::Chunk const*> keys;
  std::int64_t const* times = nullptr;  ///< data::null_time: the row does not exist
  std::int64_t const* ranks = nullptr;  ///< decides among equal times, greatest first; null: none
  std::int64_t const* known = nullptr;  ///< when the row was written; null_time: never known.  Null: always known
  std::int64_t rows = 0;
  Locator first = 0;  ///< of row 0
};

/// What was found for a left row.
struct Winner {
  Locator row = no_row;
  /// Of that row.  Without one, and if reasons are wanted: the newest time up to the left row's own, whatever hides it.
  std::int64_t time = null_time;
};

struct Matched {
  Array<Winner> winners{};        ///< per left row; with Ties::error, `tied` is set in rows that have an equal
  std::vector<Reason> reasons{};  ///< per left row, if wanted
  std::int64_t matches = 0;
  std::int64_t behind_gaps = 0;  ///< matches that are older than a gap in what is covered
  std::int64_t first_tie = -1;   ///< left row whose winner has an equal; with Ties::error only
};

/// Finds for every left row the newest right row that the rule lets it see.
///
/// The left rows are indexed, the right rows stream past in any order.  A row is visible to exactly those left rows of
/// its key that come at `time + delay` or later, a suffix of them in time order; it leaves its mark at the start of
/// that suffix, and one pass of running maxima turns marks into winners.  Maxima do not care for order, so threads,
/// batches and files cannot change the answer.
///
/// Few left rows: every thread has marks of its own, merged at the end.  Many: the right rows of a round are first
/// spread over parts of the timeline small enough for a cache, then each part is marked by one thread.
class Marker {
 public:
  Marker(KeyIndex const& keys, Timeline const& line, JoinRule const& rule, bool ranked, bool known, int threads);
  Marker(Marker const&) = delete;
  Marker& operator=(Marker const&) = delete;
  ~Marker();

  /// Rows of one round; all of them are done with when it returns.  Errc::cancelled through `ctx`.
  Result<void> feed(std::span<RightBatch const> batches, std::vector<KeyReader> const& readers, Context const& ctx);
  /// The answer.
  Matched finish(std::int64_t left_rows);

  char const* plan() const noexcept;

  class State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace podium::inline v0::features
