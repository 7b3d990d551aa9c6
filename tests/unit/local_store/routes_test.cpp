#include "workspace_fixture.hpp"

using namespace podium;
using testing::Client;
using testing::Json;

namespace {

Json environment(std::string const& image) {
  return {{"properties", {{"image", image}, {"tags", {{"owner", "blue"}}}}}};
}

struct Room {
  testing::TemporaryFolder folder;
  Client client{testing::open(folder.path())};
};

}  // namespace

TEST_CASE("the workspace shows itself, and only itself") {
  Room room;
  auto const self = room.client.raw("GET", room.client.id() + "?api-version=2024-10-01");
  REQUIRE(self.status == 200);
  CHECK(self.body["name"] == "podium");
  CHECK(self.body["properties"]["discoveryUrl"] == "https://podium.local/discovery");
  CHECK(!self.raw.headers.get("x-ms-request-id").empty());
  CHECK(room.client.raw("GET", "/discovery").body["api"] == "https://podium.local");

  auto const other =
      room.client.raw("GET",
                      "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/"
                      "Microsoft.MachineLearningServices/workspaces/another?api-version=1");
  CHECK(other.status == 404);
  CHECK(other.body["error"]["code"] == "ResourceNotFound");
  CHECK(room.client.raw("GET", room.client.id()).body["error"]["code"] == "MissingApiVersionParameter");
}

TEST_CASE("an environment version is counted up, and cannot change what it is made of") {
  Room room;
  CHECK(room.client.ask("GET", "environments/e").status == 404);
  auto const first = room.client.ask("PUT", "environments/e/versions/1", environment("image:1"));
  REQUIRE(first.status == 201);
  CHECK(first.body["id"] == room.client.id() + "/environments/e/versions/1");
  CHECK(first.body["properties"]["tags"]["owner"] == "blue");
  CHECK(first.body["type"] == "Microsoft.MachineLearningServices/workspaces/environments/versions");
  CHECK(room.client.ask("PUT", "environments/e/versions/1", environment("image:1")).status == 200);
  CHECK(room.client.ask("PUT", "environments/e/versions/1", environment("image:2")).status == 409);
  CHECK(room.client.ask("PUT", "ENVIRONMENTS/E/versions/2", environment("image:2")).status == 201);
  auto const container = room.client.ask("GET", "environments/e");
  CHECK(container.body["properties"]["latestVersion"] == "2");
  CHECK(container.body["properties"]["nextVersion"] == "3");
  auto const newest = room.client.ask("GET", "environments/e/versions?$orderBy=createdtime%20desc&$top=1");
  REQUIRE(newest.body["value"].size() == 1);
  CHECK(newest.body["value"][0]["name"] == "2");
  CHECK(newest.body["nextLink"].is_null());
  CHECK(room.client.ask("GET", "environments/e/labels/latest").body["name"] == "2");
}

TEST_CASE("long lists come in pages whose links lead to the rest") {
  Room room;
  for (int i = 0; i < 130; ++i)
    REQUIRE(room.client.ask("PUT", "environments/e/versions/" + std::to_string(i), environment("i")).status == 201);
  auto const first = room.client.ask("GET", "environments/e/versions?listViewType=ActiveOnly");
  CHECK(first.body["value"].size() == 100);
  auto const next = first.body["nextLink"].get<std::string>();
  REQUIRE(next.starts_with("https://podium.local/"));
  auto const second = room.client.raw("GET", next.substr(20));
  CHECK(second.body["value"].size() == 30);
  CHECK(second.body["nextLink"].is_null());
}

TEST_CASE("an archived version leaves the list and comes back with the right view") {
  Room room;
  REQUIRE(room.client.ask("PUT", "environments/e/versions/1", environment("i")).status == 201);
  auto body = room.client.ask("GET", "environments/e/versions/1").body;
  body["properties"]["isArchived"] = true;
  REQUIRE(room.client.ask("PUT", "environments/e/versions/1", body).status == 200);
  CHECK(room.client.ask("GET", "environments/e/versions").body["value"].empty());
  CHECK(room.client.ask("GET", "environments/e/versions?listViewType=ArchivedOnly").body["value"].size() == 1);
  CHECK(room.client.ask("GET", "environments/e/versions?listViewType=All").body["value"].size() == 1);
}

