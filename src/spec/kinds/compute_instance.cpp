#include "spec/kinds/compute.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/reader.hpp"

#include <map>
#include <string>

/// Compute instances.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr Field ssh_fields[] = {
    {.name = "ssh_key_value", .shape = &string_shape, .wire = "adminPublicKey", .doc = "Public key of the user."},
    {.name = "admin_username",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."},
    {.name = "ssh_port", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."}};
constexpr Shape ssh{.kind = object, .fields = ssh_fields};

constexpr Field owner_fields[] = {{.name = "user_tenant_id",
                                   .shape = &string_shape,
                                   .need = Need::required,
                                   .wire = "tenantId",
                                   .doc = "Tenant of the user."},
                                  {.name = "user_object_id",
                                   .shape = &string_shape,
                                   .need = Need::required,
                                   .wire = "objectId",
                                   .doc = "Object id of the user."}};
constexpr Shape owner{.kind = object, .fields = owner_fields};

constexpr std::string_view actions[] = {"start", "stop"};
constexpr Word action_words[] = {{"start", "start"}, {"stop", "stop"}};
constexpr Shape action{.kind = string, .values = actions, .any_case = true, .words = action_words};
constexpr std::string_view states[] = {"enabled", "disabled"};
constexpr Word state_words[] = {{"enabled", "enabled"}, {"disabled", "disabled"}};
constexpr Shape state{.kind = string, .values = states, .any_case = true, .words = state_words};
constexpr Field start_stop_fields[] = {
    {.name = "trigger", .shape = &compute_trigger, .need = Need::required, .wire = "-", .doc = "When it happens."},
    {.name = "action", .shape = &action, .need = Need::required, .doc = "`start` or `stop`."},
    {.name = "state", .shape = &state, .wire = "status", .unsent = "\"Enabled\"", .doc = "`enabled` or `disabled`."},
    {.name = "schedule_id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."},
    {.name = "provisioning_state", .shape = &set_by_service, .wire = "-", .doc = "Written by the service."}};
constexpr Shape start_stop{.kind = object,
                           .name = "a schedule",
                           .fields = start_stop_fields,
                           .finish = finish_start_stop,
                           .unfinish = unfinish_start_stop};
constexpr Shape start_stops{.kind = list, .name = "a list of schedules", .item = &start_stop};
constexpr Field schedules_fields[] = {
    {.name = "compute_start_stop", .shape = &start_stops, .doc = "When the instance starts and stops."}};
constexpr Shape schedules{.kind = object, .fields = schedules_fields};

void check_idle(Reader& reader, Node const& node, Value& value) {
  auto const& text = value.text;
  bool const shaped =
      text.size() > 3 && text.starts_with("PT") && text.find_first_not_of("0123456789HMS", 2) == std::string::npos;
  if (!shaped)
    reader.warning("PD1020", node, "`" + text + "` is not a duration",
                   "write for example `PT30M`, or use `idle_time_before_shutdown_minutes`");
}
constexpr Shape idle_text{.kind = string, .check = check_idle};
constexpr Shape idle_minutes{.kind = integer, .min = 15, .max = 4320};

constexpr Shape at_least_one{.kind = integer, .min = 1};
constexpr Field script_fields[] = {
    {.name = "path",
     .shape = &string_shape,
     .wire = "scriptData",
     .doc = "The script, on the file share of the workspace."},
    {.name = "command", .shape = &string_shape, .wire = "scriptArguments", .doc = "Arguments of the script."},
    {.name = "timeout_minutes", .shape = &at_least_one, .wire = "-", .doc = "Minutes that the script may run."}};
constexpr Constant script_constants[] = {{"scriptSource", "\"workspaceStorage\""}};
constexpr Shape script{.kind = object, .fields = script_fields, .constants = script_constants, .finish = finish_script};
constexpr Field scripts_fields[] = {
    {.name = "creation_script",
     .shape = &script,
     .wire = "scripts.creationScript",
     .doc = "Runs once, when the instance is created."},
    {.name = "startup_script", .shape = &script, .wire = "scripts.startupScript", .doc = "Runs at each start."}};
constexpr Shape scripts{.kind = object, .fields = scripts_fields};

constexpr std::string_view docker[] = {"docker"};
constexpr Word docker_words[] = {{"docker", "docker"}};
constexpr Shape application_type{.kind = string, .values = docker, .any_case = true, .words = docker_words};
constexpr Field image_fields[] = {
    {.name = "reference", .shape = &string_shape, .need = Need::required, .doc = "Docker image of the application."}};
constexpr Constant image_constants[] = {{"type", "\"docker\""}};
constexpr Shape image{.kind = object, .fields = image_fields, .constants = image_constants};
/// The bounds of the client, both exclusive there: 1025 and 65535.
constexpr Shape application_port{.kind = integer, .min = 1026, .max = 65534};
constexpr Field port_fields[] = {
    {.name = "target", .shape = &application_port, .need = Need::required, .doc = "Port in the container."},
    {.name = "published", .shape = &application_port, .need = Need::required, .doc = "Port of the instance."}};
constexpr Constant port_constants[] = {{"name", "\"connect\""}, {"protocol", "\"http\""}};
constexpr Shape port_pair{.kind = object, .fields = port_fields, .constants = port_constants};
constexpr Shape port_pairs{.kind = list, .item = &port_pair};
constexpr Field mount_fields[] = {
    {.name = "source", .shape = &string_shape, .need = Need::required, .doc = "Folder of the instance."},
    {.name = "target", .shape = &string_shape, .need = Need::required, .doc = "Folder in the container."}};
constexpr Constant mount_constants[] = {{"type", "\"bind\""}, {"readOnly", "false"}};
constexpr Shape mount{.kind = object, .fields = mount_fields, .constants = mount_constants};
constexpr Shape mounts{.kind = list, .item = &mount};
constexpr Shape variables{.kind = map, .item = &any_shape, .wire = &local_variables};
constexpr Field application_fields[] = {
    {.name = "name", .shape = &string_shape, .need = Need::required, .doc = "Name of the application."},
    {.name = "type", .shape = &application_type, .unsent = "\"docker\"", .doc = "Only `docker`."},
    {.name = "image", .shape = &image, .need = Need::required, .doc = "The image."},
    {.name = "endpoints",
     .shape = &port_pairs,
     .need = Need::required,
     .doc = "Ports that can be opened from the studio."},
    {.name = "environment_variables", .shape = &variables, .doc = "Environment variables of the application."},
    {.name = "bind_mounts", .shape = &mounts, .wire = "volumes", .doc = "Folders that the application sees."}};
constexpr Constant application_constants[] = {{"docker.privileged", "true"}};
constexpr Shape application{
    .kind = object, .name = "an application", .fields = application_fields, .constants = application_constants};

void check_twice(Reader& reader, Value const& what, std::map<std::string, Value const*>& seen, std::string_view field,
                 std::string_view words) {
  if (!what || what.node == nullptr) return;
  std::string const text = what.kind == Value::Kind::integer ? std::to_string(what.integer) : what.text;
  auto const [other, fresh] = seen.emplace(text, &what);
  if (fresh) return;
  Reader::Step const step{reader, field};
  reader
      .error("PD1024", *what.node, "the " + std::string{words} + " `" + text + "` is given twice",
             "give each one of its own")
      .related.push_back(other->second->node->source->label(other->second->node->span, "first given here"));
}

void check_applications(Reader& reader, Node const&, Value& value) {
  std::map<std::string, Value const*> names, ports;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    Reader::Step const step{reader, std::to_string(i)};
    check_twice(reader, value.items[i].at("name"), names, "name", "name");
    auto const& pairs = value.items[i].at("endpoints").items;
    Reader::Step const endpoints{reader, "endpoints"};
    for (std::size_t j = 0; j < pairs.size(); ++j) {
      Reader::Step const at{reader, std::to_string(j)};
      check_twice(reader, pairs[j].at("published"), ports, "published", "published port");
    }
  }
}
constexpr Shape applications{
    .kind = list, .name = "a list of applications", .item = &application, .check = check_applications};

constexpr Hint hints[] = {{"vm_size", "write `size:`"},
                          {"min_instances", "an instance is one machine; clusters are `type: amlcompute`"},
                          {"max_instances", "an instance is one machine; clusters are `type: amlcompute`"},
                          {"idle_time_before_scale_down", "write `idle_time_before_shutdown_minutes:`"}};

constexpr Field instance_rows[] = {
    {.name = "size",
     .shape = &vm_size,
     .wire = "properties.properties.vmSize",
     .unsent = "\"STANDARD_DS3_V2\"",
     .doc = "Size of the machine; `Standard_DS3_v2` when absent."},
    {.name = "network_settings", .shape = &network_settings, .wire = "-", .doc = "Virtual network of the machine."},
    {.name = "create_on_behalf_of",
     .shape = &owner,
     .wire = "properties.properties.personalComputeInstanceSettings.assignedUser",
     .doc = "User that the instance is for."},
    {.name = "ssh_settings", .shape = &ssh, .wire = "-", .doc = "Public key for SSH."},
    {.name = "ssh_public_access_enabled",
     .shape = &boolean_shape,
     .wire = "-",
     .doc = "Whether it can be reached by SSH from the internet."},
    {.name = "schedules",
     .shape = &schedules,
     .wire = "properties.properties.schedules",
     .doc = "When the instance starts and stops by itself."},
    {.name = "identity", .shape = &compute_identity, .wire = "/identity", .doc = "Identity of the instance."},
    {.name = "idle_time_before_shutdown",
     .shape = &idle_text,
     .wire = "properties.properties.idleTimeBeforeShutdown",
     .doc = "Deprecated: use `idle_time_before_shutdown_minutes`."},
    {.name = "idle_time_before_shutdown_minutes",
     .shape = &idle_minutes,
     .wire = "-",
     .doc = "Minutes of idleness after which the instance stops, 15 to 4320."},
    {.name = "custom_applications",
     .shape = &applications,
     .wire = "properties.properties.customServices",
     .doc = "Applications that run on the instance, for example RStudio."},
    {.name = "setup_scripts",
     .shape = &scripts,
     .wire = "properties.properties.setupScripts",
     .doc = "Scripts that set the instance up."},
    {.name = "enable_node_public_ip",
     .shape = &boolean_shape,
     .wire = "properties.properties.enableNodePublicIp",
     .unsent = "true",
     .doc = "Whether it has a public address."},
    {.name = "enable_sso",
     .shape = &boolean_shape,
     .wire = "properties.properties.enableSSO",
     .unsent = "true",
     .doc = "Whether single sign-on is on."},
    {.name = "enable_root_access",
     .shape = &boolean_shape,
     .wire = "properties.properties.enableRootAccess",
     .unsent = "true",
     .doc = "Whether its user is root."},
    {.name = "release_quota_on_stop",
     .shape = &boolean_shape,
     .wire = "properties.properties.releaseQuotaOnStop",
     .unsent = "false",
     .doc = "Whether stopping gives the quota back."},
    {.name = "enable_os_patching",
     .shape = &boolean_shape,
     .wire = "properties.properties.enableOSPatching",
     .unsent = "false",
     .doc = "Whether the system is patched by itself."},
    {.name = "state", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "last_operation",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."},
    {.name = "services", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "os_image_metadata",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."}};

void check_instance(Reader& reader, Node const& node, Value& value) {
  check_compute_name(reader, value, 3, 24);
  if (auto const* text = node.entry("idle_time_before_shutdown");
      text != nullptr && node.find("idle_time_before_shutdown_minutes") != nullptr) {
    Reader::Step const step{reader, "idle_time_before_shutdown"};
    reader.warning("PD1021", *text->key,
                   "`idle_time_before_shutdown` has no effect beside `idle_time_before_shutdown_minutes`", "remove it");
  }
}

constexpr auto instance_fields = rows(compute_rows, compute_id_row, instance_rows);
constexpr Constant instance_constants[] = {{"properties.computeType", "\"ComputeInstance\""},
                                           {"properties.disableLocalAuth", "true"},
                                           {"properties.properties.applicationSharingPolicy", "\"Shared\""},
                                           {"properties.properties.computeInstanceAuthorizationType", "\"personal\""}};

}  // namespace

constexpr Shape compute_instance{.kind = object,
                                 .name = "a compute instance",
                                 .fields = instance_fields,
                                 .hints = hints,
                                 .check = check_instance,
                                 .under = "properties",
                                 .constants = instance_constants,
                                 .finish = finish_instance,
                                 .unfinish = unfinish_instance};

}  // namespace podium::inline v0::spec::kinds
