#include "spec/reader.hpp"

#include "base/letters.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <utility>

namespace podium::inline v0::spec {
namespace {

/// `LowPriority` -> `low_priority`, `TCNForecaster` -> `tcn_forecaster`.
std::string snake(std::string_view text) {
  auto const upper = [&](std::size_t i) { return i < text.size() && text[i] >= 'A' && text[i] <= 'Z'; };
  auto const small = [&](std::size_t i) { return i < text.size() && text[i] >= 'a' && text[i] <= 'z'; };
  auto const digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (upper(i) && i > 0 && (small(i - 1) || digit(i - 1) || (upper(i - 1) && small(i + 1)))) out += '_';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
  }
  return out;
}

bool python_boolean(std::string_view text, bool& value) {
  static constexpr std::array<std::string_view, 14> yes{"t",  "T", "true", "True", "TRUE", "on",  "On",
                                                        "ON", "y", "Y",    "yes",  "Yes",  "YES", "1"};
  static constexpr std::array<std::string_view, 14> no{"f",   "F", "false", "False", "FALSE", "off", "Off",
                                                       "OFF", "n", "N",     "no",    "No",    "NO",  "0"};
  value = std::find(yes.begin(), yes.end(), text) != yes.end();
  return value || std::find(no.begin(), no.end(), text) != no.end();
}

/// The words of the official client for a value of the wrong type.
std::string_view official_mismatch(Shape const& shape) {
  switch (shape.kind) {
    case Shape::Kind::integer:
      return "Not a valid integer.";
    case Shape::Kind::number:
      return "Not a valid number.";
    case Shape::Kind::boolean:
      return "Not a valid boolean.";
    case Shape::Kind::list:
      return "Not a valid list.";
    case Shape::Kind::map:
      return "Not a valid mapping type.";
    case Shape::Kind::object:
    case Shape::Kind::tagged:
    case Shape::Kind::keyed:
      return "Invalid input type.";
    default:
      return "Not a valid string.";
  }
}

/// As Python's repr() shows a list of texts.
std::string python_list(std::span<std::string_view const> words) {
  std::string out = "[";
  for (auto const word : words) out += (out.size() > 1 ? ", '" : "'") + std::string{word} + "'";
  return out + "]";
}

/// Written as a number, or text that Python reads as one.
bool is_number(Node const& node) {
  double number = 0;
  return node.is_scalar() && (node.type == ScalarType::integer || node.type == ScalarType::floating ||
                              (node.is_string() && parse_python_float(node.text, number)));
}

std::string plain_number(double value) {
  std::string text = python_float(value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

}  // namespace

Value const& Value::at(std::string_view name) const {
  static Value const nothing;
  for (auto const& member : members)
    if (member.name == name) return member.value;
  return nothing;
}

Value* Value::get(std::string_view name) {
  for (auto& member : members)
    if (member.name == name) return &member.value;
  return nullptr;
}

void Reader::included_as(std::string path, std::vector<Label> included) {
  path_ = std::move(path);
  included_ = std::move(included);
}

Diagnostic& Reader::report(std::string rule, Severity severity, Node const& node, std::string message,
                           std::string help) {
  if (severity == Severity::error && documents_.placeholders && node.is_string() && is_placeholder(node.text))
    severity = Severity::warning;
  if (documents_.full(severity)) return documents_.spare();
  return documents_.add({.rule = std::move(rule),
                         .severity = severity,
                         .message = std::move(message),
                         .file = node.source->name(),
                         .path = path_,
                         .primary = node.source->label(node.span),
                         .related = included_,
                         .help = std::move(help)});
}

Node const& Reader::holder(Node const& mapping) const {
  if (holder_ != nullptr) return *holder_;
  return mapping.entries.empty() ? mapping : *mapping.entries.front().key;
}

Value Reader::mismatch(Shape const& shape, Node const& node) {
  std::string help;
  bool const wants_text =
      shape.kind == Shape::Kind::string ||
      (shape.kind == Shape::Kind::either && shape.scalar != nullptr && shape.scalar->kind == Shape::Kind::string);
  if (node.is_scalar() && !node.is_null() && wants_text) help = "put it in quotes: \"" + node.text + "\"";
  if (node.is_null()) {
    error("PD1017", node, "a value is missing: expected " + expected(shape), "give a value, or remove the key")
        .official = "Field may not be null.";
  } else {
    error("PD1012", node, "expected " + expected(shape) + ", found " + found(node), help).official =
        official_mismatch(shape);
  }
  return {.node = &node};
}

bool Reader::read_values(Shape const& shape, Node const& node, Value& value) {
  auto const same = [&](std::string_view allowed) {
    return shape.any_case
               ? base::lower_case(value.text) == base::lower_case(allowed) || snake(value.text) == snake(allowed)
               : value.text == allowed;
  };
  if (std::find(shape.values.begin(), shape.values.end(), value.text) != shape.values.end()) return true;
  if (auto const hit = std::find_if(shape.values.begin(), shape.values.end(), same); hit != shape.values.end()) {
    value.text = *hit;
    return true;
  }
  if (std::find_if(shape.refused.begin(), shape.refused.end(), same) != shape.refused.end()) {
    if (purpose_ == Purpose::use)
      error("PD1090", node, in_backquotes(value.text) + " is not supported yet", "supported: " + joined(shape.values));
    return true;
  }
  auto const meant = nearest(value.text, shape.values);
  auto& problem = error("PD1014", node, in_backquotes(value.text) + " is not one of " + joined(shape.values),
                        meant.empty() ? std::string{} : "did you mean `" + std::string{meant} + "`?");
  problem.official = "Value '" + value.text + "' passed is not in set " + python_list(shape.values);
  if (!meant.empty() && node.plain) problem.fix = Fix{node.span, std::string{meant}, Applicability::unsafe};
  return false;
}

bool Reader::read_range(Shape const& shape, Node const& node, double number) {
  if (!std::isfinite(number)) {
    error("PD1018", node, "the number must be finite, found `" + node.text + "`");
    return false;
  }
  bool const low = shape.min && (shape.above_min ? number <= *shape.min : number < *shape.min);
  bool const high = shape.max && number > *shape.max;
  if (!low && !high) return true;
  std::string range;
  if (shape.min) range = (shape.above_min ? "greater than " : "at least ") + plain_number(*shape.min);
  if (shape.max) range += (range.empty() ? "at most " : " and at most ") + plain_number(*shape.max);
  report("PD1015", shape.advisory ? Severity::warning : Severity::error, node,
         "the value must be " + range + ", found " + plain_number(number));
  return shape.advisory;
}

Value Reader::read_scalar(Shape const& shape, Node const& node) {
  if (!node.is_scalar()) return mismatch(shape, node);
  Value value{.node = &node};
  bool const free_text = shape.kind == Shape::Kind::text || (shape.kind == Shape::Kind::string && shape.values.empty());
  if (bindings_ && node.is_string() && (free_text ? is_binding(node.text) : has_binding(node.text))) {
    value.kind = Value::Kind::text;
    value.text = node.text;
    value.binding = true;
    return value;
  }
  switch (shape.kind) {
    case Shape::Kind::string:
      if (node.type != ScalarType::string) {
        if (!shape.values.empty() && node.type == ScalarType::boolean) {
          error("PD1014", node, "`" + node.text + "` is read as a boolean, not as one of " + joined(shape.values),
                "put it in quotes: \"" + node.text + "\"");
          return value;
        }
        return mismatch(shape, node);
      }
      value.text = node.text;
      if (!shape.values.empty() && !read_values(shape, node, value)) return {.node = &node};
      value.kind = Value::Kind::text;
      return value;
    case Shape::Kind::text:
      if (node.is_null() || (node.type == ScalarType::timestamp && !shape.exact)) return mismatch(shape, node);
      note_spelling(shape, node);
      if (node.type == ScalarType::floating && !std::isfinite(number_of(node.text, node.type))) {
        error("PD1018", node, "the number must be finite, found `" + node.text + "`");
        return value;
      }
      value.text = python_text(node.text, node.type);
      value.kind = Value::Kind::text;
      return value;
    case Shape::Kind::integer: {
      double number = 0;
      if (node.type == ScalarType::integer) {
        note_spelling(shape, node);
        number = number_of(node.text, node.type);
      } else if (node.type == ScalarType::floating && !shape.strict && std::isfinite(number_of(node.text, node.type))) {
        number = std::trunc(number_of(node.text, node.type));
        if (number != number_of(node.text, node.type))
          warning("PD1023", node,
                  "`" + node.text + "` is cut to " + plain_number(number) + ": an integer is expected here",
                  "write the integer that is meant");
      } else if (std::int64_t parsed = 0; node.is_string() && !shape.strict && parse_python_int(node.text, parsed)) {
        number = static_cast<double>(parsed);
      } else {
        return mismatch(shape, node);
      }
      if (std::abs(number) > 9007199254740992.0) {
        error("PD1015", node, "the integer is too large");
        return value;
      }
      if (!read_range(shape, node, number)) return value;
      value.integer = static_cast<std::int64_t>(number);
      value.number = number;
      value.kind = Value::Kind::integer;
      return value;
    }
    case Shape::Kind::number: {
      if (node.type == ScalarType::integer || node.type == ScalarType::floating) {
        note_spelling(shape, node);
        value.number = number_of(node.text, node.type);
      } else if (double parsed = 0; node.is_string() && parse_python_float(node.text, parsed)) {
        if (shape.strict) {
          error("PD1012", node, "expected a number, found " + found(node),
                node.plain ? "YAML 1.1 reads this as text: write it with a dot and a sign, for example `1.0e-5`"
                           : "remove the quotes");
          return value;
        }
        value.number = parsed;
      } else {
        return mismatch(shape, node);
      }
      if (!read_range(shape, node, value.number)) return value;
      value.kind = Value::Kind::number;
      return value;
    }
    case Shape::Kind::boolean:
      if (node.type == ScalarType::boolean) {
        value.boolean = boolean_of(node.text);
      } else if (node.is_string() && !shape.strict && python_boolean(node.text, value.boolean)) {
        if (base::lower_case(node.text) != "true" && base::lower_case(node.text) != "false")
          warning("PD1101", node, "the text `" + node.text + "` is taken as " + (value.boolean ? "true" : "false"),
                  std::string{"write `"} + (value.boolean ? "true" : "false") + "`");
      } else if (node.is_null() || node.type == ScalarType::floating || node.type == ScalarType::timestamp ||
                 shape.strict || !python_boolean(python_text(node.text, node.type), value.boolean)) {
        return mismatch(shape, node);
      }
      value.kind = Value::Kind::boolean;
      return value;
    default:
      break;
  }
  return value;
}

void Reader::weigh(Field const& field, Node const& key) {
  if (purpose_ != Purpose::use) return;
  if (field.support == Support::refused)
    error("PD1090", key, "`" + std::string{field.name} + "` is not supported yet",
          "remove it; docs/parity.md lists what is supported");
  if (field.support == Support::noted)
    warning("PD1092", key, "`" + std::string{field.name} + "` is checked but not acted on yet", {});
}

void Reader::unknown_key(Shape const& shape, Node const& object, Node const& key, std::vector<std::string>& meant) {
  auto severity = shape.unknown == Unknown::warning ? Severity::warning : Severity::error;
  std::string ignored = shape.unknown == Unknown::warning ? "; Azure ML ignores it" : "";
  for (auto const& hint : shape.hints) {
    if (hint.name != key.text) continue;
    report("PD1010", severity, key, "unknown field `" + key.text + "`" + ignored, std::string{hint.help}).official =
        "Unknown field.";
    return;
  }
  if (documents_.full(severity)) return;
  // What a client shows of an entity, given back to it.
  static constexpr std::array<std::string_view, 6> shown{"id",         "creation_context", "provisioning_state",
                                                         "created_on", "latest_version",   "provisioning_errors"};
  if (path_ == key.text && std::find(shown.begin(), shown.end(), key.text) != shown.end()) {
    warning("PD1150", key, "`" + key.text + "` is written by the service; the official client refuses it here",
            "remove it")
        .official = "Unknown field.";
    return;
  }
  std::vector<std::string_view> free;
  for (auto const& field : shape.fields)
    if (object.find(field.name) == nullptr) free.push_back(field.name);
  auto const near = nearest(key.text, free);
  // A key that stands for a required one is what is missing.
  if (std::any_of(shape.fields.begin(), shape.fields.end(),
                  [&](Field const& field) { return field.need == Need::required && field.name == near; })) {
    severity = Severity::error;
    ignored.clear();
  }
  auto& problem = report("PD1010", severity, key, "unknown field " + in_backquotes(key.text) + ignored,
                         near.empty() ? std::string{} : "did you mean `" + std::string{near} + "`?");
  problem.official = "Unknown field.";
  if (near.empty()) return;
  meant.emplace_back(near);
  problem.fix = Fix{key.span, std::string{near}, Applicability::unsafe};
}

Value Reader::read_object(Shape const& shape, Node const& node) {
  if (!node.is_mapping()) return mismatch(shape, node);
  Value value{.kind = Value::Kind::map, .node = &node};
  std::vector<std::string> meant;  // required fields that a misspelt key stands for
  for (auto const& entry : node.entries) {
    Step const step{*this, entry.key->text};
    auto const field = std::find_if(shape.fields.begin(), shape.fields.end(),
                                    [&](Field const& one) { return one.name == entry.key->text; });
    if (field == shape.fields.end()) {
      if (shape.unknown == Unknown::keep)
        value.members.push_back(
            {entry.key->text, entry.key.get(), {.kind = Value::Kind::opaque, .node = entry.value.get()}});
      else
        unknown_key(shape, node, *entry.key, meant);
      continue;
    }
    if (entry.value->is_null() && field->nullable) continue;
    weigh(*field, *entry.key);
    auto const* before = std::exchange(holder_, entry.key.get());
    value.members.push_back({entry.key->text, entry.key.get(), read(*field->shape, *entry.value)});
    holder_ = before;
  }
  for (auto const& field : shape.fields) {
    auto const* given = node.find(field.name);
    if (given != nullptr && !(given->is_null() && field.nullable)) continue;
    if (field.need == Need::required && std::find(meant.begin(), meant.end(), field.name) == meant.end()) {
      Step const step{*this, field.name};
      error("PD1013", holder(node), "the required field `" + std::string{field.name} + "` is missing",
            "add `" + std::string{field.name} + ":`")
          .official = "Missing data for required field.";
    } else if (!field.fallback.empty()) {
      auto const text = scalar_node(*node.source, node.span, std::string{field.fallback});
      Value standard = read(*field.shape, *text);
      standard.node = nullptr;
      value.members.push_back({std::string{field.name}, nullptr, std::move(standard)});
    }
  }
  return value;
}

/// A key that is none of the alternatives' fields and close to the tag is taken for it.
bool Reader::misspelt_tag(Shape const& shape, Node const& node) {
  for (auto const& entry : node.entries) {
    std::string_view const name = entry.key->text;
    if (!entry.key->is_scalar() || nearest(name, std::array<std::string_view, 1>{shape.tag}).empty()) continue;
    auto const has = [&](Alternative const& one) {
      return std::any_of(one.shape->fields.begin(), one.shape->fields.end(),
                         [&](Field const& field) { return field.name == name; });
    };
    if (std::any_of(shape.alternatives.begin(), shape.alternatives.end(), has)) continue;
    Step const step{*this, name};
    auto& problem = error("PD1010", *entry.key, "unknown field " + in_backquotes(name),
                          "did you mean `" + std::string{shape.tag} + "`?");
    problem.official = "Unknown field.";
    problem.fix = Fix{entry.key->span, std::string{shape.tag}, Applicability::unsafe};
    return true;
  }
  return false;
}

Value Reader::read_tagged(Shape const& shape, Node const& node) {
  if (!node.is_mapping()) return mismatch(shape, node);
  auto const* tag = node.find(shape.tag);
  std::string word{shape.tag_default};
  if (tag == nullptr && word.empty() && misspelt_tag(shape, node)) return {.node = &node};
  Step const step{*this, shape.tag};
  auto const untagged = [](Alternative const& one) { return one.when.empty(); };
  if (tag == nullptr && word.empty() && std::none_of(shape.alternatives.begin(), shape.alternatives.end(), untagged)) {
    error("PD1013", holder(node), "the required field `" + std::string{shape.tag} + "` is missing",
          "add `" + std::string{shape.tag} + ":`");
    return {.node = &node};
  }
  if (tag != nullptr) {
    std::vector<std::string_view> words;
    for (auto const& one : shape.alternatives)
      if (!one.when.empty()) words.push_back(one.when);
    Shape const of_tag{.kind = Shape::Kind::string, .values = words, .any_case = shape.any_case};
    Value const picked = read_scalar(of_tag, *tag);
    if (!picked) return {.node = &node};
    word = picked.text;
  }
  path_.resize(path_.size() - shape.tag.size());
  if (!path_.empty()) path_.pop_back();
  for (auto const& one : shape.alternatives)
    if (one.when == word) return read(*one.shape, node);
  return {.node = &node};
}

Value Reader::read(Shape const& shape, Node const& node) {
  bool const before = std::exchange(bindings_, (bindings_ || shape.bindings) && !shape.unbound);
  Value value = read_shape(shape, node);
  bindings_ = before;
  return value;
}

Value Reader::read_shape(Shape const& shape, Node const& node) {
  Value value;
  switch (shape.kind) {
    case Shape::Kind::any:
      value = {.kind = Value::Kind::opaque, .node = &node};
      if (node.is_scalar() && !node.is_null()) value.text = python_text(node.text, node.type);
      break;
    case Shape::Kind::object:
      value = read_object(shape, node);
      break;
    case Shape::Kind::tagged:
      if (bindings_ && !shape.bindings && node.is_string() && is_binding(node.text))
        return read_scalar(string_shape, node);
      return read_tagged(shape, node);
    case Shape::Kind::keyed: {
      if (!node.is_mapping()) return mismatch(shape, node);
      auto const fits = [&](Alternative const& one) { return one.when.empty() || node.find(one.when) != nullptr; };
      auto const one = std::find_if(shape.alternatives.begin(), shape.alternatives.end(), fits);
      if (one == shape.alternatives.end()) return mismatch(shape, node);
      return read(*one->shape, node);
    }
    case Shape::Kind::map:
      if (!node.is_mapping()) return mismatch(shape, node);
      value = {.kind = Value::Kind::map, .node = &node};
      for (auto const& entry : node.entries) {
        Step const step{*this, entry.key->text};
        if (shape.empty_items && entry.value->is_null()) {
          value.members.push_back({entry.key->text, entry.key.get(), {.node = entry.value.get()}});
          continue;
        }
        auto const* before = std::exchange(holder_, entry.key.get());
        value.members.push_back({entry.key->text, entry.key.get(), read(*shape.item, *entry.value)});
        holder_ = before;
      }
      break;
    case Shape::Kind::list:
      if (!node.is_sequence()) return mismatch(shape, node);
      value = {.kind = Value::Kind::list, .node = &node};
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        Step const step{*this, std::to_string(i)};
        auto const* before = std::exchange(holder_, nullptr);
        value.items.push_back(read(*shape.item, *node.items[i]));
        holder_ = before;
      }
      if (node.items.size() < shape.least)
        error("PD1015", node,
              "the list needs at least " + std::to_string(shape.least) + " item" + (shape.least == 1 ? "" : "s"));
      break;
    case Shape::Kind::either: {
      if (bindings_ && node.is_string() && has_binding(node.text)) return read_scalar(string_shape, node);
      auto const* picked = node.is_mapping() ? shape.mapping : node.is_sequence() ? shape.sequence : shape.scalar;
      if (shape.number != nullptr && is_number(node)) picked = shape.number;
      if (picked == nullptr || (node.is_null() && picked == shape.scalar && picked->kind != Shape::Kind::any))
        return mismatch(shape, node);
      value = read(*picked, node);
      if (value.shape == nullptr) value.shape = picked;
      break;
    }
    default:
      value = read_scalar(shape, node);
      break;
  }
  if (value.shape == nullptr) value.shape = &shape;
  if (shape.check != nullptr && value && !value.binding) shape.check(*this, node, value);
  return value;
}

}  // namespace podium::inline v0::spec
