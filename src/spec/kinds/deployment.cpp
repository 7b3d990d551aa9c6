#include "spec/files.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/wire/spellings.hpp"

#include <system_error>

/// Online deployments.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

void check_scoring(Reader& reader, Node const& node, Value& value) {
  auto const& folder = value.at("code");
  auto const& script = value.at("scoring_script");
  if (!folder.local || !script) return;
  std::error_code problem;
  if (!std::filesystem::is_directory(folder.text, problem)) return;
  if (std::filesystem::exists(std::filesystem::path{folder.text} / script.text, problem)) return;
  Reader::Step const step{reader, "scoring_script"};
  auto const severity = is_placeholder(script.text) ? Severity::warning : Severity::error;
  reader.report("PD1050", severity, *script.node, "the scoring script `" + script.text + "` is not in the code folder",
                "its path starts at `code`, the folder `" + node.find("code")->text + "`");
}

constexpr Field code_fields[] = {{.name = "code",
                                  .shape = &code,
                                  .need = Need::required,
                                  .wire = "codeId",
                                  .doc = "Folder with the scoring code, or a registered one."},
                                 {.name = "scoring_script",
                                  .shape = &string_shape,
                                  .need = Need::required,
                                  .doc = "The file in it that has `init()` and `run()`."}};

constexpr Shape milliseconds{.kind = integer, .min = 1, .wire = &wire::milliseconds};
constexpr Shape wait{.kind = integer, .min = 0, .wire = &wire::milliseconds};
constexpr Shape at_least_one{.kind = integer, .min = 1};

void check_requests(Reader& reader, Node const&, Value& value) {
  constexpr std::int64_t longest = 180'000;  // documented bound of managed deployments
  auto const& timeout = value.at("request_timeout_ms");
  if (!timeout || timeout.integer <= longest) return;
  Reader::Step const step{reader, "request_timeout_ms"};
  reader.warning("PD1015", *timeout.node, "a managed deployment waits at most 180000 ms for an answer",
                 "use at most 180000");
}

constexpr Field request_fields[] = {
    {.name = "request_timeout_ms",
     .shape = &milliseconds,
     .wire = "requestTimeout",
     .doc = "How long scoring may take, in milliseconds; 5000 when absent."},
    {.name = "max_concurrent_requests_per_instance",
     .shape = &at_least_one,
     .doc = "Requests that one instance works on at the same time; 1 when absent."},
    {.name = "max_queue_wait_ms",
     .shape = &wait,
     .support = Support::noted,
     .wire = "maxQueueWait",
     .doc = "How long a request may wait for its turn, in milliseconds; 500 when absent."}};
constexpr Shape managed_requests{.kind = object, .fields = request_fields, .check = check_requests};
constexpr Shape requests{.kind = object, .fields = request_fields};

constexpr Shape delay{.kind = integer, .min = 0, .wire = &wire::seconds};
constexpr Shape period{.kind = integer, .min = 1, .wire = &wire::seconds};
constexpr Field probe_fields[] = {
    {.name = "initial_delay", .shape = &delay, .doc = "Seconds from the start of the container to the first probe."},
    {.name = "period", .shape = &period, .doc = "Seconds between probes."},
    {.name = "timeout", .shape = &period, .doc = "Seconds until a probe has failed."},
    {.name = "success_threshold",
     .shape = &at_least_one,
     .doc = "Successes in a row after which the container is healthy."},
    {.name = "failure_threshold", .shape = &at_least_one, .doc = "Failures in a row after which it is not."}};
constexpr Hint probe_hints[] = {{"initialDelay", "write `initial_delay`, in seconds"},
                                {"path", "the path comes from `inference_config` of the environment"},
                                {"port", "the port comes from `inference_config` of the environment"}};
constexpr Shape probe{.kind = object, .name = "a probe", .fields = probe_fields, .hints = probe_hints};

constexpr Field default_scale_fields[] = {
    {.name = "type", .shape = &string_shape, .doc = "`default`: the number of instances is fixed."}};
constexpr Shape default_scale{.kind = object, .fields = default_scale_fields};
constexpr Shape utilization{.kind = integer, .min = 1, .max = 100};
constexpr Shape polling{.kind = integer, .min = 1, .wire = &wire::seconds};

void check_target(Reader& reader, Node const&, Value& value) {
  auto const& least = value.at("min_instances");
  auto const& most = value.at("max_instances");
  if (!least || !most || least.integer <= most.integer) return;
  Reader::Step const step{reader, "min_instances"};
  reader.error("PD1015", *least.node, "`min_instances` is above `max_instances`", "exchange the two")
      .related.push_back(most.node->source->label(most.node->span, "the most"));
}

