#include "data/delta/schema.hpp"

#include "data/delta/snapshot.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace podium::inline v0::data::delta {
namespace {

using Json = nlohmann::json;

/// Arrow's format for a primitive Delta type; empty: not one.
std::string format_of(std::string const& type) {
  static constexpr std::pair<std::string_view, std::string_view> formats[] = {
      {"string", "u"}, {"long", "l"},   {"integer", "i"},         {"short", "s"},
      {"byte", "c"},   {"float", "f"},  {"double", "g"},          {"boolean", "b"},
      {"binary", "z"}, {"date", "tdD"}, {"timestamp", "tsu:UTC"}, {"timestamp_ntz", "tsu:"},
      {"void", "n"}};
  for (auto const& [name, format] : formats)
    if (name == type) return std::string{format};
  if (!type.starts_with("decimal(") || !type.ends_with(')')) return "";
  auto const inside = type.substr(8, type.size() - 9);
  auto const comma = inside.find(',');
  if (comma == std::string::npos) return "";
  auto const number = [&](std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    int value = -1;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failed == std::errc{} && end == text.data() + text.size() ? value : -1;
  };
  auto const precision = number(std::string_view{inside}.substr(0, comma));
  auto const scale = number(std::string_view{inside}.substr(comma + 1));
  if (precision < 1 || precision > 38 || scale < 0 || scale > precision) return "";
  return "d:" + std::to_string(precision) + "," + std::to_string(scale);
}

}  // namespace

Result<std::vector<SchemaNode>> parse_schema(std::string const& text, std::string const& table) {
  auto const broken = [&](std::string const& what) {
    return Error{Errc::invalid_argument, "the Delta table's schema is damaged: " + what}.with("file", table);
  };
  auto const json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("fields") || !json["fields"].is_array()) return broken("no list of `fields`");
  std::vector<SchemaNode> fields;
  for (auto const& field : json["fields"]) {
    if (!field.is_object() || !field.contains("name") || !field["name"].is_string() || !field.contains("type"))
      return broken("a field without name or type");
    SchemaNode node{.name = field["name"].get<std::string>()};
    if (field["type"].is_string()) {
      auto const name = field["type"].get<std::string>();
      auto const format = format_of(name);
      if (format.empty())
        return Error{Errc::invalid_argument,
                     "column `" + node.name + "` is of the Delta type `" + name + "`, which is not supported"}
            .with("file", table);
      node.type = *parse_type(format);
    } else {
      node.type = *parse_type("+s");  // what is inside, the files say
    }
    bool const never_null =
        field.contains("nullable") && field["nullable"].is_boolean() && !field["nullable"].get<bool>();
    node.flags = never_null ? 0 : ARROW_FLAG_NULLABLE;
    fields.push_back(std::move(node));
  }
  return fields;
}

std::string delta_type(Type const& type) {
  switch (type.kind) {
    case Kind::boolean:
      return "boolean";
    case Kind::integer:
      if (!type.is_signed) return "";
      return type.width == 8 ? "long" : type.width == 4 ? "integer" : type.width == 2 ? "short" : "byte";
    case Kind::floating:
      return type.width == 8 ? "double" : "float";
    case Kind::text:
    case Kind::large_text:
    case Kind::text_view:
      return "string";
    case Kind::binary:
    case Kind::large_binary:
    case Kind::binary_view:
    case Kind::fixed_binary:
      return "binary";
    case Kind::date32:
    case Kind::date64:
      return "date";
    case Kind::timestamp:
      return "timestamp";
    case Kind::decimal: {
      if (type.width != 16) return "";
      auto const inside = type.format.substr(2);
      return "decimal(" + inside.substr(0, inside.find(',', inside.find(',') + 1)) + ")";
    }
    default:
      return "";
  }
}

std::string schema_json(std::vector<SchemaNode> const& fields) {
  Json out{{"type", "struct"}, {"fields", Json::array()}};
  for (auto const& field : fields)
    out["fields"].push_back(
        {{"name", field.name}, {"type", delta_type(field.type)}, {"nullable", true}, {"metadata", Json::object()}});
  return out.dump();
}

}  // namespace podium::inline v0::data::delta
