#include "base/digest.hpp"
#include "files.hpp"

#include "podium/spec/validate.hpp"

using namespace podium;

namespace {

std::string const flights = R"(apiVersion: podium/v1
kind: PromotionPolicy
metadata: {name: flights}
subject: {task: binary_classification}
data:
  evaluation_sets:
    - id: september
      columns: {unit: flight_key, cluster: flight_date, label: y, weight: null, time: sched_dep_utc}
      min_units: 20000
      min_positives: 2000
      min_clusters: 25
      missing_prediction: {max_fraction: 0, treat_as: worst}
      leakage: {train_unit_overlap_max: 0, label_time_after_train_end: true, max_improvement: 0.12}
      reuse: {max_evaluations: 5, schedule: equal}
statistics: {alpha: 0.05, alpha_reject: 0.04}
metrics:
  success: {rule: any, items: [auc_gain]}
  items:
    - {id: auc_gain, metric: roc_auc, role: success, min_effect: 0.01, method: delong}
    - {id: logloss, metric: log_loss, role: guardrail, margin: 0.005, clip: 1.0e-7}
    - {id: brier, metric: brier, role: deterioration}
    - {id: auc_floor, metric: roc_auc, role: floor, at_least: 0.65}
slices:
  - {by: [origin], role: guardrail, metric: log_loss, margin: 0.01, min_units: 2000, too_small: hold, required: [EWR, JFK, LGA]}
shadow:
  min_pairs: 2000
  mirror_percent: 40
  checks:
    - {id: parity, metric: online_offline_difference, max: 1.0e-9}
    - {id: err, metric: error_rate, max: 0.002}
    - {id: psi_own, metric: psi, reference: own_offline_scores, max: 0.1}
canary:
  alpha_rollback: 0.05
  steps:
    - {weight: 10, min: {requests: 4400}, margin: {error_rate: 0.02}}
    - {weight: 50, min: {requests: 1700}, margin: {error_rate: 0.01}}
  bake: {min: {requests: 1500}}
  rollback:
    - {metric: error_rate, vs: champion, rate_ratio: 1.0, share: 0.5}
    - {metric: error_rate, vs: absolute, above: 0.01, share: 0.5}
  srm_p: 0.0005
)";

/// The policy with one piece of text replaced, as the summary of what is wrong with it.
std::string with(std::string const& what, std::string const& by) {
  Folder folder;
  std::string text = flights;
  auto const at = text.find(what);
  REQUIRE(at != std::string::npos);
  text.replace(at, what.size(), by);
  auto const file = folder.write("policy.yaml", text);
  auto const loaded = spec::load_policy(file);
  CHECK(loaded.value.has_value() == loaded.diagnostics.empty());
  auto const checked = spec::validate(file);
  REQUIRE(checked);
  CHECK(summary(*checked) == summary(loaded.diagnostics));
  return summary(loaded.diagnostics);
}

}  // namespace

TEST_CASE("the policy of the flights becomes a noun, whole") {
  Folder folder;
  auto const file = folder.write("policy.yaml", flights);
  auto const loaded = spec::load_policy(file).result();
  REQUIRE_MESSAGE(loaded, (loaded ? "" : loaded.error().message()));
  auto const& policy = *loaded;
  CHECK(policy.name == "flights");
  CHECK(policy.task == "binary_classification");
  CHECK(policy.digest == base::sha256(flights));
  CHECK(policy.source_file == file.string());
  CHECK(policy.alpha == 0.05);
  CHECK(policy.alpha_reject == 0.04);
  REQUIRE(policy.evaluation_sets.size() == 1);
  auto const& set = policy.evaluation_sets[0];
  CHECK(set.columns == model::EvaluationColumns{"flight_key", "flight_date", "y", "", "sched_dep_utc"});
  CHECK(set.min_units == 20000);
  CHECK(set.min_positives == 2000);
  CHECK(set.min_clusters == 25);
  CHECK(set.missing_prediction == model::MissingPrediction{0, "worst"});
  CHECK(set.leakage == model::LeakageRules{0.0, true, 0.12});
  CHECK(set.reuse == model::ReuseRules{5, "equal"});
  CHECK(policy.success_rule == "any");
  CHECK(policy.success_items == std::vector<std::string>{"auc_gain"});
  REQUIRE(policy.metrics.size() == 4);
  CHECK(policy.metrics[0] == model::MetricCheck{"auc_gain", "roc_auc", "success", "delong", 0.01, {}, {}, {}, 1e-15});
  CHECK(policy.metrics[1] == model::MetricCheck{"logloss", "log_loss", "guardrail", "", 0, 0.005, {}, {}, 1e-7});
  CHECK(policy.metrics[3] == model::MetricCheck{"auc_floor", "roc_auc", "floor", "", 0, {}, 0.65, {}, 1e-15});
  REQUIRE(policy.slices.size() == 1);
  CHECK(policy.slices[0] ==
        model::SliceCheck{{"origin"}, "log_loss", "guardrail", 0.01, 1e-7, 2000, "hold", {"EWR", "JFK", "LGA"}});
  REQUIRE(policy.shadow);
  CHECK(*policy.shadow == model::ShadowStage{2000,
                                             40,
                                             {{"parity", "online_offline_difference", "", 1e-9},
                                              {"err", "error_rate", "", 0.002},
                                              {"psi_own", "psi", "own_offline_scores", 0.1}}});
  REQUIRE(policy.canary);
  CHECK(*policy.canary ==
        model::CanaryStage{0.05,
                           {{10, 4400, {{"error_rate", 0.02}}}, {50, 1700, {{"error_rate", 0.01}}}},
                           1500,
                           {{"error_rate", "champion", 1, 0, 0.5}, {"error_rate", "absolute", 1, 0.01, 0.5}},
                           0.0005});
}