constexpr Field target_scale_fields[] = {
    {.name = "type", .shape = &string_shape, .doc = "`target_utilization`: instances come and go with the load."},
    {.name = "min_instances", .shape = &at_least_one, .doc = "Fewest instances."},
    {.name = "max_instances", .shape = &at_least_one, .doc = "Most instances."},
    {.name = "polling_interval", .shape = &polling, .doc = "Seconds between looks at the load."},
    {.name = "target_utilization_percentage", .shape = &utilization, .doc = "Load to aim for, in percent."}};
constexpr Shape target_scale{.kind = object, .fields = target_scale_fields, .check = check_target};
constexpr Alternative scales[] = {{"default", &default_scale}, {"target_utilization", &target_scale}};
constexpr Shape scale{.kind = tagged,
                      .name = "scale settings",
                      .any_case = true,
                      .tag = "type",
                      .alternatives = scales,
                      .wire_tag = "scaleType"};

constexpr std::string_view yes_or_no[] = {"true", "false"};
constexpr Word switch_words[] = {{"true", "enabled"}, {"false", "disabled"}};
constexpr Shape text_switch{.kind = string,
                            .name = "the text \"true\" or \"false\"",
                            .values = yes_or_no,
                            .any_case = true,
                            .words = switch_words};
constexpr Field collected_fields[] = {
    {.name = "name", .shape = &string_shape, .doc = "Name of the data asset."},
    {.name = "path", .shape = &string_shape, .doc = "Where the data is written, an `azureml://datastores/...` URI."},
    {.name = "version", .shape = &string_shape, .doc = "Version of the data asset; quote it."},
    {.name = "data_id", .shape = &string_shape, .doc = "Id of a registered data asset."}};
constexpr Shape collected_mapping{.kind = object, .name = "a data asset", .fields = collected_fields};
constexpr Shape collected{.kind = either,
                          .name = "a data asset: a mapping with `name`, `path` and `version`",
                          .scalar = &string_shape,
                          .mapping = &collected_mapping};
constexpr Field collection_fields[] = {{.name = "enabled",
                                        .shape = &text_switch,
                                        .need = Need::required,
                                        .wire = "dataCollectionMode",
                                        .doc = "Whether it is collected, as text: `'true'` or `'false'`."},
                                       {.name = "data",
                                        .shape = &collected,
                                        .support = Support::noted,
                                        .wire = "-",
                                        .doc = "The data asset that the data becomes."},
                                       {.name = "client_id",
                                        .shape = &string_shape,
                                        .support = Support::noted,
                                        .doc = "Client id of the identity that writes."}};
constexpr Shape collection{.kind = object, .name = "a collection", .fields = collection_fields};
constexpr Shape collections{.kind = map, .item = &collection};
constexpr std::string_view rates[] = {"minute", "hour", "day"};
constexpr Shape rolling_rate{.kind = string, .values = rates, .any_case = true};
constexpr Shape share{.kind = number, .min = 0, .max = 1};
constexpr Field logging_fields[] = {
    {.name = "capture_headers", .shape = &string_list_shape, .doc = "Headers that are logged."}};
constexpr Shape request_logging{.kind = object, .fields = logging_fields};
constexpr Field collector_fields[] = {
    {.name = "collections",
     .shape = &collections,
     .doc = "What is collected: `model_inputs`, `model_outputs`, `request`, `response`, or names of your own."},
    {.name = "rolling_rate",
     .shape = &rolling_rate,
     .support = Support::noted,
     .doc = "How often a new file begins: `minute`, `hour` or `day`."},
    {.name = "sampling_rate",
     .shape = &share,
     .support = Support::noted,
     .wire = "-",
     .doc = "Share of requests that is collected, 0 to 1."},
    {.name = "request_logging",
     .shape = &request_logging,
     .support = Support::noted,
     .doc = "What is logged of each request."}};
constexpr Shape data_collector{.kind = object, .fields = collector_fields, .finish = share_sampling_rate};

constexpr std::string_view types[] = {"managed", "kubernetes"};
constexpr Shape deployment_type{.kind = string, .values = types, .any_case = true};

constexpr Hint hints[] = {{"traffic", "traffic belongs to the endpoint"},
                          {"code", "it belongs into `code_configuration`"},
                          {"scoring_script", "it belongs into `code_configuration`"},
                          {"resources", "only deployments on Kubernetes have resources: add `type: kubernetes`"},
                          {"compute", "an online deployment has no compute; a managed one has `instance_type`"}};
