#include "files.hpp"

#include "podium/rollout/drive.hpp"

using namespace podium;
using namespace connect_test;

namespace {

model::PromotionPolicy small_policy() {
  model::PromotionPolicy policy;
  policy.shadow = model::ShadowStage{
      .min_pairs = 100,
      .mirror_percent = 50,
      .checks = {{"parity", "online_offline_difference", "", 1e-9}, {"err", "error_rate", "", 0.05}}};
  policy.canary = model::CanaryStage{
      .alpha_rollback = 0.05,
      .steps = {{20, 400, {{"error_rate", 0.2}}}},
      .bake_min_requests = 100,
      .rollback = {{"error_rate", "champion", 1.0, 0, 0.5}, {"error_rate", "absolute", 1, 0.05, 0.5}},
      .srm_p = 0.0005};
  return policy;
}

}  // namespace

TEST_CASE("in a real workspace a fault that starts after the mirror is rolled back, and its repair is promoted") {
  Files files;
  files.write_endpoint();
  auto const workspace = Workspace::local(files.path("ws")).value();
  REQUIRE(workspace.put_endpoint(files.path("endpoint.yml")));
  REQUIRE(workspace.deploy(files.write_deployment("champion", "{path: ./model}")));
  REQUIRE(workspace.endpoints().set_traffic("numbers", {{"champion", 100}}, {}));

  auto const attempt = [&](std::string const& challenger) {
    rollout::Plan const plan{.endpoint = "numbers",
                             .champion = "champion",
                             .challenger = challenger,
                             .challenger_model = "factor",
                             .policy = small_policy(),
                             .reference_scores = {}};
    auto const traffic = [&, sent = 0]() mutable -> std::optional<rollout::LiveRequest> {
      auto const i = sent++;
      return rollout::LiveRequest{challenger + " " + std::to_string(i), "[" + std::to_string(i) + "]", {2.0 * i}};
    };
    return rollout::drive(workspace.session(), plan, traffic, {}).value();
  };

  REQUIRE(workspace.deploy(
      files.write_deployment("faulty", "{path: ./model}", "environment_variables: {FAILS_AFTER: \"200\"}\n")));
  auto const first = attempt("faulty");
  CHECK(first.outcome == "rolled_back");
  REQUIRE(first.steps.size() >= 2);
  CHECK(first.steps[0].outcome == "advanced");
  CHECK(first.steps[0].pairs >= 100);
  CHECK(first.steps[0].checks[0].estimate == 0);
  CHECK((first.reason.starts_with("E_VALUE:") || first.reason.starts_with("ABSOLUTE:")));
  CHECK(workspace.endpoints().get("numbers").value().traffic == std::map<std::string, int>{{"champion", 100}});

  REQUIRE(workspace.deploy(files.write_deployment("repaired", "{path: ./model}")));
  auto const second = attempt("repaired");
  CHECK(second.outcome == "promoted");
  CHECK(workspace.endpoints().get("numbers").value().traffic == std::map<std::string, int>{{"repaired", 100}});
}

TEST_CASE("in a real workspace a model that answers otherwise than offline never sees live traffic") {
  Files files;
  files.write_endpoint();
  auto const workspace = Workspace::local(files.path("ws")).value();
  REQUIRE(workspace.put_endpoint(files.path("endpoint.yml")));
  REQUIRE(workspace.deploy(files.write_deployment("champion", "{path: ./model}")));
  REQUIRE(workspace.endpoints().set_traffic("numbers", {{"champion", 100}}, {}));
  files.write("other/factor.txt", "2.001");
  REQUIRE(workspace.deploy(files.write_deployment("other", "{path: ./other}")));

  rollout::Plan const plan{.endpoint = "numbers",
                           .champion = "champion",
                           .challenger = "other",
                           .challenger_model = "factor",
                           .policy = small_policy(),
                           .reference_scores = {}};
  auto const traffic = [sent = 0]() mutable -> std::optional<rollout::LiveRequest> {
    auto const i = sent++;
    return rollout::LiveRequest{"r" + std::to_string(i), "[" + std::to_string(i) + "]", {2.0 * i}};
  };
  auto const record = rollout::drive(workspace.session(), plan, traffic, {}).value();
  CHECK(record.outcome == "rolled_back");
  CHECK(record.reason.starts_with("SHADOW:parity="));
  CHECK(record.steps.size() == 1);
  CHECK(workspace.endpoints().get("numbers").value().traffic == std::map<std::string, int>{{"champion", 100}});
}
