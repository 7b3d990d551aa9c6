#include "files.hpp"

#include "podium/spec/validate.hpp"

#include <map>
#include <utility>

namespace fs = std::filesystem;
using namespace podium;

/// The files under cases/ hold documents and what is found in them:
///
///     == what holds, in a sentence
///     the document, checked as case.yml
///     @@ name.yml
///     a file beside it
///     --
///     PD1010 error 3:1-3:7 path
///
/// A case named "shared" has files that lie beside every document of its file.
namespace {

struct Case {
  std::string name;
  std::map<std::string, std::string> files;
  std::string expected;
};

std::vector<Case> cases_in(fs::path const& file) {
  std::vector<Case> cases;
  std::istringstream in{slurp(file)};
  std::string line, part;
  bool expected = false;
  while (std::getline(in, line)) {
    if (line.starts_with("== ")) {
      cases.push_back({.name = line.substr(3), .files = {}, .expected = {}});
      part = "case.yml";
      expected = false;
    } else if (cases.empty()) {
      continue;
    } else if (line.starts_with("@@ ")) {
      part = line.substr(3);
    } else if (line == "--") {
      expected = true;
    } else if (expected) {
      if (!line.empty()) cases.back().expected += line + "\n";
    } else {
      cases.back().files[part] += line + "\n";
    }
  }
  return cases;
}

}  // namespace

TEST_CASE("each document of the cases says what stands below it, and nothing else") {
  std::size_t checked = 0;
  for (auto const& entry : fs::directory_iterator{fs::path{PODIUM_SOURCE_DIR} / "tests" / "unit" / "spec" / "cases"}) {
    CAPTURE(entry.path().filename().string());
    std::map<std::string, std::string> shared;
    for (auto& one : cases_in(entry.path())) {
      if (one.name == "shared") {
        shared = std::move(one.files);
        shared.erase("case.yml");
        continue;
      }
      CAPTURE(one.name);
      Folder const folder;
      for (auto const& [name, text] : shared) folder.write(name, text);
      for (auto const& [name, text] : one.files) folder.write(name, text);
      auto const found = spec::validate(folder.path() / "case.yml");
      REQUIRE(found);
      CHECK(summary(*found) == one.expected);
      ++checked;
    }
  }
  CHECK(checked > 130);
}
