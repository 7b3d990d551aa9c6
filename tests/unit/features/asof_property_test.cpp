#include "data/state.hpp"
#include "features/keys.hpp"
#include "unit/data/raw_column.hpp"

#include "podium/data/builder.hpp"
#include "podium/features/asof_join.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

using namespace podium;
using features::AsofOptions;
using features::Strategy;

namespace {

constexpr auto none = INT64_MIN;
using Numbers = std::vector<std::int64_t>;

struct Side {
  Numbers keys, words, on;  ///< none: null; `words` are a second key, as text
};

/// Joins on few keys and few places, so that ties, nulls and misses are common.
struct Problem {
  Side left, right;
  Numbers rank;
  AsofOptions options;
  std::int64_t tolerance = -1, delay = 0;
};

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_{seed} {}
  std::int64_t upto(int n) { return static_cast<std::int64_t>(random_() % static_cast<unsigned>(n)); }
  bool one_in(int n) { return upto(n) == 0; }
  std::int64_t maybe(std::int64_t value) { return one_in(20) ? none : value; }
  Side side(int rows, int keys, int places) {
    Side out;
    for (int i = 0; i < rows; ++i) {
      out.keys.push_back(maybe(upto(keys)));
      out.words.push_back(maybe(upto(2)));
      out.on.push_back(maybe(upto(places) - places / 2));
    }
    return out;
  }
  void shuffle(std::vector<std::size_t>& order) { std::ranges::shuffle(order, random_); }

 private:
  std::mt19937_64 random_;
};

Problem draw(std::uint64_t seed, int left, int right) {
  Draw random{seed};
  int const places = 2 + static_cast<int>(random.upto(60)), keys = 1 + static_cast<int>(random.upto(6));
  Problem p{.left = random.side(left, keys + 1, places), .right = random.side(right, keys, places)};
  for (int i = 0; i < right; ++i) p.rank.push_back(random.maybe(random.upto(3)));
  auto& options = p.options;
  options.on = "on";
  options.by = {"k"};
  if (random.one_in(2)) options.by.emplace_back("w");
  if (random.one_in(10)) options.by.clear();
  options.strategy = static_cast<Strategy>(random.upto(3));
  options.allow_exact_matches = !random.one_in(3);
  options.tie_break = random.one_in(3) ? "first_row" : random.one_in(2) ? "rank" : "last_row";
  options.columns = {"id"};
  if (random.one_in(2)) options.tolerance = features::Span{p.tolerance = random.upto(places)};
  if (random.one_in(2)) options.delay = features::Span{p.delay = random.upto(places / 2 + 1)};
  return p;
}

std::vector<bool> there(Numbers const& values) {
  std::vector<bool> out;
  for (auto const value : values) out.push_back(value != none);
  return out;
}

Numbers in_order(Numbers const& values, std::vector<std::size_t> const& order) {
  Numbers out;
  for (auto const i : order) out.push_back(values[i]);
  return out;
}

data::Table table_of(Side const& side, std::vector<std::size_t> const& order, Numbers const* rank) {
  data::TableBuilder builder;
  auto const keys = in_order(side.keys, order), on = in_order(side.on, order), words = in_order(side.words, order);
  std::vector<std::string> texts;
  for (auto const word : words) texts.push_back("word number " + std::to_string(word));
  builder.add("k", keys, there(keys)).add("w", texts, there(words)).add("on", on, there(on));
  if (rank) {
    auto const ranks = in_order(*rank, order);
    builder.add("rank", ranks, there(ranks)).add("id", Numbers(order.begin(), order.end()));
  }
  return builder.build().value();
}

