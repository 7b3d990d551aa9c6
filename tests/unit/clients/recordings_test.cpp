// Our bodies against those of the official client, where the recordings lie beside the checkout.
#include "unit/clients/support.hpp"

#include "podium/clients/assets.hpp"
#include "podium/clients/endpoints.hpp"
#include "podium/clients/jobs.hpp"

using namespace podium;
using test::Json;

namespace {

std::filesystem::path const folder = std::filesystem::path{PODIUM_SOURCE_DIR} / ".." / "shared" / "recordings";

/// The workspace of the recordings, answering everything with an echo.
struct Recorded {
  struct Echo final : http::Transport {
    std::vector<http::Request> requests;
    void send(http::Request request, Context const&, Done done) override {
      requests.push_back(request);
      Json body = request.body.empty() ? Json{{"location", "local"}, {"properties", Json::object()}}
                                       : Json::parse(request.body);
      body["id"] = request.url.substr(std::string{"https://local.host"}.size(),
                                      request.url.find('?') - std::string{"https://local.host"}.size());
      done(http::Response{200, {}, body.dump()});
    }
  };
  std::shared_ptr<Echo> wire = std::make_shared<Echo>();
  Session session{{"https://local.host", "00000000-0000-0000-0000-000000000001", "rg", "ws"}, wire, nullptr};
  std::string id = session.workspace_id();

  Json ours() const { return Json::parse(wire->requests.back().body); }
};

/// The body of the first PUT in a recording whose path contains `part`; null if the recordings are not there.
Json theirs(std::string const& file, std::string const& part) {
  std::ifstream in{folder / file};
  for (std::string line; std::getline(in, line);) {
    auto const exchange = Json::parse(line);
    auto const& request = exchange["request"];
    if (request["method"] == "PUT" && request["path"].get<std::string>().find(part) != std::string::npos)
      return request["body"];
  }
  MESSAGE("skipped: no recording at " << (folder / file).string());
  return nullptr;
}

}  // namespace

TEST_CASE_FIXTURE(Recorded, "a component's spec is the official client's, key for key") {
  auto expected = theirs("10-component.jsonl", "/components/");
  if (expected.is_null()) return;
  model::CommandComponent component;
  component.schema = "https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json";
  component.name = "train_again";
  component.version = "1";
  component.display_name = "Train";
  component.command = "python train.py --data ${{inputs.data}} --lr ${{inputs.lr}} --out ${{outputs.out}}";
  component.code = id + "/codes/<uuid-1>/versions/1";
  component.environment = "azureml:env-conda:1";
  component.inputs = {{"data",
                       {.type = "uri_file",
                        .description = {},
                        .optional = false,
                        .default_value = {},
                        .min = {},
                        .max = {},
                        .allowed = {},
                        .mode = {}}},
                      {"lr",
                       {.type = "number",
                        .description = {},
                        .optional = false,
                        .default_value = "0.1",
                        .min = {},
                        .max = {},
                        .allowed = {},
                        .mode = {}}}};
  component.outputs = {{"out", {}}};
  REQUIRE(ComponentsClient{session}.put(component));
  auto got = ours();
  for (auto* body : {&expected, &got}) (*body)["properties"]["properties"].erase("client_component_hash");  // over ids
  CHECK(got == expected);
}

TEST_CASE_FIXTURE(Recorded, "a command job is the official client's, key for key") {
  auto expected = theirs("13-job-command.jsonl", "/jobs/");
  if (expected.is_null()) return;
  model::CommandJob job;
  job.name = "cmd-one";
  job.display_name = "Train once";
  job.experiment_name = "demo";
  job.command = "python train.py --data ${{inputs.data}} --lr ${{inputs.lr}} --out ${{outputs.out}}";
  job.code = "azureml:" + id + "/codes/<uuid-1>/versions/1";
  job.environment = "azureml:env-conda:1";
  job.compute = "azureml:cpu-cluster";
  job.tags = {{"owner", "blue"}};
  job.environment_variables = {{"MODE", "fast"}};
  job.inputs = {{"data",
                 {.type = "uri_file",
                  .value = {},
                  .path = expected["properties"]["inputs"]["data"]["uri"],
                  .binding = {},
                  .mode = {}}},
                {"lr", {.type = "literal", .value = "0.2", .path = {}, .binding = {}, .mode = {}}}};
  job.outputs = {{"out", {}}};
  job.resources = model::Resources{};
  job.timeout_seconds = 600;
  REQUIRE(JobsClient{session}.create(job));
  expected["properties"]["resources"].erase("shmSize");    // not modelled
  expected["properties"]["limits"]["timeout"] = "PT600S";  // PT10M, said otherwise
  CHECK(ours() == expected);
}

