#include "features/slots.hpp"

#include "base/parallel.hpp"
#include "features/places.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>

namespace podium::inline v0::features {
namespace {

constexpr std::size_t few_left_rows = std::size_t{1} << 17;
constexpr int least_part = 11;  ///< left rows per part of the timeline, a power of two
constexpr std::size_t most_parts = 1024;
constexpr std::int64_t block_rows = std::int64_t{1} << 15;  ///< right rows that one thread takes at a time
constexpr std::int64_t least_round = std::int64_t{1} << 20, most_round = std::int64_t{1} << 24;
constexpr std::size_t most_blocks = 4096;
constexpr Locator last_locator = tied - 1;

/// The best right row that first becomes visible at one place of the timeline.
struct Slot {
  std::int64_t time = null_time;
  Locator row = 0;
  static constexpr bool ranked = false;
  std::int64_t rank() const { return 0; }
  static Slot of(std::int64_t time, std::int64_t, Locator row) { return {time, row}; }
  // Without a branch: which of two is newer cannot be guessed.
  void take(Slot const& other, bool newer) {
    auto const mask = -static_cast<std::int64_t>(newer);
    time ^= (time ^ other.time) & mask;
    row ^= (row ^ other.row) & mask;
  }
  bool ties_with(Slot const& other) const { return time == other.time; }
  bool newer_than(Slot const& other) const { return (time > other.time) | ((time == other.time) & (row > other.row)); }
};
struct RankedSlot {
  std::int64_t time = null_time;
  std::int64_t ranking = 0;
  Locator row = 0;
  static constexpr bool ranked = true;
  static RankedSlot of(std::int64_t time, std::int64_t rank, Locator row) { return {time, rank, row}; }
  void take(RankedSlot const& other, bool newer) {
    if (newer) *this = other;
  }
  bool ties_with(RankedSlot const& other) const { return time == other.time && ranking == other.ranking; }
  bool newer_than(RankedSlot const& other) const {
    if (time != other.time) return time > other.time;
    return ranking != other.ranking ? ranking > other.ranking : row > other.row;
  }
};

/// Right rows of known keys, as one pass looks at them.
struct Candidates {
  std::array<Group, key_block> groups;
  std::array<std::int64_t, key_block> times;
  std::array<Locator, key_block> rows;
  std::array<std::int64_t, key_block> ranks;
  std::array<std::int64_t, key_block> known;
  std::array<std::uint32_t, key_block> places;
  std::size_t count = 0;
};

/// The same, waiting for their part of the timeline.
struct Waiting {
  std::int64_t time;
  Group group;
  std::uint32_t row;  ///< within the round: block, then row
};
struct RankedWaiting : Waiting {
  std::int64_t rank;
  std::int64_t known;
};

struct Block {
  RightBatch const* batch;
  std::int64_t begin;
  std::int64_t length;
};

std::vector<Block> blocks_of(std::span<RightBatch const> batches) {
  std::vector<Block> out;
  for (auto const& batch : batches)
    for (std::int64_t begin = 0; begin < batch.rows; begin += block_rows)
      out.push_back({&batch, begin, std::min(block_rows, batch.rows - begin)});
  return out;
}

/// Keeps null_time.
inline std::int64_t reversed(std::int64_t time) {
  return static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(time));
}

template <class S>
struct Marks {
  Array<S> slots;
  Array<std::int64_t> passed;   ///< newest time that has come, if the delay or its writing hides it here
  Array<std::int64_t> written;  ///< newest time that has come and is known, if the delay hides it here
};

}  // namespace

bool Covered::has_gap(std::int64_t from, std::int64_t to) const noexcept {
  if (from > to) return false;
  auto const after = std::ranges::upper_bound(stretches, from, {}, &std::pair<std::int64_t, std::int64_t>::first);
  return after == stretches.begin() || std::prev(after)->second <= to;
}

class Marker::State {
 public:
  virtual ~State() = default;
  virtual Result<void> feed(std::span<RightBatch const> batches, std::vector<KeyReader> const& readers,
                            Context const& ctx) = 0;
  virtual Matched finish(std::int64_t left_rows) = 0;
  virtual char const* plan() const = 0;
};

