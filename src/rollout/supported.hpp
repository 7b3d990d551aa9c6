#pragma once

#include "podium/model/policy.hpp"
#include "podium/result.hpp"

namespace podium::inline v0::rollout {

/// Errc::invalid_argument names everything that the policy asks of a rollout and this one does not do: acting without
/// it would be acting against the policy.  The gate itself has no such gaps.
Result<void> check_supported(model::PromotionPolicy const& policy);

}  // namespace podium::inline v0::rollout
