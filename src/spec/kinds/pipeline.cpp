#include "spec/command.hpp"
#include "spec/files.hpp"
#include "spec/graph.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/wire/spellings.hpp"

/// Pipeline jobs, pipeline components, and the choice among the types of their steps.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

// A component is named by a file, by reference, or written in place.
constexpr Shape any_file{.kind = string, .check = check_component_file};
constexpr Shape command_file{.kind = string, .check = check_command_component_file};
constexpr Shape spark_file{.kind = string, .check = check_spark_component_file};
constexpr Shape parallel_file{.kind = string, .check = check_parallel_component_file};
constexpr Shape pipeline_file{.kind = string, .check = check_pipeline_component_file};
constexpr Shape data_transfer_file{.kind = string, .check = check_data_transfer_component_file};
constexpr std::string_view component_name_text = "a component: a file, `azureml:NAME:VERSION` or a mapping";
constexpr Shape pipeline_component_reference{.kind = either,
                                             .name = "a pipeline component: a file or `azureml:NAME:VERSION`",
                                             .scalar = &pipeline_file,
                                             .wire = &wire::component_id};

constexpr std::string_view pipeline_types[] = {"pipeline"};
constexpr Shape pipeline_type{.kind = string, .values = pipeline_types, .any_case = true};
constexpr Shape pipeline_job_type{
    .kind = string, .values = pipeline_types, .any_case = true, .check = check_type_of_file};
constexpr Field pipeline_node_only[] = {
    {.name = "type", .shape = &pipeline_type, .need = Need::required, .doc = "`pipeline`."},
    {.name = "component",
     .shape = &pipeline_component_reference,
     .need = Need::required,
     .wire = "=componentId",
     .doc = "A file, `azureml:NAME:VERSION` or a registry path; never a mapping."}};
constexpr auto pipeline_node_fields = rows(node_rows, pipeline_node_only);
constexpr Hint pipeline_node_hints[] = {
    {"jobs", "a pipeline within a pipeline is a component in a file of its own"},
    {"compute", "the steps of the inner pipeline have computes; the outer one may set `default_compute`"},
    {"settings", "only the outermost pipeline has settings"}};
constexpr Shape pipeline_node{.kind = object,
                              .name = "a step",
                              .fields = pipeline_node_fields,
                              .hints = pipeline_node_hints,
                              .unknown = Unknown::warning};

// A step uses a component, or is a job written in place.
constexpr Alternative typed_commands[] = {
    {"component", &command_node}, {"command", &command_inline_node}, {"", &command_node}};
constexpr Shape typed_command{.kind = keyed, .name = "a step", .alternatives = typed_commands};
constexpr Alternative commands[] = {
    {"type", &typed_command}, {"component", &typeless_node}, {"command", &command_inline_node}, {"", &command_node}};
constexpr Alternative sparks[] = {{"component", &spark_node}, {"entry", &spark_inline_node}, {"", &spark_node}};
constexpr Alternative parallels[] = {
    {"component", &parallel_node}, {"task", &parallel_inline_node}, {"", &parallel_node}};
constexpr Shape command_step{.kind = keyed, .name = "a step", .alternatives = commands};
constexpr Shape spark_step{.kind = keyed, .name = "a step", .alternatives = sparks};
constexpr Shape parallel_step{.kind = keyed, .name = "a step", .alternatives = parallels};

constexpr Alternative node_types[] = {{"command", &command_step},
                                      {"sweep", &sweep_node},
                                      {"parallel", &parallel_step},
                                      {"pipeline", &pipeline_node},
                                      {"automl", &automl_job},
                                      {"spark", &spark_step},
                                      {"data_transfer", &data_transfer_node}};
constexpr Shape node{.kind = tagged,
                     .name = "a step",
                     .any_case = true,
                     .tag = "type",
                     .tag_default = "command",
                     .alternatives = node_types,
                     .bindings = true};
constexpr Shape nodes{.kind = map, .item = &node, .bindings = true, .wire = &wire::pipeline_steps};

