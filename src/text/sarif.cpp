#include "text/json.hpp"

#include "podium/render.hpp"
#include "podium/version.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace podium::inline v0 {
namespace {

using text::json_text;

constexpr std::string_view uri_safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=@";

/// RFC 3986; an absolute path becomes a file URI, a relative one stays relative to the checkout.
std::string uri(std::string const& file) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  auto const path = std::filesystem::path{file}.lexically_normal().generic_string();
  std::string out = path.starts_with('/') ? "file://" : "";
  for (char const letter : path) {
    if (uri_safe.find(letter) != std::string_view::npos) {
      out += letter;
    } else {
      auto const byte = static_cast<unsigned char>(letter);
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

std::string location(std::string const& file, Label const& label) {
  std::string out = "{\"physicalLocation\": {\"artifactLocation\": {\"uri\": " + json_text(uri(file)) +
                    "}, \"region\": {\"startLine\": " + std::to_string(label.start.line) +
                    ", \"startColumn\": " + std::to_string(label.start.column) +
                    ", \"endLine\": " + std::to_string(label.end.line) +
                    ", \"endColumn\": " + std::to_string(label.end.column) + "}}";
  if (!label.text.empty()) out += ", \"message\": {\"text\": " + json_text(label.text) + "}";
  return out + "}";
}

/// Offsets are of bytes, which SARIF knows too.
std::string fix(Diagnostic const& found) {
  return "{\"description\": {\"text\": " + json_text(found.help.empty() ? found.message : found.help) +
         "}, \"artifactChanges\": [{\"artifactLocation\": {\"uri\": " + json_text(uri(found.file)) +
         "}, \"replacements\": [{\"deletedRegion\": {\"byteOffset\": " + std::to_string(found.fix->where.begin) +
         ", \"byteLength\": " + std::to_string(found.fix->where.end - found.fix->where.begin) +
         "}, \"insertedContent\": {\"text\": " + json_text(found.fix->replacement) + "}}]}]}";
}

std::string result(Diagnostic const& found, std::size_t rule) {
  std::string const message = found.help.empty() ? found.message : found.message + "\nhelp: " + found.help;
  std::string out = "{\"ruleId\": " + json_text(found.rule) + ", \"ruleIndex\": " + std::to_string(rule) +
                    ", \"level\": " + json_text(text::word(found.severity)) +
                    ", \"message\": {\"text\": " + json_text(message) + "}, \"locations\": [" +
                    location(found.file, {.file = {},
                                          .where = found.primary.where,
                                          .start = found.primary.start,
                                          .end = found.primary.end,
                                          .text = {}}) +
                    "]";
  if (!found.related.empty()) {
    out += ", \"relatedLocations\": [";
    for (std::size_t i = 0; i < found.related.size(); ++i) {
      auto const& label = found.related[i];
      out += (i == 0 ? "" : ", ") + location(label.file.empty() ? found.file : label.file, label);
    }
    out += "]";
  }
  if (found.fix) out += ", \"fixes\": [" + fix(found) + "]";
  if (!found.path.empty()) out += ", \"properties\": {\"path\": " + json_text(found.path) + "}";
  return out + "}";
}

}  // namespace

std::string render_sarif(std::span<Diagnostic const> diagnostics) {
  std::vector<std::string> rules;
  for (auto const& found : diagnostics) rules.push_back(found.rule);
  std::sort(rules.begin(), rules.end());
  rules.erase(std::unique(rules.begin(), rules.end()), rules.end());

  std::string out =
      "{\"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\", \"version\": \"2.1.0\", \"runs\": [{"
      "\"columnKind\": \"unicodeCodePoints\", \"tool\": {\"driver\": {\"name\": \"podium\", \"version\": " +
      json_text(version()) + ", \"rules\": [";
  for (std::size_t i = 0; i < rules.size(); ++i)
    out += (i == 0 ? "{\"id\": " : ", {\"id\": ") + json_text(rules[i]) + "}";
  out += "]}}, \"results\": [";
  for (std::size_t i = 0; i < diagnostics.size(); ++i) {
    auto const rule = std::lower_bound(rules.begin(), rules.end(), diagnostics[i].rule) - rules.begin();
    out += (i == 0 ? "\n  " : ",\n  ") + result(diagnostics[i], static_cast<std::size_t>(rule));
  }
  return out + "\n]}]}";
}

}  // namespace podium::inline v0
