#include "files.hpp"

#include "podium/spec/compile.hpp"

#include <nlohmann/json.hpp>

namespace fs = std::filesystem;
using namespace podium;

/// bodies/ holds documents and the JSON that azure-ai-ml 1.35.2 makes of them:
///
///     == what it is
///     @@ kind
///     the document
///     --
///     the body of its request
namespace {

struct Case {
  std::string name;
  std::string kind;
  std::string document;
  std::string body;
};

std::vector<Case> cases_in(fs::path const& file) {
  std::vector<Case> cases;
  std::istringstream in{slurp(file)};
  bool body = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("== ")) {
      cases.push_back({line.substr(3), {}, {}, {}});
      body = false;
    } else if (line.starts_with("@@ ")) {
      cases.back().kind = line.substr(3);
    } else if (line == "--") {
      body = true;
    } else {
      (body ? cases.back().body : cases.back().document) += line + "\n";
    }
  }
  return cases;
}

}  // namespace

TEST_CASE("resources are sent as the official client sends them") {
  std::size_t checked = 0;
  for (auto const& one :
       cases_in(fs::path{PODIUM_SOURCE_DIR} / "tests" / "unit" / "spec" / "bodies" / "resources.txt")) {
    CAPTURE(one.name);
    Folder folder;
    spec::CompileOptions options;
    options.kind = one.kind;
    auto const compiled = spec::compile(folder.write("case.yml", one.document), options);
    REQUIRE_MESSAGE(compiled, (compiled ? "" : compiled.error().message()));
    REQUIRE_MESSAGE(!compiled->requests.empty(), summary(compiled->diagnostics));
    auto const ours = nlohmann::json::parse(compiled->requests.back().body);
    auto const theirs = nlohmann::json::parse(one.body);
    CHECK_MESSAGE(ours == theirs, nlohmann::json::diff(ours, theirs).dump());
    ++checked;
  }
  CHECK(checked > 15);
}
