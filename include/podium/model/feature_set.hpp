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

/// One of `transformation_expressions`: an aggregate over the events of a key within `window` up to a time.
struct WindowAggregation {
  std::string feature_name;
  std::string source_column;  ///< empty only for count: it counts events
  std::string aggregation;    ///< count, sum, avg, min, max
  std::chrono::seconds window{0};
  friend bool operator==(WindowAggregation const&, WindowAggregation const&) = default;
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
  /// How feature rows are made of source rows; both empty: they are the source's own.
  std::string transformation_code{};  ///< absolute folder
  std::string transformer_class{};    ///< "module.Class"
  std::vector<WindowAggregation> expressions{};
  friend bool operator==(FeatureSetSpec const&, FeatureSetSpec const&) = default;

  bool has_transformation() const noexcept { return !transformer_class.empty() || !expressions.empty(); }
};

/// A feature as a retrieval specification names it.
struct FeatureReference {
  std::string feature_set;  ///< name
  std::string version;
  std::string feature;
  std::string output_name{};  ///< carried; retrieval does not rename
  friend bool operator==(FeatureReference const&, FeatureReference const&) = default;
};

/// The features wanted from one store.
struct FeatureStoreReference {
  std::string uri;  ///< azureml://subscriptions/.../workspaces/...
  std::string location{};
  std::string workspace_id{};
  std::vector<FeatureReference> features{};
  friend bool operator==(FeatureStoreReference const&, FeatureStoreReference const&) = default;
};

/// `feature_retrieval_spec.yaml`.
struct FeatureRetrievalSpec {
  std::vector<FeatureStoreReference> stores{};
  int serialization_version = 2;
  friend bool operator==(FeatureRetrievalSpec const&, FeatureRetrievalSpec const&) = default;
};

}  // namespace podium::inline v0::model
