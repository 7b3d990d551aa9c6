#include "podium/clients/endpoints.hpp"

#include "unit/clients/support.hpp"

using namespace podium;
using namespace std::chrono_literals;
using test::Json;
using test::Scripted;

namespace {

Json endpoint(Json traffic, Json mirror = Json::object(), std::string const& state = "Succeeded") {
  return {{"id", test::workspace + "/onlineEndpoints/e"},
          {"name", "e"},
          {"location", "westeurope"},
          {"systemData", {{"createdAt", "x"}}},
          {"identity", {{"type", "SystemAssigned"}, {"principalId", "p"}}},
          {"futureField", {1, 2}},
          {"properties",
           {{"authMode", "Key"},
            {"traffic", std::move(traffic)},
            {"mirrorTraffic", std::move(mirror)},
            {"scoringUri", "https://score.test/e/score"},
            {"provisioningState", state},
            {"anotherField", "kept"},
            {"properties", Json::object()}}}};
}

}  // namespace

TEST_CASE_FIXTURE(Scripted, "an endpoint is put with the workspace's location, waited for and read") {
  reply(200, test::workspace_body())
      .reply(201, endpoint(Json::object(), Json::object(), "Creating"),
             {{"Azure-AsyncOperation", "https://arm.test/op"}})
      .reply(200, {{"status", "Succeeded"}})
      .reply(200, endpoint({{"blue", 100}}));
  auto operation = EndpointsClient{session}.begin_put({.id = {},
                                                       .name = "e",
                                                       .description = {},
                                                       .auth_mode = "key",
                                                       .traffic = {{"blue", 100}, {"green", 0}},
                                                       .mirror_traffic = {},
                                                       .scoring_uri = {},
                                                       .provisioning_state = {},
                                                       .tags = {{"a", "b"}},
                                                       .properties = {}});
  auto const made = operation.value().wait().value();
  CHECK(made.scoring_uri == "https://score.test/e/score");
  CHECK(made.auth_mode == "key");
  CHECK(body(1) == Json{{"location", "westeurope"},
                        {"tags", {{"a", "b"}}},
                        {"identity", {{"type", "SystemAssigned"}}},
                        {"properties",
                         {{"authMode", "Key"},
                          {"properties", Json::object()},
                          {"traffic", {{"blue", 100}}},
                          {"mirrorTraffic", Json::object()}}}});
}

TEST_CASE_FIXTURE(Scripted, "a change of traffic sends everything else back as it was, and looks afterwards") {
  reply(200, endpoint({{"blue", 100}}))
      .reply(200, endpoint({{"blue", 90}, {"green", 10}}, {{"green", 5}}))
      .reply(200, endpoint({{"blue", 90}, {"green", 10}, {"old", 0}}, {{"green", 5}}));
  auto const now =
      EndpointsClient{session}.set_traffic("e", {{"blue", 90}, {"green", 10}, {"old", 0}}, {{"green", 5}}).value();
  CHECK(now.traffic.at("green") == 10);
  auto const sent_back = body(1);
  CHECK(sent_back["properties"]["traffic"] == Json{{"blue", 90}, {"green", 10}});
  CHECK(sent_back["properties"]["mirrorTraffic"] == Json{{"green", 5}});
  CHECK(sent_back["properties"]["anotherField"] == "kept");
  CHECK(sent_back["futureField"] == Json{1, 2});
  CHECK(sent_back["identity"]["principalId"] == "p");
  CHECK_FALSE(sent_back.contains("systemData"));
}

TEST_CASE_FIXTURE(Scripted,
                  "traffic that somebody else changed meanwhile is a conflict, nonsense is refused before it is sent") {
  reply(200, endpoint({{"blue", 100}}))
      .reply(200, endpoint({{"blue", 50}, {"green", 50}}))
      .reply(200, endpoint({{"blue", 100}}));
  CHECK(EndpointsClient{session}.set_traffic("e", {{"blue", 50}, {"green", 50}}, {}).error().code() == Errc::conflict);
  CHECK(EndpointsClient{session}.set_traffic("e", {{"blue", 50}}, {}).error().code() == Errc::invalid_argument);
  CHECK(EndpointsClient{session}.set_traffic("e", {{"blue", -50}, {"green", 150}}, {}).error().code() ==
        Errc::invalid_argument);
  CHECK(wire->requests().size() == 3);
}

