#pragma once

#include "podium/context.hpp"
#include "podium/data/dataset.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <variant>

namespace podium::inline v0::features {

/// A length along the `on` column: a duration where that holds times or dates, a number where it holds numbers.
using Span = std::variant<std::chrono::nanoseconds, std::int64_t, double>;

/// Which row of the right table an observation looks for.
enum class Strategy : std::uint8_t {
  backward,  ///< the newest that is not later
  forward,   ///< the oldest that is not earlier
  nearest,   ///< the closer of the two; backward's if they are equally far
};
PODIUM_API std::string_view to_string(Strategy strategy) noexcept;
/// Errc::invalid_argument for any other word.
PODIUM_API Result<Strategy> strategy_of(std::string_view word);

/// What a running join has done so far.
struct Progress {
  std::string phase;       ///< "index", "scan" or "write"
  std::int64_t done = 0;   ///< rows of that phase
  std::int64_t total = 0;  ///< rows that it will be about; 0: not known
};

/// How a join is cut and what it may use; never changes the answer.
struct Resources {
  int threads = 0;  ///< 0: one per core
  /// Bytes for a join over datasets: index, marks, matched values and decoded batches; 0: as much as it takes.  Left
  /// rows that do not fit are joined in several passes over the right.
  std::uint64_t memory_limit = 0;
  /// Called now and then from the calling thread; an error ends the join with it.
  std::function<Result<void>(Progress const&)> on_progress{};
};

struct AsofOptions {
  std::string on;  ///< column of the left, and of the right unless `right_on` is given
  std::string right_on{};
  std::vector<std::string> by{};        ///< columns that have to be equal; empty: every row with every row
  std::vector<std::string> right_by{};  ///< their names in the right table, in the same order; empty: the same
  /// The farthest that a match may lie from the left's value, inclusive, counted to the right's own value whatever
  /// the delay.  Empty: any distance.
  std::optional<Span> tolerance{};
  /// Added to the right's value before anything is compared: how long after its time a row is known.
  std::optional<Span> delay{};
  Strategy strategy = Strategy::backward;
  bool allow_exact_matches = true;  ///< false: strictly before (or after)
  /// Which of several right rows with equal keys and equal `on`: "last_row", "first_row", "error" (if it would
  /// matter), or the name of a right column: the row with the greatest value there, then the last.
  std::string tie_break = "last_row";
  /// Right columns wanted, in this order; empty: all but its keys and `right_on`.
  std::vector<std::string> columns{};
  /// Put after the name of a right column that the left has too; empty: such a name is an error.
  std::string suffix{};
  /// Name of one more column, the right's `on` of the match; empty: none.
  std::string matched_on{};
  std::string naive_timezone = "UTC";  ///< IANA name; of times without a zone, on either side
  Resources resources{};
};

/// As-of join: every left row, in its order, with the one right row that has equal keys and lies nearest to it along
/// `on` as `strategy` says.  Columns: the left's, then the right's without its keys and `right_on`; null where nothing
/// matches.  Neither table has to be sorted.
///
/// - `on` may be a timestamp of any unit, a date, RFC 3339 text, an integer or a floating-point number; both sides of
///   one sort.  Integers beyond 2^63-1 are refused.
/// - Keys may be integers of any width, text, binary, booleans, dates, times, timestamps, decimals of one scale and
///   floats (NaN equals NaN), plain or dictionary-encoded.  A whole number does not equal a text or a float.
/// - A null key, a null or NaN `on` matches nothing.
/// - pandas' `merge_asof` and Polars' `join_asof` give the same where they accept the input and no two right rows tie;
///   of ties they take the last going backward and the first going forward, here it is `tie_break`.
///
/// Errc::invalid_argument for names and types that do not fit, and for a tie if `tie_break` is "error";
/// Errc::exhausted if `memory_limit` is too small for any plan; Errc::cancelled through `ctx`.
PODIUM_API Result<data::Table> asof_join(data::Table const& left, data::Table const& right, AsofOptions const& options,
                                         Context const& ctx = {});

/// What a join over datasets did.
struct AsofSummary {
  std::int64_t rows = 0;  ///< of the left, and so of the result
  std::int64_t matched = 0;
  std::int64_t scanned = 0;  ///< rows of the right that were decoded
  int passes = 0;            ///< over the right
  std::string plan;          ///< how it was done, in words
};

/// The rows of a streamed join, batch by batch, in the left's order.  Move-only.
class PODIUM_API AsofReader {
 public:
  AsofReader(AsofReader&&) noexcept;
  AsofReader& operator=(AsofReader&&) noexcept;
  ~AsofReader();

  /// Empty at the end.
  Result<std::optional<data::Table>> next();
  AsofSummary const& summary() const noexcept;

  class Impl;
  explicit AsofReader(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

/// The same join over datasets of any size.  The right streams past; memory goes with the left's keys and times, and
/// with the rows that match.  The left is read twice, the right's columns only where a row matched.  What a time range
/// of the left and `tolerance` leave out of the right is not read.  Ties go by the order of the right's files and rows.
///
/// Errc::exhausted if `memory_limit` is below 64 MiB.  Text in `on` columns is read to the microsecond.
PODIUM_API Result<AsofReader> asof_join(data::Dataset const& left, data::Dataset const& right,
                                        AsofOptions const& options, Context const& ctx = {});

/// The same, into a Parquet file that appears whole or not at all.
PODIUM_API Result<AsofSummary> asof_join_to_parquet(data::Dataset const& left, data::Dataset const& right,
                                                    std::string const& path, AsofOptions const& options,
                                                    Context const& ctx = {});

}  // namespace podium::inline v0::features
