#include "spec/kind.hpp"

#include "base/letters.hpp"
#include "spec/kinds/conda.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/kinds/resources.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace podium::inline v0::spec {
namespace {

Kind const known[] = {
    {"commandComponent", &kinds::command_component, "2024-01-01-preview", "components", true},
    {"commandJob", &kinds::command_job, "2025-01-01-preview", "jobs"},
    {"pipelineJob", &kinds::pipeline_job, "2024-01-01-preview", "jobs"},
    {"environment", &kinds::environment_asset, "2023-04-01-preview", "environments", true},
    {"data", &kinds::data_asset, "2023-04-01-preview", "data", true},
    {"model", &kinds::model_asset, "2023-08-01-preview", "models", true},
    {"onlineEndpoint", &kinds::online_endpoint, "2022-02-01-preview", "onlineEndpoints"},
    {"onlineDeployment", &kinds::online_deployment, "2023-04-01-preview",
     "onlineEndpoints/{endpoint_name}/deployments"},
    {"featureSetSpec", &kinds::feature_set_spec},
    {"promotionPolicy", &kinds::promotion_policy},
    {"pipelineComponent", &kinds::pipeline_component, "2024-01-01-preview", "components", true},
    {"parallelComponent", &kinds::parallel_component, "2024-01-01-preview", "components", true},
    {"sparkComponent", &kinds::spark_component, "2024-01-01-preview", "components", true},
    {"automlComponent", &kinds::automl_component, "2024-01-01-preview", "components", true},
    {"sweepComponent", &kinds::unsupported_component},
    {"flow", &kinds::flow_component, "2024-01-01-preview", "components", true},
    {"sweepJob", &kinds::sweep_job, "2024-01-01-preview", "jobs"},
    {"sparkJob", &kinds::spark_job, "2023-04-01-preview", "jobs"},
    {"parallelJob", &kinds::unsupported_job},
    {"automlJob", &kinds::automl_job, "2024-01-01-preview", "jobs"},
    {"finetuningJob", &kinds::finetuning_job, "2024-10-01-preview", "jobs"},
    {"distillationJob", &kinds::distillation_job, "2024-10-01-preview", "jobs"},
    {"importJob", &kinds::import_job},
    {"dataTransferComponent", &kinds::data_transfer_component, "2024-01-01-preview", "components", true},
    {"batchEndpoint", &kinds::batch_endpoint, "2023-10-01", "batchEndpoints"},
    {"batchDeployment", &kinds::batch_deployment, "2024-01-01-preview", "batchEndpoints/{endpoint_name}/deployments"},
    {"modelBatchDeployment", &kinds::model_batch_deployment, "2024-01-01-preview",
     "batchEndpoints/{endpoint_name}/deployments"},
    {"pipelineBatchDeployment", &kinds::pipeline_batch_deployment, "2023-02-01-preview",
     "batchEndpoints/{endpoint_name}/deployments"},
    {"kubernetesOnlineEndpoint", &kinds::kubernetes_endpoint, "2022-02-01-preview", "onlineEndpoints"},
    {"kubernetesOnlineDeployment", &kinds::kubernetes_deployment, "2023-04-01-preview",
     "onlineEndpoints/{endpoint_name}/deployments"},
    {"serverlessEndpoint", &kinds::serverless_endpoint, "2024-01-01-preview", "serverlessEndpoints"},
    {"marketplaceSubscription", &kinds::marketplace_subscription, "2024-01-01-preview", "marketplaceSubscriptions"},
    {"modelPackage", &kinds::model_package},
    {"datastore", &kinds::datastore, "2024-10-01-preview", "datastores"},
    {"compute", &kinds::compute_resource, "2023-08-01-preview", "computes"},
    {"workspace", &kinds::workspace, "2024-10-01-preview", "workspaces"},
    {"connection", &kinds::connection, "2024-04-01-preview", "connections"},
    {"registry", &kinds::registry, "2022-10-01-preview", "registries"},
    {"schedule", &kinds::schedule, "2023-06-01-preview", "schedules"},
    {"monitor", &kinds::schedule, "2023-06-01-preview", "schedules"},
    {"dataImport", &kinds::data_import, "2023-04-01-preview", "data", true},
    {"featureStore", &kinds::feature_store, "2024-10-01-preview", "workspaces"},
    {"featureStoreEntity", &kinds::feature_store_entity, "2023-10-01", "featurestoreEntities", true},
    {"featureSet", &kinds::feature_set, "2023-10-01", "featuresets", true},
    {"featureRetrievalSpec", &kinds::feature_retrieval_spec},
    {"conda", &kinds::conda_file},
    {"capabilityHost", &kinds::capability_host},
    {"index", &kinds::index_asset},
    {"promptFlowRun", &kinds::flow_component, "2024-01-01-preview", "components", true}};

struct Schema {
  std::string_view word;  // of the last part of `$schema`, lower case, without ".schema.json"
  std::string_view kind;
};

constexpr Schema schemas[] = {{"commandcomponent", "commandComponent"},
                              {"commandjob", "commandJob"},
                              {"pipelinejob", "pipelineJob"},
                              {"pipelinecomponent", "pipelineComponent"},
                              {"parallelcomponent", "parallelComponent"},
                              {"sparkcomponent", "sparkComponent"},
                              {"automlcomponent", "automlComponent"},
                              {"sweepcomponent", "sweepComponent"},
                              {"datatransfercomponent", "dataTransferComponent"},
                              {"importjob", "importJob"},
                              {"distillationjob", "distillationJob"},
                              {"flow", "flow"},
                              {"sweepjob", "sweepJob"},
                              {"sparkjob", "sparkJob"},
                              {"paralleljob", "parallelJob"},
                              {"automljob", "automlJob"},
                              {"finetuningjob", "finetuningJob"},
                              {"environment", "environment"},
                              {"data", "data"},
                              {"model", "model"},
                              {"managedonlineendpoint", "onlineEndpoint"},
                              {"onlineendpoint", "onlineEndpoint"},
                              {"managedonlinedeployment", "onlineDeployment"},
                              {"onlinedeployment", "onlineDeployment"},
                              {"kubernetesonlineendpoint", "kubernetesOnlineEndpoint"},
                              {"kubernetesonlinedeployment", "kubernetesOnlineDeployment"},
                              {"batchendpoint", "batchEndpoint"},
                              {"batchdeployment", "batchDeployment"},
                              {"modelbatchdeployment", "modelBatchDeployment"},
                              {"pipelinecomponentbatchdeployment", "pipelineBatchDeployment"},
                              {"serverlessendpoint", "serverlessEndpoint"},
                              {"marketplacesubscription", "marketplaceSubscription"},
                              {"modelpackage", "modelPackage"},
                              {"azureblob", "datastore"},
                              {"azurefile", "datastore"},
                              {"azuredatalakegen1", "datastore"},
                              {"azuredatalakegen2", "datastore"},
                              {"onelake", "datastore"},
                              {"amlcompute", "compute"},
                              {"computeinstance", "compute"},
                              {"kubernetescompute", "compute"},
                              {"vmcompute", "compute"},
                              {"synapsesparkcompute", "compute"},
                              {"workspace", "workspace"},
                              {"workspaceconnection", "connection"},
                              {"registry", "registry"},
                              {"schedule", "schedule"},
                              {"monitorschedule", "monitor"},
                              {"dataimport", "dataImport"},
                              {"featurestore", "featureStore"},
                              {"featurestoreentity", "featureStoreEntity"},
                              {"featureset", "featureSet"},
                              {"featuresetspec", "featureSetSpec"},
                              {"modelversionpackage", "modelPackage"},
                              {"run", "promptFlowRun"}};

std::string_view from_schema(Node const& root) {
  auto const* schema = root.find("$schema");
  if (schema == nullptr || !schema->is_scalar()) return {};
  std::string word = base::lower_case(schema->text);
  if (auto const slash = word.rfind('/'); slash != std::string::npos) word.erase(0, slash + 1);
  word.resize(std::min(word.size(), word.find('.')));
  for (auto const& one : schemas)
    if (one.word == word) return one.kind;
  return {};
}

bool has(Node const& root, std::initializer_list<std::string_view> keys) {
  return std::all_of(keys.begin(), keys.end(), [&](auto key) { return root.find(key) != nullptr; });
}

bool any(Node const& root, std::initializer_list<std::string_view> keys) {
  return std::any_of(keys.begin(), keys.end(), [&](auto key) { return root.find(key) != nullptr; });
}

std::string job_of_type(std::string_view type) {
  if (type.empty() || type == "command") return "commandJob";
  static constexpr std::array<Schema, 8> types{{{"pipeline", "pipelineJob"},
                                                {"sweep", "sweepJob"},
                                                {"spark", "sparkJob"},
                                                {"parallel", "parallelJob"},
                                                {"automl", "automlJob"},
                                                {"finetuning", "finetuningJob"},
                                                {"distillation", "distillationJob"},
                                                {"import", "importJob"}}};
  for (auto const& one : types)
    if (one.word == type) return std::string{one.kind};
  return {};
}

std::string component_of_type(std::string_view type) {
  if (type.empty() || type == "command") return "commandComponent";
  static constexpr std::array<Schema, 7> types{{{"pipeline", "pipelineComponent"},
                                                {"parallel", "parallelComponent"},
                                                {"spark", "sparkComponent"},
                                                {"sweep", "sweepComponent"},
                                                {"automl", "automlComponent"},
                                                {"data_transfer", "dataTransferComponent"},
                                                {"flow", "flow"}}};
  for (auto const& one : types)
    if (one.word == type) return std::string{one.kind};
  return {};
}

/// Inputs that are declared, not given.
bool declares(Node const& root) {
  auto const* inputs = root.find("inputs");
  if (inputs == nullptr || !inputs->is_mapping()) return any(root, {"is_deterministic"});
  return std::any_of(inputs->entries.begin(), inputs->entries.end(), [](Entry const& entry) {
    return entry.value->is_mapping() && entry.value->find("path") == nullptr && entry.value->find("value") == nullptr &&
           entry.value->find("type") != nullptr;
  });
}

std::string from_shape(Node const& root, std::string_view file_name) {
  auto const* type_node = root.find("type");
  std::string const type =
      type_node != nullptr && type_node->is_string() ? base::lower_case(type_node->text) : std::string{};
  if (auto const* kind = root.find("kind");
      (kind != nullptr && kind->text == "PromotionPolicy") || root.find("apiVersion") != nullptr)
    return "promotionPolicy";
  if (base::lower_case(file_name) == "featuresetspec.yaml" || (has(root, {"source", "index_columns"})))
    return "featureSetSpec";
  if (any(root, {"feature_stores", "featurestores"})) return "featureRetrievalSpec";
  if (has(root, {"specification", "entities"})) return "featureSet";
  if (has(root, {"index_columns"})) return "featureStoreEntity";
  if (any(root, {"create_job", "create_monitor", "import_data"})) return "schedule";
  if (type == "uri_file" || type == "uri_folder" || type == "mltable")
    return root.find("source") != nullptr ? "dataImport" : "data";
  if (type == "custom_model" || type == "mlflow_model" || type == "triton_model") return "model";
  if (has(root, {"endpoint_name"}))
    return any(root, {"compute", "mini_batch_size", "settings", "component", "job_definition"}) &&
                   root.find("instance_type") == nullptr
               ? "batchDeployment"
               : "onlineDeployment";
  if (any(root, {"auth_mode", "traffic", "mirror_traffic"}))
    return any(root, {"defaults"}) ? "batchEndpoint" : "onlineEndpoint";
  if (any(root, {"code_configuration", "request_settings", "data_collector"})) return "onlineDeployment";
  if (type == "automl" || type == "sweep" || type == "finetuning" || type == "distillation") return job_of_type(type);
  if (type == "parallel" || type == "data_transfer") return component_of_type(type);
  if (type == "spark")
    return root.find("name") != nullptr && !any(root, {"compute", "resources", "experiment_name", "identity"})
               ? "sparkComponent"
               : "sparkJob";
  if (any(root, {"jobs"}) || type == "pipeline")
    return declares(root) && root.find("settings") == nullptr && root.find("experiment_name") == nullptr &&
                   root.find("name") != nullptr
               ? "pipelineComponent"
               : "pipelineJob";
  if (any(root, {"trial", "search_space"})) return "sweepJob";
  if (any(root, {"command"})) {
    bool const job = any(root, {"compute", "experiment_name", "limits", "environment_variables", "services", "identity",
                                "queue_settings"});
    return root.find("name") != nullptr && !job &&
                   (declares(root) || any(root, {"version"}) || any(root, {"is_deterministic"}))
               ? "commandComponent"
               : "commandJob";
  }
  if (any(root, {"image", "build", "conda_file"})) return "environment";
  if (any(root, {"dependencies"}) && any(root, {"channels", "name"})) return "conda";
  if (any(root, {"account_name", "filesystem", "container_name"})) return "datastore";
  if (any(root, {"replication_locations"})) return "registry";
  if (any(root, {"managed_network", "storage_account", "key_vault", "hub_id"})) return "workspace";
  if (any(root, {"model_id"})) return "serverlessEndpoint";
  if (any(root, {"base_environment_source", "inferencing_server"})) return "modelPackage";
  static constexpr std::array<std::string_view, 5> computes{"amlcompute", "computeinstance", "kubernetes",
                                                            "virtualmachine", "synapsespark"};
  if (std::find(computes.begin(), computes.end(), type) != computes.end()) return "compute";
  if ((has(root, {"type"}) && any(root, {"target", "credentials"})) || has(root, {"target", "credentials"}))
    return "connection";
  return job_of_type(type.empty() ? "none" : type);
}

/// Of the object, or of any that a tag or key may pick.
bool has_field(Shape const& table, std::string_view name) {
  return std::any_of(table.fields.begin(), table.fields.end(), [&](Field const& one) { return one.name == name; }) ||
         std::any_of(table.alternatives.begin(), table.alternatives.end(),
                     [&](Alternative const& one) { return has_field(*one.shape, name); });
}

}  // namespace

