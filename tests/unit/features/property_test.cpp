#include "data/state.hpp"
#include "times.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <random>

using namespace cases;

namespace {

using features::Reason;
constexpr auto none = INT64_MIN;

/// A join on few keys and few instants, so that ties, nulls and every reason are common.
struct Problem {
  Numbers keys, times;                       ///< observations; none: null
  Numbers row_keys, row_times, row_created;  ///< feature rows
  bool created = false;
  std::int64_t delay = 0;
  std::optional<std::int64_t> lookback;
  bool as_known = false, first_row = false;
  std::optional<std::pair<std::int64_t, std::int64_t>> materialized{};  ///< seconds; one stretch
};

Problem draw(std::mt19937_64& random, int observations, int rows, int keys, int span) {
  auto const upto = [&](int n) { return static_cast<std::int64_t>(random() % static_cast<unsigned>(n)); };
  auto const maybe = [&](std::int64_t value) { return random() % 20 == 0 ? none : value; };
  Problem p;
  p.created = random() % 2 == 0;
  p.delay = random() % 2 == 0 ? 0 : upto(span / 4 + 1);
  if (random() % 3 != 0) p.lookback = random() % 5 == 0 ? 0 : upto(span / 2 + 1);
  for (int i = 0; i < observations; ++i) {
    p.keys.push_back(maybe(upto(keys + 1)));
    p.times.push_back(maybe(1'000'000 * upto(span)));
  }
  for (int i = 0; i < rows; ++i) {
    p.row_keys.push_back(maybe(upto(keys)));
    p.row_times.push_back(maybe(1'000'000 * upto(span)));
    p.row_created.push_back(maybe(upto(3)));
  }
  return p;
}

std::vector<bool> there(Numbers const& values) {
  std::vector<bool> out;
  for (auto const value : values) out.push_back(value != none);
  return out;
}

data::Table observations_of(Problem const& p) {
  return data::TableBuilder{}.add("k", p.keys, there(p.keys)).add_timestamps("t", p.times).build().value();
}

/// The rows in the order given; `id` numbers them as the problem does.
data::Table rows_of(Problem const& p, std::vector<std::size_t> const& order) {
  auto const pick = [&](Numbers const& from) {
    Numbers out;
    for (auto const i : order) out.push_back(from[i]);
    return out;
  };
  data::TableBuilder builder;
  auto const keys = pick(p.row_keys);
  builder.add("k", keys, there(keys)).add_timestamps("ts", pick(p.row_times));
  builder.add("v", Numbers(order.begin(), order.end()));
  if (p.created) builder.add_timestamps("create_timestamp", pick(p.row_created));
  return builder.build().value();
}

std::vector<std::size_t> in_order(Problem const& p) {
  std::vector<std::size_t> order(p.row_keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

features::Source source_of(Problem const& p, data::Table rows) {
  auto made = source(std::move(rows), std::chrono::seconds{p.delay});
  if (p.materialized) made.materialized = {{p.materialized->first * 1'000'000, p.materialized->second * 1'000'000}};
  if (p.lookback) made.spec.temporal_join_lookback = std::chrono::seconds{*p.lookback};
  return made;
}

struct Answer {
  std::int64_t row = -1;
  Reason reason{};
  friend bool operator==(Answer const&, Answer const&) = default;
};

/// The rule as it is written, one observation at a time against every row.
Answer answer(Problem const& p, std::size_t i) {
  if (p.keys[i] == none) return {-1, Reason::null_key};
  if (p.times[i] == none) return {-1, Reason::null_time};
  bool const equal = p.lookback == 0;
  auto const delay = equal ? 0 : p.delay * 1'000'000;
  auto const t = p.times[i];
  auto const oldest = p.lookback ? t - *p.lookback * 1'000'000 : none;
  bool any = false, past = false, hidden = false, unknown = false;
  std::int64_t best = -1;
  auto const better = [&](std::int64_t a, std::int64_t b) {
    auto const r = static_cast<std::size_t>(a), q = static_cast<std::size_t>(b);
    auto const created = [&](std::size_t x) { return p.created ? p.row_created[x] : 0; };
    auto const rank = [&](std::size_t x) { return std::tuple{p.row_times[x], created(x)}; };
    return rank(r) != rank(q) ? rank(r) > rank(q) : p.first_row ? r < q : r > q;
  };
  for (std::size_t r = 0; r < p.row_keys.size(); ++r) {
    if (p.row_keys[r] != p.keys[i] || p.row_times[r] == none) continue;
    auto const stretch = p.materialized;
    if (stretch && (p.row_times[r] < stretch->first * 1'000'000 || p.row_times[r] >= stretch->second * 1'000'000))
      continue;
    any = true;
    past |= p.row_times[r] <= t;
    bool const young = p.row_times[r] >= oldest;
    bool const known = !p.as_known || !p.created || (p.row_created[r] != none && p.row_created[r] <= t);
    hidden |= young && known && p.row_times[r] <= t && p.row_times[r] > t - delay;
    unknown |= young && !known && p.row_times[r] <= t;
    if (young && known && p.row_times[r] <= t - delay)
      if (auto const row = static_cast<std::int64_t>(r); best < 0 || better(row, best)) best = row;
  }
  if (best >= 0) return {best, Reason::matched};
  bool gap = false;
  if (p.materialized && (!p.lookback || oldest <= t - delay)) {
    auto const begin = p.materialized->first * 1'000'000, end = p.materialized->second * 1'000'000;
    gap = t - delay < begin || t - delay >= end || (p.lookback && oldest < begin);
  }
  return {-1, !any      ? Reason::no_key
              : gap     ? Reason::coverage_gap
              : !past   ? Reason::before_first
              : hidden  ? Reason::not_yet_available
              : unknown ? Reason::not_yet_known
                        : Reason::too_old};
}

/// The newest time of the key up to the observation's, and the oldest that its delay hides.
std::pair<std::int64_t, std::int64_t> neighbours(Problem const& p, std::size_t i) {
  std::int64_t nearest = none, next = none;
  if (p.keys[i] == none || p.times[i] == none) return {none, none};
  auto const cut = p.times[i] - (p.lookback == 0 ? 0 : p.delay * 1'000'000);
  for (std::size_t r = 0; r < p.row_keys.size(); ++r) {
    auto const time = p.row_times[r];
    auto const stretch = p.materialized;
    if (stretch && (time < stretch->first * 1'000'000 || time >= stretch->second * 1'000'000)) continue;
    if (p.row_keys[r] != p.keys[i] || time == none) continue;
    if (time <= p.times[i]) nearest = std::max(nearest, time);
    if (time > cut && (next == none || time < next)) next = time;
  }
  return {nearest, next};
}

std::vector<Answer> answers(features::Retrieved const& result) {
  auto const values = column(result, "v");
  std::vector<Answer> out;
  for (std::size_t i = 0; i < values.size(); ++i)
    out.push_back({values[i].empty() ? -1 : std::stoll(values[i]), result.reasons[0][i]});
  return out;
}

}  // namespace

TEST_CASE("on random tables the join answers what the written rule answers") {
  std::mt19937_64 random{20130901};
  std::array<int, features::reason_count> seen{};
  for (int round = 0; round < 900; ++round) {
    CAPTURE(round);
    auto p = draw(random, 1 + static_cast<int>(random() % 40), static_cast<int>(random() % 60),
                  1 + static_cast<int>(random() % 6), 2 + static_cast<int>(random() % 40));
    p.as_known = random() % 3 == 0;
    p.first_row = random() % 3 == 0;
    if (random() % 4 == 0) p.materialized.emplace(random() % 10, 10 + random() % 20);
    for (auto& created : p.row_created)
      if (created != none) created *= 12'000'000;  // on the scale of the times
    auto const result =
        ask({source_of(p, rows_of(p, in_order(p)))}, observations_of(p),
            {.as_known_at = p.as_known, .tie_break = p.first_row ? "first_row" : "last_row", .explain = true})
            .value();
    std::vector<Answer> expected;
    for (std::size_t i = 0; i < p.keys.size(); ++i) expected.push_back(answer(p, i));
    REQUIRE((answers(result) == expected));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ++seen[static_cast<std::size_t>(expected[i].reason)];
      auto const row = expected[i].row;
      REQUIRE(result.timestamps_us[0][i] == (row < 0 ? none : p.row_times[static_cast<std::size_t>(row)]));
      REQUIRE(result.rows[0][i] == row);
      auto const [nearest, next] = neighbours(p, i);
      REQUIRE(result.next_us[0][i] == next);
      if (row < 0) REQUIRE(result.nearest_us[0][i] == nearest);
    }
  }
  for (auto const reason : {Reason::matched, Reason::null_key, Reason::null_time, Reason::no_key, Reason::before_first,
                            Reason::coverage_gap, Reason::not_yet_available, Reason::not_yet_known, Reason::too_old})
    CHECK(seen[static_cast<std::size_t>(reason)] > 50);  // every reason was put to the test
}

TEST_CASE("no cut into batches changes the answer") {
  std::mt19937_64 random{7};
  for (int round = 0; round < 40; ++round) {
    auto const p = draw(random, 30, 50, 4, 30);
    auto const rows = rows_of(p, in_order(p));
    auto const now = observations_of(p);
    auto const whole = answers(ask({source_of(p, rows)}, now).value());
    for (std::int64_t const size : {1, 3, 8})
      REQUIRE((answers(ask({source_of(p, data::rebatch(rows, size))}, data::rebatch(now, size + 1)).value()) == whole));
  }
}

TEST_CASE("no order of the feature rows changes the answer, as long as no two rows tie") {
  std::mt19937_64 random{11};
  for (int round = 0; round < 40; ++round) {
    auto p = draw(random, 40, 60, 4, 30);
    p.created = true;
    for (std::size_t r = 0; r < p.row_created.size(); ++r) p.row_created[r] = static_cast<std::int64_t>(r);
    auto order = in_order(p);
    auto const now = observations_of(p);
    auto const straight = answers(ask({source_of(p, rows_of(p, order))}, now).value());
    std::shuffle(order.begin(), order.end(), random);
    REQUIRE((answers(ask({source_of(p, rows_of(p, order))}, now).value()) == straight));
  }
}

TEST_CASE("rows that are not yet known change nothing, and a longer lookback only turns nulls into values") {
  std::mt19937_64 random{13};
  for (int round = 0; round < 60; ++round) {
    auto p = draw(random, 30, 40, 4, 30);
    p.delay = 2;
    p.lookback = 1 + static_cast<std::int64_t>(random() % 20);
    auto const now = observations_of(p);
    auto const before = answers(ask({source_of(p, rows_of(p, in_order(p)))}, now).value());

    auto longer = p;
    *longer.lookback += 5;
    auto const after = answers(ask({source_of(longer, rows_of(p, in_order(p)))}, now).value());
    for (std::size_t i = 0; i < before.size(); ++i) REQUIRE((before[i].row < 0 || before[i].row == after[i].row));

    auto poisoned = p;
    for (std::int64_t key = 0; key < 4; ++key) {
      poisoned.row_keys.push_back(key);
      poisoned.row_times.push_back(29'000'000 - p.delay * 1'000'000 + 1);  // nobody asks later than second 29
      poisoned.row_created.push_back(0);
    }
    auto const still = answers(ask({source_of(poisoned, rows_of(poisoned, in_order(poisoned)))}, now).value());
    for (std::size_t i = 0; i < before.size(); ++i) REQUIRE(before[i].row == still[i].row);
  }
}

TEST_CASE("any number of threads gives the same bytes") {
  std::mt19937_64 random{17};
  auto const p = draw(random, 20'000, 300'000, 500, 5'000);
  auto const request = std::vector{source_of(p, rows_of(p, in_order(p)))};
  auto const now = observations_of(p);
  auto const alone = ask(request, now, {.threads = 1}).value();
  for (int const threads : {2, 3, 8}) {
    auto const together = ask(request, now, {.threads = threads}).value();
    CHECK((together.reasons == alone.reasons));
    CHECK((together.timestamps_us == alone.timestamps_us));
    CHECK((column(together, "v") == column(alone, "v")));
  }
}
