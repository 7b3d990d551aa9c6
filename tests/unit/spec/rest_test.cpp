#include "files.hpp"

#include "podium/spec/compile.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <set>

namespace fs = std::filesystem;
using namespace podium;
using Json = nlohmann::json;

namespace {

fs::path const shared = fs::path{PODIUM_SOURCE_DIR}.parent_path() / "shared";

std::size_t leaves(Json const& value) {
  if (!value.is_structured()) return 1;
  std::size_t out = 0;
  for (auto const& one : value) out += leaves(one);
  return out;
}

/// What the service adds to every resource, or says about its state.
bool is_added(std::string const& path) {
  static std::set<std::string> const top{"id",  "name",     "type",     "systemData", "kind",
                                         "sku", "identity", "location", "tags"};
  static std::set<std::string> const last{
      "provisioningState",   "status",     "endpoint",  "errorMessage", "componentId",
      "notificationSetting", "isArchived", "createdOn", "modifiedOn",   "_source"};
  auto const begin = path.find('/', 1);
  return top.contains(
             path.substr(std::min<std::size_t>(1, path.size()), begin == std::string::npos ? begin : begin - 1)) ||
         last.contains(path.substr(path.rfind('/') + 1));
}

/// Values of a resource that the YAML does not carry.
std::size_t kept(std::string const& residue, bool all) {
  std::size_t out = 0;
  for (auto const& step : Json::parse(residue))
    if (step["op"] != "remove" && (all || !is_added(step["path"]))) out += leaves(step["value"]);
  return out;
}

/// Goes through YAML and comes back the same; what the YAML alone does not carry.
spec::FromRest there_and_back(std::string const& kind, Json const& resource) {
  auto const read = spec::from_rest(kind, resource.dump());
  REQUIRE_MESSAGE(read, kind);
  auto const written = spec::to_rest(read->kind, *read);
  REQUIRE_MESSAGE(written, kind);
  CHECK_MESSAGE(Json::parse(*written) == resource, read->yaml);
  return *read;
}

}  // namespace

TEST_CASE("a job goes to YAML and back, with what YAML cannot say beside it") {
  Json const job = {
      {"name", "calm_leaf"},
      {"properties",
       {{"jobType", "Command"},
        {"status", "Completed"},
        {"command", "python train.py"},
        {"computeId",
         "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/computes/c"},
        {"displayName", "train"},
        {"environmentId", "/subscriptions/s/environments/e/versions/1"},
        {"experimentName", "x"},
        {"isArchived", false},
        {"limits", {{"jobLimitsType", "Command"}, {"timeout", "PT1H30M"}}},
        {"distribution", {{"distributionType", "PyTorch"}, {"processCountPerInstance", 2}}},
        {"inputs", {{"lr", {{"jobInputType", "literal"}, {"value", "0.1"}}}}}}}};
  auto const read = there_and_back("JobBase", job);
  CHECK(read.kind == "commandJob");
  for (auto const* line :
       {"command: python train.py\n", "timeout: 5400\n", "type: pytorch\n", "display_name: train\n", "lr: '0.1'\n",
        "name: calm_leaf\n", "environment: azureml:/subscriptions/s/environments/e/versions/1\n"})
    CHECK_MESSAGE(read.yaml.find(line) != std::string::npos, line << " in\n" << read.yaml);
  CHECK(read.yaml.find("Completed") == std::string::npos);
  CHECK(read.residue.find("Completed") != std::string::npos);

  // A change in the YAML is in the body that comes back.
  auto changed = read;
  changed.yaml.replace(changed.yaml.find("train.py"), 8, "score.py");
  CHECK(Json::parse(spec::to_rest("commandJob", changed).value())["properties"]["command"] == "python score.py");
}

TEST_CASE("what is no resource is one clear error") {
  CHECK(spec::from_rest("nothing", "{}").error().code() == Errc::invalid_argument);
  CHECK(spec::from_rest("commandJob", "[]").error().code() == Errc::invalid_argument);
  CHECK(spec::from_rest("commandJob", "{").error().code() == Errc::invalid_argument);
  CHECK(spec::from_rest("promotionPolicy", "{}").error().code() == Errc::invalid_argument);
  CHECK(
      spec::to_rest("commandJob", {{}, "command: x\n", "[{\"op\": \"remove\", \"path\": \"/none\"}]"}).error().code() ==
      Errc::invalid_argument);
  CHECK(spec::to_rest("commandJob", {{}, "command: x\n", "{"}).error().code() == Errc::invalid_argument);
}

