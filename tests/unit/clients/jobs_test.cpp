#include "podium/clients/jobs.hpp"

#include "unit/clients/support.hpp"

using namespace podium;
using namespace std::chrono_literals;
using test::Json;
using test::Scripted;

namespace {

Json job(std::string const& status, std::string const& type = "Command") {
  return {{"id", test::workspace + "/jobs/j"},
          {"name", "j"},
          {"properties",
           {{"jobType", type},
            {"status", status},
            {"displayName", "J"},
            {"tags", nullptr},
            {"properties", {{"azureml.isreused", "true"}}},
            {"outputs", {{"model", {{"jobOutputType", "uri_folder"}, {"uri", "azureml://datastores/d/paths/m"}}}}}}}};
}

Json run(std::string const& id, std::string const& status) {
  return {{"runId", id},
          {"displayName", id.substr(2)},
          {"status", status},
          {"runType", "azureml.StepRun"},
          {"startTimeUtc", nullptr},
          {"properties", Json::object()}};
}

/// What every call of a data plane asks first.
void discovery(Scripted& s) { s.reply(200, test::workspace_body()).reply(200, {{"api", "https://arm.test/"}}); }

std::string const history = "GET https://arm.test/history/v1.0" + test::workspace + "/runs/";

}  // namespace

TEST_CASE_FIXTURE(Scripted, "a command job goes out as the wire wants it") {
  model::CommandJob command;
  command.command = "python x.py ${{inputs.n}}";
  command.environment = "azureml:env:2";
  command.compute = "azureml:cpu";
  command.inputs = {
      {"n", {.type = "literal", .value = "3", .path = {}, .binding = {}, .mode = {}}},
      {"d", {.type = "uri_folder", .value = {}, .path = "azureml:flights:1", .binding = {}, .mode = "ro_mount"}}};
  command.outputs = {{"o",
                      {.type = "uri_folder",
                       .path = {},
                       .binding = {},
                       .mode = "rw_mount",
                       .asset_name = "made",
                       .asset_version = {}}}};
  command.timeout_seconds = 90;
  reply(201, job("NotStarted"));
  auto const created = JobsClient{session}.create(command).value();
  CHECK(created.status == model::JobStatus::not_started);
  auto const properties = body(0)["properties"];
  CHECK(properties["environmentId"] == test::workspace + "/environments/env/versions/2");
  CHECK(properties["computeId"] == test::workspace + "/computes/cpu");
  CHECK(properties["inputs"]["n"] == Json{{"jobInputType", "literal"}, {"value", "3"}});
  CHECK(properties["inputs"]["d"] == Json{{"jobInputType", "uri_folder"},
                                          {"uri", test::workspace + "/data/flights/versions/1"},
                                          {"mode", "ReadOnlyMount"}});
  CHECK(properties["outputs"]["o"] ==
        Json{{"jobOutputType", "uri_folder"}, {"mode", "ReadWriteMount"}, {"assetName", "made"}});
  CHECK(properties["limits"] == Json{{"jobLimitsType", "Command"}, {"timeout", "PT90S"}});
  // A name was made up: two words and ten letters or digits.
  CHECK(line(0).starts_with("PUT jobs/"));
  CHECK(line(0).size() > std::string{"PUT jobs/a_b_0123456789"}.size());
  CHECK(properties["displayName"] == line(0).substr(std::string{"PUT jobs/"}.size()));
}

TEST_CASE_FIXTURE(Scripted, "a step of a kind that is not supported, or without a component, is refused by name") {
  model::PipelineJob pipeline;
  pipeline.nodes.resize(1);
  pipeline.nodes[0].name = "tune";
  pipeline.nodes[0].type = "sweep";
  auto const refused = JobsClient{session}.create(pipeline);
  CHECK(refused.error().code() == Errc::invalid_argument);
  CHECK(refused.error().to_string().find("step `tune`") != std::string::npos);
  pipeline.nodes[0].type = "command";
  CHECK(JobsClient{session}.create(pipeline).error().code() == Errc::invalid_argument);
  CHECK(wire->requests().empty());
}

TEST_CASE_FIXTURE(Scripted, "a job is decoded leniently, unknown words included") {
  reply(200, job("Running"));
  auto const got = JobsClient{session}.get("j").value();
  CHECK(got.status == model::JobStatus::running);
  CHECK(got.properties.at("azureml.isreused") == "true");
  CHECK(got.outputs == model::Ordered<std::string>{{"model", "azureml://datastores/d/paths/m"}});
  reply(200, job("BrandNewStatus", "BrandNewType"));
  auto const odd = JobsClient{session}.get("j").value();
  CHECK(odd.status == model::JobStatus::unknown);
  CHECK(odd.type == "BrandNewType");
  reply(200, {{"name", "j"}});
  CHECK(JobsClient{session}.get("j").error().code() == Errc::protocol);
  reply(200, {{"value", {job("Completed"), job("Failed")}}});
  CHECK(JobsClient{session}.list().value().size() == 2);
}

TEST_CASE_FIXTURE(Scripted, "why a job failed comes from the job, or from run history") {
  auto local = job("Failed");
  local["properties"]["properties"]["podium.error"] = "step train exited with 1";
  reply(200, local);
  CHECK(JobsClient{session}.get("j").value().error == "step train exited with 1");
  reply(200, job("Failed"));
  discovery(*this);
  reply(200, {{"runId", "j"},
              {"status", "Failed"},
              {"error", {{"error", {{"code", "UserError"}, {"message", "exit\ncode 1"}}}}}});
  CHECK(JobsClient{session}.get("j").value().error == "exit code 1");
  reply(200, job("Failed")).reply(500, nullptr);
  CHECK(JobsClient{session}.get("j").value().error == "");
}

