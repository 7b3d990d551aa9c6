#include "spec/documents.hpp"
#include "spec/wire/component.hpp"
#include "spec/wire/entity.hpp"
#include "spec/wire/steps.hpp"

#include <algorithm>
#include <filesystem>

/// Prompt flows as components.
namespace podium::inline v0::spec::wire {
namespace {

namespace fs = std::filesystem;

/// Where a flow is defined: its folder, and the file in it.
struct Definition {
  fs::path folder;
  std::string file = "flow.dag.yaml";
};

Definition definition_of(Entity const& entity) {
  auto const* flow = entity.value.node == nullptr ? nullptr : entity.value.node->find("flow");
  if (flow == nullptr || !flow->is_string()) return {entity.document.folder, entity.document.file.filename().string()};
  auto const path = (entity.document.folder / flow->text).lexically_normal();
  std::error_code problem;
  if (fs::is_directory(path, problem)) return {path.has_filename() ? path : path.parent_path()};
  return {path.parent_path(), path.filename().string()};
}

/// The environment variables in the flow's own file; those of the run come over them.
Json variables_of(Definition const& definition) {
  Documents documents;
  auto const opened = documents.open(definition.folder / definition.file, definition.file);
  if (!opened || !(*opened)->tree.root) return Json::object();
  auto const* found = (*opened)->tree.root->find("environment_variables");
  return found != nullptr && found->is_mapping() ? plain_json(*found) : Json::object();
}

}  // namespace

Request create_flow(Writer& writer, Entity const& entity) {
  auto const& value = entity.value;
  auto const definition = definition_of(entity);
  std::error_code problem;
  if (!fs::is_regular_file(definition.folder / ".promptflow" / "flow.tools.json", problem))
    writer.refuse("PD1201", value, "a flow needs `.promptflow/flow.tools.json` in its folder to become a component",
                  "run `pf flow validate`, which writes it");

  std::string name = value.string("name");
  if (name.empty()) {
    name = definition.folder.filename().string();
    std::replace(name.begin(), name.end(), '-', '_');
  }
  auto version = value.string("version");
  if (version.empty()) version = "1";
  Json spec{{"name", name}, {"version", version}, {"type", "promptflow_parallel"}, {"is_deterministic", true}};
  add_as_written(
      spec, value,
      {"description", "display_name", "tags", "variant", "column_mapping", "connections", "additional_includes"});
  spec["environment_variables"] = variables_of(definition);
  if (auto const& own = value.at("environment_variables"); own.is_map())
    spec["environment_variables"].update(yaml_form(own));
  if (auto const& over = value.at("azureml"); over.is_map()) {
    Writer::Styled const snake{writer, Style::snake};
    add_fields(writer, spec, over, {"environment", "is_deterministic"});
  }
  prune(spec);

  Json body = component_body(spec, in_its_file, false);
  static constexpr std::string_view compiled[] = {"__pycache__"};
  Value folder{.kind = Value::Kind::text, .node = value.node, .local = true, .text = definition.folder.string()};
  auto const code = writer.code_id(folder, compiled);
  Json& sent = body["properties"]["componentSpec"];
  sent["code"] = code;
  auto const begin = code.find("/codes/");
  if (begin != std::string::npos)
    sent["flow_definition_uri"] = "https://account.blob.core.windows.net/container/" +
                                  code.substr(begin + 7, code.find("/versions/") - begin - 7) + "/" + definition.file;
  return {"PUT", writer.named_id("components", name + "/versions/" + version), "2024-01-01-preview", std::move(body)};
}

}  // namespace podium::inline v0::spec::wire
