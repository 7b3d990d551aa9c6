#include "spec/files.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/reader.hpp"
#include "spec/wire/spellings.hpp"

#include <string>

/// Model packages and capability hosts.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr Field base_fields[] = {
    {.name = "type",
     .shape = &string_shape,
     .need = Need::required,
     .wire = "baseEnvironmentSourceType",
     .doc = "`environment_asset`."},
    {.name = "resource_id", .shape = &string_shape, .doc = "The environment: `azureml:NAME:VERSION`."}};
constexpr Shape base{.kind = object, .name = "a mapping with `type` and `resource_id`", .fields = base_fields};

void check_code_pair(Reader& reader, Node const& node, Value&) {
  auto const* folder = node.entry("code");
  auto const* script = node.entry("scoring_script");
  if ((folder == nullptr) == (script == nullptr)) return;
  Reader::Step const step{reader, folder == nullptr ? "code" : "scoring_script"};
  reader.error("PD1013", *(folder == nullptr ? script : folder)->key, "`code` and `scoring_script` go together",
               "give both");
}
constexpr Shape package_folder{.kind = string, .check = check_code, .wire = &wire::as_is};
constexpr Field code_fields[] = {
    {.name = "code",
     .shape = &package_folder,
     .wire = "codeId",
     .doc = "Folder with the scoring code, or a registered one."},
    {.name = "scoring_script", .shape = &string_shape, .doc = "The file in it that has `init()` and `run()`."}};
constexpr Shape package_code{.kind = object,
                             .name = "a mapping with `code` and `scoring_script`",
                             .fields = code_fields,
                             .check = check_code_pair};

constexpr Shape port_text{.kind = string, .wire = &whole_number};
constexpr Field route_fields[] = {{.name = "port", .shape = &port_text, .doc = "Port, quoted."},
                                  {.name = "path", .shape = &string_shape, .doc = "Path, for example `/score`."}};
constexpr Shape route{.kind = object, .name = "a route", .fields = route_fields};
constexpr Field inference_fields[] = {
    {.name = "liveness_route", .shape = &route, .doc = "Where to ask whether the server is alive."},
    {.name = "readiness_route", .shape = &route, .doc = "Where to ask whether it is ready."},
    {.name = "scoring_route", .shape = &route, .doc = "Where requests are scored."},
    {.name = "entry_script", .shape = &string_shape, .doc = "Script that starts the server."},
    {.name = "configuration", .shape = &free_map_shape, .wire = "-", .doc = "Of no consequence."}};
constexpr Shape inference{.kind = object, .fields = inference_fields};

constexpr Field type_row[] = {{.name = "type",
                               .shape = &string_shape,
                               .wire = "-",
                               .doc = "`azureml_online`, `azureml_batch`, `custom` or `triton`."}};
constexpr Field server_rows[] = {
    {.name = "code_configuration",
     .shape = &package_code,
     .doc = "Scoring code, for `azureml_online` and `azureml_batch`."},
    {.name = "inference_configuration", .shape = &inference, .doc = "Routes, for `custom` and `triton`."}};
constexpr auto server_fields = rows(type_row, server_rows);
constexpr Shape server_with_code{.kind = object, .name = "a server", .fields = server_fields};
constexpr Alternative servers[] = {{"azureml_online", &server_with_code, "AzureMLOnline"},
                                   {"azureml_batch", &server_with_code, "AzureMLBatch"},
                                   {"custom", &server_with_code, "Custom"},
                                   {"triton", &server_with_code, "Custom"}};
constexpr Shape server{.kind = tagged,
                       .name = "a server",
                       .any_case = true,
                       .tag = "type",
                       .alternatives = servers,
                       .wire_tag = "serverType"};

constexpr std::string_view model_modes[] = {"copy", "download"};
constexpr Word model_mode_words[] = {{"copy", "copy"}, {"download", "download"}};
constexpr Shape model_mode{.kind = string, .values = model_modes, .any_case = true, .words = model_mode_words};
constexpr Field configuration_fields[] = {
    {.name = "mode", .shape = &model_mode, .doc = "`copy` or `download`."},
    {.name = "mount_path", .shape = &string_shape, .doc = "Where the model appears."}};
constexpr Shape configuration{.kind = object, .fields = configuration_fields};

constexpr std::string_view path_types[] = {"path_id", "url", "path_version"};
constexpr Shape path_type{.kind = string, .values = path_types, .any_case = true};
constexpr Field id_fields[] = {{.name = "input_path_type", .shape = &path_type, .wire = "-", .doc = "`path_id`."},
                               {.name = "resource_id", .shape = &string_shape, .doc = "Id of the asset."}};
constexpr Field url_fields[] = {{.name = "input_path_type", .shape = &path_type, .wire = "-", .doc = "`url`."},
                                {.name = "url", .shape = &string_shape, .doc = "Address."}};
