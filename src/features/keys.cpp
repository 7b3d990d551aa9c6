#include "features/keys.hpp"

#include "base/parallel.hpp"
#include "features/hash.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <numeric>

namespace podium::inline v0::features {
namespace {

constexpr std::int64_t rows_per_part = 1 << 14;
constexpr int max_part_bits = 10;
constexpr std::size_t arena_block = std::size_t{1} << 16;

int part_bits_for(std::int64_t rows) {
  int bits = 0;
  while (bits < max_part_bits && rows >> bits > rows_per_part) ++bits;
  return bits;
}

/// Texts one after the other, in blocks that never move.
class Arena {
 public:
  explicit Arena(std::vector<std::unique_ptr<char[]>>& blocks) : blocks_{blocks} {}
  std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    if (text.size() > left_) {
      left_ = std::max(arena_block, text.size());
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(left_));
      at_ = blocks_.back().get();
    }
    char* const kept = at_;
    std::memcpy(kept, text.data(), text.size());
    at_ += text.size();
    left_ -= text.size();
    return {kept, text.size()};
  }

 private:
  std::vector<std::unique_ptr<char[]>>& blocks_;
  char* at_ = nullptr;
  std::size_t left_ = 0;
};

/// A stretch of rows within one batch.
struct Stretch {
  std::size_t batch = 0;
  std::int64_t begin = 0;  ///< within the batch
  std::int64_t length = 0;
  std::int64_t row = 0;  ///< of the table
};

std::vector<Stretch> stretches_of(data::Table::State const& table, std::int64_t at_most) {
  std::vector<Stretch> out;
  std::int64_t row = 0;
  for (std::size_t b = 0; b < table.batch_rows.size(); ++b)
    for (std::int64_t begin = 0; begin < table.batch_rows[b]; begin += at_most) {
      auto const length = std::min(at_most, table.batch_rows[b] - begin);
      out.push_back({b, begin, length, row});
      row += length;
    }
  return out;
}

}  // namespace

/// What is known of the left rows while their index is made.
struct KeyIndex::Build {
  data::Table::State const& left;
  std::vector<std::size_t> const& columns;
  std::span<std::uint8_t const> skip;
  KeyIndex& index;
  int threads;
  std::vector<Stretch> stretches;
  Array<std::uint64_t> hashes{};
  std::vector<Array<std::uint64_t>> words{};       ///< [column][row], where a word is not told by its hash
  std::vector<Array<std::string_view>> texts{};    ///< [column][row]
  std::vector<std::vector<std::byte>> decimals{};  ///< what texts of decimals point to
  std::vector<std::uint8_t> usable{};              ///< empty: every row
  Array<std::uint32_t> rows{};                     ///< by part
  Array<std::uint64_t> row_hashes{};               ///< of `rows`
  std::vector<std::size_t> part_begins{};

  void hash_rows();
  void hash_stretch(Stretch const& stretch, KeyScratch& scratch);
  void spread();
  void fill_part(std::size_t p);
  void finish();
  bool same(Part const& part, Group group, std::uint32_t row) const;
};

void KeyIndex::Build::hash_rows() {
  auto const n = static_cast<std::size_t>(left.rows);
  hashes = columns.empty() ? Array<std::uint64_t>(n, 0) : Array<std::uint64_t>(n);
  words.resize(columns.size());
  texts.resize(columns.size());
  decimals.resize(columns.size());
  bool nullable = !skip.empty();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    auto const& reader = index.readers_[c];
    if (reader.is_bytes())
      texts[c] = Array<std::string_view>(n);
    else if (!index.exact())
      words[c] = Array<std::uint64_t>(n);
    if (reader.reference().family == Family::decimal) decimals[c].resize(n * 32);
    for (auto const& chunk : left.columns[columns[c]])
      nullable |= chunk.array->null_count != 0 || left.fields[columns[c]].type.kind == data::Kind::null ||
                  left.fields[columns[c]].dictionary;
  }
  if (nullable) {
    usable.assign(n, 1);
    index.null_rows_.assign(n, 0);
  }
  std::vector<KeyScratch> scratch(static_cast<std::size_t>(threads));
  for (auto& one : scratch) one.columns.resize(columns.size());
  base::parallel_for(threads, stretches.size(), [&](int worker, std::size_t s) {
    hash_stretch(stretches[s], scratch[static_cast<std::size_t>(worker)]);
  });
  if (nullable && std::ranges::find(index.null_rows_, 1) == index.null_rows_.end()) index.null_rows_.clear();
}

