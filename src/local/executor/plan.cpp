#include "local/executor/plan.hpp"

#include "base/letters.hpp"
#include "local/executor/binding.hpp"
#include "local/executor/schedule.hpp"
#include "local/store_state.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace podium::inline v0::local {
namespace {

Error bad(std::string message) { return Error{Errc::invalid_argument, std::move(message)}; }

template <class Map>
std::string names_of(Map const& map) {
  std::string out;
  for (auto const& [name, _] : map) out += (out.empty() ? "`" : ", `") + name + "`";
  return out.empty() ? "none" : out;
}

Given read_given(Json const& value) {
  if (!value.is_object()) return {.text = text_of(value), .uri = {}, .type = "literal", .mode = {}};
  Given out;
  out.type = text_of(either(value, "job_input_type", "jobInputType"));
  if (out.type.empty()) out.type = text_of(value, "type");
  out.mode = text_of(value, "mode");
  out.text = text_of(value, "value");
  if (out.text.empty() && out.type != "literal") {
    out.uri = text_of(value, "uri");
    if (out.uri.empty()) out.uri = text_of(value, "path");
    if (out.uri.find("${{") != std::string::npos) out.text = std::exchange(out.uri, {});
  }
  return out;
}

Target read_target(Json const& value) {
  Target out;
  if (!value.is_object()) return out;
  out.type = text_of(either(value, "job_output_type", "jobOutputType"));
  if (out.type.empty() && text_of(value, "type") != "literal") out.type = text_of(value, "type");
  out.mode = text_of(value, "mode");
  out.uri = text_of(value, "uri");
  if (out.uri.empty()) out.uri = text_of(value, "path");
  if (out.uri.empty()) out.uri = text_of(value, "value");
  out.asset_name = text_of(either(value, "asset_name", "assetName"));
  if (out.asset_name.empty() && value.contains("job_output_type")) out.asset_name = text_of(value, "name");
  out.asset_version = text_of(either(value, "asset_version", "assetVersion"));
  return out;
}

std::map<std::string, Port> read_ports(Json const& ports, char const* otherwise) {
  std::map<std::string, Port> out;
  if (!ports.is_object()) return out;
  for (auto const& [name, value] : ports.items()) {
    Port port;
    port.declaration = value;
    port.type = value.is_string() ? text_of(value) : text_of(value, "type");
    if (port.type.empty()) port.type = otherwise;
    port.mode = text_of(value, "mode");
    auto const optional = base::lower_case(text_of(value, "optional"));
    port.optional = optional == "true";
    if (auto const& standard = member(value, "default"); !standard.is_null()) port.otherwise = text_of(standard);
    out.emplace(name, std::move(port));
  }
  return out;
}

std::map<std::string, std::string> read_texts(Json const& value) {
  std::map<std::string, std::string> out;
  if (value.is_object())
    for (auto const& [name, text] : value.items()) out[name] = text_of(text);
  return out;
}

/// One process on one machine is what there is.
Result<void> check_resources(Json const& where) {
  auto const& resources = member(where, "resources");
  auto const count = text_of(either(resources, "instance_count", "instanceCount"));
  if (!count.empty() && count != "1")
    return bad("instance_count is " + count + "; the local workspace runs a step on one instance");
  auto const& distribution = member(where, "distribution");
  if (distribution.is_object() && !distribution.empty())
    return bad("distribution is not supported by the local workspace");
  return {};
}

Result<void> check_command(Step const& step) {
  auto used = references(step.command);
  if (!used) return std::move(used).error();
  for (auto const& reference : *used) {
    bool const input = reference.kind == "inputs";
    auto const& ports = input ? step.inputs : step.outputs;
    auto const port = ports.find(reference.name);
    if (port == ports.end())
      return bad("the command uses `${{" + reference.kind + "." + reference.name + "}}`, but its " + reference.kind +
                 " are " + names_of(ports));
    if (input && !reference.optional && port->second.optional && !port->second.otherwise)
      return bad("the command uses the optional input `" + reference.name + "` outside `$[[ ]]`");
  }
  return {};
}

Result<void> check_data(Store const& store, Given const& given) {
  auto const mode = base::lower_case(given.mode);
  if (mode.starts_with("eval")) return bad("input mode " + given.mode + " is not supported by the local workspace");
  if (is_direct(mode)) return {};
  if (auto at = resolve_uri(store, given.uri); !at) return std::move(at).error();
  return {};
}

/// Inputs that are declared and given fit together, as far as can be known before the run.
Result<void> check_inputs(Store const& store, Plan const& plan, Step const& step) {
  for (auto const& [name, _] : step.given)
    if (!step.inputs.contains(name))
      return bad("there is no input `" + name + "`; the inputs are " + names_of(step.inputs));
  for (auto const& [name, port] : step.inputs) {
    auto const at = step.given.find(name);
    auto const in = [&](Error error) { return std::move(error).with("input", name); };
    if (at == step.given.end()) {
      if (!port.optional && !port.otherwise) return bad("required input `" + name + "` is not given");
      continue;
    }
    Given given = at->second;
    if (auto binding = parse_binding(given.text); !binding) {
      return in(std::move(binding).error());
    } else if (*binding) {
      if (!plan.pipeline) return in(bad("a job of its own has no parent to bind to"));
      if ((*binding)->to != Binding::To::parent_input) continue;  // steps are looked at together
      auto const parent = plan.inputs.find((*binding)->name);
      if (parent == plan.inputs.end()) {
        if (port.optional) continue;
        return in(bad("the pipeline has no input `" + (*binding)->name + "`; its inputs are " + names_of(plan.inputs)));
      }
      auto const mode = given.mode;
      given = parent->second;
      if (!mode.empty()) given.mode = mode;
    }
    if (given.data()) {
      if (is_literal_type(port.type)) return in(bad("data is given for an input of type " + port.type));
      if (given.mode.empty()) given.mode = port.mode;
      if (auto ok = check_data(store, given); !ok) return in(std::move(ok).error());
    } else if (is_literal_type(port.type)) {
      if (auto ok = check_literal(port, given.text); !ok) return in(std::move(ok).error());
    } else {
      return in(bad("the literal `" + given.text + "` is given for an input of type " + port.type));
    }
  }
  return {};
}

Result<Step> read_node(Store const& store, std::string const& name, Json const& node) {
  auto const type = base::lower_case(text_of(node, "type"));
  if (!type.empty() && type != "command")
    return bad("steps of type " + type + " are not supported by the local workspace");
  Step step;
  step.name = name;
  step.component_id = text_of(either(node, "component_id", "componentId"));
  if (step.component_id.empty()) return bad("the step has no componentId");
  auto id = asset_id(store, "components", step.component_id);
  if (!id) return std::move(id).error();
  auto component = store.get(*id);
  if (!component) return std::move(component).error();
  if (!*component) return bad("the workspace has no component `" + step.component_id + "`");
  step.spec = either(member((*component)->body, "properties"), "component_spec", "componentSpec");
  auto const kind = base::lower_case(text_of(step.spec, "type"));
  if (!kind.empty() && !kind.starts_with("command"))
    return bad("components of type " + kind + " are not supported by the local workspace");
  step.component_name = text_of(step.spec, "name");
  if (step.component_name.empty() || step.component_name == "azureml_anonymous") step.component_name = name;
  auto const deterministic = base::lower_case(text_of(step.spec, "is_deterministic"));
  step.deterministic = deterministic != "false";

  step.command = text_of(step.spec, "command");
  step.code = text_of(step.spec, "code");
  step.environment = text_of(node, "environment");
  if (step.environment.empty()) step.environment = text_of(either(node, "environment_id", "environmentId"));
  if (step.environment.empty()) step.environment = text_of(step.spec, "environment");
  step.inputs = read_ports(member(step.spec, "inputs"), "string");
  step.outputs = read_ports(member(step.spec, "outputs"), "uri_folder");
  step.compute_id = text_of(either(node, "compute_id", "computeId"));
  step.environment_variables = read_texts(either(step.spec, "environment_variables", "environmentVariables"));
  for (auto& [key, value] : read_texts(either(node, "environment_variables", "environmentVariables")))
    step.environment_variables[key] = value;

  Json limits = member(step.spec, "limits").is_object() ? member(step.spec, "limits") : Json::object();
  if (member(node, "limits").is_object()) limits.update(member(node, "limits"));
  step.timeout = duration_of(member(limits, "timeout"));
  step.settings = {{"limits", limits}, {"resources", member(node, "resources")}};
  for (auto const* where : {&node, &std::as_const(step.spec)})
    if (auto ok = check_resources(*where); !ok) return std::move(ok).error();

  if (member(node, "inputs").is_object())
    for (auto const& [input, value] : node["inputs"].items()) step.given.emplace(input, read_given(value));
  for (auto const& [output, port] : step.outputs) {
    Target target = read_target(port.declaration);
    target.asset_name.clear();
    target.type = port.type;
    step.targets.emplace(output, std::move(target));
  }
  return step;
}

/// Outputs as the step and its pipeline want them.
Result<void> read_targets(Plan& plan, Step& step, Json const& given, std::map<std::string, std::string>& taken) {
  if (!given.is_object()) return {};
  for (auto const& [name, value] : given.items()) {
    auto const at = step.targets.find(name);
    if (at == step.targets.end())
      return bad("there is no output `" + name + "`; the outputs are " + names_of(step.outputs));
    auto wish = value.is_string() ? Target{.type = {},
                                           .mode = {},
                                           .uri = text_of(value),
                                           .parent_output = {},
                                           .asset_name = {},
                                           .asset_version = {}}
                                  : read_target(value);
    // A location may hold expressions of its own; only a whole one that speaks of the parent is a binding.
    if (wish.uri.find("${{") == 0 && wish.uri.find("parent.") != std::string::npos) {
      auto binding = parse_binding(wish.uri);
      if (!binding) return std::move(binding).error().with("output", name);
      if (!*binding || (*binding)->to != Binding::To::parent_output)
        return bad("`" + wish.uri + "` is not an output of the pipeline").with("output", name);
      auto const parent = plan.outputs.find((*binding)->name);
      if (parent == plan.outputs.end())
        return bad("the pipeline has no output `" + (*binding)->name + "`; its outputs are " + names_of(plan.outputs))
            .with("output", name);
      auto const [other, fresh] = taken.emplace(parent->first, step.name);
      if (!fresh)
        return bad("the steps `" + other->second + "` and `" + step.name + "` both write the pipeline's output `" +
                   parent->first + "`");
      auto const mode = wish.mode;
      wish = parent->second;
      wish.parent_output = parent->first;
      if (!mode.empty()) wish.mode = mode;
    }
    auto& target = at->second;
    target.parent_output = wish.parent_output;
    if (!wish.mode.empty()) target.mode = wish.mode;
    if (!wish.uri.empty()) target.uri = wish.uri;
    target.asset_name = wish.asset_name;
    target.asset_version = wish.asset_version;
  }
  return {};
}

Result<void> check_links(Plan const& plan) {
  std::map<std::string, Step const*> steps;
  for (auto const& step : plan.steps) steps[step.name] = &step;
  for (auto const& step : plan.steps)
    for (auto const& [name, given] : step.given) {
      auto const in = [&](Error error) { return std::move(error).with("input", name).with("step", step.name); };
      auto binding = parse_binding(given.text);
      if (!binding) return in(std::move(binding).error());
      if (!*binding || (*binding)->to == Binding::To::parent_input) continue;
      if ((*binding)->to == Binding::To::parent_output)
        return in(bad("an input cannot come from an output of the pipeline"));
      auto const source = steps.find((*binding)->step);
      if (source == steps.end())
        return in(bad("there is no step `" + (*binding)->step + "`; the steps are " + names_of(steps)));
      if (!source->second->outputs.contains((*binding)->name))
        return in(bad("step `" + (*binding)->step + "` has no output `" + (*binding)->name + "`; its outputs are " +
                      names_of(source->second->outputs)));
      if (auto const port = step.inputs.find(name); port != step.inputs.end() && is_literal_type(port->second.type))
        return in(bad("a step's output is given for an input of type " + port->second.type));
    }
  auto const cycle = Schedule{plan.needs(), 1, false}.cycle();
  if (cycle.empty()) return {};
  std::string path;
  for (auto const& step : cycle) path += (path.empty() ? "`" : " -> `") + step + "`";
  return bad("the steps wait for one another: " + path);
}

Result<void> read_pipeline(Store const& store, Plan& plan, Json const& properties) {
  auto const& settings = member(properties, "settings");
  plan.force_rerun = base::lower_case(text_of(settings, "force_rerun")) == "true";
  plan.continue_on_failure = base::lower_case(text_of(settings, "continue_on_step_failure")) == "true";
  if (auto datastore = text_of(settings, "default_datastore"); !datastore.empty()) {
    if (datastore.starts_with("azureml:")) datastore.erase(0, 8);
    plan.default_datastore = datastore.substr(datastore.rfind('/') + 1);
  }
  auto const& jobs = member(properties, "jobs");
  if (!jobs.is_object() || jobs.empty()) return bad("the pipeline has no steps");
  std::map<std::string, std::string> taken;
  for (auto const& [name, node] : jobs.items()) {
    auto const in = [&](Error error) { return std::move(error).with("step", name); };
    auto step = read_node(store, name, node);
    if (!step) return in(std::move(step).error());
    if (auto ok = read_targets(plan, *step, member(node, "outputs"), taken); !ok) return in(std::move(ok).error());
    if (auto ok = check_command(*step); !ok) return in(std::move(ok).error());
    if (auto ok = check_inputs(store, plan, *step); !ok) return in(std::move(ok).error());
    plan.steps.push_back(*std::move(step));
  }
  return check_links(plan);
}

Result<void> read_command(Store const& store, Plan& plan, Json const& properties) {
  Step step;
  step.command = text_of(properties, "command");
  step.code = text_of(either(properties, "code_id", "codeId"));
  step.environment = text_of(either(properties, "environment_id", "environmentId"));
  step.environment_variables = read_texts(either(properties, "environment_variables", "environmentVariables"));
  step.timeout = duration_of(member(member(properties, "limits"), "timeout"));
  step.given = plan.inputs;
  for (auto const& [name, given] : plan.inputs) {
    Port port;
    port.type = given.data() ? given.type : "string";
    step.inputs.emplace(name, std::move(port));
  }
  for (auto const& [name, target] : plan.outputs) {
    if (name == "default") continue;  // the folder of the run itself
    Port port;
    port.type = target.type.empty() ? "uri_folder" : target.type;
    step.outputs.emplace(name, port);
    step.targets.emplace(name, target).first->second.type = port.type;
  }
  if (step.command.empty()) return bad("the job has no command");
  if (auto ok = check_resources(properties); !ok) return ok;
  if (auto ok = check_command(step); !ok) return ok;
  if (auto ok = check_inputs(store, plan, step); !ok) return ok;
  plan.steps.push_back(std::move(step));
  return {};
}

}  // namespace

