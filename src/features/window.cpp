#include "features/window.hpp"

#include "data/take.hpp"
#include "data/times.hpp"
#include "data/view.hpp"
#include "features/exact_sum.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <deque>
#include <numeric>
#include <unordered_map>

namespace podium::inline v0::features {
namespace {

__extension__ typedef __int128 Wide;

using data::Kind;

/// Numbers of the source column: whole ones stay whole.
struct Values {
  bool whole = true;
  std::vector<std::int64_t> integers{};
  std::vector<double> reals{};
  std::vector<bool> valid{};
};

/// Aggregates, one per row of the result.
struct Aggregates {
  bool whole = false;
  std::vector<std::int64_t> integers{};
  std::vector<double> reals{};
  std::vector<bool> valid{};

  void add(std::int64_t value) {
    integers.push_back(value);
    valid.push_back(true);
  }
  void add(double value) {
    reals.push_back(value);
    valid.push_back(true);
  }
  void add_null() {
    if (whole)
      integers.push_back(0);
    else
      reals.push_back(0);
    valid.push_back(false);
  }
};

Error in_feature(Error error, std::string const& feature) { return std::move(error).with("feature", feature); }

Result<Values> read_values(data::Table const& rows, std::string const& column) {
  auto const& state = rows.state();
  auto const at = data::find_column(state, column);
  if (!at) return at.error();
  auto const& field = state.fields[*at];
  auto const kind = field.value_type().kind;
  Values out;
  auto const& type = field.value_type();
  out.whole = kind == Kind::integer && (type.is_signed || type.width < 8);
  if (kind != Kind::integer && kind != Kind::floating && kind != Kind::decimal && kind != Kind::null)
    return Error{Errc::invalid_argument,
                 "column `" + column + "` is " + data::type_name(type) + ", a number is needed to aggregate it"};
  out.valid.reserve(static_cast<std::size_t>(state.rows));
  for (auto const& chunk : state.columns[*at]) {
    data::Decoded const decoded{field, chunk};
    for (std::int64_t i = 0; i < chunk.length; ++i) {
      auto const j = decoded[i];
      out.valid.push_back(j >= 0);
      if (out.whole)
        out.integers.push_back(
            j < 0 ? 0
                  : data::with_integer(
                        decoded.type(),
                        [&]<class T>(T) { return static_cast<std::int64_t>(data::values<T>(decoded.values())[j]); }));
    }
  }
  if (!out.whole) {
    auto read = data::doubles(rows, column);
    if (!read) return read.error();
    out.reals = *std::move(read);
  }
  return out;
}

/// A running aggregate over the events of one key; events come and go in the order of their times.
class Running {
 public:
  Running(std::string const& aggregation, Values const* values) : values_{values} {
    kind_ = aggregation == "count" ? Count
            : aggregation == "sum" ? Sum
            : aggregation == "avg" ? Average
            : aggregation == "min" ? Min
                                   : Max;
  }

  void enter(std::size_t row) {
    if (values_ && !values_->valid[row]) return;
    ++count_;
    if (kind_ == Sum || kind_ == Average) {
      if (values_->whole)
        total_ += values_->integers[row];
      else
        exact_.add(values_->reals[row]);
    }
    if (kind_ == Min || kind_ == Max) {
      while (!best_.empty() && !better(best_.back(), row)) best_.pop_back();
      best_.push_back(row);
    }
  }
  void leave(std::size_t row) {
    if (values_ && !values_->valid[row]) return;
    --count_;
    if (kind_ == Sum || kind_ == Average) {
      if (values_->whole)
        total_ -= values_->integers[row];
      else
        exact_.remove(values_->reals[row]);
    }
    if (!best_.empty() && best_.front() == row) best_.pop_front();
  }

