#pragma once

#include "local/store.hpp"
#include "local/store_database.hpp"
#include "local/store_lock.hpp"

namespace podium::inline v0::local {

struct Store::State {
  State(std::filesystem::path where, FolderLock held)
      : folder{std::move(where)}, lock{std::move(held)}, database{folder} {}
  std::filesystem::path folder;
  FolderLock lock;  // let go after the database is closed
  Database database;
};

/// The JSON text that goes into the database; broken UTF-8 is replaced rather than refused.
inline std::string stored_text(Json const& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// Member `name` of `value` if that is an object and has it; null otherwise.
inline Json const& member(Json const& value, std::string_view name) {
  static Json const none;
  if (!value.is_object()) return none;
  auto const found = value.find(name);
  return found == value.end() ? none : *found;
}
/// The text of a string; numbers and booleans as JSON writes them; empty for everything else.
inline std::string text_of(Json const& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number() || value.is_boolean() ? value.dump() : std::string{};
}
inline std::string text_of(Json const& value, std::string_view name) { return text_of(member(value, name)); }

}  // namespace podium::inline v0::local
