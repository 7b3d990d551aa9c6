#pragma once

#include "data/state.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace podium::inline v0::features {

/// Rows that are looked at together: what belongs to them stays in the nearest cache.
inline constexpr std::size_t key_block = 512;

/// How values of a type become comparable: as a 64-bit word, or as bytes.
enum class Family : std::uint8_t {
  integer,
  boolean,
  floating,
  text,
  binary,
  date,
  time,
  timestamp,
  duration,
  decimal,
  nothing,  ///< a column of nulls: compares with everything, equals nothing
  unusable,
};

struct KeyType {
  Family family = Family::unusable;
  data::TimeUnit unit{};  ///< of time, timestamp, duration
  int scale = 0;          ///< of decimals
  bool is_unsigned_64 = false;

  bool is_bytes() const noexcept {
    return family == Family::text || family == Family::binary || family == Family::decimal;
  }
};
KeyType key_type(data::SchemaNode const& field);

/// Values of one key column for a block of rows.  Of a row whose value is null, `there` becomes 0.
struct KeyValues {
  std::vector<std::uint64_t> words;
  std::vector<std::string_view> texts;
  std::vector<std::byte> decimals;  ///< what `texts` of decimals point to
};

/// Reads one key column of a table in the terms of `reference`, the type that the left table has.
class KeyReader {
 public:
  KeyReader() = default;
  KeyReader(data::SchemaNode const& field, KeyType reference);

  KeyType const& reference() const noexcept { return reference_; }
  bool is_bytes() const noexcept { return reference_.is_bytes(); }

  /// Rows [begin, begin + count) of `chunk` into `out.words` or `out.texts`; `there[i]` is cleared where the value is
  /// null, `equal[i]` (if given) where it is a value that the left's type cannot hold.
  void read(data::Chunk const& chunk, std::int64_t begin, std::size_t count, KeyValues& out, std::uint8_t* there,
            std::uint8_t* equal) const;
  /// Hashes of what was read.
  void hash(KeyValues const& values, std::size_t count, std::uint64_t* out) const;

 private:
  void read_words(data::Type const& type, data::Chunk const& chunk, std::int64_t begin, std::size_t count,
                  std::uint64_t* out) const;
  void read_texts(data::Type const& type, data::Chunk const& chunk, std::int64_t begin, std::size_t count,
                  KeyValues& out) const;
  void read_encoded(data::Chunk const& chunk, std::int64_t begin, std::size_t count, KeyValues& out,
                    std::uint8_t* there) const;
  void convert(std::size_t count, std::uint64_t* words, std::uint8_t* equal) const;

  data::SchemaNode const* field_ = nullptr;
  KeyType type_;
  KeyType reference_;
};

/// What messages call the two tables.
struct Sides {
  std::string left = "left table", right = "right table";
};

/// The reader of the right table's column, or why the two do not compare.
Result<KeyReader> matching_reader(data::SchemaNode const& left, data::SchemaNode const& right, Sides const& sides);

}  // namespace podium::inline v0::features
