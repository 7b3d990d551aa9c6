#pragma once

#include "data/times.hpp"

#include "podium/data/builder.hpp"
#include "podium/features/retrieve.hpp"

#include <string>
#include <vector>

/// Small words for small cases: one day, one key column `k`, one set `fs` with time column `ts`.
namespace cases {

using namespace podium;
using Texts = std::vector<std::string>;
using Numbers = std::vector<std::int64_t>;

/// Microseconds of "10:00" or "10:00:00.000001" on 2023-01-10; "09 10:00" is on the ninth.
inline std::int64_t at(std::string const& clock) {
  bool const dated = clock.size() > 2 && clock[2] == ' ';
  auto const day = dated ? clock.substr(0, 2) : "10";
  auto const instant = data::parse_instant("2023-01-" + day + "T" + (dated ? clock.substr(3) : clock) + "Z");
  return instant.value().seconds * 1'000'000 + instant->nanoseconds / 1000;
}

inline Numbers times(std::vector<std::string> const& clocks) {
  Numbers out;
  for (auto const& clock : clocks) out.push_back(clock == "null" ? INT64_MIN : at(clock));
  return out;
}

inline data::Table observed(Texts const& keys, std::vector<std::string> const& clocks) {
  return data::TableBuilder{}.add("k", keys).add_timestamps("t", times(clocks)).build().value();
}

inline data::Table stored(Texts const& keys, std::vector<std::string> const& clocks, Numbers const& values) {
  return data::TableBuilder{}.add("k", keys).add_timestamps("ts", times(clocks)).add("v", values).build().value();
}

inline features::Source source(data::Table rows, std::chrono::seconds delay = {},
                               std::optional<std::chrono::seconds> lookback = {}) {
  model::FeatureSetSpec spec;
  spec.name = "fs";
  spec.timestamp_column = "ts";
  spec.source_delay = delay;
  spec.temporal_join_lookback = lookback;
  spec.index_columns = {{"k", "string", ""}};
  spec.features = {{"v", "long", ""}};
  return {spec, std::move(rows), {}};
}

inline Result<features::Retrieved> ask(std::vector<features::Source> const& sources, data::Table const& observations,
                                       features::RetrievalOptions const& options = {}) {
  return features::get_offline_features(sources, observations, "t", options);
}

inline Texts column(features::Retrieved const& result, std::string const& name) {
  return data::strings(result.table, name).value();
}

inline Texts reasons(features::Retrieved const& result, std::size_t set = 0) {
  Texts out;
  for (auto const reason : result.reasons[set]) out.emplace_back(to_string(reason));
  return out;
}

}  // namespace cases
