#include "data/times.hpp"
#include "data/view.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <new>

namespace podium::inline v0::data {
namespace {

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UnsignedWide;

Error unreadable(SchemaNode const& field, std::string const& as) {
  return {Errc::invalid_argument, "column `" + field.name + "` is " + type_name(field.value_type()) + ", not " + as};
}

/// Little-endian two's complement of up to eight bytes, or the low 16 bytes of wider ones.
Wide decimal_value(Type const& type, Chunk const& chunk, std::int64_t i) {
  auto const text =
      std::string_view{static_cast<char const*>(chunk.array->buffers[1]) +
                           static_cast<std::size_t>(chunk.offset + i) * static_cast<std::size_t>(type.width),
                       static_cast<std::size_t>(type.width)};
  auto const width = std::min<std::size_t>(text.size(), 16);
  UnsignedWide value = static_cast<signed char>(text[width - 1]) < 0 ? ~static_cast<UnsignedWide>(0) : 0;
  for (std::size_t b = width; b-- > 0;) value = value << 8 | static_cast<unsigned char>(text[b]);
  return static_cast<Wide>(value);
}

std::string decimal_text(Wide value, int scale) {
  bool const negative = value < 0;
  auto left = negative ? -static_cast<UnsignedWide>(value) : static_cast<UnsignedWide>(value);
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(left % 10)));
    left /= 10;
  } while (left != 0);
  if (scale > 0) {
    if (static_cast<int>(digits.size()) <= scale)
      digits.insert(0, static_cast<std::size_t>(scale + 1) - digits.size(), '0');
    digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
  }
  if (scale < 0) digits.append(static_cast<std::size_t>(-scale), '0');
  return (negative ? "-" : "") + digits;
}

template <class T>
std::string shortest(T value) {
  char text[40];
  auto const [end, failed] = std::to_chars(text, text + sizeof text, value);
  return failed == std::errc{} ? std::string{text, end} : std::string{};
}

std::string text_of(Type const& type, Chunk const& chunk, std::int64_t i) {
  switch (type.kind) {
    case Kind::boolean:
      return boolean(chunk, i) ? "true" : "false";
    case Kind::integer:
      return with_integer(type, [&]<class T>(T) { return std::to_string(values<T>(chunk)[i]); });
    case Kind::floating:
      return type.width == 8 ? shortest(values<double>(chunk)[i]) : shortest(values<float>(chunk)[i]);
    case Kind::decimal:
      return decimal_text(decimal_value(type, chunk, i), type.scale);
    case Kind::date32:
      return date_text(values<std::int32_t>(chunk)[i]);
    case Kind::date64:
      return date_text(floor_div(values<std::int64_t>(chunk)[i], 86'400'000));
    case Kind::timestamp: {
      auto const value = values<std::int64_t>(chunk)[i];
      auto const per_second = ticks_per_second(type.unit);
      auto const seconds = floor_div(value, per_second);
      auto const left = (value - seconds * per_second) * (1'000'000'000 / per_second);
      return instant_text({seconds, static_cast<std::int32_t>(left)}, type.zone.empty());
    }
    default:
      return std::string{bytes(type, chunk, i)};
  }
}

bool has_text(Type const& type) {
  if (type.kind == Kind::decimal) return type.width <= 16;
  return type.is_text() || type.is_binary() || type.kind == Kind::boolean || type.kind == Kind::integer ||
         type.kind == Kind::floating || type.kind == Kind::date32 || type.kind == Kind::date64 ||
         type.kind == Kind::timestamp || type.kind == Kind::null;
}

double number_of(Type const& type, Chunk const& chunk, std::int64_t i) {
  switch (type.kind) {
    case Kind::boolean:
      return boolean(chunk, i) ? 1 : 0;
    case Kind::integer:
      return with_integer(type, [&]<class T>(T) { return static_cast<double>(values<T>(chunk)[i]); });
    case Kind::decimal:
      return static_cast<double>(decimal_value(type, chunk, i)) / std::pow(10.0, type.scale);
    default:
      return type.width == 8 ? values<double>(chunk)[i] : static_cast<double>(values<float>(chunk)[i]);
  }
}

/// Calls `put(row, type, chunk, j)`; j < 0 for null.
template <class Put>
void each(Table::State const& state, std::size_t column, Put put) {
  std::int64_t row = 0;
  for (auto const& chunk : state.columns[column]) {
    Decoded const decoded{state.fields[column], chunk};
    for (std::int64_t i = 0; i < chunk.length; ++i, ++row) put(row, decoded.type(), decoded.values(), decoded[i]);
  }
}

}  // namespace