std::vector<std::size_t> straight(std::size_t rows) {
  std::vector<std::size_t> order(rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

/// The rule as it is written, one left row against every right row; the number of the right row, or -1.
/// `sign` 1 looks backward, -1 forward.
std::int64_t nearest_on_one_side(Problem const& p, std::size_t i, int sign) {
  auto const& by = p.options.by;
  auto const uses = [&](char const* name) { return std::ranges::find(by, name) != by.end(); };
  auto const before = [&](std::size_t r) { return sign * (p.left.on[i] - (p.right.on[r] + p.delay)); };
  std::int64_t best = -1;
  for (std::size_t r = 0; r < p.right.on.size(); ++r) {
    if (p.left.on[i] == none || p.right.on[r] == none) continue;
    if (uses("k") && (p.left.keys[i] == none || p.left.keys[i] != p.right.keys[r])) continue;
    if (uses("w") && (p.left.words[i] == none || p.left.words[i] != p.right.words[r])) continue;
    if (before(r) < (p.options.allow_exact_matches ? 0 : 1)) continue;
    auto const better = [&](std::size_t q) {
      if (before(r) != before(q)) return before(r) < before(q);
      if (p.options.tie_break == "first_row") return r < q;
      if (p.options.tie_break == "rank" && p.rank[r] != p.rank[q]) return p.rank[r] > p.rank[q];
      return r > q;
    };
    if (best < 0 || better(static_cast<std::size_t>(best))) best = static_cast<std::int64_t>(r);
  }
  bool const far = best >= 0 && p.tolerance >= 0 &&
                   std::abs(p.left.on[i] - p.right.on[static_cast<std::size_t>(best)]) > p.tolerance;
  return far ? -1 : best;
}

std::int64_t answer(Problem const& p, std::size_t i) {
  if (p.options.strategy == Strategy::backward) return nearest_on_one_side(p, i, 1);
  auto const after = nearest_on_one_side(p, i, -1);
  if (p.options.strategy == Strategy::forward) return after;
  auto const before = nearest_on_one_side(p, i, 1);
  if (before < 0 || after < 0) return std::max(before, after);
  auto const distance = [&](std::int64_t r) {
    return std::abs(p.left.on[i] - (p.right.on[static_cast<std::size_t>(r)] + p.delay));
  };
  return distance(after) < distance(before) ? after : before;
}

Numbers ids(data::Table const& table) {
  auto const texts = data::strings(table, "id").value();
  Numbers out;
  for (auto const& text : texts) out.push_back(text.empty() ? -1 : std::stoll(text));
  return out;
}

Numbers solved(Problem const& p, std::int64_t left_batch = 0, std::int64_t right_batch = 0, int threads = 1) {
  auto left = table_of(p.left, straight(p.left.on.size()), nullptr);
  auto right = table_of(p.right, straight(p.right.on.size()), &p.rank);
  if (left_batch > 0) left = data::rebatch(left, left_batch);
  if (right_batch > 0) right = data::rebatch(right, right_batch);
  auto options = p.options;
  options.resources.threads = threads;
  auto const result = features::asof_join(left, right, options);
  REQUIRE_MESSAGE(result, (result ? "" : result.error().to_string()));
  return ids(*result);
}

Numbers expected(Problem const& p) {
  Numbers out;
  for (std::size_t i = 0; i < p.left.on.size(); ++i) out.push_back(answer(p, i));
  return out;
}

}  // namespace

TEST_CASE("on random tables an as-of join answers what the written rule answers, with any options") {
  std::set<std::string> tried;
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    CAPTURE(seed);
    auto const p = draw(seed, 1 + static_cast<int>(seed % 40), static_cast<int>(seed * 7 % 61));
    REQUIRE((solved(p) == expected(p)));
    tried.insert(std::string{to_string(p.options.strategy)} + p.options.tie_break +
                 (p.options.allow_exact_matches ? "=" : "<") + (p.tolerance >= 0 ? "t" : "") +
                 (p.delay > 0 ? "d" : ""));
  }
  CHECK(tried.size() == 72);  // every mixture of options came up
}

TEST_CASE("no cut into batches and no number of threads changes an as-of join") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    auto const p = draw(seed, 30, 50);
    auto const whole = solved(p);
    for (std::int64_t const size : {1, 3, 8}) REQUIRE((solved(p, size + 1, size, 3) == whole));
  }
}

