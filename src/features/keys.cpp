#include "features/keys.hpp"

#include "data/view.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <string_view>

namespace podium::inline v0::features {
namespace {

using data::Chunk;
using data::Decoded;
using data::Kind;
using data::SchemaNode;
using data::Type;

std::uint64_t mix(std::uint64_t value) {
  value ^= value >> 32;
  value *= 0x9E37'79B9'7F4A'7C15;
  value ^= value >> 29;
  value *= 0xBF58'476D'1CE4'E5B9;
  return value ^ value >> 32;
}

/// Open addressing with linear probing; holds what `Entry` says and numbers it from 0.
template <class Entry>
class Interner {
 public:
  Interner() { slots_.assign(64, Slot{}); }

  Group find(Entry const& entry, std::uint64_t hash) const {
    for (auto at = hash & mask();; at = (at + 1) & mask()) {
      auto const& slot = slots_[at];
      if (slot.id == other_key) return other_key;
      if (slot.hash == static_cast<std::uint32_t>(hash >> 32) && slot.entry == entry) return slot.id;
    }
  }
  Group add(Entry const& entry, std::uint64_t hash) {
    if (auto const id = find(entry, hash); id != other_key) return id;
    if (2 * (count_ + 1) > slots_.size()) grow();
    put({entry, hash_of(hash), static_cast<Group>(count_)}, hash);
    hashes_.push_back(hash);
    return static_cast<Group>(count_++);
  }
  std::size_t size() const { return count_; }

 private:
  struct Slot {
    Entry entry{};
    std::uint32_t hash = 0;
    Group id = other_key;
  };
  static std::uint32_t hash_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }
  std::uint64_t mask() const { return slots_.size() - 1; }
  void put(Slot const& slot, std::uint64_t hash) {
    auto at = hash & mask();
    while (slots_[at].id != other_key) at = (at + 1) & mask();
    slots_[at] = slot;
  }
  void grow() {
    std::vector<Slot> old(slots_.size() * 4);
    old.swap(slots_);
    for (auto const& slot : old)
      if (slot.id != other_key) put(slot, hashes_[slot.id]);
  }
  std::vector<Slot> slots_;
  std::vector<std::uint64_t> hashes_;
  std::size_t count_ = 0;
};

struct Word {
  std::uint64_t word = 0;
  Group before = 0;  ///< the key's columns to the left, as their own number
  friend bool operator==(Word const&, Word const&) = default;
};
std::uint64_t hash(Word const& word) {
  return mix(word.word ^ (std::uint64_t{word.before} + 1) * 0xD6E8'FEB8'6659'FD93);
}
std::uint64_t hash(std::string_view text) { return mix(std::hash<std::string_view>{}(text)); }

enum class Family : std::uint8_t { integer, boolean, floating, text, binary, date, timestamp, unusable };

Family family_of(Type const& type) {
  switch (type.kind) {
    case Kind::integer:
      return Family::integer;
    case Kind::boolean:
      return Family::boolean;
    case Kind::floating:
      return Family::floating;
    case Kind::text:
    case Kind::large_text:
    case Kind::text_view:
      return Family::text;
    case Kind::binary:
    case Kind::large_binary:
    case Kind::binary_view:
    case Kind::fixed_binary:
      return Family::binary;
    case Kind::date32:
    case Kind::date64:
      return Family::date;
    case Kind::timestamp:
      return Family::timestamp;
    default:
      return Family::unusable;
  }
}

enum class Mark : std::uint8_t { found, missing, null };

std::uint64_t floating_word(double value) {
  if (std::isnan(value)) return std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN());
  return std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);  // -0.0 equals 0.0
}

