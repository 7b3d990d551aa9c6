#include "spec/kind.hpp"
#include "text/source.hpp"

#include "podium/spec/validate.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <set>

namespace fs = std::filesystem;
using namespace podium;

namespace {

fs::path const corpus = fs::path{PODIUM_SOURCE_DIR}.parent_path() / "shared" / "corpus";

bool there() {
  if (fs::exists(corpus / "index.jsonl")) return true;
  MESSAGE("skipped: no corpus at " << corpus.string());
  return false;
}

/// The value of one key of a flat JSON line; enough for the index.
std::string field(std::string const& line, std::string const& key) {
  auto const at = line.find("\"" + key + "\": ");
  if (at == std::string::npos) return {};
  auto begin = at + key.size() + 4;
  if (line[begin] == '"') return line.substr(begin + 1, line.find('"', begin + 1) - begin - 1);
  return line.substr(begin, line.find_first_of(",}", begin) - begin);
}

std::string shown(Diagnostic const& one) {
  return one.file + ":" + std::to_string(one.primary.start.line) + ":" + std::to_string(one.primary.start.column) +
         ": " + one.rule + " " + one.path + ": " + one.message;
}

}  // namespace

TEST_CASE("no file that the official client accepts gets an error") {
  if (!there()) return;
  std::ifstream index{corpus / "index.jsonl"};
  std::size_t checked = 0, files = 0;
  for (std::string line; std::getline(index, line);) {
    ++files;
    if (field(line, "load") != "true" || field(line, "validate") == "false") continue;
    auto const file = corpus / "files" / field(line, "path");
    auto const kind = spec::kind_of(file);
    CAPTURE(file.string());
    CHECK_MESSAGE(kind, (kind ? "" : kind.error().message()));
    if (!kind || spec::table_of(*kind) == nullptr) continue;
    ++checked;
    auto const found = spec::validate(file);
    REQUIRE(found);
    for (auto const& one : *found) CHECK_MESSAGE(one.severity != Severity::error, shown(one));
  }
  CHECK(files > 0);
  CHECK(checked > 150);
}

TEST_CASE("no file of the corpus and no mutation of it breaks the reader") {
  if (!there()) return;
  std::size_t read = 0;
  for (auto const* part : {"files", "mutations"}) {
    for (auto const& entry : fs::recursive_directory_iterator{corpus / part}) {
      auto const extension = entry.path().extension();
      if (!entry.is_regular_file() || (extension != ".yml" && extension != ".yaml")) continue;
      ++read;
      auto const found = spec::validate(entry.path());
      REQUIRE(found);
      for (auto const& one : *found) {
        CHECK(one.rule.size() == 6);
        CHECK(one.primary.start.line >= 1);
        CHECK(one.primary.where.begin <= one.primary.where.end);
      }
    }
  }
  CHECK(read > 500);
}
