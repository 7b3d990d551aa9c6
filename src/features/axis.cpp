#include "features/axis.hpp"

#include "base/parallel.hpp"
#include "data/view.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::features {
namespace {

using data::Chunk;
using data::Kind;
using data::SchemaNode;
using data::Tick;
using data::Type;

constexpr std::int64_t piece = 1 << 16;

std::optional<Sort> sort_of(Type const& type) {
  switch (type.kind) {
    case Kind::timestamp:
    case Kind::date32:
    case Kind::date64:
    case Kind::text:
    case Kind::large_text:
    case Kind::text_view:
      return Sort::time;
    case Kind::integer:
      return Sort::integer;
    case Kind::floating:
      return Sort::floating;
    default:
      return std::nullopt;
  }
}

std::int64_t per_second(Tick tick) { return tick == Tick::nano ? 1'000'000'000 : 1'000'000; }

std::string cannot(SchemaNode const& field, std::int64_t row, std::string const& why) {
  return "column `" + field.name + "`, row " + std::to_string(row) + ": " + why;
}

/// Rows [begin, end) of a chunk into `out`, from its first place on.  An error of the row it returns, or -1.
template <class T, class Read>
std::int64_t convert(Chunk const& chunk, data::Validity const& valid, std::int64_t begin, std::int64_t end,
                     std::int64_t* out, Read read) {
  auto const* const from = data::values<T>(chunk);
  for (auto i = begin; i < end; ++i) {
    if (!valid(i))
      out[i] = null_time;
    else if (!read(from[i], out[i]))
      return i;
  }
  return -1;
}

std::int64_t convert_number(Type const& type, Axis const& axis, Chunk const& chunk, data::Validity const& valid,
                            std::int64_t begin, std::int64_t end, std::int64_t* out) {
  if (type.kind == Kind::floating) {
    if (type.width == 8)
      return convert<double>(chunk, valid, begin, end, out, [](double v, std::int64_t& o) {
        o = sortable(v);
        return true;
      });
    return convert<float>(chunk, valid, begin, end, out, [](float v, std::int64_t& o) {
      o = sortable(double{v});
      return true;
    });
  }
  if (type.kind == Kind::integer)
    return data::with_integer(type, [&]<class T>(T) {
      return convert<T>(chunk, valid, begin, end, out, [](T v, std::int64_t& o) {
        o = static_cast<std::int64_t>(v);
        return o != null_time && (std::is_signed_v<T> || o >= 0);
      });
    });
  auto const have = data::ticks_per_second(type.unit), want = per_second(axis.tick);
  bool const naive = type.zone.empty() && !axis.zone.is_utc();
  auto const scale = [=, &axis](std::int64_t v, std::int64_t& o) {
    if (naive) {
      auto const seconds = data::floor_div(v, have);
      std::int64_t shifted = 0;
      if (__builtin_mul_overflow(axis.zone.to_utc(seconds), have, &shifted)) return false;
      v = shifted + (v - seconds * have);
    }
    if (want >= have) return !__builtin_mul_overflow(v, want / have, &o) && o != null_time;
    o = v / (have / want);
    return v % (have / want) == 0;
  };
  return convert<std::int64_t>(chunk, valid, begin, end, out, scale);
}

std::string why_not(Type const& type, Axis const& axis) {
  if (type.kind == Kind::integer) return "beyond 2^63-1, which an `on` column cannot hold";
  if (data::ticks_per_second(type.unit) > per_second(axis.tick)) return "the time is finer than a microsecond";
  return axis.tick == Tick::nano ? "the time does not fit into nanoseconds (1677 to 2262), which another column needs: "
                                   "cast both to microseconds"
                                 : "the time does not fit into microseconds";
}

bool has_offset(std::string_view text) { return text.find_first_of("Zz+-", 10) != std::string_view::npos; }

// Times that say no zone were read as UTC; now they get the zone they are meant in.
void apply_zone(SchemaNode const& field, data::Table::State const& table, std::size_t column, Axis const& axis,
                std::vector<std::int64_t>& times) {
  if (axis.zone.is_utc()) return;
  auto const ticks = per_second(axis.tick);
  std::size_t row = 0;
  for (auto const& chunk : table.columns[column]) {
    data::Decoded const decoded{field, chunk};
    for (std::int64_t i = 0; i < chunk.length; ++i, ++row) {
      auto& time = times[row];
      if (time == null_time) continue;
      if (decoded.type().is_text() && has_offset(data::bytes(decoded.type(), decoded.values(), decoded[i]))) continue;
      auto const seconds = data::floor_div(time, ticks);
      time = axis.zone.to_utc(seconds) * ticks + (time - seconds * ticks);
    }
  }
}

}  // namespace

Result<Sort> common_sort(OnColumn const& left, OnColumn const& right) {
  auto const word = [](OnColumn const& side) { return data::type_name(side.field->value_type()); };
  for (auto const* const side : {&left, &right}) {
    auto const& type = side->field->value_type();
    if (type.kind != Kind::null && !sort_of(type))
      return Error{Errc::invalid_argument, "column `" + side->field->name + "` of the " + side->table + " is " +
                                               word(*side) +
                                               ": a timestamp, date, integer or floating-point number is needed"};
  }
  auto const a = sort_of(left.field->value_type()), b = sort_of(right.field->value_type());
  if (a && b && *a != *b)
    return Error{Errc::invalid_argument, "column `" + left.field->name + "` is " + word(left) + " in the " +
                                             left.table + ", column `" + right.field->name + "` is " + word(right) +
                                             " in the " + right.table + ": cast one of them"};
  return a.value_or(b.value_or(Sort::time));
}

Result<Distance> distance_of(Axis const& axis, Span const& span, std::string const& what, bool up) {
  auto const refused = [&](std::string const& why) { return Error{Errc::invalid_argument, "`" + what + "` " + why}; };
  Distance out;
  if (auto const* const duration = std::get_if<std::chrono::nanoseconds>(&span)) {
    if (axis.sort != Sort::time) return refused("is a duration, `on` holds numbers");
    if (duration->count() < 0) return refused("is negative");
    std::int64_t const by = axis.tick == Tick::nano ? 1 : 1000;
    out.ticks = duration->count() / by + (up && duration->count() % by != 0 ? 1 : 0);
    return out;
  }
  if (axis.sort == Sort::time) return refused("is a number, `on` holds times: a duration is needed");
  double const number =
      std::holds_alternative<double>(span) ? std::get<double>(span) : static_cast<double>(std::get<std::int64_t>(span));
  if (!(number >= 0)) return refused("is negative or not a number");
  out.number = number;
  if (auto const* const whole = std::get_if<std::int64_t>(&span))
    out.ticks = *whole;
  else
    out.ticks = number >= 9.2e18 ? latest : static_cast<std::int64_t>(up ? std::ceil(number) : std::floor(number));
  return out;
}

Result<Moments> Moments::read(data::Table::State const& table, std::size_t column, Axis const& axis, int threads,
                              std::string_view format) {
  auto const& field = table.fields[column];
  auto const& type = field.type;
  Moments out;
  bool const number =
      !field.dictionary && (type.kind == Kind::timestamp || type.kind == Kind::integer || type.kind == Kind::floating);
  if (!number && axis.sort == Sort::time) {
    auto times = data::read_times(table, column, axis.tick, format);
    if (!times) return times.error();
    apply_zone(field, table, column, axis, *times);
    out.has_nulls_ = std::ranges::find(*times, null_time) != times->end();
    out.read_.push_back(*std::move(times));
    auto const* at = out.read_.back().data();
    for (auto const length : table.batch_rows) {
      out.batches_.push_back(at);
      at += length;
    }
    return out;
  }
  if (!number && type.kind != Kind::null)
    return Error{Errc::invalid_argument,
                 "column `" + field.name + "` is dictionary-encoded, which numbers to join on cannot be: decode it"};

  bool const same = type.kind == Kind::timestamp ? data::ticks_per_second(type.unit) == per_second(axis.tick) &&
                                                       (!type.zone.empty() || axis.zone.is_utc())
                                                 : type.kind == Kind::integer && type.width == 8 && type.is_signed;
  std::int64_t row = 0;
  for (auto const& chunk : table.columns[column]) {
    data::Validity const valid{type, chunk};
    if (same && valid.all()) {
      out.batches_.push_back(data::values<std::int64_t>(chunk));
      row += chunk.length;
      continue;
    }
    out.has_nulls_ |= !valid.all() || type.kind == Kind::floating;
    auto& values = out.owned_.emplace_back(static_cast<std::size_t>(chunk.length));
    out.batches_.push_back(values.data());
    if (type.kind == Kind::null) {
      std::ranges::fill(values, null_time);
      continue;
    }
    auto const pieces = static_cast<std::size_t>((chunk.length + piece - 1) / piece);
    std::vector<std::int64_t> wrong(pieces, -1);
    base::parallel_for(base::thread_count(threads, chunk.length, piece), pieces, [&](int, std::size_t p) {
      auto const begin = static_cast<std::int64_t>(p) * piece;
      wrong[p] = convert_number(type, axis, chunk, valid, begin, std::min(chunk.length, begin + piece), values.data());
    });
    for (auto const i : wrong)
      if (i >= 0) return Error{Errc::invalid_argument, cannot(field, row + i, why_not(type, axis))};
    row += chunk.length;
  }
  return out;
}

Array<std::int64_t> Moments::flat(data::Table::State const& table, int threads) const {
  Array<std::int64_t> out(static_cast<std::size_t>(table.rows));
  std::vector<std::int64_t> at;
  std::int64_t row = 0;
  for (auto const length : table.batch_rows) {
    at.push_back(row);
    row += length;
  }
  base::parallel_for(base::thread_count(threads, table.rows, piece), at.size(),
                     [&](int, std::size_t b) { std::copy_n(batches_[b], table.batch_rows[b], out.data() + at[b]); });
  return out;
}

}  // namespace podium::inline v0::features
