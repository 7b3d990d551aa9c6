#include "podium/spec/validate.hpp"

#include "files.hpp"

#include "podium/spec/schema.hpp"

using namespace podium;

namespace {

std::string const data_asset =
    "$schema: https://azuremlschemas.azureedge.net/latest/data.schema.json\n"
    "name: flights\n"
    "path: azureml://datastores/workspaceblobstore/paths/flights/\n";
std::string const nameless_deployment =
    "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json\n"
    "name: blue\n"
    "model: azureml:flights:1\n"
    "instance_type: Standard_DS3_v2\n"
    "instance_count: 1\n";

std::vector<Diagnostic> check(std::string const& text, spec::ValidateOptions const& options = {}) {
  auto found = spec::validate_text(text, "a.yml", "/nonexistent", options);
  REQUIRE(found);
  return *found;
}

std::string places(std::string const& text) {
  std::string out;
  for (auto const& one : check(text))
    out += one.rule + " " + std::to_string(one.primary.start.line) + ":" + std::to_string(one.primary.start.column) +
           "-" + std::to_string(one.primary.end.line) + ":" + std::to_string(one.primary.end.column) + "\n";
  return out;
}

}  // namespace

TEST_CASE("a missing endpoint name is an error of the file, and a warning when names come later") {
  CHECK(summary(check(nameless_deployment)) == "PD1013 error 1:1-1:8 endpoint_name\n");
  CHECK(check(nameless_deployment, {.supplied = {.endpoint_name = "flights"}}).empty());
  for (auto const& options :
       {spec::ValidateOptions{.supplied = {.name = "green"}}, spec::ValidateOptions{.supplied = {.workspace = true}},
        spec::ValidateOptions{.set = {{"instance_count", "2"}}}})
    CHECK(summary(check(nameless_deployment, options)) == "PD1013 warning 1:1-1:8 endpoint_name\n");
}

TEST_CASE("a name that is supplied replaces one that is not usable") {
  auto const text =
      "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json\nname: \"{{NAME}}\"\n";
  CHECK(summary(check(text)).find("error 2:7") != std::string::npos);
  CHECK(check(text, {.supplied = {.name = "flights"}}).empty());
}

TEST_CASE("placeholders are errors like other values, unless they are said to be filled in later") {
  auto const text =
      "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json\nname: \"__NAME__\"\n";
  auto const strict = check(text);
  REQUIRE(strict.size() == 1);
  CHECK(strict.front().severity == Severity::error);
  auto const later = check(text, {.placeholders = true});
  REQUIRE(later.size() == 1);
  CHECK(later.front().severity == Severity::warning);
}

TEST_CASE("files and folders are checked together, in order, and the same for any number of threads") {
  Folder const folder;
  folder.write("sub/a.yml", data_asset + "tags: 3\n");
  folder.write("sub/b.yaml", data_asset);
  folder.write("sub/no-entity.yml", "- a list\n");
  folder.write("sub/other.yml", "unrelated: {key: 1}\n");
  folder.write("sub/.hidden/c.yml", data_asset + "tags: 3\n");
  folder.write("sub/note.txt", "text");
  auto const single = folder.write("d.yml", data_asset + "typo: 1\n");
  std::vector<std::filesystem::path> const paths{single, folder.path() / "sub"};
  auto const one = spec::validate_all(paths, {}, 1);
  REQUIRE(one);
  CHECK(one->files.size() == 3);
  CHECK(summary(one->diagnostics) == "PD1010 error 4:1-4:5 typo\nPD1012 error 4:7-4:8 tags\n");
  for (int threads : {2, 8}) {
    auto const more = spec::validate_all(paths, {}, threads);
    REQUIRE(more);
    CHECK(summary(more->diagnostics) == summary(one->diagnostics));
    CHECK(more->files == one->files);
  }
}

TEST_CASE("a path that is not there and a kind that does not exist are errors of the call") {
  std::vector<std::filesystem::path> const paths{"/nonexistent/a.yml"};
  auto const gone = spec::validate_all(paths);
  REQUIRE(!gone);
  CHECK(gone.error().code() == Errc::not_found);
  auto const kind = spec::validate_text(data_asset, "a.yml", ".", {.kind = "dta"});
  REQUIRE(!kind);
  CHECK(kind.error().code() == Errc::invalid_argument);
}

TEST_CASE("the official client's words stand beside ours") {
  auto const found = check(data_asset + "typo: 1\ntags: 3\n");
  REQUIRE(found.size() == 2);
  CHECK(found[0].official == "Unknown field.");
  CHECK(found[0].path == "typo");
}

