#pragma once

#include "podium/model/environment.hpp"

namespace podium::inline v0::model {

/// A declared input of a component: a parameter (integer, number, string, boolean) or a port
/// (uri_file, uri_folder, mltable, mlflow_model, custom_model, triton_model).
struct ComponentInput {
  std::string type;
  std::string description;
  bool optional = false;
  std::optional<std::string> default_value;  ///< as Python's str() writes it: "True", "0.1"
  std::optional<std::string> min;
  std::optional<std::string> max;
  std::vector<std::string> allowed;  ///< `enum`
  std::string mode;                  ///< YAML spelling; empty: not given
  friend bool operator==(ComponentInput const&, ComponentInput const&) = default;
};

struct ComponentOutput {
  std::string type = "uri_folder";
  std::string description;
  std::string mode;
  friend bool operator==(ComponentOutput const&, ComponentOutput const&) = default;
};

struct Resources {
  int instance_count = 1;
  std::string instance_type;
  friend bool operator==(Resources const&, Resources const&) = default;
};

/// A reusable step that runs one command.
struct CommandComponent {
  std::string schema;  ///< `$schema`, as given
  std::string name;
  std::string version;
  std::string display_name;
  std::string description;
  std::string command;
  std::string code;         ///< local folder (absolute) or asset id; empty: none
  std::string environment;  ///< asset reference, without "azureml:"; empty: inline
  std::optional<Environment> inline_environment;
  Ordered<ComponentInput> inputs;
  Ordered<ComponentOutput> outputs;
  Tags environment_variables;
  Tags tags;
  std::optional<Resources> resources;
  std::optional<int> timeout_seconds;  ///< limits.timeout
  bool is_deterministic = true;
  std::string source_file;  ///< where it was read from; not sent
  friend bool operator==(CommandComponent const&, CommandComponent const&) = default;
};

/// A component as the service lists it.
struct ComponentInfo {
  std::string id;
  std::string name;
  std::string version;
  std::string type;
  std::string display_name;
  std::string description;
  friend bool operator==(ComponentInfo const&, ComponentInfo const&) = default;
};

}  // namespace podium::inline v0::model