Json const& either(Json const& value, std::string_view snake, std::string_view camel) {
  auto const& first = member(value, snake);
  return first.is_null() ? member(value, camel) : first;
}

bool is_literal_type(std::string_view type) {
  auto const name = base::lower_case(type);
  return name == "string" || name == "integer" || name == "number" || name == "boolean" || name == "literal";
}

bool is_direct(std::string_view mode) { return base::lower_case(mode) == "direct"; }

std::optional<std::chrono::milliseconds> duration_of(Json const& value) {
  using std::chrono::milliseconds;
  auto const text = text_of(value);
  if (text.empty()) return std::nullopt;
  auto const of = [](double seconds) -> std::optional<milliseconds> {
    if (!std::isfinite(seconds) || seconds <= 0 || seconds > 1e10) return std::nullopt;
    return milliseconds{static_cast<std::int64_t>(std::llround(seconds * 1000))};
  };
  char* end = nullptr;
  if (text.front() != 'P') {
    double const seconds = std::strtod(text.c_str(), &end);
    return *end == 0 ? of(seconds) : std::nullopt;
  }
  double total = 0;
  bool time = false;
  for (char const* at = text.c_str() + 1; *at != 0;) {
    if (*at == 'T') {
      time = true;
      ++at;
      continue;
    }
    double const amount = std::strtod(at, &end);
    if (end == at) return std::nullopt;
    double const unit = *end == 'D' ? 86400 : *end == 'H' ? 3600 : *end == 'M' && time ? 60 : *end == 'S' ? 1 : 0;
    if (unit == 0) return std::nullopt;
    total += amount * unit;
    at = end + 1;
  }
  return of(total);
}

