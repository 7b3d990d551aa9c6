#include "podium/data/builder.hpp"
#include "podium/rollout/bundle.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <limits>

namespace podium::inline v0::rollout {
namespace {

using Json = nlohmann::json;

/// Cells of one column: numbers if all that is there is a number or a boolean, text otherwise.
struct Column {
  std::string name;
  std::vector<Json> cells;
};

Result<data::Table> to_table(std::vector<Column> const& columns) {
  data::TableBuilder builder;
  for (auto const& [name, cells] : columns) {
    std::vector<bool> valid;
    bool numbers = true, whole = true;
    for (auto const& cell : cells) {
      valid.push_back(!cell.is_null());
      numbers = numbers && (cell.is_null() || cell.is_number() || cell.is_boolean());
      whole = whole && (cell.is_null() || cell.is_number_integer());
    }
    if (numbers && whole) {
      std::vector<std::int64_t> values;
      for (auto const& cell : cells) values.push_back(cell.is_null() ? 0 : cell.get<std::int64_t>());
      builder.add(name, values, valid);
    } else if (numbers) {
      std::vector<double> values;
      for (auto const& cell : cells)
        values.push_back(cell.is_null()      ? std::numeric_limits<double>::quiet_NaN()
                         : cell.is_boolean() ? static_cast<double>(cell.get<bool>())
                                             : cell.get<double>());
      builder.add(name, values, valid);
    } else {
      std::vector<std::string> values;
      for (auto const& cell : cells)
        values.push_back(cell.is_null() ? "" : cell.is_string() ? cell.get<std::string>() : cell.dump());
      builder.add(name, values, valid);
    }
  }
  return builder.build();
}

Result<data::Table> read_json_lines(std::filesystem::path const& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return Error{Errc::not_found, "cannot read `" + path.string() + "`"};
  std::vector<Column> columns;
  std::map<std::string, std::size_t> place;
  std::size_t rows = 0, number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    auto const json = Json::parse(line, nullptr, false);
    if (!json.is_object())
      return Error{Errc::invalid_argument,
                   "line " + std::to_string(number) + " of `" + path.string() + "` is not a JSON object"};
    for (auto const& [name, cell] : json.items()) {
      if (cell.is_structured())
        return Error{Errc::invalid_argument, "line " + std::to_string(number) + " of `" + path.string() +
                                                 "`: column `" + name + "` holds a list or an object"};
      auto const [at, fresh] = place.emplace(name, columns.size());
      if (fresh) columns.push_back({name, std::vector<Json>(rows)});
      columns[at->second].cells.push_back(cell);
    }
    ++rows;
    for (auto& column : columns) column.cells.resize(rows);  // null where the line says nothing
  }
  return to_table(columns);
}

}  // namespace

Result<data::Table> read_table(std::filesystem::path const& path) {
  auto const extension = path.extension().string();
  if (extension == ".jsonl" || extension == ".ndjson") return read_json_lines(path);
  return data::read(path);
}

}  // namespace podium::inline v0::rollout
