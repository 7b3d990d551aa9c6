#include "local/scoring.hpp"

#include "support.hpp"

#include <future>

using namespace podium;
using namespace podium::local;
using namespace run_test;

namespace {

struct Fixture : Stored {
  std::unique_ptr<Scoring> scoring = make();

  std::unique_ptr<Scoring> make() {
    return std::make_unique<Scoring>(Scoring::Wiring{
        *store,
        {},
        {.endpoint = "https://podium.local", .subscription_id = "s", .resource_group = "g", .workspace_name = "w"},
        {}});
  }

  Fixture() { traffic({{"blue", 100}}); }

  void traffic(Json shares, Json mirror = Json::object()) {
    store
        ->put("onlineEndpoints/e",
              {{"properties",
                {{"authMode", "Key"}, {"traffic", std::move(shares)}, {"mirrorTraffic", std::move(mirror)}}}})
        .value();
    REQUIRE(store->set_secret("onlineEndpoints/e/primaryKey", "k1"));
    REQUIRE(store->set_secret("onlineEndpoints/e/secondaryKey", "k2"));
  }

  Result<void> deploy(std::string const& name, std::string const& script, Json more = Json::object(),
                      int instances = 1) {
    Json properties{{"codeConfiguration",
                     {{"codeId", code("code-" + name, {{"score.py", script}})}, {"scoringScript", "score.py"}}},
                    {"dataCollector", {{"collections", {{"model_outputs", {{"dataCollectionMode", "Enabled"}}}}}}}};
    properties.update(more);
    store
        ->put("onlineEndpoints/e/deployments/" + name, {{"sku", {{"capacity", instances}}}, {"properties", properties}})
        .value();
    return scoring->deploy("e", name);
  }

  std::future<http::Response> send(std::string body, http::Headers headers = {{"authorization", "Bearer k1"}},
                                   std::string method = "POST",
                                   std::string url = "https://podium.local/endpoints/e/score") {
    auto promise = std::make_shared<std::promise<http::Response>>();
    scoring->score("e", {std::move(method), std::move(url), std::move(headers), std::move(body)},
                   [promise](http::Response response) { promise->set_value(std::move(response)); });
    return promise->get_future();
  }
  http::Response score(std::string body, http::Headers headers = {{"authorization", "Bearer k1"}}) {
    return send(std::move(body), std::move(headers)).get();
  }

  std::vector<Json> collected(std::string const& deployment) const {
    std::vector<Json> out;
    auto const root = blob("modelDataCollector/e/" + deployment + "/model_outputs");
    if (fs::exists(root))
      for (auto const& entry : fs::recursive_directory_iterator{root}) {
        if (!entry.is_regular_file()) continue;
        std::istringstream lines{read(entry.path())};
        for (std::string line; std::getline(lines, line);) out.push_back(Json::parse(line));
      }
    return out;
  }
};

constexpr auto echo = R"(
import json
def init():
    global n
    n = 0
def run(data):
    return {"got": json.loads(data)}
)";

http::Headers with_id(std::string id) {
  return {{"authorization", "Bearer k1"}, {"x-ms-client-request-id", std::move(id)}};
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a request is answered by the script, with the headers of the front door") {
  REQUIRE(deploy("blue", echo));
  auto const reply = score("[1, 2]", with_id("r1"));
  CHECK(reply.status == 200);
  CHECK(Json::parse(reply.body) == Json{{"got", {1, 2}}});
  CHECK(reply.headers.get("content-type") == "application/json");
  CHECK(reply.headers.get("azureml-model-deployment") == "blue");
  CHECK(reply.headers.get("x-ms-client-request-id") == "r1");
  CHECK_FALSE(reply.headers.get("x-ms-request-id").empty());
  CHECK_FALSE(reply.headers.get("x-ms-run-fn-exec-ms").empty());
  auto const lines = collected("blue");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0]["specversion"] == "1.0");
  CHECK(lines[0]["type"] == "azureml.inference.model_outputs");
  CHECK(lines[0]["xrequestid"] == "r1");
  CHECK(lines[0]["data"] == Json{{"got", {1, 2}}});
  CHECK(lines[0]["podium"]["status"] == 200);
  CHECK(lines[0]["podium"]["mirrored"] == false);
}

TEST_CASE_FIXTURE(Fixture, "a GET is given its query, and large bodies arrive whole") {
  REQUIRE(deploy("blue", echo));
  auto const reply =
      send("", {{"authorization", "Bearer k1"}}, "GET", "https://podium.local/endpoints/e/score?a=1&b=x&a=2").get();
  CHECK(Json::parse(reply.body) == Json{{"got", {{"a", {1, 2}}, {"b", "x"}}}});
  std::string const large(3 << 20, 'z');
  auto const big = score("\"" + large + "\"");
  CHECK(big.status == 200);
  CHECK(Json::parse(big.body)["got"] == large);
}

