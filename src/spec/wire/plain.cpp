#include "spec/scalar.hpp"
#include "spec/wire/writer.hpp"

#include <cctype>
#include <cmath>

/// Names, plain JSON, durations: what needs no writer.
namespace podium::inline v0::spec::wire {

std::string camel(std::string_view snake) {
  std::string out;
  bool up = false;
  for (char const c : snake) {
    if (c == '_' && !out.empty()) {
      up = true;
      continue;
    }
    out += up ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    up = false;
  }
  return out;
}

std::string pascal(std::string_view snake) {
  std::string out = camel(snake);
  if (!out.empty()) out.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(out.front())));
  return out;
}

std::string snake(std::string_view camel) {
  std::string out;
  for (std::size_t i = 0; i < camel.size(); ++i) {
    auto const c = static_cast<unsigned char>(camel[i]);
    bool const before = i > 0 && std::isupper(static_cast<unsigned char>(camel[i - 1])) == 0;
    if (std::isupper(c) != 0 && before && camel[i - 1] != '_') out += '_';
    out += static_cast<char>(std::tolower(c));
  }
  return out;
}

Json plain_json(Node const& node) {
  if (node.is_sequence()) {
    Json out = Json::array();
    for (auto const& item : node.items) out.push_back(plain_json(*item));
    return out;
  }
  if (node.is_mapping()) {
    Json out = Json::object();
    for (auto const& entry : node.entries)
      out[entry.key->is_scalar() && !entry.key->is_null() ? spec::python_text(entry.key->text, entry.key->type)
                                                          : entry.key->text] = plain_json(*entry.value);
    return out;
  }
  switch (node.type) {
    case ScalarType::null:
      return nullptr;
    case ScalarType::boolean:
      return boolean_of(node.text);
    case ScalarType::integer: {
      auto const text = spec::python_text(node.text, node.type);
      if (std::int64_t exact = 0; parse_python_int(text, exact)) return exact;
      return number_of(node.text, node.type);
    }
    case ScalarType::floating:
      return number_of(node.text, node.type);
    case ScalarType::string:
    case ScalarType::timestamp:
      break;
  }
  return node.text;
}

Json yaml_form(Value const& value) {
  switch (value.kind) {
    case Value::Kind::none:
      return nullptr;
    case Value::Kind::text:
      return value.text;
    case Value::Kind::integer:
      return value.integer;
    case Value::Kind::number:
      return value.number;
    case Value::Kind::boolean:
      return value.boolean;
    case Value::Kind::opaque:
      return value.node == nullptr ? Json(nullptr) : plain_json(*value.node);
    case Value::Kind::list: {
      Json out = Json::array();
      for (auto const& item : value.items) out.push_back(yaml_form(item));
      return out;
    }
    case Value::Kind::map: {
      Json out = Json::object();
      for (auto const& member : value.members)
        if (member.key != nullptr) out[member.name] = yaml_form(member.value);
      return out;
    }
  }
  return nullptr;
}

void put(Json& place, std::string_view path, Json value) {
  if (!place.is_object()) place = Json::object();
  Json* at = &place;
  while (true) {
    auto const dot = path.find('.');
    if (dot == std::string_view::npos) break;
    at = &(*at)[std::string{path.substr(0, dot)}];
    if (!at->is_object()) *at = Json::object();
    path.remove_prefix(dot + 1);
  }
  Json& target = (*at)[std::string{path}];
  if (target.is_object() && value.is_object())
    target.update(value, true);
  else
    target = std::move(value);
}

std::string duration(double seconds) {
  bool const negative = seconds < 0;
  auto micros = static_cast<std::int64_t>(std::llround(std::abs(seconds) * 1e6));
  auto whole = micros / 1'000'000;
  micros %= 1'000'000;
  auto const days = whole / 86'400;
  auto const hours = whole / 3600 % 24;
  auto const minutes = whole / 60 % 60;
  whole %= 60;
  std::string out = negative ? "-P" : "P";
  if (days != 0) out += std::to_string(days) + "D";
  if (hours != 0 || minutes != 0 || whole != 0 || micros != 0) {
    out += 'T';
    if (hours != 0) out += std::to_string(hours) + "H";
    if (minutes != 0) out += std::to_string(minutes) + "M";
    if (micros != 0) {
      auto part = std::to_string(micros);
      part.insert(0, 6 - part.size(), '0');
      while (part.back() == '0') part.pop_back();
      out += std::to_string(whole) + "." + part + "S";
    } else if (whole != 0) {
      out += std::to_string(whole) + "S";
    }
  } else if (days == 0) {
    out += "0D";
  }
  return out;
}

double seconds_of(std::string_view text) {
  constexpr double wrong = -1;
  if (text.size() < 3 || text.front() != 'P') return wrong;
  text.remove_prefix(1);
  double total = 0;
  bool clock = false;
  while (!text.empty()) {
    if (text.front() == 'T' && !clock) {
      clock = true;
      text.remove_prefix(1);
      continue;
    }
    auto const end = text.find_first_not_of("0123456789.");
    double number = 0;
    if (end == 0 || end == std::string_view::npos || !parse_python_float(text.substr(0, end), number)) return wrong;
    switch (text[end]) {
      case 'W':
        total += number * 604'800;
        break;
      case 'D':
        total += number * 86'400;
        break;
      case 'H':
        total += number * 3600;
        break;
      case 'M':
        if (!clock) return wrong;
        total += number * 60;
        break;
      case 'S':
        total += number;
        break;
      default:
        return wrong;
    }
    text.remove_prefix(end + 1);
  }
  return total;
}

}  // namespace podium::inline v0::spec::wire
