#include "spec/command.hpp"

#include "base/letters.hpp"
#include "spec/binding.hpp"
#include "spec/files.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>

namespace podium::inline v0::spec {
namespace {

bool letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool letter_or_digit(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Letters, digits and underscores, beginning with a letter; or groups of them, split by dots.
bool good_name(std::string_view name, bool groups) {
  bool start = true;
  for (char const c : name) {
    if (c == '.' && !start && groups)
      start = true;
    else if (start ? !letter(c) : !letter_or_digit(c))
      return false;
    else
      start = false;
  }
  return !start;
}

/// What is allowed in the names of one group, and how grave names are that differ only by case.
struct Naming {
  bool groups = false;
  Severity twins = Severity::error;
};

void check_names(Reader& reader, Value const& owner, std::string_view group, Naming const& naming) {
  Reader::Step const step{reader, group};
  std::string const what{group == "inputs" ? "input" : "output"};
  std::map<std::string, Member const*> seen;
  for (auto const& member : owner.at(group).members) {
    Reader::Step const inner{reader, member.name};
    if (!good_name(member.name, naming.groups) && !is_placeholder(member.name))
      reader.error("PD1016", *member.key, "`" + member.name + "` is not a name for an " + what,
                   "use letters, digits and underscores, beginning with a letter");
    auto const [other, fresh] = seen.emplace(base::lower_case(member.name), &member);
    if (fresh || other->second->name == member.name) continue;
    // Names are mostly in lower case: the other one is the odd one.
    auto const& [odd, usual] = base::lower_case(member.name) == member.name ? std::pair{other->second, &member}
                                                                            : std::pair{&member, other->second};
    auto& problem =
        reader.report("PD1016", naming.twins, *odd->key,
                      "`" + odd->name + "` and `" + usual->name + "` differ only by case", "rename one of them");
    problem.related.push_back(usual->key->source->label(usual->key->span, "the other one"));
  }
}

std::vector<std::string_view> names_of(Value const* group) {
  std::vector<std::string_view> names;
  if (group != nullptr)
    for (auto const& member : group->members) names.push_back(member.name);
  return names;
}

Value const* lookup(Value const* group, std::string const& name) {
  if (group == nullptr) return nullptr;
  if (auto const& whole = group->at(name); whole || whole.node != nullptr) return &whole;
  auto const& first = group->at(name.substr(0, name.find('.')));
  return first || first.node != nullptr ? &first : nullptr;
}

bool may_be_absent(Value const& input) { return input.at("optional").boolean && !input.at("default"); }

struct Group {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The `$[[ ]]` groups in the source of a command; nothing when they are broken.
std::optional<std::vector<Group>> groups_in(Reader& reader, Node const& command) {
  std::vector<Group> groups;
  auto const& bytes = command.source->bytes();
  std::size_t at = command.span.begin;
  while ((at = bytes.find("$[[", at)) < command.span.end) {
    auto const close = bytes.find("]]", at + 3);
    auto const again = bytes.find("$[[", at + 3);
    if (close >= command.span.end || again < close) {
      Span const where{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + 3)};
      auto& problem = reader.error("PD1039", command,
                                   again < close && close < command.span.end
                                       ? "an optional group `$[[ ]]` stands inside another one"
                                       : "the optional group is not closed",
                                   "close each `$[[` with `]]`");
      problem.primary = command.source->label(where);
      return std::nullopt;
    }
    groups.push_back({at, close + 2});
    at = close + 2;
  }
  return groups;
}

/// `${{` without its end.
void check_open_braces(Reader& reader, Node const& command) {
  auto const open = command.text.rfind("${{");
  if (open == std::string::npos || command.text.find("}}", open) != std::string::npos) return;
  auto& problem = reader.error("PD1044", command, "the binding is not closed", "write `${{inputs.NAME}}`");
  auto const at = command.source->bytes().rfind("${{", command.span.end);
  if (at != std::string::npos && at >= command.span.begin)
    problem.primary = command.source->label({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + 3)});
}

/// `{inputs.x}` and `{search_space.x}`: the client makes them bindings of today, with a warning of its own.
void check_single_braces(Reader& reader, Node const& command) {
  auto const bytes = std::string_view{command.source->bytes()}.substr(0, command.span.end);
  for (auto const* head : {"{inputs.", "{outputs.", "{search_space."}) {
    std::size_t at = command.span.begin;
    while ((at = bytes.find(head, at)) != std::string_view::npos) {
      auto const begin = at;
      at += 1;
      if (begin > 0 && bytes[begin - 1] == '{') continue;
      auto end = begin + 1;
      while (end < bytes.size() && (letter_or_digit(bytes[end]) || bytes[end] == '.')) ++end;
      if (end >= bytes.size() || bytes[end] != '}') continue;
      auto const name = std::string{bytes.substr(begin + 1, end - begin - 1)};
      auto& problem = reader.warning("PD1044", command, "`{" + name + "}` is the old spelling of a binding",
                                     "write `${{" + name + "}}`");
      Span const where{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end + 1)};
      problem.primary = command.source->label(where);
      problem.fix = Fix{where, "${{" + name + "}}", Applicability::unsafe};
    }
  }
}

/// `[--words ${{inputs.x}}]`: a job drops the group when the input is not given.
bool in_brackets(Node const& command, Binding const& binding) {
  auto const& bytes = command.source->bytes();
  if (binding.where.end >= bytes.size() || bytes[binding.where.end] != ']') return false;
  auto at = binding.where.begin;
  while (at > command.span.begin) {
    char const c = bytes[--at];
    if (c == '[') return true;
    if (!letter_or_digit(c) && c != '.' && c != '-' && c != ' ' && c != '\n' && c != '\t') return false;
  }
  return false;
}

bool parse_number(std::string_view type, std::string_view text, double& number) {
  if (!parse_python_float(text, number) || !std::isfinite(number)) return false;
  return type == "number" || number == std::trunc(number);
}

}  // namespace

