#include "spec/command.hpp"
#include "spec/kinds/rows.hpp"

/// Command components, as files of their own and written into a pipeline.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr std::string_view types[] = {"command"};
constexpr Shape type{.kind = string, .values = types, .any_case = true};

constexpr Hint hints[] = {
    {"compute", "a component has no compute: name it in the pipeline's node or settings"},
    {"environment_variables", "a component has no environment variables: set them in the pipeline's node"},
    {"limits", "a component has no limits: set them in the pipeline's node"},
    {"services", "a component has no services: set them in the pipeline's node"},
    {"identity", "a component has no identity: set it in the pipeline's node"},
    {"args", "the arguments are part of `command`"}};

constexpr Field command_rows[] = {
    {.name = "type", .shape = &type, .fallback = "command", .nullable = true, .doc = "`command`."},
    {.name = "command",
     .shape = &string_shape,
     .need = Need::required,
     .doc = "What runs, in a shell; names inputs and outputs as `${{inputs.NAME}}` and `${{outputs.NAME}}`."},
    {.name = "code", .shape = &code, .doc = "Local folder, or a registered code, that the command runs in."},
    {.name = "environment",
     .shape = &environment,
     .need = Need::required,
     .doc = "Environment: `azureml:NAME:VERSION`, a registry path or a mapping."},
    {.name = "outputs",
     .shape = &component_outputs,
     .doc = "Declared outputs by name: data, models, or values (`string`, `number`, `integer`, `boolean`)."},
    {.name = "resources", .shape = &component_resources, .doc = "Nodes that the component asks for."},
    {.name = "distribution",
     .shape = &component_distribution,
     .support = Support::refused,
     .doc = "How the command is started on several nodes: `pytorch`, `mpi`, `tensorflow` or `ray`."},
    {.name = "queue_settings",
     .shape = &queue_settings,
     .support = Support::noted,
     .doc = "Tier and priority on serverless compute."},
    {.name = "properties", .shape = &free_map_shape, .support = Support::noted, .doc = "Free properties."},
    {.name = "additional_includes",
     .shape = &additional_includes,
     .support = Support::refused,
     .doc = "Files and folders beside the component that go into its code."}};

constexpr Field inline_only_rows[] = {{.name = "environment_variables",
                                       .shape = &environment_variables,
                                       .support = Support::noted,
                                       .doc = "Environment variables of the process."}};

constexpr auto file_fields = rows(component_rows, component_inputs_row, command_rows);
constexpr auto inline_fields = rows(inline_component_rows, component_inputs_row, command_rows, inline_only_rows);

constexpr Shape include{.kind = string, .check = check_additional_include};

constexpr std::string_view component_types[] = {"command", "pipeline", "parallel", "spark", "data_transfer", "automl"};
constexpr Shape component_type{.kind = string, .values = component_types};
constexpr Field unsupported_fields[] = {{.name = "type", .shape = &component_type, .doc = "Type of the component."}};

}  // namespace

constexpr Shape unsupported_component{
    .kind = object, .name = "a component", .fields = unsupported_fields, .unknown = Unknown::keep};
constexpr Shape additional_includes{.kind = list, .item = &include};
constexpr Shape command_component{.kind = object,
                                  .name = "a command component",
                                  .fields = file_fields,
                                  .hints = hints,
                                  .unknown = Unknown::warning,
                                  .check = check_component};
constexpr Shape inline_component{.kind = object,
                                 .name = "a component",
                                 .fields = inline_fields,
                                 .hints = hints,
                                 .unknown = Unknown::warning,
                                 .check = check_component};

}  // namespace podium::inline v0::spec::kinds
