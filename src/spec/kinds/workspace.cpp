#include "spec/kinds/workspace.hpp"

#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/reader.hpp"

#include <algorithm>
#include <cctype>
#include <string>

/// Workspaces, hubs and projects.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

void check_url(Reader& reader, Node const& node, Value& value) {
  auto const scheme = value.text.find("://");
  auto const host = scheme == std::string::npos
                        ? std::string{}
                        : value.text.substr(scheme + 3, value.text.find('/', scheme + 3) - scheme - 3);
  bool const plain = std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == ':' || c == '@' || c >= 0x80;
  });
  bool const good =
      (value.text.starts_with("http://") || value.text.starts_with("https://") || value.text.starts_with("ftp://")) &&
      plain && (host.find('.') != std::string::npos || host.starts_with("localhost"));
  if (!good)
    reader
        .error("PD1019", node, "`" + value.text + "` is not a URL",
               "write for example `https://VAULT.vault.azure.net/keys/KEY/VERSION`")
        .official = "Not a valid URL.";
}
constexpr Shape url{.kind = string, .check = check_url};

constexpr Field key_fields[] = {
    {.name = "key_vault", .shape = &string_shape, .wire = "keyVaultArmId", .doc = "ARM id of the key vault."},
    {.name = "key_uri", .shape = &url, .wire = "keyIdentifier", .doc = "Address of the key."},
    {.name = "cosmosdb_id",
     .shape = &string_shape,
     .wire = "cosmosDbArmId",
     .doc = "ARM id of a Cosmos DB account of your own."},
    {.name = "storage_id",
     .shape = &string_shape,
     .wire = "storageAccountArmId",
     .doc = "ARM id of a storage account of your own."},
    {.name = "search_id",
     .shape = &string_shape,
     .wire = "searchAccountArmId",
     .doc = "ARM id of a search service of your own."}};

constexpr Field address_fields[] = {{.name = "value",
                                     .shape = &string_shape,
                                     .need = Need::required,
                                     .doc = "Address range, for example `8.8.8.8/32`."}};
constexpr Shape address{.kind = object, .name = "a mapping with `value`", .fields = address_fields};
constexpr Shape addresses{.kind = list, .item = &address};
constexpr std::string_view default_actions[] = {"Allow", "Deny"};
constexpr Shape default_action{.kind = string, .values = default_actions};
constexpr Field acl_fields[] = {
    {.name = "default_action",
     .shape = &default_action,
     .need = Need::required,
     .doc = "`Allow` or `Deny`, when no rule matches."},
    {.name = "ip_rules", .shape = &addresses, .nullable = true, .doc = "Addresses that are let in."}};
void check_acls(Reader& reader, Node const& node, Value& value) {
  if (value.string("default_action") != "Deny" || !value.at("ip_rules").items.empty()) return;
  Reader::Step const step{reader, "ip_rules"};
  reader.error("PD1021", reader.holder(node), "`default_action: Deny` needs `ip_rules`", "add `ip_rules:`").official =
      "ip_rules must be provided when default_action is 'Deny'.";
}
constexpr Shape network_acls{.kind = object, .fields = acl_fields, .check = check_acls};

void check_subnet(Reader& reader, Node const& node, Value& value) {
  if (value.text != "None" && !is_arm_id(value.text))
    reader.error("PD1019", node, "`" + value.text + "` is not an ARM id", "write the ARM id of the subnet");
}
constexpr Shape subnet{.kind = string, .check = check_subnet};
constexpr Field serverless_fields[] = {{.name = "custom_subnet",
                                        .shape = &subnet,
                                        .nullable = true,
                                        .wire = "serverlessComputeCustomSubnet",
                                        .doc = "ARM id of the subnet of serverless jobs."},
                                       {.name = "no_public_ip",
                                        .shape = &boolean_shape,
                                        .wire = "serverlessComputeNoPublicIP",
                                        .unsent = "false",
                                        .doc = "Whether serverless nodes have no public address."}};
constexpr Shape serverless{.kind = object, .fields = serverless_fields};

void check_workspace_name(Reader& reader, Node const& node, Value& value) {
  auto const good = [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; };
  auto const& name = value.text;
  if (is_placeholder(name)) return;
  if (name.size() >= 3 && name.size() <= 33 && std::isalnum(static_cast<unsigned char>(name.front())) != 0 &&
      std::all_of(name.begin(), name.end(), good))
    return;
  reader.warning("PD1016", node, "`" + name + "` is not a name for a workspace",
                 "use 3 to 33 letters, digits, dashes and underscores");
}

