#include "flights/closing.hpp"

#include "flights/words.hpp"

#include <nlohmann/json.hpp>
#include <podium/gate/evaluate.hpp>

#include <algorithm>
#include <ostream>

namespace flights {
namespace {

using Json = nlohmann::json;
using podium::gate::to_string;
using podium::model::Check;
using podium::model::Decision;
using podium::model::RolloutStep;
using podium::model::RolloutTry;
using podium::model::Verdict;

constexpr char const* months[] = {"July", "August", "September", "October", "November", "December"};

double figure(Scores const& scores, char const* name, int month) {
  return scores.figures.at(name).at(std::to_string(month));
}

Check const* find_check(Decision const& decision, std::string const& id) {
  auto const found = std::ranges::find(decision.checks, id, &Check::id);
  return found == decision.checks.end() ? nullptr : &*found;
}

std::string reasons(Decision const& decision) {
  std::string text;
  for (auto const& reason : decision.reasons) text += (text.empty() ? "" : "; ") + reason.message;
  return text;
}

std::string codes(Decision const& decision) {
  std::string text;
  for (auto const& reason : decision.reasons) text += (text.empty() ? "" : ", ") + reason.code;
  return text;
}

std::string errors(std::int64_t failed, std::int64_t of) { return thousands(failed) + "/" + thousands(of); }

std::string traffic_words(RolloutStep const& step) {
  return step.mirror > 0 ? "mirror " + std::to_string(step.mirror) + " %" : std::to_string(step.weight) + " %";
}

std::string ending(RolloutTry const& one) {
  return one.outcome + (one.reason.empty() ? "" : ": " + one.reason) + " after " + thousands(one.requests) +
         " requests";
}

std::string headline(Story const& story) {
  std::string text =
      "The challenger is " +
      std::string{story.september.verdict == Verdict::promote ? "worth promoting" : "not to be promoted"} + ": AUC " +
      fixed(figure(story.champion, "auc", 9), 3) + " to " + fixed(figure(story.challenger, "auc", 9), 3) +
      " in September.";
  for (std::size_t i = 0; i < story.rollout.tries.size(); ++i)
    text += " Try " + std::to_string(i + 1) + ": " + ending(story.rollout.tries[i]) + ".";
  return text;
}

podium::gate::ReportTable months_table(Story const& story) {
  podium::gate::ReportTable table{
      .title = "Month by month",
      .note = "The base rate of late flights changes: it halves in September.",
      .rows = {{"2013", "AUC champion", "AUC challenger", "log loss champion", "log loss challenger"}}};
  for (int m = 7; m <= 12; ++m)
    table.rows.push_back({months[m - 7], fixed(figure(story.champion, "auc", m), 4),
                          fixed(figure(story.challenger, "auc", m), 4), fixed(figure(story.champion, "log_loss", m), 4),
                          fixed(figure(story.challenger, "log_loss", m), 4)});
  return table;
}

podium::gate::ReportTable leak_table(Story const& story) {
  podium::gate::ReportTable table{.title = "A leak, on purpose",
                                  .note =
                                      "The late rates joined three hours into the future. Trained and scored that way "
                                      "the model promises an AUC of " +
                                      fixed(story.leak.promised, 3) +
                                      "; with what is known when it has to answer it would serve " +
                                      fixed(story.leak.served, 3) + ". " + story.leak.example,
                                  .rows = {{"feature set", "rows of September not yet known"}}};
  for (auto const& [set, share] : story.leak.violating_share) table.rows.push_back({set, percent(share)});
  return table;
}

/// " 2013-09-02 UA1545 EWR used a row ..." out of an audit's example.
std::string in_words(std::string const& set, Json const& example) {
  auto const minutes = [&](char const* later, char const* earlier) {
    return std::to_string((example.at(later).get<std::int64_t>() - example.at(earlier).get<std::int64_t>()) /
                          60'000'000);
  };
  return "For example: flight " + example.at("flight_key").get<std::string>() + " used a row of " + set +
         " that was known " + minutes("known_us", "observed_us") + " minutes after its departure.";
}

}  // namespace

Leak read_leak(podium::Workspace const& workspace, Run const& run, std::filesystem::path const& scratch) {
  Leak leak;
  leak.promised = figure(read_scores(workspace, output(run, "promised"), scratch / "promised"), "auc", 9);
  leak.served = figure(read_scores(workspace, output(run, "served"), scratch / "served"), "auc", 9);
  Json const audit = Json::parse(workspace.files().read(output(run, "audit")).value());
  for (auto const& [set, found] : audit.at("september").items()) {
    leak.violating_share[set] = found.at("share");
    if (leak.example.empty() && !found.at("examples").empty())
      leak.example = in_words(set, found.at("examples").front());
  }
  return leak;
}

std::string mismatch(Story const& story) {
  if (story.september.verdict != Verdict::promote)
    return "the gate was to promote the challenger, but: " + reasons(story.september);
  if (story.unit_bug.verdict != Verdict::reject)
    return "the gate was to reject the unit bug, but: " + reasons(story.unit_bug);
  if (story.october.verdict != Verdict::hold) return "October alone was to be a hold, but: " + reasons(story.october);
  auto const& tries = story.rollout.tries;
  if (tries.size() != 2) return "two tries were to be made";
  if (tries[0].outcome != "rolled_back") return "the planted fault was to be rolled back, but: " + ending(tries[0]);
  if (tries[1].outcome != "promoted") return "the second try was to be promoted, but: " + ending(tries[1]);
  return {};
}

std::string summary_json(Story const& story, std::string const& counted, Board const& board, double peak_mib) {
  Json summary;
  summary["months"] = Json::parse(counted).at("months");
  summary["models"] = {{"champion", story.champion.figures}, {"challenger", story.challenger.figures}};
  summary["leak"] = {{"promised", story.leak.promised},
                     {"served", story.leak.served},
                     {"violating_share", story.leak.violating_share}};
  summary["stages"] = Json::object();
  for (auto const& [name, seconds] : board.stages()) summary["stages"][name] = seconds;
  summary["seconds"] = board.seconds();
  summary["peak_mib"] = peak_mib;
  return summary.dump(1) + "\n";
}

std::string report_html(Story const& story) {
  return podium::gate::render_html(
      {.title = "Late flights: champion against challenger",
       .headline = headline(story),
       .decisions =
           {{.title = "The challenger, September",
             .note = "Weather and recent late rates, joined point in time. Standard errors clustered by flight date.",
             .decision = story.september},
            {.title = "The challenger with a unit bug, September",
             .note = "The late rates reach the model in percent; it was trained on fractions.",
             .decision = story.unit_bug},
            {.title = "The challenger, October alone",
             .note = "The gain is smaller there, and one month is not enough to be sure of it.",
             .decision = story.october}},
       .rollout = story.rollout,
       .tables = {months_table(story), leak_table(story)},
       .provenance = story.provenance});
}

void print_table(std::ostream& out, Story const& story, Board const& board, double peak_mib) {
  auto const rule = std::string(80, '-') + "\n";
  out << rule << left("2013", 12) << right("AUC champion", 14) << right("challenger", 12)
      << right("log loss champion", 20) << right("challenger", 12) << '\n';
  for (int m = 7; m <= 12; ++m)
    out << left(months[m - 7], 12) << right(fixed(figure(story.champion, "auc", m), 3), 14)
        << right(fixed(figure(story.challenger, "auc", m), 3), 12)
        << right(fixed(figure(story.champion, "log_loss", m), 3), 20)
        << right(fixed(figure(story.challenger, "log_loss", m), 3), 12) << '\n';

  out << rule << left("Gate", 32) << left("verdict", 10) << "AUC gain, bounds\n";
  auto const gate = [&](char const* title, Decision const& decision) {
    std::string gain;
    if (Check const* check = find_check(decision, "auc_gain"))
      gain = signed_fixed(check->estimate, 3) + ", " + signed_fixed(check->lower, 3) + " to " +
             signed_fixed(check->upper, 3);
    out << left(title, 32) << left(std::string{to_string(decision.verdict)}, 10) << gain << '\n';
    out << "  " << clipped(codes(decision), 78) << '\n';
  };
  gate("challenger, September", story.september);
  gate("rates in percent, September", story.unit_bug);
  gate("challenger, October alone", story.october);

  out << rule << left("Leak: rates 3 hours ahead", 32) << "promised " << fixed(story.leak.promised, 3) << ", served "
      << fixed(story.leak.served, 3) << "; not yet known:\n";
  std::string shares;
  for (auto const& [set, share] : story.leak.violating_share)
    if (share > 0) shares += (shares.empty() ? "" : ", ") + set + " " + percent(share);
  out << "  " << clipped(shares, 78) << '\n';

  out << rule << left("Rollout", 16) << right("traffic", 11) << right("requests", 9) << right("errors: champion", 17)
      << right("challenger", 12) << "  outcome\n";
  for (std::size_t i = 0; i < story.rollout.tries.size(); ++i) {
    auto const& one = story.rollout.tries[i];
    for (RolloutStep const& step : one.steps)
      out << left("try " + std::to_string(i + 1) + ", " + step.stage, 16) << right(traffic_words(step), 11)
          << right(thousands(step.requests), 9) << right(errors(step.champion_errors, step.champion_requests), 17)
          << right(errors(step.challenger_errors, step.challenger_requests), 12) << "  " << clipped(step.outcome, 13)
          << '\n';
    out << "  " << clipped(ending(one), 78) << '\n';
  }
  out << rule << fixed(board.seconds(), 1) << " s, at most " << fixed(peak_mib, 0) << " MiB\n";
}

}  // namespace flights
