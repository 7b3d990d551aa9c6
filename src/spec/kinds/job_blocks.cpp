#include "spec/files.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/wire/spellings.hpp"

#include <algorithm>

/// What jobs and components share besides inputs and outputs.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr Field managed_identity_fields[] = {
    {.name = "type", .shape = &string_shape, .doc = "`managed`: an identity of the compute."},
    {.name = "client_id", .shape = &string_shape, .doc = "Client id of a user-assigned identity."},
    {.name = "object_id", .shape = &string_shape, .doc = "Object id of a user-assigned identity."},
    {.name = "msi_resource_id",
     .shape = &string_shape,
     .wire = "resourceId",
     .doc = "ARM id of a user-assigned identity."}};
constexpr Shape managed_identity{.kind = object, .name = "a managed identity", .fields = managed_identity_fields};
constexpr Field bare_type_fields[] = {{.name = "type", .shape = &string_shape, .doc = "Which identity it is."}};
constexpr Shape bare_type{.kind = object, .name = "an identity", .fields = bare_type_fields};
constexpr Alternative identities[] = {{"managed", &managed_identity, "Managed"},
                                      {"managed_identity", &managed_identity, "Managed"},
                                      {"aml_token", &bare_type, "AMLToken"},
                                      {"user_identity", &bare_type, "UserIdentity"}};

void check_nodes(Reader& reader, Node const& node, Value& value) {
  if (value.text != "all")
    reader.error("PD1014", node, "`" + value.text + "` is not `all`, the only value that `nodes` takes",
                 "write `nodes: all`, or remove it for the first node alone");
}
constexpr Shape all_nodes{.kind = string, .check = check_nodes, .wire = &wire::all_nodes};
constexpr std::string_view service_types[] = {"jupyter_lab", "ssh", "tensor_board", "vs_code"};
void check_service_type(Reader& reader, Node const& node, Value& value) {
  auto const meant = nearest(value.text, service_types);
  if (value.text == meant) return;
  auto& problem = reader.warning(
      "PD1100", node, "`" + value.text + "` is not a service that Azure ML starts",
      meant.empty() ? "known are: " + joined(service_types) : "did you mean `" + std::string{meant} + "`?");
  if (!meant.empty() && node.plain) problem.fix = Fix{node.span, std::string{meant}, Applicability::unsafe};
}
constexpr Word service_words[] = {
    {"jupyter_lab", "JupyterLab"}, {"ssh", "SSH"}, {"tensor_board", "TensorBoard"}, {"vs_code", "VSCode"}};
constexpr Shape service_type{.kind = string, .check = check_service_type, .words = service_words};

constexpr Field service_fields[] = {
    {.name = "type",
     .shape = &service_type,
     .wire = "jobServiceType",
     .doc = "`jupyter_lab`, `ssh`, `tensor_board` or `vs_code`."},
    {.name = "port", .shape = &port, .doc = "Port on the node, 1 to 65535."},
    {.name = "nodes", .shape = &all_nodes, .doc = "`all` runs the service on every node; absent, on the first one."},
    {.name = "properties", .shape = &free_map_shape, .doc = "Settings of the service."},
    {.name = "endpoint", .shape = &any_shape, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "status", .shape = &any_shape, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "error_message", .shape = &any_shape, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "ssh_public_keys",
     .shape = &string_shape,
     .wire = "=properties.sshPublicKeys",
     .doc = "`ssh` only: public keys that may log in."},
    {.name = "log_dir",
     .shape = &string_shape,
     .wire = "=properties.logDir",
     .doc = "`tensor_board` only: folder of the logs."}};

void check_service(Reader& reader, Node const& node, Value& value) {
  auto const type = value.string("type");
  auto const only = [&](std::string_view field, std::string_view owner) {
    if (type.empty() || type == owner || !value.at(field)) return;
    if (std::find(std::begin(service_types), std::end(service_types), type) == std::end(service_types)) return;
    Reader::Step const step{reader, field};
    reader
        .error("PD1010", *node.entry(field)->key,
               "`" + std::string{field} + "` belongs to `" + std::string{owner} + "`, not to `" + type + "`",
               "remove it")
        .official = "Unknown field.";
  };
  only("ssh_public_keys", "ssh");
  only("log_dir", "tensor_board");
}
constexpr Hint service_hints[] = {{"job_service_type", "it is called `type` now"}};
constexpr Shape service{.kind = object,
                        .name = "a service",
                        .fields = service_fields,
                        .hints = service_hints,
                        .check = check_service,
                        .finish = wire::finish_service};

