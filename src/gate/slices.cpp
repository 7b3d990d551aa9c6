#include "gate/judge.hpp"
#include "gate/words.hpp"

#include "podium/stats/multiplicity.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::gate {
namespace {

using model::Outcome;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

using Parts = std::map<std::string, std::vector<std::uint32_t>>;

Parts parts_of(Rows const& rows, std::vector<std::string> const& by) {
  Parts parts;
  for (auto const row : rows.all) parts[slice_value(rows, by, row)].push_back(row);
  return parts;
}

Finding missing_slice(Rows const& rows, model::SliceCheck const& rule, std::string const& value) {
  auto const name = slice_name(rule.by, value);
  auto finding = start(rows, rule.metric + ":" + name, rule.role, rule.metric);
  finding.slice = true;
  finding.check.slice = name;
  finding.check.estimate = unknown;
  finding.check.lower = -infinite;
  finding.check.upper = infinite;
  finding.check.margin = -rule.margin;
  finding.check.outcome = Outcome::inconclusive;
  finding.check.resolve = "add rows of " + name;
  finding.code = "SLICE_MISSING:" + value;
  finding.message = "the policy requires " + name + ", and `" + rows.rules.id + "` has no row of it";
  return finding;
}

/// Slices below `min_units` become one, which keeps the rows in the verdict.
void merge_small(Parts& parts, model::SliceCheck const& rule) {
  constexpr auto rest = "(merged)";
  std::vector<std::uint32_t> merged;
  for (auto part = parts.begin(); part != parts.end();) {
    bool const required = std::find(rule.required.begin(), rule.required.end(), part->first) != rule.required.end();
    if (required || static_cast<std::int64_t>(part->second.size()) >= rule.min_units) {
      ++part;
      continue;
    }
    merged.insert(merged.end(), part->second.begin(), part->second.end());
    part = parts.erase(part);
  }
  if (merged.empty()) return;
  std::sort(merged.begin(), merged.end());
  parts[rest] = std::move(merged);
}

/// Exploring looks for slices worth a second look; it may warn and never decides.
void warn_of_outliers(model::SliceCheck const& rule, std::span<Finding> explored) {
  std::vector<double> p_values;
  for (auto const& finding : explored) p_values.push_back(finding.failure_p);
  auto const adjusted = rule.correction == "holm" ? stats::holm(p_values)
                        : rule.correction == "by" ? stats::benjamini_yekutieli(p_values)
                                                  : stats::benjamini_hochberg(p_values);
  auto const name = rule.correction == "holm" ? "Holm" : rule.correction == "by" ? "BY" : "BH";
  for (std::size_t i = 0; i < explored.size(); ++i) {
    auto& check = explored[i].check;
    check.notes.push_back(std::string{name} + "-adjusted p of getting worse " + show(adjusted[i]));
    if (adjusted[i] <= check.level) check.notes.emplace_back("warning: this slice looks worse");
  }
}

}  // namespace

std::string slice_value(Rows const& rows, std::vector<std::string> const& by, std::uint32_t row) {
  std::string value;
  for (std::size_t i = 0; i < by.size(); ++i) value += (i == 0 ? "" : ",") + rows.data.slices.at(by[i])[row];
  return value;
}

std::string slice_name(std::vector<std::string> const& by, std::string const& value) {
  std::string columns;
  for (auto const& column : by) columns += (columns.empty() ? "" : ",") + column;
  return columns + "=" + value;
}

