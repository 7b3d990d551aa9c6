#include "podium/clients/feature_store.hpp"

#include "support.hpp"

using namespace podium;
using podium::test::asset;
using podium::test::Json;
using podium::test::Scripted;
using podium::test::TemporaryFolder;

namespace {

Json account(std::string const& version = "1") {
  return asset("featurestoreEntities", "account", version,
               {{"indexColumns", {{{"columnName", "account_id"}, {"dataType", "String"}}}},
                {"stage", "Development"},
                {"provisioningState", "Succeeded"}});
}

Json balances() {
  return asset("featuresets", "balances", "1",
               {{"entities", {"azureml:account:1"}},
                {"specification", {{"path", "azureml://datastores/d/paths/spec"}}},
                {"materializationSettings",
                 {{"storeType", "OnlineAndOffline"},
                  {"resource", {{"instanceType", "standard_e8s_v3"}}},
                  {"sparkConfiguration", {{"spark.driver.cores", 2}}}}},
                {"provisioningState", "Succeeded"}});
}

}  // namespace

TEST_CASE("an entity goes out in the contract's spelling and comes back in ours") {
  Scripted on;
  on.reply(201, account());
  FeatureStoreEntitiesClient const client{on.session};
  model::FeatureStoreEntity entity;
  entity.name = "account";
  entity.version = "1";
  entity.index_columns = {{"account_id", "string", {}}};
  auto const made = client.begin_put(entity).value().wait().value();
  CHECK(on.line(0) == "PUT featurestoreEntities/account/versions/1");
  CHECK(on.body(0)["properties"]["indexColumns"] == Json{{{"columnName", "account_id"}, {"dataType", "String"}}});
  CHECK(made.index_columns == std::vector<model::FeatureColumn>{{"account_id", "string", {}}});
  CHECK(made.stage == "Development");
}

TEST_CASE("an entity or set without what makes it one is refused before anything is sent") {
  Scripted on;
  model::FeatureStoreEntity entity;
  entity.name = "account";
  CHECK(FeatureStoreEntitiesClient{on.session}.begin_put(entity).error().code() == Errc::invalid_argument);
  entity.version = "1";
  CHECK(FeatureStoreEntitiesClient{on.session}.begin_put(entity).error().message().find("index columns") !=
        std::string::npos);
  model::FeatureSet set;
  set.name = "s";
  set.version = "1";
  CHECK(FeatureSetsClient{on.session}.begin_put(set).error().message().find("entities") != std::string::npos);
  set.entities = {"account:1"};
  CHECK(FeatureSetsClient{on.session}.begin_put(set).error().message().find("specification") != std::string::npos);
  CHECK(on.wire->requests().empty());
}

TEST_CASE("a feature set's local specification is uploaded before the set is created") {
  TemporaryFolder folder;
  folder.write("spec/FeatureSetSpec.yaml", "source: {}\n");
  Scripted on;
  on.reply(200, {{"value", {test::datastore_body()}}}).reply(200, test::sas());
  on.reply(404, nullptr).reply(201, nullptr).reply(200, nullptr).reply(201, balances());
  model::FeatureSet set;
  set.name = "balances";
  set.version = "1";
  set.entities = {"account:1"};
  set.specification = (folder.path() / "spec").string();
  set.materialization = model::MaterializationSettings{.offline_enabled = true};
  auto const made = FeatureSetsClient{on.session}.begin_put(set).value().wait().value();
  auto const sent = on.body(5);
  CHECK(on.line(5) == "PUT featuresets/balances/versions/1");
  CHECK(sent["properties"]["entities"] == Json{"azureml:account:1"});
  CHECK(sent["properties"]["materializationSettings"] == Json{{"storeType", "Offline"}});
  CHECK(sent["properties"]["specification"]["path"].get<std::string>().starts_with(
      "azureml://datastores/workspaceblobstore/paths/LocalUpload/"));
  CHECK(made.materialization->online_enabled);
  CHECK(made.materialization->spark_configuration.at("spark.driver.cores") == "2");
}

TEST_CASE("without a version the newest set is read, its features page by page") {
  Scripted on;
  on.reply(200, {{"value", {balances()}}}).reply(200, balances());
  FeatureSetsClient const client{on.session};
  CHECK(client.get("balances").value().entities == std::vector<std::string>{"azureml:account:1"});
  CHECK(on.line(1) == "GET featuresets/balances/versions/1");

  auto const feature = [](char const* name, char const* type) {
    return Json{{"properties", {{"featureName", name}, {"dataType", type}, {"description", nullptr}}}};
  };
  on.reply(200, {{"value", {feature("a", "Double")}},
                 {"nextLink", "https://arm.test" + test::workspace + "/featuresets/balances/versions/1/features?p=2"}});
  on.reply(200, {{"value", {feature("b", "Long")}}});
  CHECK(client.features("balances", "1").value() ==
        std::vector<model::FeatureColumn>{{"a", "double", {}}, {"b", "long", {}}});
}

TEST_CASE("a backfill names its window and gives back the jobs") {
  Scripted on;
  on.reply(200, {{"jobIds", {"one", "two"}}});
  auto const jobs = FeatureSetsClient{on.session}.backfill("balances", "1",
                                                           {.from = "2026-01-01T00:00:00Z",
                                                            .to = "2026-02-01T00:00:00Z",
                                                            .job_id = {},
                                                            .instance_type = {},
                                                            .spark_configuration = {}});
  CHECK(jobs.value() == std::vector<std::string>{"one", "two"});
  CHECK(on.body(0) ==
        Json{{"featureWindow",
              {{"featureWindowStart", "2026-01-01T00:00:00Z"}, {"featureWindowEnd", "2026-02-01T00:00:00Z"}}},
             {"dataAvailabilityStatus", {"None"}}});
}

TEST_CASE("what is not there is named with its version") {
  Scripted on;
  on.reply(404, {{"error", {{"code", "NotFound"}, {"message", "no such set"}}}});
  auto const missing = FeatureSetsClient{on.session}.get("nobody", "7");
  REQUIRE(!missing);
  CHECK(missing.error().code() == Errc::not_found);
  CHECK(missing.error().to_string().find("nobody") != std::string::npos);
}
