#include "spec/kinds/compute.hpp"

#include "base/letters.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/reader.hpp"
#include "spec/wire/spellings.hpp"

#include <algorithm>
#include <cctype>

/// Computes.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

/// The client compares in lower case only; the other spelling means the same.
void check_tier(Reader& reader, Node const& node, Value& value) {
  if (base::lower_case(node.text) != value.text)
    reader.warning("PD1150", node, "the official client refuses `" + node.text + "`", "write `" + value.text + "`");
}

constexpr std::string_view tiers[] = {"dedicated", "low_priority"};
constexpr Word tier_words[] = {{"dedicated", "Dedicated"}, {"low_priority", "LowPriority"}};
constexpr Shape tier{.kind = string, .values = tiers, .any_case = true, .check = check_tier, .words = tier_words};
constexpr Shape node_count{.kind = integer, .min = 0};
constexpr Shape idle_seconds{.kind = integer, .min = 0, .wire = &wire::seconds};
constexpr Shape port_number{.kind = integer, .min = 1, .max = 65535};

constexpr Field ssh_fields[] = {{.name = "admin_username",
                                 .shape = &string_shape,
                                 .need = Need::required,
                                 .wire = "adminUserName",
                                 .doc = "Name of the administrator."},
                                {.name = "admin_password",
                                 .shape = &string_shape,
                                 .wire = "adminUserPassword",
                                 .doc = "Password of the administrator."},
                                {.name = "ssh_key_value",
                                 .shape = &string_shape,
                                 .wire = "adminUserSshPublicKey",
                                 .doc = "Public key of the administrator."}};
constexpr Shape cluster_ssh{.kind = object, .fields = ssh_fields};

void check_network(Reader& reader, Node const& node, Value&) {
  if (node.find("vnet_name") == nullptr || node.find("subnet") != nullptr) return;
  Reader::Step const step{reader, "subnet"};
  reader.error("PD1021", reader.holder(node), "`vnet_name` needs `subnet`", "add `subnet:`").official =
      "Subnet is required when vnet name is specified.";
}