  /// False: a sum that 64 bits cannot hold.
  bool put(Aggregates& out) const {
    if (kind_ == Count) {
      out.add(count_);
      return true;
    }
    if (count_ == 0) {
      out.add_null();
      return true;
    }
    switch (kind_) {
      case Sum:
        if (!values_->whole) {
          out.add(exact_.value());
          break;
        }
        if (total_ > INT64_MAX || total_ < INT64_MIN) return false;
        out.add(static_cast<std::int64_t>(total_));
        break;
      case Average:
        out.add(values_->whole ? static_cast<double>(total_) / static_cast<double>(count_)
                               : exact_.value() / static_cast<double>(count_));
        break;
      default:
        if (values_->whole)
          out.add(values_->integers[best_.front()]);
        else
          out.add(values_->reals[best_.front()]);
    }
    return true;
  }

 private:
  enum Kind_ { Count, Sum, Average, Min, Max };

  /// Whether `a`, which came earlier, still matters beside `b`.  NaN is larger than every number, as Spark has it.
  bool better(std::size_t a, std::size_t b) const {
    if (values_->whole)
      return kind_ == Min ? values_->integers[a] < values_->integers[b] : values_->integers[a] > values_->integers[b];
    auto const less = [](double x, double y) { return std::isnan(y) ? !std::isnan(x) : x < y; };
    return kind_ == Min ? less(values_->reals[a], values_->reals[b]) : less(values_->reals[b], values_->reals[a]);
  }

