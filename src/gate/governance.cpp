#include "gate/governance.hpp"

#include "gate/words.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>

namespace podium::inline v0::gate {
namespace {

using model::Outcome;

Finding fact(std::string id, std::string role, bool violated, std::string code, std::string message,
             std::string resolve, Outcome outcome = Outcome::invalid) {
  Finding finding;
  finding.code = std::move(code);
  finding.message = std::move(message);
  auto& check = finding.check;
  check.id = std::move(id);
  check.role = std::move(role);
  check.method = "count";
  check.estimate = check.lower = check.upper = violated ? 1 : 0;
  check.outcome = violated ? outcome : Outcome::pass;
  if (violated) check.resolve = std::move(resolve);
  return finding;
}

std::string value_of(Evidence const& evidence, std::string const& name) {
  auto const found = evidence.facts.find(name);
  return found == evidence.facts.end() ? std::string{} : found->second;
}

/// "2026-01-31" or RFC 3339 in UTC, as microseconds; a date ends with its day.  The shape of the policy has checked it.
std::optional<std::int64_t> end_of(std::string const& text) {
  auto const number = [&](std::size_t at, std::size_t size) {
    int value = -1;
    if (at + size <= text.size()) std::from_chars(text.data() + at, text.data() + at + size, value);
    return value;
  };
  using namespace std::chrono;
  year_month_day const day{year{number(0, 4)}, month{static_cast<unsigned>(number(5, 2))},
                           std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  if (text.size() < 10 || !day.ok()) return std::nullopt;
  auto const midnight = sys_days{day};
  if (text.size() == 10)
    return duration_cast<std::chrono::microseconds>((midnight + days{1}).time_since_epoch()).count();
  int const hour = number(11, 2), minute = number(14, 2), second = text.size() >= 19 ? number(17, 2) : 0;
  if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60) return std::nullopt;
  return duration_cast<std::chrono::microseconds>(
             (midnight + hours{hour} + minutes{minute} + seconds{second}).time_since_epoch())
      .count();
}

void check_champion(model::PromotionPolicy const& policy, Evidence const& evidence, std::vector<Finding>& found) {
  if (evidence.first_run) {
    bool const allowed = policy.champion.first_run == "floor_only";
    bool const floors = std::any_of(policy.metrics.begin(), policy.metrics.end(),
                                    [](auto const& item) { return item.role == "floor" || item.role == "ceiling"; });
    found.push_back(fact("champion", "quality", !allowed || !floors, allowed ? "FIRST_RUN_NO_FLOOR" : "NO_CHAMPION",
                         allowed ? "there is no champion, and the policy has no floor or ceiling to judge by"
                                 : "there is no champion, and the policy does not say how to judge without one",
                         allowed ? "add a floor to the policy"
                                 : "set `subject.champion.first_run: floor_only`, or give the champion's scores"));
    return;
  }
  if (!policy.champion.must_match_endpoint) return;
  auto const judged = value_of(evidence, "champion.digest"), serving = value_of(evidence, "endpoint.champion_digest");
  bool const known = !judged.empty() && !serving.empty();
  found.push_back(fact(
      "champion_serves", "quality", judged != serving || !known, known ? "CHAMPION_MISMATCH" : "CHAMPION_UNCHECKED",
      known ? "the champion that was judged is " + judged + ", and the endpoint serves " + serving
            : std::string{"the policy wants the champion that serves, and the evidence does not state "} +
                  (judged.empty() ? "`champion.digest`" : "`endpoint.champion_digest`"),
      known ? "judge against the model that serves"
            : "state the facts `champion.digest` and `endpoint.champion_digest`"));
}

/// Why an approval does not count; empty: it does.
std::string refusal(model::ApprovalRule const& rule, Approval const& given, Evidence const& evidence,
                    std::string const& policy_digest, std::string const& evidence_digest, std::int64_t now) {
  if (given.policy_digest != policy_digest || given.evidence_digest != evidence_digest) return "VOID";
  if (given.bypass && !rule.allow_bypass) return "BYPASS";
  auto const author = value_of(evidence, "challenger.author");
  if (!rule.self_approval && given.approver == author) return "SELF";
  if (!rule.expires) return {};
  if (given.time_us == 0) return "EXPIRED";
  auto const length = std::chrono::duration_cast<std::chrono::microseconds>(*rule.expires).count();
  return given.time_us + length < now ? "EXPIRED" : "";
}

}  // namespace

std::vector<Finding> check_facts(model::PromotionPolicy const& policy, Evidence const& evidence) {
  std::vector<Finding> found;
  for (auto const& defect : evidence.defects)
    found.push_back(fact("bundle", "quality", true, defect.code, defect.message, "collect the evidence again"));
  check_champion(policy, evidence, found);
  for (auto const& name : policy.challenger_requires) {
    auto const full = "challenger." + name;
    found.push_back(fact(full, "quality", value_of(evidence, full).empty(), "FACT_MISSING:" + full,
                         "the policy requires `" + full + "`, and the evidence does not state it",
                         "state the fact `" + full + "`"));
  }
  return found;
}

std::vector<Finding> check_approvals(model::PromotionPolicy const& policy, Evidence const& evidence,
                                     std::string const& policy_digest, std::string const& evidence_digest) {
  std::vector<Finding> found;
  // There is no clock in here: the newest moment that the evidence knows of is now.
  std::int64_t now = evidence.as_of_us;
  for (auto const& one : evidence.approvals) now = std::max(now, one.time_us);
  for (auto const& rule : policy.approvals) {
    bool const author_unknown = !rule.self_approval && value_of(evidence, "challenger.author").empty();
    std::set<std::string> counted;  // nobody counts twice, whatever the role
    for (auto const& [role, needed] : rule.roles) {
      int have = 0;
      std::string refused;
      std::string names;
      for (auto const& given : evidence.approvals) {
        if (given.role != role || counted.contains(given.approver)) continue;
        auto const why = refusal(rule, given, evidence, policy_digest, evidence_digest, now);
        if (!why.empty()) {
          refused = why;
          continue;
        }
        if (have == needed) break;
        counted.insert(given.approver);
        names += (names.empty() ? "" : ", ") + given.approver;
        ++have;
      }
      auto const code = have >= needed && author_unknown ? "APPROVAL_UNCHECKED:author"
                        : refused.empty()                ? "APPROVAL_MISSING:" + role
                                                         : "APPROVAL_" + refused + ":" + role;
      bool const open = have < needed || author_unknown;
      auto finding = fact(
          "approval:" + role, "approval", open, code,
          author_unknown && have >= needed
              ? "authors may not approve their own work, and the evidence does not state "
                "`challenger.author`"
              : std::to_string(have) + " of " + std::to_string(needed) + " approvals by `" + role + "` for " +
                    rule.stage +
                    (refused == "VOID" ? ": what was approved has changed since"
                     : refused.empty() ? ""
                                       : ": " + std::string{refused == "EXPIRED" ? "one has expired"
                                                            : refused == "SELF"  ? "one is the author's own"
                                                                                 : "one was a bypass"}),
          author_unknown && have >= needed ? "state the fact `challenger.author`"
                                           : "ask `" + role + "` to approve policy " + policy_digest.substr(0, 12) +
                                                 " and evidence " + evidence_digest.substr(0, 12),
          Outcome::inconclusive);
      finding.check.estimate = finding.check.lower = finding.check.upper = have;
      finding.check.margin = needed;
      if (!names.empty()) finding.check.notes.push_back("given by " + names);
      found.push_back(std::move(finding));
    }
  }
  return found;
}

std::vector<Finding> apply_waivers(model::PromotionPolicy const& policy, Evidence const& evidence,
                                   std::vector<Finding>& findings) {
  std::vector<Finding> found;
  for (auto const& waiver : policy.waivers) {
    auto const until = end_of(waiver.expires);
    bool const dated = evidence.as_of_us != 0 && until.has_value();
    bool const valid = dated && evidence.as_of_us < *until;
    bool used = false;
    for (auto& finding : findings) {
      auto& check = finding.check;
      bool const open = check.outcome == Outcome::fail || check.outcome == Outcome::inconclusive;
      if (check.id != waiver.check || !open || check.role == "quality" || check.role == "approval") continue;
      used = true;
      if (!valid) continue;
      check.outcome = Outcome::waived;
      check.resolve.clear();
      check.notes.push_back("waived by " + waiver.approver + " until " + waiver.expires + ": " + waiver.reason);
      finding.code = "WAIVED:" + check.id;
      finding.message =
          check.id + " was waived by " + waiver.approver + " until " + waiver.expires + ": " + waiver.reason;
    }
    if (!used || valid) continue;
    found.push_back(
        fact("waiver:" + waiver.check, "waiver", true,
             dated ? "WAIVER_EXPIRED:" + waiver.check : "WAIVER_UNCHECKED:" + waiver.check,
             dated ? "the waiver of `" + waiver.check + "` by " + waiver.approver + " ended on " + waiver.expires
                   : "the waiver of `" + waiver.check + "` ends on a date, and the evidence has no time of collection",
             dated ? "settle the check, or ask for a new waiver" : "collect the evidence with `as_of`",
             Outcome::inconclusive));
  }
  return found;
}

}  // namespace podium::inline v0::gate
