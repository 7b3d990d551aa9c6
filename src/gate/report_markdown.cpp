#include "gate/words.hpp"

#include "podium/gate/evaluate.hpp"
#include "podium/gate/report.hpp"

#include <algorithm>
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

/// Worst first, so that what is left out of a long table is what passed.
int rank(model::Check const& check) {
  switch (check.outcome) {
    case model::Outcome::fail:
      return 0;
    case model::Outcome::invalid:
      return 1;
    case model::Outcome::inconclusive:
      return 2;
    case model::Outcome::waived:
      return 3;
    default:
      return 4;
  }
}

constexpr std::size_t most_rows = 200;

std::vector<model::Check> rows_of(model::Decision const& decision) {
  std::vector<model::Check> rows;
  for (auto const& check : decision.checks)
    if (!is_about_evidence(check) || check.outcome != model::Outcome::pass) rows.push_back(check);
  if (rows.size() > most_rows)
    std::stable_sort(rows.begin(), rows.end(), [](auto const& a, auto const& b) { return rank(a) < rank(b); });
  return rows;
}

std::string check_table(model::Decision const& decision, bool withhold) {
  std::vector<std::string> const names{"Check", "Role", "Estimate", "Interval", "Line", "Outcome"};
  std::string out = heading(withhold ? std::vector<std::string>{"Check", "Role", "Outcome"} : names);
  auto const rows = rows_of(decision);
  for (std::size_t i = 0; i < rows.size() && i < most_rows; ++i) {
    auto const& check = rows[i];
    auto const shown = outcome(to_string(check.outcome));
    if (withhold)
      out += row({plain(check.id), plain(check.role), shown});
    else
      out += row({plain(check.id), plain(check.role), value_of(check, check.estimate),
                  value_of(check, check.lower) + " to " + value_of(check, check.upper),
                  check.role == "report" ? "\u2013" : value_of(check, check.margin), shown});
  }
  if (rows.size() > most_rows)
    out += "\n" + count_of(static_cast<std::int64_t>(rows.size() - most_rows), "more check") + " in the report\n";
  return out;
}

std::string decision(NamedDecision const& named, bool withhold) {
  auto const& verdict = to_string(named.decision.verdict);
  std::string out = "## " + std::string{sign(verdict)} + plain(named.title) + ": " + std::string{verdict} + "\n\n";
  if (!named.note.empty()) out += plain(named.note) + "\n\n";
  for (auto const& reason : named.decision.reasons)
    out += withhold ? "- " + code(without_numbers(reason.code)) + "\n"
                    : "- " + code(reason.code) + " " + plain(reason.message) + "\n";
  if (withhold)
    out +=
        "\nThe policy keeps the estimates of " + code(named.decision.verdict_only.front()) +
        " from summaries (`feedback: verdict_only`): each number that steers the next model spends the set. They are "
        "in the report.\n";
  out += "\n" + check_table(named.decision, withhold);
  std::string open;
  for (auto const& check : named.decision.checks)
    if (!check.resolve.empty() && (!withhold || is_about_evidence(check)))
      open += "- **" + plain(check.id) + "**: " + plain(check.resolve) + "\n";
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
  auto const withheld = [&](NamedDecision const& named) {
    return input.withhold && !named.decision.verdict_only.empty();
  };
  bool const quiet = !input.decisions.empty() && withheld(input.decisions.front());
  if (!input.headline.empty() && !quiet) out += "**" + plain(input.headline) + "**\n\n";
  for (auto const& one : input.waivers)
    out += "- \u26d4 waived: " + code(one.check) + " by " + plain(one.approver) + " until " + plain(one.expires) +
           ": " + plain(one.reason) + "\n";
  if (!input.waivers.empty()) out += "\n";
  for (auto const& named : input.decisions) out += decision(named, withheld(named));
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
