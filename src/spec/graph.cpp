#include "spec/graph.hpp"

#include "spec/binding.hpp"
#include "spec/command.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <set>

namespace podium::inline v0::spec {
namespace {

bool is_parameter(std::string_view type) {
  return type == "string" || type == "number" || type == "integer" || type == "boolean";
}

std::vector<std::string_view> names_of(Value const& group) {
  std::vector<std::string_view> names;
  for (auto const& member : group.members) names.push_back(member.name);
  return names;
}

Member const* member_of(Value const& group, std::string_view name) {
  for (auto const& member : group.members)
    if (member.name == name) return &member;
  return nullptr;
}

/// `a.b` names a group's item, or `a` itself.
Member const* declared_as(Value const& group, std::string const& name) {
  if (auto const* whole = member_of(group, name)) return whole;
  return member_of(group, std::string_view{name}.substr(0, name.find('.')));
}

/// `${{name}}`, `${{default_datastore}}`: filled in by the service when the job runs.
bool is_macro(std::string_view expression) { return expression.find('.') == std::string_view::npos; }

std::string meant(std::string_view word, std::vector<std::string_view> const& words, std::string otherwise) {
  auto const near = nearest(word, words);
  return near.empty() ? std::move(otherwise) : "did you mean `" + std::string{near} + "`?";
}

bool good_node_name(std::string_view name) {
  auto const lower = [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  return !name.empty() && lower(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
    return lower(c) || std::isdigit(static_cast<unsigned char>(c)) != 0;
  });
}

/// Where one node waits for another.
struct Edge {
  std::string from;
  std::string to;
  Label place;
  std::string path;
};

class Graph {
 public:
  Graph(Reader& reader, Node const& root, Value const& pipeline)
      : reader_{reader},
        root_{root},
        pipeline_{pipeline},
        inputs_{pipeline.at("inputs")},
        outputs_{pipeline.at("outputs")},
        jobs_{pipeline.at("jobs")} {}

  void check() {
    Reader::Step const step{reader_, "jobs"};
    for (auto const& job : jobs_.members) {
      Reader::Step const name{reader_, job.name};
      if (!good_node_name(job.name))
        reader_.error("PD1016", *job.key, "`" + job.name + "` is not a name for a step",
                      "use lower-case letters, digits and underscores, beginning with a letter or underscore");
      auto const* node = root_.find("jobs")->find(job.name);
      if (node != nullptr && node->is_mapping()) check_job(job, *node);
    }
    find_cycles();
  }

 private:
  void check_job(Member const& job, Node const& node) {
    auto const* component = definition_of(job.value);
    check_inputs(job, component);
    check_outputs(job, component);
    check_compute(job, node);
    for (auto const& entry : node.entries) {
      auto const& key = entry.key->text;
      if (key == "inputs" || key == "outputs" || key == "component" || key == "command" || key == "type" ||
          key == "trial")
        continue;
      if (job.value.kind == Value::Kind::opaque && key != "compute") continue;
      Reader::Step const step{reader_, key};
      walk(job, *entry.value);
    }
    if (job.value.kind == Value::Kind::opaque) return;
    if (auto const* command = node.find("command"); command != nullptr && node.find("component") == nullptr) {
      Reader::Step const step{reader_, "command"};
      Value const& inputs = job.value.at("inputs");
      Value const& outputs = job.value.at("outputs");
      check_command(reader_, *command, {&inputs, &outputs, false});
    }
  }

  /// Bindings in fields other than inputs and outputs.
  void walk(Member const& job, Node const& node) {
    for (auto const& binding : bindings_in(node)) follow(job, node, binding, nullptr);
    for (auto const& item : node.items) walk(job, *item);
    for (auto const& entry : node.entries) {
      Reader::Step const step{reader_, entry.key->text};
      walk(job, *entry.value);
    }
  }

  void check_compute(Member const& job, Node const& node) {
    auto const* type = node.find("type");
    if (type != nullptr &&
        (type->text == "automl" || type->text == "pipeline" || type->text == "spark" || type->text == "data_transfer"))
      return;
    if (node.find("compute") != nullptr || root_.find("compute") != nullptr) return;
    if (auto const* settings = root_.find("settings");
        settings != nullptr && settings->find("default_compute") != nullptr)
      return;
    Reader::Step const step{reader_, "compute"};
    reader_.error("PD1046", *job.key, "the step `" + job.name + "` has no compute",
                  "add `compute:` to the step, or `default_compute:` to the pipeline's settings");
  }