std::uint64_t number_word(Type const& type, Chunk const& chunk, std::int64_t i) {
  switch (type.kind) {
    case Kind::boolean:
      return data::boolean(chunk, i) ? 1 : 0;
    case Kind::floating:
      return floating_word(type.width == 8 ? data::values<double>(chunk)[i]
                                           : static_cast<double>(data::values<float>(chunk)[i]));
    case Kind::date32:
      return static_cast<std::uint64_t>(std::int64_t{data::values<std::int32_t>(chunk)[i]});
    case Kind::date64:
      return static_cast<std::uint64_t>(data::values<std::int64_t>(chunk)[i] / 86'400'000);
    case Kind::timestamp:
      return static_cast<std::uint64_t>(data::values<std::int64_t>(chunk)[i]);
    default:
      return data::with_integer(type,
                                [&]<class T>(T) { return static_cast<std::uint64_t>(data::values<T>(chunk)[i]); });
  }
}

bool is_unsigned_64(Type const& type) { return type.kind == Kind::integer && type.width == 8 && !type.is_signed; }

/// One column of the key, seen from both tables.
struct KeyColumn {
  SchemaNode const* observed = nullptr;
  SchemaNode const* stored = nullptr;
  std::size_t observed_at = 0;
  std::size_t stored_at = 0;
  bool is_bytes = false;
  bool signs_differ = false;  ///< one side is uint64, the other signed: the same bits may be other values
  Interner<std::string_view> texts{};
  /// [batch][dictionary index] of dictionary-encoded feature rows: each entry is looked up once.
  std::vector<std::vector<Group>> dictionary{};

  Mark observe(Decoded const& decoded, std::int64_t i, std::uint64_t& word) {
    auto const j = decoded[i];
    if (j < 0) return Mark::null;
    if (is_bytes) {
      auto const text = data::bytes(decoded.type(), decoded.values(), j);
      word = texts.add(text, hash(text));
    } else {
      word = number_word(decoded.type(), decoded.values(), j);
    }
    return Mark::found;
  }

  Mark look_up(Decoded const& decoded, std::size_t batch, std::int64_t i, std::uint64_t& word) const {
    auto const j = decoded[i];
    if (j < 0) return Mark::null;
    if (is_bytes) {
      if (stored->dictionary) {
        word = dictionary[batch][static_cast<std::size_t>(j)];
      } else {
        auto const text = data::bytes(decoded.type(), decoded.values(), j);
        word = texts.find(text, hash(text));
      }
      return word == other_key ? Mark::missing : Mark::found;
    }
    word = number_word(decoded.type(), decoded.values(), j);
    return signs_differ && static_cast<std::int64_t>(word) < 0 ? Mark::missing : Mark::found;
  }

  void look_up_dictionaries(data::Table::State const& rows) {
    if (!is_bytes || !stored->dictionary) return;
    for (auto const& chunk : rows.columns[stored_at]) {
      auto const values = data::dictionary_of(chunk);
      data::Validity const valid{stored->dictionary->type, values};
      std::vector<Group> ids(static_cast<std::size_t>(values.length), other_key);
      for (std::int64_t j = 0; j < values.length; ++j) {
        if (!valid(j)) continue;
        auto const text = data::bytes(stored->dictionary->type, values, j);
        ids[static_cast<std::size_t>(j)] = texts.find(text, hash(text));
      }
      dictionary.push_back(std::move(ids));
    }
  }
};

Result<KeyColumn> key_column(std::string const& name, data::Table::State const& observations,
                             data::Table::State const& rows) {
  auto const observed = data::find_column(observations, name);
  if (!observed) return observed.error().with("key column", name).with("table", "observation data");
  auto const stored = data::find_column(rows, name);
  if (!stored) return stored.error().with("key column", name).with("table", "feature rows");
  KeyColumn column{.observed = &observations.fields[*observed],
                   .stored = &rows.fields[*stored],
                   .observed_at = *observed,
                   .stored_at = *stored};
  auto const& left = column.observed->value_type();
  auto const& right = column.stored->value_type();
  auto const family = family_of(left);
  bool const same_unit = family != Family::timestamp || left.unit == right.unit;
  if (family != family_of(right) || !same_unit)
    return Error{Errc::invalid_argument, "key column `" + name + "` is " + data::type_name(left) +
                                             " in the observation data and " + data::type_name(right) +
                                             " in the feature rows: cast one of them"};
  if (family == Family::unusable)
    return Error{Errc::invalid_argument,
                 "key column `" + name + "` is " + data::type_name(left) + ", which cannot be a key"};
  column.is_bytes = family == Family::text || family == Family::binary;
  column.signs_differ = is_unsigned_64(left) != is_unsigned_64(right);
  return column;
}

}  // namespace

