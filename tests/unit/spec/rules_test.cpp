#include "files.hpp"

#include "podium/spec/compile.hpp"
#include "podium/spec/validate.hpp"

#include <set>

namespace fs = std::filesystem;
using namespace podium;

namespace {

fs::path const pages = fs::path{PODIUM_SOURCE_DIR} / "docs" / "rules";

/// Writes the examples under one heading of a page; the first one is the file to check.
fs::path write_examples(Folder const& folder, std::string const& page, std::string const& heading) {
  fs::path first;
  auto const begin = page.find("## " + heading);
  if (begin == std::string::npos) return first;
  auto const end = page.find("\n## ", begin + 1);
  auto const part = page.substr(begin, end - begin);
  std::string const open = "```yaml\n# file: ";
  for (auto at = part.find(open); at != std::string::npos; at = part.find(open, at + 1)) {
    auto const name_begin = at + open.size();
    auto const name_end = part.find('\n', name_begin);
    auto const file = folder.write(part.substr(name_begin, name_end - name_begin),
                                   part.substr(name_end + 1, part.find("```", name_end) - name_end - 1));
    if (first.empty()) first = file;
  }
  return first;
}

std::size_t count(std::vector<Diagnostic> const& found, std::string const& rule) {
  return static_cast<std::size_t>(
      std::count_if(found.begin(), found.end(), [&](auto const& one) { return one.rule == rule; }));
}

/// What is found in a file; codes from PD1200 on are found when it is translated.
Result<std::vector<Diagnostic>> check(std::string const& rule, fs::path const& file) {
  if (rule < "PD1200") return spec::validate(file);
  auto compiled = spec::compile(file);
  if (!compiled) return compiled.error();
  return std::move(compiled)->diagnostics;
}

/// Codes whose cause cannot stand in a page: bytes, absent files, arguments, loading.
std::set<std::string> const without_example{"PD1002", "PD1008", "PD1022", "PD1092"};

}  // namespace

TEST_CASE("every page of a diagnostic fails and passes as it says, and names nothing else") {
  std::size_t shown = 0;
  for (auto const& entry : fs::directory_iterator{pages}) {
    auto const rule = entry.path().stem().string();
    if (!rule.starts_with("PD")) continue;
    CAPTURE(rule);
    auto const page = slurp(entry.path());
    CHECK(page.starts_with("# " + rule + ": "));
    if (without_example.contains(rule)) continue;
    ++shown;
    Folder const bad, good;
    auto const fails = write_examples(bad, page, "Fails");
    auto const passes = write_examples(good, page, "Passes");
    REQUIRE(!fails.empty());
    REQUIRE(!passes.empty());
    auto const found = check(rule, fails);
    REQUIRE(found);
    INFO(summary(*found));
    CHECK(count(*found, rule) >= 1);
    CHECK(found->size() == count(*found, rule));
    auto const clean = check(rule, passes);
    REQUIRE(clean);
    CHECK_MESSAGE(clean->empty(), summary(*clean));
  }
  CHECK(shown > 40);
}

TEST_CASE("every code in the sources has a page") {
  std::set<std::string> codes;
  for (auto const& entry : fs::recursive_directory_iterator{fs::path{PODIUM_SOURCE_DIR} / "src" / "spec"}) {
    if (!entry.is_regular_file()) continue;
    auto const text = slurp(entry.path());
    for (auto at = text.find("\"PD1"); at != std::string::npos; at = text.find("\"PD1", at + 1))
      codes.insert(text.substr(at + 1, 6));
  }
  CHECK(codes.size() > 40);
  for (auto const& code : codes) CHECK_MESSAGE(fs::exists(pages / (code + ".md")), code);
}
