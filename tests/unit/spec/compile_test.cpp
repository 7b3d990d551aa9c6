#include "podium/spec/compile.hpp"

#include "files.hpp"

#include <nlohmann/json.hpp>

namespace fs = std::filesystem;
using namespace podium;
using Json = nlohmann::json;

namespace {

std::string const workspace =
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/"
    "Microsoft.MachineLearningServices/workspaces/ws";

Json requests_of(fs::path const& file, spec::CompileOptions const& options = {}) {
  auto const compiled = spec::compile(file, options);
  REQUIRE(compiled);
  auto const loud = [](Diagnostic const& one) { return one.severity != Severity::note; };
  CHECK_MESSAGE(std::none_of(compiled->diagnostics.begin(), compiled->diagnostics.end(), loud),
                summary(compiled->diagnostics));
  return Json::parse(spec::to_json(compiled->requests));
}

}  // namespace

TEST_CASE("a command job is sent with its environment before it") {
  Folder const folder;
  auto const sent =
      requests_of(folder.write("basics/job.yml",
                               "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\n"
                               "command: echo \"hello world\"\n"
                               "environment:\n"
                               "  image: library/python:latest\n"));
  std::string const environment = workspace +
                                  "/environments/CliV2AnonymousEnvironment/versions/"
                                  "65cb0b33ff5c91a624f57556b658973423dd7a3dd9aa6b4289458d4de41d88e6";
  Json const expected = {
      {{"method", "PUT"},
       {"path", environment},
       {"api_version", "2023-04-01-preview"},
       {"body", {{"properties", {{"image", "library/python:latest"}, {"isAnonymous", true}, {"isArchived", false}}}}}},
      {{"method", "PUT"},
       {"path", workspace + "/jobs/<generated>"},
       {"api_version", "2025-01-01-preview"},
       {"body",
        {{"properties",
          {{"command", "echo \"hello world\""},
           {"displayName", "<generated>"},
           {"environmentId", environment},
           {"environmentVariables", Json::object()},
           {"experimentName", "basics"},
           {"inputs", Json::object()},
           {"isArchived", false},
           {"jobType", "Command"},
           {"outputs", Json::object()},
           {"properties", Json::object()},
           {"tags", Json::object()}}}}}}};
  CHECK(sent == expected);
}

TEST_CASE("a step written in place becomes the component that the official client makes of it") {
  Folder const folder;
  auto const sent =
      requests_of(folder.write("pipeline.yml",
                               "$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json\n"
                               "type: pipeline\n"
                               "settings: {default_compute: azureml:cpu-cluster}\n"
                               "inputs: {greeting: hello world}\n"
                               "jobs:\n"
                               "  a:\n"
                               "    command: echo hello ${{inputs.hello_string}}\n"
                               "    environment: azureml://registries/azureml/environments/sklearn-1.5/labels/latest\n"
                               "    inputs: {hello_string: \"${{parent.inputs.greeting}}\"}\n"));
  REQUIRE(sent.size() == 2);
  auto const component = workspace + "/components/azureml_anonymous/versions/d777d5da-79c0-7f35-44fb-26f745b151bb";
  CHECK(sent[0]["path"] == component);
  CHECK(sent[0]["body"]["properties"]["componentSpec"]["inputs"] == Json{{"hello_string", {{"type", "string"}}}});
  auto const& job = sent[1]["body"]["properties"];
  CHECK(job["inputs"] == Json{{"greeting", {{"jobInputType", "literal"}, {"value", "hello world"}}}});
  CHECK(
      job["jobs"]["a"] ==
      Json{{"name", "a"},
           {"type", "command"},
           {"_source", "YAML.JOB"},
           {"componentId", component},
           {"inputs", {{"hello_string", {{"job_input_type", "literal"}, {"value", "${{parent.inputs.greeting}}"}}}}}});
  CHECK(job["settings"]["default_compute"] == workspace + "/computes/cpu-cluster");
}

TEST_CASE("a component keeps its numbers as Python writes them, and its code as its content") {
  Folder const folder;
  folder.write("src/x.txt", "hello\n");
  auto const sent =
      requests_of(folder.write("component.yml",
                               "$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\n"
                               "name: train_model\nversion: 1\ntype: command\n"
                               "command: train ${{inputs.lr}} ${{outputs.model}} $[[--n ${{inputs.epochs}}]]\n"
                               "code: ./src\nenvironment: azureml:my-env:1\n"
                               "inputs:\n"
                               "  lr: {type: number, default: .1, min: 0, max: 1}\n"
                               "  epochs: {type: integer, optional: true}\n"
                               "outputs:\n  model: {type: mlflow_model}\n"));
  REQUIRE(sent.size() == 1);
  CHECK(sent[0]["path"] == workspace + "/components/train_model/versions/1");
  auto const& spec = sent[0]["body"]["properties"]["componentSpec"];
  CHECK(spec["inputs"] == Json{{"lr", {{"type", "number"}, {"default", "0.1"}, {"min", "0.0"}, {"max", "1.0"}}},
                               {"epochs", {{"type", "integer"}, {"optional", true}}}});
  CHECK(spec["_source"] == "YAML.COMPONENT");
  CHECK(spec["environment"] == "azureml:" + workspace + "/environments/my-env/versions/1");
  auto const code = spec["code"].get<std::string>();
  CHECK(code.starts_with("azureml:" + workspace + "/codes/"));
  folder.write("src/x.txt", "hello!\n");
  auto const changed = requests_of(folder.path() / "component.yml");
  CHECK(changed[0]["body"]["properties"]["componentSpec"]["code"] != code);
}

