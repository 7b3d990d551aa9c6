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
  std::string set;   ///< evaluation set
  std::string code;  ///< reason code should this finding decide
  std::string message;
  bool slice = false;
  bool in_family = false;  ///< its failure can reject: Holm counts it
  bool tested = false;     ///< it has a standard error
  double failure_p = 1;    ///< one-sided, of the claim that the line is kept
};

/// One evaluation set, its rows in the order of their units so that the order of the file cannot matter.
struct Rows {
  model::EvaluationSet rules;
  Predictions data;
  std::vector<std::uint32_t> all;      ///< 0, 1, 2, ...
  std::vector<std::uint32_t> cluster;  ///< empty: rows taken as independent
  std::uint32_t clusters = 0;
  std::vector<std::uint32_t> day;  ///< only without a cluster column, where a time column is there
  std::uint32_t days = 0;
  std::int64_t positives = 0;
  int evaluation = 1;  ///< this is use number ... of the set
  double level = 0.05;
  bool usable = true;  ///< labels and scores allow estimates
  bool invalid = false;
  bool too_small = false;
  std::vector<Finding> quality;
};

/// Sorts and checks the rows.  Errors: a set or column that the policy names and the evidence lacks, columns of
/// different length.  Everything about their content becomes a quality finding.
Result<Rows> prepare(model::PromotionPolicy const& policy, model::EvaluationSet const& set, Evidence const& evidence);

/// Adds a quality finding: outcome pass, or `outcome` with the reason when it is violated.
void add_quality(Rows& rows, Finding finding, bool violated, model::Outcome outcome = model::Outcome::invalid);

/// Standard error of an estimate over a part of the rows, by cluster where the set has clusters.
stats::Spread spread_of(Rows const& rows, std::span<std::uint32_t const> part, stats::Estimate const& estimate);

/// Numbers for names in alphabetical order; returns how many there are.
std::uint32_t number_groups(std::vector<std::string> const& names, std::vector<std::uint32_t>& numbers);

/// Lower-case hexadecimal SHA-256 over every set (rows ordered by unit), training facts and earlier uses.
std::string digest_of(std::vector<Rows> const& sets, Evidence const& evidence);
std::string digest_of(model::PromotionPolicy const& policy);

}  // namespace podium::inline v0::gate
