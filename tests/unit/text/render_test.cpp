#include "podium/render.hpp"

#include "text/source.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace podium;
namespace fs = std::filesystem;

namespace {

std::string const spec =
    "source:\n"
    "  source_delay: {minutes: 90}\n"
    "temporal_join_lookback: {hours: 1}\n"
    "features:\n"
    "  - {name: größe_3d, type: lnog}\n"
    "\t- 日本: lnog\n";

/// A file of the test, in the working directory of its own so that its name in the output is short.
class File {
 public:
  File()
      : folder_{fs::temp_directory_path() / ("podium-text-" + std::to_string(::getpid()))},
        before_{fs::current_path()} {
    fs::create_directories(folder_);
    fs::current_path(folder_);
    std::ofstream{"spec.yaml", std::ios::binary} << spec;
    std::ofstream{"other.yml", std::ios::binary} << "name: train\n";
  }
  ~File() {
    fs::current_path(before_);
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  File(File const&) = delete;
  File& operator=(File const&) = delete;

 private:
  fs::path folder_;
  fs::path before_;
};

Label label(std::string const& word, std::string text = {}, std::size_t from = 0) {
  text::Source const source{"spec.yaml", spec};
  auto const at = spec.find(word, from);
  REQUIRE(at != std::string::npos);
  return source.label({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + word.size())}, std::move(text));
}

Diagnostic finding() {
  return {.rule = "PD1025",
          .message = "no row can ever join: the lookback is shorter than the source delay",
          .file = "spec.yaml",
          .path = "temporal_join_lookback",
          .primary = label("{hours: 1}", "rows older than 1 h are ignored"),
          .related = {label("{minutes: 90}", "rows arrive 1 h 30 min late")},
          .help = "make `temporal_join_lookback` longer than `source_delay`"};
}

Diagnostic unknown_type() {
  return {.rule = "PD1014",
          .severity = Severity::warning,
          .message = "`lnog` is not a feature type",
          .file = "spec.yaml",
          .path = "features.0.type",
          .primary = label("lnog"),
          .help = "did you mean `long`?"};
}

}  // namespace

TEST_CASE("people see message, place, lines with carets, and the cure") {
  File const file;
  std::vector<Diagnostic> const all{finding(), unknown_type()};
  CHECK(render_human(all, false) ==
        R"(error[PD1025]: no row can ever join: the lookback is shorter than the source delay
 --> spec.yaml:3:25
  |
2 |   source_delay: {minutes: 90}
  |                 ------------- rows arrive 1 h 30 min late
3 | temporal_join_lookback: {hours: 1}
  |                         ^^^^^^^^^^ rows older than 1 h are ignored
  |
  = help: make `temporal_join_lookback` longer than `source_delay`

warning[PD1014]: `lnog` is not a feature type
 --> spec.yaml:5:28
  |
5 |   - {name: größe_3d, type: lnog}
  |                            ^^^^
  |
  = help: did you mean `long`?
)");
}

TEST_CASE("carets stand under their letters behind tabs and wide letters") {
  File const file;
  auto one = unknown_type();
  one.primary = label("lnog", {}, spec.find("日本"));
  one.help.clear();
  CHECK(render_human(std::vector{one}, false) == R"(warning[PD1014]: `lnog` is not a feature type
 --> spec.yaml:6:8
  |
6 |     - 日本: lnog
  |             ^^^^
)");
}

TEST_CASE("places in other files and far lines are shown apart") {
  File const file;
  auto one = unknown_type();
  one.related = {
      label("source:", "begins here"),
      {.file = "other.yml", .where = {6, 11}, .start = {1, 7}, .end = {1, 12}, .text = "included from here"}};
  CHECK(render_human(std::vector{one}, false) == R"(warning[PD1014]: `lnog` is not a feature type
 --> spec.yaml:5:28
  |
1 | source:
  | ------- begins here
...
5 |   - {name: größe_3d, type: lnog}
  |                            ^^^^
 ::: other.yml:1:7
  |
1 | name: train
  |       ----- included from here
  |
  = help: did you mean `long`?
)");
}

TEST_CASE("a file that is gone, or shorter than it was, costs only its lines") {
  std::vector<Diagnostic> one{finding()};
  one[0].file = "nowhere.yaml";
  one[0].related.clear();
  CHECK(render_human(one, false) ==
        R"(error[PD1025]: no row can ever join: the lookback is shorter than the source delay
 --> nowhere.yaml:3:25
  | rows older than 1 h are ignored
  |
  = help: make `temporal_join_lookback` longer than `source_delay`
)");
  File const file;
  std::ofstream{"spec.yaml", std::ios::binary | std::ios::trunc} << "x\n";
  CHECK(render_human(std::vector{finding()}, false).find("spec.yaml:3:25") != std::string::npos);
}

TEST_CASE("colour is asked for, and control bytes never reach the terminal") {
  File const file;
  CHECK(render_human(std::vector{finding()}, true).find("\x1b[1;31merror") == 0);
  auto one = unknown_type();
  one.message = "bad \x1b[2J \xFF";
  auto const text = render_human(std::vector{one}, false);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\xFF') == std::string::npos);
  CHECK(render_human({}, true).empty());
}

TEST_CASE("programs get JSON with every field") {
  auto one = unknown_type();
  one.message = "quote \" slash \\ line\nbad \xFF";
  one.fix = Fix{{10, 14}, "long", Applicability::unsafe};
  CHECK(render_json(std::vector{one}, 2) ==
        "{\"files\": 2, \"diagnostics\": [\n  {\"code\": \"PD1014\", \"severity\": \"warning\", \"message\": \"quote "
        "\\\" slash \\\\ line\\nbad \xEF\xBF\xBD\", "
        "\"file\": \"spec.yaml\", \"start\": {\"line\": 5, \"column\": 28}, \"end\": {\"line\": 5, \"column\": 32}, "
        "\"path\": \"features.0.type\", "
        "\"help\": \"did you mean `long`?\", \"fix\": {\"begin\": 10, \"end\": 14, \"replacement\": \"long\", "
        "\"applicability\": \"unsafe\"}}\n]}");
  CHECK(render_json({}, 1) == "{\"files\": 1, \"diagnostics\": []}");
}

TEST_CASE("GitHub gets one command a finding, on one line") {
  auto one = unknown_type();
  one.severity = Severity::note;
  one.message = "50% of it,\nsaid: no";
  one.file = "a,b:c.yml";
  CHECK(render_github(std::vector{one, finding()}) ==
        "::notice file=a%2Cb%3Ac.yml,line=5,endLine=5,col=28,endColumn=32,title=PD1014::50%25 of it,%0Asaid: "
        "no%0Ahelp: did you mean `long`?\n"
        "::error file=spec.yaml,line=3,endLine=3,col=25,endColumn=35,title=PD1025::no row can ever join: the lookback "
        "is shorter than the source delay"
        "%0Ahelp: make `temporal_join_lookback` longer than `source_delay`\n");
}
