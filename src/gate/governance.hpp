#pragma once

#include "gate/rows.hpp"

/// What a decision asks for besides numbers: facts about the models, an intact bundle, approvals, waivers.
namespace podium::inline v0::gate {

/// Defects of the bundle, facts that the policy requires, the champion that serves, a first run.
std::vector<Finding> check_facts(model::PromotionPolicy const& policy, Evidence const& evidence);

/// Who has to agree and did; findings of the role `approval`.
std::vector<Finding> check_approvals(model::PromotionPolicy const& policy, Evidence const& evidence,
                                     std::string const& policy_digest, std::string const& evidence_digest);

/// Turns failures and open questions that the policy waives into `waived`; what cannot be applied is a finding.
std::vector<Finding> apply_waivers(model::PromotionPolicy const& policy, Evidence const& evidence,
                                   std::vector<Finding>& findings);

}  // namespace podium::inline v0::gate
