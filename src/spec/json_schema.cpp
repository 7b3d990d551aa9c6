#include "spec/kind.hpp"
#include "spec/shape.hpp"

#include "podium/spec/schema.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <utility>

namespace podium::inline v0::spec {
namespace {

using Json = nlohmann::ordered_json;

constexpr char const* draft = "https://json-schema.org/draft/2020-12/schema";

/// `low_priority` -> `^[lL][oO][wW]_?[pP]...$`: the spellings that `any_case` lets pass.
std::string any_case_pattern(std::string_view word) {
  std::string out;
  for (char const letter : word) {
    auto const byte = static_cast<unsigned char>(letter);
    if (letter == '_')
      out += "_?";
    else if (std::isalpha(byte) != 0)
      out += {'[', static_cast<char>(std::tolower(byte)), static_cast<char>(std::toupper(byte)), ']'};
    else if (std::string_view{"^$\\.*+?()[]{}|/"}.find(letter) != std::string_view::npos)
      out += {'\\', letter};
    else
      out += letter;
  }
  return out;
}

Json words_schema(Shape const& shape, std::span<std::string_view const> words) {
  Json allowed = Json::array();
  std::string pattern;
  for (auto const word : words) {
    allowed.push_back(word);
    pattern += (pattern.empty() ? "" : "|") + any_case_pattern(word);
  }
  Json out{{"enum", std::move(allowed)}};
  if (!shape.any_case) return out;
  // The list is what an editor offers; the pattern is what is let through besides.
  return {{"anyOf", Json::array({std::move(out), Json{{"type", "string"}, {"pattern", "^(" + pattern + ")$"}}})}};
}

void add_range(Json& out, Shape const& shape) {
  if (shape.advisory) return;
  if (shape.min) out[shape.above_min ? "exclusiveMinimum" : "minimum"] = *shape.min;
  if (shape.max) out["maximum"] = *shape.max;
}

/// Writes shapes into `$defs`, each once for each way of being used.
class Writer {
 public:
  Json document(std::string_view kind, Shape const& table) {
    Json root{{"$schema", draft}, {"title", kind}};
    Json const top = use(table, false);
    root.update(top);
    if (!defs_.empty()) root["$defs"] = defs_;
    return root;
  }

 private:
  static bool is_compound(Shape const& shape) {
    using enum Shape::Kind;
    return shape.kind == object || shape.kind == map || shape.kind == list || shape.kind == tagged ||
           shape.kind == keyed || shape.kind == either;
  }

  /// The schema in place, or a reference to it.
  Json use(Shape const& shape, bool bindings) {
    bindings = bindings || shape.bindings;
    if (!is_compound(shape)) return with_binding(scalar(shape), bindings);
    auto const known = names_.find({&shape, bindings});
    if (known != names_.end()) return {{"$ref", "#/$defs/" + known->second}};
    std::string const name = "d" + std::to_string(names_.size() + 1);
    names_.emplace(std::pair{&shape, bindings}, name);
    defs_[name] = Json{};  // keeps its place: shapes may contain themselves
    Json made = compound(shape, bindings);
    defs_[name] = std::move(made);
    return {{"$ref", "#/$defs/" + name}};
  }

  static Json with_binding(Json schema, bool bindings) {
    if (!bindings || schema.empty()) return schema;
    return {{"anyOf", Json::array({std::move(schema), Json{{"type", "string"}, {"pattern", R"(^\$\{\{.*\}\}$)"}}})}};
  }

  static Json scalar(Shape const& shape) {
    switch (shape.kind) {
      case Shape::Kind::string: {
        if (shape.values.empty()) return {{"type", "string"}};
        std::vector<std::string_view> words{shape.values.begin(), shape.values.end()};
        words.insert(words.end(), shape.refused.begin(), shape.refused.end());
        return words_schema(shape, words);
      }
      case Shape::Kind::text:
        return {{"type", Json::array({"string", "number", "boolean"})}};
      case Shape::Kind::integer: {
        Json whole{{"type", shape.strict ? "integer" : "number"}};
        add_range(whole, shape);
        if (shape.strict) return whole;
        Json const text{{"type", "string"}, {"pattern", R"(^\s*[+-]?[0-9]([0-9_]*[0-9])?\s*$)"}};
        return {{"anyOf", Json::array({std::move(whole), text})}};
      }
      case Shape::Kind::number: {
        Json number{{"type", "number"}};
        add_range(number, shape);
        if (shape.strict) return number;
        return {{"anyOf", Json::array({std::move(number), Json{{"type", "string"}}})}};
      }
      case Shape::Kind::boolean: {
        Json const plain{{"type", "boolean"}};
        if (shape.strict) return plain;
        Json const words{
            {"enum", Json::array({"t",   "T",   "true", "True", "TRUE", "on", "On",    "ON",    "y",     "Y",
                                  "yes", "Yes", "YES",  "1",    "f",    "F",  "false", "False", "FALSE", "off",
                                  "Off", "OFF", "n",    "N",    "no",   "No", "NO",    "0",     0,       1})}};
        return {{"anyOf", Json::array({plain, words})}};
      }
      default:
        return Json::object();
    }
  }