  void check_inputs(Member const& job, Value const* component) {
    auto const& given = job.value.at("inputs");
    auto const* written = root_.find("jobs")->find(job.name)->find("inputs");
    Reader::Step const step{reader_, "inputs"};
    if (job.value.kind == Value::Kind::opaque) {
      if (written != nullptr) walk(job, *written);
      return;
    }
    auto const* declared = component == nullptr ? nullptr : &component->at("inputs");
    for (auto const& input : given.members) {
      Reader::Step const name{reader_, input.name};
      auto const* known = declared == nullptr ? nullptr : member_of(*declared, input.name);
      if (declared != nullptr && known == nullptr && input.name.find('.') == std::string::npos) {
        reader_
            .error("PD1036", *input.key, "the component of `" + job.name + "` has no input `" + input.name + "`",
                   meant(input.name, names_of(*declared), "its inputs are: " + listed(*declared)))
            .related.push_back(component->node->source->label(name_place(*component), "the component"));
        misspelt_.insert(std::string{nearest(input.name, names_of(*declared))});
      }
      if (input.value.node != nullptr) check_input(job, input.value, known == nullptr ? nullptr : &known->value);
    }
    if (declared != nullptr) {
      for (auto const& one : declared->members) {
        if (one.value.at("optional").boolean || one.value.at("default") || member_of(given, one.name) != nullptr)
          continue;
        if (misspelt_.contains(one.name)) continue;
        auto const starts = [&](Member const& input) { return input.name.starts_with(one.name + "."); };
        if (std::any_of(given.members.begin(), given.members.end(), starts)) continue;
        Reader::Step const name{reader_, one.name};
        auto const* entry = root_.find("jobs")->find(job.name)->entry("inputs");
        Node const& place = entry == nullptr ? *job.key : *entry->key;
        reader_
            .error("PD1035", place, "the step `" + job.name + "` does not give the required input `" + one.name + "`",
                   "add `" + one.name + ":` to its inputs")
            .related.push_back(one.key->source->label(one.key->span, "declared here"));
      }
    }
    misspelt_.clear();
  }

  static std::string listed(Value const& group) {
    auto const names = names_of(group);
    return names.empty() ? "none" : joined(names);
  }

  static Span name_place(Value const& component) {
    auto const* name = component.node->find("name");
    if (name != nullptr) return name->span;
    return component.node->entries.empty() ? component.node->span : component.node->entries.front().key->span;
  }

  void check_input(Member const& job, Value const& given, Value const* declared) {
    Node const& node = *given.node;
    if (node.is_mapping()) {
      walk(job, node);
      if (auto const& literal = given.at("value"); literal && declared != nullptr && !literal.binding)
        check_literal(*literal.node, literal.text, *declared, node);
      return;
    }
    auto const bindings = bindings_in(node);
    for (auto const& binding : bindings)
      follow(job, node, binding, bindings.size() == 1 && is_binding(node.text) ? declared : nullptr);
    if (bindings.empty() && declared != nullptr && given) check_literal(node, given.text, *declared, node);
  }

  /// A literal against the declaration of the input that takes it; `use` is where the two meet.
  void check_literal(Node const& node, std::string const& text, Value const& declared, Node const& use) {
    auto const type = declared.string("type");
    if (!is_parameter(type)) return;
    auto const say = [&](std::string rule, std::string message, Severity severity = Severity::error) {
      auto& problem = reader_.report(std::move(rule), severity, node, std::move(message));
      if (declared.node != nullptr) {
        auto const* place = declared.node->find("type");
        problem.related.push_back(
            (place == nullptr ? declared.node : place)
                ->source->label((place == nullptr ? declared.node : place)->span, "declared here"));
      }
      if (&use != &node) problem.related.push_back(use.source->label(use.span, "used here"));
    };
    if (!fits_type(type, text)) {
      say("PD1040", "`" + text + "` is not of type `" + type + "`");
      return;
    }
    double number = 0, limit = 0;
    if ((type == "integer" || type == "number") && parse_python_float(text, number)) {
      auto const& low = declared.at("min");
      auto const& high = declared.at("max");
      if (low && parse_python_float(low.text, limit) && number < limit)
        say("PD1041", "`" + text + "` is smaller than the input's `min`, " + low.text);
      if (high && parse_python_float(high.text, limit) && number > limit)
        say("PD1041", "`" + text + "` is greater than the input's `max`, " + high.text);
    }
    auto const& choices = declared.at("enum");
    if (choices && std::none_of(choices.items.begin(), choices.items.end(),
                                [&](Value const& item) { return item.text == text; })) {
      std::vector<std::string_view> words;
      for (auto const& item : choices.items) words.push_back(item.text);
      say("PD1042", "`" + text + "` is not one of the input's choices: " + joined(words), Severity::warning);
    }
  }

