#include "cli/evidence_options.hpp"

#include "podium/spec/load.hpp"

#include <charconv>

namespace podium::cli {

Result<std::pair<std::string, std::string>> split(std::string const& option, std::string const& item) {
  auto const equal = item.find('=');
  if (equal == std::string::npos || equal == 0 || equal + 1 == item.size())
    return Error{Errc::invalid_argument, "`" + option + " " + item + "` is not ID=VALUE"};
  return std::pair{item.substr(0, equal), item.substr(equal + 1)};
}

void PartOptions::add_to(CLI::App& command) {
  command
      .add_option("--predictions", predictions,
                  "Evaluation set and its table (Parquet, CSV, Arrow, JSON lines): the policy's columns, and the "
                  "scores as champion and challenger")
      ->type_name("ID=FILE");
  command
      .add_option("--eval-result", eval_results,
                  "Evaluation set and an eval_result.json: metrics without rows, which hold a floor and show no more")
      ->type_name("ID=FILE");
  command.add_option("--train-units", train_units, "Units seen in training: a table, or .txt with one a line")
      ->type_name("FILE");
  command.add_option("--train-end", train_end, "Newest label time in training, UTC")->type_name("TIME");
  command.add_option("--used", used, "How often an evaluation set was used before")->type_name("ID=N");
  command
      .add_option("--fact", facts,
                  "What is known about the models: challenger.digest, challenger.code_commit, challenger.author, "
                  "champion.digest, endpoint.champion_digest, set.ID.digest")
      ->type_name("NAME=VALUE");
  command.add_option("--as-of", as_of, "When the evidence was collected, UTC: ages and waivers count from here")
      ->type_name("TIME");
  command.add_flag("--first-run", first_run, "There is no champion yet");
  command.add_option("--production-mix", mix, "How traffic divides over slices in production (JSON)")
      ->type_name("FILE");
  command.add_option("--latency", latency, "Result of a load test (JSON)")->type_name("FILE");
  command.add_option("--approvals", approvals, "Who approved what (JSON)")->type_name("FILE");
  command.add_option("--shadow", shadow, "Answers to mirrored requests: a table with champion and challenger")
      ->type_name("FILE");
  command.add_option("--mirrored", mirrored, "How many requests were mirrored")->type_name("N");
  command.add_option("--shadow-errors", shadow_errors, "How many of them the challenger failed")->type_name("N");
  command.add_option("--shadow-seconds", shadow_seconds, "How long the shadow was watched")->type_name("N");
}

Result<rollout::BundleParts> PartOptions::parts() const {
  rollout::BundleParts parts;
  for (auto const& item : predictions) {
    auto named = split("--predictions", item);
    if (!named) return std::move(named).error();
    parts.predictions.emplace_back(named->first, named->second);
  }
  for (auto const& item : eval_results) {
    auto named = split("--eval-result", item);
    if (!named) return std::move(named).error();
    auto found = rollout::read_eval_result(named->second, named->first);
    if (!found) return std::move(found).error();
    parts.aggregates.push_back(*std::move(found));
  }
  for (auto const& item : facts) {
    auto named = split("--fact", item);
    if (!named) return std::move(named).error();
    parts.facts[named->first] = named->second;
  }
  for (auto const& item : used) {
    auto named = split("--used", item);
    if (!named) return std::move(named).error();
    int count = 0;
    auto const end = named->second.data() + named->second.size();
    if (std::from_chars(named->second.data(), end, count).ptr != end || count < 0)
      return Error{Errc::invalid_argument, "`--used " + item + "` is not ID=N"};
    parts.evaluations_used[named->first] = count;
  }
  struct Time {
    char const* option;
    std::string const* text;
    std::int64_t* into;
  };
  for (auto const& [option, text, into] :
       {Time{"--train-end", &train_end, &parts.train_end_us}, Time{"--as-of", &as_of, &parts.as_of_us}}) {
    auto time = rollout::read_time(*text);
    if (!time) return Error{Errc::invalid_argument, std::string{option} + ": " + time.error().message()};
    *into = *time;
  }
  if (!mix.empty()) {
    auto read = rollout::read_mix(mix);
    if (!read) return std::move(read).error();
    parts.production_mix = *std::move(read);
  }
  for (auto const& file : latency) {
    auto read = rollout::read_latency(file);
    if (!read) return std::move(read).error();
    parts.latency.push_back(*std::move(read));
  }
  if (!approvals.empty()) {
    auto read = rollout::read_approvals(approvals);
    if (!read) return std::move(read).error();
    parts.approvals = *std::move(read);
  }
  parts.train_units = train_units;
  parts.shadow = shadow;
  parts.mirrored = mirrored;
  parts.challenger_errors = shadow_errors;
  parts.shadow_duration_s = shadow_seconds;
  parts.first_run = first_run;
  return parts;
}

void EvidenceOptions::add_to(CLI::App& command) {
  command.add_option("--policy", policy, "Promotion policy (YAML)")->required()->type_name("FILE");
  command.add_option("--evidence", evidence, "Evidence folder or tar file, as `podium gate collect` makes it")
      ->type_name("DIR");
  given.add_to(command);
}

Result<model::PromotionPolicy> EvidenceOptions::load_policy() const { return spec::load_policy(policy).result(); }

Result<gate::Evidence> EvidenceOptions::collect(model::PromotionPolicy const& rules) const {
  bool const parts_given = !given.predictions.empty() || !given.eval_results.empty();
  if (evidence.empty() && !parts_given)
    return Error{Errc::invalid_argument, "nothing to judge: give --evidence DIR, or --predictions ID=FILE"};
  auto parts = given.parts();
  if (!parts) return std::move(parts).error();
  if (evidence.empty()) return rollout::evidence_of(*parts, rules);
  bool const more = parts_given || !given.train_units.empty() || !given.shadow.empty() || given.first_run ||
                    !given.used.empty() || !given.facts.empty() || !given.mix.empty() || !given.latency.empty() ||
                    !given.train_end.empty() || !given.as_of.empty();
  if (more)
    return Error{Errc::invalid_argument,
                 "--evidence is complete in itself: leave the other parts out, or collect a new bundle with them"};
  auto read = rollout::read_bundle(evidence, rules);
  if (!read) return read;
  for (auto& approval : parts->approvals) read->approvals.push_back(std::move(approval));
  return read;
}

}  // namespace podium::cli
