#pragma once

#include "podium/model/common.hpp"

namespace podium::inline v0::model {

struct DataAsset {
  std::string id;
  std::string name;
  std::string version;  ///< empty on creation: the next integer
  std::string description;
  std::string type = "uri_folder";  ///< uri_file, uri_folder, mltable
  std::string path;                 ///< URI, or absolute local path before upload
  Tags tags;
  Tags properties;
  friend bool operator==(DataAsset const&, DataAsset const&) = default;
};

/// A registered model.  Lineage: `job_name` made it; `properties` carry digests
/// (`podium.model_digest`, `podium.code_digest`, `podium.data_digest`).
struct Model {
  std::string id;
  std::string name;
  std::string version;
  std::string description;
  std::string type = "custom_model";  ///< custom_model, mlflow_model, triton_model
  std::string path;                   ///< URI, or absolute local path before upload
  std::string job_name;
  std::string stage;
  Tags tags;
  Tags properties;
  friend bool operator==(Model const&, Model const&) = default;
};

/// A code snapshot.
struct Code {
  std::string id;
  std::string name;
  std::string version;
  std::string uri;
  std::string digest;  ///< SHA-256 of the snapshot's content
  friend bool operator==(Code const&, Code const&) = default;
};

struct Datastore {
  std::string id;
  std::string name;
  std::string type;  ///< AzureBlob, AzureDataLakeGen2, AzureFile, ...
  std::string account_name;
  std::string container;
  std::string endpoint;
  std::string protocol;
  bool is_default = false;
  friend bool operator==(Datastore const&, Datastore const&) = default;
};

struct WorkspaceInfo {
  std::string id;
  std::string name;
  std::string location;
  std::string discovery_url;
  std::string mlflow_tracking_uri;
  friend bool operator==(WorkspaceInfo const&, WorkspaceInfo const&) = default;
};

}  // namespace podium::inline v0::model
