#include "gate/words.hpp"

#include "podium/gate/evaluate.hpp"
#include "podium/gate/report.hpp"

#include <cmath>

namespace podium::inline v0::gate {
namespace {

/// Text that cannot end a table cell, open markup or link.
std::string plain(std::string_view text) {
  std::string safe;
  for (char const c : text) switch (c) {
      case '|':
        safe += "\\|";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '[':
        safe += "\\[";
        break;
      case '*':
        safe += "\\*";
        break;
      case '\n':
      case '\r':
        safe += ' ';
        break;
      default:
        safe += c;
    }
  return safe;
}

/// Text as code; a backtick inside would end it.
std::string code(std::string_view text) {
  std::string safe{"`"};
  for (char const c : text) safe += c == '`' || c == '\n' || c == '\r' || c == '|' ? ' ' : c;
  return safe + "`";
}

std::string row(std::vector<std::string> const& cells) {
  std::string out = "|";
  for (auto const& cell : cells) out += " " + cell + " |";
  return out + "\n";
}

std::string heading(std::vector<std::string> const& cells) {
  std::string out = row(cells) + "|";
  for (std::size_t i = 0; i < cells.size(); ++i) out += " --- |";
  return out + "\n";
}

std::string_view sign(std::string_view word) {
  if (word == "pass" || word == "promote" || word == "promoted" || word == "advanced") return "\u2705 ";
  if (word == "fail" || word == "reject" || word == "rolled_back") return "\u274c ";
  return "\u26a0\ufe0f ";
}

std::string outcome(std::string_view word) {
  return (word == "report" ? "" : std::string{sign(word)}) + std::string{word};
}

std::string value(model::Check const& check, double number) {
  if (!std::isfinite(number)) return "\u2013";
  bool const own = check.role == "floor" || check.role == "ceiling" || check.role == "quality";
  return own ? show(number) : show_signed(number);
}

std::string decision(NamedDecision const& named) {
  auto const& verdict = to_string(named.decision.verdict);
  std::string out = "## " + std::string{sign(verdict)} + plain(named.title) + ": " + std::string{verdict} + "\n\n";
  if (!named.note.empty()) out += plain(named.note) + "\n\n";
  for (auto const& reason : named.decision.reasons)
    out += "- " + code(reason.code) + " " + plain(reason.message) + "\n";
  out += "\n" + heading({"Check", "Role", "Estimate", "Interval", "Line", "Outcome"});
  for (auto const& check : named.decision.checks) {
    if (check.role == "quality" && check.outcome == model::Outcome::pass) continue;
    out += row({plain(check.id), plain(check.role), value(check, check.estimate),
                value(check, check.lower) + " to " + value(check, check.upper),
                check.role == "report" ? "\u2013" : value(check, check.margin), outcome(to_string(check.outcome))});
  }
  std::string open;
  for (auto const& check : named.decision.checks)
    if (!check.resolve.empty()) open += "- **" + plain(check.id) + "**: " + plain(check.resolve) + "\n";
  if (!open.empty()) out += "\nWhat would settle it:\n\n" + open;
  return out + "\n";
}

std::string attempt(model::RolloutTry const& tried, int number) {
  std::string out = "### " + std::string{sign(tried.outcome)} + "Try " + std::to_string(number) + ", " +
                    plain(tried.challenger_deployment) + ": " + plain(tried.outcome) + "\n\n";
  if (!tried.reason.empty()) out += code(tried.reason) + " after " + show(tried.requests) + " requests\n\n";
  out += heading({"Step", "Live", "Mirror", "Requests", "Errors, champion / challenger", "Outcome"});
  for (auto const& step : tried.steps)
    out += row({plain(step.stage), std::to_string(step.weight) + " %", std::to_string(step.mirror) + " %",
                show(step.requests), show(step.champion_errors) + " / " + show(step.challenger_errors),
                plain(step.outcome) + (step.reason.empty() ? "" : " " + code(step.reason))});
  return out + "\n";
}

}  // namespace

std::string render_markdown(ReportInput const& input) {
  std::string out = "# " + plain(input.title) + "\n\n";
  if (!input.headline.empty()) out += "**" + plain(input.headline) + "**\n\n";
  for (auto const& named : input.decisions) out += decision(named);
  if (!input.rollout.tries.empty()) {
    out += "## Rollout" + (input.rollout.endpoint.empty() ? std::string{} : " on " + plain(input.rollout.endpoint)) +
           "\n\n";
    int number = 0;
    for (auto const& tried : input.rollout.tries) out += attempt(tried, ++number);
  }
  for (auto const& extra : input.tables) {
    out += "## " + plain(extra.title) + "\n\n" + (extra.note.empty() ? "" : plain(extra.note) + "\n\n");
    for (std::size_t r = 0; r < extra.rows.size(); ++r) {
      std::vector<std::string> cells;
      for (auto const& cell : extra.rows[r]) cells.push_back(plain(cell));
      out += r == 0 ? heading(cells) : row(cells);
    }
    out += "\n";
  }
  if (!input.decisions.empty()) {
    auto const& first = input.decisions.front().decision;
    if (!first.limits.empty()) {
      out += "Limits:\n\n";
      for (auto const& text : first.limits) out += "- " + plain(text) + "\n";
      out += "\n";
    }
    out += "Policy " + code(first.policy_name) + ", decision " + code(first.digest.substr(0, 16)) + ", evidence " +
           code(first.evidence_digest.substr(0, 16)) + "\n";
  }
  return out;
}

}  // namespace podium::inline v0::gate