bool fits_type(std::string_view type, std::string_view text) {
  double number = 0;
  if (type == "integer" || type == "number") return parse_number(type, text, number);
  if (type == "boolean") {
    auto const word = base::lower_case(std::string{text});
    return word == "true" || word == "false";
  }
  return true;
}

void check_component_name(Reader& reader, Node const& node, Value& value) {
  auto const good = [](char c) {
    return std::islower(static_cast<unsigned char>(c)) != 0 || std::isdigit(static_cast<unsigned char>(c)) != 0 ||
           c == '_';
  };
  auto const& name = value.text;
  if (!reader.included().empty()) return;  // a pipeline names its copy itself
  if (!name.empty() && std::islower(static_cast<unsigned char>(name.front())) != 0 &&
      std::all_of(name.begin(), name.end(), good))
    return;
  reader.error("PD1016", node, "`" + name + "` is not a component name",
               "use lower-case letters, digits and underscores, beginning with a letter");
}

void check_type_of_file(Reader& reader, Node const& node, Value& value) {
  auto const word = base::lower_case(value.text);
  if (node.text == word || reader.path().find('.') != std::string::npos) return;
  auto& problem = reader.error("PD1014", node, "the official client takes `" + node.text + "` in lower case only",
                               "write `" + word + "`");
  problem.fix = Fix{node.span, word, Applicability::safe};
}

void check_parameter(Reader& reader, Node const& node, Value& value) {
  auto const type = value.string("type");
  bool const numeric = type == "integer" || type == "number";
  double low = 0, high = 0, standard = 0;
  auto const bound = [&](std::string_view name, double& number) {
    auto const& limit = value.at(name);
    if (!limit) return false;
    Reader::Step const step{reader, name};
    if (!numeric) {
      reader.error("PD1045", *node.entry(name)->key, "`" + std::string{name} + "` belongs to numbers, not to a " + type,
                   "remove it");
      return false;
    }
    if (parse_python_float(limit.text, number) && std::isfinite(number)) return true;
    reader.error("PD1045", *limit.node, "`" + limit.text + "` is not a number");
    return false;
  };
  bool const has_low = bound("min", low);
  bool const has_high = bound("max", high);
  if (has_low && has_high && low > high) {
    Reader::Step const step{reader, "max"};
    reader.error("PD1045", *value.at("max").node, "`max` is smaller than `min`");
  }
  auto const& given = value.at("default");
  if (!given) return;
  if (value.at("optional").boolean) {
    Reader::Step const step{reader, "optional"};
    reader.warning("PD1045", *node.entry("optional")->key,
                   "an input with a default is never absent: `optional` has no effect", "keep one of them");
  }
  Reader::Step const step{reader, "default"};
  if (!fits_type(type, given.text)) {
    double parsed = 0;
    if (type == "integer" && parse_python_float(given.text, parsed) && std::isfinite(parsed))
      reader.warning("PD1045", *given.node, "the default `" + given.text + "` of an integer is cut to a whole number",
                     "write the integer that is meant");
    else
      reader.error("PD1045", *given.node, "the default `" + given.text + "` is not of type `" + type + "`");
    return;
  }
  if (numeric && parse_python_float(given.text, standard)) {
    if (has_low && standard < low)
      reader.error("PD1045", *given.node, "the default `" + given.text + "` is smaller than `min`");
    if (has_high && standard > high)
      reader.error("PD1045", *given.node, "the default `" + given.text + "` is greater than `max`");
  }
  auto const& choices = value.at("enum");
  if (choices && std::none_of(choices.items.begin(), choices.items.end(),
                              [&](Value const& item) { return item.text == given.text; }))
    reader.error("PD1045", *given.node, "the default `" + given.text + "` is not in `enum`");
}

void check_port(Reader& reader, Node const& node, Value& value) {
  if (!value.at("default")) return;
  Reader::Step const step{reader, "default"};
  reader.error("PD1045", *node.entry("default")->key, "data and models have no default",
               "make the input `optional: true`, or remove the default");
}