void judge_slices(model::PromotionPolicy const& policy, Rows const& rows, model::SliceCheck const& rule,
                  Effort const& effort, std::vector<Finding>& findings) {
  auto parts = parts_of(rows, rule.by);
  std::vector<std::string> missing;
  for (auto const& value : rule.required)
    if (!parts.contains(value)) missing.push_back(value);
  if (rule.too_small == "merge") merge_small(parts, rule);
  auto const first = findings.size();
  bool const explore = rule.role == "explore";
  for (auto const& [value, part] : parts) {
    auto const name = slice_name(rule.by, value);
    bool const report_only = rule.role != "guardrail" && rule.role != "deterioration";
    auto finding = start(rows, rule.metric + ":" + name, report_only ? "report" : rule.role, rule.metric);
    finding.slice = true;
    finding.check.slice = name;
    auto const n = static_cast<std::int64_t>(part.size());
    bool const too_small = n < rule.min_units;
    if (too_small && rule.too_small == "report") finding.check.role = "report";
    auto question = question_of(rule);
    question.name = finding.check.id;
    auto const measured = measure_difference(rows, part, question, effort);
    hold_against(policy, finding, rows, measured, {rule.role == "guardrail" ? -rule.margin : 0, false});
    if (explore && measured.trouble.empty()) finding.failure_p = measured.p_at_least(0);
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
  if (explore) warn_of_outliers(rule, std::span{findings}.subspan(first));
  for (auto const& value : missing) findings.push_back(missing_slice(rows, rule, value));
}

Finding judge_mix(Rows const& rows, model::SimpsonCheck const& rule, Evidence const& evidence, Effort const& effort) {
  auto finding = start(rows, "mix:" + rule.metric, "mix", rule.metric);
  auto& check = finding.check;
  check.estimate = unknown;
  check.lower = -infinite, check.upper = infinite;
  check.units = static_cast<std::int64_t>(rows.all.size());
  check.method = "post-stratified by the production mix";
  bool const holds = rule.on_sign_flip == "hold";
  check.outcome = holds ? Outcome::inconclusive : Outcome::report;
  auto const open = [&](std::string code, std::string message, std::string resolve) {
    finding.code = std::move(code);
    finding.message = std::move(message);
    if (holds) check.resolve = std::move(resolve);
    check.notes.push_back(finding.message);
    return finding;
  };
  if (!evidence.production_mix)
    return open("MIX_MISSING", "the policy weighs slices as in production, and the evidence has no production mix",
                "add the production mix to the evidence");
  auto const& mix = *evidence.production_mix;
  for (auto const& column : mix.by)
    if (!rows.data.slices.contains(column))
      return open("MIX_COLUMN_MISSING:" + column,
                  "the production mix is by `" + column + "`, which is no slice column of the policy",
                  "add a slice by `" + column + "` to the policy, if only with the role explore");
  Question const question{rule.metric, {}, rule.clip, rule.params, {}, true, check.id};
  auto const total = measure_difference(rows, rows.all, question, effort);
  auto const parts = parts_of(rows, mix.by);
  double all_weight = 0, sum = 0;
  std::int64_t reversed = 0;
  for (auto const& [value, weight] : mix.weights) all_weight += weight;
  for (auto const& [value, weight] : mix.weights) {
    if (weight <= 0) continue;
    auto const part = parts.find(value);
    auto const name = slice_name(mix.by, value);
    if (part == parts.end())
      return open("MIX_SLICE_MISSING:" + value,
                  "production has " + name + ", and `" + rows.rules.id + "` has no row of it", "add rows of " + name);
    auto const measured = measure_difference(rows, part->second, question, effort);
    if (!std::isfinite(measured.value))
      return open("MIX_UNKNOWN:" + name, rule.metric + " on " + name + " does not exist: " + measured.trouble,
                  "add rows of " + name);
    sum += weight / all_weight * measured.value;
    reversed += measured.value * total.value < 0;
  }
  check.estimate = sum;
  check.notes.push_back("on the evaluation mix " + show_signed(total.value) + ", on the production mix " +
                        show_signed(sum));
  bool const flips = total.value * sum < 0;
  if (flips)
    return open("SIGN_FLIP:" + rule.metric,
                rule.metric + " changes its sign: " + show_signed(total.value) + " on the evaluation mix, " +
                    show_signed(sum) + " on the production mix; " + count_of(reversed, "slice") + " of " +
                    show(static_cast<std::int64_t>(mix.weights.size())) + " point the other way",
                "evaluate on rows that are mixed as in production");
  check.outcome = holds && std::isfinite(sum) ? Outcome::pass : Outcome::report;
  return finding;
}

}  // namespace podium::inline v0::gate
