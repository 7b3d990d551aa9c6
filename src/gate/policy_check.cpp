#include "gate/policy_check.hpp"

#include "gate/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace podium::inline v0::gate {
namespace {

Error wrong(std::string message) { return Error{Errc::invalid_argument, std::move(message)}; }

bool one_of(std::string const& value, std::initializer_list<std::string_view> allowed) {
  return std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

Result<void> check_clip(std::string const& what, double clip) {
  if (clip > 0 && clip < 0.5) return {};
  return wrong(what + ": `clip` must lie between 0 and 0.5");
}

Result<void> check_metric(model::MetricCheck const& item) {
  auto const name = "metric `" + item.id + "`";
  if (!is_metric(item.metric))
    return wrong(name + ": `" + item.metric + "` is not supported; the gate knows roc_auc, log_loss and brier");
  if (!one_of(item.role, {"success", "guardrail", "deterioration", "floor", "ceiling", "report"}))
    return wrong(name + ": `" + item.role + "` is not a role");
  if (!item.method.empty() && item.method != (item.metric == "roc_auc" ? "delong" : "t"))
    return wrong(name + ": method `" + item.method + "` is not supported; leave it out");
  if (!std::isfinite(item.min_effect)) return wrong(name + ": `min_effect` must be finite");
  if (item.role == "guardrail" && !(item.margin && std::isfinite(*item.margin) && *item.margin > 0))
    return wrong(name + ": a guardrail needs `margin` > 0");
  if (item.role == "floor" && !(item.at_least && std::isfinite(*item.at_least)))
    return wrong(name + ": a floor needs `at_least`");
  if (item.role == "ceiling" && !(item.at_most && std::isfinite(*item.at_most)))
    return wrong(name + ": a ceiling needs `at_most`");
  return check_clip(name, item.clip);
}

Result<void> check_slice(model::SliceCheck const& slice) {
  std::string const name = "slice by `" + (slice.by.empty() ? std::string{} : slice.by.front()) + "`";
  if (slice.by.empty()) return wrong("a slice names no column in `by`");
  if (!is_metric(slice.metric))
    return wrong(name + ": `" + slice.metric + "` is not supported; the gate knows roc_auc, log_loss and brier");
  if (!one_of(slice.role, {"guardrail", "deterioration", "explore", "report"}))
    return wrong(name + ": `" + slice.role + "` is not a role of a slice");
  if (slice.role == "guardrail" && !(std::isfinite(slice.margin) && slice.margin > 0))
    return wrong(name + ": a guardrail needs `margin` > 0");
  if (!one_of(slice.too_small, {"hold", "report"})) return wrong(name + ": `too_small` is hold or report");
  return check_clip(name, slice.clip);
}

Result<void> check_set(model::EvaluationSet const& set) {
  auto const name = "evaluation set `" + set.id + "`";
  auto const& missing = set.missing_prediction;
  if (!(missing.max_fraction >= 0 && missing.max_fraction <= 1))
    return wrong(name + ": `max_fraction` lies between 0 and 1");
  if (!one_of(missing.treat_as, {"worst", "invalid"})) return wrong(name + ": `treat_as` is worst or invalid");
  if (set.min_clusters > 0 && set.columns.cluster.empty())
    return wrong(name + ": `min_clusters` needs `columns.cluster`");
  auto const& leakage = set.leakage;
  if (leakage.train_unit_overlap_max && !(*leakage.train_unit_overlap_max >= 0 && *leakage.train_unit_overlap_max <= 1))
    return wrong(name + ": `train_unit_overlap_max` lies between 0 and 1");
  if (leakage.max_improvement && !(*leakage.max_improvement > 0))
    return wrong(name + ": `max_improvement` must be > 0");
  if (set.reuse && !one_of(set.reuse->schedule, {"equal", "k2"})) return wrong(name + ": `schedule` is equal or k2");
  if (set.reuse && set.reuse->max_evaluations < 1) return wrong(name + ": `max_evaluations` must be at least 1");
  return {};
}

Result<void> check_success(model::PromotionPolicy const& policy) {
  if (!one_of(policy.success_rule, {"any", "all", "none"})) return wrong("the success rule is any, all or none");
  for (auto const& id : policy.success_items) {
    auto const found =
        std::find_if(policy.metrics.begin(), policy.metrics.end(), [&](auto const& item) { return item.id == id; });
    if (found == policy.metrics.end()) return wrong("success item `" + id + "` is not among the metrics");
    if (found->role != "success") return wrong("success item `" + id + "` has the role " + found->role);
  }
  auto const has = [&](std::string_view role) {
    return std::any_of(policy.metrics.begin(), policy.metrics.end(),
                       [&](auto const& item) { return item.role == role; });
  };
  if (policy.success_rule != "none" && !has("success"))
    return wrong("the success rule is " + policy.success_rule +
                 ", and no metric has the role success; use rule none for a refresh");
  bool const guarded =
      has("guardrail") || has("floor") || has("ceiling") ||
      std::any_of(policy.slices.begin(), policy.slices.end(), [](auto const& s) { return s.role == "guardrail"; });
  if (!guarded && policy.success_rule == "none")
    return wrong("a policy needs at least one success metric, guardrail, floor or ceiling");
  return {};
}

}  // namespace

Result<void> check_policy(model::PromotionPolicy const& policy) {
  if (policy.task != "binary_classification")
    return wrong("task `" + policy.task + "` is not supported; the gate judges binary_classification");
  if (!(policy.alpha > 0 && policy.alpha < 0.5)) return wrong("`alpha` must lie between 0 and 0.5");
  if (!(policy.alpha_reject > 0 && policy.alpha_reject < 0.5))
    return wrong("`alpha_reject` must lie between 0 and 0.5");
  if (policy.evaluation_sets.empty()) return wrong("a policy needs at least one evaluation set");
  std::set<std::string> seen;
  for (auto const& set : policy.evaluation_sets) {
    if (auto ok = check_set(set); !ok) return ok;
    if (!seen.insert(set.id).second) return wrong("evaluation set `" + set.id + "` is named twice");
  }
  seen.clear();
  for (auto const& item : policy.metrics) {
    if (auto ok = check_metric(item); !ok) return ok;
    if (!seen.insert(item.id).second) return wrong("metric `" + item.id + "` is named twice");
  }
  for (auto const& slice : policy.slices)
    if (auto ok = check_slice(slice); !ok) return ok;
  return check_success(policy);
}

}  // namespace podium::inline v0::gate
