#include "spec/graph.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/wire/component.hpp"
#include "spec/wire/infer.hpp"
#include "spec/wire/ports.hpp"
#include "spec/wire/steps.hpp"

#include <algorithm>

/// Steps of pipelines.
namespace podium::inline v0::spec::wire {
namespace {

bool declares(Value const* ports, std::string const& name) { return ports == nullptr || bool{ports->at(name)}; }

/// Members that the component declares; all of them when its interface is not known.
Json ports_of(Writer& writer, Value const& given, Value const* declared) {
  Json out = Json::object();
  for (auto const& member : given.members) {
    bool const nothing = !member.value || (member.value.node != nullptr && member.value.node->is_null());
    if (nothing || !declares(declared, member.name)) continue;
    if (member.value.is_map() && member.value.members.empty()) continue;
    out[member.name] = writer.write(*given.shape->item, member.value);
  }
  return out;
}

}  // namespace

Json node_base(Writer& writer, std::string const& name, Value const& node, Value const* definition) {
  Json out{{"name", name}};
  for (auto const* field : {"display_name", "comment"})
    if (auto const& text = node.at(field)) out[field] = text.text;
  for (auto const* field : {"tags", "properties"})
    if (auto const& map = node.at(field); map && map.node != nullptr) out[field] = plain_json(*map.node);
  if (auto const& compute = node.at("compute"))
    out["computeId"] = compute.binding ? compute.text : writer.compute_id(compute.text);
  Value const* const inputs = definition == nullptr ? nullptr : &definition->at("inputs");
  Value const* const outputs = definition == nullptr ? nullptr : &definition->at("outputs");
  if (auto const& given = node.at("inputs")) out["inputs"] = ports_of(writer, given, inputs);
  if (auto const& given = node.at("outputs")) {
    out["outputs"] = ports_of(writer, given, outputs);
    // What the component declares as a file is written as one.
    if (outputs != nullptr)
      for (auto& [port, json] : out["outputs"].items())
        if (json.contains("job_output_type") && outputs->at(port).string("type") == "uri_file")
          json["job_output_type"] = "uri_file";
  }
  return out;
}

Json pipeline_nodes(Writer& writer, Value const& pipeline) {
  Writer::Styled const snake{writer, Style::snake};
  Json out = Json::object();
  for (auto const& member : pipeline.at("jobs").members) {
    Json node = write_step(writer, pipeline, member.name, member.value);
    bool const as_written = node.value("type", Json()) == "automl";
    if (!as_written) prune(node);
    out[member.name] = std::move(node);
  }
  return out;
}

}  // namespace podium::inline v0::spec::wire
