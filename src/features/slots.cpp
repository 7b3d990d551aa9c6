#include "features/slots.hpp"

#include "data/times.hpp"
#include "features/parallel.hpp"

#include <limits>

namespace podium::inline v0::features {
namespace {

using data::null_time;

constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t earliest = null_time + 1;
constexpr std::int64_t block_rows = 1 << 16;

// Times at the ends of the range stay there instead of wrapping round.
std::int64_t add(std::int64_t time, std::int64_t span) { return time > latest - span ? latest : time + span; }
std::int64_t subtract(std::int64_t time, std::int64_t span) { return time < earliest + span ? earliest : time - span; }

/// The usable observations, grouped by key, each group in time order.
struct Timeline {
  std::vector<std::uint32_t> order;   ///< observation numbers
  std::vector<std::int64_t> times;    ///< of them
  std::vector<std::uint32_t> begins;  ///< [group] .. [group + 1]
};

Timeline timeline_of(JoinInput const& input) {
  auto const& groups = input.keys.observation_groups();
  Timeline line;
  line.begins.assign(input.keys.group_count() + 1, 0);
  auto const usable = [&](std::size_t i) { return groups[i] != null_key && input.observed[i] != null_time; };
  for (std::size_t i = 0; i < groups.size(); ++i)
    if (usable(i)) ++line.begins[groups[i] + 1];
  for (std::size_t g = 1; g < line.begins.size(); ++g) line.begins[g] += line.begins[g - 1];

  line.order.resize(line.begins.back());
  auto at = line.begins;
  for (std::size_t i = 0; i < groups.size(); ++i)
    if (usable(i)) line.order[at[groups[i]]++] = static_cast<std::uint32_t>(i);
  for (std::size_t g = 0; g + 1 < line.begins.size(); ++g) {
    auto const begin = line.order.begin() + line.begins[g];
    auto const end = line.order.begin() + line.begins[g + 1];
    auto const earlier = [&](std::uint32_t a, std::uint32_t b) {
      return input.observed[a] != input.observed[b] ? input.observed[a] < input.observed[b] : a < b;
    };
    if (!std::is_sorted(begin, end, earlier)) std::sort(begin, end, earlier);
  }
  line.times.reserve(line.order.size());
  for (auto const i : line.order) line.times.push_back(input.observed[i]);
  return line;
}

struct Slot {
  std::int64_t time = null_time;
  std::int64_t row = -1;
};

/// The marks that feature rows leave; one per thread, merged at the end.
struct Marks {
  std::vector<Slot> visible;           ///< newest row first seen by this observation
  std::vector<std::int64_t> happened;  ///< newest time that this observation would see without the delay
  std::vector<std::uint8_t> has_rows;  ///< per group
};

class Streaming {
 public:
  Streaming(JoinInput const& input, JoinRule const& rule, Timeline const& line)
      : input_{input}, line_{line}, delay_{rule.equal_time ? 0 : rule.delay} {}

  Marks empty() const {
    return {.visible = std::vector<Slot>(line_.order.size()),
            .happened = std::vector<std::int64_t>(delay_ > 0 ? line_.order.size() : 0, null_time),
            .has_rows = std::vector<std::uint8_t>(input_.keys.group_count(), 0)};
  }

  bool newer(Slot const& a, Slot const& b) const {
    if (a.time != b.time) return a.time > b.time;
    if (a.row < 0 || b.row < 0) return a.row > b.row;
    if (input_.created) {
      auto const created_a = (*input_.created)[static_cast<std::size_t>(a.row)];
      auto const created_b = (*input_.created)[static_cast<std::size_t>(b.row)];
      if (created_a != created_b) return created_a > created_b;  // null is the smallest
    }
    return a.row > b.row;
  }

  void block(std::size_t batch, std::int64_t begin, std::int64_t first_row, std::span<Group> groups,
             Marks& marks) const {
    input_.keys.find(batch, begin, groups);
    for (std::size_t i = 0; i < groups.size(); ++i) {
      auto const row = first_row + begin + static_cast<std::int64_t>(i);
      auto const time = input_.stored[static_cast<std::size_t>(row)];
      if (groups[i] >= other_key || time == null_time) continue;
      marks.has_rows[groups[i]] = 1;
      auto const start = line_.times.begin() + line_.begins[groups[i]];
      auto const end = line_.times.begin() + line_.begins[groups[i] + 1];
      auto first = std::lower_bound(start, end, time);
      if (delay_ > 0) {
        if (first == end) continue;
        auto& happened = marks.happened[static_cast<std::size_t>(first - line_.times.begin())];
        happened = std::max(happened, time);
        first = std::lower_bound(first, end, add(time, delay_));
      }
      if (first == end) continue;
      auto& slot = marks.visible[static_cast<std::size_t>(first - line_.times.begin())];
      if (Slot const mine{time, row}; newer(mine, slot)) slot = mine;
    }
  }

