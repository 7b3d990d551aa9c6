#include "base/markup.hpp"
#include "gate/words.hpp"

#include "podium/gate/evaluate.hpp"
#include "podium/gate/report.hpp"

namespace podium::inline v0::gate {
namespace {

std::string xml(std::string_view text) { return base::markup_text(text, true); }

std::string text_of(model::Check const& check) {
  std::string text = check.metric + " " + show(check.estimate) + " (" + show(check.lower) + " to " + show(check.upper) +
                     " at level " + show(check.level) + "), line " + show(check.margin);
  for (auto const& note : check.notes) text += "; " + note;
  return text;
}

}  // namespace

std::string render_junit(model::Decision const& decision) {
  bool const withhold = !decision.verdict_only.empty();
  std::size_t failures = 0, skipped = 0;
  std::string cases;
  for (auto const& check : decision.checks) {
    using enum model::Outcome;
    bool const fails = check.outcome == fail || check.outcome == invalid;
    bool const skips = check.outcome == inconclusive || check.outcome == waived || check.outcome == report;
    failures += fails;
    skipped += skips;
    bool const hidden = withhold && !is_about_evidence(check);
    auto const message =
        xml(std::string{to_string(check.outcome)} + (check.resolve.empty() || hidden ? "" : ": " + check.resolve));
    auto const text = hidden ? std::string{} : xml(text_of(check));
    cases +=
        "    <testcase classname=\"podium.gate." + xml(check.role) + "\" name=\"" + xml(check.id) + "\" time=\"0\"";
    if (fails)
      cases += "><failure message=\"" + message + "\">" + text + "</failure></testcase>\n";
    else if (skips)
      cases += "><skipped message=\"" + message + "\"/></testcase>\n";
    else
      cases += "/>\n";
  }
  auto const count = [](char const* name, std::size_t n) {
    return " " + std::string{name} + "=\"" + std::to_string(n) + "\"";
  };
  auto const counts = count("tests", decision.checks.size()) + count("failures", failures) + count("skipped", skipped) +
                      count("errors", 0);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + counts + ">\n  <testsuite name=\"podium gate " +
         xml(decision.policy_name) + "\"" + counts +
         " time=\"0\">\n    <properties><property name=\"verdict\" value=\"" +
         std::string{to_string(decision.verdict)} + "\"/><property name=\"decision\" value=\"" + xml(decision.digest) +
         "\"/></properties>\n" + cases + "  </testsuite>\n</testsuites>\n";
}

}  // namespace podium::inline v0::gate
