#pragma once

#include "podium/model/common.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace podium::inline v0::model {

/// Names of the columns of an evaluation set; the scores are `champion` and `challenger`.
struct EvaluationColumns {
  std::string unit;     ///< one row per unit
  std::string cluster;  ///< units that move together (day, customer); empty: independent rows
  std::string label;
  std::string weight;
  std::string time;
  std::string group{};     ///< ranking: the query that a row is an answer to
  std::string maturity{};  ///< when the label became final; empty: labels are final
  friend bool operator==(EvaluationColumns const&, EvaluationColumns const&) = default;
};

struct MissingPrediction {
  double max_fraction = 0;
  std::string treat_as = "worst";  ///< worst, invalid
  friend bool operator==(MissingPrediction const&, MissingPrediction const&) = default;
};

struct LeakageRules {
  std::optional<double> train_unit_overlap_max;  ///< fraction of units seen in training
  bool label_time_after_train_end = false;
  std::optional<double> max_improvement;  ///< larger is too good to be true
  friend bool operator==(LeakageRules const&, LeakageRules const&) = default;
};

struct ReuseRules {
  int max_evaluations = 20;
  std::string schedule = "equal";  ///< equal: alpha / max_evaluations; k2: alpha 6 / (pi k)^2
  bool retire_on_promotion = false;
  std::string feedback = "verdict_only";  ///< verdict_only: comments and summaries give no estimates; full
  friend bool operator==(ReuseRules const&, ReuseRules const&) = default;
};

struct EvaluationSet {
  std::string id;
  EvaluationColumns columns;
  std::int64_t min_units = 0;
  std::int64_t min_positives = 0;
  std::int64_t min_clusters = 0;
  MissingPrediction missing_prediction;
  LeakageRules leakage;
  std::optional<ReuseRules> reuse;
  std::string asset{};                            ///< for the record: `azureml:churn_eval:7`
  std::string digest{};                           ///< the data that the models must have been scored on, `sha256:...`
  std::optional<std::chrono::seconds> max_age{};  ///< of the newest row when the evidence was collected
  friend bool operator==(EvaluationSet const&, EvaluationSet const&) = default;
};

struct MetricCheck {
  std::string id;
  std::string metric;                      ///< roc_auc, log_loss, brier, ... (docs/reference/policy.md)
  std::string role;                        ///< success, guardrail, deterioration, floor, ceiling, report
  std::string method;                      ///< delong, t, bootstrap, permutation, tango; empty: the metric's own
  double min_effect = 0;                   ///< success
  std::optional<double> margin;            ///< guardrail, > 0
  std::optional<double> at_least;          ///< floor
  std::optional<double> at_most;           ///< ceiling
  double clip = 1e-15;                     ///< log_loss
  std::map<std::string, double> params{};  ///< threshold, precision, recall, k, quantile, bins
  std::string expression{};                ///< custom: arithmetic over sums, "sum(tp)*120 - sum(fp)*15"
  bool unit_mean = false;                  ///< custom: per unit
  friend bool operator==(MetricCheck const&, MetricCheck const&) = default;
};

struct SliceCheck {
  std::vector<std::string> by;
  std::string metric;
  std::string role = "guardrail";  ///< guardrail, deterioration, explore, report
  double margin = 0;
  double clip = 1e-7;
  std::int64_t min_units = 0;
  std::string too_small = "hold";  ///< hold, merge, report
  std::vector<std::string> required;
  std::string correction{};  ///< explore: bh, by, holm
  std::map<std::string, double> params{};
  friend bool operator==(SliceCheck const&, SliceCheck const&) = default;
};

/// Does the total change its sign once slices weigh as they do in production?
struct SimpsonCheck {
  std::string metric;
  std::string weights = "production";  ///< the evidence's production mix
  std::string on_sign_flip = "hold";   ///< hold, report
  double clip = 1e-7;
  std::map<std::string, double> params{};
  friend bool operator==(SimpsonCheck const&, SimpsonCheck const&) = default;
};

struct ShadowCheck {
  std::string id;
  std::string metric;     ///< online_offline_difference, error_rate, psi, js_distance, ks, decision_disagreement
  std::string reference;  ///< psi: own_offline_scores; empty: the champion's shadow scores
  double max = 0;
  std::string bins{};  ///< psi: reference_deciles
  friend bool operator==(ShadowCheck const&, ShadowCheck const&) = default;
};

struct ShadowStage {
  std::int64_t min_pairs = 0;
  int mirror_percent = 50;
  std::vector<ShadowCheck> checks;
  std::optional<std::chrono::seconds> min_duration{};
  std::optional<std::chrono::seconds> max_duration{};
  std::string pair_on{};                  ///< column logged by the scoring script
  std::optional<double> min_pair_rate{};  ///< of mirrored requests that found their pair
  friend bool operator==(ShadowStage const&, ShadowStage const&) = default;
};