Result<std::vector<double>> doubles(Table const& table, std::string_view column) {
  auto const& state = table.state();
  auto const c = find_column(state, column);
  if (!c) return c.error();
  auto const kind = state.fields[*c].value_type().kind;
  if (kind != Kind::boolean && kind != Kind::integer && kind != Kind::floating && kind != Kind::null &&
      !(kind == Kind::decimal && state.fields[*c].value_type().width <= 16))
    return unreadable(state.fields[*c], "a number");
  std::vector<double> out(static_cast<std::size_t>(state.rows));
  each(state, *c, [&](std::int64_t row, Type const& type, Chunk const& chunk, std::int64_t j) {
    out[static_cast<std::size_t>(row)] = j < 0 ? std::numeric_limits<double>::quiet_NaN() : number_of(type, chunk, j);
  });
  return out;
}

Result<std::vector<std::int64_t>> integers(Table const& table, std::string_view column) {
  auto const& state = table.state();
  auto const c = find_column(state, column);
  if (!c) return c.error();
  auto const kind = state.fields[*c].value_type().kind;
  if (kind != Kind::boolean && kind != Kind::integer) return unreadable(state.fields[*c], "a whole number");
  std::vector<std::int64_t> out(static_cast<std::size_t>(state.rows));
  std::int64_t missing = -1;
  std::int64_t too_big = -1;
  each(state, *c, [&](std::int64_t row, Type const& type, Chunk const& chunk, std::int64_t j) {
    if (j < 0) {
      if (missing < 0) missing = row;
      return;
    }
    auto& value = out[static_cast<std::size_t>(row)];
    if (type.kind == Kind::boolean) {
      value = boolean(chunk, j) ? 1 : 0;
    } else {
      value = with_integer(type, [&]<class T>(T) { return static_cast<std::int64_t>(values<T>(chunk)[j]); });
      if (!type.is_signed && value < 0 && too_big < 0) too_big = row;
    }
  });
  auto const row = missing >= 0 ? missing : too_big;
  if (row >= 0)
    return Error{Errc::invalid_argument,
                 "column `" + std::string{column} + "`, row " + std::to_string(row) + ": " +
                     (missing >= 0 ? "null, a whole number is needed" : "does not fit into 64 bits")};
  return out;
}

Result<std::vector<std::int64_t>> timestamps_us(Table const& table, std::string_view column) {
  auto const c = find_column(table.state(), column);
  if (!c) return c.error();
  return read_times(table.state(), *c, Tick::micro, {}, true);
}

Result<std::vector<std::string>> strings(Table const& table, std::string_view column) {
  auto const& state = table.state();
  auto const c = find_column(state, column);
  if (!c) return c.error();
  if (!has_text(state.fields[*c].value_type())) return unreadable(state.fields[*c], "readable as text");
  std::vector<std::string> out(static_cast<std::size_t>(state.rows));
  each(state, *c, [&](std::int64_t row, Type const& type, Chunk const& chunk, std::int64_t j) {
    if (j >= 0) out[static_cast<std::size_t>(row)] = text_of(type, chunk, j);
  });
  return out;
}

}  // namespace podium::inline v0::data
