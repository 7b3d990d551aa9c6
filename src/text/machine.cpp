#include "text/json.hpp"

#include "podium/render.hpp"

#include <string_view>

namespace podium::inline v0 {
namespace {

using text::json_text;
using text::word;

std::string_view name(Applicability applicability) {
  switch (applicability) {
    case Applicability::safe:
      return "safe";
    case Applicability::unsafe:
      return "unsafe";
    case Applicability::display_only:
      break;
  }
  return "display_only";
}

std::string place(Position at) {
  return "{\"line\": " + std::to_string(at.line) + ", \"column\": " + std::to_string(at.column) + "}";
}

std::string to_json(Diagnostic const& found) {
  std::string out = "{\"code\": " + json_text(found.rule) + ", \"severity\": " + json_text(word(found.severity)) +
                    ", \"message\": " + json_text(found.message) + ", \"file\": " + json_text(found.file) +
                    ", \"start\": " + place(found.primary.start) + ", \"end\": " + place(found.primary.end) +
                    ", \"path\": " + json_text(found.path) + ", \"help\": " + json_text(found.help);
  if (!found.related.empty()) {
    out += ", \"related\": [";
    for (std::size_t i = 0; i < found.related.size(); ++i) {
      auto const& label = found.related[i];
      out += std::string(i == 0 ? "" : ", ") + "{\"file\": " + json_text(label.file.empty() ? found.file : label.file) +
             ", \"start\": " + place(label.start) + ", \"end\": " + place(label.end) +
             ", \"message\": " + json_text(label.text) + "}";
    }
    out += "]";
  }
  if (found.fix) {
    out += ", \"fix\": {\"begin\": " + std::to_string(found.fix->where.begin) +
           ", \"end\": " + std::to_string(found.fix->where.end) +
           ", \"replacement\": " + json_text(found.fix->replacement) +
           ", \"applicability\": " + json_text(name(found.fix->applicability)) + "}";
  }
  if (!found.official.empty()) out += ", \"official\": " + json_text(found.official);
  return out + "}";
}

/// Workflow commands end at a line end, and their properties at ':' and ','.
std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (char const letter : text) {
    if (letter == '%')
      out += "%25";
    else if (letter == '\r')
      out += "%0D";
    else if (letter == '\n')
      out += "%0A";
    else if (property && letter == ':')
      out += "%3A";
    else if (property && letter == ',')
      out += "%2C";
    else
      out += letter;
  }
  return out;
}

}  // namespace

std::string render_json(std::span<Diagnostic const> diagnostics, std::size_t files) {
  std::string out = "{\"files\": " + std::to_string(files) + ", \"diagnostics\": [";
  for (std::size_t i = 0; i < diagnostics.size(); ++i) out += (i == 0 ? "\n  " : ",\n  ") + to_json(diagnostics[i]);
  return out + (diagnostics.empty() ? "]}" : "\n]}");
}

std::string render_github(std::span<Diagnostic const> diagnostics) {
  std::string out;
  for (auto const& found : diagnostics) {
    auto const level = found.severity == Severity::note ? std::string_view{"notice"} : word(found.severity);
    out += "::" + std::string(level) + " file=" + escaped(found.file, true) +
           ",line=" + std::to_string(found.primary.start.line) + ",endLine=" + std::to_string(found.primary.end.line) +
           ",col=" + std::to_string(found.primary.start.column);
    if (found.primary.end.line == found.primary.start.line && found.primary.end.column > found.primary.start.column)
      out += ",endColumn=" + std::to_string(found.primary.end.column);
    out += ",title=" + escaped(found.rule, true) + "::" + escaped(found.message, false);
    if (!found.help.empty()) out += escaped("\nhelp: " + found.help, false);
    out += '\n';
  }
  return out;
}

}  // namespace podium::inline v0
