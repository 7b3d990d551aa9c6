#include "data/type.hpp"

#include <charconv>
#include <vector>

namespace podium::inline v0::data {
namespace {

std::optional<int> number(std::string_view text) {
  int value = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<TimeUnit> unit_of(char letter) {
  switch (letter) {
    case 's':
      return TimeUnit::second;
    case 'm':
      return TimeUnit::milli;
    case 'u':
      return TimeUnit::micro;
    case 'n':
      return TimeUnit::nano;
    default:
      return std::nullopt;
  }
}

std::optional<Type> primitive(char letter) {
  auto const fixed = [](Kind kind, int width, bool is_signed = true) {
    return Type{.kind = kind, .width = width, .is_signed = is_signed, .buffers = 2};
  };
  switch (letter) {
    case 'n':
      return Type{.kind = Kind::null, .buffers = 0};
    case 'b':
      return Type{.kind = Kind::boolean, .buffers = 2};
    case 'c':
      return fixed(Kind::integer, 1);
    case 'C':
      return fixed(Kind::integer, 1, false);
    case 's':
      return fixed(Kind::integer, 2);
    case 'S':
      return fixed(Kind::integer, 2, false);
    case 'i':
      return fixed(Kind::integer, 4);
    case 'I':
      return fixed(Kind::integer, 4, false);
    case 'l':
      return fixed(Kind::integer, 8);
    case 'L':
      return fixed(Kind::integer, 8, false);
    case 'e':
      return fixed(Kind::half, 2);
    case 'f':
      return fixed(Kind::floating, 4);
    case 'g':
      return fixed(Kind::floating, 8);
    case 'z':
      return Type{.kind = Kind::binary, .buffers = 3};
    case 'Z':
      return Type{.kind = Kind::large_binary, .buffers = 3};
    case 'u':
      return Type{.kind = Kind::text, .buffers = 3};
    case 'U':
      return Type{.kind = Kind::large_text, .buffers = 3};
    default:
      return std::nullopt;
  }
}

std::optional<Type> decimal(std::string_view text) {  // "precision,scale[,bits]"
  std::vector<int> parts;
  while (!text.empty()) {
    auto const comma = text.find(',');
    auto const part = number(text.substr(0, comma));
    if (!part) return std::nullopt;
    parts.push_back(*part);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  if (parts.size() < 2) return std::nullopt;
  int const bits = parts.size() > 2 ? parts[2] : 128;
  if (bits != 32 && bits != 64 && bits != 128 && bits != 256) return std::nullopt;
  return Type{.kind = Kind::decimal, .width = bits / 8, .scale = parts[1], .buffers = 2};
}

std::optional<Type> temporal(std::string_view format) {
  if (format == "tdD") return Type{.kind = Kind::date32, .width = 4, .unit = TimeUnit::second, .buffers = 2};
  if (format == "tdm") return Type{.kind = Kind::date64, .width = 8, .unit = TimeUnit::milli, .buffers = 2};
  if (format == "tiM") return Type{.kind = Kind::interval, .width = 4, .buffers = 2};
  if (format == "tiD") return Type{.kind = Kind::interval, .width = 8, .buffers = 2};
  if (format == "tin") return Type{.kind = Kind::interval, .width = 16, .buffers = 2};
  if (format.size() < 3) return std::nullopt;
  auto const unit = unit_of(format[2]);
  if (!unit) return std::nullopt;
  switch (format[1]) {
    case 't':
      return Type{.kind = Kind::time, .width = *unit <= TimeUnit::milli ? 4 : 8, .unit = *unit, .buffers = 2};
    case 'D':
      return Type{.kind = Kind::duration, .width = 8, .unit = *unit, .buffers = 2};
    case 's':
      if (format.size() < 4 || format[3] != ':') return std::nullopt;
      return Type{
          .kind = Kind::timestamp, .width = 8, .unit = *unit, .zone = std::string{format.substr(4)}, .buffers = 2};
    default:
      return std::nullopt;
  }
}

std::optional<Type> parse(std::string_view format) {
  if (format.empty()) return std::nullopt;
  if (format.size() == 1) return primitive(format[0]);
  if (format == "vu") return Type{.kind = Kind::text_view, .buffers = 3};
  if (format == "vz") return Type{.kind = Kind::binary_view, .buffers = 3};
  if (format.starts_with("d:")) return decimal(format.substr(2));
  if (format.starts_with("w:")) {
    auto const width = number(format.substr(2));
    if (!width || *width < 0) return std::nullopt;
    return Type{.kind = Kind::fixed_binary, .width = *width, .buffers = 2};
  }
  if (format[0] == 't') return temporal(format);
  if (format[0] == '+') return Type{.kind = Kind::other, .buffers = format == "+r" ? 0 : 1};
  return std::nullopt;
}

}  // namespace

std::optional<Type> parse_type(std::string_view format) {
  auto type = parse(format);
  if (type) type->format = format;
  return type;
}

std::string type_name(Type const& type) {
  static constexpr char const* units[] = {"s", "ms", "us", "ns"};
  auto const unit = units[static_cast<int>(type.unit)];
  switch (type.kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "boolean";
    case Kind::integer:
      if (!type.is_signed) return "uint" + std::to_string(type.width * 8);
      return type.width == 8 ? "long" : type.width == 4 ? "integer" : type.width == 2 ? "short" : "byte";
    case Kind::floating:
      return type.width == 8 ? "double" : "float";
    case Kind::half:
      return "half float";
    case Kind::decimal:
      return "decimal";
    case Kind::text:
    case Kind::large_text:
    case Kind::text_view:
      return "string";
    case Kind::binary:
    case Kind::large_binary:
    case Kind::binary_view:
    case Kind::fixed_binary:
      return "binary";
    case Kind::date32:
    case Kind::date64:
      return "date";
    case Kind::time:
      return std::string{"time["} + unit + "]";
    case Kind::timestamp:
      return std::string{"timestamp["} + unit + (type.zone.empty() ? "" : ", " + type.zone) + "]";
    case Kind::duration:
      return std::string{"duration["} + unit + "]";
    case Kind::interval:
      return "interval";
    case Kind::other:
      return "nested (" + type.format + ")";
  }
  return "unknown";
}

std::int64_t ticks_per_second(TimeUnit unit) noexcept {
  static constexpr std::int64_t ticks[] = {1, 1'000, 1'000'000, 1'000'000'000};
  return ticks[static_cast<int>(unit)];
}

}  // namespace podium::inline v0::data
