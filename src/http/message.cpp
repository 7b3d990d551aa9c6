#include "podium/http/message.hpp"

#include <algorithm>

namespace podium::inline v0::http {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string const* Headers::find(std::string_view name) const noexcept {
  for (auto const& [key, value] : fields_)
    if (same(key, name)) return &value;
  return nullptr;
}

std::string Headers::get(std::string_view name) const {
  auto const* value = find(name);
  return value ? *value : std::string{};
}

void Headers::set(std::string name, std::string value) {
  erase(name);
  add(std::move(name), std::move(value));
}

void Headers::add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }

void Headers::erase(std::string_view name) {
  std::erase_if(fields_, [&](Field const& field) { return same(field.first, name); });
}

}  // namespace podium::inline v0::http
