#include "data/state.hpp"
#include "vectors.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>

using namespace podium;
using nlohmann::json;

namespace {

std::filesystem::path const file = std::filesystem::path{PODIUM_SOURCE_DIR}.parent_path() / "shared/pit/vectors.json";

bool there() {
  if (std::filesystem::exists(file)) return true;
  MESSAGE("skipped: " << file.string() << " is not there");
  return false;
}

std::vector<pit::Vector> vectors() {
  auto const all = json::parse(std::ifstream{file});
  std::vector<pit::Vector> out;
  for (auto const& vector : all["vectors"]) out.push_back(pit::vector_of(vector));
  return out;
}

void check_answer(pit::Vector const& vector, json const& expected, features::Retrieved const& result) {
  CHECK((result.table.column_names() == expected["columns"].get<std::vector<std::string>>()));
  CHECK((pit::types_of(result.table) == expected["types"].get<std::vector<std::string>>()));

  json columns = json::array();
  for (std::size_t c = 0; c < expected["columns"].size(); ++c)
    columns.push_back({{"name", expected["columns"][c]}, {"type", expected["types"][c]}});
  auto const cells = pit::cells_of(result.table);
  CHECK((cells == pit::cells_of(pit::table_of(columns, expected["rows"]))));

  auto const first_feature = expected["columns"].size() - vector.asked.size();
  for (std::size_t row = 0; row < expected["reasons"].size(); ++row) {
    for (std::size_t f = 0; f < vector.asked.size(); ++f) {
      CAPTURE(row);
      CAPTURE(vector.asked[f].feature);
      auto const column = expected["columns"][first_feature + f].get<std::string>();
      auto const reasons = features::reasons_of(result, vector.asked[f].source, column).value();
      std::string const reason{to_string(reasons[row])};
      CHECK(reason == expected["reasons"][row][f].get<std::string>());
    }
  }
}

void check(pit::Vector const& vector, features::RetrievalOptions const& options, json const& expected) {
  auto const result =
      features::get_offline_features(vector.sources, vector.observations, vector.timestamp_column, options);
  if (!expected.contains("error")) {
    REQUIRE_MESSAGE(result, (result ? "" : result.error().to_string()));
    check_answer(vector, expected, *result);
    CHECK(result->warnings.size() == vector.warnings.size());
    for (std::size_t w = 0; w < vector.warnings.size() && w < result->warnings.size(); ++w)
      CHECK(result->warnings[w].find(vector.warnings[w]) != std::string::npos);
    return;
  }
  REQUIRE_FALSE(result);
  CHECK(result.error().code() == Errc::invalid_argument);
  for (auto const& name : expected["mentions"])
    CHECK_MESSAGE(result.error().to_string().find(name.get<std::string>()) != std::string::npos,
                  result.error().to_string() << " mentions " << name);
}

void check(pit::Vector const& vector) {
  CAPTURE(vector.id);
  check(vector, vector.options, vector.expected);
  for (auto const& alternative : vector.alternatives) {
    CAPTURE(alternative.expected["options"].dump());
    check(vector, alternative.options, alternative.expected);
  }
}

}  // namespace

TEST_CASE("every point-in-time vector that a join can answer has the expected rows, reasons and warnings") {
  if (!there()) return;
  std::map<std::string, int> left_out;
  int checked = 0;
  std::size_t alternatives = 0;
  for (auto const& vector : vectors()) {
    if (!vector.left_out.empty()) {
      ++left_out[vector.left_out];
      continue;
    }
    check(vector);
    ++checked;
    alternatives += vector.alternatives.size();
  }
  MESSAGE(checked << " vectors checked, and " << alternatives << " alternatives");
  for (auto const& [why, count] : left_out) MESSAGE(count << " left out: " << why);
  CHECK(checked >= 111);
  CHECK(alternatives >= 5);
}

TEST_CASE("a vector cut into batches of one row gives the same answer") {
  if (!there()) return;
  for (auto vector : vectors()) {
    if (!vector.left_out.empty()) continue;
    vector.observations = data::rebatch(vector.observations, 1);
    for (auto& source : vector.sources) source.rows = data::rebatch(source.rows, 1);
    check(vector);
  }
}
