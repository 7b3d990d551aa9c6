#include "gate/judge.hpp"

#include "gate/words.hpp"

#include "podium/stats/distributions.hpp"
#include "podium/stats/power.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace podium::inline v0::gate {
namespace {

using model::Outcome;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr std::int64_t countless = 1'000'000'000;

/// Standard deviation that one group contributes; NaN where there is no standard error.
double deviation(Measured const& measured) {
  return measured.standard_error * std::sqrt(static_cast<double>(std::max<std::int64_t>(measured.groups, 1)));
}

/// Groups at which the observed effect would be told from the line with the planned power; 0: never.
std::int64_t groups_needed(model::PromotionPolicy const& policy, Measured const& measured, double line, double level) {
  double const effect = std::abs(measured.value - line);
  if (!(effect > 0) || !(measured.standard_error > 0)) return 0;
  auto const need = stats::sample_size(deviation(measured), effect, level, policy.power);
  if (need < 0 || need > countless) return countless;
  return std::max(need, measured.groups + 1);
}

void explain_inconclusive(model::PromotionPolicy const& policy, Finding& finding, Rows const& rows,
                          Measured const& measured, Line line) {
  auto& check = finding.check;
  auto const& name = finding.slice ? check.slice : check.id;
  auto const value = [&](double number) { return is_own(check) ? show(number) : show_signed(number); };
  std::string const subject = finding.slice ? check.metric + " on " + check.slice : check.id;
  if (!measured.trouble.empty()) {
    finding.code = "NO_INTERVAL:" + name;
    finding.message =
        subject + " has no interval on " + group_word(rows, measured, measured.groups) + ": " + measured.trouble;
    check.resolve = "look at the predictions: they leave nothing to estimate from";
    if (measured.need == 0) return;
    finding.code = "NEED_N:" + name + ":" + std::to_string(measured.need) + ">" + std::to_string(measured.groups);
    check.resolve = "add rows until there is an interval";
    return;
  }
  auto const have = measured.groups;
  auto const need = groups_needed(policy, measured, line.at, check.level);
  bool const good_side = line.below ? measured.value < line.at : measured.value > line.at;
  finding.code = "NEED_N:" + name + ":" + (need > 0 ? std::to_string(need) : "unbounded") + ">" + std::to_string(have);
  finding.message = subject + " " + value(check.estimate) + " (" + value(check.lower) + " to " + value(check.upper) +
                    " at level " + show(check.level) + ") is not told apart from " + value(line.at) + " by " +
                    group_word(rows, measured, have);
  if (need == 0) {
    check.resolve = "the estimate lies on the line: no number of rows is sure to settle it";
    return;
  }
  auto const more = need >= countless ? std::string{"more than 1e9"} : "about " + group_word(rows, measured, need);
  check.resolve = more + " (" + show(need - have) + " more) would " + (good_side ? "show it" : "show that it fails") +
                  " with power " + show(policy.power) + ", if the observed effect is the true one";
}

/// How many groups a guardrail needs so that equal models pass all guardrails with the planned power.
void plan(model::PromotionPolicy const& policy, Finding& finding, Measured const& measured, Line line) {
  auto& check = finding.check;
  if (check.role != "guardrail" || measured.identical || !(measured.standard_error > 0)) return;
  auto const is_guardrail = [](auto const& item) { return item.role == "guardrail"; };
  auto const guardrails = std::count_if(policy.metrics.begin(), policy.metrics.end(), is_guardrail) +
                          std::count_if(policy.slices.begin(), policy.slices.end(), is_guardrail);
  auto const need = stats::sample_size(deviation(measured), std::abs(line.at), check.level,
                                       stats::power_per_check(policy.power, guardrails - 1));
  if (need >= 0) check.needed = std::min(need, countless);
}

/// A metric in a list that another program wrote: by the check's id, the metric's name, or what people call it.
std::optional<double> aggregate_value(std::map<std::string, double> const& values, std::string const& id,
                                      std::string const& metric) {
  static std::map<std::string, std::vector<std::string>> const other_names{{"roc_auc", {"auc", "auroc"}},
                                                                           {"log_loss", {"logloss", "loss"}},
                                                                           {"accuracy", {"acc"}},
                                                                           {"f1", {"f1_score"}},
                                                                           {"mse", {"mean_squared_error"}},
                                                                           {"mae", {"mean_absolute_error"}},
                                                                           {"average_precision", {"pr_auc", "ap"}},
                                                                           {"r2", {"r2_score"}}};
  std::vector<std::string> names{id, metric};
  if (auto const found = other_names.find(metric); found != other_names.end())
    names.insert(names.end(), found->second.begin(), found->second.end());
  for (auto const* prefix : {"", "val_", "test_", "eval_", "valid_", "validation_"})
    for (auto const& name : names)
      if (auto const found = values.find(prefix + name); found != values.end()) return found->second;
  return std::nullopt;
}

void point_against(Finding& finding, Rows const& rows, Line line) {
  auto& check = finding.check;
  auto const& aggregate = *rows.aggregate;
  check.units = aggregate.units;
  check.margin = line.at;
  check.method = "point value";
  check.lower = -infinite;
  check.upper = infinite;
  auto const value = aggregate_value(aggregate.challenger, check.id, check.metric);
  check.estimate = value.value_or(std::numeric_limits<double>::quiet_NaN());
  if (!is_own(check)) {
    auto const before = aggregate_value(aggregate.champion, check.id, check.metric);
    auto const* trait = model::find_metric(check.metric);
    double const sign = trait != nullptr && !trait->higher_is_better ? -1 : 1;
    check.estimate = value && before ? sign * (*value - *before) : std::numeric_limits<double>::quiet_NaN();
    check.outcome = check.role == "report" ? Outcome::report : Outcome::inconclusive;
    if (check.outcome == Outcome::report) return;
    finding.code = "NO_UNITS:" + check.id;
    finding.message = check.id + " rests on metrics without rows, which can hold a floor and never show " +
                      (check.role == "success" ? "superiority" : "that nothing is lost");
    check.resolve = "give the predictions row by row";
    return;
  }
  check.notes.emplace_back("a point value from elsewhere, without an interval");
  if (!value) {
    check.outcome = Outcome::inconclusive;
    finding.code = "METRIC_MISSING:" + check.id;
    finding.message = "the metrics of `" + rows.rules.id + "` have no `" + check.metric + "` (nor `" + check.id + "`)";
    check.resolve = "compute it, or give the predictions row by row";
    return;
  }
  bool const kept = std::isfinite(*value) && (line.below ? *value <= line.at : *value >= line.at);
  check.outcome = kept ? Outcome::pass : Outcome::fail;
  // A number that is below its floor fails for certain; there is no test, so Holm has nothing to correct.
  finding.tested = true;
  finding.failure_p = kept ? 1 : 0;
}

Line line_of(model::MetricCheck const& item) {
  if (item.role == "success") return {item.min_effect, false};
  if (item.role == "guardrail") return {-*item.margin, false};
  if (item.role == "floor") return {*item.at_least, false};
  if (item.role == "ceiling") return {*item.at_most, true};
  return {};
}

bool counts_for_success(model::PromotionPolicy const& policy, model::MetricCheck const& item) {
  if (policy.success_rule == "none") return false;
  return policy.success_items.empty() ||
         std::find(policy.success_items.begin(), policy.success_items.end(), item.id) != policy.success_items.end();
}

Finding judge_metric(model::PromotionPolicy const& policy, Rows const& rows, model::MetricCheck const& item,
                     Effort const& effort) {
  auto finding = start(rows, item.id, item.role, item.metric);
  bool const own = item.role == "floor" || item.role == "ceiling";
  bool const unused = item.role == "success" && !counts_for_success(policy, item);
  bool const no_champion = rows.first_run && !own;
  if (unused || no_champion) finding.check.role = "report";
  finding.in_family = finding.in_family && !no_champion;
  if (rows.aggregate != nullptr) {
    point_against(finding, rows, line_of(item));
  } else if (no_champion) {
    finding.check.estimate = std::numeric_limits<double>::quiet_NaN();
    finding.check.lower = -infinite, finding.check.upper = infinite;
    finding.check.outcome = Outcome::report;
  } else {
    auto const measured = own ? measure_own(rows, rows.all, question_of(item), effort)
                              : measure_difference(rows, rows.all, question_of(item), effort);
    hold_against(policy, finding, rows, measured, line_of(item));
  }
  if (unused) finding.check.notes.emplace_back("reported only: not among the success items");
  if (no_champion) finding.check.notes.emplace_back("there is no champion to compare with");
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
    bool const relevant = !finding.slice && !is_own(check) && (listed || check.metric == "roc_auc");
    if (relevant && !std::isnan(check.estimate) && (!best || check.estimate > best->check.estimate)) best = &finding;
  }
  if (!best) return;
  auto finding = quality_finding(rows, "max_improvement", best->check.estimate, most, "LEAKAGE_SUSPECTED",
                                 best->check.id + " improves by " + show(best->check.estimate) + ", more than the " +
                                     show(most) + " that the policy believes: does the challenger see the future?",
                                 "audit the features for values that were not known yet");
  finding.check.method = "point estimate";
  finding.check.metric = best->check.metric;
  add_quality(rows, std::move(finding), best->check.estimate > most);
}

