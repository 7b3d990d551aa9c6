#include "podium/features/retrieve.hpp"

#include "base/parallel.hpp"
#include "data/view.hpp"
#include "features/plan.hpp"
#include "features/sides.hpp"

#include <algorithm>
#include <array>
#include <new>

namespace podium::inline v0::features {
namespace {

using data::Tick;

std::int64_t ticks(std::chrono::seconds span, Tick tick) {
  std::int64_t value = 0;
  if (__builtin_mul_overflow(std::int64_t{span.count()}, tick == Tick::nano ? 1'000'000'000 : 1'000'000, &value))
    return span.count() < 0 ? earliest : latest;
  return value;
}

std::int64_t microseconds(std::int64_t time, Tick tick) {
  return tick == Tick::nano && time != null_time ? data::floor_div(time, 1000) : time;
}

Covered covered_of(std::vector<TimeWindow> windows, Tick tick) {
  std::ranges::sort(windows, {}, &TimeWindow::from_us);
  auto const scaled = [&](std::int64_t us) {
    std::int64_t value = 0;
    if (tick == Tick::micro) return us;
    return __builtin_mul_overflow(us, 1000, &value) ? (us < 0 ? earliest : latest) : value;
  };
  Covered out;
  for (auto const& window : windows) {
    if (window.from_us >= window.to_us) continue;
    auto const from = scaled(window.from_us), to = scaled(window.to_us);
    if (!out.stretches.empty() && from <= out.stretches.back().second)
      out.stretches.back().second = std::max(out.stretches.back().second, to);
    else
      out.stretches.emplace_back(from, to);
  }
  return out;
}

struct SetResult {
  Matched matched;
  std::vector<std::int64_t> next_us;
  Axis axis{};
  std::string plan{};
  std::vector<std::string> warnings{};
};

class Retrieval {
 public:
  Retrieval(data::Table::State const& observations, std::size_t time, RetrievalOptions const& options, Zone zone,
            Context const& ctx)
      : left_{observations, time, options.threads},
        options_{options},
        zone_{std::move(zone)},
        ctx_{ctx},
        fine_{data::needs_nanoseconds(observations, time)} {}

  Result<SetResult> join(SourcePlan const& plan);
  LeftSide& left() { return left_; }

 private:
  Result<std::vector<std::int64_t>> next(SourcePlan const& plan, LeftSide::Indexed const& forward, JoinRule rule,
                                         RightColumns columns, std::vector<KeyReader> const& readers,
                                         Covered const* covered);

  LeftSide left_;
  RetrievalOptions const& options_;
  Zone zone_;
  Context const& ctx_;
  bool fine_;
};

Result<SetResult> Retrieval::join(SourcePlan const& plan) {
  auto const& rows = plan.source->rows.state();
  auto const& name = plan.source->spec.name;
  auto const& observations = left_.table();
  SetResult out;

  RightColumns columns{
      .on = plan.time_column, .on_format = plan.source->spec.timestamp_format, .rank = plan.create_column};
  std::vector<std::size_t> keys;
  std::vector<KeyReader> readers;
  for (auto const& index : plan.source->spec.index_columns) {
    auto const observed = data::find_column(observations, index.name);
    if (!observed) return observed.error().with("key column", index.name).with("table", "observation data");
    auto const stored = data::find_column(rows, index.name);
    if (!stored) return stored.error().with("key column", index.name).with("table", "feature rows");
    auto reader =
        matching_reader(observations.fields[*observed], rows.fields[*stored], {"observation data", "feature rows"});
    if (!reader) return reader.error();
    keys.push_back(*observed);
    columns.keys.push_back(*stored);
    readers.push_back(*std::move(reader));
  }

  bool const known = options_.as_known_at && plan.create_column;
  if (options_.as_known_at && !known)
    out.warnings.push_back(
        "feature set `" + name +
        "` has no column `create_timestamp`: `as_known_at` takes its rows as known at their timestamps");
  if (known) columns.known = plan.create_column;
  bool const fine = fine_ || data::needs_nanoseconds(rows, plan.time_column) ||
                    (known && data::needs_nanoseconds(rows, *plan.create_column));
  Axis const axis{.sort = Sort::time, .tick = fine ? Tick::nano : Tick::micro, .zone = zone_};
  for (auto const& [column, table, state] :
       {std::tuple{left_.on(), "observation data", &observations}, {plan.time_column, "feature rows", &rows}}) {
    auto const kind = state->fields[column].value_type().kind;
    if (kind == data::Kind::integer || kind == data::Kind::floating)
      return Error{Errc::invalid_argument, "column `" + state->fields[column].name + "` is " +
                                               data::type_name(state->fields[column].value_type()) +
                                               ", not a timestamp: convert it to a timestamp (or RFC 3339 text) first"}
          .with("table", table);
  }
  auto const indexed = left_.indexed(keys, axis, false, ticks(plan.leak, axis.tick));
  if (!indexed) return indexed.error().with("table", "observation data");

  Covered covered;
  if (plan.source->materialized) covered = covered_of(*plan.source->materialized, axis.tick);
  JoinRule rule{.axis = axis,
                .delay = {.ticks = plan.equal_time() ? 0 : ticks(plan.delay, axis.tick)},
                .equal_time = plan.equal_time(),
                .ties = plan.ties,
                .reasons = true,
                .covered = plan.source->materialized ? &covered : nullptr};
  if (plan.lookback) rule.lookback = Distance{.ticks = ticks(*plan.lookback, axis.tick)};
  Marker marker{*indexed->keys, *indexed->line, rule, columns.rank.has_value(), known, options_.threads};
  Marker* const markers[] = {&marker};
  if (auto ok = stream(rows, columns, readers, axis, rule.covered, {}, markers, options_.threads, ctx_); !ok)
    return ok.error().code() == Errc::cancelled || ok.error().code() == Errc::deadline_exceeded
               ? ok.error()
               : ok.error().with("table", "feature rows");
  out.axis = axis;
  out.plan = marker.plan();
  out.matched = marker.finish(observations.rows);

  if (out.matched.first_tie >= 0)
    return Error{
        Errc::invalid_argument,
        "observation " + std::to_string(out.matched.first_tie) +
            " would get one of several rows with equal keys and timestamps, which `tie_break` = error refuses"};
  if (plan.equal_time())
    out.warnings.push_back("feature set `" + name +
                           "`: zero_lookback: a `temporal_join_lookback` of zero matches only rows of exactly "
                           "the observation's time and ignores `source_delay`");
  if (out.matched.behind_gaps > 0)
    out.warnings.push_back("feature set `" + name + "`: coverage_gap: " + std::to_string(out.matched.behind_gaps) +
                           " observations have values from before a time that was never materialised");
  if (options_.explain) {
    auto const forward = left_.indexed(keys, axis, true, ticks(plan.leak, axis.tick));
    if (!forward) return forward.error();
    auto next = this->next(plan, *forward, rule, columns, readers, rule.covered);
    if (!next) return next.error();
    out.next_us = *std::move(next);
  }
  return out;
}

Result<std::vector<std::int64_t>> Retrieval::next(SourcePlan const& plan, LeftSide::Indexed const& forward,
                                                  JoinRule rule, RightColumns columns,
                                                  std::vector<KeyReader> const& readers, Covered const* covered) {
  rule.reasons = rule.equal_time = false;
  rule.covered = nullptr;
  rule.lookback = {};
  rule.strictly = true;
  rule.ties = Ties::last;
  columns.rank = columns.known = {};
  Marker marker{*forward.keys, *forward.line, rule, false, false, options_.threads};
  Marker* const markers[] = {&marker};
  if (auto ok =
          stream(plan.source->rows.state(), columns, readers, rule.axis, covered, {}, markers, options_.threads, ctx_);
      !ok)
    return ok.error();
  auto const found = marker.finish(left_.table().rows);
  std::vector<std::int64_t> out;
  out.reserve(found.winners.size());
  for (auto const& winner : found.winners) out.push_back(microseconds(winner.time, rule.axis.tick));
  return out;
}

SetSummary summary_of(std::string const& set, std::vector<Reason> const& reasons) {
  std::array<std::int64_t, reason_count> counts{};
  for (auto const reason : reasons) ++counts[static_cast<std::size_t>(reason)];
  SetSummary summary{.set = set, .counts = {}};
  for (std::size_t r = 0; r < counts.size(); ++r)
    if (counts[r] > 0) summary.counts[static_cast<Reason>(r)] = counts[r];
  return summary;
}

/// Row numbers, timestamps and the nearest of them, out of the winners.
void describe(SetResult& set, data::Table::State const& rows, Retrieved& out) {
  std::vector<std::int64_t> begins{0};
  for (auto const length : rows.batch_rows) begins.push_back(begins.back() + length);
  auto const n = set.matched.winners.size();
  std::vector<std::int64_t> number(n), time(n), nearest(n);
  for (std::size_t i = 0; i < n; ++i) {
    auto const& winner = set.matched.winners[i];
    nearest[i] = microseconds(winner.time, set.axis.tick);
    number[i] = winner.row < 0 ? -1 : begins[static_cast<std::size_t>(batch_of(winner.row))] + row_of(winner.row);
    time[i] = winner.row < 0 ? null_time : nearest[i];
  }
  out.rows.push_back(std::move(number));
  out.timestamps_us.push_back(std::move(time));
  out.nearest_us.push_back(std::move(nearest));
  out.reasons.push_back(std::move(set.matched.reasons));
  if (!set.next_us.empty()) out.next_us.push_back(std::move(set.next_us));
  out.plans.push_back(std::move(set.plan));
}

Result<Retrieved> retrieve(std::span<Source const> sources, data::Table const& observations,
                           std::string const& timestamp_column, RetrievalOptions const& options, Context const& ctx) {
  auto const& state = observations.state();
  if (state.rows >= max_left_rows)
    return Error{Errc::invalid_argument, "more than 4 billion observations in one request: split them"};
  auto const time = data::find_column(state, timestamp_column);
  if (!time) return time.error().with("timestamp column", timestamp_column).with("table", "observation data");
  auto zone = Zone::find(options.naive_timezone);
  if (!zone) return zone.error().with("option", "naive_timezone");
  auto const plans = plan(sources, observations, options);
  if (!plans) return plans.error();

  Retrieval retrieval{state, *time, options, *std::move(zone), ctx};
  auto table = std::make_shared<data::Table::State>(state);
  Retrieved out;
  auto const stamp = *data::parse_type("tsu:UTC");
  if (plans->empty()) {  // the times are looked at even if nothing is asked for
    bool const fine = data::needs_nanoseconds(state, *time);
    auto const indexed = retrieval.left().indexed({}, {.tick = fine ? Tick::nano : Tick::micro}, false);
    if (!indexed) return indexed.error().with("table", "observation data");
  }
  for (std::size_t s = 0; s < plans->size(); ++s) {
    auto const& plan = (*plans)[s];
    auto const& name = plan.source->spec.name;
    if (auto const stop = ctx.interrupted()) return *stop;
    if (options.on_progress)
      if (auto ok =
              options.on_progress({"scan", static_cast<std::int64_t>(s), static_cast<std::int64_t>(plans->size())});
          !ok)
        return ok.error();
    auto set = retrieval.join(plan);
    if (!set) return set.error().with("feature set", name);
    auto arrays = gather(plan.source->rows.state(), plan.features,
                         {set->matched.winners.data(), set->matched.winners.size()}, options.threads);
    if (!arrays) return arrays.error().with("feature set", name);
    for (std::size_t f = 0; f < plan.features.size(); ++f) append_column(*table, plan.features[f].field, (*arrays)[f]);
    if (!plan.timestamp_name.empty())
      append_column(*table, {.name = plan.timestamp_name, .type = stamp},
                    times_column({set->matched.winners.data(), set->matched.winners.size()}, set->axis, stamp));
    out.summaries.push_back(summary_of(name, set->matched.reasons));
    std::ranges::move(set->warnings, std::back_inserter(out.warnings));
    describe(*set, plan.source->rows.state(), out);
  }
  out.table = data::Table{std::move(table)};
  return out;
}

}  // namespace

std::string_view to_string(Reason reason) noexcept {
  static constexpr std::array<std::string_view, reason_count> words{
      "matched",      "null_key",          "null_time",     "no_key",  "coverage_gap",
      "before_first", "not_yet_available", "not_yet_known", "too_old", "null_value"};
  auto const at = static_cast<std::size_t>(reason);
  return at < words.size() ? words[at] : "unknown";
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

Result<std::vector<Reason>> reasons_of(Retrieved const& retrieved, std::size_t set, std::string const& column) {
  if (set >= retrieved.reasons.size())
    return Error{Errc::invalid_argument, "there is no set " + std::to_string(set) + " in the result"};
  auto const& state = retrieved.table.state();
  auto const c = data::find_column(state, column);
  if (!c) return c.error();
  auto reasons = retrieved.reasons[set];
  std::size_t row = 0;
  for (auto const& chunk : state.columns[*c]) {
    data::Decoded const decoded{state.fields[*c], chunk};
    for (std::int64_t i = 0; i < chunk.length; ++i, ++row)
      if (reasons[row] == Reason::matched && decoded[i] < 0) reasons[row] = Reason::null_value;
  }
  return reasons;
}

}  // namespace podium::inline v0::features
