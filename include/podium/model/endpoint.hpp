#pragma once

#include "podium/model/environment.hpp"

namespace podium::inline v0::model {

/// An online endpoint: one address, whose traffic is split between deployments.
struct Endpoint {
  std::string id;
  std::string name;
  std::string description;
  std::string auth_mode = "key";              ///< key, aml_token, aad_token
  std::map<std::string, int> traffic;         ///< deployment -> percent; sums to 100 or 0
  std::map<std::string, int> mirror_traffic;  ///< deployment -> percent, at most 50 in all
  std::string scoring_uri;                    ///< read only
  std::string provisioning_state;             ///< read only
  Tags tags;
  Tags properties;
  friend bool operator==(Endpoint const&, Endpoint const&) = default;
};

struct EndpointKeys {
  std::string primary;
  std::string secondary;
};

/// A model behind an endpoint, with the script that serves it.
struct Deployment {
  std::string id;
  std::string name;
  std::string endpoint;
  std::string description;
  std::string model;           ///< asset reference or id; or absolute local path before upload
  std::string code;            ///< code id; or absolute local folder before upload
  std::string scoring_script;  ///< relative to `code`
  std::string environment;
  std::optional<Environment> inline_environment;
  Tags environment_variables;
  std::string instance_type = "Standard_DS3_v2";
  int instance_count = 1;
  int max_concurrent_requests = 1;
  int request_timeout_ms = 5000;
  bool collect_inputs = false;     ///< data_collector.collections.model_inputs
  bool collect_outputs = false;    ///< data_collector.collections.model_outputs
  std::string provisioning_state;  ///< read only
  Tags tags;
  Tags properties;
  friend bool operator==(Deployment const&, Deployment const&) = default;
};

}  // namespace podium::inline v0::model
