#include "podium/render.hpp"

#include <doctest/doctest.h>

using namespace podium;

namespace {

Diagnostic finding(Severity severity, std::string file, std::string message) {
  return {.rule = "PD1010",
          .severity = severity,
          .message = std::move(message),
          .file = std::move(file),
          .path = "inputs.lr",
          .primary = {.file = {}, .where = {10, 15}, .start = {2, 3}, .end = {2, 8}, .text = {}},
          .help = "did you mean `lr`?"};
}

bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("SARIF names each rule once and points into files by URI") {
  auto first = finding(Severity::error, "a folder/train.yml", "unknown field \"x\"");
  first.fix = Fix{{10, 15}, "lr", Applicability::safe};
  first.related = {{.file = "other.yml", .where = {0, 1}, .start = {1, 1}, .end = {1, 2}, .text = "included here"}};
  auto const second = finding(Severity::warning, "/abs/b.yml", "seldom meant");
  std::vector<Diagnostic> const found{first, second};
  auto const text = render_sarif(found);
  CHECK(has(text, "\"version\": \"2.1.0\""));
  CHECK(text.find("{\"id\": \"PD1010\"}") == text.rfind("{\"id\": \"PD1010\"}"));
  CHECK(has(text, "\"uri\": \"a%20folder/train.yml\""));
  CHECK(has(text, "\"uri\": \"file:///abs/b.yml\""));
  CHECK(has(text, "\"startLine\": 2, \"startColumn\": 3, \"endLine\": 2, \"endColumn\": 8"));
  CHECK(has(text, "\"level\": \"warning\""));
  CHECK(has(text, "\"byteOffset\": 10, \"byteLength\": 5"));
  CHECK(has(text, "\"relatedLocations\": [{\"physicalLocation\": {\"artifactLocation\": {\"uri\": \"other.yml\"}"));
  CHECK(has(text, "unknown field \\\"x\\\""));
}

TEST_CASE("JUnit fails the file with errors, and only that one") {
  std::vector<Diagnostic> const found{finding(Severity::error, "a.yml", "wrong <b> & \"c\""),
                                      finding(Severity::warning, "b.yml", "odd")};
  std::vector<std::string> const files{"a.yml", "b.yml", "c.yml"};
  auto const text = render_junit(found, files);
  CHECK(has(text, "<testsuites tests=\"3\" failures=\"1\" errors=\"0\">"));
  CHECK(has(text, "<failure type=\"error\" message=\"wrong &lt;b&gt; &amp; &quot;c&quot;\">"));
  CHECK(has(text, "<system-out>b.yml:2:3: warning[PD1010]: odd"));
  CHECK(has(text, "name=\"c.yml\"/>"));
}

TEST_CASE("JUnit gives an included file with errors a case of its own") {
  std::vector<Diagnostic> const found{finding(Severity::error, "included.yml", "wrong")};
  std::vector<std::string> const files{"a.yml"};
  auto const text = render_junit(found, files);
  CHECK(has(text, "tests=\"2\" failures=\"1\""));
  CHECK(has(text, "name=\"a.yml\"/>"));
}

TEST_CASE("fixes change their bytes and nothing else") {
  std::string const text = "# comment\r\ninpts: 1   # kept\r\nb: 2\r\n";
  auto one = finding(Severity::error, "a.yml", "unknown");
  one.fix = Fix{{11, 16}, "inputs", Applicability::safe};
  auto guess = finding(Severity::error, "a.yml", "unknown");
  guess.fix = Fix{{30, 31}, "c", Applicability::unsafe};
  std::vector<Diagnostic> const found{guess, one};
  auto const safe = apply_fixes(text, found);
  CHECK(safe.applied == 1);
  CHECK(safe.text == "# comment\r\ninputs: 1   # kept\r\nb: 2\r\n");
  auto const all = apply_fixes(text, found, true);
  CHECK(all.applied == 2);
  CHECK(all.text == "# comment\r\ninputs: 1   # kept\r\nc: 2\r\n");
}

TEST_CASE("of two fixes of one place the first is applied") {
  auto one = finding(Severity::error, "a.yml", "unknown");
  one.fix = Fix{{0, 3}, "xyz", Applicability::safe};
  auto two = one;
  two.fix = Fix{{1, 2}, "-", Applicability::safe};
  std::vector<Diagnostic> const found{one, two};
  auto const fixed = apply_fixes("abc: 1\n", found);
  CHECK(fixed.applied == 1);
  CHECK(fixed.text == "xyz: 1\n");
}

TEST_CASE("a byte order mark stays where it was when a fix is applied") {
  auto one = finding(Severity::error, "a.yml", "unknown");
  one.fix = Fix{{0, 1}, "b", Applicability::safe};
  std::vector<Diagnostic> const found{one};
  CHECK(apply_fixes("\xEF\xBB\xBF"
                    "a: 1\n",
                    found)
            .text ==
        "\xEF\xBB\xBF"
        "b: 1\n");
}

TEST_CASE("a fix that does not fit the text is left out") {
  auto one = finding(Severity::error, "a.yml", "unknown");
  one.fix = Fix{{4, 900}, "b", Applicability::safe};
  std::vector<Diagnostic> const found{one};
  auto const fixed = apply_fixes("a: 1\n", found);
  CHECK(fixed.applied == 0);
  CHECK(fixed.text == "a: 1\n");
}
