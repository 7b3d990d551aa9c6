#include "gate/judge.hpp"

#include "gate/words.hpp"

#include "podium/stats/multiplicity.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::gate {
namespace {

using model::Outcome;

constexpr double planned_power = 0.8;

/// One line that an interval is held against.
struct Line {
  double at = 0;
  bool below = false;  ///< the good side is below (ceilings)
};

std::string group_word(Rows const& rows, std::int64_t n) {
  return rows.cluster.empty() ? count_of(n, "row") : count_of(n, "cluster") + " (" + rows.rules.columns.cluster + ")";
}

/// Groups at which the observed effect would be told from the line with the planned power; 0: never.
std::int64_t groups_needed(Measured const& measured, double line, double level) {
  double const effect = std::abs(measured.value - line);
  if (!(effect > 0)) return 0;
  double const reach = stats::student_quantile(1 - level, measured.spread.df) +
                       stats::student_quantile(planned_power, std::numeric_limits<double>::infinity());
  double const ratio = reach * measured.spread.standard_error / effect;
  auto const have = static_cast<double>(measured.spread.groups);
  double const need = std::ceil(have * ratio * ratio);
  if (!(need < 1e9)) return 1'000'000'000;
  return std::max(static_cast<std::int64_t>(need), measured.spread.groups + 1);
}

void explain_inconclusive(Finding& finding, Rows const& rows, Measured const& measured, Line line) {
  auto& check = finding.check;
  auto const& name = finding.slice ? check.slice : check.id;
  bool const own = check.role == "floor" || check.role == "ceiling";
  auto const value = [&](double number) { return own ? show(number) : show_signed(number); };
  std::string const subject = finding.slice ? check.metric + " on " + check.slice : check.id;
  if (!measured.trouble.empty()) {
    finding.code = "NEED_N:" + name + ":" + std::to_string(measured.need) + ">" +
                   std::to_string(measured.spread.groups > 0 ? measured.spread.groups : measured.units);
    if (measured.need == 0) finding.code = "NO_INTERVAL:" + name;
    finding.message = subject + ": " + measured.trouble;
    check.resolve = measured.need > 0 ? "add rows until the interval can be computed"
                                      : "look at the predictions: they leave nothing to estimate from";
    return;
  }
  auto const have = measured.spread.groups;
  auto const need = groups_needed(measured, line.at, check.level);
  bool const good_side = line.below ? measured.value < line.at : measured.value > line.at;
  finding.code = "NEED_N:" + name + ":" + (need > 0 ? std::to_string(need) : "unbounded") + ">" + std::to_string(have);
  finding.message = subject + " " + value(check.estimate) + " (" + value(check.lower) + " to " + value(check.upper) +
                    " at level " + show(check.level) + ") is not told apart from " + value(line.at) + " by " +
                    group_word(rows, have);
  if (need == 0) {
    check.resolve = "the estimate lies on the line: no number of rows is sure to settle it";
    return;
  }
  auto const more = need >= 1'000'000'000 ? std::string{"more than 1e9"} : "about " + group_word(rows, need);
  check.resolve = more + " (" + show(need - have) + " more) would " + (good_side ? "show it" : "show that it fails") +
                  " with power " + show(planned_power) + ", if the observed effect is the true one";
}

/// Interval, p-value and the outcome of the check by itself.
void hold_against(Finding& finding, Rows const& rows, Measured const& measured, Line line) {
  auto& check = finding.check;
  check.estimate = measured.value;
  check.units = measured.units;
  check.clusters = rows.cluster.empty() ? 0 : measured.spread.groups;
  check.method = measured.method;
  check.notes = measured.notes;
  check.margin = line.at;
  if (!measured.trouble.empty()) {
    check.lower = -std::numeric_limits<double>::infinity();
    check.upper = std::numeric_limits<double>::infinity();
    check.notes.push_back(measured.trouble);
    check.outcome = check.role == "report" ? Outcome::report : Outcome::inconclusive;
    if (check.outcome == Outcome::inconclusive) explain_inconclusive(finding, rows, measured, line);
    return;
  }
  check.standard_error = measured.spread.standard_error;
  double towards_good = 0;  // standard errors from the line to the estimate, positive on the good side
  if (measured.identical) {
    check.lower = check.upper = measured.value;
    check.notes.push_back("champion and challenger give the same answer on every row");
    double const side = measured.value - line.at;
    towards_good = side > 0 ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
  } else {
    auto const bounds = stats::one_sided_bounds(measured.value, measured.spread, check.level);
    bool const own_auc = check.metric == "roc_auc" && (check.role == "floor" || check.role == "ceiling");
    check.lower = own_auc ? std::max(bounds.lower, 0.0) : bounds.lower;
    check.upper = own_auc ? std::min(bounds.upper, 1.0) : bounds.upper;
    towards_good = (measured.value - line.at) / measured.spread.standard_error;
  }
  if (line.below) towards_good = -towards_good;
  if (check.role == "report") {
    check.outcome = Outcome::report;
    return;
  }
  finding.tested = true;
  bool const deterioration = check.role == "deterioration";
  double const shown_p = stats::student_tail(towards_good, measured.spread.df);
  finding.failure_p = stats::student_tail(-towards_good, measured.spread.df);
  check.p_value = deterioration ? finding.failure_p : shown_p;

  bool const pass =
      line.below ? check.upper <= line.at : (check.role == "floor" ? check.lower >= line.at : check.lower > line.at);
  bool const success_fails = check.role == "success" && check.upper <= line.at;
  bool const fail = line.below ? check.lower > line.at : check.upper < line.at;
  if (deterioration)
    check.outcome = fail ? Outcome::fail : Outcome::pass;
  else
    check.outcome = pass ? Outcome::pass : fail || success_fails ? Outcome::fail : Outcome::inconclusive;
  if (check.outcome == Outcome::inconclusive) explain_inconclusive(finding, rows, measured, line);
}

std::string upper_case(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return text;
}

void explain_failure(Finding& finding) {
  auto const& check = finding.check;
  if (finding.slice)
    finding.code = "SLICE_FAIL:" + check.slice;
  else
    finding.code = check.role == "success" ? "SUCCESS_FAIL:" + check.id : upper_case(check.role) + "_FAIL:" + check.id;
  bool const own = check.role == "floor" || check.role == "ceiling";
  auto const bound = check.role == "ceiling" ? "at least " + show(check.lower)
                                             : "at most " + (own ? show(check.upper) : show_signed(check.upper));
  finding.message = (finding.slice ? check.metric + " on " + check.slice : check.id) + " " +
                    (own ? show(check.estimate) : show_signed(check.estimate)) + " (" + bound + " at level " +
                    show(check.level) + ") is on the wrong side of " +
                    (own ? show(check.margin) : show_signed(check.margin));
}

Finding start(Rows const& rows, std::string id, std::string role, std::string metric) {
  Finding finding;
  finding.set = rows.rules.id;
  finding.check.id = std::move(id);
  finding.check.role = std::move(role);
  finding.check.metric = std::move(metric);
  finding.check.level = rows.level;
  finding.in_family = finding.check.role == "guardrail" || finding.check.role == "deterioration" ||
                      finding.check.role == "floor" || finding.check.role == "ceiling";
  return finding;
}

bool counts_for_success(model::PromotionPolicy const& policy, model::MetricCheck const& item) {
  if (policy.success_rule == "none") return false;
  return policy.success_items.empty() ||
         std::find(policy.success_items.begin(), policy.success_items.end(), item.id) != policy.success_items.end();
}

Finding judge_metric(model::PromotionPolicy const& policy, Rows const& rows, model::MetricCheck const& item) {
  auto finding = start(rows, item.id, item.role, item.metric);
  bool const unused = item.role == "success" && !counts_for_success(policy, item);
  if (unused) finding.check.role = "report";
  bool const own = item.role == "floor" || item.role == "ceiling";
  auto const measured = own ? measure_own(rows, rows.all, item.metric, item.clip)
                            : measure_difference(rows, rows.all, item.metric, item.clip);
  Line line;
  if (item.role == "success") line.at = item.min_effect;
  if (item.role == "guardrail") line.at = -*item.margin;
  if (item.role == "floor") line.at = *item.at_least;
  if (item.role == "ceiling") line = {*item.at_most, true};
  hold_against(finding, rows, measured, line);
  if (unused) finding.check.notes.push_back("reported only: not among the success items");
  return finding;
}

std::string slice_value(Rows const& rows, std::vector<std::string> const& by, std::uint32_t row) {
  std::string value;
  for (auto const& column : by)
    value += (value.empty() && column == by.front() ? "" : ",") + rows.data.slices.at(column)[row];
  return value;
}

std::string slice_name(std::vector<std::string> const& by, std::string const& value) {
  std::string columns;
  for (auto const& column : by) columns += (columns.empty() ? "" : ",") + column;
  return columns + "=" + value;
}

Finding missing_slice(Rows const& rows, model::SliceCheck const& rule, std::string const& value) {
  auto const name = slice_name(rule.by, value);
  auto finding = start(rows, rule.metric + ":" + name, rule.role, rule.metric);
  finding.slice = true;
  finding.check.slice = name;
  finding.check.estimate = std::numeric_limits<double>::quiet_NaN();
  finding.check.lower = -std::numeric_limits<double>::infinity();
  finding.check.upper = std::numeric_limits<double>::infinity();
  finding.check.margin = -rule.margin;
  finding.check.outcome = Outcome::inconclusive;
  finding.check.resolve = "add rows of " + name;
  finding.code = "SLICE_MISSING:" + value;
  finding.message = "the policy requires " + name + ", and `" + rows.rules.id + "` has no row of it";
  return finding;
}

void judge_slices(Rows const& rows, model::SliceCheck const& rule, std::vector<Finding>& findings) {
  std::map<std::string, std::vector<std::uint32_t>> parts;
  for (auto const row : rows.all) parts[slice_value(rows, rule.by, row)].push_back(row);
  for (auto const& [value, part] : parts) {
    auto const name = slice_name(rule.by, value);
    bool const report_only = rule.role != "guardrail" && rule.role != "deterioration";
    auto finding = start(rows, rule.metric + ":" + name, report_only ? "report" : rule.role, rule.metric);
    finding.slice = true;
    finding.check.slice = name;
    auto const n = static_cast<std::int64_t>(part.size());
    bool const too_small = n < rule.min_units;
    if (too_small && rule.too_small == "report") finding.check.role = "report";
    hold_against(finding, rows, measure_difference(rows, part, rule.metric, rule.clip),
                 {rule.role == "guardrail" ? -rule.margin : 0, false});
    if (too_small) {
      finding.check.notes.push_back("too small: " + count_of(n, "row") + " of " + show(rule.min_units));
      finding.in_family = false;
      if (finding.check.role != "report") {
        finding.check.outcome = Outcome::inconclusive;
        finding.check.resolve = "add " + count_of(rule.min_units - n, "row") + " of " + name;
        finding.code = "SLICE_TOO_SMALL:" + name + ":" + std::to_string(rule.min_units) + ">" + std::to_string(n);
        finding.message = name + " has " + count_of(n, "row") + ", the policy asks for " + show(rule.min_units);
      }
    }
    findings.push_back(std::move(finding));
  }
  for (auto const& value : rule.required)
    if (!parts.contains(value)) findings.push_back(missing_slice(rows, rule, value));
}

Finding quality_finding(Rows const& rows, std::string id, double value, double limit) {
  auto finding = start(rows, std::move(id), "quality", {});
  finding.check.estimate = finding.check.lower = finding.check.upper = value;
  finding.check.margin = limit;
  finding.check.units = static_cast<std::int64_t>(rows.data.unit.size());
  finding.check.clusters = rows.clusters;
  finding.check.outcome = Outcome::pass;
  return finding;
}

void judge_improvement(model::PromotionPolicy const& policy, Rows& rows, std::vector<Finding> const& findings) {
  if (!rows.rules.leakage.max_improvement) return;
  double const most = *rows.rules.leakage.max_improvement;
  Finding const* best = nullptr;
  for (auto const& finding : findings) {
    auto const& check = finding.check;
    bool const listed = std::any_of(policy.metrics.begin(), policy.metrics.end(),
                                    [&](auto const& item) { return item.id == check.id && item.role == "success"; });
    bool const relevant =
        !finding.slice && check.role != "floor" && check.role != "ceiling" && (listed || check.metric == "roc_auc");
    if (relevant && !std::isnan(check.estimate) && (!best || check.estimate > best->check.estimate)) best = &finding;
  }
  if (!best) return;
  auto finding = quality_finding(rows, "max_improvement", best->check.estimate, most);
  finding.check.method = "point estimate";
  finding.check.metric = best->check.metric;
  finding.code = "LEAKAGE_SUSPECTED";
  finding.message = best->check.id + " improves by " + show(best->check.estimate) + ", more than the " + show(most) +
                    " that the policy believes: does the challenger see the future?";
  finding.check.resolve = "audit the features for values that were not known yet";
  add_quality(rows, std::move(finding), best->check.estimate > most);
}

void judge_independence(model::PromotionPolicy const& policy, Rows& rows) {
  if (!rows.cluster.empty() || rows.day.empty()) return;
  constexpr double most = 2;
  double const effect = design_effect_by_day(rows, policy);
  auto finding = quality_finding(rows, "design_effect", effect, most);
  finding.check.method = "variance by day over variance by row, largest of the paired metrics";
  finding.check.clusters = rows.days;
  finding.code = "CLUSTERED_DATA";
  finding.message = "rows of one day move together: design effect " + show(effect) + " over " +
                    count_of(rows.days, "day") + ", so that standard errors by row are too small";
  finding.check.resolve = "name a cluster column in the policy";
  if (std::isnan(effect)) finding.check.notes.push_back("too few days to estimate it");
  add_quality(rows, std::move(finding), effect > most);
}

}  // namespace