void KeyIndex::Build::hash_stretch(Stretch const& stretch, KeyScratch& scratch) {
  for (std::int64_t done = 0; done < stretch.length; done += static_cast<std::int64_t>(key_block)) {
    auto const count = static_cast<std::size_t>(std::min<std::int64_t>(key_block, stretch.length - done));
    auto const row = static_cast<std::size_t>(stretch.row + done);
    scratch.there.fill(1);
    auto* const out = hashes.data() + row;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      auto& values = scratch.columns[c];
      auto const& reader = index.readers_[c];
      reader.read(left.columns[columns[c]][stretch.batch], stretch.begin + done, count, values, scratch.there.data(),
                  nullptr);
      reader.hash(values, count, c == 0 ? out : scratch.hash.data());
      if (c > 0)
        for (std::size_t i = 0; i < count; ++i) out[i] = combine(out[i], scratch.hash[i]);
      if (!words[c].empty()) std::copy_n(values.words.data(), count, words[c].data() + row);
      if (!texts[c].empty()) {
        std::copy_n(values.texts.data(), count, texts[c].data() + row);
        if (!decimals[c].empty()) {
          auto* const kept = decimals[c].data() + row * 32;
          std::memcpy(kept, values.decimals.data(), count * 32);
          for (std::size_t i = 0; i < count; ++i)
            texts[c][row + i] = {reinterpret_cast<char const*>(kept + i * 32), 32};
        }
      }
    }
    if (index.hash_bits_ != 64)
      for (std::size_t i = 0; i < count; ++i) out[i] = index.weakened(out[i]);
    if (usable.empty()) continue;
    for (std::size_t i = 0; i < count; ++i) {
      index.null_rows_[row + i] = static_cast<std::uint8_t>(1 - scratch.there[i]);
      usable[row + i] = static_cast<std::uint8_t>(scratch.there[i] & (skip.empty() || skip[row + i] == 0));
    }
  }
}

// A stable counting sort of the rows by part, every stretch on its own.
void KeyIndex::Build::spread() {
  auto const parts = std::size_t{1} << index.part_bits_;
  std::vector<std::vector<std::uint32_t>> at(stretches.size());
  auto const each = [&](Stretch const& stretch, auto visit) {
    auto const end = static_cast<std::size_t>(stretch.row + stretch.length);
    for (auto row = static_cast<std::size_t>(stretch.row); row < end; ++row)
      if (usable.empty() || usable[row]) visit(row, index.part_of(hashes[row]));
  };
  base::parallel_for(threads, stretches.size(), [&](int, std::size_t s) {
    at[s].assign(parts, 0);
    each(stretches[s], [&](std::size_t, std::size_t part) { ++at[s][part]; });
  });
  part_begins.assign(parts + 1, 0);
  std::uint32_t next = 0;
  for (std::size_t p = 0; p < parts; ++p) {
    part_begins[p] = next;
    for (auto& counts : at) next += std::exchange(counts[p], next);
  }
  part_begins[parts] = next;
  rows = Array<std::uint32_t>(next);
  row_hashes = Array<std::uint64_t>(next);
  base::parallel_for(threads, stretches.size(), [&](int, std::size_t s) {
    each(stretches[s], [&](std::size_t row, std::size_t part) {
      auto const to = at[s][part]++;
      rows[to] = static_cast<std::uint32_t>(row);
      row_hashes[to] = hashes[row];
    });
  });
}

