#include "spec/fit.hpp"

#include "spec/binding.hpp"
#include "spec/command.hpp"
#include "spec/files.hpp"

#include <algorithm>

namespace podium::inline v0::spec {

bool is_parameter(std::string_view type) {
  return type == "string" || type == "number" || type == "integer" || type == "boolean";
}

std::vector<std::string_view> names_of(Value const& group) {
  std::vector<std::string_view> names;
  for (auto const& member : group.members) names.push_back(member.name);
  return names;
}

std::string meant(std::string_view word, std::vector<std::string_view> const& words, std::string otherwise) {
  auto const near = nearest(word, words);
  return near.empty() ? std::move(otherwise) : "did you mean `" + std::string{near} + "`?";
}

std::string listed(Value const& group) {
  auto const names = names_of(group);
  return names.empty() ? "none" : joined(names);
}

void Fit::say(std::string rule, Severity severity, Node const& node, std::string message, Value const& declared,
              Node const& use) {
  if (!said_.emplace(&node, rule).second) return;
  auto& problem = reader_.report(std::move(rule), severity, node, std::move(message));
  if (declared.node != nullptr) {
    auto const* type = declared.node->find("type");
    Node const& place = type == nullptr ? *declared.node : *type;
    problem.related.push_back(place.source->label(place.span, "declared here"));
  }
  if (&use != &node) problem.related.push_back(use.source->label(use.span, "used here"));
}

void Fit::literal(Node const& node, std::string const& text, Value const& declared, Node const& use) {
  auto const type = declared.string("type");
  if (type.empty() || is_placeholder(text)) return;
  if (!is_parameter(type)) {
    if (node.is_string()) {
      if (!said_.emplace(&node, "path").second) return;
      Value path{.kind = Value::Kind::text, .node = &node, .text = text};
      check_data_path(reader_, node, path);
    } else if (!node.is_null() &&
               (node.text == text || node.type == ScalarType::boolean)) {  // else its spelling was said already
      say("PD1043", Severity::error, node, "`" + text + "` is given to an input of type `" + type + "`", declared, use);
    }
    return;
  }
  if (!fits_type(type, text)) {
    say("PD1040", Severity::error, node, "`" + text + "` is not of type `" + type + "`", declared, use);
    return;
  }
  double number = 0, limit = 0;
  if ((type == "integer" || type == "number") && parse_python_float(text, number)) {
    auto const& low = declared.at("min");
    auto const& high = declared.at("max");
    if (low && parse_python_float(low.text, limit) && number < limit)
      say("PD1041", Severity::error, node, "`" + text + "` is smaller than the input's `min`, " + low.text, declared,
          use);
    if (high && parse_python_float(high.text, limit) && number > limit)
      say("PD1041", Severity::error, node, "`" + text + "` is greater than the input's `max`, " + high.text, declared,
          use);
  }
  auto const& choices = declared.at("enum");
  if (choices &&
      std::none_of(choices.items.begin(), choices.items.end(), [&](Value const& item) { return item.text == text; })) {
    std::vector<std::string_view> words;
    for (auto const& item : choices.items) words.push_back(item.text);
    say("PD1042", Severity::warning, node, "`" + text + "` is not one of the input's choices: " + joined(words),
        declared, use);
  }
}

void Fit::flow(Node const& node, std::string_view from, std::string_view to) {
  if (from.empty() || to.empty() || from == to) return;
  bool const values = is_parameter(from) && is_parameter(to);
  bool const mixed = is_parameter(from) != is_parameter(to);
  auto const one_file = [](std::string_view type) { return type == "uri_file"; };
  auto const folder = [](std::string_view type) {
    return type == "uri_folder" || type == "mltable" || type == "mlflow_model";
  };
  bool const files = (one_file(from) && folder(to)) || (folder(from) && one_file(to));
  if (values || (!mixed && !files)) return;
  reader_.warning(
      "PD1043", node,
      mixed && is_parameter(to)
          ? "data of type `" + std::string{from} + "` is given to a parameter of type `" + std::string{to} + "`"
          : "something of type `" + std::string{from} + "` is given to an input of type `" + std::string{to} + "`",
      "let both have one type");
}

}  // namespace podium::inline v0::spec
