#include "spec/files.hpp"
#include "spec/graph.hpp"
#include "spec/kinds/kinds.hpp"

#include <memory>

namespace podium::inline v0::spec {
namespace {

/// Whether a component file is one that the tables describe.
std::string component_type(Node const& root) {
  if (auto const* schema = root.find("$schema");
      schema != nullptr && schema->text.find("Flow.schema") != std::string::npos)
    return "flow";
  auto const* type = root.find("type");
  return type == nullptr || !type->is_string() ? "command" : type->text;
}

}  // namespace

Value const* definition_of(Value const& node) {
  auto const& component = node.at("component");
  return component.is_map() && component.shape != nullptr && component.shape->kind == Shape::Kind::object ? &component
                                                                                                          : nullptr;
}

void check_component_reference(Reader& reader, Node const& node, Value& value) {
  if (value.text.starts_with("azureml:")) return check_reference(reader, node, value);
  auto const path = resolved(reader, value.text);
  auto const opened = reader.documents().open(path, named_beside(reader.document(), value.text));
  if (!opened) {
    bool const like_name = value.text.find_first_of("/\\") == std::string::npos && !value.text.ends_with(".yml") &&
                           !value.text.ends_with(".yaml");
    reader.error("PD1050", node,
                 "the component file `" + value.text + "` " +
                     (opened.error().code() == Errc::not_found ? "does not exist" : "cannot be read"),
                 like_name ? "did you mean `azureml:" + value.text + "`, a registered component?"
                           : "paths start at the folder of this file");
    value.kind = Value::Kind::none;
    return;
  }
  Document const& file = **opened;
  if (!file.tree.root) {
    value.kind = Value::Kind::none;  // the parser has said why
    return;
  }
  auto& known = reader.documents().components[file.file.string()];
  if (!known) {
    known = std::make_shared<Value>();
    auto const type = component_type(*file.tree.root);
    if (type == "command" || nearest(type, std::vector<std::string_view>{"command"}) == "command") {
      Reader inner{reader.documents(), file, reader.purpose()};
      auto chain = reader.included();
      chain.push_back(node.source->label(node.span, "included from here"));
      inner.included_as(reader.path(), std::move(chain));
      *known = inner.read(kinds::command_component, *file.tree.root);
      known->shape = &kinds::command_component;
    } else if (reader.purpose() == Purpose::use) {
      reader.error("PD1090", node, "components of type `" + type + "` are not supported yet", "use command components");
    } else {
      reader.report("PD1091", Severity::warning, node, "components of type `" + type + "` are not checked yet");
    }
  }
  std::string const absolute = file.file.string();
  value = *known;
  value.local = true;
  value.text = absolute;
}

void check_unchecked_node(Reader& reader, Node const& node, Value&) {
  auto const* type = node.find("type");
  if (reader.purpose() == Purpose::use)
    reader.error("PD1090", *type, "steps of type `" + type->text + "` are not supported yet",
                 "use steps of type `command`");
  else
    reader.warning("PD1091", *type, "steps of type `" + type->text + "` are not checked yet");
}

void check_node(Reader& reader, Node const& node, Value& value) {
  auto const* component = node.entry("component");
  auto const* command = node.entry("command");
  if (component != nullptr && command != nullptr) {
    Reader::Step const step{reader, "command"};
    reader.error("PD1021", *command->key, "`component` and `command` exclude each other", "keep one of them");
  }
  if (component == nullptr && command == nullptr) {
    Reader::Step const step{reader, "component"};
    reader.error("PD1013", reader.holder(node), "the step names no component and has no command",
                 "add `component: ./file.yml`, or `command:` and `environment:`");
  }
  if (component == nullptr && command != nullptr && node.find("environment") == nullptr) {
    Reader::Step const step{reader, "environment"};
    reader.error("PD1013", reader.holder(node), "the required field `environment` is missing", "add `environment:`");
  }
  static_cast<void>(value);
}

}  // namespace podium::inline v0::spec