Result<std::string> asset_id(Store const& store, std::string_view kind, std::string_view reference) {
  std::string text{reference};
  auto const lowered = base::lower_case(text);
  if (lowered.starts_with("azureml://registries/"))
    return bad("`" + text + "` lies in a registry; registries are not supported by the local workspace");
  std::string name, version;
  auto const mark = "/" + std::string{kind} + "/";
  if (auto const at = lowered.find(mark); at != std::string::npos) {
    auto const rest = text.substr(at + mark.size());
    auto const slash = rest.find('/');
    name = rest.substr(0, slash);
    auto const last = rest.rfind('/');
    version = slash == std::string::npos ? "" : rest.substr(last + 1);
    if (base::lower_case(rest).find("/labels/") != std::string::npos) version = "latest";
  } else {
    if (lowered.starts_with("azureml:")) text.erase(0, 8);
    auto const split = text.find_first_of(":@");
    name = text.substr(0, split);
    version = split == std::string::npos ? "" : text.substr(split + 1);
  }
  if (name.empty()) return bad("`" + std::string{reference} + "` names nothing in " + std::string{kind});
  auto const collection = std::string{kind} + "/" + name + "/versions";
  if (!version.empty() && base::lower_case(version) != "latest") return collection + "/" + version;
  auto all = store.list(collection);
  if (!all) return std::move(all).error();
  if (all->empty()) return bad("the workspace has no version of `" + name + "` in " + std::string{kind});
  return all->front().id;
}

