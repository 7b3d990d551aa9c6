#pragma once

#include "gate/metrics.hpp"

namespace podium::inline v0::gate {

/// One line that an interval is held against.
struct Line {
  double at = 0;
  bool below = false;  ///< the good side is below (ceilings)
};

/// Every metric and slice check of the policy on one set, with the outcome that the check has on its own.
/// What needs the other checks (Holm, an invalid set) comes later.
std::vector<Finding> judge(model::PromotionPolicy const& policy, Rows& rows, Evidence const& evidence,
                           Effort const& effort);

/// The slice checks among them, and the mix of production.
void judge_slices(model::PromotionPolicy const& policy, Rows const& rows, model::SliceCheck const& rule,
                  Effort const& effort, std::vector<Finding>& findings);
Finding judge_mix(Rows const& rows, model::SimpsonCheck const& rule, Evidence const& evidence, Effort const& effort);

/// Failures that the whole family of checks does not support become inconclusive (Holm at alpha_reject); a check of a
/// set that is invalid or too small decides nothing.
void settle(model::PromotionPolicy const& policy, std::vector<Rows> const& sets, std::vector<Finding>& findings);

// Shared by the files that judge.

/// A finding of a role, in the family whose failures reject where the role is one of those.
Finding start(Rows const& rows, std::string id, std::string role, std::string metric);
/// Interval, p-value and the outcome of the check by itself.
void hold_against(model::PromotionPolicy const& policy, Finding& finding, Rows const& rows, Measured const& measured,
                  Line line);
/// Value of one row in the columns of a slice: "EU", or "EU,retail".
std::string slice_value(Rows const& rows, std::vector<std::string> const& by, std::uint32_t row);
std::string slice_name(std::vector<std::string> const& by, std::string const& value);
std::string group_word(Rows const& rows, Measured const& measured, std::int64_t n);

}  // namespace podium::inline v0::gate