TEST_CASE("a typo in a policy never removes a check") {
  // One mistake, one finding: that the guardrail has no margin follows from the typo.
  CHECK(with("margin: 0.005", "margn: 0.005") == "PD1010 error 20:56-20:61 metrics.items.1.margn\n");
  CHECK(with("slices:", "slice:") == "PD1010 error 23:1-23:6 slice\n");
  CHECK(with("role: floor", "role: flor") == "PD1014 error 22:46-22:50 metrics.items.3.role\n");
  CHECK(with("metric: brier", "metric: brierr").starts_with("PD1014 error 21:27-21:33 metrics.items.2.metric"));
  CHECK(with("rollback:\n", "rollbacks:\n") == "PD1010 error 38:3-38:12 canary.rollbacks\n");
}

TEST_CASE("numbers of a policy are numbers, finite and inside their range") {
  CHECK(with("margin: 0.005", "margin: 0") == "PD1015 error 20:64-20:65 metrics.items.1.margin\n");
  CHECK(with("margin: 0.005", "margin: .nan") == "PD1018 error 20:64-20:68 metrics.items.1.margin\n");
  CHECK(with("margin: 0.005", "margin: .inf").starts_with("PD1018"));
  CHECK(with("clip: 1.0e-7", "clip: 1e-7").starts_with("PD1012"));
  CHECK(with("margin: 0.005", "margin: '0.005'").starts_with("PD1012"));
  CHECK(with("alpha: 0.05", "alpha: 5").starts_with("PD1015"));
  CHECK(with("max_fraction: 0,", "max_fraction: 1.5,").starts_with("PD1015"));
  CHECK(with("min_units: 20000", "min_units: -1").starts_with("PD1015"));
  CHECK(with("min_units: 20000", "min_units: 2.5").starts_with("PD1012"));
  CHECK(with("mirror_percent: 40", "mirror_percent: 60").starts_with("PD1015"));
  CHECK(with("treat_as: worst", "treat_as: drop").starts_with("PD1014"));
}

TEST_CASE("fields of a policy that do not go together are named") {
  CHECK(with("margin: 0.005, ", "") == "PD1060 error 20:45-20:54 metrics.items.1.margin\n");
  CHECK(with("at_least: 0.65", "at_most: 0.65") ==
        "PD1060 error 22:46-22:51 metrics.items.3.at_least\nPD1060 error 22:53-22:60 metrics.items.3.at_most\n");
  CHECK(with("items: [auc_gain]", "items: [logloss, auc_gain]") ==
        "PD1060 error 17:32-17:39 metrics.success.items.0\n");
  CHECK(with("rule: any, items: [auc_gain]", "rule: none").starts_with("PD1060 error 19:12"));
  CHECK(with("id: brier", "id: logloss").starts_with("PD1024 error 21:12-21:19"));
  CHECK(with("share: 0.5}\n    - {metric: error_rate, vs: absolute",
             "share: 0.6}\n    - {metric: error_rate, vs: absolute")
            .starts_with("PD1060 error 39:5"));
  CHECK(with("weight: 50", "weight: 10").starts_with("PD1060 error 36:16-36:18"));
  CHECK(with("above: 0.01, ", "").starts_with("PD1060"));
  CHECK(with("reference: own_offline_scores, ", "").starts_with("PD1060"));
  CHECK(with("role: guardrail, metric: log_loss, margin: 0.01", "role: guardrail, metric: log_loss")
            .starts_with("PD1060"));
}

