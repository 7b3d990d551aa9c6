#include "spec/graph.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/lower.hpp"

namespace podium::inline v0::spec {
namespace {

model::Tags to_variables(Value const& value) {
  model::Tags out;
  for (auto const& member : value.members)
    out[member.name] = member.value.is_map() ? member.value.string("value") : member.value.text;
  return out;
}

std::optional<model::Resources> to_resources(Reader& reader, Value const& value) {
  if (!value) return std::nullopt;
  return model::Resources{.instance_count = to_int(reader, value.at("instance_count"), 1),
                          .instance_type = value.string("instance_type")};
}

std::optional<int> to_timeout(Reader& reader, Value const& limits) {
  auto const& timeout = limits.at("timeout");
  if (!timeout) return std::nullopt;
  return to_int(reader, timeout, 0);
}

model::JobInput to_input(Value const& value) {
  model::JobInput input;
  if (value.kind == Value::Kind::text) {
    if (is_binding(value.text)) {
      input.binding = value.text;
    } else {
      input.type = "literal";
      input.value = value.text;
    }
    return input;
  }
  auto const& path = value.at("path");
  auto const& literal = value.at("value");
  auto const& given = path ? path : literal;
  input.type = value.string("type");
  input.mode = value.string("mode");
  if (is_binding(given.text)) {
    input.binding = given.text;
  } else if (path) {
    if (input.type.empty()) input.type = "uri_folder";
    input.path = path.text;
  } else {
    input.type = "literal";
    input.value = literal.text;
  }
  return input;
}

model::JobOutput to_output(Value const& value) {
  model::JobOutput output;
  if (is_binding(value.text)) {
    output.binding = value.text;
    return output;
  }
  if (!value.is_map()) return output;
  output.type = value.string("type");
  output.mode = value.string("mode");
  auto const path = value.string("path");
  (is_binding(path) ? output.binding : output.path) = path;
  output.asset_name = value.string("name");
  output.asset_version = value.string("version");
  return output;
}

model::Ordered<model::JobInput> to_inputs(Value const& value) {
  model::Ordered<model::JobInput> out;
  for (auto const& member : value.members) out.emplace_back(member.name, to_input(member.value));
  return out;
}

model::Ordered<model::JobOutput> to_outputs(Value const& value) {
  model::Ordered<model::JobOutput> out;
  for (auto const& member : value.members) out.emplace_back(member.name, to_output(member.value));
  return out;
}

model::ComponentInput to_declared_input(Value const& value) {
  model::ComponentInput input;
  input.type = value.string("type");
  input.description = value.string("description");
  input.optional = value.at("optional").boolean;
  auto const text = [&](std::string_view name) {
    auto const& given = value.at(name);
    return given ? std::optional{given.text} : std::nullopt;
  };
  input.default_value = text("default");
  // A quoted "true" means the boolean too; the noun holds what Python's str() makes of it.
  if (input.type == "boolean" && input.default_value)
    input.default_value = input.default_value->front() == 't' || input.default_value->front() == 'T' ? "True" : "False";
  input.min = text("min");
  input.max = text("max");
  for (auto const& item : value.at("enum").items) input.allowed.push_back(item.text);
  input.mode = value.string("mode");
  return input;
}

/// A command written into a step is a component whose interface is what the step gives.
model::CommandComponent to_inline_command(Reader& reader, std::string const& name, Value const& node) {
  model::CommandComponent component;
  component.name = name;
  component.display_name = node.string("display_name");
  component.command = node.string("command");
  component.code = node.string("code");
  to_environment_field(reader, node.at("environment"), component.environment, component.inline_environment);
  component.resources = to_resources(reader, node.at("resources"));
  return component;
}

std::string literal_type(Value const& value) {
  Value const& given = value.is_map() ? value.at("value") : value;
  if (given.node == nullptr) return "string";
  switch (given.node->type) {
    case ScalarType::boolean:
      return "boolean";
    case ScalarType::integer:
      return "integer";
    case ScalarType::floating:
      return "number";
    default:
      return "string";
  }
}

/// What a value given to an inline command declares.  A binding has the type of what it is bound to.
std::string declared_type(Value const& pipeline, Value const& value, int depth = 0) {
  constexpr int longest_chain = 32;
  std::string const text = value.is_map() ? value.at(value.at("path") ? "path" : "value").text : value.text;
  if (value.is_map() && value.at("type")) return value.string("type");
  if (!is_binding(text) || depth > longest_chain)
    return value.is_map() && value.at("path") ? "uri_folder" : literal_type(value);
  std::string expression = text.substr(3, text.size() - 5);
  while (!expression.empty() && expression.front() == ' ') expression.erase(0, 1);
  while (!expression.empty() && expression.back() == ' ') expression.pop_back();
  constexpr std::string_view inputs = "parent.inputs.";
  constexpr std::string_view jobs = "parent.jobs.";
  if (expression.starts_with(inputs)) {
    auto const& source = pipeline.at("inputs").at(expression.substr(inputs.size()));
    return source ? declared_type(pipeline, source, depth + 1) : "uri_folder";
  }
  if (expression.starts_with(jobs)) {
    auto const rest = expression.substr(jobs.size());
    auto const job = rest.substr(0, rest.find('.'));
    auto const port = rest.substr(rest.rfind('.') + 1);
    auto const& node = pipeline.at("jobs").at(job);
    if (auto const* component = definition_of(node)) {
      auto const type = component->at("outputs").at(port).string("type");
      if (!type.empty()) return type;
    }
    auto const type = node.at("outputs").at(port).string("type");
    if (!type.empty()) return type;
  }
  return "uri_folder";
}

/// Type of the pipeline output that an inline command's output is bound to; empty: bound to none.
std::string bound_output_type(Value const& pipeline, std::string const& binding) {
  constexpr std::string_view outputs = "parent.outputs.";
  auto const at = binding.find(outputs);
  if (at == std::string::npos) return {};
  auto name = binding.substr(at + outputs.size());
  name.erase(name.find_first_of(" }"));
  return pipeline.at("outputs").at(name).string("type");
}

/// The library acts on commands alone.
bool is_command(Reader& reader, Value const& value) {
  auto const& type = value.at("type");
  if (value.shape == &kinds::command_node || value.shape == &kinds::command_inline_node) return true;
  if (value.shape == &kinds::typeless_node && type.text == "command") return true;
  Node const& place = type.node == nullptr ? *value.node : *type.node;
  reader.error("PD1090", place, "steps of type `" + type.text + "` are not supported yet",
               "use steps of type `command`");
  return false;
}

model::PipelineNode to_node(Reader& reader, Value const& pipeline, std::string const& name, Value const& value) {
  model::PipelineNode node;
  node.name = name;
  node.display_name = value.string("display_name");
  node.inputs = to_inputs(value.at("inputs"));
  node.outputs = to_outputs(value.at("outputs"));
  node.compute = value.string("compute");
  node.environment_variables = to_variables(value.at("environment_variables"));
  node.resources = to_resources(reader, value.at("resources"));
  node.timeout_seconds = to_timeout(reader, value.at("limits"));
  auto const& component = value.at("component");
  if (auto const* definition = definition_of(value)) {
    node.definition = to_component(reader, *definition);
    if (component.local) node.definition->source_file = component.text;
    if (auto const& environment = value.at("environment")) {
      node.definition->environment.clear();
      node.definition->inline_environment.reset();
      to_environment_field(reader, environment, node.definition->environment, node.definition->inline_environment);
    }
  } else if (component) {
    node.component = component.text;
    if (auto const& environment = value.at("environment"); environment && environment.node != nullptr)
      reader.error("PD1090", *environment.node, "another environment for a registered component is not supported yet",
                   "register the component with it");
  } else {
    node.definition = to_inline_command(reader, name, value);
    node.definition->source_file = reader.document().file.string();
    for (auto const& input : value.at("inputs").members) {
      auto const mode = input.value.is_map() ? input.value.string("mode") : std::string{};
      model::ComponentInput declared;
      declared.type = declared_type(pipeline, input.value);
      declared.mode = mode;
      node.definition->inputs.emplace_back(input.name, std::move(declared));
    }
    for (auto& output : node.outputs) {
      if (output.second.type.empty() || !value.at("outputs").at(output.first).is_map() ||
          !value.at("outputs").at(output.first).at("type"))
        if (auto type = bound_output_type(pipeline, output.second.binding); !type.empty())
          output.second.type = std::move(type);
      node.definition->outputs.emplace_back(
          output.first,
          model::ComponentOutput{.type = output.second.type, .description = {}, .mode = output.second.mode});
    }
  }
  return node;
}

}  // namespace

model::CommandComponent to_component(Reader& reader, Value const& value) {
  model::CommandComponent component;
  component.schema = value.string("$schema");
  component.name = value.string("name");
  component.version = value.string("version");
  component.display_name = value.string("display_name");
  component.description = value.string("description");
  component.command = value.string("command");
  component.code = value.string("code");
  to_environment_field(reader, value.at("environment"), component.environment, component.inline_environment);
  for (auto const& member : value.at("inputs").members)
    component.inputs.emplace_back(member.name, to_declared_input(member.value));
  for (auto const& member : value.at("outputs").members)
    component.outputs.emplace_back(
        member.name, model::ComponentOutput{.type = member.value.is_map() ? member.value.string("type") : "uri_folder",
                                            .description = member.value.string("description"),
                                            .mode = member.value.string("mode")});
  component.tags = to_tags(value.at("tags"));
  component.resources = to_resources(reader, value.at("resources"));
  component.is_deterministic = to_bool(reader, value.at("is_deterministic"), true);
  if (value.node != nullptr && value.node->source == reader.document().tree.source.get())
    component.source_file = reader.document().file.string();
  return component;
}

namespace {

/// What every job has.
template <class Job>
Job to_job(Reader& reader, Value const& value) {
  Job job;
  job.schema = value.string("$schema");
  job.name = value.string("name");
  job.display_name = value.string("display_name");
  job.experiment_name = value.string("experiment_name");
  job.description = value.string("description");
  job.tags = to_tags(value.at("tags"));
  job.properties = to_tags(value.at("properties"));
  job.inputs = to_inputs(value.at("inputs"));
  job.outputs = to_outputs(value.at("outputs"));
  job.source_file = reader.document().file.string();
  return job;
}

}  // namespace

model::CommandJob to_command_job(Reader& reader, Value const& value) {
  auto job = to_job<model::CommandJob>(reader, value);
  job.command = value.string("command");
  job.code = value.string("code");
  to_environment_field(reader, value.at("environment"), job.environment, job.inline_environment);
  job.compute = value.string("compute");
  job.environment_variables = to_variables(value.at("environment_variables"));
  job.resources = to_resources(reader, value.at("resources"));
  job.timeout_seconds = to_timeout(reader, value.at("limits"));
  return job;
}

model::PipelineJob to_pipeline(Reader& reader, Value const& value) {
  auto job = to_job<model::PipelineJob>(reader, value);
  auto const& settings = value.at("settings");
  job.default_compute = value.string("compute").empty() ? settings.string("default_compute") : value.string("compute");
  job.default_datastore = settings.string("default_datastore");
  job.continue_on_step_failure = to_bool(reader, settings.at("continue_on_step_failure"), false);
  job.force_rerun = to_bool(reader, settings.at("force_rerun"), false);
  for (auto const& member : value.at("jobs").members)
    if (is_command(reader, member.value)) job.nodes.push_back(to_node(reader, value, member.name, member.value));
  return job;
}

}  // namespace podium::inline v0::spec
