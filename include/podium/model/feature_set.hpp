#pragma once

#include "podium/model/common.hpp"

#include <chrono>

namespace podium::inline v0::model {

struct FeatureColumn {
  std::string name;
  std::string type;  ///< string, integer, long, float, double, binary, datetime, boolean
  std::string description;
  friend bool operator==(FeatureColumn const&, FeatureColumn const&) = default;
};

/// `FeatureSetSpec.yaml`.
struct FeatureSetSpec {
  std::string name;         ///< not in the file: the folder's, or given by the caller
  std::string source_type;  ///< parquet, csv, deltatable, mltable (lower case)
  std::string source_path;  ///< URI or local path
  std::string timestamp_column;
  std::string timestamp_format;  ///< empty: inferred
  std::chrono::seconds source_delay{0};
  std::optional<std::chrono::seconds> source_lookback;
  std::optional<std::chrono::seconds> temporal_join_lookback;  ///< empty: unlimited
  std::vector<FeatureColumn> index_columns;
  std::vector<FeatureColumn> features;
  std::string source_file;
  friend bool operator==(FeatureSetSpec const&, FeatureSetSpec const&) = default;
};

}  // namespace podium::inline v0::model
