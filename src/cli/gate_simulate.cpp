#include "cli/gate_commands.hpp"

#include "podium/gate/simulate.hpp"
#include "podium/spec/load.hpp"

#include <cmath>
#include <cstdio>

namespace podium::cli {
namespace {

struct Arguments {
  std::string policy;
  std::vector<double> effects;
  gate::SimulationOptions options;
  std::string output = "human";
};

std::string percent(gate::VerdictShare const& share) {
  char text[64];
  std::snprintf(text, sizeof text, "%.1f %% (%.1f to %.1f)", share.share * 100, share.interval.lower * 100,
                share.interval.upper * 100);
  return text;
}

std::string plain(double value) {
  if (!std::isfinite(value)) return "null";
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

std::string json_of(gate::OperatingCharacteristics const& one) {
  auto const share = [](gate::VerdictShare const& of) {
    return "{\"share\": " + plain(of.share) + ", \"interval\": [" + plain(of.interval.lower) + ", " +
           plain(of.interval.upper) + "], \"worlds\": " + std::to_string(of.count) + "}";
  };
  std::string reasons;
  for (auto const& [code, count] : one.reasons)
    reasons += (reasons.empty() ? "" : ", ") + quote(code) + ": " + std::to_string(count);
  return "{\"metric\": " + quote(one.metric) + ", \"effect\": " + plain(one.effect) +
         ", \"champion\": " + plain(one.champion) + ", \"challenger\": " + plain(one.challenger) +
         ", \"worlds\": " + std::to_string(one.worlds) + ", \"promote\": " + share(one.promote) +
         ", \"hold\": " + share(one.hold) + ", \"reject\": " + share(one.reject) + ", \"reasons\": {" + reasons + "}}";
}

int simulate(Arguments const& args, Terminal& term) {
  auto policy = spec::load_policy(args.policy).result();
  if (!policy) return fail(term, "gate simulate", policy.error());
  std::vector<double> effects{0};
  for (double const effect : args.effects)
    if (effect != 0) effects.push_back(effect);
  std::vector<gate::OperatingCharacteristics> found;
  for (double const effect : effects) {
    auto options = args.options;
    options.effect = effect;
    auto one = gate::simulate(*policy, options);
    if (!one) return fail(term, "gate simulate", one.error());
    found.push_back(*std::move(one));
  }
  if (args.output == "json") {
    std::string list;
    for (auto const& one : found) list += (list.empty() ? "" : ",\n ") + json_of(one);
    term.out << "[" << list << "]\n";
    return Exit::done;
  }
  std::vector<std::vector<std::string>> rows{{"TRUE GAIN", "CHAMPION", "CHALLENGER", "PROMOTE", "HOLD", "REJECT"}};
  for (auto const& one : found)
    rows.push_back({signed_number(one.effect), plain(std::round(one.champion * 1e4) / 1e4),
                    plain(std::round(one.challenger * 1e4) / 1e4), percent(one.promote), percent(one.hold),
                    percent(one.reject)});
  term.out << found.front().metric << ", " << args.options.units << " units, " << args.options.worlds
           << " worlds each; 95 % intervals in brackets\n"
           << table(rows) << "\nmost common first reasons\n";
  for (auto const& one : found)
    for (auto const& [code, count] : one.reasons)
      if (count * 20 >= one.worlds)
        term.out << "  gain " << signed_number(one.effect) << ": " << code << " " << count << '\n';
  term.out << "\nThe first row is the chance that this policy promotes a challenger that is no better.\n";
  return Exit::done;
}

}  // namespace

void add_gate_simulate(CLI::App& gate, Action& action) {
  auto args = std::make_shared<Arguments>();
  auto* command = gate.add_subcommand("simulate", "Operating characteristics of a policy: how often it would promote");
  command->add_option("--policy", args->policy, "Promotion policy (YAML)")->required()->type_name("FILE");
  command
      ->add_option("--effect", args->effects,
                   "True gain in the first success metric; several are allowed, 0 is always shown")
      ->type_name("X");
  command->add_option("--n,--units", args->options.units, "Rows (queries, for ranking) of each evaluation set")
      ->type_name("N");
  command->add_option("--clusters", args->options.clusters, "Clusters, where the policy names them")->type_name("N");
  command->add_option("--positives", args->options.positives, "Share of positives")->type_name("P");
  command->add_option("--agreement", args->options.agreement, "Correlation of the two models' errors")->type_name("R");
  command->add_option("--noise", args->options.noise, "How blurred the champion sees the signal")->type_name("X");
  command->add_option("--worlds", args->options.worlds, "Simulated evaluations")->type_name("N");
  command->add_option("--seed", args->options.seed, "Of the simulation; equal seeds give equal results");
  command->add_option("--threads", args->options.threads, "Threads; the result is the same with any number")
      ->check(CLI::Range(1, 64));
  command->add_option("--output,-o", args->output, "human or json")->check(CLI::IsMember({"human", "json"}));
  command->footer(
      "Simulated are metrics, slices, sizes and levels; rules about facts, people, latency and traffic are taken as "
      "satisfied. Exit: 0 done; 2 usage or policy error.");
  command->callback(
      [args, &action] { action = [args](Terminal& term, Context const&) { return simulate(*args, term); }; });
}

}  // namespace podium::cli
