#include "podium/features/retrieval_spec.hpp"

#include "data/storage.hpp"

#include <algorithm>

namespace podium::inline v0::features {
namespace {

/// A YAML scalar that reads back as this text: plain where that is safe, else in double quotes.
std::string scalar(std::string const& text) {
  auto const plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == '/' || c == ':';
  };
  static constexpr std::string_view words[] = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"};
  auto lower = text;
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  bool const letter = !text.empty() && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
  if (letter && !text.ends_with(':') && std::ranges::all_of(text, plain) &&
      std::ranges::find(words, lower) == std::end(words))
    return text;
  std::string out = "\"";
  static constexpr char hex[] = "0123456789abcdef";
  for (char const c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += std::string{"\\x"} + hex[static_cast<unsigned char>(c) >> 4] + hex[c & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::string to_yaml(model::FeatureRetrievalSpec const& spec) {
  std::string out = "feature_stores:\n";
  if (spec.stores.empty()) out = "feature_stores: []\n";
  for (auto const& store : spec.stores) {
    out += "- uri: " + scalar(store.uri) + "\n";
    if (!store.location.empty()) out += "  location: " + scalar(store.location) + "\n";
    if (!store.workspace_id.empty()) out += "  workspace_id: " + scalar(store.workspace_id) + "\n";
    out += store.features.empty() ? "  features: []\n" : "  features:\n";
    for (auto const& feature : store.features) {
      out += "  - feature_name: " + scalar(feature.feature) + "\n";
      out += "    feature_set: " + scalar(feature.feature_set + ":" + feature.version) + "\n";
      if (!feature.output_name.empty()) out += "    output_name: " + scalar(feature.output_name) + "\n";
    }
  }
  return out + "serialization_version: " + std::to_string(spec.serialization_version) + "\n";
}

Result<void> save(model::FeatureRetrievalSpec const& spec, std::filesystem::path const& folder, bool overwrite) {
  auto const location = data::parse_location(folder.string(), {});
  if (!location) return location.error();
  auto const storage = data::open_storage(*location, {});
  if (!storage) return storage.error();
  auto const path = (folder / retrieval_spec_file).string();
  return overwrite ? (*storage)->put(path, to_yaml(spec)) : (*storage)->put_new(path, to_yaml(spec));
}

Result<model::FeatureReference> parse_feature(std::string const& text) {
  auto const first = text.find(':');
  auto const second = first == std::string::npos ? first : text.find(':', first + 1);
  // What is behind the version is the feature's name, which may hold anything.
  if (second == std::string::npos || first == 0 || second == first + 1 || second + 1 == text.size())
    return Error{Errc::invalid_argument, "`" + text + "` is not a feature: write set:version:feature"};
  return model::FeatureReference{.feature_set = text.substr(0, first),
                                 .version = text.substr(first + 1, second - first - 1),
                                 .feature = text.substr(second + 1)};
}

std::string to_string(model::FeatureReference const& feature) {
  return feature.feature_set + ":" + feature.version + ":" + feature.feature;
}

}  // namespace podium::inline v0::features