bool KeyIndex::Build::same(Part const& part, Group group, std::uint32_t row) const {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (index.readers_[c].is_bytes()) {
      if (part.texts[c][group] != texts[c][row]) return false;
    } else if (part.words[c][group] != words[c][row]) {
      return false;
    }
  }
  return true;
}

void KeyIndex::Build::fill_part(std::size_t p) {
  auto& part = index.parts_[p];
  bool const exact = index.exact();
  part.entries.assign(64, Entry{});
  part.words.resize(columns.size());
  part.texts.resize(columns.size());
  Arena arena{part.arena};
  auto const begin = part_begins[p], end = part_begins[p + 1];
  std::vector<std::uint32_t> local(end - begin);
  std::uint64_t mask = part.entries.size() - 1;
  for (auto at = begin; at < end; ++at) {
    auto const hash = row_hashes[at];
    auto const row = rows[at];
    auto slot = hash & mask;
    while (part.entries[slot].group != other_key &&
           !(part.entries[slot].tag == hash && (exact || same(part, part.entries[slot].group, row))))
      slot = (slot + 1) & mask;
    auto& entry = part.entries[slot];
    if (entry.group == other_key) {
      entry = {hash, static_cast<Group>(part.counts.size()), 0};
      part.counts.push_back(0);
      for (std::size_t c = 0; c < columns.size() && !exact; ++c) {
        if (index.readers_[c].is_bytes())
          part.texts[c].push_back(arena.keep(texts[c][row]));
        else
          part.words[c].push_back(words[c][row]);
      }
    }
    local[at - begin] = entry.group;
    ++part.counts[entry.group];
    if (2 * part.counts.size() > part.entries.size()) {
      std::vector<Entry> grown(part.entries.size() * 4);
      mask = grown.size() - 1;
      for (auto const& old : part.entries) {
        if (old.group == other_key) continue;
        auto to = old.tag & mask;
        while (grown[to].group != other_key) to = (to + 1) & mask;
        grown[to] = old;
      }
      part.entries.swap(grown);
    }
  }
  // The rows of this part by group; they are in row order already.
  std::vector<std::uint32_t> next(part.counts.size());
  auto at = static_cast<std::uint32_t>(begin);
  for (std::size_t g = 0; g < next.size(); ++g) {
    next[g] = at;
    at += part.counts[g];
  }
  for (auto i = begin; i < end; ++i) index.order_[next[local[i - begin]]++] = rows[i];
}

void KeyIndex::Build::finish() {
  auto& parts = index.parts_;
  Group groups = 0;
  for (auto& part : parts) {
    part.base = groups;
    groups += static_cast<Group>(part.counts.size());
  }
  index.begins_ = Array<std::uint32_t>(std::size_t{groups} + 1);
  index.words_.resize(columns.size());
  index.texts_.resize(columns.size());
  for (std::size_t c = 0; c < columns.size() && !index.exact(); ++c) {
    if (index.readers_[c].is_bytes())
      index.texts_[c] = Array<std::string_view>(groups);
    else
      index.words_[c] = Array<std::uint64_t>(groups);
  }
  base::parallel_for(threads, parts.size(), [&](int, std::size_t p) {
    auto& part = parts[p];
    for (auto& entry : part.entries)
      if (entry.group != other_key) entry.group += part.base;
    auto at = static_cast<std::uint32_t>(part_begins[p]);
    for (std::size_t g = 0; g < part.counts.size(); ++g) {
      index.begins_[part.base + g] = at;
      at += part.counts[g];
    }
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (!index.texts_[c].empty()) std::ranges::copy(part.texts[c], index.texts_[c].data() + part.base);
      if (!index.words_[c].empty()) std::ranges::copy(part.words[c], index.words_[c].data() + part.base);
    }
    part.words.clear();
    part.texts.clear();
    part.counts = {};
  });
  index.begins_[groups] = static_cast<std::uint32_t>(rows.size());
  for (auto const& part : parts) index.tables_.push_back({part.entries.data(), part.entries.size() - 1});
}