/// `P(latency > max) <= 1 - quantile`, to be shown with this confidence by counting.
struct LatencySlo {
  double quantile = 0.99;
  double max_ms = 0;
  double confidence = 0.95;
  friend bool operator==(LatencySlo const&, LatencySlo const&) = default;
};

struct StagingLatency {
  std::string endpoint;
  std::string arrival = "open_loop";  ///< the only one: a closed loop hides stalls
  double rps = 10;
  std::chrono::seconds warmup{0};
  std::int64_t min_requests = 0;
  std::vector<LatencySlo> slos;
  friend bool operator==(StagingLatency const&, StagingLatency const&) = default;
};

struct CanaryStep {
  int weight = 0;  ///< percent
  std::int64_t min_requests = 0;
  std::map<std::string, double> margin;  ///< metric -> non-inferiority margin to advance
  std::optional<std::chrono::seconds> min_time{};
  friend bool operator==(CanaryStep const&, CanaryStep const&) = default;
};

struct RollbackRule {
  std::string metric;     ///< error_rate, exceed_ms_N, null_prediction_rate
  std::string versus;     ///< champion, absolute
  double rate_ratio = 1;  ///< champion: tolerated ratio
  double above = 0;       ///< absolute: tolerated rate
  double share = 1;       ///< of alpha_rollback; all shares sum to at most 1
  friend bool operator==(RollbackRule const&, RollbackRule const&) = default;
};

/// Ends a canary at once, outside the error budget of the tests.
struct HardStop {
  std::string metric{};  ///< error_rate, restarts, ...; empty: no_data_for
  double above = 0;
  std::int64_t min_requests = 0;
  std::optional<std::chrono::seconds> no_data_for{};
  friend bool operator==(HardStop const&, HardStop const&) = default;
};

struct CanaryStage {
  double alpha_rollback = 0.05;
  std::vector<CanaryStep> steps;
  std::int64_t bake_min_requests = 0;  ///< at 100 %
  std::vector<RollbackRule> rollback;
  double srm_p = 0.0005;  ///< sample-ratio mismatch
  std::string looks = "continuous";
  std::map<std::string, double> advance_margin{};  ///< for steps without a margin of their own
  std::optional<std::chrono::seconds> bake_min_time{};
  std::vector<HardStop> hard_stop{};
  std::optional<std::chrono::seconds> ingestion_lag{};
  std::optional<std::chrono::seconds> max_duration{};
  std::string on_timeout{};          ///< rollback, hold; empty: not given
  std::string on_controller_lost{};  ///< rollback, resume; empty: not given
  friend bool operator==(CanaryStage const&, CanaryStage const&) = default;
};

/// Who is champion now, and what counts when nobody is.
struct ChampionRules {
  std::string resolve = "ledger";    ///< ledger, tag, endpoint_traffic
  bool must_match_endpoint = false;  ///< what was judged as champion is what serves
  std::string first_run = "refuse";  ///< refuse; floor_only: without a champion, floors and ceilings alone decide
  friend bool operator==(ChampionRules const&, ChampionRules const&) = default;
};

/// How intervals are made where no formula gives them.
struct BootstrapRules {
  int replicates = 10000;
  std::string seed = "from_bundle_digest";  ///< nobody can shop for seeds
  std::string interval = "bca";             ///< bias corrected and accelerated (Efron 1987), the only one
  std::string cluster = "unit";             ///< what is drawn; the set's clusters where it has them
  friend bool operator==(BootstrapRules const&, BootstrapRules const&) = default;
};

struct ApprovalRule {
  std::string stage = "before_prod";
  std::map<std::string, int> roles{};  ///< role -> how many
  bool self_approval = false;
  std::optional<std::chrono::seconds> expires{};
  bool allow_bypass = false;
  friend bool operator==(ApprovalRule const&, ApprovalRule const&) = default;
};

/// Turns one named failure or open question into "waived"; never invalid evidence.
struct Waiver {
  std::string check;  ///< id of the check; a slice's check is `metric:column=value`
  std::string reason;
  std::string approver;
  std::string expires;  ///< RFC 3339 date or time, UTC
  friend bool operator==(Waiver const&, Waiver const&) = default;
};

/// After a promotion: how long the old champion stays, and how long going back needs no new evaluation.
struct RollbackWindow {
  std::optional<std::chrono::seconds> keep_champion;
  std::optional<std::chrono::seconds> window;
  friend bool operator==(RollbackWindow const&, RollbackWindow const&) = default;
};

/// Where the record goes, for the rooms that write it.
struct EvidenceRules {
  std::string ledger;
  std::string sign_provider;
  std::string sign_key;
  std::vector<std::string> emit;
  friend bool operator==(EvidenceRules const&, EvidenceRules const&) = default;
};