void judge_independence(model::PromotionPolicy const& policy, Rows& rows) {
  if (!rows.cluster.empty() || rows.day.empty() || rows.first_run) return;
  constexpr double most = 2;
  double const effect = design_effect_by_day(rows, policy);
  auto finding = quality_finding(rows, "design_effect", effect, most, "CLUSTERED_DATA",
                                 "rows of one day move together: design effect " + show(effect) + " over " +
                                     count_of(rows.days, "day") + ", so that standard errors by row are too small",
                                 "name a cluster column in the policy");
  finding.check.method = "variance by day over variance by row, largest of the paired metrics";
  finding.check.clusters = rows.days;
  if (std::isnan(effect)) finding.check.notes.emplace_back("too few days to estimate it");
  add_quality(rows, std::move(finding), effect > most);
}

/// `require_power`: says or holds where a guardrail could not have passed with equal models.
void judge_power(model::PromotionPolicy const& policy, Rows& rows, std::vector<Finding>& findings) {
  if (policy.require_power == "off") return;
  for (auto& finding : findings) {
    auto& check = finding.check;
    auto const have = check.clusters > 0 ? check.clusters : check.units;
    if (!check.needed || *check.needed <= have) continue;
    auto const what = (finding.slice ? check.slice : check.id) + " needs " + show(*check.needed) + " " +
                      (check.clusters > 0 ? "clusters" : "rows") + " to pass with power " + show(policy.power) +
                      " if the models are equal, and has " + show(have);
    check.notes.push_back("underpowered: " + what);
    if (policy.require_power != "hold" || check.outcome == Outcome::fail) continue;
    auto underpowered =
        quality_finding(rows, "power:" + check.id, static_cast<double>(have), static_cast<double>(*check.needed),
                        "UNDERPOWERED:" + check.id + ":" + std::to_string(*check.needed) + ">" + std::to_string(have),
                        what, "add " + show(*check.needed - have) + " more");
    underpowered.check.outcome = Outcome::inconclusive;
    rows.quality.push_back(std::move(underpowered));
  }
}

}  // namespace