constexpr Field network_fields[] = {
    {.name = "vnet_name",
     .shape = &string_shape,
     .wire = "-",
     .doc = "Name of the virtual network, in the resource group of the workspace."},
    {.name = "subnet", .shape = &string_shape, .wire = "-", .doc = "Name of the subnet, or its ARM id."},
    {.name = "public_ip_address",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."},
    {.name = "private_ip_address",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."}};

constexpr Hint cluster_hints[] = {{"vm_size", "write `size:`"},
                                  {"instance_type", "write `size:`"},
                                  {"vm_priority", "write `tier:`"},
                                  {"max_nodes", "write `max_instances:`"},
                                  {"min_nodes", "write `min_instances:`"}};

constexpr Field cluster_rows[] = {
    {.name = "size",
     .shape = &vm_size,
     .wire = "properties.properties.vmSize",
     .unsent = "\"STANDARD_DS3_V2\"",
     .doc = "Size of the nodes; `Standard_DS3_v2` when absent."},
    {.name = "tier",
     .shape = &tier,
     .wire = "properties.properties.vmPriority",
     .doc = "`dedicated` or `low_priority`; dedicated when absent."},
    {.name = "min_instances",
     .shape = &node_count,
     .wire = "properties.properties.scaleSettings.minNodeCount",
     .unsent = "0",
     .doc = "Fewest nodes; 0 when absent."},
    {.name = "max_instances",
     .shape = &node_count,
     .wire = "properties.properties.scaleSettings.maxNodeCount",
     .unsent = "4",
     .doc = "Most nodes; 4 when absent."},
    {.name = "idle_time_before_scale_down",
     .shape = &idle_seconds,
     .wire = "properties.properties.scaleSettings.nodeIdleTimeBeforeScaleDown",
     .unsent = "\"PT2M\"",
     .doc = "Seconds until an idle node is removed; 120 when absent."},
    {.name = "ssh_public_access_enabled",
     .shape = &boolean_shape,
     .wire = "-",
     .doc = "Whether nodes can be reached by SSH from the internet."},
    {.name = "ssh_settings",
     .shape = &cluster_ssh,
     .wire = "properties.properties.userAccountCredentials",
     .doc = "Account for SSH."},
    {.name = "network_settings", .shape = &network_settings, .wire = "-", .doc = "Virtual network of the nodes."},
    {.name = "identity", .shape = &compute_identity, .wire = "/identity", .doc = "Identity of the nodes."},
    {.name = "enable_node_public_ip",
     .shape = &boolean_shape,
     .wire = "properties.properties.enableNodePublicIp",
     .unsent = "true",
     .doc = "Whether nodes have public addresses."}};

void check_cluster(Reader& reader, Node const& node, Value& value) {
  check_compute_name(reader, value, 2, 32);
  auto const& least = value.at("min_instances");
  auto const& most = value.at("max_instances");
  std::int64_t const bound = most ? most.integer : 4;
  if (least && node.find("min_instances") != nullptr && least.integer > bound &&
      (most || node.find("max_instances") == nullptr)) {
    Reader::Step const step{reader, "min_instances"};
    auto& problem =
        reader.error("PD1015", *least.node,
                     "`min_instances` is above `max_instances`" + std::string{most ? "" : ", which is 4 when absent"},
                     "exchange the two, or give `max_instances`");
    if (most) problem.related.push_back(most.node->source->label(most.node->span, "the most"));
  }
}

constexpr Field kubernetes_rows[] = {
    {.name = "namespace",
     .shape = &string_shape,
     .fallback = "default",
     .wire = "-",
     .doc = "Namespace of the cluster that jobs run in."},
    {.name = "properties", .shape = &free_map_shape, .wire = "-", .doc = "Properties of the attached cluster."},
    {.name = "identity", .shape = &compute_identity, .wire = "/identity", .doc = "Identity of the compute."}};
void check_kubernetes(Reader& reader, Node const& node, Value&) {
  if (node.find("resource_id") != nullptr) return;
  Reader::Step const step{reader, "resource_id"};
  reader.warning("PD1013", reader.holder(node), "an attached cluster needs `resource_id`", "add its ARM id");
}

constexpr Field machine_ssh_fields[] = {
    {.name = "admin_username",
     .shape = &string_shape,
     .need = Need::required,
     .wire = "administratorAccount.username",
     .doc = "Name of the administrator."},
    {.name = "admin_password",
     .shape = &string_shape,
     .wire = "administratorAccount.password",
     .doc = "Password of the administrator."},
    {.name = "ssh_port", .shape = &port_number, .unsent = "22", .doc = "Port of the SSH server; 22 when absent."},
    {.name = "ssh_private_key_file",
     .shape = &string_shape,
     .wire = "-",
     .doc = "File with the private key of the administrator."}};
constexpr Shape machine_ssh{.kind = object, .fields = machine_ssh_fields};
constexpr Field machine_rows[] = {{.name = "ssh_settings",
                                   .shape = &machine_ssh,
                                   .wire = "properties.properties",
                                   .doc = "How to reach the machine by SSH."},
                                  {.name = "compute_location",
                                   .shape = &set_by_service,
                                   .wire = "-",
                                   .doc = "Written by the service; ignored in a file."}};
constexpr Field attached_id_row[] = {
    {.name = "resource_id", .shape = &string_shape, .need = Need::required, .doc = "ARM id of what is attached."}};
void check_machine(Reader& reader, Node const& node, Value&) {
  if (node.find("ssh_settings") != nullptr) return;
  Reader::Step const step{reader, "ssh_settings"};
  reader.error("PD1013", reader.holder(node), "a virtual machine needs `ssh_settings`",
               "add `ssh_settings:` with `admin_username`");
}

constexpr Shape ignored_settings{.kind = map, .item = &any_shape};
constexpr Field spark_rows[] = {
    {.name = "identity", .shape = &compute_identity, .wire = "/identity", .doc = "Identity of the compute."},
    {.name = "node_family", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "node_size", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "node_count", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "spark_version",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."},
    {.name = "scale_settings",
     .shape = &ignored_settings,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."},
    {.name = "auto_pause_settings",
     .shape = &ignored_settings,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."}};

constexpr auto cluster_fields = rows(compute_rows, compute_id_row, cluster_rows);
constexpr auto kubernetes_fields = rows(compute_rows, attached_optional_id_row, kubernetes_rows);
constexpr auto machine_fields = rows(compute_rows, attached_id_row, machine_rows);
constexpr auto spark_fields = rows(compute_rows, attached_id_row, spark_rows);

constexpr Constant cluster_constants[] = {{"properties.computeType", "\"AmlCompute\""},
                                          {"properties.properties.osType", "\"Linux\""},
                                          {"properties.properties.remoteLoginPortPublicAccess", "\"NotSpecified\""}};
constexpr Constant kubernetes_constants[] = {{"properties.computeType", "\"Kubernetes\""}};
constexpr Constant machine_constants[] = {{"properties.computeType", "\"VirtualMachine\""}};
constexpr Constant spark_constants[] = {{"properties.computeType", "\"SynapseSpark\""}};

constexpr Shape cluster{.kind = object,
                        .name = "a compute cluster",
                        .fields = cluster_fields,
                        .hints = cluster_hints,
                        .check = check_cluster,
                        .under = "properties",
                        .constants = cluster_constants,
                        .finish = finish_cluster,
                        .unfinish = unfinish_cluster};
constexpr Shape kubernetes{.kind = object,
                           .name = "an attached Kubernetes cluster",
                           .fields = kubernetes_fields,
                           .check = check_kubernetes,
                           .under = "properties",
                           .constants = kubernetes_constants,
                           .finish = finish_kubernetes,
                           .unfinish = unfinish_kubernetes};
constexpr Shape machine{.kind = object,
                        .name = "an attached virtual machine",
                        .fields = machine_fields,
                        .check = check_machine,
                        .under = "properties",
                        .constants = machine_constants,
                        .finish = finish_machine};
constexpr Shape spark{.kind = object,
                      .name = "an attached Spark pool",
                      .fields = spark_fields,
                      .under = "properties",
                      .constants = spark_constants,
                      .finish = add_location};
constexpr Alternative types[] = {{"amlcompute", &cluster},
                                 {"computeinstance", &compute_instance},
                                 {"kubernetes", &kubernetes},
                                 {"virtualmachine", &machine},
                                 {"synapsespark", &spark}};

}  // namespace

/// Letters, digits and dashes, as computes are named.
void check_compute_name(Reader& reader, Value const& value, std::size_t least, std::size_t most) {
  auto const& name = value.at("name");
  if (!name || is_placeholder(name.text)) return;
  auto const& text = name.text;
  bool const good =
      text.size() >= least && text.size() <= most && std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
      text.back() != '-' &&
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
  if (good) return;
  Reader::Step const step{reader, "name"};
  reader.warning("PD1016", *name.node, "`" + text + "` is not a name for a compute",
                 "use " + std::to_string(least) + " to " + std::to_string(most) +
                     " letters, digits and dashes, beginning with a letter and not ending with a dash");
}

constexpr Shape network_settings{.kind = object, .fields = network_fields, .check = check_network};
constexpr Shape compute_resource{
    .kind = tagged, .name = "a compute", .any_case = true, .tag = "type", .alternatives = types, .wire_tag = "-"};

}  // namespace podium::inline v0::spec::kinds
