#include "cli/command.hpp"
#include "cli/evidence_options.hpp"

#include "podium/gate/evaluate.hpp"
#include "podium/gate/report.hpp"

#include <cmath>
#include <cstdio>
#include <filesystem>

namespace podium::cli {
namespace {

struct Arguments {
  EvidenceOptions evidence;
  std::string out;
  std::string output = "human";
};

std::string number(double value) {
  if (!std::isfinite(value)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%+.4f", value);
  return text;
}

void show(model::Decision const& decision, Terminal& term) {
  std::vector<std::vector<std::string>> rows{{"CHECK", "ESTIMATE", "INTERVAL", "LINE", "OUTCOME"}};
  std::size_t sound = 0;  // checks of the evidence that found nothing
  for (auto const& check : decision.checks) {
    if (check.role == "quality" && check.outcome == model::Outcome::pass) {
      ++sound;
      continue;
    }
    rows.push_back({check.id, number(check.estimate), number(check.lower) + " .. " + number(check.upper),
                    number(check.margin), std::string{gate::to_string(check.outcome)}});
  }
  term.out << table(rows) << sound << " checks of the evidence itself passed\n\n"
           << gate::to_string(decision.verdict) << '\n';
  for (auto const& reason : decision.reasons) term.out << "  " << reason.code << ": " << reason.message << '\n';
  for (auto const& check : decision.checks)
    if (!check.resolve.empty()) term.out << "  " << check.id << ": " << check.resolve << '\n';
}

int evaluate(Arguments const& args, Terminal& term) {
  auto policy = args.evidence.load_policy();
  if (!policy) return fail(term, "gate evaluate", policy.error());
  auto evidence = args.evidence.collect(*policy);
  if (!evidence) return fail(term, "gate evaluate", evidence.error());
  auto decision = gate::evaluate(*policy, *evidence);
  if (!decision) return fail(term, "gate evaluate", decision.error());

  if (!args.out.empty()) {
    std::error_code failed;
    std::filesystem::create_directories(args.out, failed);
    gate::ReportInput const input{.title = "Promotion gate: " + policy->name,
                                  .headline = std::string{gate::to_string(decision->verdict)},
                                  .decisions = {{"Champion against challenger", "", *decision}},
                                  .rollout = {},
                                  .tables = {},
                                  .provenance = evidence->provenance};
    for (auto const& [name, text] :
         {std::pair{"decision.json", gate::to_json(*decision) + "\n"},
          std::pair{"report.html", gate::render_html(input)}, std::pair{"summary.md", gate::render_markdown(input)}})
      if (auto written = write_file(args.out + "/" + name, text); !written)
        return fail(term, "gate evaluate", written.error());
  }
  if (args.output == "json")
    term.out << gate::to_json(*decision) << '\n';
  else
    show(*decision, term);
  return gate::exit_code(*decision);
}

}  // namespace

void add_gate(CLI::App& app, Action& action) {
  auto* gate = app.add_subcommand("gate", "Judge a challenger against the champion");
  gate->require_subcommand(1);
  auto args = std::make_shared<Arguments>();
  auto* command = gate->add_subcommand("evaluate", "Apply a policy to predictions: promote, hold or reject");
  args->evidence.add_to(*command);
  command->add_option("--out", args->out, "Folder for decision.json, report.html and summary.md")->type_name("DIR");
  command->add_option("--output,-o", args->output, "human or json")->check(CLI::IsMember({"human", "json"}));
  command->footer("Exit: 0 promote, 10 or 11 hold, 20 reject; 1 could not do it, 2 usage or policy error.");
  command->callback(
      [args, &action] { action = [args](Terminal& term, Context const&) { return evaluate(*args, term); }; });
}

}  // namespace podium::cli
