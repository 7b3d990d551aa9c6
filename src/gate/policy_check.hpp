#pragma once

#include "podium/model/policy.hpp"
#include "podium/result.hpp"

namespace podium::inline v0::gate {

/// What makes a policy unfit to decide anything.  Errc::invalid_argument names the item and what it needs.
Result<void> check_policy(model::PromotionPolicy const& policy);

}  // namespace podium::inline v0::gate