TEST_CASE_FIXTURE(Fixture, "keys are asked for, and either of them opens") {
  REQUIRE(deploy("blue", echo));
  CHECK(score("1", {}).status == 401);
  CHECK(score("1", {{"authorization", "Bearer nope"}}).status == 401);
  CHECK(score("1", {{"authorization", "k1"}}).status == 401);
  CHECK(score("1", {{"authorization", "bearer k2"}}).status == 200);
}

TEST_CASE_FIXTURE(Fixture, "a header picks the deployment, and no share means 404") {
  REQUIRE(deploy("blue", echo));
  REQUIRE(deploy("green", echo));
  traffic({{"blue", 100}}, {{"green", 50}});
  for (int i = 0; i < 40; ++i) {
    auto headers = with_id("r" + std::to_string(i));
    headers.set("azureml-model-deployment", "blue");
    CHECK(score("1", headers).headers.get("azureml-model-deployment") == "blue");
  }
  CHECK(collected("green").empty());  // who names a deployment is not mirrored
  auto headers = with_id("x");
  headers.set("azureml-model-deployment", "green");
  CHECK(score("1", headers).headers.get("azureml-model-deployment") == "green");
  headers.set("azureml-model-deployment", "nope");
  CHECK(score("1", headers).status == 404);
  traffic({{"blue", 0}});
  CHECK(score("1").status == 404);
}

TEST_CASE_FIXTURE(Fixture, "the mirror hears requests, and only the live reply goes back") {
  REQUIRE(deploy("blue", "def init(): pass\ndef run(data): return 'blue'\n"));
  REQUIRE(deploy("green",
                 "def init(): pass\ndef run(data):\n    if data == '7': raise ValueError('no')\n    return 'green'\n"));
  traffic({{"blue", 100}}, {{"green", 50}});
  for (int i = 0; i < 200; ++i)
    CHECK(score(std::to_string(i % 10), with_id("r" + std::to_string(i))).body == "\"blue\"");
  until([&] { return collected("green").size() > 60; });
  for (auto const& line : collected("green")) {
    CHECK(line["podium"]["mirrored"] == true);
    auto const failed = line["xrequestid"].get<std::string>().back() == '7';
    CHECK(line["podium"]["status"] == (failed ? 424 : 200));
    CHECK(line["data"] == (failed ? Json{} : Json("green")));
  }
  CHECK(collected("blue").size() == 200);
}

TEST_CASE_FIXTURE(Fixture, "an exception in run is a 424 that tells no details, and the log has them") {
  REQUIRE(deploy("blue", "def init(): print('ready to serve')\ndef run(data): raise ValueError('inner secret')\n"));
  auto const reply = score("1");
  CHECK(reply.status == 424);
  CHECK(reply.headers.get("ms-azureml-model-error-statuscode") == "500");
  CHECK(reply.headers.get("ms-azureml-model-error-reason") == "model_error");
  CHECK(reply.body.find("secret") == std::string::npos);
  auto const log = scoring->logs("e", "blue", 100).value();
  CHECK(log.find("ready to serve") != std::string::npos);
  CHECK(log.find("ValueError: inner secret") != std::string::npos);
  CHECK(scoring->logs("e", "blue", 1).value() == "ValueError: inner secret\n");
  CHECK(collected("blue").at(0)["podium"]["model_status"] == 500);
}

TEST_CASE_FIXTURE(Fixture, "a script that cannot start is refused with the reason from its log") {
  auto refusal = [&](std::string const& script) {
    auto const result = deploy("blue", script);
    return result ? std::string{"deployed"} : result.error().to_string();
  };
  auto const failed = refusal("def init(): raise RuntimeError('no model here')\ndef run(data): pass\n");
  CHECK(failed.find("exit code 3") != std::string::npos);
  CHECK(failed.find("RuntimeError: no model here") != std::string::npos);
  CHECK(refusal("def init(): pass\n").find("has no run()") != std::string::npos);
  CHECK(refusal("import nothing_like_it\n").find("nothing_like_it") != std::string::npos);
  CHECK(refusal("import functools\ndef w(f):\n    @functools.wraps(f)\n    def g(*a): return f(*a)\n    return g\n"
                "def init(): pass\n@w\ndef run(data): pass\n")
            .find("not supported") != std::string::npos);
  CHECK(refusal("def init(): pass\ndef run(*data): pass\n").find("run() must take the body") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "the script has its environment, its model and the headers it asks for") {
  write(blob("m/model/weights.txt"), "w");
  store
      ->put("models/fraud/versions/7",
            {{"properties", {{"modelUri", "azureml://datastores/workspaceblobstore/paths/m/model"}}}})
      .value();
  REQUIRE(deploy("blue", R"(
import os
def init(): pass
def run(data, request_headers):
    folder = os.environ["AZUREML_MODEL_DIR"]
    return [os.environ["MINE"], folder.split("/")[-3:], open(folder + "/model/weights.txt").read(), request_headers["x-mine"],
            "authorization" in request_headers]
)",
                 {{"model", workspace_id() + "/models/fraud/versions/7"}, {"environmentVariables", {{"MINE", "1"}}}}));
  auto headers = with_id("r");
  headers.set("x-mine", "yes");
  CHECK(Json::parse(score("1", headers).body) == Json{"1", {"azureml-models", "fraud", "7"}, "w", "yes", false});
}