std::vector<Finding> judge(model::PromotionPolicy const& policy, Rows& rows) {
  std::vector<Finding> findings;
  findings.reserve(policy.metrics.size());
  for (auto const& item : policy.metrics) findings.push_back(judge_metric(policy, rows, item));
  for (auto const& rule : policy.slices) judge_slices(rows, rule, findings);
  judge_improvement(policy, rows, findings);
  judge_independence(policy, rows);
  return findings;
}

void settle(model::PromotionPolicy const& policy, std::vector<Rows> const& sets, std::vector<Finding>& findings) {
  auto const set_of = [&](Finding const& finding) -> Rows const& {
    return *std::find_if(sets.begin(), sets.end(), [&](Rows const& rows) { return rows.rules.id == finding.set; });
  };
  std::vector<double> family;
  for (auto const& finding : findings)
    if (finding.in_family) family.push_back(finding.tested ? finding.failure_p : 1);
  auto const adjusted = stats::holm(family);
  std::size_t next = 0;
  for (auto& finding : findings) {
    double const failure = finding.in_family ? adjusted[next++] : 1;
    auto& check = finding.check;
    auto const& rows = set_of(finding);
    if (check.outcome == Outcome::report) continue;
    if (rows.invalid) {
      check.outcome = Outcome::invalid;
      check.resolve.clear();
      continue;
    }
    if (rows.too_small) {
      check.outcome = Outcome::inconclusive;
      check.resolve = "see the size of the set";
      finding.code.clear();
      continue;
    }
    if (check.outcome != Outcome::fail) continue;
    explain_failure(finding);
    if (!finding.in_family) continue;
    check.notes.push_back("Holm-adjusted p of the failure " + show(failure) + " in a family of " +
                          std::to_string(family.size()));
    if (failure <= policy.alpha_reject) continue;
    check.outcome = Outcome::inconclusive;
    check.resolve = "more rows: it looks like a failure, but among " +
                    count_of(static_cast<std::int64_t>(family.size()), "check") +
                    " one in so many looks like that by chance";
    finding.code = "NEED_N:" + (finding.slice ? check.slice : check.id) + ":adjusted_p=" + show(failure) + ">" +
                   show(policy.alpha_reject);
    finding.message += ", but not once the other checks are counted (adjusted p " + show(failure) + ")";
  }
}

}  // namespace podium::inline v0::gate
