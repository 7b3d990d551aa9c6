#include "spec/graph.hpp"

#include "spec/binding.hpp"
#include "spec/command.hpp"
#include "spec/compute_rule.hpp"
#include "spec/cycle.hpp"
#include "spec/fit.hpp"
#include "spec/graph_rules.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>

namespace podium::inline v0::spec {
namespace {

/// Members by name.
class Index {
 public:
  explicit Index(Value const& group) {
    for (auto const& member : group.members) by_name_.emplace(member.name, &member);
  }
  Member const* find(std::string_view name) const {
    auto const found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
  }
  /// `a.b` names an item of a group, or what was declared as `a`.
  Member const* find_group(std::string_view name) const {
    auto const* whole = find(name);
    return whole != nullptr ? whole : find(name.substr(0, name.find('.')));
  }

 private:
  std::unordered_map<std::string_view, Member const*> by_name_;
};

/// `${{name}}`, `${{default_datastore}}`: filled in by the service when the job runs.
bool is_macro(std::string_view expression) { return expression.find('.') == std::string_view::npos; }

bool good_node_name(std::string_view name) {
  auto const lower = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && lower(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return lower(c) || (c >= '0' && c <= '9'); });
}

std::string type_of_node(Value const& node) {
  auto type = node.string("type");
  return type.empty() ? "command" : type;
}

Span place_of_name(Value const& component) {
  auto const* name = component.node->find("name");
  if (name != nullptr) return name->span;
  return component.node->entries.empty() ? component.node->span : component.node->entries.front().key->span;
}

class Graph {
 public:
  Graph(Reader& reader, Node const& root, Value const& pipeline, bool is_component)
      : reader_{reader},
        root_{root},
        pipeline_{pipeline},
        is_component_{is_component},
        inputs_{pipeline.at("inputs")},
        outputs_{pipeline.at("outputs")},
        jobs_{pipeline.at("jobs")},
        input_index_{inputs_},
        output_index_{outputs_},
        job_index_{jobs_},
        fit_{reader} {}

  void check() {
    auto const& nodes = *root_.find("jobs");
    {
      Reader::Step const step{reader_, "jobs"};
      for (std::size_t i = 0; i < jobs_.members.size(); ++i) {
        auto const& job = jobs_.members[i];
        Reader::Step const name{reader_, job.name};
        if (!good_node_name(job.name) && !is_placeholder(job.name))
          reader_.error("PD1016", *job.key, "`" + job.name + "` is not a name for a step",
                        "use lower-case letters, digits and underscores, beginning with a letter or underscore");
        if (i < nodes.entries.size() && nodes.entries[i].value->is_mapping()) check_job(job, *nodes.entries[i].value);
      }
      report_cycles(reader_, edges_);
    }
    check_unused();
    if (is_component_) return;
    check_computes(reader_, root_, pipeline_);
    check_first_and_last(reader_, pipeline_, edges_);
  }

 private:
  void check_job(Member const& job, Node const& node) {
    auto const* component = definition_of(job.value);
    check_type_word(node);
    for (auto const* key : {"component", "trial"}) {
      auto const* named = node.find(key);
      if (named == nullptr || !named->is_string() || !has_binding(named->text)) continue;
      Reader::Step const step{reader_, key};
      reader_.error("PD1044", *named, "a component cannot be bound", "name a file or `azureml:NAME:VERSION`");
    }
    in_place_ = is_inline(job);
    check_inputs(job, node, component);
    check_outputs(job, node, component);
    in_place_ = false;
    // Bindings elsewhere; what a job or component says of its own inputs was looked at with it.
    static constexpr std::array<std::string_view, 11> elsewhere{
        "inputs", "outputs", "component", "trial", "command", "args", "input_data", "task", "type", "code", "$schema"};
    for (auto const& entry : node.entries) {
      auto const& key = entry.key->text;
      if (std::find(elsewhere.begin(), elsewhere.end(), key) != elsewhere.end()) continue;
      Reader::Step const step{reader_, key};
      walk(job, *entry.value);
    }
  }