/// `policy.yaml`: when a challenger deserves to be champion, and how it gets there.
struct PromotionPolicy {
  std::string name;
  std::string task = "binary_classification";  ///< multiclass, regression, quantile, ranking, custom
  std::vector<EvaluationSet> evaluation_sets;
  double alpha = 0.05;               ///< one-sided, false promotion
  double alpha_reject = 0.05;        ///< family-wise, false rejection (Holm)
  std::string success_rule = "any";  ///< any, all, none
  std::vector<std::string> success_items;
  std::vector<MetricCheck> metrics;
  std::vector<SliceCheck> slices;
  std::optional<ShadowStage> shadow;
  std::optional<CanaryStage> canary;
  std::string source_file;
  std::string digest;  ///< sha256 of the file's bytes

  std::vector<std::string> owners{};
  int change_requires_approvals = 0;
  std::string subject_model{};
  ChampionRules champion{};
  std::vector<std::string> challenger_requires{};  ///< facts that the evidence must state: digest, code_commit, ...
  double power = 0.8;                              ///< of the plan that `resolve` and the power table speak of
  std::string require_power = "warn";              ///< off, warn, hold
  BootstrapRules bootstrap{};
  std::vector<SimpsonCheck> simpson{};
  std::optional<StagingLatency> staging_latency{};
  std::vector<ApprovalRule> approvals{};
  std::vector<std::string> promotion_path{};
  std::optional<RollbackWindow> rollback{};
  std::vector<Waiver> waivers{};
  std::optional<EvidenceRules> evidence{};
  friend bool operator==(PromotionPolicy const&, PromotionPolicy const&) = default;
};

/// The metrics that a policy may name: which tasks have them, which way is better, and how their intervals are made.
/// Loading a policy and judging by it read the same table.
struct MetricTrait {
  std::string_view name;
  std::string_view tasks;    ///< separated by spaces
  std::string_view methods;  ///< separated by spaces; the first is the default
  bool higher_is_better = false;
  std::string_view parameters{};  ///< keys of `params` that it reads; a `!` behind one that it needs
};

inline constexpr std::array metric_traits{
    MetricTrait{"roc_auc", "binary_classification", "delong bootstrap", true},
    MetricTrait{"log_loss", "binary_classification multiclass", "t bootstrap permutation"},
    MetricTrait{"brier", "binary_classification", "t bootstrap permutation"},
    MetricTrait{"accuracy", "binary_classification multiclass", "tango mcnemar t bootstrap permutation", true,
                "threshold"},
    MetricTrait{"balanced_accuracy", "binary_classification multiclass", "bootstrap", true, "threshold"},
    MetricTrait{"recall", "binary_classification", "tango mcnemar t bootstrap", true, "threshold"},
    MetricTrait{"specificity", "binary_classification", "tango mcnemar t bootstrap", true, "threshold"},
    MetricTrait{"precision", "binary_classification", "bootstrap", true, "threshold"},
    MetricTrait{"f1", "binary_classification", "bootstrap", true, "threshold"},
    MetricTrait{"mcc", "binary_classification", "bootstrap", true, "threshold"},
    MetricTrait{"average_precision", "binary_classification", "bootstrap", true},
    MetricTrait{"recall_at_precision", "binary_classification", "bootstrap", true, "precision!"},
    MetricTrait{"ece", "binary_classification", "bootstrap", false, "bins"},
    MetricTrait{"macro_auc", "multiclass", "t bootstrap", true},
    MetricTrait{"macro_f1", "multiclass", "bootstrap", true},
    MetricTrait{"weighted_f1", "multiclass", "bootstrap", true},
    MetricTrait{"top_k_accuracy", "multiclass", "tango mcnemar t bootstrap permutation", true, "k!"},
    MetricTrait{"mse", "regression", "t bootstrap permutation"},
    MetricTrait{"mae", "regression quantile", "t bootstrap permutation"},
    MetricTrait{"mape", "regression", "t bootstrap permutation"},
    MetricTrait{"rmse", "regression", "bootstrap"},
    MetricTrait{"r2", "regression", "bootstrap", true},
    MetricTrait{"pinball", "regression quantile", "t bootstrap permutation", false, "quantile!"},
    MetricTrait{"ndcg", "ranking", "t bootstrap permutation", true, "k"},
    MetricTrait{"map", "ranking", "t bootstrap permutation", true, "k"},
    MetricTrait{"mrr", "ranking", "t bootstrap permutation", true},
    MetricTrait{"precision_at_k", "ranking", "t bootstrap permutation", true, "k"},
    MetricTrait{"mean_gain", "custom", "t bootstrap permutation", true},
    MetricTrait{"mean_loss", "custom", "t bootstrap permutation"},
    MetricTrait{"custom", "binary_classification", "t bootstrap", true, "threshold"},
};

constexpr MetricTrait const* find_metric(std::string_view name) {
  for (auto const& trait : metric_traits)
    if (trait.name == name) return &trait;
  return nullptr;
}

/// Is `word` one of the words of `list`, which are separated by spaces?
constexpr bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    auto const end = list.find(' ');
    if (list.substr(0, end) == word) return true;
    if (end == std::string_view::npos) break;
    list.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace podium::inline v0::model
