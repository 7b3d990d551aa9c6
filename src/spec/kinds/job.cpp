#include "spec/command.hpp"
#include "spec/graph.hpp"
#include "spec/kinds/rows.hpp"

/// Command jobs, alone and as steps.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr std::string_view types[] = {"command"};
constexpr Shape type{.kind = string, .values = types, .any_case = true, .check = check_type_of_file};

constexpr Hint hints[] = {{"component", "a standalone job has a command of its own: use a component in a pipeline job"},
                          {"settings", "only a pipeline job has settings"},
                          {"jobs", "only a pipeline job (`type: pipeline`) has steps"},
                          {"args", "the arguments are part of `command`"},
                          {"image", "it belongs into `environment`"},
                          {"instance_type", "it belongs into `resources`"},
                          {"instance_count", "it belongs into `resources`"},
                          {"timeout", "it belongs into `limits`"},
                          {"default_compute", "a single job names its `compute`"}};

constexpr Field command_rows[] = {
    {.name = "type", .shape = &type, .fallback = "command", .wire = "-", .doc = "`command`."},
    {.name = "command",
     .shape = &string_shape,
     .need = Need::required,
     .doc = "What runs, in a shell; names inputs and outputs as `${{inputs.NAME}}` and `${{outputs.NAME}}`."},
    {.name = "code",
     .shape = &code,
     .wire = "=properties.codeId",
     .doc = "Local folder, or a registered code, that the command runs in."},
    {.name = "environment",
     .shape = &environment,
     .need = Need::required,
     .wire = "=properties.environmentId",
     .doc = "Environment: `azureml:NAME:VERSION`, a registry path or a mapping."},
    {.name = "environment_variables",
     .shape = &environment_variables,
     .unsent = "{}",
     .doc = "Environment variables of the process."},
    {.name = "resources", .shape = &job_resources, .doc = "Nodes of the job."},
    {.name = "distribution",
     .shape = &distribution,
     .support = Support::refused,
     .doc = "How the command is started on several nodes: `pytorch`, `mpi`, `tensorflow` or `ray`."},
    {.name = "limits", .shape = &command_limits, .doc = "Bounds of the job."},
    {.name = "queue_settings",
     .shape = &queue_settings,
     .support = Support::noted,
     .doc = "Tier and priority on serverless compute."}};
constexpr Field job_only[] = {
    {.name = "parent_job_name",
     .shape = &string_shape,
     .support = Support::refused,
     .doc = "Name of the job that this one is shown below."},
    {.name = "parameters", .shape = &any_shape, .wire = "-", .doc = "Written by the service; ignored in a file."}};

constexpr Field component_row[] = {{.name = "component",
                                    .shape = &command_component_reference,
                                    .need = Need::required,
                                    .wire = "=componentId",
                                    .doc = "A file, `azureml:NAME:VERSION`, a registry path or a mapping."}};
constexpr Field any_component_row[] = {
    {.name = "component",
     .shape = &any_component_reference,
     .need = Need::required,
     .wire = "=componentId",
     .doc = "A file of any type, `azureml:NAME:VERSION`, a registry path or a mapping."}};
constexpr Field node_only[] = {
    {.name = "type", .shape = &type, .fallback = "command", .doc = "`command`."},
    {.name = "command", .shape = &string_shape, .wire = "-", .doc = "Ignored: the component has the command."},
    {.name = "code", .shape = &any_shape, .wire = "-", .doc = "Ignored: the component has the code."},
    {.name = "environment", .shape = &environment, .doc = "Replaces the component's environment."},
    {.name = "environment_variables", .shape = &environment_variables, .doc = "Environment variables of the process."},
    {.name = "resources", .shape = &job_resources, .doc = "Nodes of the step; replaces the component's."},
    {.name = "distribution",
     .shape = &distribution,
     .support = Support::refused,
     .doc = "How the command is started on several nodes; replaces the component's."},
    {.name = "limits", .shape = &command_limits, .doc = "Bounds of the step."},
    {.name = "identity",
     .shape = &identity,
     .support = Support::noted,
     .doc = "Identity that the step uses to reach data."},
    {.name = "services",
     .shape = &services,
     .support = Support::noted,
     .doc = "Interactive services that run beside the step, by name."},
    {.name = "queue_settings",
     .shape = &queue_settings,
     .support = Support::noted,
     .doc = "Tier and priority on serverless compute."},
    {.name = "is_deterministic",
     .shape = &boolean_shape,
     .support = Support::noted,
     .wire = "-",
     .doc = "Ignored: the component says so."}};
constexpr Hint node_hints[] = {
    {"settings", "only the pipeline has settings"},
    {"depends_on", "steps wait for each other through `${{parent.jobs.NAME.outputs.OUTPUT}}`"},
    {"trial", "only a step of type `sweep` has a trial"}};

constexpr Shape inline_comment{.kind = string, .check = check_inline_comment};
constexpr Field inline_only[] = {
    {.name = "comment", .shape = &inline_comment, .wire = "-", .doc = "Steps with a component alone have comments."}};

constexpr auto job_fields = rows(job_rows, properties_row, compute_row, input_output_rows, command_rows, job_only);
constexpr auto inline_fields =
    rows(job_rows, properties_row, compute_row, input_output_rows, command_rows, inline_only);
constexpr auto node_fields = rows(node_rows, compute_row, component_row, node_only);
constexpr auto typeless_fields = rows(node_rows, compute_row, any_component_row, node_only);

constexpr std::string_view job_types[] = {"command", "pipeline",   "sweep",        "spark",
                                          "automl",  "finetuning", "distillation", "import"};
constexpr Shape job_type{.kind = string, .values = job_types};
constexpr Field unsupported_fields[] = {{.name = "type", .shape = &job_type, .doc = "Type of the job."}};

}  // namespace

constexpr Shape unsupported_job{
    .kind = object, .name = "a job", .fields = unsupported_fields, .unknown = Unknown::keep};
constexpr Shape command_job{.kind = object,
                            .name = "a command job",
                            .fields = job_fields,
                            .hints = hints,
                            .check = check_standalone_command,
                            .under = "properties"};
constexpr Shape command_inline_node{.kind = object,
                                    .name = "a step",
                                    .fields = inline_fields,
                                    .hints = hints,
                                    .unbound = true,
                                    .check = check_command_job};
constexpr Shape typeless_node{.kind = object,
                              .name = "a step",
                              .fields = typeless_fields,
                              .hints = node_hints,
                              .unknown = Unknown::warning,
                              .check = check_typeless_node};
constexpr Shape command_node{.kind = object,
                             .name = "a step",
                             .fields = node_fields,
                             .hints = node_hints,
                             .unknown = Unknown::warning,
                             .check = check_node};

}  // namespace podium::inline v0::spec::kinds
