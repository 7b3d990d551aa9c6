#include "spec/lower.hpp"

namespace podium::inline v0::spec {
namespace {

std::optional<double> number(Value const& value) { return value ? std::optional{value.number} : std::nullopt; }

void set(double& target, Value const& value) {
  if (value) target = value.number;
}
void set(std::int64_t& target, Value const& value) {
  if (value) target = value.integer;
}
void set(int& target, Value const& value) {
  if (value) target = static_cast<int>(value.integer);
}
void set(std::string& target, Value const& value) {
  if (value) target = value.text;
}

std::vector<std::string> words(Value const& value) {
  std::vector<std::string> out;
  for (auto const& item : value.items) out.push_back(item.text);
  return out;
}

model::EvaluationSet to_evaluation_set(Value const& value) {
  model::EvaluationSet out;
  out.id = value.string("id");
  auto const& columns = value.at("columns");
  out.columns = {columns.string("unit"), columns.string("cluster"), columns.string("label"), columns.string("weight"),
                 columns.string("time")};
  set(out.min_units, value.at("min_units"));
  set(out.min_positives, value.at("min_positives"));
  set(out.min_clusters, value.at("min_clusters"));
  auto const& missing = value.at("missing_prediction");
  set(out.missing_prediction.max_fraction, missing.at("max_fraction"));
  set(out.missing_prediction.treat_as, missing.at("treat_as"));
  auto const& leakage = value.at("leakage");
  out.leakage.train_unit_overlap_max = number(leakage.at("train_unit_overlap_max"));
  out.leakage.label_time_after_train_end = leakage.at("label_time_after_train_end").boolean;
  out.leakage.max_improvement = number(leakage.at("max_improvement"));
  if (auto const& reuse = value.at("reuse")) {
    out.reuse.emplace();
    set(out.reuse->max_evaluations, reuse.at("max_evaluations"));
    set(out.reuse->schedule, reuse.at("schedule"));
  }
  return out;
}

model::MetricCheck to_metric(Value const& value) {
  model::MetricCheck out;
  out.id = value.string("id");
  out.metric = value.string("metric");
  out.role = value.string("role");
  out.method = value.string("method");
  set(out.min_effect, value.at("min_effect"));
  out.margin = number(value.at("margin"));
  out.at_least = number(value.at("at_least"));
  out.at_most = number(value.at("at_most"));
  set(out.clip, value.at("clip"));
  return out;
}

model::SliceCheck to_slice(Value const& value) {
  model::SliceCheck out;
  out.by = words(value.at("by"));
  out.metric = value.string("metric");
  set(out.role, value.at("role"));
  set(out.margin, value.at("margin"));
  set(out.clip, value.at("clip"));
  set(out.min_units, value.at("min_units"));
  set(out.too_small, value.at("too_small"));
  out.required = words(value.at("required"));
  return out;
}

model::ShadowStage to_shadow(Value const& value) {
  model::ShadowStage out;
  set(out.min_pairs, value.at("min_pairs"));
  set(out.mirror_percent, value.at("mirror_percent"));
  for (auto const& item : value.at("checks").items)
    out.checks.push_back({item.string("id"), item.string("metric"), item.string("reference"), item.at("max").number});
  return out;
}

model::CanaryStage to_canary(Value const& value) {
  model::CanaryStage out;
  set(out.alpha_rollback, value.at("alpha_rollback"));
  for (auto const& item : value.at("steps").items) {
    model::CanaryStep step;
    set(step.weight, item.at("weight"));
    set(step.min_requests, item.at("min").at("requests"));
    for (auto const& member : item.at("margin").members) step.margin[member.name] = member.value.number;
    out.steps.push_back(std::move(step));
  }
  set(out.bake_min_requests, value.at("bake").at("min").at("requests"));
  for (auto const& item : value.at("rollback").items) {
    model::RollbackRule rule;
    rule.metric = item.string("metric");
    rule.versus = item.string("vs");
    set(rule.rate_ratio, item.at("rate_ratio"));
    set(rule.above, item.at("above"));
    set(rule.share, item.at("share"));
    out.rollback.push_back(std::move(rule));
  }
  set(out.srm_p, value.at("srm_p"));
  return out;
}

}  // namespace

model::PromotionPolicy to_policy(Reader& reader, Value const& value) {
  model::PromotionPolicy policy;
  policy.name = value.at("metadata").string("name");
  set(policy.task, value.at("subject").at("task"));
  for (auto const& item : value.at("data").at("evaluation_sets").items)
    policy.evaluation_sets.push_back(to_evaluation_set(item));
  auto const& statistics = value.at("statistics");
  set(policy.alpha, statistics.at("alpha"));
  set(policy.alpha_reject, statistics.at("alpha_reject"));
  auto const& metrics = value.at("metrics");
  set(policy.success_rule, metrics.at("success").at("rule"));
  policy.success_items = words(metrics.at("success").at("items"));
  for (auto const& item : metrics.at("items").items) policy.metrics.push_back(to_metric(item));
  for (auto const& item : value.at("slices").items) policy.slices.push_back(to_slice(item));
  if (auto const& shadow = value.at("shadow")) policy.shadow = to_shadow(shadow);
  if (auto const& canary = value.at("canary")) policy.canary = to_canary(canary);
  policy.source_file = reader.document().file.string();
  policy.digest = reader.document().digest;
  return policy;
}

}  // namespace podium::inline v0::spec
