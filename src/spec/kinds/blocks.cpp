#include "spec/files.hpp"
#include "spec/kinds/kinds.hpp"

/// What several kinds share.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr Field managed_identity_fields[] = {{"type", &string_shape},
                                             {"client_id", &string_shape},
                                             {"object_id", &string_shape},
                                             {"msi_resource_id", &string_shape}};
constexpr Shape managed_identity{.kind = object, .fields = managed_identity_fields};
constexpr Field bare_type_fields[] = {{"type", &string_shape}};
constexpr Shape bare_type{.kind = object, .fields = bare_type_fields};
constexpr Alternative identities[] = {{"managed", &managed_identity},
                                      {"managed_identity", &managed_identity},
                                      {"aml_token", &bare_type},
                                      {"user_identity", &bare_type}};

constexpr Field service_fields[] = {
    {"type", &string_shape},         {"port", &integer_shape},           {"nodes", &any_shape},
    {"properties", &free_map_shape}, {"ssh_public_keys", &string_shape}, {"log_dir", &string_shape}};
constexpr Shape service{.kind = object, .fields = service_fields};

constexpr Shape docker_args_list{.kind = list, .item = &string_shape};
constexpr Shape docker_args{.kind = either, .scalar = &string_shape, .sequence = &docker_args_list};
constexpr Shape instances{.kind = integer, .min = 1};

void check_memory(Reader& reader, Node const& node, Value& value) {
  auto const& text = value.text;
  auto const digits = text.find_first_not_of("0123456789");
  if (digits != 0 && digits != std::string::npos && digits + 1 == text.size() &&
      std::string_view{"bBkKmMgG"}.find(text.back()) != std::string_view::npos)
    return;
  reader.error("PD1016", node, "`" + text + "` is not a size of memory",
               "write digits and one of b, k, m, g, for example `2g`");
}
constexpr Shape memory{.kind = string, .check = check_memory};
constexpr Field resources_fields[] = {{"instance_count", &instances},
                                      {"instance_type", &string_shape},
                                      {"properties", &free_map_shape, Need::optional, Support::noted},
                                      {"shm_size", &memory, Need::optional, Support::noted},
                                      {"docker_args", &docker_args, Need::optional, Support::noted},
                                      {"locations", &string_list_shape, Need::optional, Support::noted},
                                      {"max_instance_count", &integer_shape, Need::optional, Support::noted}};

constexpr Field pytorch_fields[] = {{"type", &string_shape}, {"process_count_per_instance", &integer_shape}};
constexpr Shape pytorch{.kind = object, .fields = pytorch_fields};
constexpr Field tensorflow_fields[] = {
    {"type", &string_shape}, {"parameter_server_count", &integer_shape}, {"worker_count", &integer_shape}};
constexpr Shape tensorflow{.kind = object, .fields = tensorflow_fields};
constexpr Field ray_fields[] = {{"type", &string_shape},
                                {"port", &integer_shape},
                                {"address", &string_shape},
                                {"include_dashboard", &boolean_shape},
                                {"dashboard_port", &integer_shape},
                                {"head_node_additional_args", &string_shape},
                                {"worker_node_additional_args", &string_shape}};
constexpr Shape ray{.kind = object, .fields = ray_fields};
constexpr Alternative distributions[] = {
    {"pytorch", &pytorch}, {"tensorflow", &tensorflow}, {"mpi", &pytorch}, {"ray", &ray}};

constexpr Field limits_fields[] = {{"timeout", &integer_shape}};

constexpr std::string_view tiers[] = {"spot", "basic", "standard", "premium", "null"};
constexpr Shape tier{.kind = string, .values = tiers, .any_case = true};
constexpr std::string_view priorities[] = {"low", "medium", "high"};
constexpr Shape priority{.kind = string, .values = priorities, .any_case = true};
constexpr Field queue_fields[] = {{"job_tier", &tier, Need::optional, Support::carried, {}, true},
                                  {"priority", &priority}};

constexpr Field variable_fields[] = {{"value", &string_shape, Need::required}};
constexpr Shape variable_value{.kind = object, .fields = variable_fields};
constexpr Shape variable{.kind = either, .scalar = &string_shape, .mapping = &variable_value};

