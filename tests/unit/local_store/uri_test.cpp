#include "local/places.hpp"
#include "workspace_fixture.hpp"

using namespace podium;
using local::resolve_uri;
using testing::Json;

TEST_CASE("every spelling of a location leads to the same file") {
  testing::TemporaryFolder folder;
  auto store = *local::Store::open(folder.path());
  auto const wanted = folder.path() / "datastores/workspaceblobstore/flights/a.csv";
  auto const long_form =
      "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/workspaceblobstore/paths/flights/a.csv";
  REQUIRE(store->put("data/flights/versions/1", Json{{"properties", {{"dataUri", long_form}}}}));
  REQUIRE(
      store->put("jobs/fig",
                 Json{{"properties",
                       {{"outputs", {{"out", {{"uri", "azureml://datastores/workspaceblobstore/paths/flights"}}}}}}}}));
  auto const container = local::container_of(*store, "workspaceblobstore");
  for (std::string const& uri :
       {std::string{"azureml://datastores/workspaceblobstore/paths/flights/a.csv"},
        std::string{"azureml://datastores/WorkspaceBlobStore/paths/flights//a.csv"}, std::string{long_form},
        std::string{"azureml:flights:1"}, std::string{"azureml:flights@latest"},
        "azureml:" + local::workspace_id() + "/data/flights/versions/1",
        local::workspace_id() + "/data/flights/versions/1",
        std::string{"azureml://locations/local/workspaces/w/data/flights/versions/1"},
        std::string{"azureml://jobs/fig/outputs/out/paths/a.csv"},
        "https://127.0.0.1:1/local.blob.core.windows.net/" + container + "/flights/a.csv",
        "https://127.0.0.1:1/" + container + "/flights/a.csv", wanted.string(), "file://" + wanted.string()}) {
    CAPTURE(uri);
    auto const path = resolve_uri(*store, uri);
    REQUIRE_MESSAGE(path, (path ? "" : path.error().to_string()));
    CHECK(*path == wanted);
  }
  CHECK(local::uri_of(*store, wanted).value() == "azureml://datastores/workspaceblobstore/paths/flights/a.csv");
  CHECK(resolve_uri(*store, "runs:/fig/model").value() ==
        folder.path() / "datastores/workspaceartifactstore/ExperimentRun/dcid.fig/model");
}

TEST_CASE("what leads out of the datastores, or nowhere, is refused") {
  testing::TemporaryFolder folder;
  auto store = *local::Store::open(folder.path());
  for (auto const* uri :
       {"azureml://datastores/workspaceblobstore/paths/../../workspace.db", "azureml://datastores/../paths/x",
        "/etc/passwd", "file:///etc/passwd", "azureml://datastores/nowhere/paths/x", "azureml:none:1",
        "https://example.com/x/y", "", "azureml://", "azureml://jobs/none/outputs/o", "azureml://jobs",
        "runs:/../../x/../..", "wasbs://c@a/x"}) {
    CAPTURE(uri);
    auto const path = resolve_uri(*store, uri);
    REQUIRE_FALSE(path);
    CHECK(path.error().code() == Errc::invalid_argument);
  }
  CHECK_FALSE(local::uri_of(*store, folder.path() / "workspace.db"));
}
