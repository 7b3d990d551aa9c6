#include "spec/parallel.hpp"

#include "spec/command.hpp"
#include "spec/graph.hpp"
#include "spec/kinds/rows.hpp"

/// Parallel components and steps.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr std::string_view types[] = {"parallel"};
constexpr Shape type{.kind = string, .values = types, .any_case = true};
constexpr std::string_view levels[] = {"DEBUG", "INFO", "WARNING"};
constexpr Shape level{.kind = string, .values = levels};
constexpr std::string_view task_types[] = {"run_function", "function", "model"};
constexpr Shape task_type{.kind = string, .values = task_types, .any_case = true};
constexpr Shape batch_size{.kind = string, .check = check_batch_size};
constexpr Shape threshold{.kind = integer, .min = -1, .advisory = true};
constexpr Shape concurrency{.kind = integer, .min = 1, .advisory = true};

constexpr Field task_fields[] = {
    {.name = "type",
     .shape = &task_type,
     .need = Need::required,
     .doc = "`run_function`: the script's `run` gets the mini batches."},
    {.name = "code", .shape = &code, .doc = "Local folder, or a registered code, that holds the script."},
    {.name = "entry_script", .shape = &string_shape, .doc = "Script with `init` and `run`, relative to `code`."},
    {.name = "program_arguments",
     .shape = &string_shape,
     .doc = "Arguments of the script; names inputs and outputs as `${{inputs.NAME}}` and `${{outputs.NAME}}`."},
    {.name = "model", .shape = &string_shape, .doc = "Model of a `model` task."},
    {.name = "append_row_to",
     .shape = &string_shape,
     .doc = "Output that collects what `run` returns: `${{outputs.NAME}}`."},
    {.name = "environment",
     .shape = &environment,
     .need = Need::required,
     .doc = "Environment: `azureml:NAME:VERSION`, a registry path or a mapping."}};
constexpr Shape task{
    .kind = object, .name = "a task", .fields = task_fields, .unknown = Unknown::warning, .check = check_parallel_task};

constexpr Field retry_fields[] = {{.name = "timeout", .shape = &seconds, .doc = "Seconds for one mini batch."},
                                  {.name = "max_retries", .shape = &threshold, .doc = "Tries of a failed mini batch."}};
constexpr Shape retry{.kind = object, .name = "retry settings", .fields = retry_fields, .unknown = Unknown::warning};

constexpr Field parallel_rows[] = {
    {.name = "task", .shape = &task, .doc = "What runs on each mini batch."},
    {.name = "logging_level", .shape = &level, .fallback = "INFO", .doc = "`DEBUG`, `INFO` or `WARNING`."},
    {.name = "mini_batch_size",
     .shape = &batch_size,
     .doc = "Files (`\"10\"`) or bytes (`\"10kb\"`) of one mini batch, as text."},
    {.name = "partition_keys", .shape = &string_list_shape, .doc = "Columns that split the data instead of a size."},
    {.name = "input_data", .shape = &string_shape, .doc = "Input that is split: `${{inputs.NAME}}`."},
    {.name = "retry_settings", .shape = &retry, .doc = "What happens when a mini batch fails."},
    {.name = "max_concurrency_per_instance", .shape = &concurrency, .fallback = "1", .doc = "Processes on each node."},
    {.name = "error_threshold",
     .shape = &threshold,
     .fallback = "-1",
     .doc = "Failed records that end the job; -1 ignores them."},
    {.name = "mini_batch_error_threshold",
     .shape = &threshold,
     .fallback = "-1",
     .doc = "Failed mini batches that end the job; -1 ignores them."}};

constexpr Field component_only[] = {
    {.name = "type", .shape = &type, .need = Need::required, .doc = "`parallel`."},
    {.name = "outputs", .shape = &port_outputs, .doc = "Declared outputs by name: data and models."},
    {.name = "resources", .shape = &component_resources, .doc = "Nodes that the component asks for."},
    {.name = "code", .shape = &code, .doc = "As `task.code`."},
    {.name = "additional_includes",
     .shape = &additional_includes,
     .doc = "Files and folders beside the component that go into its code."}};

constexpr Field type_row[] = {{.name = "type", .shape = &type, .need = Need::required, .doc = "`parallel`."}};
constexpr Field node_only[] = {{.name = "resources", .shape = &job_resources, .doc = "Nodes of the step."},
                               {.name = "environment_variables",
                                .shape = &environment_variables,
                                .doc = "Environment variables of the processes."}};
constexpr Field component_row[] = {
    {.name = "component",
     .shape = &parallel_component_reference,
     .need = Need::required,
     .wire = "=componentId",
     .doc = "A file, `azureml:NAME:VERSION`, a registry path or a mapping."},
    {.name = "identity", .shape = &identity, .doc = "Identity that the step uses to reach data."}};
constexpr Field environment_row[] = {{.name = "environment", .shape = &environment, .doc = "As `task.environment`."}};

constexpr auto component_fields = rows(component_rows, component_inputs_row, component_only, parallel_rows);
constexpr auto inline_component_fields =
    rows(inline_component_rows, component_inputs_row, component_only, parallel_rows);
constexpr auto node_fields = rows(node_rows, compute_row, type_row, node_only, component_row, parallel_rows);
constexpr auto inline_node_fields = rows(node_rows, compute_row, type_row, node_only, environment_row, parallel_rows);

}  // namespace

constexpr Shape parallel_component{.kind = object,
                                   .name = "a parallel component",
                                   .fields = component_fields,
                                   .unknown = Unknown::warning,
                                   .check = check_parallel_component};
constexpr Shape inline_parallel_component{.kind = object,
                                          .name = "a parallel component",
                                          .fields = inline_component_fields,
                                          .unknown = Unknown::warning,
                                          .check = check_parallel_component};
constexpr Shape parallel_node{.kind = object, .name = "a step", .fields = node_fields, .unknown = Unknown::warning};
constexpr Shape parallel_inline_node{.kind = object,
                                     .name = "a step",
                                     .fields = inline_node_fields,
                                     .unknown = Unknown::warning,
                                     .check = check_parallel_node};

}  // namespace podium::inline v0::spec::kinds
