#pragma once

#include "podium/result.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

/// Reading replies leniently: a field that is missing, null or of another kind is simply not there.
namespace podium::inline v0::arm {

using Json = nlohmann::json;

/// An empty text is null.  Errc::protocol for anything that is not JSON.
Result<Json> parse(std::string_view text);

/// The member, or null; `json` need not be an object.
Json const& at(Json const& json, std::string_view key);
template <class... More>
Json const& at(Json const& json, std::string_view key, More const&... more) {
  return at(at(json, key), more...);
}

/// Strings as they are, numbers and booleans as text, everything else empty.
std::string text(Json const& json);
template <class... Keys>
std::string text(Json const& json, std::string_view key, Keys const&... keys) {
  return text(at(json, key, keys...));
}
double number(Json const& json, double otherwise);
std::int64_t integer(Json const& json, std::int64_t otherwise);  ///< also from a string of digits
bool flag(Json const& json, bool otherwise);
std::map<std::string, std::string> texts(Json const& json);  ///< null values become ""
std::map<std::string, int> numbers(Json const& json);

/// Sets `key` unless `value` is empty.
void put(Json& json, std::string const& key, std::string const& value);

}  // namespace podium::inline v0::arm