Result<void> check_literal(Port const& port, std::string const& text) {
  auto const type = base::lower_case(port.type);
  auto const wrong = [&](std::string const& why) { return bad("`" + text + "` " + why); };
  if (type == "boolean") {
    auto const word = base::lower_case(text);
    if (word != "true" && word != "false") return wrong("is not a boolean");
  }
  if (type == "integer" || type == "number") {
    char* end = nullptr;
    double const value = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != 0 || !std::isfinite(value)) return wrong("is not of type " + type);
    if (type == "integer" && value != std::floor(value)) return wrong("is not an integer");
    auto const least = text_of(port.declaration, "min");
    auto const most = text_of(port.declaration, "max");
    if (!least.empty() && value < std::strtod(least.c_str(), nullptr))
      return wrong("is less than the minimum " + least);
    if (!most.empty() && value > std::strtod(most.c_str(), nullptr)) return wrong("is more than the maximum " + most);
  }
  auto const& allowed = member(port.declaration, "enum");
  if (allowed.is_array() && !allowed.empty() &&
      std::none_of(allowed.begin(), allowed.end(), [&](Json const& value) { return text_of(value) == text; }))
    return wrong("is not one of " + allowed.dump());
  return {};
}

std::map<std::string, std::set<std::string>> Plan::needs() const {
  std::map<std::string, std::set<std::string>> out;
  for (auto const& step : steps) {
    auto& needed = out[step.name];
    for (auto const& [_, given] : step.given)
      if (auto binding = parse_binding(given.text); binding && *binding && (*binding)->to == Binding::To::step_output)
        needed.insert((*binding)->step);
  }
  return out;
}

Result<Plan> make_plan(Store const& store, Json const& job_body) {
  try {
    auto const& properties = member(job_body, "properties");
    auto const type = text_of(either(properties, "job_type", "jobType"));
    Plan plan;
    plan.pipeline = base::lower_case(type) == "pipeline";
    if (!plan.pipeline && base::lower_case(type) != "command")
      return bad("jobs of type " + (type.empty() ? "(none)" : type) + " are not supported by the local workspace");
    plan.experiment = text_of(either(properties, "experiment_name", "experimentName"));
    if (plan.experiment.empty()) plan.experiment = "Default";
    if (member(properties, "inputs").is_object())
      for (auto const& [name, value] : properties["inputs"].items())
        if (!value.is_null()) plan.inputs.emplace(name, read_given(value));
    if (member(properties, "outputs").is_object())
      for (auto const& [name, value] : properties["outputs"].items()) plan.outputs.emplace(name, read_target(value));
    auto ok = plan.pipeline ? read_pipeline(store, plan, properties) : read_command(store, plan, properties);
    if (!ok) return std::move(ok).error();
    return plan;
  } catch (Json::exception const& broken) {
    return bad(std::string{"the job's body has another shape than expected: "} + broken.what());
  }
}

}  // namespace podium::inline v0::local
