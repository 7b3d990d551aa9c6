#include "base/letters.hpp"
#include "spec/files.hpp"
#include "spec/kinds/included.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/kinds/rows.hpp"

#include <string>

/// Schedules of jobs, monitors and data imports.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

std::string type_of(Node const& root) {
  auto const* type = root.find("type");
  return type != nullptr && type->is_string() ? base::lower_case(type->text) : std::string{"command"};
}

Shape const* table_of_job(Node const& root) {
  auto const type = type_of(root);
  return type == "pipeline" ? &pipeline_job : type == "spark" ? &spark_job : type == "command" ? &command_job : nullptr;
}

/// A job by reference or by file.  The client sends schedules of pipelines only.
void check_job(Reader& reader, Node const& node, Value& value) {
  if (value.text.starts_with("azureml:")) return check_reference(reader, node, value);
  read_included(reader, node, value, table_of_job);
  if (value.node == nullptr || !value.is_map()) return;
  if (auto const type = type_of(*value.node); type != "pipeline")
    reader.warning("PD1157", node, "jobs of type `" + type + "` cannot be scheduled with the official client",
                   "schedule a pipeline job");
}
constexpr Shape job_reference{.kind = string, .name = "a job: a file or `azureml:NAME`", .check = check_job};

constexpr Field job_row[] = {{.name = "job",
                              .shape = &job_reference,
                              .need = Need::required,
                              .wire = "-",
                              .doc = "The job: a file, or `azureml:NAME`."}};
constexpr Field type_row[] = {
    {.name = "type", .shape = &string_shape, .wire = "-", .doc = "`pipeline`, `command` or `spark`."}};
constexpr Field settings_fields[] = {
    {.name = "default_compute", .shape = &asset_reference, .nullable = true, .doc = "Compute of steps that name none."},
    {.name = "default_datastore", .shape = &asset_reference, .doc = "Data store of the outputs."},
    {.name = "continue_on_step_failure", .shape = &boolean_shape, .doc = "Whether other steps go on when one fails."},
    {.name = "force_rerun", .shape = &boolean_shape, .doc = "Whether results of earlier runs are not used again."},
    {.name = "on_init", .shape = &string_shape, .doc = "Step that runs first."},
    {.name = "on_finalize", .shape = &string_shape, .doc = "Step that runs last."}};
constexpr Shape settings{.kind = object, .name = "settings", .fields = settings_fields, .unknown = Unknown::warning};
constexpr Field pipeline_rows[] = {
    {.name = "settings", .shape = &settings, .wire = "-", .doc = "Settings that replace those of the job."}};

constexpr Field command_rows[] = {
    {.name = "environment", .shape = &environment, .wire = "-", .doc = "Environment that replaces that of the job."},
    {.name = "environment_variables",
     .shape = &environment_variables,
     .wire = "-",
     .doc = "Environment variables that replace those of the job."},
    {.name = "resources", .shape = &job_resources, .wire = "-", .doc = "Nodes of the job."},
    {.name = "distribution",
     .shape = &distribution,
     .wire = "-",
     .doc = "How the command is started on several nodes."},
    {.name = "limits", .shape = &command_limits, .wire = "-", .doc = "Bounds of the job."},
    {.name = "queue_settings",
     .shape = &queue_settings,
     .wire = "-",
     .doc = "Tier and priority on serverless compute."}};
constexpr Field spark_rows[] = {
    {.name = "conf", .shape = &free_map_shape, .wire = "-", .doc = "Settings of Spark that replace those of the job."},
    {.name = "environment",
     .shape = &environment,
     .nullable = true,
     .wire = "-",
     .doc = "Environment that replaces that of the job."}};

constexpr auto pipeline_fields =
    rows(job_rows, compute_row, input_output_rows, type_row, job_row, properties_row, pipeline_rows);
constexpr auto command_fields =
    rows(job_rows, compute_row, input_output_rows, type_row, job_row, properties_row, command_rows);
constexpr auto spark_fields = rows(job_rows, compute_row, type_row, job_row, properties_row, spark_rows);

constexpr Hint pipeline_hints[] = {{"jobs", "name the file of the pipeline in `job:`"},
                                   {"default_compute", "it belongs into `settings`"},
                                   {"continue_on_step_failure", "it belongs into `settings`"}};
constexpr Shape pipeline{
    .kind = object, .name = "a pipeline to run", .fields = pipeline_fields, .hints = pipeline_hints};