TEST_CASE("options name the entity and the workspace that it goes to") {
  Folder const folder;
  auto const file =
      folder.write("endpoint.yml",
                   "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json\n"
                   "name: trial-endpoint\nauth_mode: key\n");
  spec::CompileOptions options;
  options.name = "fraud";
  options.endpoint_name = "of a deployment, which this is not";
  options.place = {"s", "group", "space", "westeurope"};
  auto const sent = requests_of(file, options);
  CHECK(sent[0]["path"] ==
        "/subscriptions/s/resourceGroups/group/providers/Microsoft.MachineLearningServices/workspaces/space/"
        "onlineEndpoints/fraud");
  CHECK(sent[0]["body"]["location"] == "westeurope");
  options.name.clear();
  options.set = {{"description", "who pays"}};
  CHECK(requests_of(file, options)[0]["body"]["properties"]["description"] == "who pays");
}

TEST_CASE("a local MLTable names the files that its paths name") {
  Folder const folder;
  folder.write("table/MLTable", "paths:\n  - file: ./a.csv\n  - pattern: ./*.csv\n");
  auto const sent = requests_of(folder.write("data.yml",
                                             "$schema: https://azuremlschemas.azureedge.net/latest/data.schema.json\n"
                                             "name: d\nversion: 1\ntype: mltable\npath: ./table\n"));
  CHECK(sent[0]["body"]["properties"]["referencedUris"] == Json{"./a.csv", "./*.csv"});
}

TEST_CASE("what has an error, or no request, is not sent") {
  Folder const folder;
  auto const broken = spec::compile(folder.write(
      "job.yml",
      "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\nenvironment: azureml:e:1\n"));
  REQUIRE(broken);
  CHECK(broken->requests.empty());
  CHECK_FALSE(broken->diagnostics.empty());
  CHECK(spec::to_json(broken->requests) == "[]");
  CHECK(spec::compile(folder.write("x.yml", "a: 1\n")).error().code() == Errc::invalid_argument);
  CHECK(spec::compile(folder.path() / "nowhere.yml").error().code() == Errc::not_found);
  spec::CompileOptions options;
  options.kind = "promotionPolicy";
  CHECK(spec::compile(folder.path() / "x.yml", options).error().code() == Errc::invalid_argument);
}

TEST_CASE("the corpus is sent as the official client sends it") {
  auto const corpus = fs::path{PODIUM_SOURCE_DIR}.parent_path() / "shared" / "corpus";
  if (!fs::exists(corpus / "index.jsonl")) {
    MESSAGE("skipped: no corpus at " << corpus.string());
    return;
  }
  std::ifstream index{corpus / "index.jsonl"};
  std::size_t compared = 0;
  for (std::string line; std::getline(index, line);) {
    auto const path = Json::parse(line)["path"].get<std::string>();
    auto const golden = corpus / "expected" / (path + ".json");
    if (!fs::exists(golden)) continue;
    auto const expected = Json::parse(slurp(golden));
    Json sent = expected.value("sent", Json());
    spec::CompileOptions options;
    if (sent.is_null() && expected.contains("supplied") && expected["supplied"].is_object()) {
      // The name that the file leaves out was given beside it.
      sent = expected["supplied"].value("sent", Json());
      auto const text = sent.is_array() && !sent.empty() ? sent.back().dump() : std::string{};
      if (text.find("my-name") != std::string::npos) options.name = "my-name";
      if (text.find("my-endpoint") != std::string::npos) options.endpoint_name = "my-endpoint";
    }
    if (!sent.is_array() || sent.empty()) continue;
    ++compared;
    CAPTURE(path);
    auto const compiled = spec::compile(corpus / "files" / path, options);
    CHECK_MESSAGE(compiled, (compiled ? std::string{} : compiled.error().message()));
    if (!compiled) continue;
    auto const ours = Json::parse(spec::to_json(compiled->requests));
    CHECK_MESSAGE(ours == sent, Json::diff(ours, sent).dump(1));
  }
  CHECK(compared > 350);
}
