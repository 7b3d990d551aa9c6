#include "spec/quoted.hpp"
#include "spec/wire/pyyaml.hpp"
#include "spec/wire/writer.hpp"

#include <doctest/doctest.h>

using namespace podium;
using namespace podium::spec;

TEST_CASE("durations are those of Python's isodate") {
  CHECK(wire::duration(600) == "PT10M");
  CHECK(wire::duration(5400) == "PT1H30M");
  CHECK(wire::duration(86400) == "P1D");
  CHECK(wire::duration(90061) == "P1DT1H1M1S");
  CHECK(wire::duration(0.1) == "PT0.1S");
  CHECK(wire::duration(0) == "P0D");
  for (double const seconds : {1.0, 59.0, 3600.0, 86399.0, 172800.5})
    CHECK(wire::seconds_of(wire::duration(seconds)) == doctest::Approx(seconds));
  CHECK(wire::seconds_of("PT1H30M") == 5400);
  CHECK(wire::seconds_of("P1D") == 86400);
  for (auto const* wrong : {"", "P", "PT", "1H", "P1M", "PT1", "PTxS"})
    CHECK_MESSAGE(wire::seconds_of(wrong) < 0, wrong);
}

TEST_CASE("names go from one style to the other") {
  CHECK(wire::camel("instance_count") == "instanceCount");
  CHECK(wire::camel("code") == "code");
  CHECK(wire::snake("instanceCount") == "instance_count");
  CHECK(wire::pascal("read_only_mount") == "ReadOnlyMount");
}

TEST_CASE("references become ids below the place") {
  wire::Writer writer{{"s", "g", "w", "l"}};
  std::string const base = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";
  CHECK(writer.asset_id("environments", "azureml:e:3") == base + "/environments/e/versions/3");
  CHECK(writer.asset_id("environments", "e@latest") == base + "/environments/e/versions/1");
  CHECK(writer.asset_id("environments", "e@stable") == base + "/environments/e/labels/stable");
  CHECK(writer.asset_id("components", "azureml:c") == base + "/components/c/labels/default");
  for (auto const* kept : {"azureml://registries/r/environments/e/versions/1", "/subscriptions/x/y"})
    CHECK(writer.asset_id("environments", kept) == kept);
  CHECK(writer.compute_id("azureml:cpu") == base + "/computes/cpu");
  CHECK(writer.compute_id("local") == "local");
}

TEST_CASE("YAML text is that of PyYAML") {
  auto const dump = [](char const* json) { return wire::yaml_dump(nlohmann::json::parse(json)); };
  CHECK(dump(R"({"name": "x", "dependencies": ["python=3.9", {"pip": ["a", "b"]}]})") ==
        "dependencies:\n- python=3.9\n- pip:\n  - a\n  - b\nname: x\n");
  CHECK(dump(R"({"a": "1", "b": "yes", "c": null, "d": 1.5, "e": [], "f": {}, "g": "", "h": 1e20})") ==
        "a: '1'\nb: 'yes'\nc: null\nd: 1.5\ne: []\nf: {}\ng: ''\nh: 1.0e+20\n");
  CHECK(dump(R"({"a": "it's: x", "b": "x\ny", "c": "\u00e9", "d": "# x"})") ==
        "a: 'it''s: x'\nb: 'x\n\n  y'\nc: \"\\xE9\"\nd: '# x'\n");
  CHECK(wire::yaml_dump(nlohmann::json{{"c", "\u00e9"}}, {.unicode = true}) == "c: \u00e9\n");
  CHECK(wire::yaml_dump(nlohmann::ordered_json{{"b", 1}, {"a", 2}}) == "b: 1\na: 2\n");
  std::string const words =
      "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen";
  CHECK(wire::yaml_dump(nlohmann::json{{"a", words}}) ==
        "a: one two three four five six seven eight nine ten eleven twelve thirteen fourteen\n  fifteen sixteen\n");
}

TEST_CASE("quoted text over several lines is folded as in YAML 1.1") {
  CHECK(unfold_quoted("'a\n  b'") == "a b");
  CHECK(unfold_quoted("'a\n\n  b'") == "a\nb");
  CHECK(unfold_quoted("'it''s'") == "it's");
  CHECK(unfold_quoted("\"a\\\n   b\"") == "ab");
  CHECK(unfold_quoted("\"a \\\n   b\"") == "a b");
  CHECK(unfold_quoted("\"x\n\n\n  y\\n\"") == "x\n\ny\n");
  CHECK(unfold_quoted("\"\\x41\\u00e9\\t\"") == "A\u00e9\t");
}
