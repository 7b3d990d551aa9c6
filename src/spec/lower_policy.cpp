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

void set(bool& target, Value const& value) {
  if (value) target = value.boolean;
}
/// Durations are read to seconds by their shape.
void set(std::chrono::seconds& target, Value const& value) {
  if (value) target = std::chrono::seconds{value.integer};
}
void set(std::optional<std::chrono::seconds>& target, Value const& value) {
  if (value) target = std::chrono::seconds{value.integer};
}

std::map<std::string, double> numbers(Value const& value) {
  std::map<std::string, double> out;
  for (auto const& member : value.members)
    if (member.value) out[member.name] = member.value.number;
  return out;
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
  out.columns = {columns.string("unit"), columns.string("cluster"), columns.string("label"),   columns.string("weight"),
                 columns.string("time"), columns.string("group"),   columns.string("maturity")};
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
    set(out.reuse->retire_on_promotion, reuse.at("retire_on_promotion"));
    set(out.reuse->feedback, reuse.at("feedback"));
  }
  out.asset = value.string("asset");
  out.digest = value.string("digest");
  set(out.max_age, value.at("max_age"));
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
  out.params = numbers(value.at("params"));
  out.expression = value.string("expression");
  set(out.unit_mean, value.at("unit_mean"));
  return out;
}

model::SimpsonCheck to_simpson(Value const& value) {
  model::SimpsonCheck out;
  out.metric = value.string("metric");
  set(out.weights, value.at("weights"));
  set(out.on_sign_flip, value.at("on_sign_flip"));
  set(out.clip, value.at("clip"));
  out.params = numbers(value.at("params"));
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
  out.correction = value.string("correction");
  out.params = numbers(value.at("params"));
  return out;
}

model::ShadowStage to_shadow(Value const& value) {
  model::ShadowStage out;
  set(out.min_pairs, value.at("min_pairs"));
  set(out.mirror_percent, value.at("mirror_percent"));
  for (auto const& item : value.at("checks").items)
    out.checks.push_back({item.string("id"), item.string("metric"), item.string("reference"), item.at("max").number,
                          item.string("bins")});
  set(out.min_duration, value.at("duration").at("min"));
  set(out.max_duration, value.at("duration").at("max"));
  out.pair_on = value.string("pair_on");
  out.min_pair_rate = number(value.at("min_pair_rate"));
  return out;
}

model::StagingLatency to_staging_latency(Value const& value) {
  model::StagingLatency out;
  out.endpoint = value.string("endpoint");
  auto const& load = value.at("load");
  set(out.arrival, load.at("arrival"));
  set(out.rps, load.at("rps"));
  set(out.warmup, load.at("warmup"));
  set(out.min_requests, load.at("min_requests"));
  for (auto const& item : value.at("slos").items) {
    model::LatencySlo slo;
    set(slo.quantile, item.at("quantile"));
    set(slo.max_ms, item.at("max_ms"));
    set(slo.confidence, item.at("confidence"));
    out.slos.push_back(slo);
  }
  return out;
}