  Json compound(Shape const& shape, bool bindings) {
    switch (shape.kind) {
      case Shape::Kind::object:
        return object(shape, bindings);
      case Shape::Kind::map: {
        Json item = shape.item == nullptr ? Json::object() : use(*shape.item, bindings);
        if (shape.empty_items && !item.empty()) item = or_null(std::move(item));
        return {{"type", "object"}, {"additionalProperties", item.empty() ? Json(true) : std::move(item)}};
      }
      case Shape::Kind::list: {
        Json out{{"type", "array"}};
        if (shape.item != nullptr) {
          Json item = use(*shape.item, bindings);
          if (shape.empty_items && !item.empty()) item = or_null(std::move(item));
          if (!item.empty()) out["items"] = std::move(item);
        }
        if (shape.least > 0) out["minItems"] = shape.least;
        return out;
      }
      case Shape::Kind::tagged:
        return tagged(shape, bindings);
      case Shape::Kind::keyed:
        return keyed(shape, bindings);
      default:
        return either(shape, bindings);
    }
  }

  Json object(Shape const& shape, bool bindings) {
    Json properties = Json::object();
    Json required = Json::array();
    for (auto const& field : shape.fields) {
      Json one = use(*field.shape, bindings);
      if (field.nullable && !one.empty()) one = or_null(std::move(one));
      if (!field.doc.empty()) one["description"] = field.doc;
      if (!field.fallback.empty()) one["default"] = field.fallback;
      properties[std::string{field.name}] = std::move(one);
      if (field.need == Need::required) required.push_back(field.name);
    }
    Json out{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) out["required"] = std::move(required);
    if (shape.unknown == Unknown::error) out["additionalProperties"] = false;
    return out;
  }

  static Json or_null(Json schema) { return {{"anyOf", Json::array({std::move(schema), Json{{"type", "null"}}})}}; }

  static Json holds(std::string_view key, Json value) {
    Json condition{{"required", Json::array({key})}};
    if (!value.is_null()) condition["properties"] = Json{{std::string{key}, std::move(value)}};
    return condition;
  }

  Json tagged(Shape const& shape, bool bindings) {
    std::vector<std::string_view> words;
    for (auto const& one : shape.alternatives) words.push_back(one.when);
    Json out{{"type", "object"}, {"properties", Json{{std::string{shape.tag}, words_schema(shape, words)}}}};
    if (shape.tag_default.empty()) out["required"] = Json::array({shape.tag});
    Json all = Json::array();
    for (auto const& one : shape.alternatives) {
      std::array<std::string_view, 1> const word{one.when};
      Json condition = holds(shape.tag, words_schema(shape, word));
      // Without the tag, `properties` holds by itself.
      if (one.when == shape.tag_default) condition.erase("required");
      all.push_back({{"if", std::move(condition)}, {"then", use(*one.shape, bindings)}});
    }
    out["allOf"] = std::move(all);
    return out;
  }

  Json keyed(Shape const& shape, bool bindings) {
    Json rest = false;
    for (auto one = shape.alternatives.rbegin(); one != shape.alternatives.rend(); ++one) {
      Json then = use(*one->shape, bindings);
      if (one->when.empty())
        rest = std::move(then);
      else
        rest = Json{{"if", holds(one->when, nullptr)}, {"then", std::move(then)}, {"else", std::move(rest)}};
    }
    if (!rest.is_object()) rest = Json::object();
    rest["type"] = "object";
    return rest;
  }

  Json either(Shape const& shape, bool bindings) {
    Json any = Json::array();
    if (shape.scalar != nullptr) any.push_back(use(*shape.scalar, bindings));
    if (shape.number != nullptr) any.push_back(use(*shape.number, bindings));
    if (shape.mapping != nullptr) any.push_back(use(*shape.mapping, bindings));
    if (shape.sequence != nullptr) any.push_back(use(*shape.sequence, bindings));
    if (bindings) any.push_back({{"type", "string"}, {"pattern", R"(^\$\{\{.*\}\}$)"}});
    return {{"anyOf", std::move(any)}};
  }

  std::map<std::pair<Shape const*, bool>, std::string> names_;
  Json defs_ = Json::object();
};

}  // namespace

std::vector<std::string> kinds() {
  std::vector<std::string> names;
  for (auto const& kind : all_kinds())
    if (kind.table != nullptr) names.emplace_back(kind.name);
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::string> json_schema(std::string_view kind) {
  auto const* table = table_of(kind);
  if (table == nullptr)
    return Error{Errc::not_found, "there is no kind `" + std::string{kind} + "`; `podium schema` lists them"};
  return Writer{}.document(kind, *table).dump(2);
}

}  // namespace podium::inline v0::spec