KeyIndex KeyIndex::build(data::Table::State const& left, std::vector<std::size_t> const& columns,
                         std::span<std::uint8_t const> skip, int threads, int hash_bits) {
  KeyIndex index;
  index.hash_bits_ = hash_bits;
  index.part_bits_ = part_bits_for(left.rows);
  for (auto const column : columns) {
    auto const& field = left.fields[column];
    index.readers_.emplace_back(field, key_type(field));
  }
  Build build{.left = left,
              .columns = columns,
              .skip = skip,
              .index = index,
              .threads = base::thread_count(threads, left.rows, 1 << 15),
              .stretches = stretches_of(left, 1 << 15)};
  build.hash_rows();
  build.spread();
  index.order_ = Array<std::uint32_t>(build.rows.size());
  index.parts_.resize(std::size_t{1} << index.part_bits_);
  base::parallel_for(build.threads, index.parts_.size(), [&](int, std::size_t p) { build.fill_part(p); });
  build.finish();
  return index;
}

inline Group KeyIndex::probe(std::uint64_t hash) const noexcept {
  auto const& table = tables_[part_of(hash)];
  for (auto at = hash & table.mask;; at = (at + 1) & table.mask) {
    auto const& entry = table.entries[at];
    if (entry.tag == hash || entry.group == other_key) return entry.group;
  }
}

inline bool KeyIndex::same(Group group, KeyScratch const& scratch, std::size_t i) const noexcept {
  for (std::size_t c = 0; c < readers_.size(); ++c) {
    if (readers_[c].is_bytes()) {
      if (texts_[c][group] != scratch.columns[c].texts[i]) return false;
    } else if (words_[c][group] != scratch.columns[c].words[i]) {
      return false;
    }
  }
  return true;
}

// Two keys of one hash: rare enough to be looked for one by one.
Group KeyIndex::probe_slowly(std::uint64_t hash, KeyScratch const& scratch, std::size_t i) const noexcept {
  auto const& table = tables_[part_of(hash)];
  for (auto at = hash & table.mask;; at = (at + 1) & table.mask) {
    auto const& entry = table.entries[at];
    if (entry.group == other_key || (entry.tag == hash && same(entry.group, scratch, i))) return entry.group;
  }
}

void KeyIndex::find(std::vector<KeyReader> const& readers, std::span<data::Chunk const* const> columns,
                    std::int64_t begin, std::span<Group> out, KeyScratch& scratch) const {
  auto const count = out.size();
  if (readers.empty()) {  // no key: one group
    std::ranges::fill(out, groups() == 0 ? other_key : Group{0});
    return;
  }
  scratch.columns.resize(readers.size());
  scratch.there.fill(1);
  scratch.equal.fill(1);
  for (std::size_t c = 0; c < readers.size(); ++c) {
    auto& values = scratch.columns[c];
    readers[c].read(*columns[c], begin, count, values, scratch.there.data(), scratch.equal.data());
    readers[c].hash(values, count, c == 0 ? scratch.hashes.data() : scratch.hash.data());
    if (c > 0)
      for (std::size_t i = 0; i < count; ++i) scratch.hashes[i] = combine(scratch.hashes[i], scratch.hash[i]);
  }
  if (hash_bits_ != 64)
    for (std::size_t i = 0; i < count; ++i) scratch.hashes[i] = weakened(scratch.hashes[i]);

  for (std::size_t i = 0; i < count; ++i) {
    auto const& table = tables_[part_of(scratch.hashes[i])];
    __builtin_prefetch(table.entries + (scratch.hashes[i] & table.mask));
  }
  for (std::size_t i = 0; i < count; ++i) out[i] = probe(scratch.hashes[i]);
  if (!exact())
    for (std::size_t i = 0; i < count; ++i)
      if (out[i] != other_key && !same(out[i], scratch, i)) out[i] = probe_slowly(scratch.hashes[i], scratch, i);
  for (std::size_t i = 0; i < count; ++i)
    if ((scratch.there[i] & scratch.equal[i]) == 0) out[i] = scratch.there[i] == 0 ? null_key : other_key;
}

}  // namespace podium::inline v0::features