TEST_CASE("the whole example of a policy is read, field by field") {
  auto const loaded = spec::load_policy(PODIUM_SOURCE_DIR "/tests/cases/gate/policy.yaml");
  CHECK(summary(loaded.diagnostics).empty());
  auto const result = loaded.result();
  REQUIRE_MESSAGE(result, (result ? "" : result.error().message()));
  auto const& policy = *result;
  using namespace std::chrono;
  CHECK(policy.name == "churn-prod");
  CHECK(policy.owners == std::vector<std::string>{"ml-platform"});
  CHECK(policy.change_requires_approvals == 2);
  CHECK(policy.subject_model == "azureml://registries/contoso/models/churn");
  CHECK(policy.champion == model::ChampionRules{"ledger", true, "floor_only"});
  CHECK(policy.challenger_requires ==
        std::vector<std::string>{"digest", "training_job", "code_commit", "training_data_digest"});
  REQUIRE(policy.evaluation_sets.size() == 1);
  auto const& set = policy.evaluation_sets[0];
  CHECK(set.asset == "azureml:churn_eval:7");
  CHECK(set.digest == "sha256:...");
  CHECK(set.columns.cluster == "customer_id");
  CHECK(set.columns.weight.empty());
  CHECK(set.max_age == days{120});
  CHECK(set.reuse == model::ReuseRules{20, "equal", true, "verdict_only"});
  CHECK(policy.power == 0.8);
  CHECK(policy.require_power == "warn");
  CHECK(policy.bootstrap == model::BootstrapRules{10000, "from_bundle_digest", "bca", "unit"});
  REQUIRE(policy.metrics.size() == 6);
  CHECK(policy.metrics[2].params == std::map<std::string, double>{{"precision", 0.9}});
  CHECK(policy.metrics[2].method == "bootstrap");
  CHECK(policy.metrics[5].expression == "sum(tp)*120 - sum(fp)*15");
  CHECK(policy.metrics[5].unit_mean);
  REQUIRE(policy.slices.size() == 2);
  CHECK(policy.slices[1].by == std::vector<std::string>{"segment", "tenure_bucket"});
  CHECK(policy.slices[1].correction == "bh");
  REQUIRE(policy.simpson.size() == 1);
  CHECK(policy.simpson[0] == model::SimpsonCheck{"log_loss", "production", "hold"});
  REQUIRE(policy.shadow);
  CHECK(policy.shadow->min_duration == hours{4});
  CHECK(policy.shadow->max_duration == days{2});
  CHECK(policy.shadow->pair_on == "request_key");
  CHECK(policy.shadow->min_pair_rate == 0.98);
  CHECK(policy.shadow->checks.size() == 6);
  REQUIRE(policy.staging_latency);
  CHECK(
      *policy.staging_latency ==
      model::StagingLatency{"churn-staging", "open_loop", 50, seconds{60}, 5000, {{0.99, 250, 0.95}, {0.5, 60, 0.95}}});
  REQUIRE(policy.canary);
  CHECK(policy.canary->steps.size() == 4);
  CHECK(policy.canary->steps[0].min_time == minutes{30});
  CHECK(policy.canary->steps[3].margin == std::map<std::string, double>{{"error_rate", 0.005}, {"slo_exceed", 0.01}});
  CHECK(policy.canary->bake_min_time == hours{2});
  REQUIRE(policy.canary->hard_stop.size() == 3);
  CHECK(policy.canary->hard_stop[1].no_data_for == minutes{5});
  CHECK(policy.canary->rollback[1].metric == "exceed_ms_250");
  CHECK(policy.canary->on_timeout == "rollback");
  REQUIRE(policy.approvals.size() == 1);
  CHECK(policy.approvals[0] ==
        model::ApprovalRule{"before_prod", {{"ml_owner", 1}, {"risk", 1}}, false, days{7}, false});
  CHECK(policy.promotion_path == std::vector<std::string>{"dev", "test", "prod"});
  CHECK(policy.rollback == model::RollbackWindow{days{14}, days{14}});
  CHECK(policy.waivers.empty());
  REQUIRE(policy.evidence);
  CHECK(policy.evidence->sign_provider == "keyvault");
  CHECK(policy.evidence->emit.size() == 5);
}

