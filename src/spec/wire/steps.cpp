#include "spec/wire/steps.hpp"

#include "base/letters.hpp"
#include "spec/graph.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/wire/component.hpp"
#include "spec/wire/infer.hpp"

#include <algorithm>

/// Steps by their type.
namespace podium::inline v0::spec::wire {
bool is_given(Value const& value) { return bool{value} && value.node != nullptr; }

void add_fields(Writer& writer, Json& out, Value const& node, std::initializer_list<std::string_view> names) {
  for (auto const name : names) {
    auto const& value = node.at(name);
    if (!is_given(value) || node.shape == nullptr) continue;
    for (auto const& field : node.shape->fields)
      if (field.name == name) out[std::string{name}] = writer.write(*field.shape, value);
  }
}

void add_as_written(Json& out, Value const& node, std::initializer_list<std::string_view> names) {
  for (auto const name : names)
    if (auto const& value = node.at(name); is_given(value)) out[std::string{name}] = yaml_form(value);
}

Value const& either(Value const& node, Value const* definition, std::string_view field) {
  auto const& own = node.at(field);
  if (is_given(own) && !(own.is_map() && own.members.empty())) return own;
  static Value const nothing;
  return definition == nullptr ? nothing : definition->at(field);
}

void move_words(Json& spec, Value const& node) {
  if (auto const& words = node.at("description")) spec["description"] = words.text;
  if (auto const& tags = node.at("tags"); tags && tags.node != nullptr) spec["tags"] = plain_json(*tags.node);
}

namespace {

void add_resources(Writer& writer, Json& out, Value const& node, Value const* definition) {
  if (auto const& resources = either(node, definition, "resources"); resources.is_map())
    out["resources"] = writer.write(kinds::job_resources, resources);
  if (auto const& distribution = either(node, definition, "distribution"); distribution.is_map())
    out["distribution"] = writer.write(kinds::distribution, distribution);
}

std::string inline_command(Writer& writer, Value const& pipeline, Value const& node) {
  Json spec{{"type", "command"}, {"is_deterministic", true}};
  add_fields(writer, spec, node, {"command", "code", "environment"});
  move_words(spec, node);
  add_as_written(spec, node, {"resources", "distribution"});
  spec["inputs"] = inferred_inputs(writer, pipeline, node);
  spec["outputs"] = inferred_outputs(writer, pipeline, node);
  prune(spec);
  return anonymous_component(writer, std::move(spec), in_the_job);
}

Json command_step(Writer& writer, Value const& pipeline, std::string const& name, Value const& node) {
  auto const* definition = definition_of(node);
  Json out = node_base(writer, name, node, definition);
  if (node.at("component")) {
    auto used = used_component(writer, node, "component");
    out["componentId"] = std::move(used.id);
    out["_source"] = std::move(used.source);
  } else {
    out["componentId"] = inline_command(writer, pipeline, node);
    out["_source"] = in_the_job;
  }
  out["type"] = "command";
  add_fields(writer, out, node, {"limits", "services", "identity", "queue_settings", "environment_variables"});
  add_resources(writer, out, node, definition);
  return out;
}

Json pipeline_step(Writer& writer, std::string const& name, Value const& node) {
  Json out = node_base(writer, name, node, definition_of(node));
  auto used = used_component(writer, node, "component");
  out["componentId"] = std::move(used.id);
  out["_source"] = std::move(used.source);
  out["type"] = "pipeline";
  return out;
}

}  // namespace

Json write_step(Writer& writer, Value const& pipeline, std::string const& name, Value const& node) {
  auto const type = base::lower_case(node.string("type"));
  if (type == "pipeline") return pipeline_step(writer, name, node);
  if (type == "sweep") return sweep_step(writer, name, node);
  if (type == "parallel") return parallel_step(writer, pipeline, name, node);
  if (type == "spark") return spark_step(writer, pipeline, name, node);
  if (type == "automl") return automl_step(writer, name, node);
  if (type == "data_transfer") return data_transfer_step(writer, pipeline, name, node);
  return command_step(writer, pipeline, name, node);
}

}  // namespace podium::inline v0::spec::wire
