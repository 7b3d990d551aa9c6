#include "base/letters.hpp"
#include "spec/graph.hpp"
#include "spec/wire/component.hpp"
#include "spec/wire/infer.hpp"
#include "spec/wire/steps.hpp"

/// Steps that copy, import and export data.
namespace podium::inline v0::spec::wire {
namespace {

constexpr std::string_view registry = "azureml://registries/azureml/components/";

/// Imports and exports without a component of their own use the service's.
std::string built_in(Value const& end, bool import) {
  bool const database = base::lower_case(end.string("type")) == "database";
  std::string const name = import ? (database ? "import_data_database" : "import_data_file_system")
                                  : (database ? "export_data_database" : "export_data_file_system");
  return std::string{registry} + name + "/versions/0.0.1";
}

std::string inline_copy(Writer& writer, Value const& pipeline, Value const& node) {
  Json spec{{"type", "data_transfer"}, {"task", "copy_data"}, {"is_deterministic", true}};
  add_as_written(spec, node, {"data_copy_mode"});
  move_words(spec, node);
  spec["inputs"] = inferred_inputs(writer, pipeline, node);
  spec["outputs"] = inferred_outputs(writer, pipeline, node);
  prune(spec);
  return anonymous_component(writer, std::move(spec), in_the_job);
}

}  // namespace

Json data_transfer_step(Writer& writer, Value const& pipeline, std::string const& name, Value const& node) {
  Json out = node_base(writer, name, node, definition_of(node));
  auto const task = base::lower_case(node.string("task"));
  out["type"] = "data_transfer";
  out["task"] = task;
  add_as_written(out, node, {"source", "sink", "data_copy_mode"});
  if (node.at("component")) {
    auto used = used_component(writer, node, "component");
    out["componentId"] = std::move(used.id);
    out["_source"] = std::move(used.source);
  } else if (task == "copy_data") {
    out["componentId"] = inline_copy(writer, pipeline, node);
    out["_source"] = in_the_job;
  } else {
    bool const import = task == "import_data";
    out["componentId"] = built_in(node.at(import ? "source" : "sink"), import);
    out["_source"] = "BUILTIN";
  }
  return out;
}

}  // namespace podium::inline v0::spec::wire
