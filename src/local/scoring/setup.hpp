#pragma once

#include "local/scoring.hpp"
#include "local/scoring/collector.hpp"
#include "local/scoring/deployment.hpp"

namespace podium::inline v0::local {

/// A deployment's resource, made ready to serve: code and model in place, environment, collectors.
struct ServingPlan {
  DeployedWorkers::Settings settings;
  std::shared_ptr<Collector> inputs;  ///< null: not collected
  std::shared_ptr<Collector> outputs;
  std::shared_ptr<std::string const> listener;
};

Result<ServingPlan> plan_serving(Scoring::Wiring const& wiring, std::string const& endpoint,
                                 std::string const& deployment);

std::filesystem::path serving_folder(Store const& store, std::string const& endpoint, std::string const& deployment);
std::filesystem::path serving_log(Store const& store, std::string const& endpoint, std::string const& deployment);

/// May these stand in a path?  Errc::invalid_argument otherwise.
Result<void> check_names(std::string const& endpoint, std::string const& deployment);

}  // namespace podium::inline v0::local
