#pragma once

#include "features/array.hpp"
#include "features/key_columns.hpp"

#include <array>
#include <span>

namespace podium::inline v0::features {

/// A key as a number: equal keys have equal numbers, counted from 0.
using Group = std::uint32_t;
inline constexpr Group null_key = 0xFFFF'FFFF;   ///< some part of the key is null
inline constexpr Group other_key = 0xFFFF'FFFE;  ///< a key that no left row has
inline constexpr std::int64_t max_left_rows = 0xFFFF'FFF0;

/// One pass's working space; every thread has its own.
struct KeyScratch {
  std::vector<KeyValues> columns;
  std::array<std::uint64_t, key_block> hashes;
  std::array<std::uint64_t, key_block> hash;
  std::array<std::uint8_t, key_block> there;
  std::array<std::uint8_t, key_block> equal;
};

/// The keys of the left table.  Values are compared, never texts made of them; several columns are one key.
///
/// Keys are spread by hash over parts with a small open-addressing table each, so that parts are built side by side;
/// groups of one part are neighbours.
class KeyIndex {
 public:
  /// `skip`, if not empty, marks rows that are not to be indexed.  `hash_bits` below 64 makes hashes collide, for
  /// tests.
  static KeyIndex build(data::Table::State const& left, std::vector<std::size_t> const& columns,
                        std::span<std::uint8_t const> skip, int threads, int hash_bits = 64);

  std::size_t groups() const noexcept { return begins_.empty() ? 0 : begins_.size() - 1; }
  /// The indexed rows by group, in row order within each.
  Array<std::uint32_t> const& order() const noexcept { return order_; }
  /// Group g's rows are order[begins[g]] .. order[begins[g + 1]].
  Array<std::uint32_t> const& begins() const noexcept { return begins_; }
  /// 1 for rows whose key has a null part; empty if there is none.
  std::vector<std::uint8_t> const& null_rows() const noexcept { return null_rows_; }
  std::vector<KeyReader> const& readers() const noexcept { return readers_; }

  /// Groups of the rows [begin, begin + out.size()) of one batch, at most key_block of them; null_key or other_key
  /// where there is none.  `columns` are the batch's chunks of the key columns, `readers` from matching_reader().
  void find(std::vector<KeyReader> const& readers, std::span<data::Chunk const* const> columns, std::int64_t begin,
            std::span<Group> out, KeyScratch& scratch) const;

 private:
  struct Entry {
    std::uint64_t tag = 0;
    Group group = other_key;
    std::uint32_t reserved = 0;
  };
  struct Part {
    std::vector<Entry> entries;
    std::vector<std::uint32_t> counts;              ///< rows per group
    std::vector<std::vector<std::uint64_t>> words;  ///< [column][group]
    std::vector<std::vector<std::string_view>> texts;
    std::vector<std::unique_ptr<char[]>> arena;
    Group base = 0;
  };
  struct Table {
    Entry const* entries = nullptr;
    std::uint64_t mask = 0;
  };
  struct Build;

  bool exact() const noexcept { return readers_.size() == 1 && !readers_.front().is_bytes() && hash_bits_ == 64; }
  std::size_t part_of(std::uint64_t hash) const noexcept { return part_bits_ == 0 ? 0 : hash >> (64 - part_bits_); }
  Group probe(std::uint64_t hash) const noexcept;
  bool same(Group group, KeyScratch const& scratch, std::size_t i) const noexcept;
  Group probe_slowly(std::uint64_t hash, KeyScratch const& scratch, std::size_t i) const noexcept;
  std::uint64_t weakened(std::uint64_t hash) const noexcept {
    return hash_bits_ == 64 ? hash : hash & ((std::uint64_t{1} << hash_bits_) - 1);
  }

  std::vector<KeyReader> readers_;
  int hash_bits_ = 64;
  int part_bits_ = 0;
  std::vector<Part> parts_;
  std::vector<Table> tables_;
  // Keys by group, for comparing: one run over all parts.
  std::vector<Array<std::uint64_t>> words_;
  std::vector<Array<std::string_view>> texts_;
  Array<std::uint32_t> order_;
  Array<std::uint32_t> begins_;
  std::vector<std::uint8_t> null_rows_;
};

}  // namespace podium::inline v0::features