namespace {

/// `Tracked`: some rows come before they are visible, and it is to be told when that is why nothing matches.
template <class S, bool Tracked, bool CheckTies>
class Engine final : public Marker::State {
 public:
  Engine(KeyIndex const& keys, Timeline const& line, JoinRule const& rule, bool known, int threads)
      : keys_{keys}, line_{line}, rule_{rule}, known_{known}, threads_{threads}, begins_{keys.begins().data()} {
    auto const n = line.times.size();
    part_shift_ = least_part;
    while (n >> part_shift_ >= most_parts) ++part_shift_;
    parts_ = n > few_left_rows ? (n >> part_shift_) + 1 : 0;
    bool const moved = rule.delay.ticks != 0 || rule.delay.number != 0 || rule.strictly;
    if (moved && !rule.equal_time) {
      own_cut_ = Array<std::int64_t>(n, behind_times);
      in_pieces(n, [&](std::size_t begin, std::size_t end) {
        for (auto i = begin; i < end; ++i) own_cut_[i] = cut_of(line.times[i]);
      });
    }
    cut_ = own_cut_.empty() ? line.times.data() : own_cut_.data();
    if (rule.reasons) seen_ = Array<std::uint8_t>(keys.groups(), 0);
    if (parts_ > 0)
      marks_.push_back(empty_marks());
    else
      marks_.resize(static_cast<std::size_t>(std::max(1, base::thread_count(threads, std::int64_t{1} << 60, 1))));
  }

  Result<void> feed(std::span<RightBatch const> batches, std::vector<KeyReader> const& readers,
                    Context const& ctx) override {
    auto const blocks = blocks_of(batches);
    std::atomic<bool> stopped{false};
    auto const go_on = [&] {
      if (!stopped && !ctx.interrupted()) return true;
      stopped = true;
      return false;
    };
    if (parts_ == 0) {
      mark_directly(blocks, readers, go_on);
    } else {
      std::int64_t const most = std::clamp(static_cast<std::int64_t>(line_.times.size()) * 2, least_round, most_round);
      for (std::size_t begin = 0, end = 0; begin < blocks.size() && !stopped; begin = end) {
        std::int64_t rows = 0;
        for (; end < blocks.size() && end - begin < most_blocks && (rows == 0 || rows + blocks[end].length <= most);
             ++end)
          rows += blocks[end].length;
        mark_by_part(std::span{blocks}.subspan(begin, end - begin), rows, readers, go_on);
      }
    }
    if (stopped)
      if (auto const why = ctx.interrupted()) return *why;
    return {};
  }

  Matched finish(std::int64_t left_rows) override {
    merge_marks();
    Matched out{.winners = Array<Winner>(static_cast<std::size_t>(left_rows))};
    in_pieces(out.winners.size(), [&](std::size_t begin, std::size_t end) {
      for (auto i = begin; i < end; ++i) out.winners[i] = Winner{};
    });
    if (rule_.reasons) {
      auto const& nulls = keys_.null_rows();
      out.reasons.assign(static_cast<std::size_t>(left_rows), Reason::null_time);
      for (std::size_t i = 0; i < nulls.size(); ++i)
        if (nulls[i]) out.reasons[i] = Reason::null_key;
    }
    auto const pieces = split_groups(keys_.begins(), std::size_t{1} << 14);
    std::vector<Matched> counts(pieces.size());
    base::parallel_for(base::thread_count(threads_, static_cast<std::int64_t>(line_.times.size()), 1 << 15),
                       pieces.size() - 1, [&](int, std::size_t p) {
                         for (auto g = pieces[p]; g < pieces[p + 1]; ++g) settle(g, out, counts[p]);
                       });
    for (auto const& count : counts) {
      out.matches += count.matches;
      out.behind_gaps += count.behind_gaps;
      if (count.first_tie >= 0 && (out.first_tie < 0 || count.first_tie < out.first_tie))
        out.first_tie = count.first_tie;
    }
    return out;
  }

  char const* plan() const override { return parts_ == 0 ? "slots" : "partitioned slots"; }

 private:
  using Wait = std::conditional_t<S::ranked || Tracked, RankedWaiting, Waiting>;