Shape const* table_of(std::string_view kind) {
  auto const* const found = kind_named(kind);
  return found == nullptr ? nullptr : found->table;
}

Kind const* kind_named(std::string_view name) {
  auto const* const found =
      std::find_if(std::begin(known), std::end(known), [&](Kind const& one) { return one.name == name; });
  return found == std::end(known) ? nullptr : found;
}

std::span<Kind const> all_kinds() { return known; }

std::vector<std::pair<std::string, std::string>> naming(Shape const* table, std::string const& name,
                                                        std::string const& endpoint_name) {
  std::vector<std::pair<std::string, std::string>> set;
  if (table == nullptr) return set;
  if (!name.empty() && has_field(*table, "name")) set.emplace_back("name", name);
  if (!endpoint_name.empty() && has_field(*table, "endpoint_name")) set.emplace_back("endpoint_name", endpoint_name);
  return set;
}

bool is_kind(std::string_view kind) { return kind_named(kind) != nullptr; }

std::string kind_of_document(Node const& root, std::string_view file_name) {
  auto const schema = from_schema(root);
  auto const* type_node = root.find("type");
  std::string const type =
      type_node != nullptr && type_node->is_string() ? base::lower_case(type_node->text) : std::string{};
  // The client picks the loader, then goes by `type`; `$schema` only tells the family.
  if (schema.ends_with("Job") && schema != "flow") {
    if (type.empty()) return std::string{schema};  // its table says that the type is missing
    auto const kind = job_of_type(type);
    return kind.empty() ? std::string{schema} : kind;
  }
  if (schema.ends_with("Component")) {
    if (type.empty()) return std::string{schema};
    auto const kind = component_of_type(type);
    return kind.empty() ? std::string{schema} : kind;
  }
  if (schema == "onlineDeployment" && type == "kubernetes") return "kubernetesOnlineDeployment";
  if (schema == "onlineEndpoint" && root.find("compute") != nullptr) return "kubernetesOnlineEndpoint";
  if (schema == "data" && root.find("source") != nullptr) return "dataImport";
  if (!schema.empty()) return std::string{schema};
  return from_shape(root, file_name);
}

}  // namespace podium::inline v0::spec
