#include "data/partition.hpp"

#include "data/take.hpp"
#include "data/times.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace podium::inline v0::data {
namespace {

__extension__ typedef __int128 Wide;

constexpr std::int64_t day_us = 86'400'000'000;

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// "12", "-3", not "012": what reads back as it was written.
bool is_whole(std::string const& text) {
  auto const value = number<std::int64_t>(text);
  return value && std::to_string(*value) == text;
}

std::optional<Wide> decimal(std::string_view text, int scale) {
  Wide value = 0;
  bool const negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int behind = -1;
  int digits = 0;
  for (char const c : text) {
    if (c == '.' && behind < 0) {
      behind = 0;
      continue;
    }
    if (c < '0' || c > '9' || ++digits > 38) return std::nullopt;
    value = value * 10 + (c - '0');
    if (behind >= 0) ++behind;
  }
  if (digits == 0 || std::max(behind, 0) > scale) return std::nullopt;
  for (int i = std::max(behind, 0); i < scale; ++i) value *= 10;
  return negative ? -value : value;
}

/// The bytes of one value; nothing if the text does not spell one.
std::optional<std::string> value_bytes(Type const& type, std::string const& text) {
  auto const raw = [](auto value) { return std::string{reinterpret_cast<char const*>(&value), sizeof value}; };
  switch (type.kind) {
    case Kind::integer: {
      auto const value = number<std::int64_t>(text);
      if (!value) return std::nullopt;
      auto const bits = type.width * 8 - (type.is_signed ? 1 : 0);
      if (bits < 63 && (*value >= (std::int64_t{1} << bits) ||
                        *value < (type.is_signed ? -(std::int64_t{1} << bits) : std::int64_t{0})))
        return std::nullopt;
      return raw(*value).substr(0, static_cast<std::size_t>(type.width));
    }
    case Kind::floating:
      if (type.width == 8) {
        auto const value = number<double>(text);
        return value ? std::optional{raw(*value)} : std::nullopt;
      } else {
        auto const value = number<float>(text);
        return value ? std::optional{raw(*value)} : std::nullopt;
      }
    case Kind::date32: {
      auto const instant = parse_instant(text);
      if (!instant || instant->nanoseconds != 0 || instant->seconds % 86400 != 0) return std::nullopt;
      return raw(static_cast<std::int32_t>(floor_div(instant->seconds, 86400)));
    }
    case Kind::timestamp: {
      auto const instant = parse_instant(text);
      if (!instant) return std::nullopt;
      auto const per_second = ticks_per_second(type.unit);
      std::int64_t ticks = 0;
      if (__builtin_mul_overflow(instant->seconds, per_second, &ticks) ||
          __builtin_add_overflow(ticks, instant->nanoseconds / (1'000'000'000 / per_second), &ticks))
        return std::nullopt;
      return raw(ticks);
    }
    case Kind::decimal: {
      auto const value = type.width == 16 ? decimal(text, type.scale) : std::nullopt;
      return value ? std::optional{raw(*value)} : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

/// One value, or one null, in an array of its own.
std::optional<std::shared_ptr<OwnedArray const>> one_value(Type const& type, std::optional<std::string> const& text) {
  std::vector<OwnedArray::Buffer> buffers;
  auto const bytes = [](void const* from, std::size_t size) {
    auto out = std::make_unique<std::byte[]>(size + 16);
    if (size > 0) std::memcpy(out.get(), from, size);
    return out;
  };
  auto validity = empty_bitmap(1);
  if (text) set_bit(validity, 0);
  buffers.push_back(text ? nullptr : std::move(validity));
  if (type.is_text() || type.is_binary()) {
    std::int64_t const wide[2]{0, text ? static_cast<std::int64_t>(text->size()) : 0};
    std::int32_t const narrow[2]{0, static_cast<std::int32_t>(wide[1])};
    bool const large = type.kind == Kind::large_text || type.kind == Kind::large_binary;
    if (!large && type.kind != Kind::text && type.kind != Kind::binary) return std::nullopt;
    buffers.push_back(large ? bytes(wide, sizeof wide) : bytes(narrow, sizeof narrow));
    buffers.push_back(bytes(text ? text->data() : "", text ? text->size() : 0));
  } else if (type.kind == Kind::boolean) {
    if (text && *text != "true" && *text != "false") return std::nullopt;
    char const bit = text == "true" ? 1 : 0;
    buffers.push_back(bytes(&bit, 1));
  } else {
    if (!type.is_fixed_width()) return std::nullopt;
    std::string value(static_cast<std::size_t>(type.width), '\0');
    if (text) {
      auto const spelled = value_bytes(type, *text);
      if (!spelled) return std::nullopt;
      value = *spelled;
    }
    buffers.push_back(bytes(value.data(), value.size()));
  }
  return std::make_shared<OwnedArray const>(1, text ? 0 : 1, std::move(buffers));
}

std::optional<std::int64_t> day_number(StoredFile const& file, std::string_view day) {
  std::string text;
  while (!day.empty()) {
    auto const slash = std::min(day.find('/'), day.size());
    auto part = partition_value(file, day.substr(0, slash));
    if (!part) return std::nullopt;
    if (part->size() < 2) part->insert(part->begin(), '0');
    text += (text.empty() ? "" : "-") + *part;
    day.remove_prefix(std::min(slash + 1, day.size()));
  }
  auto const instant = parse_instant(text);
  if (!instant) return std::nullopt;
  return floor_div(instant->seconds, 86400);
}

}  // namespace

std::optional<std::string> partition_value(StoredFile const& file, std::string_view column) {
  for (auto const& [name, value] : file.partitions)
    if (name == column) return value;
  return std::nullopt;
}

std::vector<SchemaNode> partition_fields(std::vector<StoredFile> const& files) {
  std::vector<SchemaNode> fields;
  std::vector<bool> whole;
  for (auto const& file : files)
    for (auto const& [name, value] : file.partitions) {
      auto const found = std::ranges::find(fields, name, &SchemaNode::name);
      auto const at = static_cast<std::size_t>(found - fields.begin());
      if (found == fields.end()) {
        fields.push_back({.name = name});
        whole.push_back(true);
      }
      if (value && !is_whole(*value)) whole[at] = false;
    }
  for (std::size_t f = 0; f < fields.size(); ++f) fields[f].type = *parse_type(whole[f] ? "l" : "u");
  return fields;
}

Result<std::shared_ptr<OwnedArray const>> constant_column(SchemaNode const& field,
                                                          std::optional<std::string> const& text, std::int64_t rows) {
  auto const one = one_value(field.type, text);
  if (!one)
    return Error{Errc::invalid_argument,
                 "column `" + field.name + "`: " +
                     (text ? "the partition value `" + *text + "` is not " + type_name(field.type)
                           : "no nulls can be made of " + type_name(field.type))};
  std::vector<Pick> const picks(static_cast<std::size_t>(rows), Pick{0, 0});
  Chunk const chunk = chunk_of(*one, 0, 1);
  return take(field, std::span{&chunk, 1}, picks);
}

bool partition_within(StoredFile const& file, SchemaNode const& field, PartitionRange const& range) {
  auto const value = partition_value(file, range.column);
  if (!value) return false;
  auto const less = [&](std::string const& a, std::string const& b) {
    auto const x = number<std::int64_t>(a);
    auto const y = number<std::int64_t>(b);
    return field.type.kind == Kind::integer && x && y ? *x < *y : a < b;
  };
  return !(range.from && less(*value, *range.from)) && !(range.to && less(*range.to, *value));
}

bool day_overlaps(StoredFile const& file, std::string_view day, std::optional<std::int64_t> from_us,
                  std::optional<std::int64_t> to_us) {
  auto const number = day_number(file, day);
  if (!number) return true;
  if (from_us && *number + 2 <= floor_div(*from_us, day_us)) return false;
  return !(to_us && *number - 1 > floor_div(*to_us - (*to_us == INT64_MIN ? 0 : 1), day_us));
}

}  // namespace podium::inline v0::data
