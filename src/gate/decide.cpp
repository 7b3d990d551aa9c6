#include "gate/decide.hpp"

#include "gate/words.hpp"

#include "podium/stats/multiplicity.hpp"

#include <algorithm>

namespace podium::inline v0::gate {
namespace {

using model::Outcome;
using model::Verdict;

enum class Success { shown, excluded, open };

/// The success rule on one set.
Success success_on(model::PromotionPolicy const& policy, std::vector<Finding> const& findings, std::string const& set) {
  int items = 0, passed = 0, failed = 0;
  for (auto const& finding : findings) {
    if (finding.set != set || finding.check.role != "success") continue;
    ++items;
    passed += finding.check.outcome == Outcome::pass;
    failed += finding.check.outcome == Outcome::fail;
  }
  if (policy.success_rule == "none") return Success::shown;
  if (items > 0 && failed == items) return Success::excluded;
  bool const shown = policy.success_rule == "all" ? items > 0 && passed == items : passed > 0;
  return shown ? Success::shown : Success::open;
}

std::string where(Finding const& finding, std::vector<Rows> const& sets) {
  return sets.size() > 1 ? " (`" + finding.set + "`)" : "";
}

void add_reason(model::Decision& decision, Finding const& finding, std::vector<Rows> const& sets) {
  if (!finding.code.empty()) decision.reasons.push_back({finding.code, finding.message + where(finding, sets)});
}

bool rejects(std::vector<Rows> const& sets, std::vector<Finding> const& findings, model::Decision& decision) {
  for (auto const& finding : findings)
    if (finding.in_family && finding.check.outcome == Outcome::fail) add_reason(decision, finding, sets);
  return !decision.reasons.empty();
}

bool is_invalid(std::vector<Rows> const& sets, model::Decision& decision) {
  for (auto const& rows : sets)
    for (auto const& finding : rows.quality)
      if (finding.check.outcome == Outcome::invalid) add_reason(decision, finding, sets);
  return !decision.reasons.empty();
}

bool has_no_benefit(model::PromotionPolicy const& policy, std::vector<Rows> const& sets,
                    std::vector<Finding> const& findings, model::Decision& decision) {
  for (auto const& rows : sets) {
    if (success_on(policy, findings, rows.rules.id) != Success::excluded) continue;
    std::string message;
    for (auto const& finding : findings)
      if (finding.set == rows.rules.id && finding.check.role == "success")
        message += (message.empty() ? "" : "; ") + finding.message;
    decision.reasons.push_back({"NO_BENEFIT", message});
  }
  return !decision.reasons.empty();
}

bool is_open(model::PromotionPolicy const& policy, std::vector<Rows> const& sets, std::vector<Finding> const& findings,
             model::Decision& decision) {
  bool open = false;
  for (auto const& rows : sets)
    for (auto const& finding : rows.quality)
      if (finding.check.outcome == Outcome::inconclusive) {
        open = true;
        add_reason(decision, finding, sets);
      }
  for (auto const& finding : findings) {
    bool const success = finding.check.role == "success";
    bool const undecided =
        finding.check.outcome == Outcome::inconclusive || (success && finding.check.outcome == Outcome::fail);
    if (!undecided) continue;
    if (success && success_on(policy, findings, finding.set) == Success::shown) continue;
    open = true;
    add_reason(decision, finding, sets);
  }
  for (auto const& rows : sets) {
    if (success_on(policy, findings, rows.rules.id) == Success::shown || open) continue;
    open = true;
    decision.reasons.push_back({"BENEFIT_NOT_SHOWN", "the success rule `" + policy.success_rule +
                                                         "` is not satisfied on `" + rows.rules.id + "`"});
  }
  return open;
}

void give_reasons_to_promote(model::PromotionPolicy const& policy, std::vector<Rows> const& sets,
                             std::vector<Finding> const& findings, model::Decision& decision) {
  std::int64_t kept = 0;
  for (auto const& finding : findings) {
    auto const& check = finding.check;
    if (check.outcome != Outcome::pass) continue;
    if (check.role != "success") {
      ++kept;
      continue;
    }
    decision.reasons.push_back({"BENEFIT:" + check.id, check.id + " " + show_signed(check.estimate) + ", at least " +
                                                           show_signed(check.lower) + " at level " + show(check.level) +
                                                           ", above " + show_signed(check.margin) +
                                                           where(finding, sets)});
  }
  if (policy.success_rule == "none")
    decision.reasons.push_back(
        {"NOT_SHOWN_BETTER", "the policy asks for no benefit: the challenger is no worse, and not shown to be better"});
  decision.reasons.push_back({"NO_HARM", count_of(kept, "guardrail, floor and slice check") + " passed"});
}

}  // namespace

void correct_success(model::PromotionPolicy const& policy, std::vector<Finding>& findings) {
  if (policy.success_rule != "any") return;
  std::vector<std::string> sets;
  for (auto const& finding : findings)
    if (std::find(sets.begin(), sets.end(), finding.set) == sets.end()) sets.push_back(finding.set);
  for (auto const& set : sets) {
    std::vector<Finding*> items;
    std::vector<double> p_values;
    for (auto& finding : findings) {
      if (finding.set != set || finding.check.role != "success") continue;
      items.push_back(&finding);
      p_values.push_back(finding.tested && finding.check.p_value ? *finding.check.p_value : 1);
    }
    if (items.size() < 2) continue;
    auto const adjusted = stats::holm(p_values);
    for (std::size_t i = 0; i < items.size(); ++i) {
      auto& check = items[i]->check;
      check.notes.push_back("Holm-adjusted p over " + std::to_string(items.size()) + " success metrics " +
                            show(adjusted[i]));
      if (check.outcome != Outcome::pass || adjusted[i] < check.level) continue;
      check.outcome = Outcome::inconclusive;
      check.resolve = "more rows: one success among " + std::to_string(items.size()) + " metrics needs more than this";
      items[i]->code = "NEED_N:" + check.id + ":adjusted_p=" + show(adjusted[i]) + ">" + show(check.level);
      items[i]->message =
          check.id + " passes alone, but not as one of " + std::to_string(items.size()) + " success metrics";
    }
  }
}

void decide(model::PromotionPolicy const& policy, std::vector<Rows> const& sets, std::vector<Finding> const& findings,
            model::Decision& decision) {
  auto const first_match = [&] {
    if (rejects(sets, findings, decision)) return Verdict::reject;
    if (is_invalid(sets, decision)) return Verdict::hold;
    if (has_no_benefit(policy, sets, findings, decision)) return Verdict::reject;
    if (is_open(policy, sets, findings, decision)) return Verdict::hold;
    give_reasons_to_promote(policy, sets, findings, decision);
    return Verdict::promote;
  };
  decision.verdict = first_match();
}

std::vector<std::string> limits_of(model::PromotionPolicy const& policy, std::vector<Rows> const& sets) {
  std::vector<std::string> limits;
  limits.push_back(
      "If the challenger is worse than its margin on any guardrail, or no better than `min_effect` on every success "
      "metric, "
      "this policy promotes it with probability at most " +
      show(policy.alpha) +
      ", given the assumptions below; a challenger that keeps every line is rejected with probability at most " +
      show(policy.alpha_reject) + " (Holm).");
  for (auto const& rows : sets) {
    auto const name = "`" + rows.rules.id + "`: ";
    if (!rows.cluster.empty())
      limits.push_back(name + count_of(rows.clusters, "cluster") + " by " + rows.rules.columns.cluster + " in " +
                       count_of(static_cast<std::int64_t>(rows.data.unit.size()), "row") +
                       "; standard errors by cluster, t with one degree of freedom less than there are clusters. "
                       "Clusters unlike these are not covered.");
    else
      limits.push_back(name + count_of(static_cast<std::int64_t>(rows.data.unit.size()), "row") +
                       " taken as independent: the policy names no cluster column.");
    if (!rows.rules.reuse)
      limits.push_back(name + "no reuse budget: the level is alpha, " + show(rows.level) +
                       ", however often the set was used.");
    else if (rows.rules.reuse->schedule == "equal")
      limits.push_back(name + "level " + show(rows.level) + " = alpha " + show(policy.alpha) + " / " +
                       std::to_string(rows.rules.reuse->max_evaluations) + " evaluations of this set; this is number " +
                       std::to_string(rows.evaluation) + ".");
    else
      limits.push_back(name + "level " + show(rows.level) + " = alpha " + show(policy.alpha) +
                       " x 6 / (pi k)^2 at evaluation k = " + std::to_string(rows.evaluation) + " of this set.");
  }
  limits.emplace_back(
      "Two trained models are compared, not two ways of training: what another training run would change is outside "
      "the intervals.");
  limits.emplace_back(
      "Intervals are one-sided bounds at the level, which together make a two-sided interval of confidence 1 - 2 x "
      "level.");
  return limits;
}

}  // namespace podium::inline v0::gate
