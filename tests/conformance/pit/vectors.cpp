#include "vectors.hpp"

#include "data/times.hpp"
#include "data/view.hpp"
#include "unit/data/raw_column.hpp"

#include <cmath>
#include <limits>

namespace pit {
namespace {

using namespace podium;
using nlohmann::json;

std::string decoded(std::string const& base64) {
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (char const c : base64) {
    static std::string const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    auto const at = alphabet.find(c);
    if (at == std::string::npos) break;
    bits = bits << 6 | static_cast<unsigned>(at);
    if ((count += 6) < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xFF);
  }
  return out;
}

double number(json const& cell) {
  if (!cell.is_string()) return cell.get<double>();
  auto const text = cell.get<std::string>();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  return text.starts_with('-') ? -INFINITY : INFINITY;
}

std::int64_t instant(json const& cell, std::int64_t per_second) {
  auto const read = data::parse_instant(cell.get<std::string>()).value();
  return read.seconds * per_second + read.nanoseconds / (1'000'000'000 / per_second);
}

std::array<std::int64_t, 2> cents(json const& cell) {
  auto text = cell.get<std::string>();
  text.erase(text.find('.'), 1);
  std::int64_t const value = std::stoll(text);
  return {value, value < 0 ? -1 : 0};
}

/// Values of one column; `read` turns a cell into T.
template <class T, class Read>
std::vector<T> values(json const& rows, std::size_t c, Read read) {
  std::vector<T> out;
  for (auto const& row : rows) out.push_back(row[c].is_null() ? T{} : read(row[c]));
  return out;
}

raw::Column column_of(std::string const& name, std::string const& type, json const& rows, std::size_t c) {
  std::vector<bool> valid;
  for (auto const& row : rows) valid.push_back(!row[c].is_null());
  auto const integers = [&]<class T>(T, char const* format) {
    return raw::fixed<T>(name, format, values<T>(rows, c, [](json const& cell) { return cell.get<T>(); }), valid);
  };
  auto const times = [&](char const* format, std::int64_t per_second) {
    auto const read = [&](json const& cell) { return instant(cell, per_second); };
    return raw::fixed<std::int64_t>(name, format, values<std::int64_t>(rows, c, read), valid);
  };
  auto const texts = [&](char const* format, auto read) {
    return raw::text<std::int32_t>(name, format, values<std::string>(rows, c, read), valid);
  };
  if (type == "short") return integers(std::int16_t{}, "s");
  if (type == "integer") return integers(std::int32_t{}, "i");
  if (type == "long") return integers(std::int64_t{}, "l");
  if (type == "float")
    return raw::fixed<float>(
        name, "f", values<float>(rows, c, [](json const& cell) { return static_cast<float>(number(cell)); }), valid);
  if (type == "double") return raw::fixed<double>(name, "g", values<double>(rows, c, number), valid);
  if (type == "timestamp") return times("tsu:UTC", 1'000'000);
  if (type == "timestamp_ms") return times("tsm:UTC", 1'000);
  if (type == "timestamp_ns") return times("tsn:UTC", 1'000'000'000);
  if (type == "timestamp_ntz") return times("tsu:", 1'000'000);
  if (type == "date")
    return raw::fixed<std::int32_t>(
        name, "tdD",
        values<std::int32_t>(rows, c,
                             [](json const& cell) { return static_cast<std::int32_t>(instant(cell, 1) / 86400); }),
        valid);
  if (type == "decimal(10,2)")
    return raw::fixed<std::array<std::int64_t, 2>>(name, "d:10,2", values<std::array<std::int64_t, 2>>(rows, c, cents),
                                                   valid);
  if (type == "binary") return texts("z", [](json const& cell) { return decoded(cell.get<std::string>()); });
  if (type == "boolean") {
    auto bits = data::empty_bitmap(static_cast<std::int64_t>(rows.size()));
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows[i][c] == true) data::set_bit(bits, static_cast<std::int64_t>(i));
    auto [there, nulls] = raw::validity(valid);
    std::vector<data::OwnedArray::Buffer> buffers;
    buffers.push_back(std::move(there));
    buffers.push_back(std::move(bits));
    return {raw::field(name, "b"), std::make_shared<data::OwnedArray const>(static_cast<std::int64_t>(rows.size()),
                                                                            nulls, std::move(buffers))};
  }
  if (type == "string") return texts("u", [](json const& cell) { return cell.get<std::string>(); });
  throw std::runtime_error{"unknown type in the vectors: " + type};
}

std::chrono::seconds span(json const& offset) {
  return std::chrono::hours{24 * offset.value("days", 0) + offset.value("hours", 0)} +
         std::chrono::minutes{offset.value("minutes", 0)};
}

bool is_null(json const& object, char const* key) { return !object.contains(key) || object[key].is_null(); }

model::FeatureSetSpec spec_of(json const& set) {
  model::FeatureSetSpec spec;
  spec.name = set["name"];
  spec.timestamp_column = set["timestamp_column"];
  spec.timestamp_format = set.value("timestamp_format", "");
  if (!is_null(set, "source_delay")) spec.source_delay = span(set["source_delay"]);
  if (!is_null(set, "temporal_join_lookback")) spec.temporal_join_lookback = span(set["temporal_join_lookback"]);
  for (auto const& key : set["index_columns"]) spec.index_columns.push_back({key["name"], key["type"], ""});
  for (auto const& feature : set["features"]) spec.features.push_back({feature["name"], feature["type"], ""});
  return spec;
}

std::string why_left_out(json const& vector) {
  if (!vector.contains("expected")) return "not expressible in any engine (see its note)";
  for (auto const& set : vector["feature_sets"])
    if (set.contains("transformer")) return "a feature transformation (covered where feature sets are)";
  return "";
}

features::RetrievalOptions options_of(json const& options) {
  features::RetrievalOptions out;
  for (auto const& [name, value] : options.items()) {
    if (name == "apply_source_delay")
      out.apply_source_delay = value;
    else if (name == "apply_temporal_join_lookback")
      out.apply_temporal_join_lookback = value;
    else if (name == "as_known_at")
      out.as_known_at = value;
    else if (name == "tie_break")
      out.tie_break = value;
    else if (name == "naive_timezone")
      out.naive_timezone = value;
    else if (name != "session_timezone" && name != "driver_timezone" && name != "use_materialized_data")
      throw std::runtime_error{"unknown option in the vectors: " + name};
  }
  return out;
}

std::vector<features::TimeWindow> windows_of(json const& windows) {
  std::vector<features::TimeWindow> out;
  for (auto const& window : windows) out.push_back({instant(window[0], 1'000'000), instant(window[1], 1'000'000)});
  return out;
}

}  // namespace

data::Table table_of(json const& columns, json const& rows) {
  std::vector<raw::Column> made;
  for (std::size_t c = 0; c < columns.size(); ++c)
    made.push_back(column_of(columns[c]["name"], columns[c]["type"], rows, c));
  return data::table_of(static_cast<std::int64_t>(rows.size()), std::move(made));
}

Vector vector_of(json const& vector) {
  Vector out{.id = vector["id"], .left_out = why_left_out(vector)};
  if (!out.left_out.empty()) return out;
  out.observations = table_of(vector["observation"]["columns"], vector["observation"]["rows"]);
  out.timestamp_column = vector["timestamp_column"];
  out.expected = vector["expected"];
  auto const options = vector.value("options", json::object());
  bool const from_store = options.value("use_materialized_data", true);
  out.warnings = vector.value("warnings", std::vector<std::string>{});
  out.options = options_of(options);
  for (auto const& alternative : vector.value("alternatives", json::array())) {
    auto changed = options;
    changed.update(alternative["options"]);
    out.alternatives.push_back({options_of(changed), alternative});
  }

  // Our request is a list of sources: features of two sets in turn are as many sources.
  std::pair<std::string, std::string> last;
  for (auto const& wanted : vector["request"]) {
    std::pair<std::string, std::string> const set{wanted["feature_set"], wanted["version"]};
    if (out.sources.empty() || set != last) {
      for (auto const& candidate : vector["feature_sets"]) {
        if (candidate["name"] != set.first || candidate["version"] != set.second) continue;
        auto rows = table_of(candidate["table"]["columns"], candidate["table"]["rows"]);
        if (auto const files = candidate.value("files", 1); files > 1)
          rows = data::rebatch(rows, std::max<std::int64_t>(1, (rows.rows() + files - 1) / files));
        features::Source source{spec_of(candidate), std::move(rows), {}};
        if (from_store && candidate.contains("materialized_windows"))
          source.materialized = windows_of(candidate["materialized_windows"]);
        out.sources.push_back(std::move(source));
        break;
      }
    }
    last = set;
    out.sources.back().features.push_back(wanted["feature"]);
    out.asked.push_back({out.sources.size() - 1, wanted["feature"]});
  }
  return out;
}

std::vector<std::vector<std::optional<std::string>>> cells_of(data::Table const& table) {
  auto const& state = table.state();
  std::vector<std::vector<std::optional<std::string>>> cells(static_cast<std::size_t>(table.rows()));
  for (auto const& name : table.column_names()) {
    auto const texts = data::strings(table, name).value();
    auto const column = data::find_column(state, name).value();
    std::size_t row = 0;
    for (auto const& chunk : state.columns[column]) {
      data::Decoded const decoded{state.fields[column], chunk};
      for (std::int64_t i = 0; i < chunk.length; ++i, ++row)
        cells[row].push_back(decoded[i] < 0 ? std::nullopt : std::optional{texts[row]});
    }
  }
  return cells;
}

std::vector<std::string> types_of(data::Table const& table) {
  std::vector<std::string> types;
  for (auto const& field : table.state().fields) {
    auto const& type = field.value_type();
    if (type.kind == data::Kind::timestamp)
      types.push_back(type.zone.empty() ? "timestamp_ntz" : "timestamp");
    else if (type.kind == data::Kind::decimal)
      types.push_back("decimal(10,2)");
    else
      types.push_back(data::type_name(type));
  }
  return types;
}

}  // namespace pit