  Values const* values_;
  Kind_ kind_;
  std::int64_t count_ = 0;
  Wide total_ = 0;
  ExactSum exact_;
  std::deque<std::size_t> best_;
};

std::shared_ptr<data::OwnedArray const> array_of(void const* values, std::size_t width,
                                                 std::vector<bool> const& valid) {
  auto const length = static_cast<std::int64_t>(valid.size());
  auto bits = data::empty_bitmap(length);
  std::int64_t nulls = 0;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    if (valid[i])
      data::set_bit(bits, static_cast<std::int64_t>(i));
    else
      ++nulls;
  }
  auto bytes = std::make_unique<std::byte[]>(valid.size() * width + 8);
  if (!valid.empty()) std::memcpy(bytes.get(), values, valid.size() * width);
  std::vector<data::OwnedArray::Buffer> buffers;
  buffers.push_back(nulls == 0 ? nullptr : std::move(bits));
  buffers.push_back(std::move(bytes));
  return std::make_shared<data::OwnedArray const>(length, nulls, std::move(buffers));
}

/// The aggregates in the type that the feature declares; in their own if it declares none.
Result<std::pair<data::SchemaNode, std::shared_ptr<data::OwnedArray const>>> typed(Aggregates const& values,
                                                                                   std::string const& name,
                                                                                   std::string const& declared) {
  auto const type = !declared.empty() ? declared : values.whole ? "long" : "double";
  auto const field = [&](char const* format) {
    return data::SchemaNode{.name = name, .type = *data::parse_type(format)};
  };
  if (type == "double" || type == "float") {
    std::vector<double> reals = values.reals;
    if (values.whole) reals.assign(values.integers.begin(), values.integers.end());
    if (type == "double") return std::pair{field("g"), array_of(reals.data(), sizeof(double), values.valid)};
    std::vector<float> const narrow(reals.begin(), reals.end());
    return std::pair{field("f"), array_of(narrow.data(), sizeof(float), values.valid)};
  }
  if (type != "long" && type != "integer")
    return Error{Errc::invalid_argument, "is declared as " + type + ", an aggregate is a number"};
  if (!values.whole)
    return Error{Errc::invalid_argument, "is declared as " + type + ", its values are double: declare it as double"};
  if (type == "long")
    return std::pair{field("l"), array_of(values.integers.data(), sizeof(std::int64_t), values.valid)};
  std::vector<std::int32_t> narrow;
  for (std::size_t i = 0; i < values.integers.size(); ++i) {
    auto const value = values.integers[i];
    if (values.valid[i] && (value > INT32_MAX || value < INT32_MIN))
      return Error{Errc::invalid_argument,
                   "is declared as integer, " + std::to_string(value) + " does not fit: declare it as long"};
    narrow.push_back(static_cast<std::int32_t>(value));
  }
  return std::pair{field("i"), array_of(narrow.data(), sizeof(std::int32_t), values.valid)};
}

/// Rows by key and time.
struct Order {
  std::vector<std::size_t> rows;
  std::vector<std::int64_t> keys;  ///< of every source row
};

Result<Order> order_of(model::FeatureSetSpec const& spec, Events const& events) {
  std::int64_t count = 0;
  auto keys = key_numbers(spec, events.rows, count);
  if (!keys) return keys.error();
  Order order{.rows = {}, .keys = *std::move(keys)};
  for (std::size_t i = 0; i < order.keys.size(); ++i)
    if (order.keys[i] >= 0 && events.times[i] != data::null_time) order.rows.push_back(i);
  std::stable_sort(order.rows.begin(), order.rows.end(), [&](std::size_t a, std::size_t b) {
    return std::pair{order.keys[a], events.times[a]} < std::pair{order.keys[b], events.times[b]};
  });
  return order;
}

/// Calls `at(begin, end)` for every run of rows of one key and one time: rows [begin, end) of the order.
template <class At>
void each_instant(Order const& order, Events const& events, At at) {
  for (std::size_t begin = 0; begin < order.rows.size();) {
    auto end = begin + 1;
    auto const first = order.rows[begin];
    while (end < order.rows.size() && order.keys[order.rows[end]] == order.keys[first] &&
           events.times[order.rows[end]] == events.times[first])
      ++end;
    at(begin, end);
    begin = end;
  }
}

bool aggregates_whole(model::WindowAggregation const& expression, Values const& values) {
  if (expression.aggregation == "count") return true;
  return expression.aggregation != "avg" && values.whole;
}

Result<Aggregates> run(model::WindowAggregation const& expression, Order const& order, Events const& events,
                       TimeWindow window) {
  std::optional<Values> values;
  if (!expression.source_column.empty()) {
    auto read = read_values(events.rows, expression.source_column);
    if (!read) return read.error();
    values = *std::move(read);
  } else if (expression.aggregation != "count") {
    return Error{Errc::invalid_argument, "`" + expression.aggregation + "` needs a `source_column`"};
  }
  Aggregates out;
  out.whole = aggregates_whole(expression, values ? *values : Values{});
  std::int64_t const length = std::int64_t{expression.window.count()} * 1'000'000;
  std::optional<Running> running;
  std::int64_t key = -1;
  std::size_t oldest = 0;
  bool overflow = false;
  each_instant(order, events, [&](std::size_t begin, std::size_t end) {
    auto const first = order.rows[begin];
    auto const now = events.times[first];
    if (order.keys[first] != key || !running) {
      key = order.keys[first];
      running.emplace(expression.aggregation, values ? &*values : nullptr);
      oldest = begin;
    }
    for (auto i = begin; i < end; ++i) running->enter(order.rows[i]);
    std::int64_t bound = 0;
    if (__builtin_sub_overflow(now, length, &bound)) bound = INT64_MIN;
    for (; events.times[order.rows[oldest]] < bound; ++oldest) running->leave(order.rows[oldest]);
    if (now >= window.from_us && now < window.to_us) overflow = !running->put(out) || overflow;
  });
  if (overflow) return Error{Errc::invalid_argument, "the sum does not fit into 64 bits: declare the source as double"};
  return out;
}

}  // namespace

