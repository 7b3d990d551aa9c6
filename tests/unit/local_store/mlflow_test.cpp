#include "local/tracking.hpp"
#include "workspace_fixture.hpp"

using namespace podium;
using testing::Client;
using testing::Json;

namespace {

struct Room {
  testing::TemporaryFolder folder;
  Client client{testing::open(folder.path())};
  std::string experiment = client.mlflow("POST", "experiments/create", {{"name", "demo"}}).body["experiment_id"];

  std::string run(Json tags = Json::array()) const {
    return client.mlflow("POST", "runs/create", {{"experiment_id", experiment}, {"start_time", 1000}, {"tags", tags}})
        .body["run"]["info"]["run_id"];
  }
};

}  // namespace

TEST_CASE("an experiment is made once and found by name and id") {
  Room room;
  auto const again = room.client.mlflow("POST", "experiments/create", {{"name", "demo"}});
  CHECK(again.status == 400);
  CHECK(again.body["error_code"] == "RESOURCE_ALREADY_EXISTS");
  CHECK(room.client.mlflow("GET", "experiments/get-by-name?experiment_name=demo").body["experiment"]["experiment_id"] ==
        room.experiment);
  auto const none = room.client.mlflow("GET", "experiments/get-by-name?experiment_name=none");
  CHECK(none.status == 404);
  CHECK(none.body["error_code"] == "RESOURCE_DOES_NOT_EXIST");
}

TEST_CASE("a run shows the latest value of each metric, and its history in order") {
  Room room;
  auto const run = room.run();
  for (int step = 0; step < 3; ++step)
    REQUIRE(
        room.client
            .mlflow("POST", "runs/log-metric",
                    {{"run_id", run}, {"key", "loss"}, {"value", 1.0 / (step + 1)}, {"timestamp", 5}, {"step", step}})
            .status == 200);
  REQUIRE(room.client
              .mlflow("POST", "runs/log-batch",
                      {{"run_id", run},
                       {"metrics", {{{"key", "odd"}, {"value", "NaN"}, {"timestamp", "7"}, {"step", "1"}}}},
                       {"params", {{{"key", "depth"}, {"value", "3"}}}},
                       {"tags", {{{"key", "owner"}, {"value", "blue"}}}}})
              .status == 200);
  auto const shown = room.client.mlflow("GET", "runs/get?run_id=" + run).body["run"];
  REQUIRE(shown["data"]["metrics"].size() == 2);
  CHECK(shown["data"]["metrics"][0] == Json{{"key", "loss"}, {"value", 1.0 / 3}, {"timestamp", 5}, {"step", 2}});
  CHECK(shown["data"]["metrics"][1]["value"] == "NaN");
  CHECK(shown["data"]["params"][0]["value"] == "3");
  auto const history =
      room.client.mlflow("GET", "metrics/get-history?run_id=" + run + "&metric_key=loss&max_results=2").body;
  CHECK(history["metrics"].size() == 2);
  CHECK(history["next_page_token"] == "2");
}

TEST_CASE("a parameter keeps its first value, and a bad batch changes nothing") {
  Room room;
  auto const run = room.run();
  REQUIRE(room.client.mlflow("POST", "runs/log-parameter", {{"run_id", run}, {"key", "a"}, {"value", "1"}}).status ==
          200);
  CHECK(room.client.mlflow("POST", "runs/log-parameter", {{"run_id", run}, {"key", "a"}, {"value", "1"}}).status ==
        200);
  auto const refused = room.client.mlflow(
      "POST", "runs/log-batch",
      {{"run_id", run}, {"params", {{{"key", "b"}, {"value", "1"}}, {{"key", "a"}, {"value", "2"}}}}});
  CHECK(refused.status == 400);
  CHECK(refused.body["error_code"] == "INVALID_PARAMETER_VALUE");
  CHECK(room.client.mlflow("GET", "runs/get?run_id=" + run).body["run"]["data"]["params"].size() == 1);
}

