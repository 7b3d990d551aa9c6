#include "spec/files.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/wire/spellings.hpp"

/// Inputs and outputs of jobs and steps.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr std::string_view modes[] = {"download", "ro_mount", "direct"};
constexpr Shape mode{.kind = string, .values = modes, .any_case = true};
constexpr std::string_view table_modes[] = {"download", "ro_mount", "direct", "eval_mount", "eval_download"};
constexpr Shape table_mode{.kind = string, .values = table_modes, .any_case = true};

constexpr Hint input_hints[] = {{"optional", "only a component declares inputs as optional; a job gives values"},
                                {"default", "only a component has defaults; here write the value itself"},
                                {"description", "only a component describes its inputs"},
                                {"value", "a value stands alone: `name: VALUE` or `name: {value: VALUE}`"}};

constexpr std::string_view data_types[] = {"uri_file", "uri_folder"};
constexpr std::string_view model_types[] = {"custom_model", "mlflow_model", "triton_model"};
constexpr std::string_view table_types[] = {"mltable"};
constexpr Shape data_type{.kind = string, .values = data_types, .any_case = true};
constexpr Shape model_type{.kind = string, .values = model_types, .any_case = true};
constexpr Shape table_type{.kind = string, .values = table_types, .any_case = true};
constexpr Field data_type_row{.name = "type", .shape = &data_type, .doc = "`uri_file` or `uri_folder`."};
constexpr Field model_type_row{
    .name = "type", .shape = &model_type, .doc = "`mlflow_model`, `custom_model` or `triton_model`."};
constexpr Field table_type_row{.name = "type", .shape = &table_type, .doc = "`mltable`."};
constexpr Field path_row{.name = "path",
                         .shape = &data_path,
                         .doc = "A local path, a URI, `azureml:NAME:VERSION` or a path in a data store."};
constexpr Field store_row{.name = "datastore",
                          .shape = &string_shape,
                          .support = Support::noted,
                          .doc = "Data store that a local path is uploaded to."};
constexpr Field on_compute_row{.name = "path_on_compute",
                               .shape = &string_shape,
                               .support = Support::noted,
                               .doc = "Where the data is mounted on the compute."};
constexpr Field mode_row{.name = "mode",
                         .shape = &mode,
                         .doc = "How the data reaches the job: `ro_mount`, `download` or `direct` (the URI itself)."};
constexpr Field table_mode_row{
    .name = "mode", .shape = &table_mode, .doc = "As for other data, and `eval_mount` or `eval_download`."};

constexpr Field data_fields[] = {data_type_row, path_row, mode_row, store_row, on_compute_row};
constexpr Shape data{.kind = object, .name = "an input", .fields = data_fields, .hints = input_hints};
constexpr Field model_fields[] = {model_type_row, path_row, mode_row, store_row};
constexpr Shape model{.kind = object, .name = "an input", .fields = model_fields, .hints = input_hints};
constexpr Field table_fields[] = {table_type_row, path_row, table_mode_row, store_row, on_compute_row};
constexpr Shape table{.kind = object, .name = "an input", .fields = table_fields, .hints = input_hints};

constexpr Alternative typed[] = {{"uri_file", &data},      {"uri_folder", &data},    {"mltable", &table},
                                 {"mlflow_model", &model}, {"custom_model", &model}, {"triton_model", &model}};
constexpr Shape typed_input{.kind = tagged, .name = "an input", .any_case = true, .tag = "type", .alternatives = typed};
constexpr Field literal_fields[] = {{.name = "value", .shape = &literal, .doc = "The value: text, number or boolean."}};
constexpr Shape literal_input{.kind = object, .name = "an input", .fields = literal_fields, .hints = input_hints};
constexpr Alternative by_key[] = {{"type", &typed_input}, {"value", &literal_input}, {"", &table}};
constexpr Shape input_mapping{.kind = keyed, .name = "an input", .alternatives = by_key};
constexpr Shape input{.kind = either,
                      .name = "a value or a mapping with `type` and `path`",
                      .scalar = &literal,
                      .mapping = &input_mapping,
                      .wire = &wire::job_input};

constexpr std::string_view output_modes[] = {"mount", "rw_mount", "upload", "direct"};
constexpr Shape output_mode{.kind = string, .values = output_modes, .any_case = true};
constexpr Shape output_type{.kind = string, .values = port_types, .any_case = true};

constexpr Field output_fields[] = {
    {.name = "type",
     .shape = &output_type,
     .fallback = "uri_folder",
     .doc = "What is written; `uri_folder` when absent."},
    {.name = "path", .shape = &string_shape, .doc = "Where it is written: a path in a data store."},
    {.name = "mode", .shape = &output_mode, .doc = "`rw_mount` (or `mount`), `upload` or `direct`."},
    {.name = "name", .shape = &string_shape, .doc = "Name of the asset that the output is registered as."},
    {.name = "version", .shape = &version, .doc = "Version of that asset."},
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "Ignored."}};
constexpr Hint output_hints[] = {{"description", "only a component describes its outputs"},
                                 {"path_on_compute", "only inputs have it"}};
void check_output_version(Reader& reader, Node const& node, Value&) {
  if (auto const* version = node.entry("version"); version != nullptr && node.find("name") == nullptr) {
    Reader::Step const step{reader, "version"};
    reader.error("PD1021", *version->key, "`version` is given without `name`",
                 "add `name:`, the asset that the output becomes");
  }
}
constexpr Shape output_mapping{
    .kind = object, .name = "an output", .fields = output_fields, .hints = output_hints, .check = check_output_version};

/// A bare word is no output; nothing at all is the default one.
void check_output_scalar(Reader& reader, Node const& node, Value& value) {
  if (node.is_null() || (node.is_string() && node.text.find("${{") != std::string::npos)) return;
  reader.error("PD1012", node, "expected a mapping or a binding `${{parent.outputs.NAME}}`, found " + found(node));
  value.kind = Value::Kind::none;
}
constexpr Shape output_scalar{.kind = any, .check = check_output_scalar};
constexpr Shape output{.kind = either,
                       .name = "an output",
                       .scalar = &output_scalar,
                       .mapping = &output_mapping,
                       .wire = &wire::job_output};

}  // namespace

constexpr Shape data_path{.kind = string, .check = check_data_path};
constexpr Shape literal{.kind = text};
constexpr Shape mltable_input{
    .kind = either, .name = "a mapping with `type` and `path`", .mapping = &table, .wire = &wire::job_input};
constexpr Shape data_input{.kind = either,
                           .name = "a path or a mapping with `type` and `path`",
                           .scalar = &data_path,
                           .mapping = &data,
                           .wire = &wire::job_input};
constexpr Shape model_input{
    .kind = object, .name = "a model", .fields = model_fields, .hints = input_hints, .wire = &wire::job_input};
constexpr Shape job_inputs{.kind = map, .item = &input};
constexpr Shape node_inputs{.kind = map, .item = &input};
constexpr Shape job_output{.kind = either,
                           .name = "an output",
                           .scalar = &output_scalar,
                           .mapping = &output_mapping,
                           .wire = &wire::job_output};
constexpr Shape job_outputs{.kind = map, .item = &output};

}  // namespace podium::inline v0::spec::kinds
