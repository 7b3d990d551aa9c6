#pragma once

#include "gate/rows.hpp"

/// Evidence from running endpoints: the load test of staging, and mirrored traffic.
namespace podium::inline v0::gate {

/// The policy's latency objectives; a load test that is missing leaves them open.
std::vector<Finding> judge_latency(model::PromotionPolicy const& policy, Evidence const& evidence);

/// The policy's shadow checks, where the evidence has mirrored answers; a rollout makes its own.
std::vector<Finding> judge_shadow(model::PromotionPolicy const& policy, Evidence const& evidence,
                                  std::vector<Rows> const& sets);

}  // namespace podium::inline v0::gate
