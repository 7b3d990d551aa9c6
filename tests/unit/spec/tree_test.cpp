#include "spec/tree.hpp"

#include "files.hpp"
#include "spec/binding.hpp"

using namespace podium;
using spec::Node;
using spec::ScalarType;

namespace {

std::string slice(Node const& node) {
  return node.source->bytes().substr(node.span.begin, node.span.end - node.span.begin);
}

std::string rules(spec::Tree const& tree) {
  std::string out;
  for (auto const& one : tree.diagnostics)
    out +=
        one.rule + " " + std::to_string(one.primary.start.line) + ":" + std::to_string(one.primary.start.column) + "\n";
  return out;
}

}  // namespace

TEST_CASE("plain scalars have the types of YAML 1.1") {
  using spec::python_text;
  using spec::resolve;
  struct Row {
    char const* text;
    ScalarType type;
    char const* python;
  };
  for (auto const& row :
       std::initializer_list<Row>{{"1e-5", ScalarType::string, "1e-5"},
                                  {"1e5", ScalarType::string, "1e5"},
                                  {"1.e5", ScalarType::string, "1.e5"},
                                  {"1.0e-5", ScalarType::floating, "1e-05"},
                                  {"0.01", ScalarType::floating, "0.01"},
                                  {"1.10", ScalarType::floating, "1.1"},
                                  {"1.0", ScalarType::floating, "1.0"},
                                  {"1_000", ScalarType::integer, "1000"},
                                  {"017", ScalarType::integer, "15"},
                                  {"0o17", ScalarType::string, "0o17"},
                                  {"08", ScalarType::string, "08"},
                                  {"0x1f", ScalarType::integer, "31"},
                                  {"0b11", ScalarType::integer, "3"},
                                  {"12:30", ScalarType::integer, "750"},
                                  {"1:30:45", ScalarType::integer, "5445"},
                                  {"yes", ScalarType::boolean, "True"},
                                  {"off", ScalarType::boolean, "False"},
                                  {"y", ScalarType::string, "y"},
                                  {"~", ScalarType::null, "None"},
                                  {"", ScalarType::null, "None"},
                                  {"2024-01-31", ScalarType::timestamp, "2024-01-31"},
                                  {".inf", ScalarType::floating, "inf"},
                                  {"-.5", ScalarType::string, "-.5"},
                                  {".5", ScalarType::floating, "0.5"},
                                  {"1.0e+20", ScalarType::floating, "1e+20"},
                                  {"123456789.5", ScalarType::floating, "123456789.5"},
                                  {"1.0e+15", ScalarType::floating, "1000000000000000.0"},
                                  {"1.0e+16", ScalarType::floating, "1e+16"},
                                  {"0.0001", ScalarType::floating, "0.0001"},
                                  {"0.00001", ScalarType::floating, "1e-05"},
                                  {"-0", ScalarType::integer, "0"},
                                  {"+3", ScalarType::integer, "3"},
                                  {"123456789012345678901", ScalarType::integer, "123456789012345678901"},
                                  {"azureml:x:1", ScalarType::string, "azureml:x:1"},
                                  {"1.2.3", ScalarType::string, "1.2.3"}}) {
    CAPTURE(row.text);
    CHECK(resolve(row.text) == row.type);
    CHECK(python_text(row.text, resolve(row.text)) == row.python);
  }
}

TEST_CASE("every value knows where it stands, whatever its style") {
  auto const tree = spec::parse("x.yml",
                                "plain: two words  # comment\n"
                                "single: 'it''s'\n"
                                "double: \"a\\\"b\"\n"
                                "folded: one\n  two\n"
                                "block: |\n  line 1\n\n  line 2\nnext: 1\n"
                                "flow: [a, {b: c}, ]\n"
                                "empty:\n"
                                "größe: äöü\n"
                                "anchored: &a {k: v}\n"
                                "alias: *a\n"
                                "tagged: !!str 5\n"
                                "list:\n- 1\n- x: 2\n  y: 3\n");
  REQUIRE(tree.root);
  auto const& root = *tree.root;
  CHECK(slice(*root.find("plain")) == "two words");
  CHECK(slice(*root.find("single")) == "'it''s'");
  CHECK(root.find("single")->text == "it's");
  CHECK(slice(*root.find("double")) == "\"a\\\"b\"");
  CHECK(slice(*root.find("folded")) == "one\n  two");
  CHECK(slice(*root.find("block")) == "|\n  line 1\n\n  line 2");
  CHECK(slice(*root.find("flow")) == "[a, {b: c}, ]");
  CHECK(slice(*root.find("flow")->items[1]) == "{b: c}");
  CHECK(slice(*root.find("empty")) == "empty");
  CHECK(root.find("empty")->is_null());
  CHECK(slice(*root.find("anchored")) == "{k: v}");
  CHECK(slice(*root.find("alias")) == "*a");
  CHECK(root.find("alias")->find("k")->text == "v");
  CHECK(root.find("tagged")->type == ScalarType::string);
  CHECK(slice(*root.find("tagged")) == "5");
  CHECK(slice(*root.find("list")->items[1]) == "x: 2\n  y: 3");
  auto const at = tree.source->position(root.find("größe")->span.begin);
  CHECK(at.column == 8);  // characters, not bytes
}

