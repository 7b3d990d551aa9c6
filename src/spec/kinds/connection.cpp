#include "base/letters.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/reader.hpp"

#include <algorithm>
#include <string>

/// Connections of a workspace to other services.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr Field type_field = {
    .name = "type", .shape = &string_shape, .need = Need::required, .wire = "-", .doc = "How the connection signs in."};
constexpr Field text_field(std::string_view name, std::string_view doc, std::string_view wire = {}) {
  return {.name = name, .shape = &string_shape, .need = Need::required, .wire = wire, .doc = doc};
}
constexpr Field pat_fields[] = {type_field, text_field("pat", "Personal access token.")};
constexpr Field sas_fields[] = {type_field, text_field("sas_token", "SAS token.", "sas")};
constexpr Field password_fields[] = {type_field, text_field("username", "User."), text_field("password", "Password.")};
constexpr Field managed_fields[] = {type_field,
                                    {.name = "client_id", .shape = &string_shape, .doc = "Client id of the identity."},
                                    {.name = "resource_id", .shape = &string_shape, .doc = "ARM id of the identity."}};
constexpr Field principal_fields[] = {type_field, text_field("client_id", "Client id of the application."),
                                      text_field("client_secret", "Secret of the application."),
                                      text_field("tenant_id", "Tenant of the application.")};
constexpr Field access_fields[] = {type_field, text_field("access_key_id", "Id of the access key."),
                                   text_field("secret_access_key", "The access key.")};
constexpr Field api_fields[] = {type_field, text_field("key", "The key.")};
constexpr Field account_fields[] = {type_field, text_field("account_key", "Key of the storage account.", "sas")};
constexpr Field bare_fields[] = {type_field};

constexpr Shape pat{.kind = object, .name = "credentials", .fields = pat_fields};
constexpr Shape sas{.kind = object, .name = "credentials", .fields = sas_fields};
constexpr Shape password{.kind = object, .name = "credentials", .fields = password_fields};
constexpr Shape managed{.kind = object, .name = "credentials", .fields = managed_fields};
constexpr Shape principal{.kind = object, .name = "credentials", .fields = principal_fields};
constexpr Shape access{.kind = object, .name = "credentials", .fields = access_fields};
constexpr Shape api{.kind = object, .name = "credentials", .fields = api_fields};
constexpr Shape account{.kind = object, .name = "credentials", .fields = account_fields};
constexpr Shape bare{.kind = object, .name = "credentials", .fields = bare_fields};

constexpr Alternative ways[] = {{"pat", &pat, "PAT"},
                                {"sas", &sas, "SAS"},
                                {"username_password", &password, "UsernamePassword"},
                                {"managed_identity", &managed, "ManagedIdentity"},
                                {"service_principal", &principal, "ServicePrincipal"},
                                {"access_key", &access, "AccessKey"},
                                {"api_key", &api, "ApiKey"},
                                {"account_key", &account, "AccountKey"},
                                {"aad", &bare, "AAD"},
                                {"none", &bare, "None"}};
constexpr Shape credentials{.kind = tagged,
                            .name = "credentials",
                            .any_case = true,
                            .tag = "type",
                            .alternatives = ways,
                            .wire_tag = "/properties.authType"};
constexpr Alternative blob_ways[] = {
    {"sas", &sas, "SAS"}, {"account_key", &account, "AccountKey"}, {"aad", &bare, "AAD"}};
constexpr Shape blob_credentials{.kind = tagged,
                                 .name = "credentials",
                                 .any_case = true,
                                 .tag = "type",
                                 .alternatives = blob_ways,
                                 .wire_tag = "/properties.authType"};
constexpr Alternative lake_ways[] = {{"service_principal", &principal, "ServicePrincipal"}, {"aad", &bare, "AAD"}};
constexpr Shape lake_credentials{.kind = tagged,
                                 .name = "credentials",
                                 .any_case = true,
                                 .tag = "type",
                                 .alternatives = lake_ways,
                                 .wire_tag = "/properties.authType"};

