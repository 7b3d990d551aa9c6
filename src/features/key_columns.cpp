#include "features/key_columns.hpp"

#include "data/view.hpp"
#include "features/hash.hpp"

#include <bit>
#include <cmath>
#include <limits>

namespace podium::inline v0::features {
namespace {

using data::Chunk;
using data::Kind;
using data::SchemaNode;
using data::Type;

constexpr std::size_t decimal_bytes = 32;

Family family_of(Type const& type) {
  switch (type.kind) {
    case Kind::null:
      return Family::nothing;
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
    case Kind::time:
      return Family::time;
    case Kind::timestamp:
      return Family::timestamp;
    case Kind::duration:
      return Family::duration;
    case Kind::decimal:
      return Family::decimal;
    default:
      return Family::unusable;
  }
}

std::uint64_t floating_word(double value) {
  if (std::isnan(value)) return std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN());
  return std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);  // -0.0 equals 0.0
}

template <class T, class Make>
void copy(Chunk const& chunk, std::int64_t begin, std::size_t count, std::uint64_t* out, Make make) {
  auto const* const from = data::values<T>(chunk) + begin;
  for (std::size_t i = 0; i < count; ++i) out[i] = make(from[i]);
}

// The number that the bytes of a decimal are, as wide as the widest.
void widen_decimal(std::byte const* from, std::size_t width, std::byte* out) {
  bool const negative = (from[width - 1] & std::byte{0x80}) != std::byte{};
  std::memcpy(out, from, width);
  std::memset(out + width, negative ? 0xFF : 0, decimal_bytes - width);
}

bool is_timed(Family family) {
  return family == Family::time || family == Family::timestamp || family == Family::duration;
}

}  // namespace

KeyType key_type(SchemaNode const& field) {
  auto const& type = field.value_type();
  return {.family = family_of(type),
          .unit = type.unit,
          .scale = type.scale,
          .is_unsigned_64 = type.kind == Kind::integer && type.width == 8 && !type.is_signed};
}

KeyReader::KeyReader(SchemaNode const& field, KeyType reference)
    : field_{&field}, type_{key_type(field)}, reference_{reference} {}

void KeyReader::read(Chunk const& chunk, std::int64_t begin, std::size_t count, KeyValues& out, std::uint8_t* there,
                     std::uint8_t* equal) const {
  if (is_bytes())
    out.texts.resize(count);
  else
    out.words.resize(count);
  if (type_.family == Family::nothing || reference_.family == Family::nothing) {
    std::memset(there, 0, count);
    if (is_bytes()) std::ranges::fill(out.texts, std::string_view{});
    return;
  }
  if (field_->dictionary) {
    read_encoded(chunk, begin, count, out, there);
  } else {
    data::Validity const valid{field_->type, chunk};
    if (!valid.all())
      for (std::size_t i = 0; i < count; ++i)
        there[i] &= static_cast<std::uint8_t>(valid(begin + static_cast<std::int64_t>(i)));
    if (is_bytes())
      read_texts(field_->type, chunk, begin, count, out);
    else
      read_words(field_->type, chunk, begin, count, out.words.data());
  }
  if (!is_bytes() && equal) convert(count, out.words.data(), equal);
}

// Values that stand behind a null are read like others: the buffers hold something for them.
void KeyReader::read_words(Type const& type, Chunk const& chunk, std::int64_t begin, std::size_t count,
                           std::uint64_t* out) const {
  switch (type.kind) {
    case Kind::boolean:
      for (std::size_t i = 0; i < count; ++i)
        out[i] = data::boolean(chunk, begin + static_cast<std::int64_t>(i)) ? 1 : 0;
      break;
    case Kind::floating:
      if (type.width == 8)
        copy<double>(chunk, begin, count, out, floating_word);
      else
        copy<float>(chunk, begin, count, out, [](float value) { return floating_word(double{value}); });
      break;
    case Kind::date64:
      copy<std::int64_t>(chunk, begin, count, out,
                         [](std::int64_t value) { return static_cast<std::uint64_t>(value / 86'400'000); });
      break;
    case Kind::date32:
      copy<std::int32_t>(chunk, begin, count, out,
                         [](std::int32_t value) { return static_cast<std::uint64_t>(std::int64_t{value}); });
      break;
    case Kind::integer:
      data::with_integer(type, [&]<class T>(T) {
        copy<T>(chunk, begin, count, out,
                [](T value) { return static_cast<std::uint64_t>(static_cast<std::int64_t>(value)); });
      });
      break;
    default:
      if (type.width == 4)
        copy<std::int32_t>(chunk, begin, count, out,
                           [](std::int32_t value) { return static_cast<std::uint64_t>(std::int64_t{value}); });
      else
        copy<std::int64_t>(chunk, begin, count, out,
                           [](std::int64_t value) { return static_cast<std::uint64_t>(value); });
  }
}

