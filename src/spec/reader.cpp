#include "spec/reader.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <utility>

namespace podium::inline v0::spec {
namespace {

std::string code(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::string out = "`";
  std::size_t end = 0;
  while (end < text.size() && end < longest && text[end] != '\n') end += text::character_length(text, end);
  out += text.substr(0, end);
  return out + (end < text.size() ? "...`" : "`");
}

/// `LowPriority` -> `low_priority`.
std::string snake(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const letter = static_cast<unsigned char>(text[i]);
    if (std::isupper(letter) != 0 && i > 0 && std::islower(static_cast<unsigned char>(text[i - 1])) != 0) out += '_';
    out += static_cast<char>(std::tolower(letter));
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
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

std::size_t distance(std::string const& a, std::string const& b) {
  std::vector<std::size_t> before2, before(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) before[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({before[j] + 1, now[j - 1] + 1, before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before2[j - 2] + 1);
    }
    before2 = std::exchange(before, now);
  }
  return before[b.size()];
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

std::string joined(std::span<std::string_view const> words) {
  std::string out;
  for (auto const word : words) out += (out.empty() ? "`" : ", `") + std::string{word} + "`";
  return out;
}

std::string expected(Shape const& shape) {
  if (!shape.name.empty()) return std::string{shape.name};
  switch (shape.kind) {
    case Shape::Kind::string:
      return shape.values.empty() ? "text" : "one of " + joined(shape.values);
    case Shape::Kind::text:
      return "a single value";
    case Shape::Kind::integer:
      return "an integer";
    case Shape::Kind::number:
      return "a number";
    case Shape::Kind::boolean:
      return "true or false";
    case Shape::Kind::object:
    case Shape::Kind::map:
    case Shape::Kind::tagged:
      return "a mapping";
    case Shape::Kind::list:
      return "a list";
    case Shape::Kind::either:
      return expected(shape.scalar != nullptr ? *shape.scalar : *shape.mapping);
    case Shape::Kind::any:
      break;
  }
  return "a value";
}

std::string found(Node const& node) {
  if (node.is_mapping()) return "a mapping";
  if (node.is_sequence()) return "a list";
  switch (node.type) {
    case ScalarType::null:
      return "nothing";
    case ScalarType::boolean:
      return "the boolean " + code(node.text);
    case ScalarType::integer:
      return "the integer " + code(node.text);
    case ScalarType::floating:
      return "the number " + code(node.text);
    case ScalarType::timestamp:
      return "the date " + code(node.text);
    case ScalarType::string:
      break;
  }
  return node.text.empty() ? "an empty text" : "the text " + code(node.text);
}

std::string_view nearest(std::string_view word, std::span<std::string_view const> words) {
  std::string const mine = lower(word);
  if (mine.size() > 80) return {};
  std::size_t best = std::max<std::size_t>(1, mine.size() / 3) + 1;
  std::string_view answer;
  for (auto const other : words) {
    std::size_t const far = distance(mine, lower(other));
    if (far < best) best = far, answer = other;
  }
  return answer;
}

bool is_binding(std::string_view text) {
  return text.starts_with("${{") && text.ends_with("}}") && text.find("}}") == text.size() - 2;
}

bool is_placeholder(std::string_view text) {
  auto const wrapped = [&](std::string_view open, std::string_view close) {
    auto const begin = text.find(open);
    return begin != std::string_view::npos && text.find(close, begin + open.size() + 1) != std::string_view::npos;
  };
  if (text.find("${{") != std::string_view::npos) return false;
  return wrapped("{{", "}}") || wrapped("<", ">") || wrapped("$(", ")") || wrapped("${", "}") ||
         (text.size() > 4 && text.starts_with("__") && text.ends_with("__"));
}

void Reader::included_as(std::string path, std::vector<Label> included) {
  path_ = std::move(path);
  included_ = std::move(included);
}

Diagnostic& Reader::report(std::string rule, Severity severity, Node const& node, std::string message,
                           std::string help) {
  if (severity == Severity::error && node.is_string() && is_placeholder(node.text)) severity = Severity::warning;
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
    error("PD1017", node, "a value is missing: expected " + expected(shape), "give a value, or remove the key");
  } else {
    error("PD1012", node, "expected " + expected(shape) + ", found " + found(node), help);
  }
  return {.node = &node};
}

bool Reader::read_values(Shape const& shape, Node const& node, Value& value) {
  auto const same = [&](std::string_view allowed) {
    return shape.any_case ? lower(value.text) == lower(allowed) || snake(value.text) == snake(allowed)
                          : value.text == allowed;
  };
  if (auto const hit = std::find_if(shape.values.begin(), shape.values.end(), same); hit != shape.values.end()) {
    value.text = *hit;
    return true;
  }
  if (std::find_if(shape.refused.begin(), shape.refused.end(), same) != shape.refused.end()) {
    if (purpose_ == Purpose::use)
      error("PD1090", node, code(value.text) + " is not supported yet", "supported: " + joined(shape.values));
    return true;
  }
  auto const meant = nearest(value.text, shape.values);
  auto& problem = error("PD1014", node, code(value.text) + " is not one of " + joined(shape.values),
                        meant.empty() ? std::string{} : "did you mean `" + std::string{meant} + "`?");
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
  error("PD1015", node, "the value must be " + range + ", found " + plain_number(number));
  return false;
}

Value Reader::read_scalar(Shape const& shape, Node const& node) {
  if (!node.is_scalar()) return mismatch(shape, node);
  Value value{.node = &node};
  if (bindings_ && node.is_string() && is_binding(node.text)) {
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
      if (node.is_null() || node.type == ScalarType::timestamp) return mismatch(shape, node);
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
  auto const severity = shape.unknown == Unknown::warning ? Severity::warning : Severity::error;
  std::string const ignored = shape.unknown == Unknown::warning ? "; Azure ML ignores it" : "";
  for (auto const& hint : shape.hints) {
    if (hint.name != key.text) continue;
    report("PD1010", severity, key, "unknown field `" + key.text + "`" + ignored, std::string{hint.help});
    return;
  }
  if (documents_.full(severity)) return;
  std::vector<std::string_view> free;
  for (auto const& field : shape.fields)
    if (object.find(field.name) == nullptr) free.push_back(field.name);
  auto const near = nearest(key.text, free);
  auto& problem = report("PD1010", severity, key, "unknown field " + code(key.text) + ignored,
                         near.empty() ? std::string{} : "did you mean `" + std::string{near} + "`?");
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
            "add `" + std::string{field.name} + ":`");
    } else if (!field.fallback.empty()) {
      auto const text = scalar_node(*node.source, node.span, std::string{field.fallback});
      Value standard = read(*field.shape, *text);
      standard.node = nullptr;
      value.members.push_back({std::string{field.name}, nullptr, std::move(standard)});
    }
  }
  return value;
}

Value Reader::read_tagged(Shape const& shape, Node const& node) {
  if (!node.is_mapping()) return mismatch(shape, node);
  auto const* tag = node.find(shape.tag);
  std::string word{shape.tag_default};
  Step const step{*this, shape.tag};
  if (tag == nullptr && word.empty()) {
    error("PD1013", holder(node), "the required field `" + std::string{shape.tag} + "` is missing",
          "add `" + std::string{shape.tag} + ":`");
    return {.node = &node};
  }
  if (tag != nullptr) {
    std::vector<std::string_view> words;
    for (auto const& one : shape.alternatives) words.push_back(one.when);
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
  bool const before = std::exchange(bindings_, bindings_ || shape.bindings);
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
      return read_tagged(shape, node);
    case Shape::Kind::map:
      if (!node.is_mapping()) return mismatch(shape, node);
      value = {.kind = Value::Kind::map, .node = &node};
      for (auto const& entry : node.entries) {
        Step const step{*this, entry.key->text};
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
      if (bindings_ && node.is_string() && is_binding(node.text)) return read_scalar(string_shape, node);
      auto const* picked = node.is_mapping() ? shape.mapping : node.is_sequence() ? shape.sequence : shape.scalar;
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