constexpr Shape conda_path{.kind = string, .name = "a path or a mapping", .check = check_conda_file};
constexpr Shape conda{.kind = either, .scalar = &conda_path, .mapping = &free_map_shape};
constexpr Shape build_path{.kind = string, .check = check_build_path};
constexpr Field build_fields[] = {{"path", &build_path}, {"dockerfile_path", &string_shape}};
constexpr Shape build{.kind = object, .fields = build_fields};
constexpr Field route_fields[] = {{"port", &integer_shape, Need::required}, {"path", &string_shape, Need::required}};
constexpr Shape route{.kind = object, .fields = route_fields};
constexpr Field inference_fields[] = {{"liveness_route", &route, Need::required},
                                      {"scoring_route", &route, Need::required},
                                      {"readiness_route", &route, Need::required}};
constexpr Shape inference{.kind = object, .fields = inference_fields};
constexpr std::string_view systems[] = {"linux", "windows"};
constexpr Shape system{.kind = string, .values = systems, .any_case = true};

void check_environment_source(Reader& reader, Node const& node, Value& value) {
  bool const image = bool{value.at("image")};
  bool const build = bool{value.at("build")};
  if (image && build)
    reader.error("PD1021", *node.entry("build")->key, "`image` and `build` exclude each other", "keep one of them");
  if (!image && !build && node.find("image") == nullptr && node.find("build") == nullptr)
    reader.error("PD1021", reader.holder(node), "an environment needs `image` or `build`",
                 "add `image:`, a Docker image");
}

constexpr Hint conda_hints[] = {{"dependencies", "this is a conda file: name it in `conda_file:` of an environment"},
                                {"channels", "this is a conda file: name it in `conda_file:` of an environment"},
                                {"prefix", "this is a conda file: name it in `conda_file:` of an environment"}};

constexpr Field inline_environment_fields[] = {{"$schema", &any_shape},
                                               {"name", &string_shape},
                                               {"version", &text_shape},
                                               {"description", &string_shape},
                                               {"tags", &free_tags},
                                               {"properties", &free_map_shape},
                                               {"image", &string_shape},
                                               {"build", &build},
                                               {"conda_file", &conda},
                                               {"inference_config", &inference, Need::optional, Support::noted},
                                               {"os_type", &system, Need::optional, Support::noted},
                                               {"datastore", &string_shape, Need::optional, Support::noted}};
constexpr Shape inline_environment{.kind = object,
                                   .name = "an environment",
                                   .fields = inline_environment_fields,
                                   .hints = conda_hints,
                                   .check = check_environment_source};
constexpr Shape environment_reference{.kind = string, .check = check_environment};

constexpr Field asset_environment_fields[] = {{"$schema", &any_shape},
                                              {"name", &string_shape, Need::required},
                                              {"version", &text_shape},
                                              {"description", &string_shape},
                                              {"tags", &free_tags},
                                              {"properties", &free_map_shape},
                                              {"image", &string_shape},
                                              {"build", &build},
                                              {"conda_file", &conda},
                                              {"inference_config", &inference, Need::optional, Support::noted},
                                              {"os_type", &system, Need::optional, Support::noted},
                                              {"datastore", &string_shape, Need::optional, Support::noted}};

constexpr std::string_view input_modes[] = {"ro_mount", "rw_mount",   "mount",        "download",
                                            "direct",   "eval_mount", "eval_download"};
constexpr Shape input_mode{.kind = string, .values = input_modes};
constexpr std::string_view output_modes[] = {"mount", "rw_mount", "upload", "direct"};
constexpr Shape output_mode{.kind = string, .values = output_modes};
constexpr std::string_view input_types[] = {"uri_file",     "uri_folder", "mltable", "mlflow_model", "custom_model",
                                            "triton_model", "string",     "number",  "integer",      "boolean"};
constexpr Shape input_type{.kind = string, .values = input_types, .any_case = true};
constexpr Shape output_type{.kind = string, .values = port_types, .any_case = true};

constexpr Hint input_hints[] = {{"optional", "only a component declares inputs as optional; a job gives values"},
                                {"default", "only a component has defaults; here write the value itself"},
                                {"description", "only a component describes its inputs"}};
constexpr Field input_fields[] = {{"type", &input_type},
                                  {"path", &data_path},
                                  {"mode", &input_mode},
                                  {"value", &literal},
                                  {"datastore", &string_shape, Need::optional, Support::noted},
                                  {"path_on_compute", &string_shape, Need::optional, Support::noted}};
