#include "gate/decide.hpp"

#include "gate/words.hpp"

#include "podium/stats/multiplicity.hpp"

#include <algorithm>

namespace podium::inline v0::gate {
namespace {

using model::Outcome;
using model::Verdict;

enum class Success { shown, excluded, open };

/// The decision table over all that was found; each row adds its reasons.
class Table {
 public:
  Table(model::PromotionPolicy const& policy, std::vector<Rows> const& sets, std::vector<Finding> const& findings,
        model::Decision& decision)
      : policy_{policy}, sets_{sets}, findings_{findings}, decision_{decision} {}

  void decide() {
    auto& verdict = decision_.verdict;
    verdict = Verdict::hold;
    if (fails())
      verdict = Verdict::reject;
    else if (has(Outcome::invalid))
      decision_.hold = "invalid";
    else if (has_no_benefit())
      verdict = Verdict::reject;
    else if (is_open())
      decision_.hold = "inconclusive";
    else if (lacks_approval())
      decision_.hold = "approval";
    else
      verdict = Verdict::promote;
    if (verdict == Verdict::promote) give_reasons_to_promote();
  }

 private:
  void add(Finding const& finding) {
    if (finding.code.empty()) return;
    bool const several = sets_.size() > 1 && !finding.set.empty();
    decision_.reasons.push_back({finding.code, finding.message + (several ? " (`" + finding.set + "`)" : "")});
  }

  bool fails() {
    for (auto const& finding : findings_)
      if (finding.check.outcome == Outcome::fail && finding.check.role != "success") add(finding);
    return !decision_.reasons.empty();
  }

  bool has(Outcome outcome) {
    bool found = false;
    for (auto const& finding : findings_) {
      if (finding.check.outcome != outcome) continue;
      found = true;
      bool const about_evidence = finding.check.role == "quality";
      if (about_evidence) add(finding);
    }
    return found;
  }

  /// The success rule on one set.
  Success success_on(std::string const& set) const {
    int items = 0, passed = 0, failed = 0;
    for (auto const& finding : findings_) {
      if (finding.set != set || finding.check.role != "success") continue;
      ++items;
      passed += finding.check.outcome == Outcome::pass || finding.check.outcome == Outcome::waived;
      failed += finding.check.outcome == Outcome::fail;
    }
    if (policy_.success_rule == "none" || first_run()) return Success::shown;
    if (items > 0 && failed == items) return Success::excluded;
    bool const shown = policy_.success_rule == "all" ? items > 0 && passed == items : passed > 0;
    return shown ? Success::shown : Success::open;
  }

  bool first_run() const {
    return std::any_of(sets_.begin(), sets_.end(), [](Rows const& rows) { return rows.first_run; });
  }

  bool has_no_benefit() {
    for (auto const& rows : sets_) {
      if (success_on(rows.rules.id) != Success::excluded) continue;
      std::string message;
      for (auto const& finding : findings_)
        if (finding.set == rows.rules.id && finding.check.role == "success")
          message += (message.empty() ? "" : "; ") + finding.message;
      decision_.reasons.push_back({"NO_BENEFIT", message});
    }
    return !decision_.reasons.empty();
  }

  bool is_open() {
    bool open = false;
    // What the evidence lacks comes first: it is behind everything else that is open.
    for (bool const about_evidence : {true, false})
      for (auto const& finding : findings_) {
        auto const& role = finding.check.role;
        if ((role == "quality") != about_evidence || role == "approval") continue;
        bool const success = role == "success";
        bool const undecided =
            finding.check.outcome == Outcome::inconclusive || (success && finding.check.outcome == Outcome::fail);
        if (!undecided || (success && success_on(finding.set) == Success::shown)) continue;
        open = true;
        add(finding);
      }
    for (auto const& rows : sets_) {
      if (success_on(rows.rules.id) == Success::shown || open) continue;
      open = true;
      decision_.reasons.push_back({"BENEFIT_NOT_SHOWN", "the success rule `" + policy_.success_rule +
                                                            "` is not satisfied on `" + rows.rules.id + "`"});
    }
    return open;
  }

  bool lacks_approval() {
    for (auto const& finding : findings_)
      if (finding.check.role == "approval" && finding.check.outcome != Outcome::pass) add(finding);
    return !decision_.reasons.empty();
  }

