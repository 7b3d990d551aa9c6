#include "spec/command.hpp"
#include "spec/kinds/kinds.hpp"

/// Command components, as files of their own and written into a pipeline.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr std::string_view port_modes[] = {"direct",   "download", "eval_download", "eval_mount", "mount",
                                           "ro_mount", "rw_mount", "upload",        "link"};
constexpr Shape port_mode{.kind = string, .values = port_modes};

constexpr Field parameter_fields[] = {
    {"type", &string_shape}, {"description", &string_shape}, {"optional", &boolean_shape}, {"default", &text_shape},
    {"min", &text_shape},    {"max", &text_shape},           {"enum", &string_list_shape}};
constexpr Shape parameter{.kind = object, .name = "a parameter", .fields = parameter_fields, .check = check_parameter};

constexpr Field port_fields[] = {{"type", &string_shape},
                                 {"description", &string_shape},
                                 {"optional", &boolean_shape},
                                 {"default", &text_shape},
                                 {"mode", &port_mode}};
constexpr Shape port{.kind = object, .name = "a port", .fields = port_fields, .check = check_port};

constexpr Alternative input_types[] = {{"string", &parameter},  {"number", &parameter},  {"integer", &parameter},
                                       {"boolean", &parameter}, {"uri_file", &port},     {"uri_folder", &port},
                                       {"mltable", &port},      {"mlflow_model", &port}, {"custom_model", &port},
                                       {"triton_model", &port}, {"path", &port}};
constexpr Shape component_input{
    .kind = tagged, .name = "a mapping with `type`", .tag = "type", .alternatives = input_types};
constexpr Shape component_inputs{.kind = map, .item = &component_input};

/// `name:` with nothing behind it is a folder.
void check_absent(Reader& reader, Node const& node, Value& value) {
  if (node.is_null()) return;
  reader.error("PD1012", node, "expected a mapping with `type`, found " + found(node));
  value.kind = Value::Kind::none;
}
constexpr Shape absent{.kind = any, .check = check_absent};

constexpr Field output_fields[] = {{"type", &string_shape}, {"description", &string_shape}, {"mode", &port_mode}};
constexpr Shape output{.kind = object, .name = "an output", .fields = output_fields};
constexpr Alternative output_types[] = {{"uri_folder", &output},   {"uri_file", &output},     {"mltable", &output},
                                        {"mlflow_model", &output}, {"custom_model", &output}, {"triton_model", &output},
                                        {"path", &output},         {"string", &output},       {"number", &output},
                                        {"integer", &output},      {"boolean", &output}};
constexpr Shape component_output{
    .kind = tagged, .name = "a mapping with `type`", .tag = "type", .alternatives = output_types};
constexpr Shape output_or_nothing{
    .kind = either, .name = "a mapping with `type`", .scalar = &absent, .mapping = &component_output};
constexpr Shape component_outputs{.kind = map, .item = &output_or_nothing};

constexpr Shape name{.kind = string, .check = check_component_name};
constexpr std::string_view types[] = {"command"};
constexpr Shape type{.kind = string, .values = types, .any_case = true};

constexpr Hint hints[] = {
    {"compute", "a component has no compute: name it in the pipeline's node or settings"},
    {"environment_variables", "a component has no environment variables: set them in the pipeline's node"},
    {"limits", "a component has no limits: set them in the pipeline's node"}};

constexpr Shape instances{.kind = integer, .min = 1};
constexpr Field resources_fields[] = {{"instance_count", &instances},
                                      {"instance_type", &string_shape},
                                      {"properties", &free_map_shape, Need::optional, Support::noted},
                                      {"shm_size", &string_shape, Need::optional, Support::noted},
                                      {"docker_args", &any_shape, Need::optional, Support::noted},
                                      {"locations", &string_list_shape, Need::optional, Support::noted},
                                      {"max_instance_count", &integer_shape, Need::optional, Support::noted}};
constexpr Shape resources{.kind = object, .fields = resources_fields, .unknown = Unknown::warning};

constexpr Field file_fields[] = {{"$schema", &any_shape},
                                 {"type", &type},
                                 {"name", &name, Need::required},
                                 {"version", &text_shape},
                                 {"display_name", &string_shape},
                                 {"description", &string_shape},
                                 {"tags", &tags},
                                 {"is_deterministic", &boolean_shape, Need::optional, Support::carried, "true"},
                                 {"inputs", &component_inputs},
                                 {"outputs", &component_outputs},
                                 {"command", &string_shape, Need::required},
                                 {"code", &code},
                                 {"environment", &environment, Need::required},
                                 {"resources", &resources},
                                 {"distribution", &distribution, Need::optional, Support::refused},
                                 {"properties", &free_map_shape, Need::optional, Support::noted},
                                 {"additional_includes", &string_list_shape, Need::optional, Support::refused},
                                 {"intellectual_property", &any_shape, Need::optional, Support::noted}};

constexpr Field inline_fields[] = {{"$schema", &any_shape},
                                   {"type", &type},
                                   {"name", &string_shape},
                                   {"version", &text_shape},
                                   {"display_name", &string_shape},
                                   {"description", &string_shape},
                                   {"tags", &tags},
                                   {"is_deterministic", &boolean_shape, Need::optional, Support::carried, "true"},
                                   {"inputs", &component_inputs},
                                   {"outputs", &component_outputs},
                                   {"command", &string_shape, Need::required},
                                   {"code", &code},
                                   {"environment", &environment, Need::required},
                                   {"resources", &resources},
                                   {"distribution", &distribution, Need::optional, Support::refused},
                                   {"properties", &free_map_shape, Need::optional, Support::noted},
                                   {"additional_includes", &string_list_shape, Need::optional, Support::refused}};

}  // namespace

constexpr Shape command_component{
    .kind = object, .fields = file_fields, .hints = hints, .unknown = Unknown::warning, .check = check_component};
constexpr Shape inline_component{
    .kind = object, .name = "a component", .fields = inline_fields, .hints = hints, .check = check_component};

}  // namespace podium::inline v0::spec::kinds