constexpr std::string_view target_wire = "properties.target";
constexpr Field common_rows[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name",
     .shape = &string_shape,
     .need = Need::required,
     .wire = "-",
     .doc = "Name, unique in the workspace."},
    {.name = "type", .shape = &string_shape, .wire = "-", .doc = "What is connected to."},
    {.name = "description", .shape = &string_shape, .wire = "-", .doc = "What the connection is for; not sent."},
    {.name = "tags", .shape = &resource_tags, .wire = "-", .doc = "The older name of `metadata`."},
    {.name = "is_shared",
     .shape = &boolean_shape,
     .wire = "properties.isSharedToAll",
     .unsent = "true",
     .doc = "Whether all projects of a hub may use it."},
    {.name = "metadata", .shape = &free_map_shape, .unsent = "{}", .doc = "Free properties."},
    {.name = "id", .shape = &string_shape, .wire = "-", .doc = "Written by the service."},
    {.name = "creation_context",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."}};
constexpr Field target_row[] = {{.name = "target",
                                 .shape = &string_shape,
                                 .need = Need::required,
                                 .wire = target_wire,
                                 .doc = "Address of the service."}};
constexpr Field credentials_row[] = {
    {.name = "credentials", .shape = &credentials, .doc = "How the connection signs in."}};
constexpr Field other_target_row[] = {
    {.name = "target", .shape = &string_shape, .wire = target_wire, .doc = "Address of the service."}};
constexpr Field key_row[] = {{.name = "api_key",
                              .shape = &string_shape,
                              .nullable = true,
                              .wire = "-",
                              .doc = "Key of the service; without, the identity of the user counts."}};
constexpr Field needed_key_row[] = {
    {.name = "api_key", .shape = &string_shape, .need = Need::required, .wire = "-", .doc = "Key of the service."}};
constexpr Field endpoint_row[] = {{.name = "endpoint",
                                   .shape = &string_shape,
                                   .need = Need::required,
                                   .wire = target_wire,
                                   .doc = "Address of the service."}};

constexpr Field blob_rows[] = {{.name = "url",
                                .shape = &string_shape,
                                .need = Need::required,
                                .wire = target_wire,
                                .doc = "Address of the container."},
                               {.name = "account_name",
                                .shape = &string_shape,
                                .need = Need::required,
                                .wire = "properties.metadata.AccountName",
                                .doc = "Storage account."},
                               {.name = "container_name",
                                .shape = &string_shape,
                                .need = Need::required,
                                .wire = "properties.metadata.ContainerName",
                                .doc = "Container of the account."},
                               {.name = "credentials",
                                .shape = &blob_credentials,
                                .doc = "How the connection signs in; as the user when absent."}};
constexpr std::string_view one_lake_types[] = {"lake_house"};
constexpr Shape one_lake_type{.kind = string, .values = one_lake_types, .any_case = true};
constexpr Field artifact_fields[] = {
    {.name = "type", .shape = &one_lake_type, .need = Need::required, .doc = "Only `lake_house`."},
    {.name = "name", .shape = &string_shape, .need = Need::required, .doc = "Name of the lakehouse."}};
constexpr Shape artifact{.kind = object, .fields = artifact_fields};
constexpr Field lake_rows[] = {
    {.name = "artifact", .shape = &artifact, .nullable = true, .wire = "-", .doc = "The lakehouse."},
    {.name = "endpoint", .shape = &string_shape, .need = Need::required, .wire = "-", .doc = "Endpoint of OneLake."},
    {.name = "one_lake_workspace_name", .shape = &string_shape, .wire = "-", .doc = "Fabric workspace."},
    {.name = "credentials",
     .shape = &lake_credentials,
     .doc = "How the connection signs in; as the user when absent."}};
constexpr Field open_ai_rows[] = {{.name = "azure_endpoint",
                                   .shape = &string_shape,
                                   .need = Need::required,
                                   .wire = target_wire,
                                   .doc = "Address of the service."},
                                  {.name = "api_version",
                                   .shape = &string_shape,
                                   .nullable = true,
                                   .wire = "properties.metadata.ApiVersion",
                                   .unsent = "null",
                                   .doc = "Version of the API."},
                                  {.name = "open_ai_resource_id",
                                   .shape = &string_shape,
                                   .nullable = true,
                                   .wire = "properties.metadata.ResourceId",
                                   .unsent = "null",
                                   .doc = "ARM id of the service."}};
constexpr Field services_rows[] = {{.name = "ai_services_resource_id",
                                    .shape = &string_shape,
                                    .need = Need::required,
                                    .wire = "properties.metadata.ResourceId",
                                    .doc = "ARM id of the service."}};
constexpr Field api_rows[] = {{.name = "api_base",
                               .shape = &string_shape,
                               .need = Need::required,
                               .wire = target_wire,
                               .doc = "Address of the service."}};

/// Which credentials a service takes.  The client refuses others for a data lake only.
struct Taken {
  std::string_view type;
  std::string_view ways;
  Severity severity;
};
constexpr Taken taken[] = {{"azuredatalakegen2", "service_principal aad managed_identity", Severity::error},
                           {"git", "pat none username_password", Severity::warning},
                           {"pythonfeed", "username_password pat none", Severity::warning},
                           {"containerregistry", "managed_identity username_password", Severity::warning}};

void check_credentials(Reader& reader, Node const& node, Value& value) {
  auto const* type = node.find("type");
  if (type == nullptr) return;
  auto const word = base::bare_word(type->text);
  auto const rule =
      std::find_if(std::begin(taken), std::end(taken), [&](Taken const& one) { return one.type == word; });
  if (rule == std::end(taken)) return;
  std::string help = "use one of `";
  for (char const c : rule->ways) help += c == ' ' ? std::string{"`, `"} : std::string{c};
  help += '`';
  std::string const ways = ' ' + base::bare_word(rule->ways) + ' ';
  Reader::Step const step{reader, "credentials"};
  if (node.find("credentials") == nullptr) {
    if (word == "containerregistry")
      reader.warning("PD1021", reader.holder(node), "a connection of type `" + type->text + "` needs `credentials`",
                     help);
    return;
  }
  auto const& way = value.at("credentials").at("type");
  if (!way || way.node == nullptr || ways.find(' ' + base::bare_word(way.text) + ' ') != std::string::npos) return;
  Reader::Step const deeper{reader, "type"};
  reader.report("PD1021", rule->severity, *way.node,
                "a connection of type `" + type->text + "` does not take credentials of type `" + way.text + "`", help);
}

void check_lake(Reader& reader, Node const& node, Value&) {
  if (node.find("target") != nullptr) return;
  for (auto const name : {"artifact", "one_lake_workspace_name"}) {
    if (node.find(name) != nullptr) continue;
    Reader::Step const step{reader, name};
    reader.error("PD1021", reader.holder(node), "without `target`, `" + std::string{name} + "` is needed",
                 "add `" + std::string{name} + ":`");
  }
}

constexpr auto plain_fields = rows(common_rows, target_row, credentials_row);
constexpr auto blob_fields = rows(common_rows, other_target_row, blob_rows);
constexpr auto lake_fields = rows(common_rows, other_target_row, lake_rows);
constexpr auto open_ai_fields = rows(common_rows, other_target_row, credentials_row, key_row, open_ai_rows);
constexpr auto services_fields =
    rows(common_rows, other_target_row, credentials_row, key_row, endpoint_row, services_rows);
constexpr auto search_fields = rows(common_rows, other_target_row, credentials_row, key_row, endpoint_row);
constexpr auto api_key_fields = rows(common_rows, other_target_row, credentials_row, needed_key_row, api_rows);
constexpr auto key_fields = rows(common_rows, other_target_row, credentials_row, needed_key_row);
constexpr auto serverless_fields = rows(common_rows, other_target_row, credentials_row, needed_key_row, endpoint_row);

constexpr Constant open_ai_constants[] = {{"properties.metadata.ApiType", "\"Azure\""}};
constexpr Constant safety_constants[] = {{"properties.metadata.Kind", "\"Content Safety\""}};
constexpr Constant speech_constants[] = {{"properties.metadata.Kind", "\"speech\""}};

constexpr Shape plain{.kind = object,
                      .name = "a connection",
                      .fields = plain_fields,
                      .check = check_credentials,
                      .under = "properties",
                      .finish = finish_connection};
constexpr Shape blob{
    .kind = object, .name = "a connection", .fields = blob_fields, .under = "properties", .finish = finish_connection};
constexpr Shape lake{.kind = object,
                     .name = "a connection",
                     .fields = lake_fields,
                     .check = check_lake,
                     .under = "properties",
                     .finish = finish_connection};
constexpr Shape open_ai{.kind = object,
                        .name = "a connection",
                        .fields = open_ai_fields,
                        .under = "properties",
                        .constants = open_ai_constants,
                        .finish = finish_connection};
constexpr Shape services{.kind = object,
                         .name = "a connection",
                         .fields = services_fields,
                         .under = "properties",
                         .finish = finish_connection};
constexpr Shape search{.kind = object,
                       .name = "a connection",
                       .fields = search_fields,
                       .under = "properties",
                       .finish = finish_connection};
constexpr Shape safety{.kind = object,
                       .name = "a connection",
                       .fields = search_fields,
                       .under = "properties",
                       .constants = safety_constants,
                       .finish = finish_connection};
constexpr Shape speech{.kind = object,
                       .name = "a connection",
                       .fields = search_fields,
                       .under = "properties",
                       .constants = speech_constants,
                       .finish = finish_connection};
constexpr Shape api_key{.kind = object,
                        .name = "a connection",
                        .fields = api_key_fields,
                        .under = "properties",
                        .finish = finish_connection};
constexpr Shape with_key{
    .kind = object, .name = "a connection", .fields = key_fields, .under = "properties", .finish = finish_connection};
constexpr Shape serverless{.kind = object,
                           .name = "a connection",
                           .fields = serverless_fields,
                           .under = "properties",
                           .finish = finish_connection};

constexpr Alternative types[] = {{"git", &plain, "Git"},
                                 {"container_registry", &plain, "ContainerRegistry"},
                                 {"python_feed", &plain, "PythonFeed"},
                                 {"s3", &plain, "S3"},
                                 {"snowflake", &plain, "Snowflake"},
                                 {"azure_sql_db", &plain, "AzureSqlDb"},
                                 {"azure_synapse_analytics", &plain, "AzureSynapseAnalytics"},
                                 {"azure_my_sql_db", &plain, "AzureMySqlDb"},
                                 {"azure_postgres_db", &plain, "AzurePostgresDb"},
                                 {"custom", &plain, "CustomKeys"},
                                 {"azure_data_lake_gen2", &plain, "ADLSGen2"},
                                 {"azure_blob", &blob, "AzureBlob"},
                                 {"azure_one_lake", &lake, "AzureOneLake"},
                                 {"azure_open_ai", &open_ai, "AzureOpenAi"},
                                 {"azure_ai_services", &services, "AIServices"},
                                 {"azure_ai_search", &search, "CognitiveSearch"},
                                 {"azure_content_safety", &safety, "CognitiveService"},
                                 {"azure_speech_services", &speech, "CognitiveService"},
                                 {"api_key", &api_key, "ApiKey"},
                                 {"open_ai", &with_key, "OpenAi"},
                                 {"serp", &with_key, "Serp"},
                                 {"serverless", &serverless, "Serverless"}};

}  // namespace

constexpr Shape connection{.kind = tagged,
                           .name = "a connection",
                           .any_case = true,
                           .tag = "type",
                           .alternatives = types,
                           .wire_tag = "properties.category"};

}  // namespace podium::inline v0::spec::kinds
