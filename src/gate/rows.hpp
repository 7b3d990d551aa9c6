#pragma once

#include "podium/gate/evidence.hpp"
#include "podium/model/policy.hpp"
#include "podium/model/promotion.hpp"
#include "podium/stats/estimate.hpp"

#include <span>

namespace podium::inline v0::gate {

/// A check together with what the decision table asks of it.
struct Finding {
  model::Check check;
  std::string set;   ///< evaluation set; empty: about the evidence as a whole
  std::string code;  ///< reason code should this finding decide
  std::string message;
  bool slice = false;
  bool in_family = false;  ///< its failure can reject: Holm counts it
  bool tested = false;     ///< it has a standard error
  double failure_p = 1;    ///< one-sided, of the claim that the line is kept
};

enum class Task { binary, multiclass, regression, ranking, custom };
Task task_of(model::PromotionPolicy const& policy);

/// One evaluation set, its rows in the order of their units so that the order of the file cannot matter.
struct Rows {
  model::EvaluationSet rules;
  Predictions data;
  Task task = Task::binary;
  std::vector<std::uint32_t> all;      ///< 0, 1, 2, ...
  std::vector<std::uint32_t> cluster;  ///< empty: rows taken as independent
  std::uint32_t clusters = 0;
  std::string cluster_word;        ///< the column that the clusters are from
  std::vector<std::uint32_t> day;  ///< only without a cluster column, where a time column is there
  std::uint32_t days = 0;
  std::vector<std::uint32_t> query;  ///< ranking
  std::uint32_t queries = 0;
  std::int64_t positives = 0;
  int evaluation = 1;  ///< this is use number ... of the set
  double level = 0.05;
  double worst = 0;        ///< what a missing prediction costs: regression, how far it is off; custom, its loss or gain
  std::uint64_t seed = 0;  ///< of the bootstrap, from the evidence
  bool first_run = false;  ///< there is no champion
  bool usable = true;      ///< labels and scores allow estimates
  bool invalid = false;
  bool too_small = false;
  bool absent = false;                   ///< its part of the bundle is defective
  Aggregate const* aggregate = nullptr;  ///< no rows, only these
  std::vector<Finding> quality;
};

/// Sorts and checks the rows.  Errors: a set or column that the policy names and the evidence lacks, columns of
/// different length.  Everything about their content becomes a quality finding.
Result<Rows> prepare(model::PromotionPolicy const& policy, model::EvaluationSet const& set, Evidence const& evidence);

/// Labels, scores, weights, duplicates: what their content says.
void check_content(Rows& rows, model::PromotionPolicy const& policy);
/// Units seen in training, labels from before its end, uses of the set, age, digest.
void check_history(Rows& rows, model::PromotionPolicy const& policy, Evidence const& evidence);

/// A finding of role `quality` that passes; `value` is held against `limit`.
Finding quality_finding(Rows const& rows, std::string id, double value, double limit, std::string code = {},
                        std::string message = {}, std::string resolve = {});

/// Adds a quality finding: outcome pass, or `outcome` with the reason when it is violated.
void add_quality(Rows& rows, Finding finding, bool violated, model::Outcome outcome = model::Outcome::invalid);

/// Standard error of an estimate over a part of the rows, by cluster where the set has clusters.
stats::Spread spread_of(Rows const& rows, std::span<std::uint32_t const> part, stats::Estimate const& estimate);

/// Numbers for names in alphabetical order; returns how many there are.
std::uint32_t number_groups(std::vector<std::string> const& names, std::vector<std::uint32_t>& numbers);

/// Lower-case hexadecimal SHA-256 over every set (rows ordered by unit), training facts and earlier uses.  Approvals
/// are about the evidence and not in it; the time of collection counts only where the policy has rules about time.
std::string digest_of(model::PromotionPolicy const& policy, std::vector<Rows> const& sets, Evidence const& evidence);
std::string digest_of(model::PromotionPolicy const& policy);

}  // namespace podium::inline v0::gate
