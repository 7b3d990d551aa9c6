#include "online/columns.hpp"

#include "data/take.hpp"
#include "data/times.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace podium::inline v0::online {
namespace {

using data::Kind;

Error mistyped(std::string const& column, std::string const& declared, data::Type const& type) {
  return Error{Errc::invalid_argument,
               "column `" + column + "` is declared " + declared + " and holds " + data::type_name(type)};
}

bool fits(std::string const& declared, data::Type const& type) {
  if (declared == "string") return type.is_text();
  if (declared == "integer" || declared == "long") return type.kind == Kind::integer;
  if (declared == "boolean") return type.kind == Kind::boolean;
  if (declared == "float" || declared == "double") return type.kind == Kind::floating;
  if (declared == "binary") return type.is_binary();
  if (declared == "datetime")
    return type.kind == Kind::timestamp || type.kind == Kind::date32 || type.kind == Kind::date64;
  return false;
}

std::int64_t integer_at(data::Type const& type, data::Chunk const& chunk, std::int64_t i) {
  return data::with_integer(type, [&]<class T>(T) { return static_cast<std::int64_t>(data::values<T>(chunk)[i]); });
}

template <class T>
data::OwnedArray::Buffer fixed(std::vector<Value> const& values, T (*get)(Value const&)) {
  auto out = std::make_unique<std::byte[]>(values.size() * sizeof(T) + 8);
  for (std::size_t i = 0; i < values.size(); ++i) {
    T const value = values[i].kind == Value::Kind::null ? T{} : get(values[i]);
    std::memcpy(out.get() + i * sizeof(T), &value, sizeof(T));
  }
  return out;
}

}  // namespace

Result<KeyTexts> KeyTexts::of(model::FeatureSetSpec const& spec, data::Table const& table, std::string const& what) {
  KeyTexts out;
  out.table_ = table;
  for (auto const& key : spec.index_columns) {
    auto const column = data::find_column(table.state(), key.name);
    if (!column) return column.error().with("key", key.name).with("table", what);
    auto const& type = table.state().fields[*column].value_type();
    if (key.type != "string" && key.type != "integer" && key.type != "long" && key.type != "boolean")
      return Error{Errc::invalid_argument, "keys of type " + key.type + " have no agreed text in the online store"}
          .with("key", key.name)
          .with("feature set", spec.name);
    if (!fits(key.type, type)) return mistyped(key.name, key.type, type).with("table", what);
    out.columns_.push_back(*column);
  }
  return out;
}

void KeyTexts::each(std::function<void(std::optional<std::vector<std::string>>)> const& take) const {
  auto const& state = table_.state();
  for (std::size_t b = 0; b < state.batch_rows.size(); ++b) {
    std::vector<data::Decoded> decoded;
    for (auto const column : columns_) decoded.emplace_back(state.fields[column], state.columns[column][b]);
    for (std::int64_t row = 0; row < state.batch_rows[b]; ++row) {
      std::optional<std::vector<std::string>> parts{std::in_place};
      for (auto const& column : decoded) {
        auto const at = column[row];
        if (at < 0) {
          parts.reset();
          break;
        }
        if (column.type().is_text())
          parts->emplace_back(data::bytes(column.type(), column.values(), at));
        else if (column.type().kind == Kind::boolean)
          parts->emplace_back(data::boolean(column.values(), at) ? "True" : "False");
        else
          parts->push_back(std::to_string(integer_at(column.type(), column.values(), at)));
      }
      take(std::move(parts));
    }
  }
}

Result<FeatureReader> FeatureReader::of(model::FeatureColumn const& feature, data::Table const& table) {
  auto const& state = table.state();
  auto const column = data::find_column(state, feature.name);
  if (!column) return column.error().with("feature", feature.name);
  auto const& type = state.fields[*column].value_type();
  if (!fits(feature.type, type)) return mistyped(feature.name, feature.type, type);
  FeatureReader out;
  out.table_ = table;
  out.type_ = feature.type;
  out.column_ = *column;
  std::int64_t start = 0;
  for (auto const rows : state.batch_rows) {
    out.starts_.push_back(start);
    start += rows;
  }
  if (feature.type == "datetime") {
    auto times = data::read_times(state, *column, data::Tick::micro, {}, true);
    if (!times) return std::move(times).error().with("feature", feature.name);
    out.times_ = *std::move(times);
  }
  return out;
}

