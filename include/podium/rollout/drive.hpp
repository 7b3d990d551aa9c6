#pragma once

#include "podium/clients/endpoints.hpp"
#include "podium/log.hpp"
#include "podium/model/policy.hpp"
#include "podium/model/promotion.hpp"

#include <functional>
#include <memory>

namespace podium::inline v0::rollout {

/// One call to the endpoint, as a replay or a load generator supplies it.
struct LiveRequest {
  std::string id;                      ///< unique; decides the router's choice
  std::string body;                    ///< JSON for the scoring script
  std::vector<double> offline_scores;  ///< challenger's offline scores of the rows in `body`; empty: unknown
};

/// Supplies requests until it is exhausted (nullopt).  Called from one thread.
using Traffic = std::function<std::optional<LiveRequest>()>;

struct Plan {
  std::string endpoint;
  std::string champion;          ///< deployment that serves 100 % now
  std::string challenger;        ///< deployment, already there, at 0 %
  std::string challenger_model;  ///< asset id, for the record
  model::PromotionPolicy policy;
  std::vector<double> reference_scores;  ///< psi own_offline_scores: challenger's scores of the reference set
  int concurrency = 4;
};

/// Shadow, canary steps, bake: drives the challenger to 100 %, or back to 0 % when a rollback rule fires.
/// Every change of traffic is first written to `journal` as an intent, then as applied.
/// A rollback is a value (outcome "rolled_back"); an Error means that the rollout could not be carried out.  Then the
/// champion has its traffic back, interrupted or not, unless the error says that it could not be given; Errc::conflict:
/// somebody else changed the traffic meanwhile, and it is left as they wanted it.
PODIUM_API Result<model::RolloutTry> drive(
    Session const& session, Plan const& plan, Traffic traffic,
    std::function<Result<void>(std::string const& kind, std::string const& json)> journal,
    std::function<void(model::RolloutStep const&)> on_step = {}, Context const& ctx = {});

/// {"tries": [{"steps": [...], "outcome": "rolled_back"}, ...]}
PODIUM_API std::string to_json(model::RolloutRecord const& record);
/// One element of `tries`.
PODIUM_API std::string to_json(model::RolloutTry const& one);

}  // namespace podium::inline v0::rollout