TEST_CASE("what PyYAML refuses is refused, at the place of the mistake") {
  struct Case {
    char const* text;
    char const* where;
  };
  for (auto const& [text, where] : std::initializer_list<Case>{{"a: =\n", "PD1001 1:4-1:5\n"},
                                                               {"a: \"never closed\nb: 1\n", "PD1001 1:4-1:5\n"},
                                                               {"a: 'never closed\nb: 1\n", "PD1001 1:4-1:5\n"},
                                                               {"a: !!int abc\n", "PD1001 1:10-1:11\n"},
                                                               {"a: 1\t\nb: 2\n", "PD1001 1:5-1:6\n"},
                                                               {"a:\tb\n", "PD1001 1:3-1:4\n"},
                                                               {"a: x\t# comment\n", "PD1001 1:5-1:6\n"},
                                                               {"a: [b, c\nd: 1\n", "PD1001 1:4-1:5\n"},
                                                               {"a: {b: [c, d}\n", "PD1001 1:8-1:9\n"},
                                                               {"words\na: 1\n", "PD1001 1:1-1:6\n"},
                                                               {"# why\na:b\nc: 1\n", "PD1001 2:1-2:4\n"},
                                                               {" a: 1\nb: 2\n", "PD1001 1:2-1:3\n"},
                                                               {"a: b\xE2\x80\xA8"
                                                                "c\nd: 1\n",
                                                                "PD1001 1:5-1:6\n"},
                                                               {"a: 1\n---\nb: 2\n", "PD1003 2:1-2:2\n"}}) {
    CAPTURE(text);
    CHECK(places(text) == where);
  }
}

TEST_CASE("what PyYAML accepts is accepted") {
  for (auto const* extra : {"tags: {a: \"b\tc\"}\n", "tags:\n  a: |\n    b\tc\n", "# a\tb\n", "tags: {a: 'it''s'}\n",
                            "description: a # b\tc\n", "tags: {a: \"x \\\" y\"}\n", "description: >\n  a\n  b\n",
                            "description: \"a\n  b\"\n"}) {
    CAPTURE(extra);
    auto const found = check(data_asset + extra);
    CHECK_MESSAGE(found.empty(), summary(found));
  }
}

TEST_CASE("an anchor that is defined twice is named, and its last value before the alias counts") {
  auto const found = check(data_asset + "tags: {a: &x b, c: &x d, e: *x}\n");
  CHECK(summary(found) == "PD1006 warning 4:20-4:22 \n");
}

TEST_CASE("line ends of every sort give the same places") {
  std::string const unix = data_asset + "typo: 1\n";
  std::string windows, old;
  for (char const c : unix) {
    if (c == '\n') windows += '\r';
    windows += c;
    old += c == '\n' ? '\r' : c;
  }
  auto const expected = summary(check(unix));
  CHECK(summary(check(windows)) == expected);
  CHECK(summary(check(old)) == expected);
  CHECK(summary(check("\xEF\xBB\xBF" + unix)) == expected);
}

TEST_CASE("a hostile document ends in one error") {
  std::string deep, aliases = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 0; i < 20'000; ++i) deep += '[';
  for (int i = 1; i < 12; ++i) {
    auto const before = "*a" + std::to_string(i - 1);
    aliases += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 9; ++j) aliases += ", " + before;
    aliases += "]\n";
  }
  for (auto const& text : {"a: " + deep, aliases}) {
    auto const found = check(text);
    REQUIRE(found.size() == 1);
    CHECK(found.front().rule == "PD1005");
  }
}

TEST_CASE("every kind with a table has a schema, a page and words") {
  auto const kinds = spec::kinds();
  CHECK(kinds.size() >= 10);
  for (auto const& kind : kinds) {
    CAPTURE(kind);
    auto const schema = spec::json_schema(kind);
    REQUIRE(schema);
    CHECK(schema->find("https://json-schema.org/draft/2020-12/schema") != std::string::npos);
    auto const page = spec::reference_page(kind);
    REQUIRE(page);
    CHECK(page->starts_with("# " + kind + "\n"));
    auto const words = spec::completion_words(kind);
    REQUIRE(words);
    CHECK(!words->empty());
  }
  CHECK(!spec::json_schema("nothing"));
}

TEST_CASE("a diagnostic's page is found by its code in any case") {
  auto const rule = spec::find_rule("pd1023");
  REQUIRE(rule);
  CHECK(rule->title == "a fraction is cut off");
  CHECK(rule->page.find("## Fails") != std::string_view::npos);
  CHECK(!spec::find_rule("PD0000"));
}
