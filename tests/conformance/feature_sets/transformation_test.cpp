#include "conformance/pit/vectors.hpp"

#include "podium/features/materialize.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

using namespace podium;
using nlohmann::json;

namespace {

std::optional<std::chrono::seconds> span(json const& offset) {
  if (offset.is_null()) return std::nullopt;
  return std::chrono::hours{24 * offset.value("days", 0) + offset.value("hours", 0)} +
         std::chrono::minutes{offset.value("minutes", 0)};
}

/// The set of a vector, its transformer said as a windowed expression; nothing if that cannot be said so.
std::optional<model::FeatureSetSpec> spec_of(json const& set, json const& transformation) {
  auto const kind = transformation.value("kind", "");
  if (!kind.starts_with("rolling_") || transformation.value("bounds", "") != "closed") return std::nullopt;
  model::FeatureSetSpec spec;
  spec.name = set["name"];
  spec.timestamp_column = set["timestamp_column"];
  spec.source_delay = span(set.value("source_delay", json{})).value_or(std::chrono::seconds{0});
  spec.temporal_join_lookback = span(set.value("temporal_join_lookback", json{}));
  spec.source_lookback = span(set.value("source_lookback", json{}));
  for (auto const& key : set["index_columns"]) spec.index_columns.push_back({key["name"], key["type"], ""});
  for (auto const& feature : set["features"]) spec.features.push_back({feature["name"], feature["type"], ""});
  spec.expressions = {{.feature_name = transformation["output"],
                       .source_column = transformation["input"],
                       .aggregation = kind.substr(8),
                       .window = span(transformation["window"]).value()}};
  return spec;
}

}  // namespace

TEST_CASE("sets whose rows are rolled out of a source answer as Azure's do") {
  auto const file = std::filesystem::path{PODIUM_SOURCE_DIR} / "../shared/pit/vectors.json";
  if (!std::filesystem::exists(file)) {
    MESSAGE("skipped: " << file.string() << " is not there");
    return;
  }
  auto const all = json::parse(std::ifstream{file});
  int seen = 0;
  for (auto const& vector : all["vectors"]) {
    if (!vector.contains("transformation") || !vector.contains("expected") || !vector["expected"].contains("rows"))
      continue;
    auto const id = vector["id"].get<std::string>();
    CAPTURE(id);
    auto const observations = pit::table_of(vector["observation"]["columns"], vector["observation"]["rows"]);
    std::string const timestamp = vector["timestamp_column"];
    std::int64_t first = INT64_MAX, last = INT64_MIN;
    for (auto const time : data::timestamps_us(observations, timestamp).value()) {
      if (time == INT64_MIN) continue;
      first = std::min(first, time);
      last = std::max(last, time);
    }
    std::vector<features::Source> sources;
    std::vector<std::string> warnings;
    for (auto const& set : vector["feature_sets"]) {
      auto const spec = spec_of(set, vector["transformation"]);
      REQUIRE(spec);
      auto const source = data::Dataset::of(pit::table_of(set["table"]["columns"], set["table"]["rows"]));
      auto const window = features::wanted_window(*spec, first, last);
      auto computed = features::compute_features(*spec, source, window).value();
      for (auto const& one : computed.warnings) warnings.push_back(one);
      sources.push_back({.spec = *spec, .rows = std::move(computed.rows), .features = {}});
    }
    auto const retrieved = features::get_offline_features(sources, observations, timestamp).value();
    auto const& expected = vector["expected"];
    CHECK(retrieved.table.column_names() == expected["columns"].get<std::vector<std::string>>());
    auto const cells = pit::cells_of(retrieved.table);
    auto const wanted = pit::cells_of(pit::table_of(
        [&] {
          auto columns = json::array();
          for (std::size_t c = 0; c < expected["columns"].size(); ++c)
            columns.push_back({{"name", expected["columns"][c]}, {"type", expected["types"][c]}});
          return columns;
        }(),
        expected["rows"]));
    CHECK(cells == wanted);
    for (auto const& warning : vector.value("warnings", json::array()))
      if (warning == "source_lookback_shorter_than_window") {
        REQUIRE_FALSE(warnings.empty());
        CHECK(warnings.front().find("`source_lookback` reads only") != std::string::npos);
      }
    ++seen;
  }
  CHECK(seen > 0);
}
