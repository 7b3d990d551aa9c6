#pragma once

#include "podium/model/common.hpp"

#include <cstdint>

namespace podium::inline v0::model {

/// Names of the columns of an evaluation set; the scores are `champion` and `challenger`.
struct EvaluationColumns {
  std::string unit;     ///< one row per unit
  std::string cluster;  ///< units that move together (day, customer); empty: independent rows
  std::string label;
  std::string weight;
  std::string time;
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
  friend bool operator==(EvaluationSet const&, EvaluationSet const&) = default;
};

struct MetricCheck {
  std::string id;
  std::string metric;              ///< roc_auc, log_loss, brier, ...
  std::string role;                ///< success, guardrail, deterioration, floor, ceiling, report
  std::string method;              ///< delong, t; empty: the metric's own
  double min_effect = 0;           ///< success
  std::optional<double> margin;    ///< guardrail, > 0
  std::optional<double> at_least;  ///< floor
  std::optional<double> at_most;   ///< ceiling
  double clip = 1e-15;             ///< log_loss
  friend bool operator==(MetricCheck const&, MetricCheck const&) = default;
};

struct SliceCheck {
  std::vector<std::string> by;
  std::string metric;
  std::string role = "guardrail";
  double margin = 0;
  double clip = 1e-7;
  std::int64_t min_units = 0;
  std::string too_small = "hold";  ///< hold, report
  std::vector<std::string> required;
  friend bool operator==(SliceCheck const&, SliceCheck const&) = default;
};

struct ShadowCheck {
  std::string id;
  std::string metric;     ///< online_offline_difference, error_rate, psi
  std::string reference;  ///< psi: own_offline_scores
  double max = 0;
  friend bool operator==(ShadowCheck const&, ShadowCheck const&) = default;
};

struct ShadowStage {
  std::int64_t min_pairs = 0;
  int mirror_percent = 50;
  std::vector<ShadowCheck> checks;
  friend bool operator==(ShadowStage const&, ShadowStage const&) = default;
};

struct CanaryStep {
  int weight = 0;  ///< percent
  std::int64_t min_requests = 0;
  std::map<std::string, double> margin;  ///< metric -> non-inferiority margin to advance
  friend bool operator==(CanaryStep const&, CanaryStep const&) = default;
};

struct RollbackRule {
  std::string metric;     ///< error_rate
  std::string versus;     ///< champion, absolute
  double rate_ratio = 1;  ///< champion: tolerated ratio
  double above = 0;       ///< absolute: tolerated rate
  double share = 1;       ///< of alpha_rollback; all shares sum to at most 1
  friend bool operator==(RollbackRule const&, RollbackRule const&) = default;
};

struct CanaryStage {
  double alpha_rollback = 0.05;
  std::vector<CanaryStep> steps;
  std::int64_t bake_min_requests = 0;  ///< at 100 %
  std::vector<RollbackRule> rollback;
  double srm_p = 0.0005;  ///< sample-ratio mismatch
  friend bool operator==(CanaryStage const&, CanaryStage const&) = default;
};

/// `policy.yaml`: when a challenger deserves to be champion, and how it gets there.
struct PromotionPolicy {
  std::string name;
  std::string task = "binary_classification";
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
  friend bool operator==(PromotionPolicy const&, PromotionPolicy const&) = default;
};

}  // namespace podium::inline v0::model
