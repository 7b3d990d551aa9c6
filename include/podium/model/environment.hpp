#pragma once

#include "podium/model/common.hpp"

namespace podium::inline v0::model {

struct Environment {
  std::string name;
  std::string version;
  std::string description;
  std::string image;
  std::string conda_file;     ///< text of the conda file, not its path
  std::string build_context;  ///< folder (local) or URL, when built from a Dockerfile
  std::string dockerfile = "Dockerfile";
  Tags tags;
  Tags properties;
  friend bool operator==(Environment const&, Environment const&) = default;
};

}  // namespace podium::inline v0::model
