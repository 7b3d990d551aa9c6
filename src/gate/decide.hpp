#pragma once

#include "gate/rows.hpp"

namespace podium::inline v0::gate {

/// Success rule `any`: a success counts only if it survives Holm over the success metrics of its set.
void correct_success(model::PromotionPolicy const& policy, std::vector<Finding>& findings);

/// The decision table: the first row that matches gives the verdict and the reasons.
void decide(model::PromotionPolicy const& policy, std::vector<Rows> const& sets, std::vector<Finding> const& findings,
            model::Decision& decision);

/// What the numbers do not cover, in words.
std::vector<std::string> limits_of(model::PromotionPolicy const& policy, std::vector<Rows> const& sets,
                                   Evidence const& evidence);

}  // namespace podium::inline v0::gate
