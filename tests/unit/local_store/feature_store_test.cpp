#include "workspace_fixture.hpp"

#include <fstream>

using podium::testing::Client;
using podium::testing::Json;
using podium::testing::open;
using podium::testing::TemporaryFolder;

namespace {

struct Room {
  TemporaryFolder folder;
  Client client{open(folder.path())};

  Json entity(std::string const& type = "String") const {
    return {{"properties",
             {{"indexColumns", {{{"columnName", "account_id"}, {"dataType", type}}}}, {"stage", "Development"}}}};
  }
  Json set(std::string const& path = "azureml://datastores/workspaceblobstore/paths/spec") const {
    return {{"properties", {{"entities", {"azureml:account:1"}}, {"specification", {{"path", path}}}}}};
  }
};

constexpr auto spec_text = R"(
source:
  type: parquet
  path: ./rows.parquet
  timestamp_column: {name: timestamp}
features:
  - {name: balance_7d, type: double, description: seven days}
  - {name: balance_30d, type: double}
index_columns:
  - {name: account_id, type: string}
)";

}  // namespace

TEST_CASE("an entity is created, read, listed and kept as it was made") {
  Room room;
  auto const made = room.client.ask("PUT", "featurestoreEntities/account/versions/1", room.entity("string"));
  CHECK(made.status == 201);
  CHECK(made.body["properties"]["indexColumns"][0]["dataType"] == "String");
  CHECK(made.body["properties"]["provisioningState"] == "Succeeded");
  CHECK(made.body["type"] == "Microsoft.MachineLearningServices/workspaces/featurestoreEntities/versions");
  CHECK(room.client.ask("GET", "featurestoreEntities/account/versions/1").body["properties"] ==
        made.body["properties"]);
  CHECK(room.client.ask("GET", "featurestoreEntities").body["value"][0]["properties"]["latestVersion"] == "1");
  CHECK(room.client.ask("GET", "featurestoreEntities/account/versions").body["value"].size() == 1);

  auto changed = room.entity();
  changed["properties"]["indexColumns"][0]["columnName"] = "other";
  CHECK(room.client.ask("PUT", "featurestoreEntities/account/versions/1", changed).status == 409);
  auto described = room.entity();
  described["properties"]["description"] = "one row for each account";
  CHECK(room.client.ask("PUT", "featurestoreEntities/account/versions/1", described).status == 200);
}

TEST_CASE("an entity without columns, or of an unknown type, is refused by name") {
  Room room;
  CHECK(room.client.ask("PUT", "featurestoreEntities/a/versions/1", Json{{"properties", Json::object()}}).status ==
        400);
  auto const refused = room.client.ask("PUT", "featurestoreEntities/a/versions/1", room.entity("Decimal"));
  CHECK(refused.status == 400);
  CHECK(refused.body["error"]["message"].get<std::string>().find("account_id") != std::string::npos);
  CHECK(room.client.ask("GET", "featurestoreEntities/a/versions/1").status == 404);
}

TEST_CASE("a feature set needs entities that are there") {
  Room room;
  auto const early = room.client.ask("PUT", "featuresets/balances/versions/1", room.set());
  CHECK(early.status == 400);
  CHECK(early.body["error"]["message"].get<std::string>().find("account") != std::string::npos);
  room.client.ask("PUT", "featurestoreEntities/account/versions/1", room.entity());
  CHECK(room.client.ask("PUT", "featuresets/balances/versions/1", room.set()).status == 201);
  CHECK(room.client.ask("PUT", "featuresets/balances/versions/1", room.set("azureml://datastores/d/paths/other"))
            .status == 409);
  CHECK(room.client.ask("PUT", "featuresets/balances/versions/1", Json{{"properties", {{"entities", Json::array()}}}})
            .status == 400);
}

TEST_CASE("the features of a set come from what the client sent along, else from the specification's file") {
  Room room;
  room.client.ask("PUT", "featurestoreEntities/account/versions/1", room.entity());
  auto const spec = room.folder.path() / "datastores/workspaceblobstore/spec";
  std::filesystem::create_directories(spec);
  std::ofstream{spec / "FeatureSetSpec.yaml"} << spec_text;
  room.client.ask("PUT", "featuresets/balances/versions/1", room.set());
  auto const listed = room.client.ask("GET", "featuresets/balances/versions/1/features");
  CAPTURE(listed.body.dump());
  REQUIRE(listed.body["value"].size() == 2);
  CHECK(listed.body["value"][0]["properties"]["featureName"] == "balance_7d");
  CHECK(listed.body["value"][0]["properties"]["dataType"] == "Double");
  CHECK(listed.body["value"][0]["properties"]["description"] == "seven days");

  auto sent = room.set();
  sent["properties"]["properties"]["featuresetProperties"] =
      R"({"features": [{"FeatureName": "one", "DataType": "long", "Tags": {"a": "b"}}]})";
  room.client.ask("PUT", "featuresets/balances/versions/2", sent);
  auto const one = room.client.ask("GET", "featuresets/balances/versions/2/features/one");
  CHECK(one.body["properties"]["dataType"] == "Long");
  CHECK(one.body["properties"]["tags"]["a"] == "b");
  CHECK(room.client.ask("GET", "featuresets/balances/versions/2/features/two").status == 404);
  CHECK(room.client.ask("GET", "featuresets/nobody/versions/1/features").status == 404);
}

TEST_CASE("materialization jobs are refused with the way out") {
  Room room;
  room.client.ask("PUT", "featurestoreEntities/account/versions/1", room.entity());
  room.client.ask("PUT", "featuresets/balances/versions/1", room.set());
  auto const refused = room.client.ask("POST", "featuresets/balances/versions/1/backfill", Json::object());
  CHECK(refused.status == 400);
  CHECK(refused.body["error"]["message"].get<std::string>().find("podium features materialize") != std::string::npos);
}
