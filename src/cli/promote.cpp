#include "podium/promote.hpp"

#include "cli/command.hpp"
#include "cli/evidence_options.hpp"
#include "cli/workspace_options.hpp"

#include "podium/data/table.hpp"

namespace podium::cli {
namespace {

struct Arguments {
  WorkspaceOptions workspace;
  EvidenceOptions evidence;
  std::string endpoint;
  std::string champion;
  std::string challenger;
  std::string challenger_model;
  std::string traffic;
  std::string ledger;
  std::string output = "human";
};

/// The replay: `requests` is a table with the columns id and body, and perhaps offline_score (one row a request).
Result<rollout::Traffic> replay(std::string const& file) {
  if (file.empty()) return rollout::Traffic{[] { return std::optional<rollout::LiveRequest>{}; }};
  auto table = data::read(file);
  if (!table) return std::move(table).error().with("traffic", file);
  auto ids = data::strings(*table, "id");
  if (!ids) return std::move(ids).error().with("traffic", file);
  auto bodies = data::strings(*table, "body");
  if (!bodies) return std::move(bodies).error().with("traffic", file);
  std::vector<double> scores;
  if (table->has_column("offline_score")) {
    auto read = data::doubles(*table, "offline_score");
    if (!read) return std::move(read).error().with("traffic", file);
    scores = *std::move(read);
  }
  return rollout::Traffic{[ids = *std::move(ids), bodies = *std::move(bodies), scores = std::move(scores),
                           next = std::size_t{0}]() mutable -> std::optional<rollout::LiveRequest> {
    if (next == ids.size()) return std::nullopt;
    auto const i = next++;
    return rollout::LiveRequest{ids[i], bodies[i], scores.empty() ? std::vector<double>{} : std::vector{scores[i]}};
  }};
}

int promote(Arguments const& args, Terminal& term, Context const& ctx) {
  auto policy = args.evidence.load_policy();
  if (!policy) return fail(term, "promote", policy.error());
  auto evidence = args.evidence.collect(*policy);
  if (!evidence) return fail(term, "promote", evidence.error());
  auto traffic = replay(args.traffic);
  if (!traffic) return fail(term, "promote", traffic.error());
  auto workspace = args.workspace.open();
  if (!workspace) return fail(term, "promote", workspace.error());

  PromoteOptions options{.policy = *std::move(policy),
                         .evidence = *std::move(evidence),
                         .endpoint = args.endpoint,
                         .champion = args.champion,
                         .challenger = args.challenger,
                         .challenger_model = args.challenger_model,
                         .traffic = *std::move(traffic),
                         .reference_scores = {},
                         .ledger = args.ledger};
  if (!options.evidence.sets.empty()) options.reference_scores = options.evidence.sets.front().challenger;
  auto const told = [&](model::RolloutStep const& step) {
    if (step.outcome.empty()) return;
    term.err << step.stage << " at " << step.weight << " %: " << step.requests << " requests, " << step.outcome
             << (step.reason.empty() ? "" : ", " + step.reason) << std::endl;
  };
  auto promotion = podium::promote(workspace->session(), options, told, ctx);
  if (!promotion) return fail(term, "promote", promotion.error());

  if (args.output == "json") {
    model::RolloutRecord record{args.endpoint, {}};
    if (promotion->rollout) record.tries.push_back(*promotion->rollout);
    term.out << "{\"decision\": " << gate::to_json(promotion->decision) << ", \"rollout\": " << rollout::to_json(record)
             << "}\n";
  } else {
    term.out << gate::to_string(promotion->decision.verdict) << '\n';
    for (auto const& reason : promotion->decision.reasons)
      term.out << "  " << reason.code << ": " << reason.message << '\n';
    if (promotion->rollout)
      term.out << promotion->rollout->outcome << " after " << promotion->rollout->requests << " requests"
               << (promotion->rollout->reason.empty() ? "" : ": " + promotion->rollout->reason) << '\n';
  }
  return promotion->exit_code;
}

}  // namespace

void add_promote(CLI::App& app, Action& action) {
  auto args = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("promote", "Judge a challenger, and if it deserves it, put it there step by step");
  args->evidence.add_to(*command);
  args->workspace.add_to(*command);
  command->add_option("--endpoint", args->endpoint, "Online endpoint")->required();
  command->add_option("--champion", args->champion, "Deployment that serves 100 % now")->required();
  command->add_option("--challenger", args->challenger, "Deployment beside it at 0 %")->required();
  command->add_option("--challenger-model", args->challenger_model, "Model id, for the record");
  command->add_option("--traffic", args->traffic, "Requests to replay: a table with id, body and perhaps offline_score")
      ->type_name("FILE");
  command->add_option("--ledger", args->ledger, "JSON lines that every decision and change is appended to")
      ->type_name("FILE");
  command->add_option("--output,-o", args->output, "human or json")->check(CLI::IsMember({"human", "json"}));
  command->footer(
      "Exit: 0 promoted, 10 or 11 hold, 20 reject, 30 rolled back; 1 could not do it, 2 usage or policy error, "
      "3 the endpoint changed or a lock is held, 130 interrupted (the champion has its traffic back).");
  command->callback(
      [args, &action] { action = [args](Terminal& term, Context const& ctx) { return promote(*args, term, ctx); }; });
}

}  // namespace podium::cli