  /// The official client takes the type in any case; other tools do not.
  void check_type_word(Node const& node) {
    auto const* type = node.find("type");
    if (type == nullptr || !type->is_string()) return;
    std::string word = type->text;
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (word == type->text || has_binding(word)) return;
    Reader::Step const step{reader_, "type"};
    reader_.warning("PD1014", *type, "types of steps are written in lower case", "write `" + word + "`").fix =
        Fix{type->span, word, Applicability::safe};
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

  void check_inputs(Member const& job, Node const& node, Value const* component) {
    auto const* written = node.entry("inputs");
    Reader::Step const step{reader_, "inputs"};
    auto const& given = job.value.at("inputs");
    if (!job.value || (written != nullptr && !given.is_map())) {
      if (written != nullptr) walk(job, *written->value);
      return;
    }
    auto const* declared = component == nullptr ? nullptr : &component->at("inputs");
    std::set<std::string_view> known_names;
    for (auto const& input : given.members) {
      Reader::Step const name{reader_, input.name};
      auto const* known = declared == nullptr ? nullptr : declared_as(*declared, input.name);
      if (declared != nullptr && known == nullptr) {
        auto const near = nearest(input.name, names_of(*declared));
        known_names.insert(near);
        muddled_ = true;
        reader_
            .error("PD1036", *input.key, "the component of `" + job.name + "` has no input `" + input.name + "`",
                   near.empty() ? "its inputs are: " + listed(*declared) : "did you mean `" + std::string{near} + "`?")
            .related.push_back(component->node->source->label(place_of_name(*component), "the component"));
        note_uses(*input.value.node);
        continue;
      }
      if (known != nullptr) known_names.insert(known->name);
      if (input.value.node != nullptr) check_input(job, input.value, known == nullptr ? nullptr : &known->value);
    }
    if (declared == nullptr) return;
    auto const& searched = job.value.at("search_space");
    for (auto const& one : declared->members) {
      if (known_names.contains(one.name) || searched.at(one.name).node != nullptr || may_be_left_out(*component, one))
        continue;
      muddled_ = true;
      Reader::Step const name{reader_, one.name};
      Node const& place = written == nullptr ? *job.key : *written->key;
      auto& problem = reader_.error("PD1035", place,
                                    "the step `" + job.name + "` does not give the required input `" + one.name + "`",
                                    "add `" + one.name + ":` to its inputs");
      problem.related.push_back(one.key->source->label(one.key->span, "declared here"));
      problem.official = "Required input '" + one.name + "' for component '" + job.name + "' not provided.";
    }
  }

  /// What stands where nothing belongs still uses what it names.
  void note_uses(Node const& node) {
    for (auto const& binding : bindings_in(node)) {
      auto const target = target_of(binding.expression);
      if (target.kind == Target::Kind::parent_input) used_.insert(target.name);
      if (target.kind == Target::Kind::parent_output) written_.emplace(target.name, Label{});
    }
    for (auto const& entry : node.entries) note_uses(*entry.value);
  }

  void check_input(Member const& job, Value const& given, Value const* declared) {
    Node const& node = *given.node;
    if (node.is_mapping()) {
      walk(job, node);
      if (auto const& literal = given.at("value"); literal && declared != nullptr && bindings_in(*literal.node).empty())
        fit_.literal(*literal.node, literal.text, *declared, node);
      if (auto const* path = node.find("path"); path != nullptr) check_stray(*path);
      if (declared != nullptr && given.at("path")) check_given_data(given, *declared);
      return;
    }
    auto const bindings = bindings_in(node);
    for (auto const& binding : bindings)
      follow(job, node, binding, bindings.size() == 1 && is_binding(node.text) ? declared : nullptr);
    if (!bindings.empty() || check_stray(node)) return;
    if (declared != nullptr && given) fit_.literal(node, given.text, *declared, node);
  }

  /// `{type, path}` for an input of another sort.
  void check_given_data(Value const& given, Value const& declared) {
    auto const* path = given.node->find("path");
    if (path != nullptr && !bindings_in(*path).empty()) return;
    auto const type = given.string("type");
    auto const to = declared.string("type");
    if (!type.empty() || is_parameter(to)) fit_.flow(*given.node, type.empty() ? "uri_folder" : type, to);
  }

  /// What was to be a binding and is text.
  bool check_stray(Node const& node) {
    if (!node.is_string()) return false;
    auto const& text = node.text;
    auto const open = text.find("{{");
    if (open == std::string::npos) return false;
    auto const word = text.find_first_not_of(' ', open + 2);
    bool const parent = word != std::string::npos && text.compare(word, 7, "parent.") == 0;
    bool const dollar = open > 0 && text[open - 1] == '$';
    if (dollar ? text.find("}}", open) != std::string::npos : !parent) return false;
    muddled_ = true;
    reader_.error("PD1044", node,
                  dollar ? "the binding is not closed" : "this is text, not a binding: `$` must stand before `{{`",
                  "write `${{parent.inputs.NAME}}` or `${{parent.jobs.STEP.outputs.NAME}}`");
    return true;
  }

  Diagnostic& at_binding(std::string rule, Node const& node, Span where, std::string message, std::string help) {
    muddled_ = true;
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

  /// A name that is like no declared one may as well be missing there: both places are shown.  The official client
  /// lets it pass, but for the inputs and outputs of jobs written in place.
  void report_undeclared(std::string const& rule, Node const& node, Span where, std::string message, std::string help,
                         std::string_view group, std::string_view near) {
    muddled_ = true;
    bool const sure = !near.empty() || in_place_ || reader_.purpose() == Purpose::use;
    auto& problem =
        reader_.report(rule, sure ? Severity::error : Severity::warning, node, std::move(message), std::move(help));
    problem.primary = node.source->label(where);
    auto const* declared = root_.entry(group);
    if (!near.empty() || declared == nullptr || !said_undeclared_.insert(std::string{group} + message).second) return;
    reader_.report(rule, Severity::note, *declared->key, "the pipeline's " + std::string{group} + " are declared here");
  }

  void follow_input(Node const& node, Binding const& binding, Target const& target, Value const* declared) {
    auto const* source = input_index_.find_group(target.name);
    if (source == nullptr) {
      auto const near = nearest(target.name, names_of(inputs_));
      used_.insert(std::string{near});
      report_undeclared("PD1030", node, word_span(node, binding, target.name),
                        "the pipeline has no input `" + target.name + "`",
                        !near.empty()             ? "did you mean `" + std::string{near} + "`?"
                        : inputs_.members.empty() ? "declare it under the pipeline's `inputs`"
                                                  : "its inputs are: " + listed(inputs_),
                        "inputs", near);
      return;
    }
    used_.insert(source->name);
    if (declared == nullptr || source->value.node == nullptr || !source->value) return;
    if (is_component_)
      check_declared_source(node, binding, *source, *declared);
    else
      check_given_source(node, *source, *declared);
  }

  /// A pipeline component's input, which is declared.
  void check_declared_source(Node const& node, Binding const& binding, Member const& source, Value const& declared) {
    fit_.flow(node, source.value.string("type"), declared.string("type"));
    if (!source.value.at("optional").boolean || declared.at("optional").boolean) return;
    if (!said_optional_.insert(source.name).second) return;
    at_binding("PD1103", node, binding.where,
               "the optional input `" + source.name + "` is bound to an input that is required",
               "make both optional, or neither")
        .related.push_back(source.key->source->label(source.key->span, "optional here"));
  }

  /// A pipeline job's input, which has a value.
  void check_given_source(Node const& node, Member const& source, Value const& declared) {
    Node const& given = *source.value.node;
    auto const& inner = source.value.at("value");
    if (given.is_scalar() || inner) {
      Node const& place = given.is_scalar() ? given : *inner.node;
      if (bindings_in(place).empty())
        fit_.literal(place, given.is_scalar() ? source.value.text : inner.text, declared, node);
      return;
    }
    if (!source.value.at("path")) return;
    auto const type = source.value.string("type");
    auto const to = declared.string("type");
    if (!type.empty() || is_parameter(to)) fit_.flow(node, type.empty() ? "uri_folder" : type, to);
  }

  void follow_job(Member const& job, Node const& node, Binding const& binding, Target const& target,
                  Value const* declared) {
    auto const* other = job_index_.find(target.job);
    if (other == nullptr) {
      at_binding("PD1031", node, word_span(node, binding, target.job), "there is no step `" + target.job + "`",
                 meant(target.job, names_of(jobs_), "the steps are: " + listed(jobs_)));
      return;
    }
    edges_.push_back({job.name, other->name, node.source->label(binding.where), reader_.path()});
    if (job.name == other->name || !other->value.is_map()) return;
    bool const output = target.kind == Target::Kind::job_output;
    std::string_view const group_name = output ? "outputs" : "inputs";
    auto const* component = definition_of(other->value);
    if (component != nullptr ? declared_as(component->at(group_name), target.name) != nullptr
                             : declared_as(other->value.at(group_name), target.name) != nullptr) {
      if (output) check_output_type(node, *other, component, target, declared);
      return;
    }
    if (component == nullptr && !is_inline(*other)) {
      if (output && !other->value.at(group_name).members.empty())
        reader_
            .report("PD1032", Severity::note, node,
                    "the step `" + other->name + "` does not list an output `" + target.name + "`",
                    "its component is registered: what it has cannot be seen here")
            .primary = node.source->label(word_span(node, binding, target.name));
      return;
    }
    Value const& group = component != nullptr ? component->at(group_name) : other->value.at(group_name);
    std::string const what = output ? "output" : "input";
    at_binding("PD1032", node, word_span(node, binding, target.name),
               "the step `" + other->name + "` has no " + what + " `" + target.name + "`",
               meant(target.name, names_of(group), "its " + what + "s are: " + listed(group)));
  }

  /// A command, Spark or parallel job written in place: it has what it says, and nothing else.
  static bool is_inline(Member const& job) {
    auto const type = type_of_node(job.value);
    return (type == "command" || type == "spark" || type == "parallel") && job.value.node != nullptr &&
           job.value.node->find("component") == nullptr;
  }

  void check_output_type(Node const& node, Member const& other, Value const* component, Target const& target,
                         Value const* declared) {
    if (declared == nullptr) return;
    auto const given = other.value.at("outputs").at(target.name);
    bool const says =
        given.is_map() && given.node != nullptr && given.node->is_mapping() && given.node->find("type") != nullptr;
    auto const from = says                   ? given.string("type")
                      : component != nullptr ? component->at("outputs").at(target.name).string("type")
                                             : std::string{};
    fit_.flow(node, from, declared->string("type"));
  }

  void check_outputs(Member const& job, Node const& node, Value const* component) {
    auto const* written = node.find("outputs");
    if (written == nullptr || !written->is_mapping()) return;
    Reader::Step const step{reader_, "outputs"};
    auto const* declared = component == nullptr ? nullptr : &component->at("outputs");
    for (auto const& output : written->entries) {
      Reader::Step const name{reader_, output.key->text};
      if (declared != nullptr && declared_as(*declared, output.key->text) == nullptr) {
        reader_.error("PD1037", *output.key,
                      "the component of `" + job.name + "` has no output `" + output.key->text + "`",
                      meant(output.key->text, names_of(*declared), "its outputs are: " + listed(*declared)));
        note_uses(*output.value);
        continue;
      }
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
      auto const* output = output_index_.find_group(target.name);
      if (output == nullptr) {
        auto const near = nearest(target.name, names_of(outputs_));
        written_.emplace(std::string{near}, Label{});
        report_undeclared(
            "PD1033", node, word_span(node, binding, target.name), "the pipeline has no output `" + target.name + "`",
            near.empty() ? "declare it under the pipeline's `outputs`" : "did you mean `" + std::string{near} + "`?",
            "outputs", near);
        continue;
      }
      auto const [first, fresh] =
          written_.emplace(target.name, node.source->label(binding.where, "first written here"));
      if (!fresh && !first->second.file.empty())
        at_binding("PD1047", node, binding.where, "the pipeline's output `" + target.name + "` is written by two steps",
                   "give each step an output of its own")
            .related.push_back(first->second);
    }
  }

  /// Inputs that nothing uses, outputs that nothing writes.
  void check_unused() {
    if (jobs_.members.empty() || muddled_) return;
    auto const is_written = [&](std::string const& name) {
      return written_.contains(name) || std::any_of(written_.begin(), written_.end(),
                                                    [&](auto const& one) { return one.first.starts_with(name + "."); });
    };
    auto const is_used = [&](std::string const& name) {
      return used_.contains(name) || used_.contains(name.substr(0, name.find('.')));
    };
    {
      Reader::Step const step{reader_, "inputs"};
      for (auto const& input : inputs_.members) {
        if (is_used(input.name) || input.key == nullptr) continue;
        Reader::Step const name{reader_, input.name};
        reader_.warning("PD1102", *input.key, "no step uses the input `" + input.name + "`",
                        "bind it as `${{parent.inputs." + input.name + "}}`, or remove it");
      }
    }
    Reader::Step const step{reader_, "outputs"};
    for (auto const& output : outputs_.members) {
      if (output.key == nullptr || is_written(output.name)) continue;
      Reader::Step const name{reader_, output.name};
      reader_.warning("PD1102", *output.key, "no step writes the output `" + output.name + "`",
                      "bind it as `${{parent.outputs." + output.name + "}}`, or remove it");
    }
  }

  Reader& reader_;
  Node const& root_;
  Value const& pipeline_;
  bool is_component_;
  bool muddled_ = false;   // something was bound wrongly: what is not used may have been meant there
  bool in_place_ = false;  // the inputs and outputs of such a job are being looked at
  Value const& inputs_;
  Value const& outputs_;
  Value const& jobs_;
  Index input_index_;
  Index output_index_;
  Index job_index_;
  Fit fit_;
  std::vector<Edge> edges_;
  std::map<std::string, Label> written_;
  std::set<std::string> used_;
  std::set<std::string> said_optional_;
  std::set<std::string> said_undeclared_;
};

}  // namespace

void check_pipeline(Reader& reader, Node const& node, Value& value) {
  check_pipeline_names(reader, value);
  auto const* jobs = node.entry("jobs");
  auto const* component = node.entry("component");
  if (jobs != nullptr && component != nullptr) {
    Reader::Step const step{reader, "component"};
    reader.error("PD1021", *component->key, "`jobs` and `component` exclude each other", "keep one of them").official =
        "'jobs' and 'component' are mutually exclusive fields in pipeline job.";
  }
  if (component != nullptr && jobs == nullptr) {
    check_component_job(reader, node, value);
    check_computes(reader, node, value);
  }
  if (jobs == nullptr && component == nullptr) {
    Reader::Step const step{reader, "jobs"};
    reader.warning("PD1013", reader.holder(node), "the pipeline has neither `jobs` nor `component`: nothing runs",
                   "add `jobs:`, its steps by name");
  }
  if (jobs == nullptr || !jobs->value->is_mapping()) return;
  Graph{reader, node, value, false}.check();
}

void check_pipeline_component(Reader& reader, Node const& node, Value& value) {
  check_declarations(reader, value);
  auto const* jobs = node.find("jobs");
  if (jobs == nullptr || !jobs->is_mapping()) return;
  Graph{reader, node, value, true}.check();
}

}  // namespace podium::inline v0::spec
