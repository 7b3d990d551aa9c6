#include "gate/judge.hpp"
#include "gate/words.hpp"

#include "podium/stats/multiplicity.hpp"

#include <algorithm>

namespace podium::inline v0::gate {
namespace {

using model::Outcome;

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
  bool const from_above = check.role == "ceiling" || check.role == "slo" || check.role == "shadow";
  bool const own = check.role == "floor" || from_above;
  auto const number = [&](double value) { return own ? show(value) : show_signed(value); };
  auto const bound = check.method == "point value"
                         ? std::string{"a point value"}
                         : (from_above ? "at least " + number(check.lower) : "at most " + number(check.upper)) +
                               " at level " + show(check.level);
  finding.message = (finding.slice ? check.metric + " on " + check.slice : check.id) + " " + number(check.estimate) +
                    " (" + bound + ") is on the wrong side of " + number(check.margin);
}

}  // namespace

void settle(model::PromotionPolicy const& policy, std::vector<Rows> const& sets, std::vector<Finding>& findings) {
  auto const set_of = [&](Finding const& finding) {
    auto const found =
        std::find_if(sets.begin(), sets.end(), [&](Rows const& rows) { return rows.rules.id == finding.set; });
    return found == sets.end() ? nullptr : &*found;
  };
  std::vector<double> family;
  for (auto const& finding : findings)
    if (finding.in_family) family.push_back(finding.tested ? finding.failure_p : 1);
  auto const adjusted = stats::holm(family);
  std::size_t next = 0;
  for (auto& finding : findings) {
    double const failure = finding.in_family ? adjusted[next++] : 1;
    auto& check = finding.check;
    auto const* rows = set_of(finding);
    if (check.outcome == Outcome::report) continue;
    if (rows != nullptr && rows->invalid) {
      check.outcome = Outcome::invalid;
      check.resolve.clear();
      continue;
    }
    if (rows != nullptr && rows->too_small) {
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