TEST_CASE("many left rows are joined part by part, with the same answer as few, on any number of threads") {
  for (auto const strategy : {Strategy::backward, Strategy::forward, Strategy::nearest}) {
    // Large enough for parts of the timeline, and keys both in random order and in runs.
    for (bool const clustered : {false, true}) {
      Draw random{static_cast<std::uint64_t>(strategy) + 3};
      std::size_t const n = 200'000, m = 150'000;
      Numbers keys, on, row_keys, row_on;
      for (std::size_t i = 0; i < n; ++i) {
        keys.push_back(random.upto(5000));
        on.push_back(random.upto(100'000));
      }
      for (std::size_t i = 0; i < m; ++i) {
        row_keys.push_back(clustered ? static_cast<std::int64_t>(i / 30) : random.upto(6000));
        row_on.push_back(clustered ? static_cast<std::int64_t>(i % 30) * 3000 + random.upto(4000)
                                   : random.upto(100'000));
      }
      auto const left = data::TableBuilder{}.add("k", keys).add("on", on).build().value();
      Numbers id(m);
      std::iota(id.begin(), id.end(), std::int64_t{0});
      auto const right = data::TableBuilder{}.add("k", row_keys).add("on", row_on).add("id", id).build().value();
      AsofOptions options{.on = "on", .by = {"k"}, .strategy = strategy};
      options.resources.threads = 1;
      auto const alone = ids(features::asof_join(left, right, options).value());
      for (int const threads : {2, 5}) {
        options.resources.threads = threads;
        REQUIRE((ids(features::asof_join(left, right, options).value()) == alone));
      }
      // The same rows asked for in pieces small enough for the other plan.
      auto const pieces = data::rebatch(left, 50'000);
      std::size_t at = 0;
      for (std::size_t piece = 0; piece < pieces.state().batch_rows.size(); ++piece) {
        auto const part =
            ids(features::asof_join(data::slice(left, static_cast<std::int64_t>(at), 50'000), right, options).value());
        for (auto const id : part) REQUIRE(id == alone[at++]);
      }
    }
  }
}

TEST_CASE("keys whose hashes collide are still told apart") {
  Draw random{99};
  Numbers keys, words;
  for (int i = 0; i < 4000; ++i) {
    keys.push_back(random.upto(300));
    words.push_back(random.upto(3));
  }
  std::vector<std::string> texts;
  for (auto const word : words) texts.push_back("word" + std::to_string(word));
  auto const table = data::TableBuilder{}.add("k", keys).add("w", texts).build().value();
  for (int const bits : {64, 6, 1}) {
    auto const& state = table.state();
    auto const index = features::KeyIndex::build(state, {0, 1}, {}, 1, bits);
    std::set<std::pair<std::int64_t, std::int64_t>> distinct;
    for (std::size_t i = 0; i < keys.size(); ++i) distinct.emplace(keys[i], words[i]);
    CHECK(index.groups() == distinct.size());
    std::vector<features::KeyReader> const readers{{state.fields[0], features::key_type(state.fields[0])},
                                                   {state.fields[1], features::key_type(state.fields[1])}};
    std::vector<data::Chunk const*> const columns{&state.columns[0][0], &state.columns[1][0]};
    features::KeyScratch scratch;
    std::vector<features::Group> groups(keys.size());
    for (std::size_t begin = 0; begin < groups.size(); begin += features::key_block)
      index.find(readers, columns, static_cast<std::int64_t>(begin),
                 std::span{groups}.subspan(begin, std::min(features::key_block, groups.size() - begin)), scratch);
    for (std::size_t i = 0; i < groups.size(); ++i) {
      auto const first = index.order()[index.begins()[groups[i]]];
      REQUIRE(groups[i] < index.groups());
      REQUIRE(keys[first] == keys[i]);
      REQUIRE(words[first] == words[i]);
    }
  }
}