std::string group_word(Rows const& rows, Measured const& measured, std::int64_t n) {
  if (measured.clustered) return count_of(n, "cluster") + " (" + rows.cluster_word + ")";
  return rows.task == Task::ranking ? show(n) + (n == 1 ? " query" : " queries") : count_of(n, "row");
}

Finding start(Rows const& rows, std::string id, std::string role, std::string metric) {
  Finding finding;
  finding.set = rows.rules.id;
  finding.check.id = std::move(id);
  finding.check.role = std::move(role);
  finding.check.metric = std::move(metric);
  finding.check.level = rows.level;
  finding.in_family =
      finding.check.role == "guardrail" || finding.check.role == "deterioration" || is_own(finding.check);
  return finding;
}

void hold_against(model::PromotionPolicy const& policy, Finding& finding, Rows const& rows, Measured const& measured,
                  Line line) {
  auto& check = finding.check;
  check.estimate = measured.value;
  check.units = measured.rows;
  check.clusters = measured.clustered ? measured.groups : 0;
  check.method = measured.method;
  check.notes = measured.notes;
  check.margin = line.at;
  bool const report = check.role == "report";
  if (!measured.trouble.empty()) {
    check.lower = -infinite;
    check.upper = infinite;
    check.notes.push_back(measured.trouble);
    check.outcome = report ? Outcome::report : Outcome::inconclusive;
    if (!report) explain_inconclusive(policy, finding, rows, measured, line);
    return;
  }
  if (std::isfinite(measured.standard_error)) check.standard_error = measured.standard_error;
  if (measured.identical) check.notes.emplace_back("champion and challenger give the same answer on every row");
  auto const bounds = measured.bounds(check.level);
  check.lower = bounds.lower;
  check.upper = bounds.upper;
  if (report) {
    check.outcome = Outcome::report;
    return;
  }
  finding.tested = true;
  double const not_above = measured.p_at_most(line.at), not_below = measured.p_at_least(line.at);
  finding.failure_p = line.below ? not_above : not_below;
  bool const deterioration = check.role == "deterioration";
  double const shown_p = line.below ? not_below : not_above;
  check.p_value = deterioration ? finding.failure_p : shown_p;

  bool const pass =
      line.below ? check.upper <= line.at : (check.role == "floor" ? check.lower >= line.at : check.lower > line.at);
  bool const success_fails = check.role == "success" && check.upper <= line.at;
  bool const fail = line.below ? check.lower > line.at : check.upper < line.at;
  if (deterioration)
    check.outcome = fail ? Outcome::fail : Outcome::pass;
  else
    check.outcome = pass ? Outcome::pass : fail || success_fails ? Outcome::fail : Outcome::inconclusive;
  if (check.outcome == Outcome::inconclusive) explain_inconclusive(policy, finding, rows, measured, line);
  plan(policy, finding, measured, line);
}

