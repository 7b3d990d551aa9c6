#include "cli/evidence_options.hpp"
#include "cli/gate_commands.hpp"

#include "podium/gate/evaluate.hpp"
#include "podium/gate/report.hpp"
#include "podium/spec/load.hpp"

#include <fstream>
#include <iterator>

namespace podium::cli {
namespace {

struct Arguments {
  std::string decision;
  std::string policy;
  std::string evidence;
  std::string format = "markdown";
  std::string out;
  std::string title;
};

Result<model::Decision> read_decision(std::string const& file) {
  std::ifstream in{file, std::ios::binary};
  if (!in) return Error{Errc::not_found, "cannot read `" + file + "`"};
  auto decision = gate::decision_from_json(std::string{std::istreambuf_iterator<char>{in}, {}});
  if (!decision) return std::move(decision).error().with("decision", file);
  return decision;
}

Result<std::string> render(Arguments const& args) {
  auto decision = read_decision(args.decision);
  if (!decision) return std::move(decision).error();
  if (args.format == "junit") {
    if (!args.policy.empty() || !args.evidence.empty() || !args.title.empty())
      return Error{Errc::invalid_argument, "--policy, --evidence and --title are for html and markdown"};
    return gate::render_junit(*decision);
  }
  model::PromotionPolicy policy;
  policy.name = decision->policy_name;
  gate::Evidence evidence;
  if (!args.policy.empty()) {
    auto loaded = spec::load_policy(args.policy).result();
    if (!loaded) return std::move(loaded).error();
    policy = *std::move(loaded);
    if (policy.digest != decision->policy_digest)
      return Error{Errc::invalid_argument, "`" + args.policy + "` is not the policy that this decision was made by"};
  }
  if (!args.evidence.empty()) {
    if (args.policy.empty()) return Error{Errc::invalid_argument, "--evidence needs --policy to be read"};
    auto read = rollout::read_bundle(args.evidence, policy);
    if (!read) return std::move(read).error();
    evidence = *std::move(read);
  }
  auto input = gate::report_of(policy, evidence, *decision);
  if (!args.title.empty()) input.title = args.title;
  return args.format == "html" ? gate::render_html(input) : gate::render_markdown(input);
}

int report(Arguments const& args, Terminal& term) {
  auto text = render(args);
  if (!text) return fail(term, "gate report", text.error());
  if (args.out.empty()) {
    term.out << *text;
    return Exit::done;
  }
  if (auto written = write_file(args.out, *text); !written) return fail(term, "gate report", written.error());
  return Exit::done;
}

}  // namespace

void add_gate_report(CLI::App& gate, Action& action) {
  auto args = std::make_shared<Arguments>();
  auto* command = gate.add_subcommand("report", "Show a decision to people: a page, a summary, test results");
  command->add_option("--decision", args->decision, "decision.json of `podium gate evaluate`")
      ->required()
      ->type_name("FILE");
  command->add_option("--policy", args->policy, "Its policy")->type_name("FILE");
  command->add_option("--evidence", args->evidence, "Its evidence: adds the curves")->type_name("DIR");
  command->add_option("--format,-f", args->format, "html, markdown or junit")
      ->check(CLI::IsMember({"html", "markdown", "junit"}));
  command->add_option("--out", args->out, "File to write instead of standard output")->type_name("FILE");
  command->add_option("--title", args->title, "Heading of the report");
  command->callback(
      [args, &action] { action = [args](Terminal& term, Context const&) { return report(*args, term); }; });
}

namespace {

struct VerifyArguments {
  EvidenceOptions evidence;
  std::string decision;
  int threads = 1;
};

int verify(VerifyArguments const& args, Terminal& term) {
  auto recorded = read_decision(args.decision);
  if (!recorded) return fail(term, "gate verify", recorded.error());
  auto policy = args.evidence.load_policy();
  if (!policy) return fail(term, "gate verify", policy.error());
  auto evidence = args.evidence.collect(*policy);
  if (!evidence) return fail(term, "gate verify", evidence.error());
  auto again = gate::evaluate(*policy, *evidence, {.threads = args.threads});
  if (!again) return fail(term, "gate verify", again.error());
  if (gate::to_json(*again) == gate::to_json(*recorded)) {
    term.out << "reproduced: " << again->digest << '\n';
    return Exit::done;
  }
  auto const what = again->policy_digest != recorded->policy_digest       ? "the policy is another one"
                    : again->evidence_digest != recorded->evidence_digest ? "the evidence is another one"
                    : again->digest == recorded->digest                   ? "the recorded decision was changed"
                                                                          : "the decision is another one";
  term.out << "not reproduced: " << what << "\n  recorded " << recorded->digest << "\n  again    " << again->digest
           << '\n';
  return Exit::not_done;
}

}  // namespace

void add_gate_verify(CLI::App& gate, Action& action) {
  auto args = std::make_shared<VerifyArguments>();
  auto* command = gate.add_subcommand("verify", "Judge recorded evidence again: the same bytes, or say what differs");
  args->evidence.add_to(*command);
  command->add_option("--decision", args->decision, "decision.json that was recorded")->required()->type_name("FILE");
  command->add_option("--threads", args->threads, "Threads for resampling; the result is the same with any number")
      ->check(CLI::Range(1, 256));
  command->footer("Exit: 0 reproduced; 1 not reproduced, or could not do it; 2 usage or policy error.");
  command->callback(
      [args, &action] { action = [args](Terminal& term, Context const&) { return verify(*args, term); }; });
}

}  // namespace podium::cli
