#include "podium/gate/evaluate.hpp"

#include "base/digest.hpp"
#include "gate/decide.hpp"
#include "gate/judge.hpp"
#include "gate/policy_check.hpp"

#include <algorithm>
#include <iterator>

namespace podium::inline v0::gate {

Result<model::Decision> evaluate(model::PromotionPolicy const& policy, Evidence const& evidence) {
  if (auto ok = check_policy(policy); !ok) return ok.error().with("policy", policy.name);
  for (auto const& [set, used] : evidence.evaluations_used)
    if (used < 0)
      return Error{Errc::invalid_argument, "evaluation set `" + set + "` cannot have been used fewer than 0 times"};

  std::vector<Rows> sets;
  std::vector<Finding> findings;
  for (auto const& set : policy.evaluation_sets) {
    auto rows = prepare(policy, set, evidence);
    if (!rows) return std::move(rows).error().with("policy", policy.name);
    auto judged = judge(policy, *rows);
    std::move(judged.begin(), judged.end(), std::back_inserter(findings));
    sets.push_back(*std::move(rows));
  }
  settle(policy, sets, findings);
  correct_success(policy, findings);

  model::Decision decision;
  decision.policy_name = policy.name;
  decision.policy_digest = digest_of(policy);
  decision.evidence_digest = digest_of(sets, evidence);
  decide(policy, sets, findings, decision);
  decision.limits = limits_of(policy, sets);
  // The set's name is part of a check's id only where there are several.
  bool const several = sets.size() > 1;
  for (auto& finding : findings) {
    if (several) finding.check.id += "@" + finding.set;
    decision.checks.push_back(std::move(finding.check));
  }
  for (auto& rows : sets)
    for (auto& finding : rows.quality) {
      if (several) finding.check.id += "@" + finding.set;
      decision.checks.push_back(std::move(finding.check));
    }
  decision.digest = base::sha256(to_json(decision));
  return decision;
}

}  // namespace podium::inline v0::gate