  void merge(Marks& into, Marks const& from) const {
    for (std::size_t i = 0; i < into.visible.size(); ++i)
      if (newer(from.visible[i], into.visible[i])) into.visible[i] = from.visible[i];
    for (std::size_t i = 0; i < into.happened.size(); ++i)
      into.happened[i] = std::max(into.happened[i], from.happened[i]);
    for (std::size_t g = 0; g < into.has_rows.size(); ++g) into.has_rows[g] |= from.has_rows[g];
  }

 private:
  JoinInput const& input_;
  Timeline const& line_;
  std::int64_t delay_;
};

Reason reason_of(std::int64_t now, std::int64_t newest_visible, std::int64_t newest_happened, JoinRule const& rule) {
  if (newest_happened == null_time) return Reason::before_first;
  auto const oldest = rule.equal_time ? now : rule.lookback ? subtract(now, *rule.lookback) : earliest;
  if (newest_visible != null_time && newest_visible >= oldest) return Reason::matched;
  return newest_happened >= oldest ? Reason::not_yet_available : Reason::too_old;
}

void settle(JoinInput const& input, JoinRule const& rule, Timeline const& line, Marks const& marks,
            Streaming const& streaming, Joined& out) {
  bool const delayed = !marks.happened.empty();
  for (std::size_t g = 0; g + 1 < line.begins.size(); ++g) {
    Slot best{};
    std::int64_t happened = null_time;
    for (auto at = line.begins[g]; at < line.begins[g + 1]; ++at) {
      if (streaming.newer(marks.visible[at], best)) best = marks.visible[at];
      happened = delayed ? std::max(happened, marks.happened[at]) : best.time;
      auto const i = line.order[at];
      auto& reason = out.reasons[i];
      reason = marks.has_rows[g] ? reason_of(input.observed[i], best.time, happened, rule) : Reason::no_key;
      if (reason == Reason::matched) out.row[i] = best.row;
    }
  }
}

struct Block {
  std::size_t batch;
  std::int64_t begin;
  std::int64_t length;
  std::int64_t first_row;  ///< of the batch
};

std::vector<Block> blocks_of(data::Table::State const& rows) {
  std::vector<Block> blocks;
  std::int64_t first = 0;
  for (std::size_t b = 0; b < rows.batch_rows.size(); ++b) {
    for (std::int64_t begin = 0; begin < rows.batch_rows[b]; begin += block_rows)
      blocks.push_back({b, begin, std::min(block_rows, rows.batch_rows[b] - begin), first});
    first += rows.batch_rows[b];
  }
  return blocks;
}

}  // namespace

Result<Joined> join(JoinInput const& input, JoinRule const& rule, int threads, Context const& ctx) {
  auto const line = timeline_of(input);
  Streaming const streaming{input, rule, line};
  auto const blocks = blocks_of(input.rows);

  int const workers = thread_count(threads, input.rows.rows, block_rows);
  std::vector<Marks> marks(static_cast<std::size_t>(workers));
  std::vector<std::vector<Group>> groups(static_cast<std::size_t>(workers));
  marks[0] = streaming.empty();
  std::atomic<bool> stopped{false};
  parallel_for(workers, blocks.size(), [&](int worker, std::size_t item) {
    if (stopped || ctx.interrupted()) {
      stopped = true;
      return;
    }
    auto& mine = marks[static_cast<std::size_t>(worker)];
    if (mine.has_rows.empty()) mine = streaming.empty();
    auto const& block = blocks[item];
    auto& buffer = groups[static_cast<std::size_t>(worker)];
    buffer.resize(static_cast<std::size_t>(block.length));
    streaming.block(block.batch, block.begin, block.first_row, buffer, mine);
  });
  if (auto const why = ctx.interrupted(); stopped && why) return *why;
  for (std::size_t worker = 1; worker < marks.size(); ++worker)
    if (!marks[worker].has_rows.empty()) streaming.merge(marks[0], marks[worker]);

  auto const& keys = input.keys.observation_groups();
  Joined out{.row = std::vector<std::int64_t>(keys.size(), -1), .reasons = std::vector<Reason>(keys.size())};
  for (std::size_t i = 0; i < keys.size(); ++i)
    out.reasons[i] = keys[i] == null_key ? Reason::null_key : Reason::null_time;
  settle(input, rule, line, marks[0], streaming, out);
  return out;
}

}  // namespace podium::inline v0::features