model::CanaryStage to_canary(Value const& value) {
  model::CanaryStage out;
  set(out.alpha_rollback, value.at("alpha_rollback"));
  for (auto const& item : value.at("steps").items) {
    model::CanaryStep step;
    set(step.weight, item.at("weight"));
    set(step.min_requests, item.at("min").at("requests"));
    step.margin = numbers(item.at("margin"));
    set(step.min_time, item.at("min").at("time"));
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
  set(out.looks, value.at("looks"));
  out.advance_margin = numbers(value.at("advance").at("margin"));
  for (auto& step : out.steps)
    if (step.margin.empty()) step.margin = out.advance_margin;
  set(out.bake_min_time, value.at("bake").at("min").at("time"));
  for (auto const& item : value.at("hard_stop").items) {
    model::HardStop stop;
    stop.metric = item.string("metric");
    set(stop.above, item.at("above"));
    set(stop.min_requests, item.at("min_requests"));
    set(stop.no_data_for, item.at("no_data_for"));
    out.hard_stop.push_back(std::move(stop));
  }
  set(out.ingestion_lag, value.at("ingestion_lag"));
  set(out.max_duration, value.at("max_duration"));
  out.on_timeout = value.string("on_timeout");
  out.on_controller_lost = value.string("on_controller_lost");
  return out;
}

void set_subject(model::PromotionPolicy& policy, Value const& subject) {
  set(policy.task, subject.at("task"));
  policy.subject_model = subject.string("model");
  auto const& champion = subject.at("champion");
  set(policy.champion.resolve, champion.at("resolve"));
  set(policy.champion.must_match_endpoint, champion.at("must_match_endpoint"));
  set(policy.champion.first_run, champion.at("first_run"));
  policy.challenger_requires = words(subject.at("challenger").at("require"));
}

void set_statistics(model::PromotionPolicy& policy, Value const& statistics) {
  set(policy.alpha, statistics.at("alpha"));
  set(policy.alpha_reject, statistics.at("alpha_reject"));
  set(policy.power, statistics.at("power"));
  set(policy.require_power, statistics.at("require_power"));
  auto const& bootstrap = statistics.at("bootstrap");
  set(policy.bootstrap.replicates, bootstrap.at("replicates"));
  set(policy.bootstrap.seed, bootstrap.at("seed"));
  set(policy.bootstrap.interval, bootstrap.at("ci"));
  set(policy.bootstrap.cluster, bootstrap.at("cluster"));
}

/// People, and what happens around the decision.
void set_governance(model::PromotionPolicy& policy, Value const& value) {
  policy.owners = words(value.at("metadata").at("owners"));
  set(policy.change_requires_approvals, value.at("metadata").at("change_requires_approvals"));
  for (auto const& item : value.at("approvals").items) {
    model::ApprovalRule rule;
    set(rule.stage, item.at("stage"));
    for (auto const& member : item.at("roles").members)
      rule.roles[member.name] = static_cast<int>(member.value.integer);
    set(rule.self_approval, item.at("self_approval"));
    set(rule.expires, item.at("expires"));
    set(rule.allow_bypass, item.at("allow_bypass"));
    policy.approvals.push_back(std::move(rule));
  }
  policy.promotion_path = words(value.at("promotion_path"));
  if (auto const& window = value.at("rollback")) {
    policy.rollback.emplace();
    set(policy.rollback->keep_champion, window.at("keep_champion"));
    set(policy.rollback->window, window.at("window"));
  }
  for (auto const& item : value.at("waivers").items)
    policy.waivers.push_back(
        {item.string("check"), item.string("reason"), item.string("approver"), item.string("expires")});
  if (auto const& evidence = value.at("evidence"))
    policy.evidence = {evidence.string("ledger"), evidence.at("sign").string("provider"),
                       evidence.at("sign").string("key"), words(evidence.at("emit"))};
}

}  // namespace

model::PromotionPolicy to_policy(Reader& reader, Value const& value) {
  model::PromotionPolicy policy;
  policy.name = value.at("metadata").string("name");
  set_subject(policy, value.at("subject"));
  for (auto const& item : value.at("data").at("evaluation_sets").items)
    policy.evaluation_sets.push_back(to_evaluation_set(item));
  set_statistics(policy, value.at("statistics"));
  auto const& metrics = value.at("metrics");
  set(policy.success_rule, metrics.at("success").at("rule"));
  policy.success_items = words(metrics.at("success").at("items"));
  for (auto const& item : metrics.at("items").items) policy.metrics.push_back(to_metric(item));
  for (auto const& item : value.at("slices").items) {
    if (auto const& simpson = item.at("simpson"))
      policy.simpson.push_back(to_simpson(simpson));
    else
      policy.slices.push_back(to_slice(item));
  }
  if (auto const& latency = value.at("staging_latency")) policy.staging_latency = to_staging_latency(latency);
  set_governance(policy, value);
  if (auto const& shadow = value.at("shadow")) policy.shadow = to_shadow(shadow);
  if (auto const& canary = value.at("canary")) policy.canary = to_canary(canary);
  policy.source_file = reader.document().file.string();
  policy.digest = reader.document().digest;
  return policy;
}

}  // namespace podium::inline v0::spec