  void give_reasons_to_promote() {
    std::int64_t kept = 0, approvals = 0;
    for (auto const& finding : findings_) {
      auto const& check = finding.check;
      if (check.outcome == Outcome::waived) add(finding);
      if (check.outcome != Outcome::pass || check.role == "quality") continue;
      approvals += check.role == "approval";
      kept += check.role != "success" && check.role != "approval";
      if (check.role != "success") continue;
      Finding benefit = finding;
      benefit.code = "BENEFIT:" + check.id;
      benefit.message = check.id + " " + show_signed(check.estimate) + ", at least " + show_signed(check.lower) +
                        " at level " + show(check.level) + ", above " + show_signed(check.margin);
      add(benefit);
    }
    if (first_run())
      decision_.reasons.push_back(
          {"FIRST_RUN", "there is no champion: floors and ceilings alone were judged, nothing was compared"});
    else if (policy_.success_rule == "none")
      decision_.reasons.push_back({"NOT_SHOWN_BETTER",
                                   "the policy asks for no benefit: the challenger is no worse, and not shown to be "
                                   "better"});
    decision_.reasons.push_back({"NO_HARM", count_of(kept, "guardrail, floor and slice check") + " passed"});
    if (approvals > 0) decision_.reasons.push_back({"APPROVED", count_of(approvals, "approval rule") + " satisfied"});
  }

  model::PromotionPolicy const& policy_;
  std::vector<Rows> const& sets_;
  std::vector<Finding> const& findings_;
  model::Decision& decision_;
};

std::string level_sentence(model::PromotionPolicy const& policy, Rows const& rows) {
  auto const name = "`" + rows.rules.id + "`: ";
  if (!rows.rules.reuse)
    return name + "no reuse budget: the level is alpha, " + show(rows.level) + ", however often the set was used.";
  auto const head = name + "level " + show(rows.level) + " = alpha " + show(policy.alpha);
  if (rows.rules.reuse->schedule == "equal")
    return head + " / " + std::to_string(rows.rules.reuse->max_evaluations) +
           " evaluations of this set; this is number " + std::to_string(rows.evaluation) + ".";
  return head + " x 6 / (pi k)^2 at evaluation k = " + std::to_string(rows.evaluation) + " of this set.";
}

std::string independence_sentence(Rows const& rows) {
  auto const name = "`" + rows.rules.id + "`: ";
  if (rows.aggregate != nullptr)
    return name + "metrics without rows, as another program computed them: point values, no intervals.";
  auto const n = count_of(static_cast<std::int64_t>(rows.data.unit.size()), "row");
  if (rows.task == Task::ranking && rows.rules.columns.cluster.empty())
    return name + n + " in " + show(static_cast<std::int64_t>(rows.queries)) +
           " queries, the queries taken as independent.";
  if (rows.cluster.empty()) return name + n + " taken as independent: the policy names no cluster column.";
  return name + count_of(rows.clusters, "cluster") + " by " + rows.cluster_word + " in " + n +
         "; standard errors by cluster, t with one degree of freedom less than there are clusters. Clusters unlike "
         "these are not covered.";
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
  Table{policy, sets, findings, decision}.decide();
}

std::vector<std::string> limits_of(model::PromotionPolicy const& policy, std::vector<Rows> const& sets,
                                   Evidence const& evidence) {
  std::vector<std::string> limits;
  if (evidence.first_run)
    limits.emplace_back(
        "There is no champion: nothing was compared, and nothing says that this model is better than none.");
  else
    limits.push_back(
        "If the challenger is worse than its margin on any guardrail, or no better than `min_effect` on every success "
        "metric, "
        "this policy promotes it with probability at most " +
        show(policy.alpha) +
        ", given the assumptions below; a challenger that keeps every line is rejected with probability at most " +
        show(policy.alpha_reject) + " (Holm).");
  for (auto const& rows : sets) {
    if (rows.absent) continue;
    limits.push_back(independence_sentence(rows));
    limits.push_back(level_sentence(policy, rows));
    if (rows.rules.reuse && rows.rules.reuse->retire_on_promotion)
      limits.push_back("`" + rows.rules.id + "`: a promotion retires this set: state the fact `set." + rows.rules.id +
                       ".retired` from then on.");
    if (rows.aggregate != nullptr)
      for (auto const& note : rows.aggregate->notes) limits.push_back("`" + rows.rules.id + "`: " + note + ".");
  }
  if (!policy.waivers.empty())
    limits.push_back(count_of(static_cast<std::int64_t>(policy.waivers.size()), "waiver") +
                     " in the policy: what is waived is outside the guarantee.");
  limits.emplace_back(
      "Two trained models are compared, not two ways of training: what another training run would change is outside "
      "the intervals.");
  limits.emplace_back(
      "Intervals are one-sided bounds at the level, which together make a two-sided interval of confidence 1 - 2 x "
      "level.");
  return limits;
}

}  // namespace podium::inline v0::gate
