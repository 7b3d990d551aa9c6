#include "data/times.hpp"

#include "data/view.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace podium::inline v0::data {
namespace {

/// Takes digits and letters off the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_{text} {}

  std::optional<int> digits(int count) {
    if (static_cast<int>(text_.size()) < count) return std::nullopt;
    int value = 0;
    for (int i = 0; i < count; ++i) {
      char const c = text_[static_cast<std::size_t>(i)];
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(static_cast<std::size_t>(count));
    return value;
  }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// Digits up to nine count, nothing after them may.
  std::optional<std::int32_t> fraction() {
    std::int32_t value = 0;
    int count = 0;
    for (; !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; text_.remove_prefix(1), ++count) {
      if (count < 9)
        value = value * 10 + (text_.front() - '0');
      else if (text_.front() != '0')
        return std::nullopt;
    }
    if (count == 0) return std::nullopt;
    for (int i = count; i < 9; ++i) value *= 10;
    return value;
  }
  bool done() const { return text_.empty(); }

 private:
  std::string_view text_;
};

struct Civil {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  std::int32_t nanoseconds = 0;
};

std::optional<Instant> instant_of(Civil const& civil, int offset_minutes) {
  using namespace std::chrono;
  auto const date = year{civil.year} / civil.month / civil.day;
  if (!date.ok() || civil.hour > 23 || civil.minute > 59 || civil.second > 59) return std::nullopt;
  auto const days = sys_days{date}.time_since_epoch().count();
  return Instant{std::int64_t{days} * 86400 + civil.hour * 3600 + (civil.minute - offset_minutes) * 60 + civil.second,
                 civil.nanoseconds};
}

std::string sample(std::string_view text) {
  return "`" + std::string{text.substr(0, 40)} + (text.size() > 40 ? "...`" : "`");
}

Error at_row(std::string const& column, std::int64_t row, std::string const& what) {
  return {Errc::invalid_argument, "column `" + column + "`, row " + std::to_string(row) + ": " + what};
}

std::string out_of_range(Tick tick) {
  return tick == Tick::nano ? "the time does not fit into nanoseconds (1677 to 2262), which another column needs: "
                              "cast both to microseconds"
                            : "the time does not fit into microseconds";
}

std::optional<std::int64_t> ticks_of(Instant instant, Tick tick, bool floor) {
  std::int64_t const per_second = tick == Tick::nano ? 1'000'000'000 : 1'000'000;
  std::int64_t fraction = instant.nanoseconds;
  if (tick == Tick::micro) {
    if (!floor && fraction % 1000 != 0) return std::nullopt;
    fraction /= 1000;
  }
  std::int64_t value = 0;
  if (__builtin_mul_overflow(instant.seconds, per_second, &value) || __builtin_add_overflow(value, fraction, &value))
    return std::nullopt;
  return value;
}

Result<void> read_numbers(SchemaNode const& field, Chunk const& chunk, std::int64_t first_row, Tick tick, bool floor,
                          std::int64_t* out) {
  Validity const valid{field.type, chunk};
  std::int64_t const have = field.type.kind == Kind::date32 ? 0 : ticks_per_second(field.type.unit);
  std::int64_t const want = tick == Tick::nano ? 1'000'000'000 : 1'000'000;
  for (std::int64_t i = 0; i < chunk.length; ++i) {
    if (!valid(i)) {
      out[i] = null_time;
      continue;
    }
    std::int64_t const value = have == 0 ? values<std::int32_t>(chunk)[i] : values<std::int64_t>(chunk)[i];
    std::int64_t const factor = have == 0 ? want * 86400 : want / have;
    if (factor == 0) {
      auto const by = have / want;
      if (!floor && value % by != 0) return at_row(field.name, first_row + i, "the time is finer than a microsecond");
      out[i] = floor_div(value, by);
    } else if (__builtin_mul_overflow(value, factor, &out[i])) {
      return at_row(field.name, first_row + i, out_of_range(tick));
    }
  }
  return {};
}

Result<void> read_texts(SchemaNode const& field, Chunk const& chunk, std::int64_t first_row, Tick tick,
                        std::string_view format, bool floor, std::int64_t* out) {
  Decoded const decoded{field, chunk};
  for (std::int64_t i = 0; i < chunk.length; ++i) {
    auto const j = decoded[i];
    if (j < 0) {
      out[i] = null_time;
      continue;
    }
    auto const text = bytes(decoded.type(), decoded.values(), j);
    auto const instant = format.empty() ? parse_instant(text) : parse_instant(text, format);
    if (!instant)
      return at_row(field.name, first_row + i,
                    sample(text) + " is not a time" +
                        (format.empty() ? " like 2013-09-01T12:30:00Z" : " of format `" + std::string{format} + "`"));
    auto const ticks = ticks_of(*instant, tick, floor);
    if (!ticks) return at_row(field.name, first_row + i, sample(text) + ": " + out_of_range(tick));
    out[i] = *ticks;
  }
  return {};
}

}  // namespace