  Diagnostic& at_binding(std::string rule, Node const& node, Span where, std::string message, std::string help) {
    auto& problem = reader_.error(std::move(rule), node, std::move(message), std::move(help));
    problem.primary = node.source->label(where);
    return problem;
  }

  /// `declared`: the input that the whole binding is given to, when it is known.
  void follow(Member const& job, Node const& node, Binding const& binding, Value const* declared) {
    auto const target = target_of(binding.expression);
    if (is_macro(binding.expression)) return;
    switch (target.kind) {
      case Target::Kind::parent_input:
        return follow_input(node, binding, target, declared);
      case Target::Kind::job_output:
      case Target::Kind::job_input:
        return follow_job(job, node, binding, target, declared);
      case Target::Kind::own_input:
      case Target::Kind::own_output:
        at_binding("PD1044", node, binding.where, "`" + binding.expression + "` names nothing in a pipeline",
                   "write `${{parent." + binding.expression + "}}`");
        return;
      default:
        at_binding("PD1044", node, binding.where, "`" + binding.expression + "` is not a binding that a step can use",
                   "write `${{parent.inputs.NAME}}` or `${{parent.jobs.STEP.outputs.NAME}}`");
    }
  }

  void follow_input(Node const& node, Binding const& binding, Target const& target, Value const* declared) {
    auto const* source = declared_as(inputs_, target.name);
    if (source == nullptr) {
      at_binding("PD1030", node, word_span(node, binding, target.name),
                 "the pipeline has no input `" + target.name + "`",
                 meant(target.name, names_of(inputs_),
                       inputs_.members.empty() ? "declare it under the pipeline's `inputs`"
                                               : "its inputs are: " + listed(inputs_)));
      return;
    }
    if (declared == nullptr || source->value.node == nullptr || !source->value) return;
    Node const& given = *source->value.node;
    bool const literal = given.is_scalar() || bool{source->value.at("value")};
    auto const type = declared->string("type");
    if (literal) {
      auto const& text = given.is_scalar() ? source->value.text : source->value.at("value").text;
      Node const& place = given.is_scalar() ? given : *source->value.at("value").node;
      if (bindings_in(place).empty()) check_literal(place, text, *declared, node);
    } else if (is_parameter(type) && source->value.at("path")) {
      reader_.warning("PD1043", node, "data is given to a parameter of type `" + type + "`",
                      "give a value, or declare the component's input as data");
    }
  }

  void follow_job(Member const& job, Node const& node, Binding const& binding, Target const& target,
                  Value const* declared) {
    auto const* other = member_of(jobs_, target.job);
    if (other == nullptr) {
      at_binding("PD1031", node, word_span(node, binding, target.job), "there is no step `" + target.job + "`",
                 meant(target.job, names_of(jobs_), "the steps are: " + listed(jobs_)));
      return;
    }
    edges_.push_back({job.name, other->name, node.source->label(binding.where), reader_.path()});
    bool const output = target.kind == Target::Kind::job_output;
    auto const* written = root_.find("jobs")->find(other->name);
    auto const* here = written->find(output ? "outputs" : "inputs");
    if (here != nullptr && here->is_mapping() && (here->find(target.name) != nullptr)) {
      check_port_type(node, *other, target, declared);
      return;
    }
    auto const* component = definition_of(other->value);
    bool const inline_command = other->value.is_map() && written->find("component") == nullptr;
    if (component == nullptr && !inline_command) return;
    Value const& group = component != nullptr ? component->at(output ? "outputs" : "inputs")
                                              : other->value.at(output ? "outputs" : "inputs");
    if (declared_as(group, target.name) == nullptr) {
      std::string const what = output ? "output" : "input";
      at_binding("PD1032", node, word_span(node, binding, target.name),
                 "the step `" + other->name + "` has no " + what + " `" + target.name + "`",
                 meant(target.name, names_of(group), "its " + what + "s are: " + listed(group)));
      return;
    }
    check_port_type(node, *other, target, declared);
  }

  void check_port_type(Node const& node, Member const& other, Target const& target, Value const* declared) {
    if (declared == nullptr || target.kind != Target::Kind::job_output) return;
    auto const* component = definition_of(other.value);
    if (component == nullptr) return;
    auto const from = component->at("outputs").at(target.name).string("type");
    auto const to = declared->string("type");
    if (from.empty() || to.empty() || is_parameter(from) == is_parameter(to)) return;
    reader_.warning("PD1043", node, "an output of type `" + from + "` is given to an input of type `" + to + "`",
                    "declare the input with the output's type");
  }