struct KeyIndex::State {
  std::vector<KeyColumn> columns;
  std::vector<Interner<Word>> combined;  ///< one per column; unused where the text number is the key
  std::vector<Group> groups;
  std::size_t group_count = 0;
  data::Table::State const* rows = nullptr;

  bool direct() const { return columns.size() == 1 && columns.front().is_bytes; }
};

KeyIndex::KeyIndex(std::unique_ptr<State> state) : state_{std::move(state)} {}
KeyIndex::KeyIndex(KeyIndex&&) noexcept = default;
KeyIndex& KeyIndex::operator=(KeyIndex&&) noexcept = default;
KeyIndex::~KeyIndex() = default;

Result<KeyIndex> KeyIndex::build(std::vector<model::FeatureColumn> const& index_columns,
                                 data::Table::State const& observations, data::Table::State const& rows) {
  auto state = std::make_unique<State>();
  state->rows = &rows;
  for (auto const& index : index_columns) {
    auto column = key_column(index.name, observations, rows);
    if (!column) return column.error();
    state->columns.push_back(*std::move(column));
  }
  state->combined.resize(state->columns.size());

  state->groups.assign(static_cast<std::size_t>(observations.rows), 0);
  bool const direct = state->direct();
  for (std::size_t c = 0; c < state->columns.size(); ++c) {
    auto& column = state->columns[c];
    auto& combined = state->combined[c];
    std::size_t row = 0;
    for (auto const& chunk : observations.columns[column.observed_at]) {
      Decoded const decoded{*column.observed, chunk};
      for (std::int64_t i = 0; i < chunk.length; ++i, ++row) {
        auto& group = state->groups[row];
        if (group == null_key) continue;
        std::uint64_t word = 0;
        if (column.observe(decoded, i, word) == Mark::null) {
          group = null_key;
        } else if (direct) {
          group = static_cast<Group>(word);
        } else {
          Word const key{word, group};
          group = combined.add(key, hash(key));
        }
      }
    }
    column.look_up_dictionaries(rows);
    state->group_count = direct ? column.texts.size() : combined.size();
  }
  return KeyIndex{std::move(state)};
}

std::vector<Group> const& KeyIndex::observation_groups() const noexcept { return state_->groups; }
std::size_t KeyIndex::group_count() const noexcept { return state_->group_count; }

void KeyIndex::find(std::size_t batch, std::int64_t begin, std::span<Group> out) const {
  std::ranges::fill(out, 0);
  bool const direct = state_->direct();
  for (std::size_t c = 0; c < state_->columns.size(); ++c) {
    auto const& column = state_->columns[c];
    Decoded const decoded{*column.stored, state_->rows->columns[column.stored_at][batch]};
    for (std::size_t i = 0; i < out.size(); ++i) {
      auto& group = out[i];
      if (group >= other_key) continue;
      std::uint64_t word = 0;
      auto const mark = column.look_up(decoded, batch, begin + static_cast<std::int64_t>(i), word);
      if (mark == Mark::null) {
        group = null_key;
      } else if (mark == Mark::missing) {
        group = other_key;
      } else if (direct) {
        group = static_cast<Group>(word);
      } else {
        Word const key{word, group};
        group = state_->combined[c].find(key, hash(key));
      }
    }
  }
}

}  // namespace podium::inline v0::features