TEST_CASE_FIXTURE(Fixture, "a worker that dies is replaced once; one that dies again leaves the deployment without") {
  REQUIRE(
      deploy("blue", "import os\ndef init(): pass\ndef run(data):\n    if data == 'die': os._exit(9)\n    return 1\n"));
  CHECK(score("1").status == 200);
  CHECK(score("die").status == 502);
  CHECK(score("1").status == 200);
  CHECK(score("die").status == 502);
  until([&] { return score("1").status == 503; });
  REQUIRE(deploy("blue", echo));  // and can be put right
  CHECK(score("1").status == 200);
}

TEST_CASE_FIXTURE(Fixture, "a slow script is a 408, also for who waits behind it") {
  auto const gate = folder.path / "gate";
  REQUIRE(
      deploy("blue",
             "import os, time\ndef init(): pass\ndef run(data):\n    while data == 'wait' and not os.path.exists('" +
                 gate.string() + "'): time.sleep(.005)\n    return 1\n",
             {{"requestSettings", {{"requestTimeout", "PT0.2S"}, {"maxConcurrentRequestsPerInstance", 4}}}}));
  auto first = send("wait");
  auto second = send("1");
  CHECK(first.get().status == 408);
  CHECK(second.get().status == 408);
  write(gate, "");
  until([&] { return score("1").status == 200; });
}

TEST_CASE_FIXTURE(Fixture, "more in flight than allowed is a 429") {
  auto const gate = folder.path / "gate";
  REQUIRE(deploy("blue",
                 "import os, time\ndef init(): pass\ndef run(data):\n    while not os.path.exists('" + gate.string() +
                     "'): time.sleep(.005)\n    return 1\n",
                 {{"requestSettings", {{"requestTimeout", "PT60S"}}}}));
  auto first = send("1"), second = send("1");
  CHECK(score("1").status == 429);
  write(gate, "");
  CHECK(first.get().status == 200);
  CHECK(second.get().status == 200);
}

TEST_CASE_FIXTURE(Fixture, "two instances answer side by side") {
  auto const gate = folder.path / "gate";
  REQUIRE(deploy("blue",
                 "import os, time\ndef init(): pass\ndef run(data):\n    if data == 'open': open('" + gate.string() +
                     "', 'w')\n    while not os.path.exists('" + gate.string() + "'): time.sleep(.005)\n    return 1\n",
                 {{"requestSettings", {{"requestTimeout", "PT60S"}}}}, 2));
  auto first = send("wait");
  CHECK(score("open").status == 200);
  CHECK(first.get().status == 200);
}

TEST_CASE_FIXTURE(Fixture, "a workspace that is opened again serves its deployments from the first request on") {
  REQUIRE(deploy("blue", echo));
  scoring.reset();
  CHECK(fs::is_empty(folder.path / "runs/serving/e/blue"));
  scoring = make();
  CHECK(score("1").status == 200);
  REQUIRE(scoring->remove("e", ""));
}

TEST_CASE_FIXTURE(Fixture, "NaN in an answer is passed on, and recorded as text") {
  REQUIRE(deploy("blue", "def init(): pass\ndef run(data): return [float('nan')]\n"));
  CHECK(score("1").body == "[NaN]");
  CHECK(collected("blue").at(0)["data"] == "[NaN]");
}

TEST_CASE_FIXTURE(Fixture, "one worker answers thousands of requests a second") {
  REQUIRE(deploy("blue", echo));
  int const count = std::getenv("PODIUM_MEASURE") != nullptr ? 20000 : 500;
  auto const begin = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) REQUIRE(score("[1, 2, 3, 4, 5, 6, 7, 8]").status == 200);
  std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begin;
  MESSAGE(static_cast<int>(count / took.count()), " requests a second");
}
