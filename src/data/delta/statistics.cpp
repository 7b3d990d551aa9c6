#include "data/delta/stage.hpp"
#include "data/times.hpp"
#include "data/view.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace podium::inline v0::data::delta {
namespace {

using Json = nlohmann::ordered_json;

/// As many columns as Spark's writer looks at, and texts up to the length that it does not cut.
constexpr std::size_t columns_with_statistics = 32;
constexpr std::size_t longest_text = 32;

template <class T>
void widen(std::optional<T> (&bounds)[2], T value) {
  if (!bounds[0] || value < *bounds[0]) bounds[0] = value;
  if (!bounds[1] || *bounds[1] < value) bounds[1] = std::move(value);
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 127; });
}

/// "2023-01-10T10:00:00.123Z", cut down to the millisecond as Spark's writer does.
std::string millisecond_text(std::int64_t us) {
  auto const ms = floor_div(us, 1000);
  auto const seconds = floor_div(ms, 1000);
  auto const fraction = std::to_string(ms - seconds * 1000 + 1000).substr(1);
  auto text = instant_text({seconds, 0}, true);
  return text + "." + fraction + "Z";
}

}  // namespace

void Statistics::add(Table::State const& rows) {
  if (columns_.empty())
    for (auto const& field : rows.fields) {
      if (columns_.size() == columns_with_statistics) break;
      columns_.push_back({.name = field.name, .kind = field.type.kind});
    }
  rows_ += rows.rows;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    auto& column = columns_[c];
    auto const& type = rows.fields[c].type;
    for (auto const& chunk : rows.columns[c]) {
      Validity const valid{type, chunk};
      for (std::int64_t i = 0; i < chunk.length; ++i) {
        if (!valid(i)) {
          ++column.nulls;
          continue;
        }
        if (column.no_bounds) continue;
        switch (type.kind) {
          case Kind::integer:
            widen(column.whole,
                  with_integer(type, [&]<class T>(T) { return static_cast<std::int64_t>(values<T>(chunk)[i]); }));
            break;
          case Kind::date32:
            widen(column.whole, static_cast<std::int64_t>(values<std::int32_t>(chunk)[i]));
            break;
          case Kind::timestamp:
            widen(column.whole, values<std::int64_t>(chunk)[i]);
            break;
          case Kind::floating: {
            auto const value =
                type.width == 8 ? values<double>(chunk)[i] : static_cast<double>(values<float>(chunk)[i]);
            if (std::isfinite(value))
              widen(column.real, value);
            else
              column.no_bounds = true;
            break;
          }
          case Kind::text:
          case Kind::large_text: {
            auto const text = bytes(type, chunk, i);
            if (text.size() > longest_text || !is_ascii(text))
              column.no_bounds = true;
            else
              widen(column.text, std::string{text});
            break;
          }
          default:
            column.no_bounds = true;
        }
      }
    }
  }
}

std::string Statistics::json() const {
  Json out{{"numRecords", rows_},
           {"minValues", Json::object()},
           {"maxValues", Json::object()},
           {"nullCount", Json::object()}};
  for (auto const& column : columns_) {
    out["nullCount"][column.name] = column.nulls;
    if (column.no_bounds) continue;
    for (int end = 0; end < 2; ++end) {
      auto& values = out[end == 0 ? "minValues" : "maxValues"];
      if (column.real[end]) values[column.name] = *column.real[end];
      if (column.text[end]) values[column.name] = *column.text[end];
      if (!column.whole[end]) continue;
      if (column.kind == Kind::date32)
        values[column.name] = date_text(*column.whole[end]);
      else if (column.kind == Kind::timestamp)
        values[column.name] = millisecond_text(*column.whole[end]);
      else
        values[column.name] = *column.whole[end];
    }
  }
  return out.dump();
}

}  // namespace podium::inline v0::data::delta