constexpr Hint kubernetes_hints[] = {{"traffic", "traffic belongs to the endpoint"},
                                     {"code", "it belongs into `code_configuration`"},
                                     {"scoring_script", "it belongs into `code_configuration`"},
                                     {"egress_public_network_access", "only managed deployments have it"},
                                     {"compute", "the cluster belongs to the endpoint"}};

constexpr Field common_rows[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name",
     .shape = &deployment_name,
     .need = Need::required,
     .wire = "-",
     .doc = "Name, unique within its endpoint: 3 to 32 letters, digits and dashes."},
    {.name = "endpoint_name",
     .shape = &string_shape,
     .need = Need::required,
     .wire = "-",
     .doc = "The endpoint it belongs to."},
    {.name = "type", .shape = &deployment_type, .wire = "-", .doc = "`managed` or `kubernetes`; managed when absent."},
    {.name = "description", .shape = &string_shape, .doc = "What the deployment is, in words."},
    {.name = "tags", .shape = &resource_tags, .wire = "/tags", .unsent = "{}", .doc = "Free labels."},
    {.name = "properties", .shape = &free_map_shape, .unsent = "{}", .doc = "Free properties."},
    {.name = "model", .shape = &model_of_deployment, .doc = "The model: `azureml:NAME:VERSION`, or one in place."},
    {.name = "environment",
     .shape = &environment_of_deployment,
     .wire = "properties.environmentId",
     .doc = "The environment: `azureml:NAME:VERSION`, or one in place.  A model in MLflow format needs none."},
    {.name = "code_configuration",
     .shape = &code_configuration,
     .doc = "Scoring code.  A model in MLflow format needs none."},
    {.name = "environment_variables",
     .shape = &variables_of_deployment,
     .unsent = "{}",
     .doc = "Environment variables of the container."},
    {.name = "instance_count", .shape = &instance_count, .wire = "/sku.capacity", .doc = "Number of instances."},
    {.name = "app_insights_enabled",
     .shape = &boolean_shape,
     .support = Support::noted,
     .unsent = "false",
     .doc = "Whether logs and metrics go to Application Insights."},
    {.name = "scale_settings",
     .shape = &scale,
     .support = Support::noted,
     .doc = "How the number of instances changes."},
    {.name = "liveness_probe", .shape = &probe, .support = Support::noted, .doc = "When a container counts as dead."},
    {.name = "readiness_probe", .shape = &probe, .support = Support::noted, .doc = "When a container counts as ready."},
    {.name = "model_mount_path",
     .shape = &string_shape,
     .support = Support::noted,
     .doc = "Where the model is mounted in a container of your own."},
    {.name = "data_collector", .shape = &data_collector, .doc = "What is kept of requests and answers."},
    {.name = "id", .shape = &string_shape, .wire = "-", .doc = "Written by the service."},
    {.name = "provisioning_state", .shape = &string_shape, .wire = "-", .doc = "Written by the service."}};