TEST_CASE("waivers, durations and dates of a policy are what they say, or the file is wrong") {
  auto const waived = [](std::string const& waiver) { return with("slices:", "waivers: [" + waiver + "]\nslices:"); };
  CHECK(waived("{check: brier, reason: known, approver: ann, expires: 2026-01-31}").empty());
  CHECK(waived("{check: 'log_loss:origin=EWR', reason: known, approver: ann, expires: 2026-01-31T12:00:00Z}").empty());
  CHECK(waived("{check: brer, reason: known, approver: ann, expires: 2026-01-31}").starts_with("PD1060"));
  CHECK(waived("{check: brier, reason: known, approver: ann}").starts_with("PD1013"));
  CHECK(waived("{check: brier, reason: known, approver: ann, expires: soon}").starts_with("PD1015"));
  CHECK(with("min_units: 20000", "max_age: P120D").empty());
  CHECK(with("min_units: 20000", "max_age: P1DT12H30M").empty());
  CHECK(with("min_units: 20000", "max_age: 120").starts_with("PD1012"));
  for (auto const* wrong : {"120D", "P", "PT", "P1Y", "P1H", "PT1D", "PT5", "P-1D", "P1DT", "PT1S1M"})
    CHECK_MESSAGE(with("min_units: 20000", std::string{"max_age: "} + wrong).starts_with("PD1015"), wrong);
  CHECK(with("min_units: 20000", "digest: md5:12").starts_with("PD1015"));
  CHECK(with("alpha: 0.05", "require_power: off, alpha: 0.05").empty());
  CHECK(with("alpha: 0.05", "require_power: perhaps, alpha: 0.05").starts_with("PD1014"));
}

TEST_CASE("metrics of a policy belong to its task, with the parameters and methods that they have") {
  CHECK(with("metric: brier", "metric: rmse").starts_with("PD1060 error 21:27"));
  CHECK(with("metric: brier", "metric: recall_at_precision").starts_with("PD1060"));
  CHECK(with("metric: brier", "metric: recall_at_precision, params: {precision: 0.9}").empty());
  CHECK(with("metric: brier", "metric: recall_at_precision, params: {precision: 1.9}").starts_with("PD1015"));
  CHECK(with("metric: brier", "metric: brier, params: {k: 3}").starts_with("PD1060"));
  CHECK(with("method: delong", "method: t").starts_with("PD1060"));
  CHECK(with("method: delong", "method: bootstrap").empty());
  CHECK(with("metric: brier", "metric: custom").starts_with("PD1060"));
  CHECK(with("metric: brier", "metric: custom, expression: 'sum(tp) - sum(fp)'").empty());
  CHECK(with("metric: brier", "metric: brier, unit_mean: true").starts_with("PD1060"));
  CHECK(with("task: binary_classification", "task: regression").find("has no metric `roc_auc`") == std::string::npos);
  CHECK(with("task: binary_classification", "task: regression").starts_with("PD1060"));
  CHECK(with("too_small: hold", "too_small: merge").empty());
  CHECK(with("too_small: hold", "correction: bh").starts_with("PD1060"));
  CHECK(with("metric: error_rate, vs: champion", "metric: exceed_ms_250, vs: champion").empty());
  CHECK(with("metric: error_rate, vs: champion", "metric: exceed_ms_x, vs: champion").starts_with("PD1014"));
  CHECK(with("  srm_p: 0.0005", "  hard_stop: [{no_data_for: PT5M}]").empty());
  CHECK(with("  srm_p: 0.0005", "  hard_stop: [{no_data_for: PT5M, metric: error_rate}]").starts_with("PD1060"));
  CHECK(with("  srm_p: 0.0005", "  hard_stop: [{metric: error_rate}]").starts_with("PD1060"));
}

TEST_CASE("what the engine does not do is refused by name") {
  CHECK(with("alpha: 0.05", "bootstrap: {ci: percentile}, alpha: 0.05").starts_with("PD1090"));
  CHECK(with("slices:", "approvals: [{stage: before_test, roles: {risk: 1}}]\nslices:").starts_with("PD1090"));
}