constexpr Shape input_mapping{.kind = object, .name = "an input", .fields = input_fields, .hints = input_hints};
constexpr Shape input{.kind = either,
                      .name = "a value, a binding or a mapping with `type` and `path`",
                      .scalar = &literal,
                      .mapping = &input_mapping};

constexpr Field output_fields[] = {{"type", &output_type, Need::optional, Support::carried, "uri_folder"},
                                   {"path", &string_shape},
                                   {"mode", &output_mode},
                                   {"name", &string_shape},
                                   {"version", &text_shape},
                                   {"description", &string_shape, Need::optional, Support::noted},
                                   {"path_on_compute", &string_shape, Need::optional, Support::noted}};
void check_output_version(Reader& reader, Node const& node, Value&) {
  if (auto const* version = node.entry("version"); version != nullptr && node.find("name") == nullptr)
    reader.error("PD1021", *version->key, "`version` is given without `name`",
                 "add `name:`, the asset that the output becomes");
}
constexpr Shape output_mapping{
    .kind = object, .name = "an output", .fields = output_fields, .check = check_output_version};

/// A bare word is no output; nothing at all is the default one.
void check_output_scalar(Reader& reader, Node const& node, Value& value) {
  if (node.is_null()) return;
  reader.error("PD1012", node, "expected a mapping or a binding `${{parent.outputs.NAME}}`, found " + found(node));
  value.kind = Value::Kind::none;
}
constexpr Shape output_scalar{.kind = any, .check = check_output_scalar};
constexpr Shape output{.kind = either, .name = "an output", .scalar = &output_scalar, .mapping = &output_mapping};

constexpr Shape free_tag{.kind = either, .name = "a single value", .scalar = &any_shape};

constexpr std::string_view endpoint_identity_types[] = {"system_assigned", "user_assigned", "none"};
constexpr Shape endpoint_identity_type{.kind = string, .values = endpoint_identity_types, .any_case = true};
constexpr Field user_identity_fields[] = {
    {"resource_id", &string_shape}, {"client_id", &string_shape}, {"principal_id", &string_shape}};
constexpr Shape user_identity{.kind = object, .fields = user_identity_fields};
constexpr Shape user_identities{.kind = list, .item = &user_identity};
constexpr Field endpoint_identity_fields[] = {{"type", &endpoint_identity_type, Need::required},
                                              {"user_assigned_identities", &user_identities},
                                              {"principal_id", &string_shape},
                                              {"tenant_id", &string_shape}};

}  // namespace

constexpr Shape endpoint_identity{.kind = object, .name = "an identity", .fields = endpoint_identity_fields};
constexpr Shape tags{.kind = map, .item = &string_shape};
constexpr Shape free_tags{.kind = map, .item = &free_tag};
constexpr Shape identity{
    .kind = tagged, .name = "an identity", .any_case = true, .tag = "type", .alternatives = identities};
constexpr Shape services{.kind = map, .item = &service};
constexpr Shape job_resources{.kind = object, .fields = resources_fields};
constexpr Shape distribution{.kind = tagged, .any_case = true, .tag = "type", .alternatives = distributions};
constexpr Shape command_limits{.kind = object, .fields = limits_fields};
constexpr Shape queue_settings{.kind = object, .fields = queue_fields};
constexpr Shape environment_variables{.kind = map, .item = &variable};
constexpr Shape code{.kind = string, .check = check_code};
constexpr Shape environment{.kind = either,
                            .name = "an environment: `azureml:NAME:VERSION` or a mapping",
                            .scalar = &environment_reference,
                            .mapping = &inline_environment};
constexpr Shape environment_asset{
    .kind = object, .fields = asset_environment_fields, .hints = conda_hints, .check = check_environment_source};
constexpr Shape local_file{.kind = string, .check = check_local_file};
constexpr Shape asset_reference{.kind = string, .check = check_reference};
constexpr Shape compute{.kind = string, .check = check_compute};
constexpr Shape data_path{.kind = string, .check = check_data_path};
constexpr Shape literal{.kind = text};
constexpr Shape job_inputs{.kind = map, .item = &input};
constexpr Shape job_outputs{.kind = map, .item = &output};

}  // namespace podium::inline v0::spec::kinds
