#pragma once

#include "gate/metrics.hpp"

namespace podium::inline v0::gate {

/// Every metric and slice check of the policy on one set, with the outcome that the check has on its own.
/// What needs the other checks (Holm, an invalid set) comes later.
std::vector<Finding> judge(model::PromotionPolicy const& policy, Rows& rows);

/// Failures that the whole family of checks does not support become inconclusive (Holm at alpha_reject); a check of a
/// set that is invalid or too small decides nothing.
void settle(model::PromotionPolicy const& policy, std::vector<Rows> const& sets, std::vector<Finding>& findings);

}  // namespace podium::inline v0::gate