TEST_CASE_FIXTURE(Scripted, "waiting reports every change of the job and of its steps, once") {
  reply(200, job("Running", "Pipeline"));
  discovery(*this);
  reply(200, {{"value", {run("j.a", "Running"), run("j.b", "NotStarted")}}});
  reply(200, job("Running", "Pipeline"))
      .reply(200, {{"value", {run("j.a", "Running")}}, {"continuationToken", "t"}})
      .reply(200, {{"value", {run("j.b", "NotStarted")}}});
  reply(200, job("Completed", "Pipeline")).reply(200, {{"value", {run("j.a", "Completed"), run("j.b", "Completed")}}});
  std::vector<std::string> seen;
  auto const ended = JobsClient{session}.wait("j", [&](model::Job const& each) {
    seen.push_back(each.name + " " + std::to_string(static_cast<int>(each.status)));
  });
  CHECK(ended.value().status == model::JobStatus::completed);
  auto const is = [](std::string const& name, model::JobStatus status) {
    return name + " " + std::to_string(static_cast<int>(status));
  };
  using enum model::JobStatus;
  CHECK(seen == std::vector<std::string>{is("j.a", running), is("j.b", not_started), is("j", running),
                                         is("j.a", completed), is("j.b", completed), is("j", completed)});
  CHECK(line(3) == history + "j/children");
  CHECK(sent(6).url.ends_with("?$continuationtoken=t"));
  CHECK(sent(2).headers.find("authorization") == nullptr);  // the discovery document is public
  CHECK(sent(3).headers.get("authorization") == "Bearer t");
  CHECK(wire->exhausted());
}

TEST_CASE_FIXTURE(Scripted, "waiting looks often at first and seldom later, and ends when the caller gives up") {
  for (int i = 0; i < 60; ++i) reply(200, job("Running"));
  reply(200, job("Canceled"));
  CHECK(JobsClient{session}.wait("j").value().status == model::JobStatus::canceled);
  CHECK(clock.waits().front() == 20ms);
  CHECK(clock.waits().back() > 100ms);
  for (auto wait : clock.waits()) CHECK(wait <= 2000ms);
  std::stop_source stop;
  stop.request_stop();
  CHECK(JobsClient{session}.wait("j", {}, {stop.get_token(), {}}).error().code() == Errc::cancelled);
}

TEST_CASE_FIXTURE(Scripted, "cancelling follows the operation to its end") {
  reply(202, nullptr, {{"Location", "https://arm.test/op"}, {"Retry-After", "1"}})
      .reply(202, nullptr, {{"Retry-After", "1"}})
      .reply(200, nullptr);
  CHECK(JobsClient{session}.cancel("j"));
  CHECK(line(0) == "POST jobs/j/cancel");
  reply(404, {{"error", {{"message", "no such job"}}}});
  CHECK(JobsClient{session}.cancel("x").error().to_string().find("job `x`") == 0);
}

TEST_CASE_FIXTURE(Scripted, "the log is fetched from where run history says, without our token") {
  discovery(*this);
  reply(200, {{"runId", "j"},
              {"logFiles",
               {{"logs/azureml/executionlogs.txt", "https://blob.test/e"},
                {"user_logs/std_log.txt", "https://blob.test/log?sig=x"}}}});
  wire->reply(200, "epoch 1\n");
  CHECK(JobsClient{session}.log("j").value() == "epoch 1\n");
  CHECK(sent(3).url == "https://blob.test/log?sig=x");
  CHECK(sent(3).headers.find("authorization") == nullptr);
  discovery(*this);
  reply(200, {{"runId", "j"}, {"logFiles", Json::object()}});
  CHECK(JobsClient{session}.log("j").error().code() == Errc::not_found);
}

TEST_CASE_FIXTURE(Scripted, "metrics come through MLflow at the workspace's own address") {
  discovery(*this);
  reply(200, {{"run",
               {{"data",
                 {{"metrics",
                   {{{"key", "auc"}, {"value", 0.75}, {"step", 2}, {"timestamp", "1700000000000"}},
                    {{"key", "worst"}, {"value", "NaN"}},
                    {{"key", "best"}, {"value", "Infinity"}}}}}}}}});
  auto const metrics = JobsClient{session}.metrics("j").value();
  REQUIRE(metrics.size() == 3);
  CHECK(metrics[0].value == 0.75);
  CHECK(metrics[0].timestamp_ms == 1700000000000);
  CHECK(metrics[1].value != metrics[1].value);
  CHECK(metrics[2].value > 1e300);
  CHECK(
      sent(2).url.starts_with("https://arm.test/mlflow/v1.0" + test::workspace + "/api/2.0/mlflow/runs/get?run_id=j"));
  discovery(*this);
  reply(200, {{"run", {{"data", Json::object()}}}});
  CHECK(JobsClient{session}.metrics("j").value().empty());
}

TEST_CASE_FIXTURE(Scripted, "children are jobs of their own") {
  discovery(*this);
  reply(200, {{"value", {run("j.a", "Failed")}}});
  auto const children = JobsClient{session}.children("j").value();
  REQUIRE(children.size() == 1);
  CHECK(children[0].type == "Command");
  CHECK(children[0].id == test::workspace + "/jobs/j.a");
}
