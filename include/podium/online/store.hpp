#pragma once

#include "podium/clock.hpp"
#include "podium/data/table.hpp"
#include "podium/model/feature_set.hpp"
#include "podium/online/redis.hpp"

#include <memory>
#include <optional>
#include <span>

namespace podium::inline v0::online {

/// Under which keys a feature set lies in the online store, as Azure ML lays it out.
struct Layout {
  std::string store_guid;               ///< workspace id of the feature store
  std::string version = "1";            ///< of the feature set
  std::string materialization_version;  ///< empty: none
  /// 2: values as little-endian bytes, readable and writable.  1: values as text and base64, readable.
  int schema = 2;
  /// Schema 2: the key begins with the MD5 of `featurestore:{guid}:...` (azureml-featurestore 1.2 and later), or
  /// with that text itself.
  bool hashed_prefix = true;
  /// Schema 2 keeps integers and longs in 32 bits.  true: longs that need more are written with 64, which Podium reads
  /// and Azure's own reader refuses; false: they are an error.
  bool wide_longs = false;
  friend bool operator==(Layout const&, Layout const&) = default;
};

/// A feature set in the online store.  Keys of type string, integer, long and boolean.
struct OnlineSet {
  model::FeatureSetSpec spec;
  Layout layout;
  std::vector<std::string> features{};  ///< empty: all of the spec's
};

/// Why a row of an answer has the values it has.
enum class Status : std::uint8_t {
  present,   ///< the values are those of the newest row that was written
  missing,   ///< nothing is stored under the key
  null_key,  ///< a part of the key is null
  expired,   ///< what is stored is older than allowed: the values are null
};
PODIUM_API std::string_view to_string(Status status) noexcept;

struct LookupOptions {
  /// Older values are not given out; the set's own `temporal_join_lookback` holds besides.
  std::optional<std::chrono::seconds> max_age{};
  bool apply_temporal_join_lookback = true;
  bool with_age = false;         ///< adds `<set>__age_s`, seconds since the row's timestamp
  bool with_status = false;      ///< adds `<set>__status`
  bool prefix_with_set = false;  ///< feature columns are named `<set>__<feature>`
};

struct LookedUp {
  data::Table table;                              ///< the observations' columns, then the features; their order
  std::vector<std::vector<Status>> status;        ///< [set][row]
  std::vector<std::vector<std::int64_t>> time_s;  ///< [set][row], timestamp of the row used; INT64_MIN: none
};

struct WriteOptions {
  std::size_t batch = 512;  ///< rows on their way at once
};

struct Written {
  std::int64_t rows = 0;     ///< given, newest of each key
  std::int64_t written = 0;  ///< newer than what was there
  std::int64_t expired = 0;  ///< older than the set's lookback: not written, as Azure does
  std::int64_t skipped = 0;  ///< without a key or a time
};

/// The newest values of feature sets by key, in a Redis.
///
/// \code
///   auto store = online::OnlineStore::connect(online::parse_redis("rediss://:key@host:6380").value()).value();
///   auto answer = store.lookup(sets, observations, {.max_age = 1h}).value();
/// \endcode
///
/// Requests go out pipelined: one exchange per server, however many rows and sets.  Cheap to copy; copies share the
/// connections.  Const members may be called from several threads at once.
class PODIUM_API OnlineStore {
 public:
  /// `clock`: empty, the machine's own.
  static Result<OnlineStore> connect(RedisOptions options, Context const& ctx = {}, Clock* clock = nullptr);

  /// Values for each observation, by the key columns of each set.  Errc::invalid_argument if a column is missing, of
  /// the wrong type, or there twice; Errc::protocol if a stored value is not what the layout says.
  Result<LookedUp> lookup(std::span<OnlineSet const> sets, data::Table const& observations,
                          LookupOptions const& options = {}, Context const& ctx = {}) const;

  /// Writes the newest row of each key, unless the store has a newer one.  `rows` has the key columns, the timestamp
  /// column and the features; `create_timestamp`, if there, decides between rows of one time.
  Result<Written> write(OnlineSet const& set, data::Table const& rows, WriteOptions const& options = {},
                        Context const& ctx = {}) const;

  bool clustered() const noexcept;

  class Impl;

 private:
  explicit OnlineStore(std::shared_ptr<Impl> impl) : impl_{std::move(impl)} {}
  std::shared_ptr<Impl> impl_;
};

}  // namespace podium::inline v0::online
