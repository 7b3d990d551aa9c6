#pragma once

#include "podium/model/feature_set.hpp"

namespace podium::inline v0::model {

/// What a feature store joins by: the key columns of one kind of thing.
struct FeatureStoreEntity {
  std::string id;
  std::string name;
  std::string version;
  std::string description;
  std::string stage;                         ///< free text: Development, Production, Archived
  std::vector<FeatureColumn> index_columns;  ///< in the order of the keys
  Tags tags;
  Tags properties;
  friend bool operator==(FeatureStoreEntity const&, FeatureStoreEntity const&) = default;
};

/// Where and how often a registered set is materialised.
struct MaterializationSettings {
  bool offline_enabled = false;
  bool online_enabled = false;
  std::string instance_type;
  Tags spark_configuration;
  friend bool operator==(MaterializationSettings const&, MaterializationSettings const&) = default;
};

/// A version of a feature set as a feature store keeps it: a specification, and the entities whose keys it joins by.
struct FeatureSet {
  std::string id;
  std::string name;
  std::string version;
  std::string description;
  std::string stage;
  std::vector<std::string> entities;  ///< "azureml:name:version"
  /// Folder with `FeatureSetSpec.yaml`: a URI, or a local path before upload.
  std::string specification;
  std::optional<MaterializationSettings> materialization;
  Tags tags;
  Tags properties;
  friend bool operator==(FeatureSet const&, FeatureSet const&) = default;
};

}  // namespace podium::inline v0::model