constexpr Field workspace_rows[] = {
    {.name = "kind",
     .shape = &string_shape,
     .wire = "/kind",
     .unsent = "\"default\"",
     .doc = "`hub` or `project`; an ordinary workspace when absent."},
    {.name = "discovery_url", .shape = &string_shape, .doc = "Written by the service."},
    {.name = "network_acls", .shape = &network_acls, .wire = "-", .doc = "Which addresses may reach the workspace."},
    {.name = "system_datastores_auth_mode",
     .shape = &string_shape,
     .doc = "How the default data stores are reached: `accessKey` or `identity`."},
    {.name = "workspace_hub",
     .shape = &arm_id,
     .wire = "properties.hubResourceId",
     .doc = "ARM id of the hub; the older name of `hub_id`."},
    {.name = "provision_network_now", .shape = &boolean_shape, .doc = "Whether the managed network is made at once."},
    {.name = "enable_data_isolation",
     .shape = &boolean_shape,
     .unsent = "false",
     .doc = "Whether data is kept apart from other workspaces of the same storage."},
    {.name = "allow_roleassignment_on_rg",
     .shape = &boolean_shape,
     .wire = "properties.allowRoleAssignmentOnRG",
     .doc = "Whether roles are given on the resource group."},
    {.name = "serverless_compute",
     .shape = &serverless,
     .wire = "properties.serverlessComputeSettings",
     .doc = "Network of serverless jobs."},
    {.name = "id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "mlflow_tracking_uri",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."}};
constexpr Field hub_rows[] = {{.name = "default_resource_group",
                               .shape = &string_shape,
                               .wire = "properties.workspaceHubConfig.defaultWorkspaceResourceGroup",
                               .doc = "Resource group of the hub's projects."},
                              {.name = "associated_workspaces",
                               .shape = &set_by_service,
                               .wire = "-",
                               .doc = "Written by the service; ignored in a file."}};
constexpr Field project_rows[] = {{.name = "hub_id",
                                   .shape = &string_shape,
                                   .need = Need::required,
                                   .wire = "properties.hubResourceId",
                                   .doc = "ARM id of the hub."}};

constexpr Hint hints[] = {{"hub_id", "only a project has a hub: add `kind: project`"},
                          {"managed_vnet", "write `managed_network:`"},
                          {"sku", "a workspace has no sku any more"}};
constexpr auto workspace_fields = rows(workspace_common_rows, workspace_rows);
constexpr auto hub_fields = rows(workspace_common_rows, workspace_rows, hub_rows);
constexpr auto project_fields = rows(workspace_common_rows, workspace_rows, project_rows);

/// The schema of `$schema` and the kind belong together.
void check_kind(Reader& reader, Node const& node, Value&) {
  auto const* kind = node.find("kind");
  auto const* schema = node.find("$schema");
  if (kind == nullptr || schema == nullptr || !schema->is_string() || kind->text == "default") return;
  if (schema->text.find("/workspace.schema.json") == std::string::npos) return;
  Reader::Step const step{reader, "kind"};
  reader.warning("PD1021", *kind, "`$schema` is that of an ordinary workspace, `kind` is `" + kind->text + "`",
                 "name `" + kind->text + ".schema.json`, or remove `kind`");
}

constexpr Shape plain{.kind = object,
                      .name = "a workspace",
                      .fields = workspace_fields,
                      .hints = hints,
                      .check = check_kind,
                      .under = "properties",
                      .finish = finish_workspace};
constexpr Shape hub{
    .kind = object, .name = "a hub", .fields = hub_fields, .hints = hints, .check = check_kind, .under = "properties"};
constexpr Shape project{.kind = object,
                        .name = "a project",
                        .fields = project_fields,
                        .hints = hints,
                        .check = check_kind,
                        .under = "properties"};
constexpr Alternative kinds_of_workspace[] = {
    {"default", &plain, "default"}, {"hub", &hub, "hub"}, {"project", &project, "project"}};

}  // namespace

constexpr Shape workspace_name{.kind = string, .check = check_workspace_name};
constexpr Shape customer_managed_key{.kind = object, .fields = key_fields};
constexpr Shape workspace{.kind = tagged,
                          .name = "a workspace",
                          .any_case = true,
                          .tag = "kind",
                          .tag_default = "default",
                          .alternatives = kinds_of_workspace,
                          .wire_tag = "-"};

}  // namespace podium::inline v0::spec::kinds
