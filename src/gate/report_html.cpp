#include "gate/html.hpp"
#include "gate/plots.hpp"
#include "gate/words.hpp"

#include "podium/gate/evaluate.hpp"
#include "podium/gate/report.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

namespace podium::inline v0::gate {
namespace {

using html::badge;
using html::escape;

std::string number_cell(std::string const& text) { return "<span class=\"num\">" + escape(text) + "</span>"; }

/// A sentence; what stands between backticks is set as code.
std::string prose(std::string const& text) {
  std::string out;
  std::size_t from = 0;
  for (auto open = text.find('`'); open != std::string::npos; open = text.find('`', from)) {
    auto const close = text.find('`', open + 1);
    if (close == std::string::npos) break;
    out +=
        escape(text.substr(from, open - from)) + "<code>" + escape(text.substr(open + 1, close - open - 1)) + "</code>";
    from = close + 1;
  }
  return out + escape(text.substr(from));
}

std::string reasons(model::Decision const& decision) {
  if (decision.reasons.empty()) return {};
  std::string out = "<ul class=\"reasons\">";
  for (auto const& reason : decision.reasons)
    out += "<li><code class=\"key\">" + escape(reason.code) + "</code> " + prose(reason.message) + "</li>";
  return out + "</ul>";
}

std::string resolutions(model::Decision const& decision) {
  std::string items;
  for (auto const& check : decision.checks)
    if (!check.resolve.empty())
      items += "<li><strong>" + escape(check.slice.empty() ? check.id : check.metric + " on " + check.slice) +
               "</strong>: " + prose(check.resolve) + "</li>";
  return items.empty() ? "" : "<h3>What would settle it</h3><ul>" + items + "</ul>";
}

std::string check_table(std::vector<model::Check> const& checks, std::string const& caption) {
  std::vector<std::vector<std::string>> rows;
  for (auto const& check : checks) {
    std::string notes;
    for (auto const& note : check.notes) notes += (notes.empty() ? "" : "; ") + note;
    rows.push_back({escape(check.id), escape(check.role), number_cell(value_of(check, check.estimate)),
                    number_cell(value_of(check, check.lower) + " to " + value_of(check, check.upper)),
                    number_cell(check.role == "report" ? "\u2013" : value_of(check, check.margin)),
                    number_cell(check.p_value ? show(*check.p_value) : "\u2013"), badge(to_string(check.outcome)),
                    "<span class=\"soft\">" + escape(notes) + "</span>"});
  }
  return rows.empty() ? ""
                      : html::table_of_markup(
                            {"Check", "Role", "Estimate", "Interval", "Line", "p", "Outcome", "Notes"}, rows, caption);
}

/// What was checked about the rows: a dense list, trouble first.
std::string quality_list(std::vector<model::Check> checks) {
  if (checks.empty()) return {};
  auto const rank = [](model::Check const& check) { return check.outcome == model::Outcome::pass ? 1 : 0; };
  std::sort(checks.begin(), checks.end(), [&](auto const& a, auto const& b) {
    return std::pair{rank(a), std::string_view{a.id}} < std::pair{rank(b), std::string_view{b.id}};
  });
  std::string items;
  for (auto const& check : checks) {
    std::string name = check.id;
    std::replace(name.begin(), name.end(), '_', ' ');
    items += "<li>" + badge(to_string(check.outcome)) + " <strong>" + escape(name) + "</strong> " +
             number_cell(value_of(check, check.estimate)) + " <span class=\"soft\">limit " +
             escape(value_of(check, check.margin)) + "</span></li>";
  }
  return "<h3>The evidence itself</h3><ul class=\"quality\">" + items + "</ul>";
}

std::vector<model::Check> pick(model::Decision const& decision, bool slices) {
  std::vector<model::Check> picked;
  for (auto const& check : decision.checks)
    if (!is_about_evidence(check) && !is_online(check) && check.slice.empty() != slices) picked.push_back(check);
  if (slices)  // worst first
    std::sort(picked.begin(), picked.end(), [](auto const& a, auto const& b) {
      auto const lower = [](model::Check const& check) {
        return std::isnan(check.lower) ? -std::numeric_limits<double>::infinity() : check.lower;
      };
      return std::pair{lower(a), std::string_view{a.id}} < std::pair{lower(b), std::string_view{b.id}};
    });
  return picked;
}

std::vector<model::Check> with_role(model::Decision const& decision, bool (*wanted)(model::Check const&)) {
  std::vector<model::Check> picked;
  for (auto const& check : decision.checks)
    if (wanted(check)) picked.push_back(check);
  return picked;
}

/// What every guardrail would need to pass if the models were equal, against what is there.
std::string power_table(model::Decision const& decision, double power) {
  std::vector<std::vector<std::string>> rows{{"Check", "Needed", "There", "Enough"}};
  for (auto const& check : decision.checks) {
    if (!check.needed) continue;
    auto const have = check.clusters > 0 ? check.clusters : check.units;
    rows.push_back({check.id, show(*check.needed), show(have), *check.needed <= have ? "yes" : "no"});
  }
  if (rows.size() == 1) return {};
  return "<h3>Needed and available</h3>" +
         html::table(rows, "Rows (clusters, where there are some) with which all guardrails pass with probability " +
                               show(power) + " if the models are equal");
}

std::string flips(SetExhibit const& set) {
  auto const list = [](std::vector<std::string> const& units) {
    std::string out;
    for (auto const& unit : units) out += (out.empty() ? "" : ", ") + unit;
    return out.empty() ? "\u2013" : out;
  };
  return "<h3>Decisions at " + escape(show(set.threshold)) + "</h3>" +
         html::table({{"Right are", "Rows", "For example"},
                      {"both", show(set.both_right), ""},
                      {"only the champion", show(set.only_champion), list(set.champion_examples)},
                      {"only the challenger", show(set.only_challenger), list(set.challenger_examples)},
                      {"neither", show(set.both_wrong), ""}},
                     "");
}

std::string exhibits(Exhibits const& exhibits) {
  std::string out;
  int number = 0;
  for (auto const& set : exhibits.sets) {
    auto const plots = curve_plots(set, "set" + std::to_string(++number));
    if (plots.empty()) continue;
    out += "<section class=\"card\"><h2>Curves of " + escape(set.set) + "</h2>" + plots + flips(set) + "</section>\n";
  }
  number = 0;
  for (auto const& sample : exhibits.latency) {
    auto const plot = latency_plot(sample, exhibits.slos, "latency" + std::to_string(++number));
    if (plot.empty()) continue;
    out += "<section class=\"card\"><h2>Latency of " + escape(sample.endpoint) + "</h2><p class=\"soft\">" +
           (sample.open_loop ? "Open loop: counted from the time that the schedule says. " : "") +
           escape(show(sample.rps)) + " requests a second, " + escape(show(sample.errors)) +
           " failed. The curve must pass below the dashed corners.</p>" + plot + "</section>\n";
  }
  auto const shadow = score_plot(exhibits.shadow, "shadow", "Answers to the same mirrored requests");
  if (!shadow.empty())
    out += "<section class=\"card\"><h2>Shadow</h2><div class=\"plots\">" + shadow + "</div></section>\n";
  return out;
}

std::string waivers(std::vector<model::Waiver> const& waivers) {
  if (waivers.empty()) return {};
  std::vector<std::vector<std::string>> rows{{"Check", "Reason", "Approver", "Until"}};
  for (auto const& one : waivers) rows.push_back({one.check, one.reason, one.approver, one.expires});
  return "<section class=\"card waivers\"><h2>Waivers</h2><p>What stands here is outside the guarantee.</p>" +
         html::table(rows, "") + "</section>\n";
}

std::string people(model::Decision const& decision) {
  auto const checks =
      with_role(decision, [](model::Check const& check) { return check.role == "approval" || check.role == "waiver"; });
  if (checks.empty()) return {};
  std::vector<std::vector<std::string>> rows;
  for (auto const& check : checks) {
    std::string notes;
    for (auto const& note : check.notes) notes += (notes.empty() ? "" : "; ") + note;
    rows.push_back({escape(check.id), number_cell(show(check.estimate)), number_cell(show(check.margin)),
                    badge(to_string(check.outcome)), "<span class=\"soft\">" + escape(notes) + "</span>"});
  }
  return "<h3>Approvals</h3>" + html::table_of_markup({"Rule", "Given", "Asked for", "Outcome", "By"}, rows, "");
}

/// `prefix` keeps the ids of several pages in one apart.
std::string first_decision(NamedDecision const& named, double power, std::string const& prefix) {
  auto const& decision = named.decision;
  auto const quality = with_role(decision, [](model::Check const& check) { return check.role == "quality"; });
  auto const online = with_role(decision, is_online);
  auto const metrics = pick(decision, false), slices = pick(decision, true);
  std::string out = "<section class=\"card\"><div class=\"head\"><h2>" + escape(named.title) + "</h2>" +
                    badge(to_string(decision.verdict)) + "</div>";
  if (!named.note.empty()) out += "<p class=\"soft\">" + escape(named.note) + "</p>";
  out += reasons(decision);
  auto const plot = forest_plot(metrics, prefix + "forest", "Challenger against champion, metric by metric");
  if (!plot.empty())
    out += "<h3>Challenger against champion</h3>" + plot +
           "<p class=\"soft\">Differences are turned so that right is better. Whiskers are one-sided bounds at the "
           "level shown; the dashed line is "
           "what each check is held against. Circle: pass; square: fail; diamond: inconclusive; triangle: anything "
           "else.</p>";
  auto const slice_plot = forest_plot(slices, prefix + "slices", "Challenger against champion, slice by slice");
  if (!slice_plot.empty()) out += "<h3>Slices, worst first</h3>" + slice_plot;
  auto const limits = limit_plot(online, prefix + "limits", "Staging and shadow, as a share of their limits");
  if (!limits.empty()) out += "<h3>Staging and shadow</h3>" + limits;
  out += resolutions(decision);
  out += people(decision);
  out += power_table(decision, power);
  out += "<h3>Every number</h3>" + check_table(metrics, "Metrics") + check_table(slices, "Slices") +
         check_table(online, "Staging and shadow");
  return out + quality_list(quality) + "</section>";
}

std::string further_decision(NamedDecision const& named) {
  auto const& decision = named.decision;
  std::vector<model::Check> shown = pick(decision, false);
  for (auto& check : pick(decision, true)) shown.push_back(std::move(check));
  for (auto const& check : decision.checks)
    if (is_online(check) || (is_about_evidence(check) && check.outcome != model::Outcome::pass)) shown.push_back(check);
  std::string out = "<section class=\"card\"><div class=\"head\"><h2>" + escape(named.title) + "</h2>" +
                    badge(to_string(decision.verdict)) + "</div>";
  if (!named.note.empty()) out += "<p class=\"soft\">" + escape(named.note) + "</p>";
  std::vector<std::vector<std::string>> rows;
  rows.reserve(shown.size());
  for (auto const& check : shown)
    rows.push_back({escape(check.id), escape(check.role), number_cell(value_of(check, check.estimate)),
                    number_cell(value_of(check, check.lower) + " to " + value_of(check, check.upper)),
                    number_cell(check.role == "report" ? "\u2013" : value_of(check, check.margin)),
                    badge(to_string(check.outcome))});
  out += reasons(decision) + resolutions(decision);
  return out + html::table_of_markup({"Check", "Role", "Estimate", "Interval", "Line", "Outcome"}, rows, "") +
         "</section>";
}

std::string step_checks(model::RolloutStep const& step) {
  std::string out;
  for (auto const& check : step.checks)
    out += "<div>" + escape(check.id) + " " + number_cell(show(check.estimate)) + " <span class=\"soft\">limit " +
           escape(show(check.margin)) + "</span> " + badge(to_string(check.outcome)) + "</div>";
  return out;
}

std::string rollout(model::RolloutRecord const& record) {
  if (record.tries.empty()) return {};
  std::string out = "<section class=\"card\"><h2>Rollout" +
                    (record.endpoint.empty() ? "" : " on endpoint " + escape(record.endpoint)) + "</h2>";
  auto const threshold = evidence_threshold(record);
  int number = 0;
  for (auto const& attempt : record.tries) {
    auto const id = "try" + std::to_string(++number);
    out += "<h3>Try " + std::to_string(number) + ": " + escape(attempt.challenger_deployment) + " " +
           badge(attempt.outcome) + "</h3>";
    std::string facts = attempt.challenger_model.empty() ? "" : "Model " + attempt.challenger_model + ". ";
    facts += show(attempt.requests) + " live requests. ";
    out +=
        "<p>" + escape(facts) + (attempt.reason.empty() ? "" : "<code>" + escape(attempt.reason) + "</code>") + "</p>";
    out += traffic_plot(attempt, id + "-traffic") + evidence_plot(attempt, id + "-evidence", threshold);
    std::vector<std::vector<std::string>> rows;
    rows.reserve(attempt.steps.size());
    for (auto const& step : attempt.steps)
      rows.push_back(
          {escape(step.stage), number_cell(std::to_string(step.weight) + " %"),
           number_cell(std::to_string(step.mirror) + " %"),
           number_cell(show(step.champion_requests) + " / " + show(step.challenger_requests)),
           number_cell(show(step.champion_errors) + " / " + show(step.challenger_errors)),
           number_cell(show(step.pairs)), step_checks(step),
           badge(step.outcome) + (step.reason.empty() ? "" : "<div><code>" + escape(step.reason) + "</code></div>")});
    out += html::table_of_markup(
        {"Step", "Live", "Mirror", "Requests, champion / challenger", "Errors", "Pairs", "Checks", "Outcome"}, rows,
        "Steps of try " + std::to_string(number));
  }
  return out + "</section>";
}

std::string definition(std::string const& name, std::string const& text) {
  return "<dt>" + escape(name) + "</dt><dd class=\"mono\">" + escape(text) + "</dd>";
}

std::string provenance(ReportInput const& input) {
  std::string items;
  for (auto const& [name, text] : input.provenance) items += definition(name, text);
  for (auto const& named : input.decisions) {
    items += definition("decision: " + named.title, named.decision.digest);
    for (auto const& check : named.decision.checks)
      if (check.id.starts_with("reuse") && check.role == "quality")
        items += definition("use of the evaluation set", show(check.estimate) + " of " + show(check.margin));
    items += definition("its evidence", named.decision.evidence_digest);
  }
  if (!input.decisions.empty())
    items += definition("policy " + input.decisions.front().decision.policy_name,
                        input.decisions.front().decision.policy_digest);
  return items.empty()
             ? ""
             : "<section class=\"card\"><h2>Provenance</h2><dl>" + items +
                   "</dl><p class=\"soft\">To see it again: <code>podium gate verify --policy POLICY --evidence "
                   "EVIDENCE --decision decision.json</code></p></section>";
}

std::string limits(ReportInput const& input) {
  if (input.decisions.empty() || input.decisions.front().decision.limits.empty()) return {};
  std::string out = "<section class=\"card\"><h2>What these numbers do not cover</h2><ul>";
  for (auto const& text : input.decisions.front().decision.limits) out += "<li>" + prose(text) + "</li>";
  return out + "</ul></section>";
}

}  // namespace

std::string render_html(ReportInput const& input) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>" +
      escape(input.title) + "</title><style>" + std::string{html::style()} +
      "</style></head>\n<body><main>\n<p class=\"eyebrow\">Podium \u00b7 promotion report</p><h1>" +
      escape(input.title) + "</h1>\n";
  auto const* first = input.decisions.empty() ? nullptr : &input.decisions.front().decision;
  std::string const verdict{first ? to_string(first->verdict) : ""};
  out += "<section class=\"card verdict " + std::string{html::tone(verdict)} + "\">";
  if (first) out += "<span class=\"badge big " + std::string{html::tone(verdict)} + "\">" + verdict + "</span>";
  out += "<p class=\"headline\">" + escape(input.headline) + "</p></section>\n";
  for (std::size_t i = 0; i < input.decisions.size(); ++i)
    out += (i == 0 ? first_decision(input.decisions[i], input.power, "") : further_decision(input.decisions[i])) + "\n";
  out += waivers(input.waivers) + exhibits(input.exhibits);
  out += rollout(input.rollout) + "\n";
  for (auto const& extra : input.tables) {
    out += "<section class=\"card\"><h2>" + escape(extra.title) + "</h2>";
    if (!extra.note.empty()) out += "<p class=\"soft\">" + escape(extra.note) + "</p>";
    out += html::table(extra.rows, "") + "</section>\n";
  }
  out += limits(input) + "\n" + provenance(input);
  return out + "<footer>Written by Podium " PODIUM_VERSION_STRING
               ". This page is one file: no script, nothing loaded from elsewhere.</footer></main></body></html>\n";
}

std::string render_fragment(ReportInput const& input) {
  if (input.decisions.empty()) return {};
  auto const& decision = input.decisions.front().decision;
  // Ids and styles of several cells live in one page: both are bound to this decision.
  auto const id = "podium-" + decision.digest.substr(0, 12);
  std::string style{html::style()};
  for (auto at = style.find(":root"); at != std::string::npos; at = style.find(":root", at + 1))
    style.replace(at, 5, "&");
  return "<div id=\"" + id + "\"><style>#" + id + "{" + style + "}</style><p class=\"headline\">" +
         badge(to_string(decision.verdict)) + " " + escape(input.headline) + "</p>" +
         first_decision(input.decisions.front(), input.power, id + "-") + "</div>";
}

}  // namespace podium::inline v0::gate