  template <class Do>
  void in_pieces(std::size_t n, Do work) const {
    constexpr std::size_t piece = std::size_t{1} << 16;
    base::parallel_for(base::thread_count(threads_, static_cast<std::int64_t>(n), piece), (n + piece - 1) / piece,
                       [&](int, std::size_t p) { work(p * piece, std::min(n, (p + 1) * piece)); });
  }
  std::int64_t cut_of(std::int64_t time) const {
    // Reversed, a row counts if its own time, later by the delay, is not before the left row's.
    auto const cut = line_.reversed ? -rule_.axis.behind(-time, rule_.delay) : rule_.axis.behind(time, rule_.delay);
    return rule_.strictly && cut > earliest ? cut - 1 : cut;
  }
  Marks<S> empty_marks() const {
    auto const n = line_.times.size();
    Marks<S> marks{.slots = Array<S>(n),
                   .passed = Array<std::int64_t>(Tracked ? n : 0),
                   .written = Array<std::int64_t>(Tracked && known_ ? n : 0)};
    auto const clear = [&](std::size_t begin, std::size_t end) {
      std::fill(marks.slots.data() + begin, marks.slots.data() + end, S{});
      if (!marks.passed.empty()) std::fill(marks.passed.data() + begin, marks.passed.data() + end, null_time);
      if (!marks.written.empty()) std::fill(marks.written.data() + begin, marks.written.data() + end, null_time);
    };
    if (parts_ > 0)
      in_pieces(n, clear);
    else
      clear(0, n);
    return marks;
  }

  Locator stored(Locator row) const { return rule_.ties == Ties::first ? last_locator - row : row; }

  /// The rows of a stretch that exist and whose key some left row has.
  void gather(RightBatch const& batch, std::int64_t begin, std::size_t count, std::vector<KeyReader> const& readers,
              KeyScratch& scratch, Candidates& out) const {
    auto& groups = out.groups;
    keys_.find(readers, batch.keys, begin, {groups.data(), count}, scratch);
    auto const* const times = batch.times + begin;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
      out.groups[kept] = groups[i];
      out.times[kept] = line_.reversed ? reversed(times[i]) : times[i];
      out.rows[kept] = stored(batch.first + begin + static_cast<std::int64_t>(i));
      if constexpr (S::ranked) out.ranks[kept] = batch.ranks[begin + static_cast<std::int64_t>(i)];
      bool there = groups[i] < other_key && times[i] != null_time;
      if constexpr (Tracked) {
        if (known_) out.known[kept] = batch.known[begin + static_cast<std::int64_t>(i)];
      }
      kept += static_cast<std::size_t>(there);
    }
    out.count = kept;
  }

  void mark_directly(std::vector<Block> const& blocks, std::vector<KeyReader> const& readers, auto const& go_on) {
    std::int64_t rows = 0;
    for (auto const& block : blocks) rows += block.length;
    auto const workers = std::min(base::thread_count(threads_, rows, block_rows), static_cast<int>(marks_.size()));
    struct Worker {
      KeyScratch scratch;
      Candidates candidates;
    };
    std::vector<std::unique_ptr<Worker>> spaces(static_cast<std::size_t>(workers));
    base::parallel_for(workers, blocks.size(), [&](int worker, std::size_t b) {
      if (!go_on()) return;
      auto& space = spaces[static_cast<std::size_t>(worker)];
      if (!space) space = std::make_unique<Worker>();
      auto& marks = marks_[static_cast<std::size_t>(worker)];
      if (marks.slots.empty()) marks = empty_marks();
      auto const& block = blocks[b];
      for (std::int64_t done = 0; done < block.length; done += static_cast<std::int64_t>(key_block)) {
        auto const count = static_cast<std::size_t>(std::min<std::int64_t>(key_block, block.length - done));
        gather(*block.batch, block.begin + done, count, readers, space->scratch, space->candidates);
        mark(space->candidates, marks);
      }
    });
  }