constexpr Shape command{.kind = object, .name = "a command to run", .fields = command_fields};
constexpr Shape spark{.kind = object, .name = "a Spark job to run", .fields = spark_fields};
constexpr Alternative types[] = {{"pipeline", &pipeline}, {"command", &command}, {"spark", &spark}};
constexpr Shape create{.kind = tagged, .name = "a job to run", .tag = "type", .alternatives = types};
constexpr Shape create_job{.kind = either,
                           .name = "a job: a file, `azureml:NAME` or a mapping with `type` and `job`",
                           .scalar = &job_reference,
                           .mapping = &create};

Shape const* table_of_import(Node const&) { return &data_import_in_place; }
void check_import(Reader& reader, Node const& node, Value& value) {
  read_included(reader, node, value, table_of_import);
}
constexpr Shape import_file{.kind = string, .name = "a data import: a file or a mapping", .check = check_import};
constexpr Shape import_data{.kind = either,
                            .name = "a data import: a file or a mapping",
                            .scalar = &import_file,
                            .mapping = &data_import_in_place};

constexpr Field common_rows[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name",
     .shape = &string_shape,
     .need = Need::required,
     .wire = "-",
     .doc = "Name, unique in the workspace."},
    {.name = "display_name", .shape = &string_shape, .doc = "Name shown in the studio."},
    {.name = "description", .shape = &string_shape, .doc = "What the schedule is for, in words."},
    {.name = "tags", .shape = &resource_tags, .unsent = "{}", .doc = "Free labels."},
    {.name = "properties", .shape = &text_tags, .unsent = "{}", .doc = "Free properties, text to text."},
    {.name = "trigger", .shape = &trigger, .need = Need::required, .doc = "When it happens."},
    {.name = "id", .shape = &string_shape, .wire = "-", .doc = "Written by the service."},
    {.name = "is_enabled", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "creation_context",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."},
    {.name = "provisioning_state",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."}};
constexpr Field job_rows_of_schedule[] = {
    {.name = "create_job",
     .shape = &create_job,
     .need = Need::required,
     .wire = "-",
     .doc = "The job that is run: a file, `azureml:NAME`, or a mapping with `type`, `job` and what it replaces."}};
constexpr Field monitor_rows[] = {{.name = "create_monitor",
                                   .shape = &monitor_definition,
                                   .need = Need::required,
                                   .wire = "-",
                                   .doc = "What is watched."}};
constexpr Field import_rows[] = {{.name = "import_data",
                                  .shape = &import_data,
                                  .need = Need::required,
                                  .wire = "-",
                                  .doc = "The data that is brought in: a file or a mapping."}};
constexpr auto job_fields = rows(common_rows, job_rows_of_schedule);
constexpr auto monitor_fields = rows(common_rows, monitor_rows);
constexpr auto import_fields = rows(common_rows, import_rows);

constexpr Hint hints[] = {
    {"job", "name it in `create_job:`"},
    {"schedule", "it belongs into `trigger:`"},
    {"cron", "it belongs into `trigger:`, as `expression` of `type: cron`"},
    {"expression", "it belongs into `trigger:`"},
    {"create_job", "a schedule does one thing: `create_job`, `create_monitor` or `import_data`"},
    {"import_data", "a schedule does one thing: `create_job`, `create_monitor` or `import_data`"}};

constexpr Shape job_schedule{.kind = object,
                             .name = "a schedule",
                             .fields = job_fields,
                             .hints = hints,
                             .under = "properties",
                             .finish = finish_job_schedule,
                             .unfinish = unfinish_schedule};
constexpr Shape monitor_schedule{.kind = object,
                                 .name = "a schedule",
                                 .fields = monitor_fields,
                                 .hints = hints,
                                 .under = "properties",
                                 .finish = finish_monitor_schedule,
                                 .unfinish = unfinish_schedule};
constexpr Shape import_schedule{.kind = object,
                                .name = "a schedule",
                                .fields = import_fields,
                                .hints = hints,
                                .under = "properties",
                                .finish = finish_import_schedule,
                                .unfinish = unfinish_schedule};
constexpr Alternative forms[] = {
    {"create_monitor", &monitor_schedule}, {"import_data", &import_schedule}, {"", &job_schedule}};

}  // namespace

constexpr Shape schedule{.kind = keyed, .name = "a schedule", .alternatives = forms};

}  // namespace podium::inline v0::spec::kinds
