#include "spec/wire/unwrite.hpp"

#include <algorithm>

/// Which kind of YAML describes a resource.
namespace podium::inline v0::spec::wire {
namespace {

struct Row {
  std::string_view type;  ///< name of the type in the REST contract
  std::string_view path;  ///< what tells its forms apart; empty: it has one
  std::string_view word;  ///< value there; empty: any
  std::string_view kind;
};

constexpr Row rows[] = {
    {"JobBase", "/properties/jobType", "Command", "commandJob"},
    {"JobBase", "/properties/jobType", "Pipeline", "pipelineJob"},
    {"JobBase", "/properties/jobType", "Sweep", "sweepJob"},
    {"JobBase", "/properties/jobType", "Spark", "sparkJob"},
    {"JobBase", "/properties/jobType", "AutoML", "automlJob"},
    {"JobBase", "/properties/jobType", "FineTuning", "finetuningJob"},
    {"ComponentVersion", "/properties/componentSpec/type", "pipeline", "pipelineComponent"},
    {"ComponentVersion", "/properties/componentSpec/type", "parallel", "parallelComponent"},
    {"ComponentVersion", "/properties/componentSpec/type", "spark", "sparkComponent"},
    {"ComponentVersion", "/properties/componentSpec/type", "automl", "automlComponent"},
    {"ComponentVersion", "/properties/componentSpec/type", "data_transfer", "dataTransferComponent"},
    {"ComponentVersion", "/properties/componentSpec/type", "promptflow_parallel", "flow"},
    {"ComponentVersion", "", "", "commandComponent"},
    {"EnvironmentVersion", "", "", "environment"},
    {"DataVersionBase", "", "", "data"},
    {"ModelVersion", "", "", "model"},
    {"OnlineEndpoint", "", "", "onlineEndpoint"},
    {"OnlineDeployment", "/properties/endpointComputeType", "Kubernetes", "kubernetesOnlineDeployment"},
    {"OnlineDeployment", "", "", "onlineDeployment"},
    {"BatchEndpoint", "", "", "batchEndpoint"},
    {"BatchDeployment", "/properties/deploymentConfiguration/deploymentConfigurationType", "PipelineComponent",
     "pipelineBatchDeployment"},
    {"BatchDeployment", "", "", "modelBatchDeployment"},
    {"ServerlessEndpoint", "", "", "serverlessEndpoint"},
    {"MarketplaceSubscription", "", "", "marketplaceSubscription"},
    {"Datastore", "", "", "datastore"},
    {"ComputeResource", "", "", "compute"},
    {"Workspace", "/kind", "FeatureStore", "featureStore"},
    {"Workspace", "", "", "workspace"},
    {"WorkspaceConnectionPropertiesV2BasicResource", "", "", "connection"},
    {"Registry", "", "", "registry"},
    {"Schedule", "", "", "schedule"},
    {"FeaturesetVersion", "", "", "featureSet"},
    {"FeaturestoreEntityVersion", "", "", "featureStoreEntity"},
};

}  // namespace

std::string_view kind_of_resource(std::string_view type, Json const& resource) {
  for (auto const& row : rows) {
    if (row.type != type) continue;
    if (row.path.empty()) return row.kind;
    Json::json_pointer const at{std::string{row.path}};
    if (resource.contains(at) && resource[at] == row.word) return row.kind;
  }
  return {};
}

}  // namespace podium::inline v0::spec::wire
