#include "arm/ids.hpp"

#include <doctest/doctest.h>

using namespace podium;

TEST_CASE("an id is taken apart and built again, fixed words in any case") {
  std::string const ws = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws";
  auto const id = arm::id_of(ws, "components", "train", "3");
  CHECK(arm::parse_id(id) == arm::ResourceId{"s", "rg", "ws", "components", "train", "3"});
  CHECK(arm::parse_id("azureml:" + arm::id_of(ws, "computes", "cpu")) ==
        arm::ResourceId{"s", "rg", "ws", "computes", "cpu", ""});
  CHECK(arm::parse_id(
      "/SUBSCRIPTIONS/s/resourcegroups/rg/providers/microsoft.machinelearningservices/WorkSpaces/ws/jobs/J"));
  CHECK(arm::parse_id(ws + "/onlineEndpoints/e/deployments/d") ==
        arm::ResourceId{"s", "rg", "ws", "onlineEndpoints", "e", "d"});
}

TEST_CASE("what is not the id of a workspace's resource is refused") {
  for (auto const* text :
       {"", "train:1", "azureml://registries/r/models/m/versions/1", "/subscriptions/s",
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/workspaces/ws/jobs/j",
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces//jobs/j"})
    CHECK_FALSE(arm::parse_id(text));
}

TEST_CASE("short references give name, version or label") {
  CHECK(arm::parse_reference("azureml:train:1") == arm::Reference{"train", "1", ""});
  CHECK(arm::parse_reference("train@latest") == arm::Reference{"train", "", "latest"});
  CHECK(arm::parse_reference("azureml:cpu-cluster") == arm::Reference{"cpu-cluster", "", ""});
  CHECK(arm::without_prefix("azureml://datastores/d/paths/p") == "azureml://datastores/d/paths/p");
}
