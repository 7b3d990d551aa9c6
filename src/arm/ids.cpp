#include "arm/ids.hpp"

#include <algorithm>
#include <vector>

namespace podium::inline v0::arm {
namespace {

bool same(std::string_view a, std::string_view b) {
  auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    auto const part = text.substr(0, text.find('/'));
    parts.push_back(part);
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  return parts;
}

}  // namespace

std::string_view without_prefix(std::string_view reference) {
  constexpr std::string_view prefix = "azureml:";
  if (reference.starts_with(prefix) && !reference.starts_with("azureml://")) reference.remove_prefix(prefix.size());
  return reference;
}

std::optional<ResourceId> parse_id(std::string_view id) {
  id = without_prefix(id);
  if (!id.starts_with('/')) return std::nullopt;
  auto const parts = split(id.substr(1));
  if (parts.size() != 10 && parts.size() != 12) return std::nullopt;
  if (!same(parts[0], "subscriptions") || !same(parts[2], "resourceGroups") || !same(parts[4], "providers") ||
      !same(parts[5], "Microsoft.MachineLearningServices") || !same(parts[6], "workspaces"))
    return std::nullopt;
  for (auto part : parts)
    if (part.empty()) return std::nullopt;
  ResourceId out{std::string{parts[1]}, std::string{parts[3]}, std::string{parts[7]},
                 std::string{parts[8]}, std::string{parts[9]}, {}};
  if (parts.size() == 12) {
    if (!same(parts[10], "versions") && !same(parts[10], "deployments")) return std::nullopt;
    out.version = std::string{parts[11]};
  }
  return out;
}

std::string id_of(std::string const& workspace_id, std::string_view collection, std::string_view name,
                  std::string_view version) {
  auto id = workspace_id + "/" + std::string{collection} + "/" + std::string{name};
  if (!version.empty()) id += "/versions/" + std::string{version};
  return id;
}

Reference parse_reference(std::string_view reference) {
  reference = without_prefix(reference);
  if (auto const mark = reference.rfind('@'); mark != std::string_view::npos)
    return {std::string{reference.substr(0, mark)}, {}, std::string{reference.substr(mark + 1)}};
  if (auto const colon = reference.rfind(':'); colon != std::string_view::npos)
    return {std::string{reference.substr(0, colon)}, std::string{reference.substr(colon + 1)}, {}};
  return {std::string{reference}, {}, {}};
}

}  // namespace podium::inline v0::arm
