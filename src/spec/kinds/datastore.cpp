#include "spec/files.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/kinds/rows.hpp"

#include <algorithm>
#include <cctype>
#include <string>

/// Data stores.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr Hint account_hints[] = {{"sas_token", "`account_key` and `sas_token` exclude each other: keep one of them"}};
constexpr Field account_key_fields[] = {{.name = "account_key",
                                         .shape = &string_shape,
                                         .need = Need::required,
                                         .wire = "secrets.key",
                                         .doc = "Key of the storage account."}};
constexpr Constant account_key_constants[] = {{"credentialsType", "\"AccountKey\""},
                                              {"secrets.secretsType", "\"AccountKey\""}};
constexpr Shape account_key{.kind = object,
                            .name = "credentials",
                            .fields = account_key_fields,
                            .hints = account_hints,
                            .constants = account_key_constants};

constexpr Field sas_fields[] = {{.name = "sas_token",
                                 .shape = &string_shape,
                                 .need = Need::required,
                                 .wire = "secrets.sasToken",
                                 .doc = "SAS token of the container."}};
constexpr Constant sas_constants[] = {{"credentialsType", "\"Sas\""}, {"secrets.secretsType", "\"Sas\""}};
constexpr Shape sas{.kind = object, .name = "credentials", .fields = sas_fields, .constants = sas_constants};

constexpr Field tenant_rows[] = {
    {.name = "tenant_id", .shape = &string_shape, .need = Need::required, .doc = "Tenant of the application."},
    {.name = "client_id", .shape = &string_shape, .need = Need::required, .doc = "Client id of the application."},
    {.name = "authority_url",
     .shape = &string_shape,
     .unsent = "\"https://login.microsoftonline.com\"",
     .doc = "Where tokens come from; `https://login.microsoftonline.com` when absent."},
    {.name = "authority_uri",
     .shape = &string_shape,
     .wire = "authorityUrl",
     .doc = "The older name of `authority_url`."},
    {.name = "resource_url", .shape = &string_shape, .doc = "What tokens are for."}};
constexpr Field secret_row[] = {{.name = "client_secret",
                                 .shape = &string_shape,
                                 .need = Need::required,
                                 .wire = "secrets.clientSecret",
                                 .doc = "Secret of the application."}};
constexpr Field certificate_rows[] = {
    {.name = "thumbprint", .shape = &string_shape, .need = Need::required, .doc = "Thumbprint of the certificate."},
    {.name = "certificate", .shape = &string_shape, .wire = "secrets.certificate", .doc = "The certificate, as PEM."}};

void check_authority(Reader& reader, Node const& node, Value&) {
  auto const* older = node.entry("authority_uri");
  if (older == nullptr || node.find("authority_url") == nullptr) return;
  Reader::Step const step{reader, "authority_uri"};
  reader.error("PD1021", *older->key, "`authority_url` and `authority_uri` are the same: give one of them",
               "remove `authority_uri`");
}

constexpr Hint principal_hints[] = {{"thumbprint", "a secret and a certificate exclude each other: keep one of them"},
                                    {"certificate", "a secret and a certificate exclude each other: keep one of them"}};
constexpr auto principal_fields = rows(tenant_rows, secret_row);
constexpr auto certificate_fields = rows(tenant_rows, certificate_rows);
constexpr Constant principal_constants[] = {{"credentialsType", "\"ServicePrincipal\""},
                                            {"secrets.secretsType", "\"ServicePrincipal\""}};
constexpr Constant certificate_constants[] = {{"credentialsType", "\"Certificate\""},
                                              {"secrets.secretsType", "\"Certificate\""}};
constexpr Shape principal{.kind = object,
                          .name = "credentials",
                          .fields = principal_fields,
                          .hints = principal_hints,
                          .check = check_authority,
                          .constants = principal_constants};
constexpr Shape certificate{.kind = object,
                            .name = "credentials",
                            .fields = certificate_fields,
                            .check = check_authority,
                            .constants = certificate_constants};

constexpr Constant none_constants[] = {{"credentialsType", "\"None\""}};
// Their fields are there for their names, in case one is misspelt.
constexpr Field no_account_fields[] = {
    {.name = "account_key", .shape = &string_shape, .wire = "-", .doc = "Key of the storage account."},
    {.name = "sas_token", .shape = &string_shape, .wire = "-", .doc = "SAS token of the container."}};
