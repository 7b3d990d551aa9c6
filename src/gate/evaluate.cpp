#include "podium/gate/evaluate.hpp"

#include "base/digest.hpp"
#include "gate/decide.hpp"
#include "gate/governance.hpp"
#include "gate/judge.hpp"
#include "gate/online.hpp"
#include "gate/policy_check.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace podium::inline v0::gate {
namespace {

void append(std::vector<Finding>& all, std::vector<Finding> more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

/// Evidence that is wrong as a whole (another champion, a damaged bundle) supports no failure either.
void void_all(std::vector<Finding> const& facts, std::vector<Finding>& findings) {
  bool const wrong = std::any_of(facts.begin(), facts.end(), [](Finding const& finding) {
    return finding.check.outcome == model::Outcome::invalid;
  });
  if (!wrong) return;
  for (auto& finding : findings) {
    if (finding.check.outcome == model::Outcome::report) continue;
    finding.check.outcome = model::Outcome::invalid;
    finding.check.resolve.clear();
  }
}

}  // namespace

Result<model::Decision> evaluate(model::PromotionPolicy const& policy, Evidence const& evidence,
                                 EvaluateOptions const& options) {
  if (auto ok = check_policy(policy); !ok) return ok.error().with("policy", policy.name);
  for (auto const& [set, used] : evidence.evaluations_used)
    if (used < 0)
      return Error{Errc::invalid_argument, "evaluation set `" + set + "` cannot have been used fewer than 0 times"};

  std::vector<Rows> sets;
  for (auto const& set : policy.evaluation_sets) {
    auto rows = prepare(policy, set, evidence);
    if (!rows) return std::move(rows).error().with("policy", policy.name);
    sets.push_back(*std::move(rows));
  }
  model::Decision decision;
  decision.policy_name = policy.name;
  decision.policy_digest = digest_of(policy);
  decision.evidence_digest = digest_of(policy, sets, evidence);

  Effort const effort{policy.bootstrap.replicates, std::max(options.threads, 1)};
  std::vector<Finding> findings;
  for (auto& rows : sets) {
    std::from_chars(decision.evidence_digest.data(), decision.evidence_digest.data() + 16, rows.seed, 16);
    append(findings, judge(policy, rows, evidence, effort));
  }
  append(findings, judge_latency(policy, evidence));
  append(findings, judge_shadow(policy, evidence, sets));
  auto facts = check_facts(policy, evidence);
  void_all(facts, findings);
  settle(policy, sets, findings);
  correct_success(policy, findings);
  auto waivers = apply_waivers(policy, evidence, findings);

  append(findings, std::move(waivers));
  append(findings, std::move(facts));
  for (auto& rows : sets) append(findings, rows.quality);
  append(findings, check_approvals(policy, evidence, decision.policy_digest, decision.evidence_digest));

  decide(policy, sets, findings, decision);
  decision.limits = limits_of(policy, sets, evidence);
  for (auto const& rows : sets)
    if (rows.rules.reuse && rows.rules.reuse->feedback == "verdict_only")
      decision.verdict_only.push_back(rows.rules.id);
  // The set's name is part of a check's id only where there are several.
  bool const several = sets.size() > 1;
  for (auto& finding : findings) {
    if (several && !finding.set.empty()) finding.check.id += "@" + finding.set;
    decision.checks.push_back(std::move(finding.check));
  }
  decision.digest = base::sha256(to_json(decision));
  return decision;
}

}  // namespace podium::inline v0::gate
