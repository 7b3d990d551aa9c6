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

Result<void> check_name(std::string const& what, std::string const& metric, std::string const& task) {
  auto const* trait = model::find_metric(metric);
  if (trait == nullptr) return wrong(what + ": there is no metric `" + metric + "`");
  if (!model::has_word(trait->tasks, task))
    return wrong(what + ": the task `" + task + "` has no metric `" + metric + "`");
  return {};
}

/// Parameters that the metric needs, inside their ranges.
Result<void> check_params(std::string const& what, std::string const& metric,
                          std::map<std::string, double> const& params) {
  auto const& parameters = model::find_metric(metric)->parameters;
  for (auto const& [name, value] : params) {
    if (!model::has_word(parameters, name) && !model::has_word(parameters, name + "!"))
      return wrong(what + ": `" + metric + "` has no parameter `" + name + "`");
    bool const share = name == "precision" || name == "quantile";
    bool const count = name == "k" || name == "bins";
    if (!std::isfinite(value) || (share && !(value > 0 && value <= 1)) ||
        (count && !(value >= 1 && value <= 1e6 && value == std::floor(value))))
      return wrong(what + ": the parameter `" + name + "` is out of range");
  }
  for (auto const* needed : {"precision", "quantile"})
    if (model::has_word(parameters, std::string{needed} + "!") && !params.contains(needed))
      return wrong(what + ": `" + metric + "` needs the parameter `" + needed + "`");
  return {};
}

Result<void> check_metric(model::PromotionPolicy const& policy, model::MetricCheck const& item) {
  auto const name = "metric `" + item.id + "`";
  if (auto ok = check_name(name, item.metric, policy.task); !ok) return ok;
  auto const& trait = *model::find_metric(item.metric);
  if (!one_of(item.role, {"success", "guardrail", "deterioration", "floor", "ceiling", "report"}))
    return wrong(name + ": `" + item.role + "` is not a role");
  if (!item.method.empty() && !model::has_word(trait.methods, item.method))
    return wrong(name + ": `" + item.metric + "` has no method `" + item.method + "`; it has " +
                 std::string{trait.methods});
  bool const by_rows = item.method == "tango" || item.method == "mcnemar";
  for (auto const& set : policy.evaluation_sets)
    if (by_rows && (!set.columns.cluster.empty() || !set.columns.weight.empty()))
      return wrong(name + ": the method `" + item.method + "` takes rows as independent and equal, and `" + set.id +
                   "` has clusters or weights: leave the method out");
  if (!std::isfinite(item.min_effect)) return wrong(name + ": `min_effect` must be finite");
  if (item.role == "guardrail" && !(item.margin && std::isfinite(*item.margin) && *item.margin > 0))
    return wrong(name + ": a guardrail needs `margin` > 0");
  if (item.role == "floor" && !(item.at_least && std::isfinite(*item.at_least)))
    return wrong(name + ": a floor needs `at_least`");
  if (item.role == "ceiling" && !(item.at_most && std::isfinite(*item.at_most)))
    return wrong(name + ": a ceiling needs `at_most`");
  if (item.metric == "custom") {
    if (policy.task != "binary_classification")
      return wrong(name + ": a custom expression counts tp, fp, fn and tn, which the task `" + policy.task +
                   "` does not have");
    if (auto payoff = read_payoff(item.expression); !payoff) return wrong(name + ": " + payoff.error().message());
  }
  if (auto ok = check_params(name, item.metric, item.params); !ok) return ok;
  return check_clip(name, item.clip);
}

Result<void> check_slice(model::PromotionPolicy const& policy, model::SliceCheck const& slice) {
  std::string const name = "slice by `" + (slice.by.empty() ? std::string{} : slice.by.front()) + "`";
  if (slice.by.empty()) return wrong("a slice names no column in `by`");
  if (auto ok = check_name(name, slice.metric, policy.task); !ok) return ok;
  if (slice.metric == "custom") return wrong(name + ": a custom metric has no slices");
  if (!one_of(slice.role, {"guardrail", "deterioration", "explore", "report"}))
    return wrong(name + ": `" + slice.role + "` is not a role of a slice");
  if (slice.role == "guardrail" && !(std::isfinite(slice.margin) && slice.margin > 0))
    return wrong(name + ": a guardrail needs `margin` > 0");
  if (!one_of(slice.too_small, {"hold", "merge", "report"}))
    return wrong(name + ": `too_small` is hold, merge or report");
  if (!slice.correction.empty() && !one_of(slice.correction, {"bh", "by", "holm"}))
    return wrong(name + ": `correction` is bh, by or holm");
  if (auto ok = check_params(name, slice.metric, slice.params); !ok) return ok;
  return check_clip(name, slice.clip);
}

