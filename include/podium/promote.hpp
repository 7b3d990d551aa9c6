#pragma once

#include "podium/gate/evaluate.hpp"
#include "podium/rollout/drive.hpp"

#include <filesystem>

namespace podium::inline v0 {

struct PromoteOptions {
  model::PromotionPolicy policy;
  gate::Evidence evidence;
  std::string endpoint;
  std::string champion;          ///< deployment that serves 100 % now
  std::string challenger;        ///< deployment beside it at 0 %
  std::string challenger_model;  ///< asset id, for the record
  rollout::Traffic traffic;      ///< requests to send while the rollout watches
  std::vector<double>
      reference_scores;          ///< challenger's offline scores of the evaluation set, for the policy's psi check
  std::filesystem::path ledger;  ///< JSON lines that every decision and change is appended to; empty: none
  int concurrency = 4;
};

struct Promotion {
  model::Decision decision;
  std::optional<model::RolloutTry> rollout;  ///< absent when the gate did not say promote, or the policy has no rollout
  int exit_code = 0;                         ///< 0 promoted, 10 or 11 hold, 20 reject, 30 rolled back
};

/// Judges the challenger; if it deserves it, shadows it, gives it traffic step by step, and promotes it or goes back.
/// Hold, reject and rollback are values; an Error means that it could not be carried out.
PODIUM_API Result<Promotion> promote(Session const& session, PromoteOptions const& options,
                                     std::function<void(model::RolloutStep const&)> on_step = {},
                                     Context const& ctx = {});

}  // namespace podium::inline v0
