#include "base/markup.hpp"
#include "text/json.hpp"

#include "podium/render.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace podium::inline v0 {
namespace {

std::string xml(std::string_view text) { return base::markup_text(text, true); }

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
