#include "spec/command.hpp"
#include "spec/files.hpp"
#include "spec/graph.hpp"
#include "spec/kinds/kinds.hpp"

#include <algorithm>
#include <array>
#include <memory>

namespace podium::inline v0::spec {
namespace {

struct Family {
  std::string_view type;
  Shape const* table;
};
constexpr Family families[] = {{"command", &kinds::command_component},
                               {"spark", &kinds::spark_component},
                               {"parallel", &kinds::parallel_component},
                               {"pipeline", &kinds::pipeline_component},
                               {"data_transfer", &kinds::data_transfer_component},
                               {"automl", &kinds::automl_component},
                               {"flow", &kinds::flow_component}};

/// The type of the component in a file, by the client's rule: `type`, or a command without it.
std::string component_type(Node const& root) {
  if (auto const* schema = root.find("$schema");
      schema != nullptr && schema->is_string() &&
      (schema->text.find("Flow.schema") != std::string::npos || schema->text.find("flow.schema") != std::string::npos ||
       schema->text.find("Run.schema") != std::string::npos || schema->text.find("run.schema") != std::string::npos))
    return "flow";
  auto const* type = root.find("type");
  if (type == nullptr || !type->is_string()) return "command";
  std::string word = type->text;
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return word;
}

Family const* family_of(std::string_view type) {
  auto const* const found =
      std::find_if(std::begin(families), std::end(families), [&](Family const& one) { return one.type == type; });
  return found == std::end(families) ? nullptr : found;
}

/// A reference `azureml:...` to something that has versions.
void check_registered(Reader& reader, Node const& node, Value& value) {
  if (value.text == "azureml:") {
    reader.error("PD1019", node, "the reference is empty", "write `azureml:NAME:VERSION`");
    return;
  }
  check_reference(reader, node, value);
  if (value.text.starts_with("azureml:")) return;  // of a registry
  if (value.text.find_first_of("/:@") == std::string::npos)
    reader.error("PD1019", node, "the reference `azureml:" + value.text + "` has no version",
                 "write `azureml:" + value.text + ":VERSION` or `azureml:" + value.text + "@default`");
}

void report_missing(Reader& reader, Node const& node, std::string const& path, Error const& error) {
  bool const like_name =
      path.find_first_of("/\\") == std::string::npos && !path.ends_with(".yml") && !path.ends_with(".yaml");
  reader
      .error("PD1050", node,
             "the component file `" + path + "` " +
                 (error.code() == Errc::not_found ? "does not exist" : "cannot be read"),
             like_name ? "did you mean `azureml:" + path + "`, a registered component?"
                       : "paths start at the folder of this file")
      .official = "In order to specify an existing component, please provide it prefixed with 'azureml:'";
}

constexpr std::size_t deepest_chain = 32;
constexpr std::size_t most_included = 500'000;
constexpr std::string_view being_read = "...";

std::size_t size_of(Value const& value) {
  std::size_t size = 1;
  for (auto const& item : value.items) size += size_of(item);
  for (auto const& member : value.members) size += size_of(member.value);
  return size;
}

/// Reads a component file once, with the chain of files that led to it.
void read_component(Reader& reader, Node const& node, Document const& file, Family const& family, Value& known) {
  known.text = being_read;
  Reader inner{reader.documents(), file, reader.purpose()};
  auto chain = reader.included();
  chain.push_back(node.source->label(node.span, "included from here"));
  inner.included_as(reader.path(), std::move(chain));
  Value read = inner.read(*family.table, *file.tree.root);
  read.shape = family.table;
  known = std::move(read);
}

void follow(Reader& reader, Node const& node, Value& value, std::string_view wanted) {
  if (value.text.starts_with("azureml:")) return check_registered(reader, node, value);
  if (is_placeholder(value.text)) return;
  auto const path = resolved(reader, value.text);
  auto const opened = reader.documents().open(path, named_beside(reader.document(), value.text));
  if (!opened) {
    report_missing(reader, node, value.text, opened.error());
    value.kind = Value::Kind::none;
    return;
  }
  Document const& file = **opened;
  value.local = true;
  if (!file.tree.root) {
    value.kind = Value::Kind::none;  // the parser has said why
    return;
  }
  auto const type = component_type(*file.tree.root);
  auto const* family = family_of(type);
  bool const fits = wanted.empty() || type == wanted || (type == "flow" && wanted == "parallel");
  if (family != nullptr && !fits) {
    auto& problem = reader.error(
        "PD1110", node, "a step of type `" + std::string{wanted} + "` cannot use a component of type `" + type + "`",
        "write `type: " + type + "` in the step, or name another component");
    if (auto const* tag = file.tree.root->find("type"))
      problem.related.push_back(tag->source->label(tag->span, "the component's type"));
    value.kind = Value::Kind::none;
    return;
  }
  if (family == nullptr)
    family = family_of(wanted.empty() ? "command" : wanted);  // its table says what is wrong with the type
  if (reader.purpose() == Purpose::use && family->type != "command") {
    reader.error("PD1090", node, "components of type `" + type + "` are not supported yet", "use command components");
    value.kind = Value::Kind::none;
    return;
  }
  auto& slot = reader.documents().components[file.file.string()];
  if (!slot) slot = std::make_shared<Value>();
  auto const known = slot;  // the map may grow while the file is read
  if (known->text == being_read || reader.included().size() >= deepest_chain) {
    reader.error(
        "PD1111", node,
        known->text == being_read ? "the component contains itself" : "components contain each other too deeply");
    value.kind = Value::Kind::none;
    return;
  }
  if (known->node == nullptr) read_component(reader, node, file, *family, *known);
  reader.documents().included += size_of(*known);
  if (reader.documents().included > most_included) {
    reader.error("PD1005", node, "the components contain each other too often to be looked at");
    value.kind = Value::Kind::none;
    return;
  }
  value = *known;
  value.local = true;
  value.text = file.file.string();
}

}  // namespace

void check_component_file(Reader& reader, Node const& node, Value& value) { follow(reader, node, value, {}); }
void check_command_component_file(Reader& reader, Node const& node, Value& value) {
  follow(reader, node, value, "command");
}
void check_spark_component_file(Reader& reader, Node const& node, Value& value) {
  follow(reader, node, value, "spark");
}
void check_parallel_component_file(Reader& reader, Node const& node, Value& value) {
  follow(reader, node, value, "parallel");
}
void check_pipeline_component_file(Reader& reader, Node const& node, Value& value) {
  follow(reader, node, value, "pipeline");
}
void check_data_transfer_component_file(Reader& reader, Node const& node, Value& value) {
  follow(reader, node, value, "data_transfer");
}

Value const* definition_of(Value const& node) {
  for (auto const* key : {"component", "trial"}) {
    auto const& component = node.at(key);
    if (component.is_map() && component.shape != nullptr && component.shape->kind == Shape::Kind::object &&
        component.shape != &kinds::flow_component)
      return &component;
  }
  return nullptr;
}

void check_node(Reader& reader, Node const& node, Value&) {
  auto const* command = node.entry("command");
  if (command == nullptr || node.find("component") == nullptr) return;
  Reader::Step const step{reader, "command"};
  reader.warning("PD1021", *command->key, "`component` and `command` exclude each other; Azure ML ignores the command",
                 "keep one of them");
}

void check_typeless_node(Reader& reader, Node const& node, Value& value) {
  check_node(reader, node, value);
  auto const& component = value.at("component");
  auto const* found = std::find_if(std::begin(families), std::end(families),
                                   [&](Family const& one) { return one.table == component.shape; });
  auto* type = value.get("type");
  if (found == std::end(families) || type == nullptr) return;
  type->text = found->type == "flow" ? "parallel" : found->type;
}

void check_inline_comment(Reader& reader, Node const& node, Value&) {
  reader.warning("PD1010", reader.holder(node),
                 "the official client refuses `comment` in a step that is written in place",
                 "write a YAML comment, or put the step into a component");
}

void check_import_step(Reader& reader, Node const& node, Value& value) {
  auto const& outputs = value.at("outputs");
  if (outputs.members.size() == 1 && outputs.members.front().name == "sink") return;
  auto const* key = node.entry("outputs");
  Reader::Step const step{reader, "outputs"};
  reader.error("PD1021", key == nullptr ? reader.holder(node) : *key->key,
               "a step that imports data has one output, `sink`", "write `outputs: {sink: {type: mltable}}`");
}

void check_export_step(Reader& reader, Node const& node, Value& value) {
  auto const& inputs = value.at("inputs");
  if (inputs.members.size() == 1 && inputs.members.front().name == "source") return;
  auto const* key = node.entry("inputs");
  Reader::Step const step{reader, "inputs"};
  reader.error("PD1021", key == nullptr ? reader.holder(node) : *key->key,
               "a step that exports data has one input, `source`", "write `inputs: {source: ...}`");
}

}  // namespace podium::inline v0::spec