TEST_CASE("a byte order mark and carriage returns do not move places") {
  auto const tree = spec::parse("x.yml",
                                "\xEF\xBB\xBF"
                                "a: 1\r\nb: 2\rc: 3\n");
  REQUIRE(tree.root);
  CHECK(tree.source->position(tree.root->find("a")->span.begin) == Position{1, 4});
  CHECK(tree.source->position(tree.root->find("b")->span.begin) == Position{2, 4});
  CHECK(tree.source->position(tree.root->find("c")->span.begin) == Position{3, 4});
}

TEST_CASE("merge keys give what the mapping does not have itself") {
  auto const tree =
      spec::parse("x.yml", "base: &b {a: 1, c: 2}\nother: &o {a: 9, d: 4}\nuse:\n  c: 3\n  <<: [*b, *o]\n");
  REQUIRE(tree.root);
  auto const& use = *tree.root->find("use");
  CHECK(use.find("a")->text == "1");
  CHECK(use.find("c")->text == "3");
  CHECK(use.find("d")->text == "4");
  CHECK(use.find("<<") == nullptr);
}

TEST_CASE("a key given twice is reported and the last value counts") {
  auto const tree = spec::parse("x.yml", "a: 1\nb: 2\na: 3\n");
  REQUIRE(tree.root);
  CHECK(tree.root->find("a")->text == "3");
  REQUIRE(tree.diagnostics.size() == 1);
  CHECK(rules(tree) == "PD1007 3:1\n");
  CHECK(tree.diagnostics[0].related[0].start == Position{1, 1});
}

TEST_CASE("what is not one YAML mapping is one error at its place") {
  struct Row {
    char const* text;
    char const* says;
  };
  for (auto const& row : std::initializer_list<Row>{{"a: [1, 2\nb: 3\n", "PD1001"},
                                                    {"a: *nowhere\n", "PD1001"},
                                                    {"a: 1\n---\nb: 2\n", "PD1003 2:1"},
                                                    {"", "PD1004 1:1"},
                                                    {"- a\n", "PD1004 1:1"},
                                                    {"a: &x [*x]\n", "PD1005 1:8"},
                                                    {"a: !thing 1\n", "PD1001 1:11"},
                                                    {"? [a]\n: 1\n", "PD1001 1:3"},
                                                    {"a: \x01\n", "PD1002 1:4"},
                                                    {"a: \xFF\xFE\n", "PD1002 1:4"},
                                                    {"x: {{name}}\n", "PD1001 1:5"}}) {
    CAPTURE(row.text);
    auto const tree = spec::parse("x.yml", row.text);
    CHECK(!tree.root);
    REQUIRE(tree.diagnostics.size() == 1);
    CHECK_MESSAGE(rules(tree).starts_with(row.says), rules(tree));
  }
}

TEST_CASE("a hostile document ends in an error instead of in memory") {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += '[';
  CHECK(rules(spec::parse("x.yml", "a: " + deep + "\n")).starts_with("PD100"));
  std::string nested = "a: ";
  for (int i = 0; i < 150; ++i) nested += "{b: ";
  CHECK(rules(spec::parse("x.yml", nested + "1" + std::string(150, '}') + "\n")).starts_with("PD1005"));
  std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n";
  for (char name = 'b'; name < 'z'; ++name) {
    bomb += std::string{name} + ": &" + name + " [";
    for (int i = 0; i < 9; ++i) bomb += std::string{i == 0 ? "" : ", "} + "*" + static_cast<char>(name - 1);
    bomb += "]\n";
  }
  CHECK(rules(spec::parse("x.yml", bomb)).starts_with("PD1005"));
  std::string wide;
  for (int i = 0; i < 20'000; ++i) wide += "k" + std::to_string(i) + ": 1\n";
  CHECK(spec::parse("x.yml", wide).root);
  auto const wider = spec::parse("x.yml", wide + wide + wide);
  CHECK(!wider.root);
  CHECK(wider.diagnostics.back().rule == "PD1005");
}

TEST_CASE("bindings are found in every style of scalar, with their places") {
  auto const tree = spec::parse("x.yml", "a: >-\n  run ${{inputs.x}}\n  --y ${{ outputs.y }}\n");
  REQUIRE(tree.root);
  auto const& node = *tree.root->find("a");
  auto const found = spec::bindings_in(node);
  REQUIRE(found.size() == 2);
  CHECK(found[0].expression == "inputs.x");
  CHECK(found[1].expression == "outputs.y");
  CHECK(tree.source->position(found[1].where.begin) == Position{3, 7});
  CHECK(tree.source->position(spec::word_span(node, found[1], "y").begin) == Position{3, 19});
}