  void check_outputs(Member const& job, Value const* component) {
    auto const* written = root_.find("jobs")->find(job.name)->find("outputs");
    if (written == nullptr || !written->is_mapping()) return;
    Reader::Step const step{reader_, "outputs"};
    auto const* declared = component == nullptr ? nullptr : &component->at("outputs");
    for (auto const& output : written->entries) {
      Reader::Step const name{reader_, output.key->text};
      if (declared != nullptr && declared_as(*declared, output.key->text) == nullptr)
        reader_.error("PD1037", *output.key,
                      "the component of `" + job.name + "` has no output `" + output.key->text + "`",
                      meant(output.key->text, names_of(*declared), "its outputs are: " + listed(*declared)));
      follow_output(*output.value);
      if (auto const* path = output.value->find("path"); path != nullptr) follow_output(*path);
    }
  }

  void follow_output(Node const& node) {
    for (auto const& binding : bindings_in(node)) {
      auto const target = target_of(binding.expression);
      if (target.kind == Target::Kind::parent_input) {
        follow_input(node, binding, target, nullptr);
        continue;
      }
      if (is_macro(binding.expression)) continue;
      if (target.kind != Target::Kind::parent_output) {
        at_binding("PD1044", node, binding.where,
                   "`" + binding.expression + "` is not a binding that an output can use",
                   "write `${{parent.outputs.NAME}}`");
        continue;
      }
      if (member_of(outputs_, target.name) == nullptr) {
        at_binding("PD1033", node, word_span(node, binding, target.name),
                   "the pipeline has no output `" + target.name + "`",
                   meant(target.name, names_of(outputs_), "declare it under the pipeline's `outputs`"));
        continue;
      }
      auto const [first, fresh] =
          written_.emplace(target.name, node.source->label(binding.where, "first written here"));
      if (!fresh)
        at_binding("PD1047", node, binding.where, "the pipeline's output `" + target.name + "` is written by two steps",
                   "give each step an output of its own")
            .related.push_back(first->second);
    }
  }

  void find_cycles() {
    std::map<std::string, std::vector<Edge const*>> out;
    for (auto const& edge : edges_) out[edge.from].push_back(&edge);
    std::map<std::string, int> state;  // 1 open, 2 done
    std::vector<Edge const*> way;
    std::function<void(std::string const&)> const visit = [&](std::string const& name) {
      state[name] = 1;
      for (auto const* edge : out[name]) {
        way.push_back(edge);
        if (state[edge->to] == 1)
          report_cycle(way);
        else if (state[edge->to] == 0)
          visit(edge->to);
        way.pop_back();
      }
      state[name] = 2;
    };
    for (auto const& job : jobs_.members)
      if (state[job.name] == 0) visit(job.name);
  }

  void report_cycle(std::vector<Edge const*> const& way) {
    auto begin = way.end() - 1;
    while (begin != way.begin() && (*begin)->from != way.back()->to) --begin;
    std::string names = (*begin)->from;
    for (auto edge = begin; edge != way.end(); ++edge) names += " -> " + (*edge)->to;
    auto const& last = *way.back();
    Diagnostic problem{.rule = "PD1034",
                       .message = last.from == last.to ? "the step `" + last.from + "` waits for itself"
                                                       : "steps wait for each other in a circle: " + names,
                       .file = last.place.file,
                       .path = last.path,
                       .primary = last.place,
                       .help = "a step can only use outputs of steps that do not need its own"};
    for (auto edge = begin; edge + 1 != way.end(); ++edge) {
      problem.related.push_back((*edge)->place);
      problem.related.back().text = "`" + (*edge)->from + "` waits for `" + (*edge)->to + "`";
    }
    reader_.documents().add(std::move(problem));
  }

  Reader& reader_;
  Node const& root_;
  Value const& pipeline_;
  Value const& inputs_;
  Value const& outputs_;
  Value const& jobs_;
  std::vector<Edge> edges_;
  std::map<std::string, Label> written_;
  std::set<std::string> misspelt_;
};

}  // namespace

void check_pipeline(Reader& reader, Node const& node, Value& value) {
  auto const* jobs = node.entry("jobs");
  auto const* component = node.entry("component");
  if (jobs != nullptr && component != nullptr)
    reader.error("PD1021", *component->key, "`jobs` and `component` exclude each other", "keep one of them");
  if (component != nullptr && reader.purpose() == Purpose::check)
    reader.warning("PD1091", *component->key, "pipeline components are not checked yet");
  if (jobs == nullptr || !jobs->value->is_mapping()) return;
  Graph{reader, node, value}.check();
}

}  // namespace podium::inline v0::spec