constexpr Field version_fields[] = {
    {.name = "input_path_type", .shape = &path_type, .wire = "-", .doc = "`path_version`."},
    {.name = "resource_name", .shape = &string_shape, .doc = "Name of the asset."},
    {.name = "resource_version", .shape = &string_shape, .doc = "Version of the asset."}};
constexpr Constant id_constants[] = {{"inputPathType", "\"PathId\""}};
constexpr Constant url_constants[] = {{"inputPathType", "\"Url\""}};
constexpr Constant version_constants[] = {{"inputPathType", "\"PathVersion\""}};
constexpr Shape by_id{.kind = object, .fields = id_fields, .constants = id_constants};
constexpr Shape by_url{.kind = object, .fields = url_fields, .constants = url_constants};
constexpr Shape by_version{.kind = object, .fields = version_fields, .constants = version_constants};
constexpr Alternative paths[] = {{"resource_id", &by_id},
                                 {"url", &by_url},
                                 {"resource_name", &by_version},
                                 {"resource_version", &by_version},
                                 {"", &by_id}};
constexpr Shape path{.kind = keyed, .name = "a path", .alternatives = paths};
constexpr std::string_view input_types[] = {"uri_file", "uri_folder"};
constexpr Word input_words[] = {{"uri_file", "UriFile"}, {"uri_folder", "UriFolder"}};
constexpr Shape input_type{.kind = string, .values = input_types, .any_case = true, .words = input_words};
constexpr std::string_view input_modes[] = {"read_only_mount", "download"};
constexpr Word input_mode_words[] = {{"read_only_mount", "ReadOnlyMount"}, {"download", "Download"}};
constexpr Shape input_mode{.kind = string, .values = input_modes, .any_case = true, .words = input_mode_words};
constexpr Field input_fields[] = {
    {.name = "type", .shape = &input_type, .wire = "inputType", .doc = "`uri_file` or `uri_folder`."},
    {.name = "mode", .shape = &input_mode, .doc = "`read_only_mount` or `download`."},
    {.name = "path", .shape = &path, .doc = "What is taken in."},
    {.name = "mount_path", .shape = &string_shape, .doc = "Where it appears."}};
constexpr Shape input{.kind = object, .name = "an input", .fields = input_fields};
constexpr Shape inputs{.kind = list, .item = &input};

constexpr Field named_fields[] = {
    {.name = "name", .shape = &string_shape, .need = Need::required, .doc = "Name of the environment."}};
constexpr Shape named{.kind = object, .name = "a mapping with `name`", .fields = named_fields};
constexpr Shape target{.kind = either,
                       .name = "an environment: a name or a mapping with `name`",
                       .scalar = &string_shape,
                       .mapping = &named,
                       .wire = &package_target};
constexpr Shape variables{.kind = map, .item = &single_value};

constexpr Field fields[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "target_environment",
     .shape = &target,
     .need = Need::required,
     .wire = "targetEnvironmentId",
     .doc = "The environment that the package becomes."},
    {.name = "base_environment_source", .shape = &base, .doc = "The environment that it begins with."},
    {.name = "inferencing_server", .shape = &server, .need = Need::required, .doc = "What serves the model."},
    {.name = "model_configuration", .shape = &configuration, .doc = "How the model gets into it."},
    {.name = "inputs", .shape = &inputs, .doc = "What else is taken in."},
    {.name = "tags", .shape = &resource_tags, .doc = "Free labels."},
    {.name = "environment_variables", .shape = &variables, .doc = "Environment variables of the server."},
    {.name = "description", .shape = &refused_text, .wire = "-", .doc = "Refused by the official client."}};

constexpr Field host_fields[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name",
     .shape = &string_shape,
     .need = Need::required,
     .wire = "-",
     .doc = "Name of the capability host."},
    {.name = "description", .shape = &string_shape, .doc = "What it is for, in words."},
    {.name = "capability_host_kind", .shape = &string_shape, .unsent = "\"Agents\"", .doc = "`Agents`."},
    {.name = "vector_store_connections", .shape = &string_list_shape, .doc = "Connections to vector stores."},
    {.name = "ai_services_connections", .shape = &string_list_shape, .doc = "Connections to AI services."},
    {.name = "storage_connections", .shape = &string_list_shape, .doc = "Connections to storage."},
    {.name = "thread_storage_connections",
     .shape = &string_list_shape,
     .doc = "Connections to the storage of threads."}};

}  // namespace

constexpr Shape model_package{.kind = object, .name = "a model package", .fields = fields};
constexpr Shape capability_host{
    .kind = object, .name = "a capability host", .fields = host_fields, .under = "properties"};

}  // namespace podium::inline v0::spec::kinds