constexpr Shape docker_args{.kind = either, .scalar = &string_shape, .sequence = &string_list_shape};

constexpr Shape instances{.kind = integer, .min = 1, .advisory = true};

void check_memory(Reader& reader, Node const& node, Value& value) {
  auto const& text = value.text;
  auto const digits = text.find_first_not_of("0123456789");
  if (digits != 0 && digits != std::string::npos && digits + 1 == text.size() &&
      std::string_view{"bBkKmMgG"}.find(text.back()) != std::string_view::npos)
    return;
  if (is_placeholder(text)) return;
  reader.error("PD1016", node, "`" + text + "` is not a size of memory",
               "write digits and one of b, k, m, g, for example `2g`");
}
constexpr Shape memory{.kind = string, .check = check_memory};

constexpr Field resources_fields[] = {
    {.name = "instance_count", .shape = &instances, .doc = "Number of nodes, at least 1."},
    {.name = "instance_type",
     .shape = &string_shape,
     .doc = "Size of the nodes, for serverless compute and Kubernetes."},
    {.name = "properties",
     .shape = &free_map_shape,
     .support = Support::noted,
     .doc = "Settings of the compute, free in form."},
    {.name = "shm_size",
     .shape = &memory,
     .support = Support::noted,
     .doc = "Shared memory of the container: digits and one of b, k, m, g; `2g` when absent."},
    {.name = "docker_args",
     .shape = &docker_args,
     .support = Support::noted,
     .doc = "Further arguments of `docker run`, as text or a list."},
    {.name = "locations",
     .shape = &string_list_shape,
     .support = Support::noted,
     .doc = "Regions where the job may run."},
    {.name = "max_instance_count",
     .shape = &integer_shape,
     .support = Support::noted,
     .doc = "Largest number of nodes, for elastic jobs."}};

constexpr Shape process_count{.kind = integer, .min = 0, .advisory = true};
constexpr Field pytorch_fields[] = {
    {.name = "type", .shape = &string_shape, .doc = "`pytorch` or `mpi`."},
    {.name = "process_count_per_instance", .shape = &process_count, .doc = "Processes on each node."}};
constexpr Field tensorflow_fields[] = {
    {.name = "type", .shape = &string_shape, .doc = "`tensorflow`."},
    {.name = "parameter_server_count", .shape = &integer_shape, .unsent = "0", .doc = "Number of parameter servers."},
    {.name = "worker_count", .shape = &integer_shape, .doc = "Number of workers; by default one on each node."}};
constexpr Field ray_fields[] = {
    {.name = "type", .shape = &string_shape, .doc = "`ray`; a preview feature."},
    {.name = "port", .shape = &integer_shape, .doc = "Port of the head node."},
    {.name = "address", .shape = &string_shape, .doc = "Address of the head node."},
    {.name = "include_dashboard", .shape = &boolean_shape, .doc = "Whether the dashboard runs."},
    {.name = "dashboard_port", .shape = &integer_shape, .doc = "Port of the dashboard."},
    {.name = "head_node_additional_args",
     .shape = &string_shape,
     .doc = "Further arguments of `ray start` on the head."},
    {.name = "worker_node_additional_args",
     .shape = &string_shape,
     .doc = "Further arguments of `ray start` on the workers."}};
constexpr Shape pytorch{.kind = object, .name = "a distribution", .fields = pytorch_fields};
constexpr Shape tensorflow{.kind = object, .name = "a distribution", .fields = tensorflow_fields};
constexpr Shape ray{.kind = object, .name = "a distribution", .fields = ray_fields};
constexpr Alternative distributions[] = {{"pytorch", &pytorch, "PyTorch"},
                                         {"tensorflow", &tensorflow, "TensorFlow"},
                                         {"mpi", &pytorch, "Mpi"},
                                         {"ray", &ray, "Ray"}};

// In a component the client ignores unknown keys.
constexpr Shape loose_pytorch{
    .kind = object, .name = "a distribution", .fields = pytorch_fields, .unknown = Unknown::warning};
constexpr Shape loose_tensorflow{
    .kind = object, .name = "a distribution", .fields = tensorflow_fields, .unknown = Unknown::warning};