  void mark_by_part(std::span<Block const> blocks, std::int64_t rows, std::vector<KeyReader> const& readers,
                    auto const& go_on) {
    if (waiting_.size() < static_cast<std::size_t>(rows)) waiting_ = Array<Wait>(static_cast<std::size_t>(rows));
    std::vector<std::int64_t> starts;
    std::int64_t next = 0;
    for (auto const& block : blocks) {
      starts.push_back(next);
      next += block.length;
    }
    Array<std::uint32_t> ends(blocks.size() * parts_);  // [block][part], within the block's stretch of `waiting_`
    auto const workers = base::thread_count(threads_, rows, block_rows);
    struct Worker {
      KeyScratch scratch;
      Candidates candidates;
      Array<Wait> found{static_cast<std::size_t>(block_rows)};
      Array<std::uint32_t> parts{static_cast<std::size_t>(block_rows)};
    };
    std::vector<std::unique_ptr<Worker>> spaces(static_cast<std::size_t>(workers));
    base::parallel_for(workers, blocks.size(), [&](int worker, std::size_t b) {
      if (!go_on()) return;
      auto& space = spaces[static_cast<std::size_t>(worker)];
      if (!space) space = std::make_unique<Worker>();
      auto const& block = blocks[b];
      auto* const end = ends.data() + b * parts_;
      std::fill(end, end + parts_, 0);
      std::size_t found = 0;
      auto& candidates = space->candidates;
      for (std::int64_t done = 0; done < block.length; done += static_cast<std::int64_t>(key_block)) {
        auto const count = static_cast<std::size_t>(std::min<std::int64_t>(key_block, block.length - done));
        gather(*block.batch, block.begin + done, count, readers, space->scratch, candidates);
        for (std::size_t i = 0; i < candidates.count; ++i) {
          auto const part = begins_[candidates.groups[i]] >> part_shift_;
          ++end[part];
          space->parts[found] = part;
          auto& wait = space->found[found++];
          auto const row = static_cast<std::uint32_t>(stored(candidates.rows[i]) - block.batch->first - block.begin);
          wait.time = candidates.times[i];
          wait.group = candidates.groups[i];
          wait.row = static_cast<std::uint32_t>(b) << 15 | row;
          if constexpr (S::ranked) wait.rank = candidates.ranks[i];
          if constexpr (Tracked) {
            if (known_) wait.known = candidates.known[i];
          }
        }
      }
      std::uint32_t at = 0;
      for (std::size_t p = 0; p < parts_; ++p) at += std::exchange(end[p], at);
      auto* const out = waiting_.data() + starts[b];
      for (std::size_t i = 0; i < found; ++i) out[end[space->parts[i]]++] = space->found[i];
    });
    base::parallel_for(workers, parts_, [&](int worker, std::size_t p) {
      if (!go_on()) return;
      auto& space = spaces[static_cast<std::size_t>(worker)];
      if (!space) space = std::make_unique<Worker>();
      auto& candidates = space->candidates;
      candidates.count = 0;
      fetch_part(p);
      for (std::size_t b = 0; b < blocks.size(); ++b) {
        auto const* const end = ends.data() + b * parts_;
        for (std::uint32_t at = p == 0 ? 0 : end[p - 1]; at < end[p]; ++at) {
          auto const& wait = waiting_[static_cast<std::size_t>(starts[b]) + at];
          auto const i = candidates.count++;
          candidates.groups[i] = wait.group;
          candidates.times[i] = wait.time;
          candidates.rows[i] = stored(blocks[b].batch->first + blocks[b].begin + (wait.row & (block_rows - 1)));
          if constexpr (S::ranked) candidates.ranks[i] = wait.rank;
          if constexpr (Tracked) {
            if (known_) candidates.known[i] = wait.known;
          }
          if (candidates.count < key_block) continue;
          mark(candidates, marks_[0]);
          candidates.count = 0;
        }
      }
      mark(candidates, marks_[0]);
    });
  }

  // Most slots of a part are about to be needed: in one go they come faster than one by one.
  void fetch_part(std::size_t part) const {
    auto const n = line_.times.size();
    auto const begin = std::min(n, part << part_shift_), end = std::min(n, (part + 1) << part_shift_);
    for (auto at = begin; at < end; at += 64 / sizeof(std::int64_t)) __builtin_prefetch(cut_ + at);
    for (auto at = begin; at < end; at += 64 / sizeof(Slot)) __builtin_prefetch(marks_.front().slots.data() + at, 1);
  }

  void put(S& slot, S const& mine) const {
    if constexpr (CheckTies) {
      if (slot.time != null_time && mine.ties_with(slot)) {
        slot.row = std::max(slot.row & ~tied, mine.row & ~tied) | tied;
        return;
      }
    }
    slot.take(mine, mine.newer_than(slot));
  }

  S slot_of(Candidates const& from, std::size_t i) const {
    if constexpr (S::ranked)
      return S::of(from.times[i], from.ranks[i], from.rows[i]);
    else
      return S::of(from.times[i], 0, from.rows[i]);
  }

