#include "unit/data/folder.hpp"

#include "podium/features/retrieval_spec.hpp"
#include "podium/spec/load.hpp"

using namespace podium;
using namespace std::chrono_literals;

namespace {

std::string const expressions = R"(
source:
  type: parquet
  path: ./rows
  timestamp_column: {name: ts}
  source_delay: {minutes: 20}
source_lookback: {days: 3, hours: 1}
features:
  - {name: spent_3d, type: double}
  - {name: count_3d, type: long}
index_columns: [{name: account, type: string}]
feature_transformation:
  transformation_expressions:
    - {feature_name: spent_3d, source_column: amount, aggregation: sum, window: {days: 3}}
    - {feature_name: count_3d, aggregation: count, window: {days: 3, hours: 1}}
)";

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  return text.replace(text.find(from), from.size(), to);
}

std::string refusal(Folder const& folder, std::string const& text) {
  auto const loaded = spec::load_feature_set(folder.write("set/FeatureSetSpec.yaml", text));
  REQUIRE_FALSE(loaded.value);
  return spec::first_error(loaded.diagnostics);
}

}  // namespace

TEST_CASE("windowed expressions and code reach the specification") {
  Folder const folder;
  auto const spec = spec::load_feature_set(folder.write("set/FeatureSetSpec.yaml", expressions)).result().value();
  REQUIRE(spec.expressions.size() == 2);
  CHECK(spec.expressions[0] == model::WindowAggregation{"spent_3d", "amount", "sum", 72h});
  CHECK(spec.expressions[1] == model::WindowAggregation{"count_3d", "", "count", 73h});
  CHECK(spec.source_lookback == 73h);
  CHECK(spec.has_transformation());

  auto const head = expressions.substr(0, expressions.find("feature_transformation"));
  for (auto const* const code :
       {"feature_transformation: {transformation_code: {path: ./code, transformer_class: transform.Spent}}\n",
        "feature_transformation_code: {path: ./code, transformer_class: transform.Spent}\n"}) {
    auto const made = spec::load_feature_set(folder.write("set/FeatureSetSpec.yaml", head + code)).result().value();
    CHECK(made.transformer_class == "transform.Spent");
    CHECK(made.transformation_code == folder.at("set/code"));
    CHECK(made.expressions.empty());
  }
}

TEST_CASE("expressions that cannot be meant are refused where they stand") {
  Folder const folder;
  CHECK(refusal(folder, replaced(expressions, "source_column: amount, ", ""))
            .find("`sum` has no `source_column` [PD1021]") != std::string::npos);
  CHECK(refusal(folder, replaced(expressions, "aggregation: sum", "aggregation: median")).find("[PD1014]") !=
        std::string::npos);
  CHECK(refusal(folder, replaced(expressions, ", window: {days: 3}}", "}")).find("`window` is missing") !=
        std::string::npos);
  CHECK(refusal(folder, replaced(expressions, "feature_name: spent_3d", "feature_name: spend"))
            .find("the feature `spend` is not declared in `features`") != std::string::npos);
  CHECK(refusal(folder,
                replaced(expressions, "feature_transformation:\n",
                         "feature_transformation:\n  transformation_code: {path: ./code, transformer_class: a.B}\n"))
            .find("are both given") != std::string::npos);
}

TEST_CASE("a retrieval specification reads back as it was written, under both of its keys") {
  Folder const folder;
  model::FeatureRetrievalSpec const spec{
      .stores = {{.uri = "azureml://subscriptions/S/resourcegroups/RG/workspaces/FS",
                  .location = "eastus",
                  .workspace_id = "0a1b",
                  .features = {{"accounts", "1", "accountAge"}, {"transactions", "2", "a: \"b\" é", "other"}}},
                 {.uri = "azureml://subscriptions/S/resourcegroups/RG/workspaces/empty"}}};
  features::save(spec, folder.path / "spec").value();
  CHECK(spec::load_feature_retrieval_spec(folder.path / "spec").result().value() == spec);
  CHECK(spec::load_feature_retrieval_spec(folder.path / "spec/feature_retrieval_spec.yaml").result().value() == spec);
  auto const other = replaced(features::to_yaml(spec), "feature_stores", "featurestores");
  CHECK(spec::load_feature_retrieval_spec(folder.write("other.yaml", other)).result().value() == spec);
  CHECK(spec::kind_of(folder.path / "spec/feature_retrieval_spec.yaml").value() == "featureRetrievalSpec");
}

TEST_CASE("a retrieval specification without stores, versions or names is refused") {
  Folder const folder;
  auto const error = [&](std::string const& text) {
    return spec::load_feature_retrieval_spec(folder.write("r.yaml", text)).result().error().message();
  };
  CHECK(error("serialization_version: 2\n").find("there is no list of `feature_stores`") != std::string::npos);
  CHECK(error("feature_stores:\n- uri: azureml://x\n  features:\n  - {feature_set: accounts, feature_name: age}\n")
            .find("`accounts` is not a feature set with its version") != std::string::npos);
  CHECK(error("feature_stores:\n- uri: azureml://x\n  features:\n  - {feature_set: \"accounts:1\"}\n")
            .find("`feature_name` is missing") != std::string::npos);
}