constexpr Field managed_rows[] = {
    {.name = "instance_type",
     .shape = &vm_size,
     .need = Need::required,
     .doc = "Size of the virtual machines, for example `Standard_DS3_v2`."},
    {.name = "request_settings", .shape = &managed_requests, .doc = "Timeouts and concurrency."},
    {.name = "egress_public_network_access",
     .shape = &network_access,
     .support = Support::noted,
     .doc = "Whether the deployment may reach the internet."},
    {.name = "private_network_connection",
     .shape = &boolean_shape,
     .support = Support::noted,
     .wire = "-",
     .doc = "Whether it uses private connections; a preview feature."},
    {.name = "creation_context",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."}};

constexpr Field amount_fields[] = {
    {.name = "cpu", .shape = &string_shape, .doc = "CPU, for example `\"0.5\"`; quote it."},
    {.name = "memory", .shape = &string_shape, .doc = "Memory, for example `1Gi`."},
    {.name = "gpu", .shape = &string_shape, .doc = "GPUs, for example `\"1\"`; quote it."},
    {.name = "nvidia.com/gpu", .shape = &string_shape, .wire = "gpu", .doc = "The same as `gpu`."}};
constexpr Shape amount{
    .kind = object, .name = "an amount: a mapping of `cpu`, `memory`, `gpu`", .fields = amount_fields};
constexpr Field resources_fields[] = {
    {.name = "requests",
     .shape = &amount,
     .wire = "containerResourceRequests",
     .doc = "What a container is given at least."},
    {.name = "limits", .shape = &amount, .wire = "containerResourceLimits", .doc = "What it may use at most."}};
constexpr Shape container_resources{.kind = object, .fields = resources_fields};

constexpr Field kubernetes_rows[] = {
    {.name = "instance_type", .shape = &string_shape, .doc = "Instance type that the cluster defines."},
    {.name = "request_settings", .shape = &requests, .doc = "Timeouts and concurrency."},
    {.name = "resources",
     .shape = &container_resources,
     .wire = "properties.containerResourceRequirements",
     .doc = "CPU, memory and GPUs of each container."}};

bool names_schema(Node const& node, std::string_view part) {
  auto const* schema = node.find("$schema");
  return schema != nullptr && schema->is_string() && schema->text.find(part) != std::string::npos;
}

void check_model(Reader& reader, Node const& node) {
  if (node.find("model") == nullptr)
    reader.warning(
        "PD1021", reader.holder(node), "the deployment names no `model`",
        "add `model:`, or give it with `--set model=azureml:NAME:VERSION`; a container of your own may need none");
}

void check_managed(Reader& reader, Node const& node, Value& value) {
  check_model(reader, node);
  if (node.find("instance_count") == nullptr) {
    Reader::Step const step{reader, "instance_count"};
    reader.warning("PD1013", reader.holder(node), "a managed deployment needs `instance_count`",
                   "add `instance_count: 1`");
  }
  auto const* settings = node.find("scale_settings");
  auto const* type = settings == nullptr ? nullptr : settings->find("type");
  if (type == nullptr || value.at("scale_settings").shape != &target_scale) return;
  Reader::Step const step{reader, "scale_settings"};
  Reader::Step const deeper{reader, "type"};
  reader
      .error("PD1021", *type, "a managed deployment scales by `default` only",
             "write `type: default`, or use autoscale rules of Azure Monitor")
      .official = "ManagedOnlineEndpoint supports DefaultScaleSettings only.";
}

void check_no_registry(Reader& reader, Value const& value, std::string_view name) {
  auto const& given = value.at(name);
  if (given.is_map() || given.node == nullptr || !given.node->text.starts_with("azureml://registries/")) return;
  Reader::Step const step{reader, name};
  reader.error("PD1019", *given.node, "a deployment on Kubernetes cannot use assets of a registry",
               "register it in the workspace, and write `azureml:NAME:VERSION`");
}

/// The client goes by `type: kubernetes`, whatever `$schema` says.
void check_kubernetes(Reader& reader, Node const& node, Value& value) {
  check_model(reader, node);
  check_no_registry(reader, value, "environment");
  check_no_registry(reader, value, "model");
  auto const* type = node.find("type");
  if (type == nullptr) {
    Reader::Step const step{reader, "type"};
    bool const refused = node.find("instance_type") == nullptr || node.find("resources") != nullptr;
    reader.report("PD1013", refused ? Severity::error : Severity::warning, reader.holder(node),
                  "without `type`, this is read as a managed deployment", "add `type: kubernetes`");
  } else if (names_schema(node, "managedOnlineDeployment")) {
    Reader::Step const step{reader, "type"};
    reader.warning("PD1021", *type, "`$schema` is that of a managed deployment, `type` is `kubernetes`",
                   "name `kubernetesOnlineDeployment.schema.json`, or remove `type`");
  }
}

constexpr auto managed_fields = rows(common_rows, managed_rows);
constexpr auto kubernetes_fields = rows(common_rows, kubernetes_rows);
constexpr Constant managed_constants[] = {{"/sku.name", "\"Default\""},
                                          {"properties.endpointComputeType", "\"Managed\""}};
constexpr Constant kubernetes_constants[] = {{"/sku.name", "\"Default\""},
                                             {"properties.endpointComputeType", "\"Kubernetes\""}};

constexpr Shape model_id{.kind = string, .check = check_deployment_model};

}  // namespace

constexpr Shape code_configuration{.kind = object,
                                   .name = "a mapping with `code` and `scoring_script`",
                                   .fields = code_fields,
                                   .check = check_scoring};
constexpr Shape model_of_deployment{.kind = either,
                                    .name = "a model: `azureml:NAME:VERSION` or a mapping with `path`",
                                    .scalar = &model_id,
                                    .mapping = &model_inline,
                                    .wire = &model_reference};
constexpr Shape variables_of_deployment{.kind = map, .item = &single_value};
constexpr Shape online_deployment{.kind = object,
                                  .name = "an online deployment",
                                  .fields = managed_fields,
                                  .hints = hints,
                                  .check = check_managed,
                                  .under = "properties",
                                  .constants = managed_constants,
                                  .finish = finish_deployment};
constexpr Shape kubernetes_deployment{.kind = object,
                                      .name = "an online deployment",
                                      .fields = kubernetes_fields,
                                      .hints = kubernetes_hints,
                                      .check = check_kubernetes,
                                      .under = "properties",
                                      .constants = kubernetes_constants,
                                      .finish = finish_deployment};

}  // namespace podium::inline v0::spec::kinds