TEST_CASE("a data asset keeps its path, however that is spelled") {
  Room room;
  Json const data{
      {"properties", {{"dataType", "uri_folder"}, {"dataUri", "azureml://datastores/workspaceblobstore/paths/a/"}}}};
  REQUIRE(room.client.ask("PUT", "data/d/versions/1", data).status == 201);
  auto same = data;
  same["properties"]["dataUri"] =
      "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/workspaceblobstore/paths/a";
  CHECK(room.client.ask("PUT", "data/d/versions/1", same).status == 200);
  auto other = data;
  other["properties"]["dataUri"] = "azureml://datastores/workspaceblobstore/paths/b";
  auto const refused = room.client.ask("PUT", "data/d/versions/1", other);
  CHECK(refused.status == 400);
  CHECK(refused.body["error"]["code"] == "UserError");
  CHECK(refused.body["error"]["message"] == "Asset paths cannot be updated.");
}

TEST_CASE("code is found again by its content, under any name") {
  Room room;
  CHECK(room.client.ask("GET", "codes/none/versions?hash=abc&hashVersion=202208").body["value"] == Json::array());
  auto const upload = room.client.ask("POST", "codes/c/versions/1/startPendingUpload",
                                      Json{{"pendingUploadType", "TemporaryBlobReference"}});
  auto const blob_uri = upload.body["blobReferenceForConsumption"]["blobUri"].get<std::string>();
  Json const code{
      {"properties",
       {{"codeUri", blob_uri + "/src"}, {"properties", {{"hash_sha256", "abc"}, {"hash_version", 202208}}}}}};
  REQUIRE(room.client.ask("PUT", "codes/c/versions/1", code).status == 201);
  auto const found = room.client.ask("GET", "codes/other/versions?hash=abc&hashVersion=202208").body["value"];
  REQUIRE(found.size() == 1);
  CHECK(found[0]["id"] == room.client.id() + "/codes/c/versions/1");
  CHECK(found[0]["properties"]["codeUri"] == blob_uri + "/src");
}

TEST_CASE("secrets are given when asked for, and never shown otherwise") {
  Room room;
  auto const shown = room.client.ask("GET", "datastores/workspaceblobstore");
  CHECK(shown.body["properties"]["isDefault"] == true);
  auto const key = room.client.ask("POST", "datastores/workspaceblobstore/listSecrets").body["key"].get<std::string>();
  CHECK(key.size() > 20);
  CHECK(shown.raw.body.find(key) == std::string::npos);
  CHECK(room.client.ask("GET", "datastores?isDefault=true&count=30").body["value"].size() == 1);

  Json const mine{
      {"properties",
       {{"datastoreType", "AzureBlob"},
        {"accountName", "a"},
        {"containerName", "c"},
        {"credentials",
         {{"credentialsType", "AccountKey"}, {"secrets", {{"secretsType", "AccountKey"}, {"key", "hush"}}}}}}}};
  auto const put = room.client.ask("PUT", "datastores/mine", mine);
  REQUIRE(put.status == 201);
  CHECK(put.raw.body.find("hush") == std::string::npos);
  CHECK(room.client.ask("POST", "datastores/mine/listSecrets").body["key"] == "hush");
}