constexpr Shape loose_ray{.kind = object, .name = "a distribution", .fields = ray_fields, .unknown = Unknown::warning};
constexpr Alternative loose_distributions[] = {{"pytorch", &loose_pytorch, "pytorch"},
                                               {"tensorflow", &loose_tensorflow, "tensorflow"},
                                               {"mpi", &loose_pytorch, "mpi"},
                                               {"ray", &loose_ray, "ray"}};

constexpr Field limits_fields[] = {
    {.name = "timeout", .shape = &seconds, .doc = "Seconds after which the job is stopped."}};
constexpr Constant limits_constants[] = {{"jobLimitsType", "\"Command\""}};

constexpr std::string_view tiers[] = {"spot", "basic", "standard", "premium", "null"};
constexpr Word tier_words[] = {
    {"spot", "Spot"}, {"basic", "Basic"}, {"standard", "Standard"}, {"premium", "Premium"}, {"null", "Null"}};
constexpr Shape tier{.kind = string, .values = tiers, .any_case = true, .words = tier_words};
constexpr std::string_view priorities[] = {"low", "medium", "high"};
constexpr Shape priority{.kind = string, .values = priorities, .any_case = true, .wire = &wire::priority};
constexpr Field queue_fields[] = {{.name = "job_tier",
                                   .shape = &tier,
                                   .doc = "Tier of serverless compute: `spot`, `basic`, `standard` or `premium`."},
                                  {.name = "priority", .shape = &priority, .doc = "`low`, `medium` or `high`."}};

/// The client sends whatever stands there as text; a container knows nothing but text.
void check_variable(Reader& reader, Node const& node, Value& value) {
  if (node.is_null()) {
    value.kind = Value::Kind::text;
    value.text.clear();
  }
  if (node.is_mapping() || node.is_sequence())
    reader.warning("PD1012", node, "an environment variable is text, found " + found(node), "put it in quotes");
}
constexpr Shape variable_scalar{.kind = text};
constexpr Shape variable_other{.kind = any, .check = check_variable};
constexpr Field variable_fields[] = {
    {.name = "value", .shape = &variable_scalar, .need = Need::required, .doc = "Value of the variable."}};
constexpr Shape variable_value{.kind = object, .fields = variable_fields, .unknown = Unknown::warning};
constexpr Alternative variable_mappings[] = {{"value", &variable_value}, {"", &variable_other}};
constexpr Shape variable_mapping{.kind = keyed, .alternatives = variable_mappings};
constexpr Shape variable{.kind = either,
                         .name = "text",
                         .scalar = &variable_scalar,
                         .mapping = &variable_mapping,
                         .sequence = &variable_other,
                         .wire = &wire::variable};

}  // namespace

constexpr Shape port{.kind = integer, .min = 1, .max = 65535, .advisory = true};
constexpr Shape seconds{.kind = integer, .min = 0, .advisory = true, .wire = &wire::seconds};
constexpr Shape job_tags{.kind = map, .item = &string_shape, .empty_items = true};
constexpr Shape identity{.kind = tagged,
                         .name = "an identity",
                         .any_case = true,
                         .tag = "type",
                         .alternatives = identities,
                         .wire_tag = "identityType"};
constexpr Shape services{.kind = map, .item = &service};
constexpr Shape job_resources{
    .kind = object, .name = "resources", .fields = resources_fields, .finish = wire::finish_resources};
constexpr Shape component_resources{
    .kind = object, .name = "resources", .fields = resources_fields, .unknown = Unknown::warning, .wire = &wire::as_is};
constexpr Shape distribution{.kind = tagged,
                             .name = "a distribution",
                             .any_case = true,
                             .tag = "type",
                             .alternatives = distributions,
                             .wire_tag = "distributionType"};
constexpr Shape component_distribution{
    .kind = tagged, .name = "a distribution", .any_case = true, .tag = "type", .alternatives = loose_distributions};
constexpr Shape command_limits{
    .kind = object, .name = "limits", .fields = limits_fields, .constants = limits_constants};
constexpr Shape queue_settings{.kind = object, .name = "queue settings", .fields = queue_fields};
constexpr Shape environment_variables{.kind = map, .item = &variable, .empty_items = true};

}  // namespace podium::inline v0::spec::kinds