TEST_CASE("no shape of a resource brings a reader down") {
  for (auto const* kind : {"commandJob", "pipelineJob", "sweepJob", "automlJob", "sparkJob", "finetuningJob", "compute",
                           "schedule", "datastore", "connection", "onlineDeployment", "batchDeployment", "environment",
                           "commandComponent", "pipelineComponent", "featureSet", "workspace", "registry"})
    for (
        auto const* json :
        {"{}", R"({"properties": null})", R"({"properties": []})",
         R"({"properties": {"inputs": 3, "jobs": [1], "limits": "x"}})",
         R"({"properties": {"jobs": {"a": null, "b": 4}, "componentSpec": [], "action": {"monitorDefinition": {}}}})",
         R"({"properties": {"properties": {"x": {}}, "taskDetails": 1, "trigger": {"triggerType": "Cron"}, "category": "Git"}})"}) {
      INFO(kind << " " << json);
      there_and_back(kind, Json::parse(json));
    }
}

TEST_CASE("every resource of the contract that YAML can describe goes through unchanged") {
  auto const file = shared / "rest" / "instances.jsonl";
  if (!fs::exists(file)) {
    MESSAGE("skipped: no instances at " << file.string());
    return;
  }
  // The greatest share of values, in percent, that may be beside the YAML; the rest is really carried.
  std::map<std::string, std::size_t> const bounds{
      {"commandJob", 20},    {"pipelineJob", 25},   {"sweepJob", 20},           {"sparkJob", 20},
      {"automlJob", 30},     {"finetuningJob", 50}, {"environment", 30},        {"data", 25},
      {"model", 30},         {"datastore", 25},     {"onlineEndpoint", 20},     {"onlineDeployment", 70},
      {"batchEndpoint", 20}, {"featureSet", 25},    {"featureStoreEntity", 20}, {"kubernetesOnlineDeployment", 70}};
  std::ifstream lines{file};
  std::set<std::string> kinds;
  std::size_t through = 0;
  for (std::string line; std::getline(lines, line);) {
    auto const one = Json::parse(line);
    auto const type = one["type"].get<std::string>();
    if (!spec::from_rest(type, one["value"].dump())) continue;
    CAPTURE(type);
    auto const read = there_and_back(type, one["value"]);
    ++through;
    kinds.insert(read.kind);
    auto const bound = bounds.find(read.kind);
    if (bound == bounds.end()) continue;
    auto const share = 100 * kept(read.residue, false) / leaves(one["value"]);
    CHECK_MESSAGE(share <= bound->second, read.kind << ": " << share << "% of the values\n"
                                                    << read.yaml << read.residue);
  }
  CHECK(through > 100);
  CHECK(kinds.size() >= 22);
}

TEST_CASE("what the official client sends is carried by YAML") {
  auto const corpus = shared / "corpus";
  if (!fs::exists(corpus / "index.jsonl")) {
    MESSAGE("skipped: no corpus at " << corpus.string());
    return;
  }
  std::ifstream index{corpus / "index.jsonl"};
  std::size_t values = 0, beside = 0, bodies = 0;
  for (std::string line; std::getline(index, line);) {
    auto const path = Json::parse(line)["path"].get<std::string>();
    auto const golden = corpus / "expected" / (path + ".json");
    if (!fs::exists(golden)) continue;
    auto const sent = Json::parse(slurp(golden)).value("sent", Json());
    auto const kind = spec::kind_of(corpus / "files" / path);
    if (!sent.is_array() || sent.empty() || !kind) continue;
    CAPTURE(path);
    auto const& body = sent.back()["body"];
    auto const read = there_and_back(*kind, body);
    ++bodies;
    values += leaves(body);
    beside += kept(read.residue, true);
  }
  MESSAGE(beside << " of " << values << " values in " << bodies << " bodies are beside the YAML");
  CHECK(bodies > 250);
  CHECK(beside * 25 < values);
}