std::optional<Instant> parse_instant(std::string_view text) {
  Reader in{text};
  Civil civil;
  auto const set = [](int& field, std::optional<int> value) {
    if (value) field = *value;
    return value.has_value();
  };
  if (!set(civil.year, in.digits(4)) || !in.take('-') || !set(civil.month, in.digits(2)) || !in.take('-') ||
      !set(civil.day, in.digits(2)))
    return std::nullopt;
  if (in.done()) return instant_of(civil, 0);
  if (!in.take('T') && !in.take(' ') && !in.take('t')) return std::nullopt;
  if (!set(civil.hour, in.digits(2)) || !in.take(':') || !set(civil.minute, in.digits(2))) return std::nullopt;
  if (in.take(':')) {
    if (!set(civil.second, in.digits(2))) return std::nullopt;
    if (in.take('.')) {
      auto const fraction = in.fraction();
      if (!fraction) return std::nullopt;
      civil.nanoseconds = *fraction;
    }
  }
  if (in.done()) return instant_of(civil, 0);
  if (in.take('Z') || in.take('z')) return in.done() ? instant_of(civil, 0) : std::nullopt;
  int const sign = in.take('+') ? 1 : in.take('-') ? -1 : 0;
  auto const hours = in.digits(2);
  in.take(':');
  auto const minutes = in.digits(2);
  if (sign == 0 || !hours || !minutes || *hours > 23 || *minutes > 59 || !in.done()) return std::nullopt;
  return instant_of(civil, sign * (*hours * 60 + *minutes));
}

std::optional<Instant> parse_instant(std::string_view text, std::string_view format) {
  Reader in{text};
  Civil civil;
  for (std::size_t at = 0; at < format.size();) {
    char const letter = format[at];
    auto const end = std::min(format.find_first_not_of(letter, at), format.size());
    auto const count = static_cast<int>(end - at);
    int* const field = letter == 'y'   ? &civil.year
                       : letter == 'M' ? &civil.month
                       : letter == 'd' ? &civil.day
                       : letter == 'H' ? &civil.hour
                       : letter == 'm' ? &civil.minute
                       : letter == 's' ? &civil.second
                                       : nullptr;
    if (field) {
      auto const value = in.digits(count);
      if (!value) return std::nullopt;
      *field = *value;
    } else if (letter == 'S') {
      auto const value = in.digits(std::min(count, 9));
      if (!value) return std::nullopt;
      civil.nanoseconds = *value;
      for (int i = count; i < 9; ++i) civil.nanoseconds *= 10;
    } else if (letter == '\'') {  // quoted letters stand for themselves
      auto const close = format.find('\'', at + 1);
      if (close == std::string_view::npos) return std::nullopt;
      for (char const c : format.substr(at + 1, close - at - 1))
        if (!in.take(c)) return std::nullopt;
      at = close + 1;
      continue;
    } else {
      for (int i = 0; i < count; ++i)
        if (!in.take(letter)) return std::nullopt;
    }
    at = end;
  }
  return in.done() ? instant_of(civil, 0) : std::nullopt;
}

std::string date_text(std::int64_t days) {
  using namespace std::chrono;
  auto const date = year_month_day{sys_days{std::chrono::days{days}}};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()));
  return text;
}

std::string instant_text(Instant instant, bool naive) {
  auto const days = floor_div(instant.seconds, 86400);
  auto const left = static_cast<int>(instant.seconds - days * 86400);
  char text[48];
  std::snprintf(text, sizeof text, "T%02d:%02d:%02d", left / 3600, left / 60 % 60, left % 60);
  std::string out = date_text(days) + text;
  if (instant.nanoseconds != 0) {
    std::snprintf(text, sizeof text, ".%09d", instant.nanoseconds);
    out += text;
    out.erase(out.find_last_not_of('0') + 1);
  }
  return naive ? out : out + "Z";
}

bool needs_nanoseconds(Table::State const& state, std::size_t column) {
  auto const& field = state.fields[column];
  auto const& type = field.value_type();
  if (type.kind == Kind::timestamp) return type.unit == TimeUnit::nano;
  if (!type.is_text()) return false;
  for (auto const& chunk : state.columns[column]) {
    Decoded const decoded{field, chunk};
    for (std::int64_t i = 0; i < chunk.length; ++i) {
      auto const j = decoded[i];
      if (j < 0) continue;
      auto const text = bytes(decoded.type(), decoded.values(), j);
      auto const dot = text.find('.');
      if (dot == std::string_view::npos) continue;
      if (text.find_first_not_of("0123456789", dot + 1) - dot > 7 || text.size() - dot > 7)
        if (auto const instant = parse_instant(text); instant && instant->nanoseconds % 1000 != 0) return true;
    }
  }
  return false;
}

Result<std::vector<std::int64_t>> read_times(Table::State const& state, std::size_t column, Tick tick,
                                             std::string_view format, bool floor) {
  auto const& field = state.fields[column];
  auto const kind = field.value_type().kind;
  bool const number = !field.dictionary && (kind == Kind::timestamp || kind == Kind::date32 || kind == Kind::date64);
  bool const text = field.value_type().is_text();
  if (!number && !text && kind != Kind::null)
    return Error{Errc::invalid_argument, "column `" + field.name + "` is " + type_name(field.value_type()) +
                                             ", not a timestamp: convert it to a timestamp (or RFC 3339 text) first"};
  std::vector<std::int64_t> out(static_cast<std::size_t>(state.rows), null_time);
  std::int64_t row = 0;
  for (auto const& chunk : state.columns[column]) {
    Result<void> ok;
    if (number) ok = read_numbers(field, chunk, row, tick, floor, out.data() + row);
    if (text) ok = read_texts(field, chunk, row, tick, format, floor, out.data() + row);
    if (!ok) return ok.error();
    row += chunk.length;
  }
  return out;
}

}  // namespace podium::inline v0::data