  void mark(Candidates& rows, Marks<S>& marks) {
    if constexpr (!Tracked && !CheckTies && !S::ranked) {
      std::size_t repeats = 0;
      for (std::size_t i = 1; i < rows.count; ++i) repeats += rows.groups[i] == rows.groups[i - 1];
      if (2 * repeats > rows.count) return mark_runs(rows, marks);
    }
    find_places(cut_, begins_, {rows.groups.data(), rows.count}, rows.times.data(), rows.places.data());
    for (std::size_t i = 0; i < rows.count; ++i) {
      auto place = rows.places[i];
      auto const g = rows.groups[i];
      bool visible = place < begins_[g + 1];
      if constexpr (Tracked) visible = track(rows, i, place, marks);
      if (visible)
        put(marks.slots[place], slot_of(rows, i));
      else if (!Tracked && rule_.reasons)
        see(g);
    }
  }

  // Rows of one key in a row, mostly in the order of their times: no search, and only the last before a left row
  // counts.
  void mark_runs(Candidates const& rows, Marks<S>& marks) {
    for (std::size_t i = 0; i < rows.count;) {
      auto const g = rows.groups[i];
      auto const end = begins_[g + 1];
      auto place = first_not_before(cut_, begins_[g], end, rows.times[i]);
      auto best = slot_of(rows, i);
      auto const flush = [&] {
        if (place < end)
          put(marks.slots[place], best);
        else if (rule_.reasons)
          see(g);
      };
      for (++i; i < rows.count && rows.groups[i] == g && rows.times[i] >= best.time; ++i) {
        auto const mine = slot_of(rows, i);
        if (place < end && cut_[place] < mine.time) {
          flush();
          while (place < end && cut_[place] < mine.time) ++place;
          best = mine;
        } else if (mine.newer_than(best)) {
          best = mine;
        }
      }
      flush();
    }
  }

  void see(Group g) {
    std::atomic_ref<std::uint8_t> const seen{seen_[g]};
    if (seen.load(std::memory_order_relaxed) == 0) seen.store(1, std::memory_order_relaxed);
  }

  /// Moves `place` to where the row is both old enough and written, and leaves word where it came before.
  bool track(Candidates const& rows, std::size_t i, std::uint32_t& place, Marks<S>& marks) {
    auto const g = rows.groups[i];
    auto const begin = begins_[g], end = begins_[g + 1];
    auto const* const times = line_.times.data();
    auto const time = rows.times[i];
    auto came = place;
    if (place > begin && times[place - 1] >= time) came = first_not_before(times, begin, place, time);
    auto became_known = came;
    if (known_) {
      auto const written = rows.known[i];
      became_known = written == null_time ? end : std::max(came, first_not_before(times, begin, end, written));
      place = std::max(place, became_known);
      if (became_known < place) marks.written[became_known] = std::max(marks.written[became_known], time);
    }
    if (came < place)
      marks.passed[came] = std::max(marks.passed[came], time);
    else if (place == end && rule_.reasons)
      see(g);
    return place < end;
  }

  void merge_marks() {
    std::erase_if(marks_, [](auto const& marks) { return marks.slots.empty(); });
    if (marks_.empty()) marks_.push_back(empty_marks());
    auto& into = marks_.front();
    for (std::size_t m = 1; m < marks_.size(); ++m) {
      auto const& from = marks_[m];
      in_pieces(into.slots.size(), [&](std::size_t begin, std::size_t end) {
        for (auto i = begin; i < end; ++i) {
          if (from.slots[i].time == null_time) continue;
          bool const was_tied = CheckTies && (from.slots[i].row & tied) != 0;
          put(into.slots[i], from.slots[i]);
          if (was_tied && into.slots[i].ties_with(from.slots[i])) into.slots[i].row |= tied;
        }
        if constexpr (Tracked)
          for (auto i = begin; i < end; ++i) into.passed[i] = std::max(into.passed[i], from.passed[i]);
        if (!into.written.empty())
          for (auto i = begin; i < end; ++i) into.written[i] = std::max(into.written[i], from.written[i]);
      });
    }
    marks_.resize(1);
  }