Result<std::vector<std::int64_t>> key_numbers(model::FeatureSetSpec const& spec, data::Table const& rows,
                                              std::int64_t& keys) {
  auto const& state = rows.state();
  std::vector<std::string> spelled(static_cast<std::size_t>(state.rows));
  std::vector<bool> missing(spelled.size());
  for (auto const& column : spec.index_columns) {
    auto const at = data::find_column(state, column.name);
    if (!at) return at.error();
    auto const& field = state.fields[*at];
    auto const& type = field.value_type();
    if (type.kind == Kind::other)
      return Error{Errc::invalid_argument,
                   "column `" + column.name + "` is " + data::type_name(type) + ", which cannot be a key"};
    std::size_t row = 0;
    for (auto const& chunk : state.columns[*at]) {
      data::Decoded const decoded{field, chunk};
      for (std::int64_t i = 0; i < chunk.length; ++i, ++row) {
        auto const j = decoded[i];
        if (j < 0) {
          missing[row] = true;
          continue;
        }
        // Length first, so that ("a", "bc") and ("ab", "c") differ.
        std::string value;
        if (type.kind == Kind::boolean) {
          value = data::boolean(decoded.values(), j) ? "1" : "0";
        } else if (type.is_text() || type.is_binary()) {
          value = data::bytes(type, decoded.values(), j);
        } else {
          auto const width = static_cast<std::size_t>(type.width);
          auto const* const bytes = static_cast<char const*>(decoded.values().array->buffers[1]);
          value.assign(bytes + static_cast<std::size_t>(decoded.values().offset + j) * width, width);
          if (type.kind == Kind::floating &&
              std::ranges::all_of(value.substr(0, width - 1), [](char c) { return c == 0; }) &&
              static_cast<unsigned char>(value.back()) == 0x80)
            value.back() = 0;  // -0.0 equals 0.0
        }
        auto const size = static_cast<std::uint32_t>(value.size());
        spelled[row].append(reinterpret_cast<char const*>(&size), sizeof size);
        spelled[row] += value;
      }
    }
  }
  std::unordered_map<std::string_view, std::int64_t> numbers;
  std::vector<std::int64_t> out(spelled.size(), -1);
  for (std::size_t i = 0; i < spelled.size(); ++i)
    if (!missing[i]) out[i] = numbers.try_emplace(spelled[i], static_cast<std::int64_t>(numbers.size())).first->second;
  keys = static_cast<std::int64_t>(numbers.size());
  return out;
}

std::shared_ptr<data::OwnedArray const> instant_column(std::span<std::int64_t const> us) {
  std::vector<bool> valid;
  valid.reserve(us.size());
  for (auto const time : us) valid.push_back(time != data::null_time);
  return array_of(us.data(), sizeof(std::int64_t), valid);
}

Result<data::Table> aggregate(model::FeatureSetSpec const& spec, Events const& events, TimeWindow window,
                              Context const& ctx) {
  auto const order = order_of(spec, events);
  if (!order) return order.error();
  std::vector<std::int64_t> rows, times;
  each_instant(*order, events, [&](std::size_t begin, std::size_t) {
    auto const row = order->rows[begin];
    if (events.times[row] < window.from_us || events.times[row] >= window.to_us) return;
    rows.push_back(static_cast<std::int64_t>(row));
    times.push_back(events.times[row]);
  });
  auto const& state = events.rows.state();
  auto const picks = data::picks_of(state, rows);
  std::vector<std::pair<data::SchemaNode, std::shared_ptr<data::OwnedArray const>>> columns;
  for (auto const& key : spec.index_columns) {
    auto const at = data::find_column(state, key.name);
    if (!at) return at.error();
    auto field = data::taken_field(state.fields[*at]);
    if (!field) return field.error();
    auto made = data::take(state.fields[*at], state.columns[*at], picks);
    if (!made) return made.error();
    columns.emplace_back(*std::move(field), *std::move(made));
  }
  columns.emplace_back(data::SchemaNode{.name = spec.timestamp_column, .type = *data::parse_type("tsu:UTC")},
                       instant_column(times));

  std::vector<std::string> wanted;
  for (auto const& feature : spec.features) wanted.push_back(feature.name);
  if (wanted.empty())
    for (auto const& expression : spec.expressions) wanted.push_back(expression.feature_name);
  for (auto const& name : wanted) {
    if (auto const stop = ctx.interrupted()) return *stop;
    auto const expression = std::ranges::find(spec.expressions, name, &model::WindowAggregation::feature_name);
    if (expression == spec.expressions.end())
      return in_feature(Error{Errc::invalid_argument, "no expression makes it"}, name);
    auto const values = run(*expression, *order, events, window);
    if (!values) return in_feature(values.error(), name);
    auto const declared = std::ranges::find(spec.features, name, &model::FeatureColumn::name);
    auto made = typed(*values, name, declared == spec.features.end() ? "" : declared->type);
    if (!made) return in_feature(made.error(), name);
    columns.push_back(*std::move(made));
  }
  return data::table_of(static_cast<std::int64_t>(rows.size()), std::move(columns));
}

}  // namespace podium::inline v0::features