void check_command(Reader& reader, Node const& command, Declared const& declared) {
  if (!command.is_string()) return;
  check_open_braces(reader, command);
  check_single_braces(reader, command);
  auto const found_groups = groups_in(reader, command);
  auto const groups = found_groups.value_or(std::vector<Group>{});
  std::vector<bool> has_optional(groups.size(), false);
  for (auto const& binding : bindings_in(command)) {
    auto const target = target_of(binding.expression);
    bool const input = target.kind == Target::Kind::own_input;
    auto const say = [&](std::string rule, Span where, std::string message, std::string help) {
      auto& problem = reader.error(std::move(rule), command, std::move(message), std::move(help));
      problem.primary = command.source->label(where);
    };
    if (target.kind == Target::Kind::search_space && !declared.component) {
      if (declared.space == nullptr || declared.space->at(target.name).node != nullptr) continue;
      auto const near = nearest(target.name, names_of(declared.space));
      say("PD1106", word_span(command, binding, target.name), "the search space has no parameter `" + target.name + "`",
          near.empty() ? "add it to `search_space`" : "did you mean `" + std::string{near} + "`?");
      continue;
    }
    if (!input && target.kind != Target::Kind::own_output) {
      if (binding.expression.find('.') != std::string::npos)
        say("PD1044", binding.where, "`" + binding.expression + "` is not a binding that a command can use",
            "a command sees `${{inputs.NAME}}` and `${{outputs.NAME}}`");
      continue;
    }
    auto const* group = input ? declared.inputs : declared.outputs;
    auto const* hit = lookup(group, target.name);
    if (hit == nullptr) {
      if (input && !declared.component && in_brackets(command, binding)) continue;
      auto const near = nearest(target.name, names_of(group));
      say("PD1038", word_span(command, binding, target.name),
          "the command uses the " + std::string{input ? "input" : "output"} + " `" + target.name +
              "`, which is not declared",
          near.empty() ? "declare it under `" + std::string{input ? "inputs" : "outputs"} + "`"
                       : "did you mean `" + std::string{near} + "`?");
      continue;
    }
    auto const around = std::find_if(groups.begin(), groups.end(), [&](Group const& one) {
      return one.begin <= binding.where.begin && binding.where.end <= one.end;
    });
    if (around != groups.end())
      has_optional[static_cast<std::size_t>(around - groups.begin())] = true;
    else if (input && declared.component && found_groups && may_be_absent(*hit))
      say("PD1039", binding.where, "the optional input `" + target.name + "` is used outside of an optional group",
          "put it into `$[[ ]]` with the words that go with it, for example `$[[--" + target.name + " ${{inputs." +
              target.name + "}}]]`");
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (has_optional[i]) continue;
    auto& problem = reader.warning("PD1039", command, "an optional group names no input",
                                   "a group `$[[ ]]` is dropped when its input is not given");
    problem.primary =
        command.source->label({static_cast<std::uint32_t>(groups[i].begin), static_cast<std::uint32_t>(groups[i].end)});
  }
}

void check_declarations(Reader& reader, Value const& component) {
  for (auto const* group : {"inputs", "outputs"}) check_names(reader, component, group, {.groups = true});
}

void check_given_names(Reader& reader, Value const& job) {
  for (auto const* group : {"inputs", "outputs"}) check_names(reader, job, group, {.twins = Severity::warning});
}

void check_pipeline_names(Reader& reader, Value const& job) {
  check_names(reader, job, "inputs", {.groups = true, .twins = Severity::warning});
  check_names(reader, job, "outputs", {.groups = true, .twins = Severity::warning});
}

void check_component(Reader& reader, Node const& node, Value& value) {
  check_declarations(reader, value);
  auto const* command = node.find("command");
  if (command == nullptr) return;
  Reader::Step const step{reader, "command"};
  check_command(reader, *command, {&value.at("inputs"), &value.at("outputs"), true});
}

void check_command_job(Reader& reader, Node const& node, Value& value) {
  check_given_names(reader, value);
  auto const* command = node.find("command");
  if (command == nullptr) return;
  Reader::Step const step{reader, "command"};
  check_command(reader, *command, {&value.at("inputs"), &value.at("outputs"), false});
}

void check_standalone_command(Reader& reader, Node const& node, Value& value) {
  check_command_job(reader, node, value);
  note_serverless(reader, node);
}

void note_serverless(Reader& reader, Node const& node) {
  if (!reader.path().empty()) return;  // a step takes the compute of its pipeline
  if (node.find("compute") != nullptr || node.find("queue_settings") != nullptr) return;
  Reader::Step const step{reader, "compute"};
  reader.report("PD1113", Severity::note, reader.holder(node), "the job names no compute: it runs on a serverless one",
                "add `compute:` for a cluster, or choose the size with `instance_type` in `resources`");
}

void check_additional_include(Reader& reader, Node const& node, Value& value) {
  auto path = resolved(reader, value.text);
  std::error_code problem;
  // `NAME.zip` may stand for the folder NAME, which is packed.
  bool const there = std::filesystem::exists(path, problem) ||
                     (path.extension() == ".zip" && std::filesystem::exists(path.replace_extension(), problem));
  if (!there)
    reader.error("PD1050", node, "`" + value.text + "` does not exist", "paths start at the folder of this file");
  value.text = resolved(reader, value.text).string();
  value.local = true;
}

}  // namespace podium::inline v0::spec
