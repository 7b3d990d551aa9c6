#include "arm/json.hpp"

#include <charconv>

namespace podium::inline v0::arm {

Result<Json> parse(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return Json{};
  auto json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return Error{Errc::protocol, "the answer is not JSON"};
  return json;
}

Json const& at(Json const& json, std::string_view key) {
  static Json const nothing;
  if (!json.is_object()) return nothing;
  auto const found = json.find(std::string{key});
  return found == json.end() ? nothing : *found;
}

std::string text(Json const& json) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number() || json.is_boolean()) return json.dump();
  return {};
}

double number(Json const& json, double otherwise) { return json.is_number() ? json.get<double>() : otherwise; }

std::int64_t integer(Json const& json, std::int64_t otherwise) {
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return static_cast<std::int64_t>(json.get<double>());
  if (json.is_string()) {
    auto const& digits = json.get_ref<std::string const&>();
    std::int64_t value = 0;
    auto const [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (ec == std::errc{} && end == digits.data() + digits.size()) return value;
  }
  return otherwise;
}

bool flag(Json const& json, bool otherwise) {
  if (json.is_boolean()) return json.get<bool>();
  auto const word = text(json);
  if (word == "true" || word == "True") return true;
  if (word == "false" || word == "False") return false;
  return otherwise;
}

std::map<std::string, std::string> texts(Json const& json) {
  std::map<std::string, std::string> out;
  if (json.is_object())
    for (auto const& [key, value] : json.items()) out.emplace(key, text(value));
  return out;
}

std::map<std::string, int> numbers(Json const& json) {
  std::map<std::string, int> out;
  if (json.is_object())
    for (auto const& [key, value] : json.items()) out.emplace(key, static_cast<int>(integer(value, 0)));
  return out;
}

void put(Json& json, std::string const& key, std::string const& value) {
  if (!value.empty()) json[key] = value;
}

}  // namespace podium::inline v0::arm