  void settle(Group g, Matched& out, Matched& counts) {
    auto const& marks = marks_.front();
    S best{};
    std::int64_t passed = null_time, written = null_time;
    bool const any = rule_.reasons && has_rows(g, marks);
    for (auto at = begins_[g]; at < begins_[g + 1]; ++at) {
      auto const& slot = marks.slots[at];
      if (slot.time > best.time)
        best = slot;  // rows of one time are in one slot
      else if (S::ranked && slot.time == best.time && slot.newer_than(best))
        best = slot;  // unless written later
      if constexpr (Tracked) {
        passed = std::max(passed, marks.passed[at]);
        if (known_) written = std::max(written, marks.written[at]);
      }
      auto const row = line_.order[at];
      auto const now = line_.times[at];
      bool const matched = best.time != null_time && young(now, best.time);
      if (matched) {
        ++counts.matches;
        out.winners[row] = {rule_.ties == Ties::first ? last_locator - best.row : best.row,
                            line_.reversed ? -best.time : best.time};
        if (CheckTies && (best.row & tied) != 0 && (counts.first_tie < 0 || row < counts.first_tie))
          counts.first_tie = row;
        if (rule_.covered && rule_.covered->has_gap(best.time + 1, cut_[at])) ++counts.behind_gaps;
      }
      if (!rule_.reasons) continue;
      auto const happened = std::max(passed, best.time);
      if (!matched && happened != null_time) out.winners[row].time = happened;
      out.reasons[row] = matched ? Reason::matched : reason(any, now, cut_[at], happened, std::max(written, best.time));
    }
  }

  bool has_rows(Group g, Marks<S> const& marks) const {
    if (seen_[g]) return true;
    for (auto at = begins_[g]; at < begins_[g + 1]; ++at)
      if (marks.slots[at].time != null_time || (Tracked && marks.passed[at] != null_time)) return true;
    return false;
  }

  bool young(std::int64_t now, std::int64_t time) const {
    if (rule_.equal_time) return now == time;
    if (!rule_.lookback) return true;
    return line_.reversed ? rule_.axis.within(-now, -time, *rule_.lookback)
                          : rule_.axis.within(now, time, *rule_.lookback);
  }

  Reason reason(bool any, std::int64_t now, std::int64_t cut, std::int64_t happened, std::int64_t known) const {
    if (!any) return Reason::no_key;
    if (rule_.covered) {
      auto from = rule_.equal_time ? now : rule_.lookback ? minus(now, rule_.lookback->ticks) : earliest;
      auto const& stretches = rule_.covered->stretches;
      if (!rule_.lookback && !stretches.empty()) from = std::min(stretches.front().first, cut);
      if (rule_.covered->has_gap(from, cut)) return Reason::coverage_gap;
    }
    if (happened == null_time) return Reason::before_first;
    if (!young(now, happened)) return Reason::too_old;
    if (!known_ || (known != null_time && young(now, known))) return Reason::not_yet_available;
    return Reason::not_yet_known;
  }

  KeyIndex const& keys_;
  Timeline const& line_;
  JoinRule rule_;
  bool known_;
  int threads_;
  std::uint32_t const* begins_;
  int part_shift_ = 0;
  std::size_t parts_ = 0;  ///< 0: threads have marks of their own
  Array<std::int64_t> own_cut_;
  std::int64_t const* cut_ = nullptr;
  Array<std::uint8_t> seen_;  ///< per group: some row is later than every left row
  std::vector<Marks<S>> marks_;
  Array<Wait> waiting_;
};

template <class S>
std::unique_ptr<Marker::State> engine(KeyIndex const& keys, Timeline const& line, JoinRule const& rule, bool known,
                                      int threads) {
  bool const tracked = known || (rule.reasons && !rule.equal_time && rule.delay.ticks != 0);
  bool const ties = rule.ties == Ties::error;
  if (tracked && ties) return std::make_unique<Engine<S, true, true>>(keys, line, rule, known, threads);
  if (tracked) return std::make_unique<Engine<S, true, false>>(keys, line, rule, known, threads);
  if (ties) return std::make_unique<Engine<S, false, true>>(keys, line, rule, known, threads);
  return std::make_unique<Engine<S, false, false>>(keys, line, rule, known, threads);
}

}  // namespace

Marker::Marker(KeyIndex const& keys, Timeline const& line, JoinRule const& rule, bool ranked, bool known, int threads)
    : state_{ranked ? engine<RankedSlot>(keys, line, rule, known, threads)
                    : engine<Slot>(keys, line, rule, known, threads)} {}
Marker::~Marker() = default;

Result<void> Marker::feed(std::span<RightBatch const> batches, std::vector<KeyReader> const& readers,
                          Context const& ctx) {
  return state_->feed(batches, readers, ctx);
}
Matched Marker::finish(std::int64_t left_rows) { return state_->finish(left_rows); }
char const* Marker::plan() const noexcept { return state_->plan(); }

}  // namespace podium::inline v0::features