std::vector<Finding> judge(model::PromotionPolicy const& policy, Rows& rows, Evidence const& evidence,
                           Effort const& effort) {
  std::vector<Finding> findings;
  if (rows.absent) return findings;
  for (auto const& item : policy.metrics) findings.push_back(judge_metric(policy, rows, item, effort));
  if (rows.aggregate == nullptr && !rows.first_run) {
    for (auto const& rule : policy.slices) judge_slices(policy, rows, rule, effort, findings);
    for (auto const& rule : policy.simpson) findings.push_back(judge_mix(rows, rule, evidence, effort));
  } else if (rows.aggregate != nullptr) {
    for (auto const& rule : policy.slices) {
      if (rule.role != "guardrail" && rule.role != "deterioration") continue;
      auto const name = slice_name(rule.by, "?");
      auto finding = start(rows, rule.metric + ":" + name, rule.role, rule.metric);
      finding.slice = true;
      finding.in_family = false;
      finding.check.slice = name;
      finding.check.estimate = std::numeric_limits<double>::quiet_NaN();
      finding.check.lower = -infinite, finding.check.upper = infinite;
      finding.check.outcome = Outcome::inconclusive;
      finding.code = "NO_UNITS:" + name;
      finding.message = "metrics without rows say nothing about the slices by " + name.substr(0, name.find('='));
      finding.check.resolve = "give the predictions row by row";
      findings.push_back(std::move(finding));
    }
  }
  judge_improvement(policy, rows, findings);
  judge_independence(policy, rows);
  judge_power(policy, rows, findings);
  return findings;
}

}  // namespace podium::inline v0::gate
