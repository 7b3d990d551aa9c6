#include "base/letters.hpp"
#include "spec/graph.hpp"
#include "spec/wire/component.hpp"
#include "spec/wire/entity.hpp"
#include "spec/wire/steps.hpp"

#include <array>

/// Sweeps, alone and as steps.
namespace podium::inline v0::spec::wire {
namespace {

struct Distribution {
  std::string_view type;
  std::array<std::string_view, 3> arguments;
};
constexpr std::array<Distribution, 9> distributions{{{"uniform", {"min_value", "max_value"}},
                                                     {"loguniform", {"min_value", "max_value"}},
                                                     {"quniform", {"min_value", "max_value", "q"}},
                                                     {"qloguniform", {"min_value", "max_value", "q"}},
                                                     {"normal", {"mu", "sigma"}},
                                                     {"lognormal", {"mu", "sigma"}},
                                                     {"qnormal", {"mu", "sigma", "q"}},
                                                     {"qlognormal", {"mu", "sigma", "q"}},
                                                     {"randint", {"upper"}}}};

Json as_rest(Value const& value);

/// One of the values of a choice: itself, or a mapping of further distributions.
Json chosen(Value const& value) {
  if (!value.is_map()) return value.node != nullptr ? plain_json(*value.node) : Json(value.text);
  Json out = Json::object();
  for (auto const& member : value.members)
    out[member.name] = member.value.is_map() && member.value.at("type") ? as_rest(member.value) : chosen(member.value);
  return out;
}

Json as_rest(Value const& value) {
  auto const type = base::lower_case(value.string("type"));
  if (type == "choice") {
    Json values = Json::array();
    for (auto const& item : value.at("values").items) values.push_back(chosen(item));
    return {type, Json::array({values})};
  }
  Json arguments = Json::array();
  for (auto const& one : distributions)
    if (one.type == type)
      for (auto const name : one.arguments)
        if (!name.empty()) arguments.push_back(yaml_form(value.at(name)));
  return {type, arguments};
}

Json as_yaml(Json const& json) {
  if (!json.is_array() || json.size() != 2 || !json[0].is_string() || !json[1].is_array()) return json;
  auto const type = base::lower_case(json[0].get<std::string>());
  Json out{{"type", type}};
  if (type == "choice") {
    out["values"] = json[1].empty() ? Json::array() : json[1][0];
    if (out["values"].is_array())
      for (auto& value : out["values"])
        if (value.is_object())
          for (auto& [key, inner] : value.items()) inner = as_yaml(inner);
    return out;
  }
  for (auto const& one : distributions)
    if (one.type == type)
      for (std::size_t i = 0; i < one.arguments.size() && i < json[1].size(); ++i)
        if (!one.arguments[i].empty()) out[std::string{one.arguments[i]}] = json[1][i];
  return out;
}

Json write_sampling(Writer& writer, Value const& value) {
  if (writer.style() == Style::snake) return yaml_form(value);
  if (!value.is_map()) return {{"samplingAlgorithmType", pascal(value.text)}};
  Json out{{"samplingAlgorithmType", pascal(base::lower_case(value.string("type")))}};
  for (auto const* field : {"seed", "rule", "logbase"})
    if (auto const& given = value.at(field)) out[field] = yaml_form(given);
  return out;
}

Json read_sampling(Json const& json) {
  if (!json.is_object()) return json;
  Json out = json;
  if (auto const type = out.find("samplingAlgorithmType"); type != out.end() && type->is_string()) {
    auto const word = snake(type->get<std::string>());
    out.erase(type);
    if (out.empty()) return word;
    out["type"] = word;
    if (auto rule = out.find("rule"); rule != out.end() && rule->is_string())
      *rule = base::lower_case(rule->get<std::string>());
  }
  return out;
}

Json write_termination(Writer& writer, Value const& value) {
  bool const snaky = writer.style() == Style::snake;
  auto const named = [&](std::string_view name) { return snaky ? std::string{name} : camel(name); };
  auto const type = base::lower_case(value.string("type"));
  Json out{{named("policy_type"), pascal(type)}};
  for (auto const& member : value.members)
    if (member.name != "type" && member.key != nullptr) out[named(member.name)] = yaml_form(member.value);
  auto const fill = [&](std::string_view name, Json standard) {
    if (auto const key = named(name); !out.contains(key)) out[key] = std::move(standard);
  };
  fill("delay_evaluation", 0);
  fill("evaluation_interval", type == "median_stopping" ? 1 : 0);
  if (type == "bandit") {
    fill("slack_factor", 0.0);
    fill("slack_amount", 0.0);
  }
  return out;
}

Json read_termination(Json const& json) {
  if (!json.is_object()) return json;
  Json out = Json::object();
  for (auto const& [key, value] : json.items()) {
    if (key == "policyType" && value.is_string())
      out["type"] = snake(value.get<std::string>());
    else
      out[snake(key)] = value;
  }
  return out;
}

}  // namespace

Spelling const sampling{write_sampling, read_sampling};
Spelling const termination{write_termination, read_termination};
Spelling const distribution{[](Writer&, Value const& value) { return as_rest(value); }, as_yaml};

Request create_sweep_job(Writer& writer, Entity const& entity) {
  Json body = writer.write(*entity.kind.table, entity.value);
  Json& properties = body["properties"];
  properties["jobType"] = "Sweep";
  Json const& trial = properties["trial"];
  if (!properties.contains("resources") && trial.contains("resources")) properties["resources"] = trial["resources"];
  complete_job(properties, entity);
  return job_request(writer, entity, std::move(body));
}

Json sweep_step(Writer& writer, std::string const& name, Value const& node) {
  auto const& trial = node.at("trial");
  Json out = node_base(writer, name, node, trial.is_map() ? &trial : nullptr);
  auto used = used_component(writer, node, "trial");
  out["trial"] = {{"componentId", std::move(used.id)}};
  out["_source"] = std::move(used.source);
  out["type"] = "sweep";
  add_as_written(out, node,
                 {"limits", "sampling_algorithm", "objective", "search_space", "queue_settings", "resources"});
  add_fields(writer, out, node, {"early_termination"});
  return out;
}

}  // namespace podium::inline v0::spec::wire
