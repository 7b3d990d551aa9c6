#include "spec/sweep.hpp"

#include "spec/binding.hpp"
#include "spec/command.hpp"

#include <set>

namespace podium::inline v0::spec {
namespace {

void check_space(Reader& reader, Node const& node) {
  auto const* space = node.entry("search_space");
  if (space != nullptr && (!space->value->is_mapping() || !space->value->entries.empty())) return;
  Reader::Step const step{reader, "search_space"};
  reader.warning("PD1106", space == nullptr ? reader.holder(node) : *space->key, "the sweep has nothing to search",
                 "add `search_space:`, a distribution for each parameter");
}

/// Parameters that the command of the trial does not name.
void check_unused(Reader& reader, Node const& command, Value const& space) {
  std::vector<std::string_view> names;
  for (auto const& parameter : space.members) names.push_back(parameter.name);
  std::set<std::string> used;
  for (auto const& binding : bindings_in(command)) {
    auto const target = target_of(binding.expression);
    if (target.kind != Target::Kind::search_space) continue;
    used.insert(target.name);
    used.insert(std::string{nearest(target.name, names)});  // what a misspelt one stands for
  }
  Reader::Step const step{reader, "search_space"};
  for (auto const& parameter : space.members) {
    if (used.contains(parameter.name) || used.empty()) continue;
    Reader::Step const inner{reader, parameter.name};
    reader.warning("PD1106", *parameter.key, "the trial's command does not use `" + parameter.name + "`",
                   "write `${{search_space." + parameter.name + "}}` where it belongs");
  }
}

}  // namespace

void check_chosen(Reader& reader, Node const& node, Value& value) {
  if (node.type != ScalarType::boolean) return;
  reader.error("PD1012", node, "expected a number, a text or a mapping, found " + found(node),
               "put it in quotes: \"" + node.text + "\"");
  value.kind = Value::Kind::none;
}

void check_choice(Reader& reader, Node const& node, Value& value) {
  auto const* values = node.entry("values");
  if (values != nullptr && !(value.at("values").kind == Value::Kind::list && value.at("values").items.empty())) return;
  Reader::Step const step{reader, "values"};
  reader.warning("PD1013", values == nullptr ? reader.holder(node) : *values->key, "the choice has no values",
                 "add `values:`, a list");
}

void check_uniform(Reader& reader, Node const& node, Value& value) {
  auto const& low = value.at("min_value");
  auto const& high = value.at("max_value");
  if (!low || !high || low.binding || high.binding || low.number <= high.number) return;
  static_cast<void>(node);
  Reader::Step const step{reader, "max_value"};
  reader.warning("PD1015", *high.node, "`max_value` is smaller than `min_value`")
      .related.push_back(low.node->source->label(low.node->span, "the least value"));
}

void check_bandit(Reader& reader, Node const& node, Value& value) {
  auto const* factor = node.entry("slack_factor");
  auto const* amount = node.entry("slack_amount");
  bool const zero = value.at("slack_amount").number == 0 || value.at("slack_factor").number == 0;
  if (factor != nullptr && amount != nullptr && !zero)
    reader.warning("PD1021", *amount->key, "`slack_factor` and `slack_amount` exclude each other", "keep one of them");
  if (factor == nullptr && amount == nullptr)
    reader.warning("PD1021", reader.holder(node), "a bandit policy needs `slack_factor` or `slack_amount`",
                   "add one of them");
}

void check_sweep_limits(Reader& reader, Node const&, Value& value) {
  auto const& all = value.at("max_total_trials");
  auto const& at_once = value.at("max_concurrent_trials");
  if (!all || !at_once || all.binding || at_once.binding || at_once.integer <= all.integer) return;
  Reader::Step const step{reader, "max_concurrent_trials"};
  reader.warning("PD1015", *at_once.node,
                 "`max_concurrent_trials` is greater than `max_total_trials`, " + std::to_string(all.integer));
}

void check_sweep_job(Reader& reader, Node const& node, Value& value) {
  check_given_names(reader, value);
  note_serverless(reader, node);
  check_space(reader, node);
  auto const* trial = node.find("trial");
  auto const* command = trial == nullptr ? nullptr : trial->find("command");
  if (command == nullptr) return;
  auto const& space = value.at("search_space");
  check_unused(reader, *command, space);
  Reader::Step const step{reader, "trial"};
  Reader::Step const inner{reader, "command"};
  check_command(reader, *command, {&value.at("inputs"), &value.at("outputs"), false, &space});
}

void check_sweep_node(Reader& reader, Node const& node, Value& value) {
  check_space(reader, node);
  auto const& trial = value.at("trial");
  if (!trial.is_map() || trial.shape == nullptr) return;
  auto const& inputs = trial.at("inputs");
  std::vector<std::string_view> names;
  for (auto const& input : inputs.members) names.push_back(input.name);
  Reader::Step const step{reader, "search_space"};
  for (auto const& parameter : value.at("search_space").members) {
    Reader::Step const inner{reader, parameter.name};
    if (inputs.at(parameter.name).node == nullptr) {
      auto const near = nearest(parameter.name, names);
      reader.error("PD1106", *parameter.key, "the trial has no input `" + parameter.name + "`",
                   near.empty() ? "its inputs are: " + (names.empty() ? "none" : joined(names))
                                : "did you mean `" + std::string{near} + "`?");
      continue;
    }
    auto const& given = value.at("inputs").at(parameter.name);
    if (given.node != nullptr)
      reader.warning("PD1106", *parameter.key, "`" + parameter.name + "` is both searched and given",
                     "remove it from `inputs` or from `search_space`");
  }
}

}  // namespace podium::inline v0::spec