TEST_CASE("whichever step of a change of traffic fails, the caller is told") {
  for (int failing = 0; failing < 3; ++failing) {
    CAPTURE(failing);
    Scripted s;
    for (int i = 0; i < failing; ++i) s.reply(200, endpoint({{"blue", 100}}));
    s.wire->fail(Errc::unavailable);
    auto const failed = EndpointsClient{s.session}.set_traffic("e", {{"blue", 100}}, {});
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code() == Errc::unavailable);
    CHECK(failed.error().to_string().find("endpoint `e`") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(Scripted, "keys, lists and removal") {
  reply(200, {{"primaryKey", "one"}, {"secondaryKey", "two"}});
  CHECK(EndpointsClient{session}.keys("e").value().secondary == "two");
  CHECK(line(0) == "POST onlineEndpoints/e/listKeys");
  reply(200, {{"value", {endpoint(nullptr)}}});
  CHECK(EndpointsClient{session}.list().value()[0].traffic.empty());
  reply(202, nullptr, {{"Location", "https://arm.test/op"}}).reply(200, nullptr);
  CHECK(EndpointsClient{session}.remove("e"));
  reply(204, nullptr);
  CHECK(EndpointsClient{session}.remove("e"));
  reply(404, {{"error", {{"message", "none"}}}});
  CHECK(EndpointsClient{session}.get("x").error().code() == Errc::not_found);
}

TEST_CASE_FIXTURE(Scripted, "a deployment is put, decoded, and its failure carries the reason") {
  model::Deployment green;
  green.name = "green";
  green.endpoint = "e";
  green.model = "azureml:delays:2";
  green.code = test::workspace + "/codes/c/versions/1";
  green.scoring_script = "score.py";
  green.environment = "env:1";
  green.instance_count = 2;
  green.max_concurrent_requests = 4;
  green.request_timeout_ms = 2500;
  green.collect_inputs = true;
  Json answered{{"id", "x"},
                {"name", "green"},
                {"sku", {{"capacity", 2}}},
                {"properties",
                 {{"model", "m"},
                  {"provisioningState", "Succeeded"},
                  {"requestSettings", {{"requestTimeout", "PT1M2.5S"}}},
                  {"dataCollector", {{"collections", {{"model_inputs", {{"dataCollectionMode", "Enabled"}}}}}}}}}};
  reply(200, test::workspace_body()).reply(201, answered);
  auto const made = DeploymentsClient{session}.begin_put(green).value().wait().value();
  CHECK(made.endpoint == "e");
  CHECK(made.instance_count == 2);
  CHECK(made.request_timeout_ms == 62500);
  CHECK(made.collect_inputs);
  CHECK_FALSE(made.collect_outputs);
  CHECK(line(1) == "PUT onlineEndpoints/e/deployments/green");
  auto const properties = body(1)["properties"];
  CHECK(properties["model"] == test::workspace + "/models/delays/versions/2");
  CHECK(properties["codeConfiguration"] ==
        Json{{"codeId", test::workspace + "/codes/c/versions/1"}, {"scoringScript", "score.py"}});
  CHECK(properties["requestSettings"] == Json{{"maxConcurrentRequestsPerInstance", 4}, {"requestTimeout", "PT2.5S"}});
  CHECK(properties["dataCollector"]["collections"] == Json{{"model_inputs", {{"dataCollectionMode", "Enabled"}}}});
  CHECK(body(1)["sku"] == Json{{"name", "Default"}, {"capacity", 2}});

  reply(200, test::workspace_body())
      .reply(201, {{"properties", {{"provisioningState", "Creating"}}}},
             {{"Azure-AsyncOperation", "https://arm.test/op"}})
      .reply(200, {{"status", "Failed"},
                   {"error", {{"code", "UserScriptException"}, {"message", "init() raised KeyError"}}}});
  auto failing = DeploymentsClient{session}.begin_put(green).value();
  auto const failed = failing.wait();
  CHECK(failed.error().code() == Errc::failed);
  CHECK(failed.error().message() == "init() raised KeyError");
}

TEST_CASE_FIXTURE(Scripted, "logs, list and removal of deployments") {
  reply(200, {{"content", "line\n"}});
  CHECK(DeploymentsClient{session}.logs("e", "green", 7).value() == "line\n");
  CHECK(body(0)["tail"] == 7);
  reply(200, {{"value", {{{"name", "green"}, {"properties", Json::object()}}}}});
  CHECK(DeploymentsClient{session}.list("e").value()[0].name == "green");
  reply(200, {{"name", "green"}, {"properties", {{"provisioningState", "Updating"}}}});
  CHECK(DeploymentsClient{session}.get("e", "green").value().provisioning_state == "Updating");
  reply(204, nullptr);
  CHECK(DeploymentsClient{session}.remove("e", "green"));
}

TEST_CASE_FIXTURE(Scripted, "scoring sends the endpoint's key, never our token, and every status is an observation") {
  ScoringClient const scoring{session, "https://arm.test/endpoints/e/score", "the-key"};
  wire->reply(200, "[1]", {{"azureml-model-deployment", "green"}})
      .reply(503, "down", {{"Retry-After", "9"}})
      .fail(Errc::unavailable);
  auto const first = scoring.invoke("{}", "request-1", "green").value();
  CHECK(first.deployment == "green");
  CHECK(first.body == "[1]");
  CHECK(sent(0).headers.get("authorization") == "Bearer the-key");
  CHECK(sent(0).headers.get("x-ms-client-request-id") == "request-1");
  CHECK(sent(0).headers.get("azureml-model-deployment") == "green");
  CHECK(scoring.invoke("{}").value().status == 503);
  CHECK(scoring.invoke("{}").error().code() == Errc::unavailable);
  CHECK(sent(1).headers.find("azureml-model-deployment") == nullptr);
  CHECK(wire->requests().size() == 3);
  CHECK(clock.waits().empty());
}
