#pragma once

#include "podium/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace podium::inline v0::gate {

/// One evaluation set: columns of equal length, one row per unit, champion and challenger paired.
/// Without a champion (a first run) `champion` is empty.
struct Predictions {
  std::string id;  ///< the policy's evaluation set
  std::vector<std::string> unit;
  std::vector<std::string> cluster;  ///< empty: no cluster column
  std::vector<double> label;     ///< 0 or 1; a number; an index into `classes`; a relevance.  NaN: no label (refused)
  std::vector<double> champion;  ///< score, prediction, or index of the predicted class; NaN: missing prediction
  std::vector<double> challenger;
  std::vector<double> weight;                              ///< empty: all 1
  std::vector<std::int64_t> time_us;                       ///< microseconds since the epoch, UTC; empty: no time column
  std::map<std::string, std::vector<std::string>> slices;  ///< column -> value per row
  std::vector<std::string> group{};                        ///< ranking: the query of each row
  std::vector<std::int64_t> maturity_us{};                 ///< when the label became final; empty: labels are final
  std::vector<std::string> classes{};                      ///< multiclass: their names
  /// Multiclass: one column of probabilities per class; empty: only the predicted class is known.
  std::vector<std::vector<double>> champion_class{};
  std::vector<std::vector<double>> challenger_class{};
};

/// Metrics that another program computed: no rows, so no interval.  They can hold a floor, never show superiority.
struct Aggregate {
  std::string set;  ///< evaluation set
  std::map<std::string, double> champion;
  std::map<std::string, double> challenger;
  std::int64_t units = 0;          ///< 0: unknown
  std::vector<std::string> notes;  ///< what was left aside, for example a `promoted` flag
};

/// Counts of latencies up to an upper edge; the last edge may be infinite.
struct LatencyBin {
  double upper_ms = 0;
  std::int64_t count = 0;
};

/// What a load test of an endpoint saw once it was warm.
struct LatencySample {
  std::string endpoint;
  bool open_loop = false;  ///< sent on schedule, latency from the intended time: anything else hides stalls
  double rps = 0;
  double warmup_s = 0;
  std::int64_t errors = 0;  ///< requests without a good answer; they count as slower than any limit
  std::vector<LatencyBin> bins;
  std::optional<double> lag1;  ///< autocorrelation of latencies in the order of sending
};

/// Answers of both models to the same mirrored requests.
struct ShadowPairs {
  std::vector<double> champion;  ///< live score; NaN: no answer
  std::vector<double> challenger;
  std::vector<double> offline;         ///< challenger's offline score of the same row; empty: unknown
  std::int64_t mirrored = 0;           ///< requests that were mirrored, paired or not; 0: unknown
  std::int64_t challenger_errors = 0;  ///< mirrored requests that the challenger failed
  std::int64_t duration_s = 0;         ///< how long it was watched; 0: unknown
};

/// How traffic divides over slices in production.
struct Mix {
  std::vector<std::string> by;            ///< columns
  std::map<std::string, double> weights;  ///< "EU", or "EU,retail" for two columns -> share, any scale
};

/// Somebody looked at exactly this evidence and this policy and agrees.
struct Approval {
  std::string approver;
  std::string role;
  std::string policy_digest;  ///< what was approved: a change of either voids it
  std::string evidence_digest;
  std::int64_t time_us = 0;
  bool bypass = false;  ///< given by an administrator around the rule
};

/// What is wrong with the bundle itself: a part that does not fit its digest, or is not there.
struct Defect {
  std::string code;  ///< "DIGEST_MISMATCH:predictions/holdout.csv"
  std::string message;
};

/// All that a decision may rest on.  A value: same evidence, same bytes of the decision.
struct Evidence {
  std::vector<Predictions> sets;
  std::vector<std::string> train_units;                         ///< units seen in training; empty: unknown
  std::int64_t train_end_us = 0;                                ///< newest label time in training; 0: unknown
  std::map<std::string, int> evaluations_used;                  ///< set -> how often it was used before this
  std::vector<std::pair<std::string, std::string>> provenance;  ///< model digests, job names

  std::int64_t as_of_us = 0;  ///< when it was collected: ages and expiries are counted from here; 0: unknown
  bool first_run = false;     ///< there is no champion yet
  /// What is known about the models: "challenger.digest", "challenger.code_commit", "challenger.author",
  /// "champion.digest", "endpoint.champion_digest", "set.ID.digest".
  std::map<std::string, std::string> facts{};
  std::vector<Aggregate> aggregates{};
  std::vector<LatencySample> latency{};
  std::optional<ShadowPairs> shadow{};
  std::optional<Mix> production_mix{};
  std::vector<Approval> approvals{};
  std::vector<Defect> defects{};
};

}  // namespace podium::inline v0::gate