Result<void> check_simpson(model::PromotionPolicy const& policy, model::SimpsonCheck const& rule) {
  std::string const name = "simpson check";
  if (auto ok = check_name(name, rule.metric, policy.task); !ok) return ok;
  if (rule.metric == "custom") return wrong(name + ": a custom metric has no slices");
  if (rule.weights != "production") return wrong(name + ": `weights` is production");
  if (!one_of(rule.on_sign_flip, {"hold", "report"})) return wrong(name + ": `on_sign_flip` is hold or report");
  if (auto ok = check_params(name, rule.metric, rule.params); !ok) return ok;
  return check_clip(name, rule.clip);
}

Result<void> check_latency(model::StagingLatency const& latency) {
  std::set<double> quantiles;
  for (auto const& slo : latency.slos) {
    if (!(slo.quantile > 0 && slo.quantile < 1) || !(slo.confidence > 0.5 && slo.confidence < 1) || !(slo.max_ms > 0) ||
        !std::isfinite(slo.max_ms))
      return wrong("a latency objective needs a quantile and a confidence below 1, and `max_ms` > 0");
    if (!quantiles.insert(slo.quantile).second) return wrong("two latency objectives have the same quantile");
  }
  return {};
}

Result<void> check_people(model::PromotionPolicy const& policy) {
  for (auto const& rule : policy.approvals)
    for (auto const& [role, count] : rule.roles)
      if (role.empty() || count < 1) return wrong("an approval rule needs a role, and at least one person");
  for (auto const& waiver : policy.waivers)
    if (waiver.check.empty() || waiver.reason.empty() || waiver.approver.empty() || waiver.expires.empty())
      return wrong("a waiver needs a check, a reason, an approver and an end");
  return {};
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
  constexpr std::string_view tasks = "binary_classification multiclass regression quantile ranking custom";
  if (!model::has_word(tasks, policy.task)) return wrong("there is no task `" + policy.task + "`");
  if (!(policy.alpha > 0 && policy.alpha < 0.5)) return wrong("`alpha` must lie between 0 and 0.5");
  if (!(policy.alpha_reject > 0 && policy.alpha_reject < 0.5))
    return wrong("`alpha_reject` must lie between 0 and 0.5");
  if (!(policy.power >= 0.5 && policy.power < 1)) return wrong("`power` must lie between 0.5 and 1");
  if (!one_of(policy.require_power, {"off", "warn", "hold"})) return wrong("`require_power` is off, warn or hold");
  if (policy.bootstrap.replicates < 200 || policy.bootstrap.replicates > 1'000'000)
    return wrong("`replicates` lies between 200 and 1000000");
  if (!one_of(policy.champion.first_run, {"refuse", "floor_only"})) return wrong("`first_run` is refuse or floor_only");
  if (policy.evaluation_sets.empty()) return wrong("a policy needs at least one evaluation set");
  std::set<std::string> seen;
  for (auto const& set : policy.evaluation_sets) {
    if (auto ok = check_set(set); !ok) return ok;
    if (!seen.insert(set.id).second) return wrong("evaluation set `" + set.id + "` is named twice");
  }
  seen.clear();
  for (auto const& item : policy.metrics) {
    if (auto ok = check_metric(policy, item); !ok) return ok;
    if (!seen.insert(item.id).second) return wrong("metric `" + item.id + "` is named twice");
  }
  for (auto const& slice : policy.slices)
    if (auto ok = check_slice(policy, slice); !ok) return ok;
  for (auto const& rule : policy.simpson)
    if (auto ok = check_simpson(policy, rule); !ok) return ok;
  if (policy.staging_latency)
    if (auto ok = check_latency(*policy.staging_latency); !ok) return ok;
  if (auto ok = check_people(policy); !ok) return ok;
  return check_success(policy);
}

}  // namespace podium::inline v0::gate
