#include "cli/evidence_options.hpp"
#include "cli/gate_commands.hpp"

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
  int threads = 1;
};

void show(model::Decision const& decision, Terminal& term) {
  std::vector<std::vector<std::string>> rows{{"CHECK", "ESTIMATE", "INTERVAL", "LINE", "OUTCOME"}};
  std::size_t sound = 0;  // checks of the evidence that found nothing
  for (auto const& check : decision.checks) {
    if (check.role == "quality" && check.outcome == model::Outcome::pass) {
      ++sound;
      continue;
    }
    rows.push_back({check.id, signed_number(check.estimate),
                    signed_number(check.lower) + " .. " + signed_number(check.upper), signed_number(check.margin),
                    std::string{gate::to_string(check.outcome)}});
  }
  term.out << table(rows) << sound << " checks of the evidence itself passed\n\n"
           << gate::to_string(decision.verdict) << (decision.hold.empty() ? "" : " (" + decision.hold + ")") << '\n';
  for (auto const& reason : decision.reasons) term.out << "  " << reason.code << ": " << reason.message << '\n';
  bool first = true;
  for (auto const& check : decision.checks) {
    if (check.resolve.empty()) continue;
    if (first) term.out << "what would settle it\n";
    first = false;
    term.out << "  " << check.id << ": " << check.resolve << '\n';
  }
}

int evaluate(Arguments const& args, Terminal& term) {
  auto policy = args.evidence.load_policy();
  if (!policy) return fail(term, "gate evaluate", policy.error());
  auto evidence = args.evidence.collect(*policy);
  if (!evidence) return fail(term, "gate evaluate", evidence.error());
  auto decision = gate::evaluate(*policy, *evidence, {.threads = args.threads});
  if (!decision) return fail(term, "gate evaluate", decision.error());

  if (!args.out.empty()) {
    std::error_code failed;
    std::filesystem::create_directories(args.out, failed);
    auto const input = gate::report_of(*policy, *evidence, *decision);
    for (auto const& [name, text] :
         {std::pair{"decision.json", gate::to_json(*decision) + "\n"},
          std::pair{"report.html", gate::render_html(input)}, std::pair{"summary.md", gate::render_markdown(input)},
          std::pair{"junit.xml", gate::render_junit(*decision)}})
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

void add_gate_evaluate(CLI::App& gate, Action& action) {
  auto args = std::make_shared<Arguments>();
  auto* command = gate.add_subcommand("evaluate", "Apply a policy to evidence: promote, hold or reject");
  args->evidence.add_to(*command);
  command->add_option("--out", args->out, "Folder for decision.json, report.html, summary.md and junit.xml")
      ->type_name("DIR");
  command->add_option("--output,-o", args->output, "human or json")->check(CLI::IsMember({"human", "json"}));
  command->add_option("--threads", args->threads, "Threads for resampling; the result is the same with any number")
      ->check(CLI::Range(1, 256));
  command->footer(
      "Exit: 0 promote; hold: 10 inconclusive, 11 invalid evidence, 12 approval missing; 20 reject; "
      "1 could not do it, 2 usage or policy error, 3 the world changed or a lock is held.");
  command->callback(
      [args, &action] { action = [args](Terminal& term, Context const&) { return evaluate(*args, term); }; });
}

}  // namespace podium::cli