TEST_CASE("runs are found by what they measured") {
  Room room;
  std::vector<std::string> runs;
  for (double const auc : {0.6, 0.9, 0.7}) {
    runs.push_back(room.run({{{"key", "kind"}, {"value", auc > 0.65 ? "good" : "bad"}}}));
    REQUIRE(room.client.mlflow("POST", "runs/log-metric", {{"run_id", runs.back()}, {"key", "auc"}, {"value", auc}})
                .status == 200);
  }
  auto const search = [&](std::string const& filter, Json order) {
    return room.client.mlflow("POST", "runs/search",
                              {{"experiment_ids", {room.experiment}}, {"filter", filter}, {"order_by", order}});
  };
  auto const found = search("metrics.auc > 0.65 and tags.kind = 'good'", {"metrics.auc DESC"}).body["runs"];
  REQUIRE(found.size() == 2);
  CHECK(found[0]["info"]["run_id"] == runs[1]);
  CHECK(search("attributes.status = 'RUNNING'", Json::array()).body["runs"].size() == 3);
  CHECK(search("params.none = 'x'", Json::array()).body["runs"].empty());
  for (auto const* bad :
       {"metrics.auc >", "or", "metrics.auc = 'x'", "nonsense.x = 1", "tags.a = 'b' or tags.c = 'd'", "'"}) {
    CAPTURE(bad);
    CHECK(search(bad, Json::array()).status == 400);
  }
}

TEST_CASE("artifacts are files below the run, and cannot leave it") {
  Room room;
  auto const run = room.run();
  auto const base = "/api/2.0/mlflow-artifacts/artifacts";
  auto const root = room.experiment + "/" + run + "/artifacts";
  CHECK(room.client.raw("PUT", base + ("/" + root + "/folder/a.csv"), "1,2").status == 200);
  CHECK(std::filesystem::exists(room.folder.path() / "datastores/workspaceartifactstore/ExperimentRun" /
                                ("dcid." + run) / "folder/a.csv"));
  CHECK(room.client.raw("GET", base + ("/" + root + "/folder/a.csv")).raw.body == "1,2");
  auto const files = room.client.raw("GET", base + ("?path=" + root)).body["files"];
  REQUIRE(files.size() == 1);
  CHECK(files[0] == Json{{"path", "folder"}, {"is_dir", true}});
  CHECK(room.client.mlflow("GET", "artifacts/list?run_id=" + run + "&path=folder").body["files"][0]["path"] ==
        "folder/a.csv");
  CHECK(room.client.raw("PUT", base + ("/" + root + "/%2e%2e/%2e%2e/x"), "1").status == 400);
  CHECK(room.client.raw("GET", base + ("/" + root + "/none")).status == 404);
}

TEST_CASE("a registered model is a model of the workspace") {
  Room room;
  auto const run = room.run();
  auto const logged = room.client
                          .mlflow("POST", "logged-models",
                                  {{"experiment_id", room.experiment}, {"name", "model"}, {"source_run_id", run}})
                          .body["model"]["info"];
  CHECK(logged["status"] == "LOGGED_MODEL_PENDING");
  auto const id = logged["model_id"].get<std::string>();
  CHECK(room.client.mlflow("PATCH", "logged-models/" + id, {{"status", "LOGGED_MODEL_READY"}})
            .body["model"]["info"]["status"] == "LOGGED_MODEL_READY");
  REQUIRE(room.client.mlflow("POST", "registered-models/create", {{"name", "fraud"}}).status == 200);
  auto const version =
      room.client
          .mlflow("POST", "model-versions/create", {{"name", "fraud"}, {"source", "models:/" + id}, {"model_id", id}})
          .body["model_version"];
  CHECK(version["version"] == "1");
  CHECK(room.client.ask("GET", "models/fraud/versions/1").body["properties"]["modelType"] == "mlflow_model");
  CHECK(room.client.mlflow("GET", "model-versions/get-download-uri?name=fraud&version=1").body["artifact_uri"] ==
        "models:/" + id);
}

TEST_CASE("no body brings MLflow's routes down") {
  Room room;
  for (auto const* what : {"experiments/create", "runs/create", "runs/update", "runs/search", "runs/log-metric",
                           "runs/log-batch", "runs/set-tag", "runs/log-model", "runs/outputs", "logged-models",
                           "registered-models/create", "model-versions/create", "nothing/here"})
    for (auto const* body : {"", "{", "[]", "{\"run_id\": 5, \"key\": [], \"value\": {}}",
                             "{\"metrics\": [1, null], \"params\": [3], \"run_id\": \"x\"}", "\xff"}) {
      auto const reply = room.client.raw("POST", std::string{"/api/2.0/mlflow/"} + what, body);
      CAPTURE(what);
      CAPTURE(body);
      CHECK(reply.status < 500);
      if (reply.status >= 400) CHECK(reply.body["error_code"].is_string());
    }
}