constexpr Field no_application_fields[] = {
    {.name = "tenant_id", .shape = &string_shape, .wire = "-", .doc = "Tenant of the application."},
    {.name = "client_id", .shape = &string_shape, .wire = "-", .doc = "Client id of the application."},
    {.name = "client_secret", .shape = &string_shape, .wire = "-", .doc = "Secret of the application."}};
constexpr Shape no_account{
    .kind = object, .name = "credentials", .fields = no_account_fields, .constants = none_constants};
constexpr Shape no_application{
    .kind = object, .name = "credentials", .fields = no_application_fields, .constants = none_constants};

constexpr Alternative accounts[] = {{"account_key", &account_key}, {"sas_token", &sas}, {"", &no_account}};
constexpr Alternative applications[] = {{"client_secret", &principal}, {"thumbprint", &certificate},
                                        {"certificate", &certificate}, {"tenant_id", &principal},
                                        {"client_id", &principal},     {"", &no_application}};
constexpr Alternative lake_applications[] = {
    {"client_secret", &principal}, {"tenant_id", &principal}, {"client_id", &principal}, {"", &no_application}};
constexpr Shape account{.kind = keyed, .name = "credentials", .alternatives = accounts};
constexpr Shape application{.kind = keyed, .name = "credentials", .alternatives = applications};
constexpr Shape lake_application{.kind = keyed, .name = "credentials", .alternatives = lake_applications};

void check_name(Reader& reader, Node const& node, Value& value) {
  auto const good = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  if (std::all_of(value.text.begin(), value.text.end(), good) && value.text.size() <= 255 && !value.text.empty())
    return;
  if (is_placeholder(value.text)) return;
  reader.warning("PD1016", node, "`" + value.text + "` is not a name for a data store",
                 "use letters, digits and underscores");
}
constexpr Shape datastore_name{.kind = string, .check = check_name};

void check_protocol(Reader& reader, Node const& node, Value& value) {
  static constexpr std::string_view protocols[] = {"https", "http", "wasbs", "wasb", "abfss", "abfs"};
  if (std::find(std::begin(protocols), std::end(protocols), value.text) != std::end(protocols) ||
      is_placeholder(value.text))
    return;
  reader.warning("PD1014", node, "`" + value.text + "` is not a protocol of Azure storage", "use " + joined(protocols));
}
constexpr Shape protocol{.kind = string, .check = check_protocol};

constexpr std::string_view none_json = R"({"credentialsType":"None"})";
constexpr Field head_rows[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name",
     .shape = &datastore_name,
     .need = Need::required,
     .wire = "-",
     .doc = "Name: letters, digits and underscores."},
    {.name = "type",
     .shape = &string_shape,
     .wire = "-",
     .doc = "`azure_blob`, `azure_file`, `azure_data_lake_gen1`, `azure_data_lake_gen2` or `one_lake`."},
    {.name = "description", .shape = &string_shape, .doc = "What the data store is, in words."},
    {.name = "id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."}};
constexpr Field tags_row[] = {
    {.name = "tags", .shape = &text_tags, .unsent = "{}", .doc = "Free labels, text to text."}};
void check_nested_tag(Reader& reader, Node const& node, Value&) {
  if (!node.is_mapping())
    reader.warning("PD1150", node, "the official client wants a mapping behind each tag of such a data store",
                   "remove the tag");
}
constexpr Shape nested_tag{.kind = any, .check = check_nested_tag};
constexpr Shape nested_tags{.kind = map, .item = &nested_tag};
constexpr Field nested_tags_row[] = {{.name = "tags",
                                      .shape = &nested_tags,
                                      .unsent = "{}",
                                      .doc = "Free labels; the official client wants a mapping behind each."}};
constexpr Field account_rows[] = {
    {.name = "account_name", .shape = &string_shape, .need = Need::required, .doc = "Storage account."},
    {.name = "endpoint",
     .shape = &string_shape,
     .unsent = "\"core.windows.net\"",
     .doc = "Suffix of the account's address; `core.windows.net` when absent."},
    {.name = "protocol", .shape = &protocol, .unsent = "\"https\"", .doc = "Protocol; `https` when absent."}};
