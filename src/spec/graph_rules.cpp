#include "spec/graph_rules.hpp"

#include "spec/binding.hpp"
#include "spec/fit.hpp"
#include "spec/graph.hpp"

#include <algorithm>
#include <set>

namespace podium::inline v0::spec {

Member const* declared_as(Value const& group, std::string_view name) {
  auto const of_name = [&](std::string_view wanted) {
    auto const found =
        std::find_if(group.members.begin(), group.members.end(), [&](Member const& one) { return one.name == wanted; });
    return found == group.members.end() ? nullptr : &*found;
  };
  auto const* whole = of_name(name);
  return whole != nullptr ? whole : of_name(name.substr(0, name.find('.')));
}

bool may_be_left_out(Value const& component, Member const& input) {
  if (input.value.at("optional").boolean || input.value.at("default") || !input.value) return true;
  if (input.value.at("optional").node != nullptr) return false;
  // The client makes an input optional that says nothing of it and reaches optional inputs alone.
  bool reached = false;
  for (auto const& job : component.at("jobs").members) {
    auto const* inner = definition_of(job.value);
    if (inner == nullptr) continue;
    for (auto const& given : job.value.at("inputs").members) {
      if (given.value.node == nullptr || !given.value.node->is_string() || !is_binding(given.value.node->text))
        continue;
      auto const bindings = bindings_in(*given.value.node);
      if (bindings.size() != 1) continue;
      auto const target = target_of(bindings.front().expression);
      if (target.kind != Target::Kind::parent_input || target.name != input.name) continue;
      auto const* declared = declared_as(inner->at("inputs"), given.name);
      if (declared != nullptr && !declared->value.at("optional").boolean) return false;
      reached = true;
    }
  }
  return reached;
}

void check_component_job(Reader& reader, Node const& node, Value const& value) {
  auto const* component = definition_of(value);
  if (component == nullptr) return;
  auto const& declared = component->at("inputs");
  auto const& given = value.at("inputs");
  Reader::Step const step{reader, "inputs"};
  Fit fit{reader};
  std::set<std::string_view> known_names;
  for (auto const& input : given.members) {
    Reader::Step const name{reader, input.name};
    auto const* known = declared_as(declared, input.name);
    known_names.insert(known == nullptr ? nearest(input.name, names_of(declared)) : std::string_view{known->name});
    if (known == nullptr)
      reader.error("PD1036", *input.key, "the component has no input `" + input.name + "`",
                   meant(input.name, names_of(declared), "its inputs are: " + listed(declared)));
    else if (input.value.node != nullptr && input.value.node->is_scalar() && input.value)
      fit.literal(*input.value.node, input.value.text, known->value, *input.value.node);
  }
  auto const* written = node.entry("inputs");
  for (auto const& one : declared.members) {
    if (known_names.contains(one.name) || may_be_left_out(*component, one)) continue;
    Reader::Step const name{reader, one.name};
    auto& problem = reader.error("PD1035", written == nullptr ? *node.entry("component")->key : *written->key,
                                 "the job does not give the required input `" + one.name + "` of its component",
                                 "add `" + one.name + ":` to `inputs`");
    problem.related.push_back(one.key->source->label(one.key->span, "declared here"));
  }
}

void check_first_and_last(Reader& reader, Value const& pipeline, std::vector<Edge> const& edges) {
  auto const& jobs = pipeline.at("jobs");
  auto const& settings = pipeline.at("settings");
  auto const& first = settings.at("on_init");
  auto const& last = settings.at("on_finalize");
  if (!first && !last) return;
  Reader::Step const step{reader, "settings"};
  if (first && last && first.text == last.text) {
    Reader::Step const name{reader, "on_finalize"};
    reader.error("PD1104", *last.node, "`on_init` and `on_finalize` name the same step", "name two steps");
    return;
  }
  for (auto const* key : {"on_init", "on_finalize"}) {
    auto const& named = settings.at(key);
    if (!named) continue;
    Reader::Step const name{reader, key};
    if (jobs.at(named.text).node == nullptr) {
      reader.error("PD1104", *named.node, "there is no step `" + named.text + "`",
                   meant(named.text, names_of(jobs), "the steps are: " + listed(jobs)));
      continue;
    }
    auto const linked = std::find_if(
        edges.begin(), edges.end(), [&](Edge const& edge) { return edge.from == named.text || edge.to == named.text; });
    if (linked == edges.end()) continue;
    reader
        .error("PD1104", *named.node, "the step `" + named.text + "` is connected to other steps",
               "a step that runs first or last neither uses outputs of others nor is used by them")
        .related.push_back(linked->place);
  }
  auto const is_special = [&](Member const& job) {
    return (first && job.name == first.text) || (last && job.name == last.text);
  };
  if (std::all_of(jobs.members.begin(), jobs.members.end(), is_special))
    reader.error("PD1104", first ? *first.node : *last.node, "there is no step besides those that run first and last",
                 "add a step to `jobs`");
}

}  // namespace podium::inline v0::spec