TEST_CASE("an endpoint's traffic must go to deployments that are there, in whole shares") {
  Room room;
  auto const put = [&](Json const& properties) {
    return room.client.ask("PUT", "onlineEndpoints/scorer", Json{{"properties", properties}});
  };
  REQUIRE(put({{"authMode", "key"}}).status == 201);
  auto const shown = room.client.ask("GET", "onlineEndpoints/scorer").body["properties"];
  CHECK(shown["authMode"] == "Key");
  CHECK(shown["provisioningState"] == "Succeeded");
  CHECK(shown["scoringUri"] == "https://podium.local/endpoints/scorer/score");
  CHECK(put({{"authMode", "Key"}, {"traffic", {{"blue", 100}}}}).status == 400);
  CHECK(put({{"authMode", "Key"}, {"traffic", {{"blue", "lots"}}}}).status == 400);
  CHECK(put({{"authMode", "password"}}).status == 400);
  CHECK(room.client.ask("PUT", "onlineEndpoints/x", Json{{"properties", Json::object()}}).status == 400);

  auto const keys = room.client.ask("POST", "onlineEndpoints/scorer/listKeys").body;
  CHECK(keys["primaryKey"] != keys["secondaryKey"]);
  auto const same = room.client.ask("POST", "onlineEndpoints/scorer/regenerateKeys",
                                    Json{{"keyType", "Primary"}, {"keyValue", keys["primaryKey"]}});
  CHECK(same.body["primaryKey"] == keys["primaryKey"]);
  CHECK(room.client.ask("POST", "onlineEndpoints/scorer/regenerateKeys", Json{{"keyType", "Primary"}})
            .body["primaryKey"] != keys["primaryKey"]);
  CHECK(room.client.ask("DELETE", "onlineEndpoints/scorer").status == 200);
  CHECK(room.client.ask("DELETE", "onlineEndpoints/scorer").status == 204);
}

TEST_CASE("what is not carried out here says so with a code") {
  Room room;
  for (auto const* what : {"schedules/s", "batchEndpoints/b", "connections/c"}) {
    auto const refused = room.client.ask("PUT", what, Json{{"properties", Json::object()}});
    CHECK(refused.status == 400);
    CHECK(refused.body["error"]["code"] == "NotSupportedLocally");
  }
  auto const sweep = room.client.ask("PUT", "jobs/s", Json{{"properties", {{"jobType", "Sweep"}}}});
  CHECK(sweep.body["error"]["code"] == "NotSupportedLocally");
  CHECK(room.client.ask("GET", "jobs/s").status == 404);
}

TEST_CASE("no body and no path brings a route down") {
  Room room;
  std::string const deep(100'000, '[');
  for (std::string const& body : {std::string{"{"}, std::string{"[]"}, std::string{"null"}, std::string{"\"x\""},
                                  std::string{"{\"properties\": 7}"},
                                  std::string{"{\"properties\": {\"properties\": [], \"tags\": 3, \"jobType\": {}}}"},
                                  std::string{"\xff\xfe"}, deep, std::string{}})
    for (auto const* what :
         {"jobs/j", "environments/e/versions/1", "components/c/versions/1", "data/d/versions/1", "models/m/versions/1",
          "codes/c/versions/1", "onlineEndpoints/eee", "datastores/d", "computes/c", "environments/e"}) {
      auto const reply = room.client.raw("PUT", room.client.id() + "/" + what + "?api-version=1", body);
      CAPTURE(what);
      CAPTURE(body.substr(0, 40));
      CHECK(reply.status < 500);
      if (reply.status >= 400) CHECK(reply.body["error"]["code"].is_string());
    }
  for (auto const* path : {"/", "//", "/%00", "/subscriptions", "/subscriptions/%2e%2e/x", "/history", "/history/v1.0",
                           "/mlflow/v2.0/x", "/api", "/api/2.0/mlflow", "/local.blob.core.windows.net",
                           "/local.blob.core.windows.net/none/x", "/metadata", "/endpoints/none", "/%ff%fe"})
    for (auto const* method : {"GET", "PUT", "POST", "DELETE", "PATCH", "HEAD"}) {
      auto const reply = room.client.raw(method, path, "{}");
      CAPTURE(path);
      CHECK(reply.status < 500);
    }
}

TEST_CASE("names that could be paths are refused") {
  Room room;
  for (auto const* name : {"..%2fx", "%2e%2e", "a%2fb", "a%00b", "-x", "a%20b"}) {
    CAPTURE(name);
    CHECK(room.client.ask("PUT", std::string{"environments/"} + name + "/versions/1", environment("i")).status == 400);
  }
}