constexpr Field account_credentials_row[] = {
    {.name = "credentials",
     .shape = &account,
     .unsent = none_json,
     .doc = "`account_key` or `sas_token`; without, the identity of the user or compute counts."}};
constexpr Field application_credentials_row[] = {
    {.name = "credentials",
     .shape = &application,
     .unsent = none_json,
     .doc = "An application with a secret or a certificate; without, the identity of the user or compute counts."}};

constexpr Field blob_rows[] = {
    {.name = "container_name", .shape = &string_shape, .need = Need::required, .doc = "Container of the account."}};
constexpr Field file_rows[] = {
    {.name = "file_share_name", .shape = &string_shape, .need = Need::required, .doc = "File share of the account."}};
constexpr Field gen2_rows[] = {
    {.name = "filesystem", .shape = &string_shape, .need = Need::required, .doc = "File system of the account."}};
constexpr Field gen1_rows[] = {
    {.name = "store_name", .shape = &string_shape, .need = Need::required, .doc = "Name of the store."}};
constexpr std::string_view artifact_types[] = {"lake_house"};
constexpr Word artifact_words[] = {{"lake_house", "LakeHouse"}};
constexpr Shape artifact_type{.kind = string, .values = artifact_types, .any_case = true, .words = artifact_words};
constexpr Field artifact_fields[] = {{.name = "name",
                                      .shape = &string_shape,
                                      .need = Need::required,
                                      .wire = "artifactName",
                                      .doc = "Name of the lakehouse."},
                                     {.name = "type",
                                      .shape = &artifact_type,
                                      .wire = "artifactType",
                                      .unsent = "\"LakeHouse\"",
                                      .doc = "Only `lake_house`."}};
constexpr Shape artifact{.kind = object, .fields = artifact_fields};
constexpr Field lake_rows[] = {
    {.name = "one_lake_workspace_name", .shape = &string_shape, .need = Need::required, .doc = "Fabric workspace."},
    {.name = "endpoint", .shape = &string_shape, .need = Need::required, .doc = "Endpoint of OneLake."},
    {.name = "artifact", .shape = &artifact, .need = Need::required, .doc = "The lakehouse."},
    {.name = "credentials",
     .shape = &lake_application,
     .unsent = none_json,
     .doc = "An application with a secret; without, the identity of the user or compute counts."}};
constexpr auto blob_fields = rows(head_rows, tags_row, account_rows, account_credentials_row, blob_rows);
constexpr auto file_fields = rows(head_rows, tags_row, account_rows, account_credentials_row, file_rows);
constexpr auto gen2_fields = rows(head_rows, tags_row, account_rows, application_credentials_row, gen2_rows);
constexpr auto gen1_fields = rows(head_rows, nested_tags_row, gen1_rows, application_credentials_row);
constexpr auto lake_fields = rows(head_rows, tags_row, lake_rows);

constexpr Hint blob_hints[] = {{"filesystem", "a blob store has `container_name`"},
                               {"file_share_name", "file shares are `type: azure_file`"}};
constexpr Hint gen2_hints[] = {{"container_name", "a data lake has `filesystem`"}};
constexpr Shape blob{
    .kind = object, .name = "a data store", .fields = blob_fields, .hints = blob_hints, .under = "properties"};
constexpr Shape file_share{.kind = object, .name = "a data store", .fields = file_fields, .under = "properties"};
constexpr Shape gen2{
    .kind = object, .name = "a data store", .fields = gen2_fields, .hints = gen2_hints, .under = "properties"};
constexpr Shape gen1{.kind = object, .name = "a data store", .fields = gen1_fields, .under = "properties"};
constexpr Shape one_lake{.kind = object, .name = "a data store", .fields = lake_fields, .under = "properties"};
constexpr Alternative types[] = {{"azure_blob", &blob, "AzureBlob"},
                                 {"azure_file", &file_share, "AzureFile"},
                                 {"azure_data_lake_gen1", &gen1, "AzureDataLakeGen1"},
                                 {"azure_data_lake_gen2", &gen2, "AzureDataLakeGen2"},
                                 {"one_lake", &one_lake, "OneLake"}};

}  // namespace

constexpr Shape datastore{.kind = tagged,
                          .name = "a data store",
                          .tag = "type",
                          .alternatives = types,
                          .wire_tag = "properties.datastoreType"};

}  // namespace podium::inline v0::spec::kinds
