#include "text/json.hpp"
#include "text/source.hpp"

#include "podium/render.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace podium::inline v0 {
namespace {

/// XML 1.0 text: what it cannot hold becomes the replacement letter.
std::string xml(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t const length = text::character_length(text, i);
    auto const byte = static_cast<unsigned char>(text[i]);
    if (text[i] == '&')
      out += "&amp;";
    else if (text[i] == '<')
      out += "&lt;";
    else if (text[i] == '>')
      out += "&gt;";
    else if (text[i] == '"')
      out += "&quot;";
    else if (text[i] == '\n')
      out += "&#10;";
    else if ((byte < 0x20 && text[i] != '\t') || (length == 1 && byte >= 0x80))
      out += "\xEF\xBF\xBD";
    else
      out += text.substr(i, length);
    i += length;
  }
  return out;
}

std::string line(Diagnostic const& found) {
  std::string out = found.file + ":" + std::to_string(found.primary.start.line) + ":" +
                    std::to_string(found.primary.start.column) + ": " + std::string{text::word(found.severity)} + "[" +
                    found.rule + "]: " + found.message;
  if (!found.help.empty()) out += " (" + found.help + ")";
  return out;
}

}  // namespace

std::string render_junit(std::span<Diagnostic const> diagnostics, std::span<std::string const> files) {
  // A finding in an included file that is not checked by itself has a case of its own.
  std::vector<std::string> names{files.begin(), files.end()};
  std::map<std::string, std::vector<Diagnostic const*>> of_file;
  for (auto const& found : diagnostics) {
    if (!of_file.contains(found.file) && std::find(names.begin(), names.end(), found.file) == names.end())
      names.push_back(found.file);
    of_file[found.file].push_back(&found);
  }
  std::size_t failures = 0;
  std::string cases;
  for (auto const& name : names) {
    std::string errors, others, first;
    for (auto const* found : of_file[name]) {
      if (found->severity == Severity::error && first.empty()) first = found->message;
      (found->severity == Severity::error ? errors : others) += xml(line(*found)) + "\n";
    }
    failures += errors.empty() ? 0 : 1;
    cases += "    <testcase classname=\"podium.validate\" name=\"" + xml(name) + "\"";
    if (errors.empty() && others.empty()) {
      cases += "/>\n";
      continue;
    }
    cases += ">\n";
    if (!errors.empty())
      cases += "      <failure type=\"error\" message=\"" + xml(first) + "\">" + errors + "</failure>\n";
    if (!others.empty()) cases += "      <system-out>" + others + "</system-out>\n";
    cases += "    </testcase>\n";
  }
  auto const count = [](std::size_t number) { return "\"" + std::to_string(number) + "\""; };
  std::string const counts = " tests=" + count(names.size()) + " failures=" + count(failures) + " errors=\"0\"";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + counts +
         ">\n  <testsuite name=\"podium validate\"" + counts + ">\n" + cases + "  </testsuite>\n</testsuites>\n";
}

}  // namespace podium::inline v0
