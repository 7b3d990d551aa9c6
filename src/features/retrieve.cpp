#include "podium/features/retrieve.hpp"

#include "data/take.hpp"
#include "features/parallel.hpp"
#include "features/plan.hpp"
#include "features/slots.hpp"

#include <array>
#include <limits>
#include <new>

namespace podium::inline v0::features {
namespace {

using data::null_time;
using data::Tick;

std::int64_t ticks(std::chrono::seconds span, Tick tick) {
  std::int64_t value = 0;
  if (__builtin_mul_overflow(std::int64_t{span.count()}, tick == Tick::nano ? 1'000'000'000 : 1'000'000, &value))
    return span.count() < 0 ? null_time + 1 : std::numeric_limits<std::int64_t>::max();
  return value;
}

std::int64_t shifted(std::int64_t time, std::int64_t by) {
  std::int64_t value = 0;
  if (time == null_time) return time;
  if (__builtin_add_overflow(time, by, &value))
    return by < 0 ? null_time + 1 : std::numeric_limits<std::int64_t>::max();
  return std::max(value, null_time + 1);
}

/// The observations' times, read once per tick that some set needs.
class ObservedTimes {
 public:
  ObservedTimes(data::Table::State const& observations, std::size_t column)
      : observations_{observations}, column_{column}, fine_{data::needs_nanoseconds(observations, column)} {}

  bool fine() const { return fine_; }
  Result<std::vector<std::int64_t> const*> at(Tick tick) {
    auto& times = tick == Tick::nano ? nanos_ : micros_;
    if (!times) {
      auto read = data::read_times(observations_, column_, tick);
      if (!read) return read.error().with("table", "observation data");
      times = *std::move(read);
    }
    return &*times;
  }

 private:
  data::Table::State const& observations_;
  std::size_t column_;
  bool fine_;
  std::optional<std::vector<std::int64_t>> micros_, nanos_;
};

struct SetResult {
  std::vector<data::Pick> picks;
  std::vector<Reason> reasons;
  std::vector<std::int64_t> timestamps_us;
};

Result<SetResult> join_set(SourcePlan const& plan, data::Table::State const& observations, ObservedTimes& times,
                           RetrievalOptions const& options, Context const& ctx) {
  auto const& rows = plan.source->rows.state();
  auto const keys = KeyIndex::build(plan.source->spec.index_columns, observations, rows);
  if (!keys) return keys.error();

  auto const tick = times.fine() || data::needs_nanoseconds(rows, plan.time_column) ? Tick::nano : Tick::micro;
  auto const stored = data::read_times(rows, plan.time_column, tick, plan.source->spec.timestamp_format);
  if (!stored) return stored.error().with("table", "feature rows");
  auto const observed = times.at(tick);
  if (!observed) return observed.error();

  std::optional<std::vector<std::int64_t>> created;
  if (plan.create_column) {
    auto const fine = data::needs_nanoseconds(rows, *plan.create_column);
    auto read = data::read_times(rows, *plan.create_column, fine ? Tick::nano : Tick::micro);
    if (!read) return read.error().with("table", "feature rows");
    created = *std::move(read);
  }
  std::vector<std::int64_t> leaked;
  if (plan.leak.count() != 0) {
    leaked = **observed;
    for (auto& time : leaked) time = shifted(time, ticks(plan.leak, tick));
  }

  JoinRule rule{.delay = ticks(plan.delay, tick), .equal_time = plan.equal_time()};
  if (plan.lookback) rule.lookback = ticks(*plan.lookback, tick);
  auto joined = join({.keys = *keys,
                      .rows = rows,
                      .observed = leaked.empty() ? **observed : leaked,
                      .stored = *stored,
                      .created = created ? &*created : nullptr},
                     rule, options.threads, ctx);
  if (!joined) return joined.error();

  SetResult result{.picks = data::picks_of(rows, joined->row),
                   .reasons = std::move(joined->reasons),
                   .timestamps_us = std::vector<std::int64_t>(joined->row.size(), null_time)};
  for (std::size_t i = 0; i < joined->row.size(); ++i)
    if (auto const row = joined->row[i]; row >= 0)
      result.timestamps_us[i] = tick == Tick::nano ? data::floor_div((*stored)[static_cast<std::size_t>(row)], 1000)
                                                   : (*stored)[static_cast<std::size_t>(row)];
  return result;
}

SetSummary summary_of(std::string const& set, std::vector<Reason> const& reasons) {
  std::array<std::int64_t, 7> counts{};
  for (auto const reason : reasons) ++counts[static_cast<std::size_t>(reason)];
  SetSummary summary{.set = set, .counts = {}};
  for (std::size_t r = 0; r < counts.size(); ++r)
    if (counts[r] > 0) summary.counts[static_cast<Reason>(r)] = counts[r];
  return summary;
}

std::shared_ptr<data::OwnedArray const> timestamp_array(std::vector<std::int64_t> const& us) {
  auto const length = static_cast<std::int64_t>(us.size());
  auto valid = data::empty_bitmap(length);
  auto values = std::make_unique_for_overwrite<std::byte[]>(us.size() * sizeof us[0] + 8);
  auto* const out = reinterpret_cast<std::int64_t*>(values.get());
  std::int64_t nulls = 0;
  for (std::size_t i = 0; i < us.size(); ++i) {
    out[i] = us[i] == null_time ? 0 : us[i];
    if (us[i] == null_time)
      ++nulls;
    else
      data::set_bit(valid, static_cast<std::int64_t>(i));
  }
  std::vector<data::OwnedArray::Buffer> buffers;
  buffers.push_back(nulls == 0 ? nullptr : std::move(valid));
  buffers.push_back(std::move(values));
  return std::make_shared<data::OwnedArray const>(length, nulls, std::move(buffers));
}

/// One column of the result still to be made.
struct Job {
  std::size_t set = 0;
  FeaturePlan const* feature = nullptr;  ///< null: the set's timestamps
  std::shared_ptr<data::OwnedArray const> array{};
};

Result<data::Table> assemble(std::vector<SourcePlan> const& plans, std::vector<SetResult> const& sets,
                             data::Table::State const& observations, int threads) {
  std::vector<Job> jobs;
  auto table = std::make_shared<data::Table::State>(observations);
  for (std::size_t s = 0; s < plans.size(); ++s) {
    for (auto const& feature : plans[s].features) {
      jobs.push_back({.set = s, .feature = &feature});
      table->fields.push_back(feature.field);
    }
    if (!plans[s].timestamp_name.empty()) {
      jobs.push_back({.set = s});
      table->fields.push_back({.name = plans[s].timestamp_name, .type = *data::parse_type("tsu:UTC")});
    }
  }

  std::vector<std::optional<Error>> errors(jobs.size());
  auto const cells = observations.rows * static_cast<std::int64_t>(jobs.size());
  parallel_for(thread_count(threads, cells, 1 << 16), jobs.size(), [&](int, std::size_t j) {
    auto& job = jobs[j];
    auto const& set = sets[job.set];
    if (!job.feature) {
      job.array = timestamp_array(set.timestamps_us);
      return;
    }
    auto const& rows = plans[job.set].source->rows.state();
    auto made = data::take(rows.fields[job.feature->column], rows.columns[job.feature->column], set.picks);
    if (made)
      job.array = *std::move(made);
    else
      errors[j] = made.error().with("feature set", plans[job.set].source->spec.name);
  });
  for (auto const& error : errors)
    if (error) return *error;

  for (auto const& job : jobs) {
    auto& column = table->columns.emplace_back();
    std::int64_t begin = 0;
    for (auto const length : table->batch_rows) {
      column.push_back(data::chunk_of(job.array, begin, length));
      begin += length;
    }
  }
  return data::Table{std::move(table)};
}

Result<Retrieved> retrieve(std::span<Source const> sources, data::Table const& observations,
                           std::string const& timestamp_column, RetrievalOptions const& options, Context const& ctx) {
  auto const& state = observations.state();
  if (state.rows >= std::int64_t{max_groups})
    return Error{Errc::invalid_argument, "more than 4 billion observations in one request: split them"};
  auto const time = data::find_column(state, timestamp_column);
  if (!time) return time.error().with("timestamp column", timestamp_column).with("table", "observation data");
  auto const plans = plan(sources, observations, options);
  if (!plans) return plans.error();

  ObservedTimes times{state, *time};
  if (auto ok = times.at(times.fine() ? Tick::nano : Tick::micro); !ok) return ok.error();
  std::vector<SetResult> sets;
  Retrieved out;
  for (auto const& plan : *plans) {
    auto const& name = plan.source->spec.name;
    if (auto const stop = ctx.interrupted()) return *stop;
    auto set = join_set(plan, state, times, options, ctx);
    if (!set) return set.error().with("feature set", name);
    if (plan.equal_time())
      out.warnings.push_back("feature set `" + name +
                             "`: a `temporal_join_lookback` of zero matches only rows of exactly "
                             "the observation's time and ignores `source_delay`");
    out.summaries.push_back(summary_of(name, set->reasons));
    sets.push_back(*std::move(set));
  }
  auto table = assemble(*plans, sets, state, options.threads);
  if (!table) return table.error();
  out.table = *std::move(table);
  for (auto& set : sets) {
    out.reasons.push_back(std::move(set.reasons));
    out.timestamps_us.push_back(std::move(set.timestamps_us));
  }
  return out;
}

}  // namespace

std::string_view to_string(Reason reason) noexcept {
  switch (reason) {
    case Reason::matched:
      return "matched";
    case Reason::null_key:
      return "null_key";
    case Reason::null_time:
      return "null_time";
    case Reason::no_key:
      return "no_key";
    case Reason::before_first:
      return "before_first";
    case Reason::not_yet_available:
      return "not_yet_available";
    case Reason::too_old:
      return "too_old";
  }
  return "unknown";
}

Result<Retrieved> get_offline_features(std::span<Source const> sources, data::Table const& observations,
                                       std::string const& timestamp_column, RetrievalOptions const& options,
                                       Context const& ctx) {
  try {
    return retrieve(sources, observations, timestamp_column, options, ctx);
  } catch (std::bad_alloc const&) {
    return Error{Errc::exhausted, "out of memory while joining features"};
  }
}

}  // namespace podium::inline v0::features