TEST_CASE_FIXTURE(Recorded, "a pipeline and its steps are the official client's, key for key") {
  auto expected = theirs("16-job-pipeline.jsonl", "/jobs/");
  if (expected.is_null()) return;
  auto const binding = [](std::string text) {
    return model::JobInput{.type = {}, .value = {}, .path = {}, .binding = std::move(text), .mode = {}};
  };
  auto const& jobs = expected["properties"]["jobs"];
  model::PipelineJob pipeline;
  pipeline.name = "pipe-one";
  pipeline.display_name = "Prepare and train";
  pipeline.experiment_name = "demo";
  pipeline.default_compute = "cpu-cluster";
  pipeline.inputs = {{"raw",
                      {.type = "uri_file",
                       .value = {},
                       .path = expected["properties"]["inputs"]["raw"]["uri"],
                       .binding = {},
                       .mode = {}}},
                     {"lr", {.type = "literal", .value = "0.3", .path = {}, .binding = {}, .mode = {}}}};
  pipeline.outputs = {{"model", {}}};
  for (auto const* name : {"prep", "train", "check"}) {
    model::PipelineNode node;
    node.name = name;
    node.component = jobs[name]["componentId"];
    pipeline.nodes.push_back(node);
  }
  pipeline.nodes[0].inputs = {{"raw", binding("${{parent.inputs.raw}}")}};
  pipeline.nodes[1].inputs = {{"data", binding("${{parent.jobs.prep.outputs.clean}}")},
                              {"lr", binding("${{parent.inputs.lr}}")}};
  pipeline.nodes[1].outputs = {{"out",
                                {.type = "uri_folder",
                                 .path = {},
                                 .binding = "${{parent.outputs.model}}",
                                 .mode = {},
                                 .asset_name = {},
                                 .asset_version = {}}}};
  pipeline.nodes[1].resources = model::Resources{};
  pipeline.nodes[2].inputs = {{"m", binding("${{parent.jobs.train.outputs.out}}")}};
  REQUIRE(JobsClient{session}.create(pipeline));
  expected["properties"]["jobs"]["check"]["_source"] = "YAML.COMPONENT";  // ours do not tell a step written in place
  CHECK(ours() == expected);
}

TEST_CASE_FIXTURE(Recorded, "an endpoint is the official client's, key for key") {
  auto const expected = theirs("27-online-endpoint.jsonl", "/onlineEndpoints/");
  if (expected.is_null()) return;
  model::Endpoint endpoint;
  endpoint.name = "scorer";
  endpoint.tags = {{"team", "blue"}};
  REQUIRE(EndpointsClient{session}.begin_put(endpoint));
  CHECK(ours() == expected);
}

TEST_CASE_FIXTURE(Recorded, "a deployment is the official client's but for settings that are not modelled") {
  auto expected = theirs("28-online-deployment.jsonl", "/deployments/");
  if (expected.is_null()) return;
  auto& properties = expected["properties"];
  model::Deployment deployment;
  deployment.endpoint = "deployed";
  deployment.name = "blue";
  deployment.model = properties["model"];
  deployment.code = properties["codeConfiguration"]["codeId"];
  deployment.scoring_script = properties["codeConfiguration"]["scoringScript"];
  deployment.environment = properties["environmentId"];
  if (properties.contains("environmentVariables"))
    deployment.environment_variables = properties["environmentVariables"].get<std::map<std::string, std::string>>();
  deployment.instance_count = expected["sku"]["capacity"];
  deployment.max_concurrent_requests = properties["requestSettings"].value("maxConcurrentRequestsPerInstance", 1);
  deployment.request_timeout_ms = 3000;
  REQUIRE(DeploymentsClient{session}.begin_put(deployment));
  for (auto const* key : {"livenessProbe", "readinessProbe", "scaleSettings"}) properties.erase(key);
  properties["requestSettings"].erase("maxQueueWait");
  CHECK(ours() == expected);
}
