#include "gate/words.hpp"

#include "podium/gate/evaluate.hpp"
#include "podium/gate/report.hpp"

namespace podium::inline v0::gate {
namespace {

/// Text for XML attributes and content; what XML 1.0 does not allow is left out.
std::string xml(std::string_view text) {
  std::string safe;
  for (char const c : text) switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\n':
      case '\t':
      case '\r':
        safe += ' ';
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) safe += c;
    }
  return safe;
}

/// Names come from data: a byte that is not UTF-8 would make the whole file unreadable.
std::string utf8(std::string_view text) {
  std::string safe;
  for (std::size_t i = 0; i < text.size();) {
    auto const lead = static_cast<unsigned char>(text[i]);
    std::size_t const length = lead < 0x80                   ? 1
                               : lead >= 0xc2 && lead < 0xe0 ? 2
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xf0 && lead < 0xf5 ? 4
                                                             : 0;
    bool good = length > 0 && i + length <= text.size();
    for (std::size_t k = 1; good && k < length; ++k) good = (static_cast<unsigned char>(text[i + k]) & 0xc0) == 0x80;
    if (good)
      safe += text.substr(i, length);
    else
      safe += '?';
    i += good ? length : 1;
  }
  return safe;
}

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
    bool const hidden = withhold && check.role != "quality" && check.role != "approval";
    auto const message = xml(
        utf8(std::string{to_string(check.outcome)} + (check.resolve.empty() || hidden ? "" : ": " + check.resolve)));
    auto const text = hidden ? std::string{} : xml(utf8(text_of(check)));
    cases += "    <testcase classname=\"podium.gate." + xml(utf8(check.role)) + "\" name=\"" + xml(utf8(check.id)) +
             "\" time=\"0\"";
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
         xml(utf8(decision.policy_name)) + "\"" + counts +
         " time=\"0\">\n    <properties><property name=\"verdict\" value=\"" +
         std::string{to_string(decision.verdict)} + "\"/><property name=\"decision\" value=\"" + xml(decision.digest) +
         "\"/></properties>\n" + cases + "  </testsuite>\n</testsuites>\n";
}

}  // namespace podium::inline v0::gate
