#include "spec/wire/infer.hpp"

#include "base/letters.hpp"
#include "spec/graph.hpp"
#include "spec/scalar.hpp"

#include <optional>

namespace podium::inline v0::spec::wire {
namespace {

struct Port {
  std::string type;
  std::string mode{};
};

constexpr int longest_chain = 32;

std::string literal_type(Value const& value) {
  if (value.node == nullptr) return "string";
  switch (value.node->type) {
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

/// The literal behind `x: 1` and `x: {value: 1}`; null for data.
Value const* literal_of(Value const& value) {
  if (!value.is_map()) return &value;
  auto const& given = value.at("value");
  return given ? &given : nullptr;
}

/// "parent", "inputs", "x" of `${{parent.inputs.x}}`; nothing when it is no binding as a whole.
std::optional<std::vector<std::string>> parts_of(std::string_view text) {
  if (!text.starts_with("${{") || !text.ends_with("}}")) return std::nullopt;
  text = text.substr(3, text.size() - 5);
  std::vector<std::string> out;
  while (true) {
    auto const dot = text.find('.');
    out.emplace_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return out;
    text.remove_prefix(dot + 1);
  }
}

Port source_of(Value const& pipeline, std::string_view binding, int depth);

Port described(Value const& value) {
  auto const type = base::lower_case(value.string("type"));
  return {type.empty() ? "uri_folder" : type, base::lower_case(value.string("mode"))};
}

Port from_step(Value const& pipeline, std::string const& step, std::string const& group, std::string const& port,
               int depth) {
  auto const& node = pipeline.at("jobs").at(step);
  if (base::lower_case(node.string("type")) == "automl") return {"mltable"};
  if (auto const* definition = definition_of(node)) {
    auto const type = definition->at(group).at(port).string("type");
    if (!type.empty()) return {type};
  }
  auto const& given = node.at(group).at(port);
  if (given.is_map()) {
    auto const& literal = given.at("value");
    return {literal ? literal_type(literal) : described(given).type};
  }
  if (given && !given.text.empty()) {
    if (parts_of(given.text)) return {source_of(pipeline, given.text, depth + 1).type};
    return {literal_type(given)};
  }
  return {"uri_folder"};
}

Port source_of(Value const& pipeline, std::string_view binding, int depth) {
  auto const parts = parts_of(binding);
  if (!parts || parts->size() < 3 || parts->front() != "parent" || depth > longest_chain) return {"uri_folder"};
  auto const& group = (*parts)[1];
  if (group == "inputs" || group == "outputs") {
    auto const& source = pipeline.at(group).at((*parts)[2]);
    if (!source) return {"uri_folder"};
    if (auto const* literal = literal_of(source); literal != nullptr && group == "inputs")
      return {literal_type(*literal)};
    return described(source);
  }
  if (group == "jobs" && parts->size() == 5) return from_step(pipeline, (*parts)[2], (*parts)[3], (*parts)[4], depth);
  return {"uri_folder"};
}

Json written(Port const& port) {
  Json out{{"type", port.type}};
  if (!port.mode.empty()) out["mode"] = port.mode;
  return out;
}

bool is_primitive(std::string_view type) {
  return type == "string" || type == "number" || type == "integer" || type == "boolean";
}

}  // namespace

Json inferred_inputs(Writer&, Value const& pipeline, Value const& node) {
  Json out = Json::object();
  for (auto const& [name, key, value] : node.at("inputs").members) {
    auto const* literal = literal_of(value);
    if (literal == nullptr) {
      auto port = described(value);
      out[name] = written(port);
    } else if (parts_of(literal->text) && !value.is_map() &&
               (literal->text.starts_with("${{parent.inputs.") || literal->text.starts_with("${{parent.jobs."))) {
      auto port = source_of(pipeline, literal->text, 0);
      if (is_primitive(port.type)) port.mode.clear();
      out[name] = written(port);
    } else {
      out[name] = {{"type", literal_type(*literal)}, {"default", literal->text}};
    }
  }
  return out;
}

Json inferred_outputs(Writer&, Value const& pipeline, Value const& node) {
  Json out = Json::object();
  for (auto const& [name, key, value] : node.at("outputs").members) {
    if (value.is_map()) {
      out[name] = written(described(value));
    } else if (value && parts_of(value.text)) {
      out[name] = written(source_of(pipeline, value.text, 0));
    } else {
      out[name] = {{"type", "uri_folder"}};
    }
  }
  return out;
}

}  // namespace podium::inline v0::spec::wire