constexpr Shape default_compute{.kind = string, .check = check_default_compute};
constexpr Field settings_fields[] = {
    {.name = "default_compute",
     .shape = &default_compute,
     .nullable = true,
     .doc = "Compute of steps that name none: `azureml:NAME` or `azureml:serverless`."},
    {.name = "default_datastore", .shape = &asset_reference, .doc = "Data store of the outputs: `azureml:NAME`."},
    {.name = "continue_on_step_failure",
     .shape = &boolean_shape,
     .doc = "Whether steps that need nothing of a failed one still run."},
    {.name = "force_rerun",
     .shape = &boolean_shape,
     .doc = "Whether every step runs, even where results could be used again."},
    {.name = "on_init",
     .shape = &string_shape,
     .support = Support::refused,
     .doc = "Step that runs before all others."},
    {.name = "on_finalize",
     .shape = &string_shape,
     .support = Support::refused,
     .doc = "Step that runs after all others, whatever became of them."}};
constexpr Shape settings{.kind = object,
                         .name = "settings",
                         .fields = settings_fields,
                         .unknown = Unknown::warning,
                         .wire = &wire::pipeline_settings};

constexpr Hint hints[] = {{"steps", "steps are written under `jobs`"},
                          {"nodes", "steps are written under `jobs`"},
                          {"command", "a pipeline runs the commands of its `jobs`"},
                          {"environment", "the environment belongs to a step or its component"},
                          {"code", "the code belongs to a step or its component"},
                          {"default_compute", "it belongs into `settings`"},
                          {"default_datastore", "it belongs into `settings`"},
                          {"force_rerun", "it belongs into `settings`"},
                          {"continue_on_step_failure", "it belongs into `settings`"}};

constexpr Field pipeline_only[] = {
    {.name = "type", .shape = &pipeline_job_type, .need = Need::required, .wire = "-", .doc = "`pipeline`."},
    {.name = "settings", .shape = &settings, .doc = "What holds for all steps."},
    {.name = "jobs", .shape = &nodes, .doc = "The steps, by name."},
    {.name = "component",
     .shape = &pipeline_component_reference,
     .support = Support::refused,
     .wire = "-",
     .doc = "A pipeline component that is run as it is, instead of `jobs`."}};
constexpr auto job_fields = rows(job_rows, properties_row, compute_row, input_output_rows, pipeline_only);

constexpr Field component_only[] = {
    {.name = "type", .shape = &pipeline_type, .need = Need::required, .doc = "`pipeline`."},
    {.name = "outputs", .shape = &component_outputs, .doc = "Declared outputs by name; steps are bound to them."},
    {.name = "jobs", .shape = &nodes, .doc = "The steps, by name."}};
constexpr auto component_fields = rows(component_rows, component_inputs_row, component_only);
constexpr Hint component_hints[] = {
    {"settings", "a pipeline component has no settings: the job that uses it has"},
    {"compute", "a pipeline component has no compute: its steps have, or the job that uses it"},
    {"experiment_name", "the experiment belongs to the job that uses the component"},
    {"display", "it is called `display_name`"}};

}  // namespace

constexpr Shape command_component_reference{.kind = either,
                                            .name = component_name_text,
                                            .scalar = &command_file,
                                            .mapping = &inline_component,
                                            .wire = &wire::component_id};
constexpr Shape any_component_reference{.kind = either,
                                        .name = component_name_text,
                                        .scalar = &any_file,
                                        .mapping = &inline_component,
                                        .wire = &wire::component_id};
constexpr Shape spark_component_reference{.kind = either,
                                          .name = component_name_text,
                                          .scalar = &spark_file,
                                          .mapping = &inline_spark_component,
                                          .wire = &wire::component_id};
constexpr Shape parallel_component_reference{.kind = either,
                                             .name = component_name_text,
                                             .scalar = &parallel_file,
                                             .mapping = &inline_parallel_component,
                                             .wire = &wire::component_id};
constexpr Shape data_transfer_component_reference{.kind = either,
                                                  .name = component_name_text,
                                                  .scalar = &data_transfer_file,
                                                  .mapping = &inline_data_transfer_component,
                                                  .wire = &wire::component_id};
constexpr Shape pipeline_job{.kind = object,
                             .name = "a pipeline job",
                             .fields = job_fields,
                             .hints = hints,
                             .check = check_pipeline,
                             .under = "properties"};
constexpr Shape pipeline_component{.kind = object,
                                   .name = "a pipeline component",
                                   .fields = component_fields,
                                   .hints = component_hints,
                                   .unknown = Unknown::warning,
                                   .check = check_pipeline_component};

}  // namespace podium::inline v0::spec::kinds
