#include "podium/feature_store.hpp"

#include "files.hpp"

using namespace podium;
using namespace connect_test;

namespace {

struct Store {
  Files files;
  Workspace workspace = Workspace::local(files.path("ws")).value();
  FeatureStoreClient client{workspace};

  Store() {
    files.write("accounts/FeatureSetSpec.yaml", R"(
source:
  type: parquet
  path: azureml://datastores/workspaceblobstore/paths/accounts/rows.parquet
  timestamp_column: {name: timestamp}
  source_delay: {minutes: 20}
features:
  - {name: balance_7d, type: double}
index_columns:
  - {name: account_id, type: string}
)");
  }
  model::FeatureStoreEntity entity(std::string const& name, std::vector<model::FeatureColumn> columns) const {
    model::FeatureStoreEntity out;
    out.name = name;
    out.version = "1";
    out.index_columns = std::move(columns);
    return client.feature_store_entities().begin_put(out).value().wait().value();
  }
  model::FeatureSet set(std::vector<std::string> entities) const {
    model::FeatureSet out;
    out.name = "accounts";
    out.version = "1";
    out.entities = std::move(entities);
    out.specification = files.path("accounts").string();
    return client.feature_sets().begin_put(out).value().wait().value();
  }
};

}  // namespace

TEST_CASE("a registered set comes back with its specification, joined by its entities' columns") {
  Store store;
  store.entity("account", {{"account_id", "string", {}}});
  store.entity("branch", {{"branch_id", "long", {}}, {"account_id", "string", {}}});
  store.set({"account:1", "branch:1"});

  auto const found = store.client.resolve("accounts").value();
  CHECK(found.set.version == "1");
  CHECK(found.spec.name == "accounts");
  CHECK(found.spec.source_delay == std::chrono::minutes{20});
  REQUIRE(found.spec.index_columns.size() == 2);
  CHECK(found.spec.index_columns[0].name == "account_id");
  CHECK(found.spec.index_columns[1] == model::FeatureColumn{"branch_id", "long", {}});
  // A source in a datastore is where the workspace keeps it.
  CHECK(found.spec.source_path ==
        (store.files.path("ws") / "datastores/workspaceblobstore/accounts/rows.parquet").string());
  CHECK(found.store.starts_with("azureml://subscriptions/"));
  CHECK(store.client.feature_sets().features("accounts", "1").value().size() == 1);
}

TEST_CASE("what is missing is named: the set, its version, its specification") {
  Store store;
  CHECK(store.client.resolve("nobody", "1").error().code() == Errc::not_found);
  store.entity("account", {{"account_id", "string", {}}});
  model::FeatureSet lost;
  lost.name = "lost";
  lost.version = "2";
  lost.entities = {"account:1"};
  lost.specification = "azureml://datastores/workspaceblobstore/paths/nowhere";
  store.client.feature_sets().begin_put(lost).value().wait().value();
  auto const missing = store.client.resolve("lost", "2");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().to_string().find("nowhere") != std::string::npos);
  CHECK(missing.error().to_string().find("lost") != std::string::npos);
}

TEST_CASE("fetched specifications go away with the client") {
  Store store;
  store.entity("account", {{"account_id", "string", {}}});
  store.set({"account:1"});
  std::filesystem::path file;
  {
    FeatureStoreClient const client{store.workspace};
    file = client.resolve("accounts", "1").value().spec.source_file;
    CHECK(std::filesystem::exists(file));
  }
  CHECK_FALSE(std::filesystem::exists(file));
}
