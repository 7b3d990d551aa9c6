#pragma once

#include "podium/model/common.hpp"

#include <cstdint>

namespace podium::inline v0::model {

enum class Outcome { pass, fail, inconclusive, invalid, waived, report };
enum class Verdict { promote, hold, reject };

/// One line of a decision.
struct Check {
  std::string id;
  std::string role;  ///< success, guardrail, deterioration, floor, quality, ...
  std::string metric;
  std::string slice;    ///< "origin=EWR"; empty: all units
  double estimate = 0;  ///< challenger - champion, turned so that better is positive; floors: own value
  double lower = 0;     ///< one-sided bounds at `level`
  double upper = 0;
  double level = 0.05;
  double margin = 0;  ///< the line that `lower` is held against (-margin, min_effect, at_least)
  std::optional<double> p_value;
  std::optional<double> standard_error;
  std::string method;
  std::int64_t units = 0;
  std::int64_t clusters = 0;
  Outcome outcome = Outcome::report;
  std::string resolve;  ///< what would settle it; empty when settled
  std::vector<std::string> notes;
  /// Rows (clusters, where there are some) with which the check would pass with the planned power if the models were
  /// equal; guardrails only.
  std::optional<std::int64_t> needed{};
};

struct Reason {
  std::string code;  ///< "GUARDRAIL_FAIL:logloss", "NEED_N:...", "NO_BENEFIT"
  std::string message;
};

/// What the gate decided, and everything needed to see why.
struct Decision {
  Verdict verdict = Verdict::hold;
  std::vector<Reason> reasons;
  std::vector<Check> checks;
  std::string policy_name;
  std::string policy_digest;
  std::string evidence_digest;
  std::string digest;               ///< of the canonical JSON without this field
  std::vector<std::string> limits;  ///< what the numbers do not cover, in words
  std::string hold{};               ///< of a hold: invalid, inconclusive or approval
  /// Evaluation sets whose estimates the policy keeps from comments and summaries (`feedback: verdict_only`).
  std::vector<std::string> verdict_only{};
};

/// What one stretch of traffic showed.
struct RolloutStep {
  std::string stage;          ///< smoke, shadow, canary, bake, rollback
  int weight = 0;             ///< challenger's percent of live traffic
  int mirror = 0;             ///< percent mirrored to the challenger
  std::int64_t requests = 0;  ///< live, all deployments
  std::int64_t champion_requests = 0;
  std::int64_t challenger_requests = 0;
  std::int64_t champion_errors = 0;
  std::int64_t challenger_errors = 0;
  std::int64_t pairs = 0;     ///< shadow: compared pairs
  std::vector<Check> checks;  ///< parity, error rates, e-values (estimate = value, margin = limit)
  std::vector<std::pair<std::int64_t, double>> e_values;  ///< (requests so far, e-value), thinned for plots
  std::string outcome;                                    ///< advanced, rolled_back, promoted, paused
  std::string reason;                                     ///< "E_VALUE:error_rate=58.6>=40"
  double seconds = 0;
};

struct RolloutTry {
  std::string challenger_model;
  std::string challenger_deployment;
  std::vector<RolloutStep> steps;
  std::string outcome;  ///< promoted, rolled_back, paused
  std::string reason;
  std::int64_t requests = 0;
};

struct RolloutRecord {
  std::string endpoint;
  std::vector<RolloutTry> tries;
};

}  // namespace podium::inline v0::model