void KeyReader::read_texts(Type const& type, Chunk const& chunk, std::int64_t begin, std::size_t count,
                           KeyValues& out) const {
  if (type.kind == Kind::text || type.kind == Kind::binary) {
    auto const* const offsets = static_cast<std::int32_t const*>(chunk.array->buffers[1]) + chunk.offset + begin;
    auto const* const bytes = static_cast<char const*>(chunk.array->buffers[2]);
    for (std::size_t i = 0; i < count; ++i)
      out.texts[i] = {bytes ? bytes + offsets[i] : "", static_cast<std::size_t>(offsets[i + 1] - offsets[i])};
    return;
  }
  if (type.kind != Kind::decimal) {
    for (std::size_t i = 0; i < count; ++i)
      out.texts[i] = data::bytes(type, chunk, begin + static_cast<std::int64_t>(i));
    return;
  }
  auto const width = static_cast<std::size_t>(type.width);
  auto const* const from = static_cast<std::byte const*>(chunk.array->buffers[1]);
  out.decimals.resize(count * decimal_bytes);
  for (std::size_t i = 0; i < count; ++i) {
    auto* const to = out.decimals.data() + i * decimal_bytes;
    widen_decimal(from + (static_cast<std::size_t>(chunk.offset + begin) + i) * width, width, to);
    out.texts[i] = {reinterpret_cast<char const*>(to), decimal_bytes};
  }
}

void KeyReader::read_encoded(Chunk const& chunk, std::int64_t begin, std::size_t count, KeyValues& out,
                             std::uint8_t* there) const {
  data::Decoded const decoded{*field_, chunk};
  auto const& type = decoded.type();
  bool const decimal = type.kind == Kind::decimal;
  auto const width = static_cast<std::size_t>(type.width);
  if (decimal) out.decimals.resize(count * decimal_bytes);
  for (std::size_t i = 0; i < count; ++i) {
    auto const j = decoded[begin + static_cast<std::int64_t>(i)];
    if (j < 0) {
      there[i] = 0;
      if (is_bytes())
        out.texts[i] = {};
      else
        out.words[i] = 0;
    } else if (decimal) {
      auto* const to = out.decimals.data() + i * decimal_bytes;
      widen_decimal(static_cast<std::byte const*>(decoded.values().array->buffers[1]) +
                        static_cast<std::size_t>(decoded.values().offset + j) * width,
                    width, to);
      out.texts[i] = {reinterpret_cast<char const*>(to), decimal_bytes};
    } else if (is_bytes()) {
      out.texts[i] = data::bytes(type, decoded.values(), j);
    } else {
      read_words(type, decoded.values(), j, 1, &out.words[i]);
    }
  }
}

// The right's words in the left's terms: other units are brought to the left's, what does not fit there equals nothing.
void KeyReader::convert(std::size_t count, std::uint64_t* words, std::uint8_t* equal) const {
  if (type_.family == Family::integer && type_.is_unsigned_64 != reference_.is_unsigned_64)
    for (std::size_t i = 0; i < count; ++i) equal[i] &= static_cast<std::uint8_t>(~words[i] >> 63);
  if (!is_timed(type_.family) || type_.unit == reference_.unit) return;
  auto const have = data::ticks_per_second(type_.unit), want = data::ticks_per_second(reference_.unit);
  for (std::size_t i = 0; i < count; ++i) {
    auto value = static_cast<std::int64_t>(words[i]);
    bool fits = true;
    if (want > have) {
      fits = !__builtin_mul_overflow(value, want / have, &value);
    } else {
      fits = value % (have / want) == 0;
      value /= have / want;
    }
    words[i] = static_cast<std::uint64_t>(value);
    equal[i] &= static_cast<std::uint8_t>(fits);
  }
}

void KeyReader::hash(KeyValues const& values, std::size_t count, std::uint64_t* out) const {
  if (is_bytes())
    for (std::size_t i = 0; i < count; ++i) out[i] = hash_bytes(values.texts[i]);
  else
    for (std::size_t i = 0; i < count; ++i) out[i] = mix(values.words[i]);
}

Result<KeyReader> matching_reader(SchemaNode const& left, SchemaNode const& right, Sides const& sides) {
  auto const a = key_type(left), b = key_type(right);
  auto const word = [](SchemaNode const& field) { return data::type_name(field.value_type()); };
  for (auto const* const side : {&left, &right})
    if (key_type(*side).family == Family::unusable)
      return Error{Errc::invalid_argument,
                   "key column `" + side->name + "` is " + word(*side) + ", which cannot be a key"};
  if (a.family == Family::nothing || b.family == Family::nothing) return KeyReader{right, a};
  bool const one_scale = a.family != Family::decimal || a.scale == b.scale;
  if (a.family == b.family && one_scale) return KeyReader{right, a};
  auto const other = left.name == right.name ? "" : "column `" + right.name + "` ";
  return Error{Errc::invalid_argument,
               "key column `" + left.name + "` is " + word(left) + " in the " + sides.left + " and " + other +
                   word(right) + " in the " + sides.right +
                   (one_scale ? ": cast one of them" : ": decimals need one scale to be compared, cast one of them")};
}

}  // namespace podium::inline v0::features