Value FeatureReader::at(std::int64_t row) const {
  if (type_ == "datetime") {
    auto const time = times_[static_cast<std::size_t>(row)];
    return time == data::null_time ? Value{} : Value{.kind = Value::Kind::integer, .integer = time};
  }
  auto const& state = table_.state();
  auto const b = static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), row) - starts_.begin() - 1);
  data::Decoded const column{state.fields[column_], state.columns[column_][b]};
  auto const at = column[row - starts_[b]];
  if (at < 0) return {};
  auto const& type = column.type();
  auto const& chunk = column.values();
  if (type.is_text() || type.is_binary())
    return {.kind = Value::Kind::text, .text = std::string{data::bytes(type, chunk, at)}};
  if (type.kind == Kind::boolean) return {.kind = Value::Kind::flag, .flag = data::boolean(chunk, at)};
  if (type.kind == Kind::integer) return {.kind = Value::Kind::integer, .integer = integer_at(type, chunk, at)};
  return {
      .kind = Value::Kind::real,
      .real = type.width == 4 ? static_cast<double>(data::values<float>(chunk)[at]) : data::values<double>(chunk)[at]};
}

Result<std::pair<data::SchemaNode, std::shared_ptr<data::OwnedArray const>>> FeatureBuilder::finish(
    std::string name) const {
  auto const length = static_cast<std::int64_t>(values_.size());
  auto valid = data::empty_bitmap(length);
  std::int64_t nulls = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].kind == Value::Kind::null)
      ++nulls;
    else
      data::set_bit(valid, static_cast<std::int64_t>(i));
  }
  std::vector<data::OwnedArray::Buffer> buffers;
  buffers.push_back(nulls == 0 ? nullptr : std::move(valid));
  char const* format = "u";
  if (type_ == "string" || type_ == "binary") {
    format = type_ == "string" ? "u" : "z";
    std::size_t total = 0;
    for (auto const& value : values_) total += value.text.size();
    if (total > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
      return Error{Errc::exhausted, "more than 2 GiB of text in one answer"}.with("feature", name);
    auto offsets = std::make_unique<std::byte[]>((values_.size() + 1) * sizeof(std::int32_t) + 8);
    auto bytes = std::make_unique<std::byte[]>(total + 8);
    std::int32_t at = 0;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      std::memcpy(bytes.get() + at, values_[i].text.data(), values_[i].text.size());
      at += static_cast<std::int32_t>(values_[i].text.size());
      std::memcpy(offsets.get() + (i + 1) * sizeof at, &at, sizeof at);
    }
    buffers.push_back(std::move(offsets));
    buffers.push_back(std::move(bytes));
  } else if (type_ == "boolean") {
    format = "b";
    auto bits = data::empty_bitmap(length);
    for (std::size_t i = 0; i < values_.size(); ++i)
      if (values_[i].flag) data::set_bit(bits, static_cast<std::int64_t>(i));
    buffers.push_back(std::move(bits));
  } else if (type_ == "integer") {
    format = "i";
    for (auto const& value : values_)
      if (value.integer != static_cast<std::int32_t>(value.integer))
        return Error{Errc::protocol, "a stored value is no integer of 32 bits"}.with("feature", name);
    buffers.push_back(
        fixed<std::int32_t>(values_, [](Value const& v) { return static_cast<std::int32_t>(v.integer); }));
  } else if (type_ == "float") {
    format = "f";
    buffers.push_back(fixed<float>(values_, [](Value const& v) { return static_cast<float>(v.real); }));
  } else if (type_ == "double") {
    format = "g";
    buffers.push_back(fixed<double>(values_, [](Value const& v) { return v.real; }));
  } else {
    format = type_ == "datetime" ? "tsu:UTC" : "l";
    buffers.push_back(fixed<std::int64_t>(values_, [](Value const& v) { return v.integer; }));
  }
  data::SchemaNode field{.name = std::move(name), .type = *data::parse_type(format)};
  return std::pair{std::move(field), std::make_shared<data::OwnedArray const>(length, nulls, std::move(buffers))};
}

data::Table with_columns(data::Table const& table,
                         std::vector<std::pair<data::SchemaNode, std::shared_ptr<data::OwnedArray const>>> columns) {
  auto state = std::make_shared<data::Table::State>(table.state());
  for (auto& [field, array] : columns) {
    state->fields.push_back(std::move(field));
    auto& chunks = state->columns.emplace_back();
    std::int64_t begin = 0;
    for (auto const rows : state->batch_rows) {
      chunks.push_back(data::chunk_of(array, begin, rows));
      begin += rows;
    }
  }
  return data::Table{std::shared_ptr<data::Table::State const>{std::move(state)}};
}

}  // namespace podium::inline v0::online
