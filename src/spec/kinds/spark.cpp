#include "spec/spark.hpp"

#include "spec/command.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/wire/spellings.hpp"

/// Spark: components, jobs and steps.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr std::string_view types[] = {"spark"};
constexpr Shape type{.kind = string, .values = types, .any_case = true};
constexpr Shape job_type{.kind = string, .values = types, .any_case = true, .check = check_type_of_file};

constexpr Shape entry_path{.kind = string, .check = check_not_empty};
constexpr Field file_fields[] = {
    {.name = "file", .shape = &entry_path, .need = Need::required, .doc = "Python file, relative to `code`."}};
constexpr Shape entry_file{.kind = object, .name = "an entry", .fields = file_fields};
constexpr Field class_fields[] = {
    {.name = "class_name", .shape = &string_shape, .need = Need::required, .doc = "Class of a jar."}};
constexpr Shape entry_class{.kind = object, .name = "an entry", .fields = class_fields};
constexpr Alternative entries[] = {{"class_name", &entry_class}, {"", &entry_file}};
constexpr Shape entry{
    .kind = keyed, .name = "a mapping with `file`", .alternatives = entries, .wire = &wire::spark_entry};

constexpr Shape distinct{.kind = list, .item = &string_shape, .check = check_distinct};

// The client knows both spellings of these keys; every other key is handed to Spark as it is.
constexpr Shape cores{.kind = integer, .min = 1, .advisory = true};
constexpr Shape executors{.kind = integer, .min = 0, .advisory = true};
constexpr Shape memory{.kind = string, .check = check_spark_memory};
constexpr Field conf_fields[] = {
    {.name = "spark.driver.cores", .shape = &cores, .doc = "Cores of the driver."},
    {.name = "spark.driver.memory", .shape = &memory, .doc = "Memory of the driver: digits and one of k, m, g, t, p."},
    {.name = "spark.executor.cores", .shape = &cores, .doc = "Cores of each executor."},
    {.name = "spark.executor.memory", .shape = &memory, .doc = "Memory of each executor, as for the driver."},
    {.name = "spark.executor.instances", .shape = &executors, .doc = "Number of executors."},
    {.name = "spark.dynamicAllocation.enabled", .shape = &boolean_shape, .doc = "Whether executors come and go."},
    {.name = "spark.dynamicAllocation.minExecutors", .shape = &executors, .doc = "Least number of executors."},
    {.name = "spark.dynamicAllocation.maxExecutors", .shape = &executors, .doc = "Greatest number of executors."},
    {.name = "driver_cores", .shape = &cores, .doc = "As `spark.driver.cores`."},
    {.name = "driver_memory", .shape = &memory, .doc = "As `spark.driver.memory`."},
    {.name = "executor_cores", .shape = &cores, .doc = "As `spark.executor.cores`."},
    {.name = "executor_memory", .shape = &memory, .doc = "As `spark.executor.memory`."},
    {.name = "executor_instances", .shape = &executors, .doc = "As `spark.executor.instances`."},
    {.name = "dynamic_allocation_enabled", .shape = &boolean_shape, .doc = "As `spark.dynamicAllocation.enabled`."},
    {.name = "dynamic_allocation_min_executors",
     .shape = &executors,
     .doc = "As `spark.dynamicAllocation.minExecutors`."},
    {.name = "dynamic_allocation_max_executors",
     .shape = &executors,
     .doc = "As `spark.dynamicAllocation.maxExecutors`."}};
constexpr Shape conf{.kind = object,
                     .name = "a mapping",
                     .fields = conf_fields,
                     .unknown = Unknown::keep,
                     .check = check_spark_conf,
                     .wire = &wire::spark_settings};

constexpr Field spark_rows[] = {
    {.name = "code", .shape = &code, .doc = "Local folder, or a registered code, that holds the entry."},
    {.name = "py_files", .shape = &distinct, .doc = "Python files and packages put on the path."},
    {.name = "jars", .shape = &distinct, .doc = "Jars put on the class path."},
    {.name = "files", .shape = &distinct, .doc = "Files put into the working folder of each executor."},
    {.name = "archives", .shape = &distinct, .doc = "Archives unpacked into the working folder of each executor."},
    {.name = "conf", .shape = &conf, .doc = "Settings of Spark."},
    {.name = "environment",
     .shape = &environment,
     .nullable = true,
     .doc = "Environment with Python packages; its Docker image is not used."},
    {.name = "args",
     .shape = &string_shape,
     .doc = "Arguments of the entry; names inputs and outputs as `${{inputs.NAME}}` and `${{outputs.NAME}}`."}};
constexpr Field entry_row[] = {
    {.name = "entry", .shape = &entry, .need = Need::required, .doc = "What runs: `{file: main.py}`."}};
constexpr Field optional_entry_row[] = {{.name = "entry", .shape = &entry, .doc = "Replaces the component's entry."}};

constexpr Field component_only[] = {
    {.name = "type", .shape = &type, .need = Need::required, .doc = "`spark`."},
    {.name = "outputs", .shape = &port_outputs, .doc = "Declared outputs by name: data and models."},
    {.name = "properties", .shape = &free_map_shape, .doc = "Free properties."},
    {.name = "additional_includes",
     .shape = &additional_includes,
     .doc = "Files and folders beside the component that go into its code."}};

constexpr Field resources_fields[] = {{.name = "instance_type",
                                       .shape = &spark_instance,
                                       .need = Need::required,
                                       .doc = "Size of the nodes: `standard_e4s_v3`, `e8s`, `e16s`, `e32s` or `e64s`."},
                                      {.name = "runtime_version",
                                       .shape = &runtime_version,
                                       .need = Need::required,
                                       .doc = "Version of Spark: `3.3` or `3.4`."}};
constexpr Shape spark_resources{.kind = object, .name = "resources", .fields = resources_fields};

constexpr Field job_only[] = {
    {.name = "type", .shape = &job_type, .need = Need::required, .wire = "-", .doc = "`spark`."},
    {.name = "resources",
     .shape = &spark_resources,
     .doc = "Serverless Spark: size and version. Either this or `compute`."},
    {.name = "properties", .shape = &free_map_shape, .unsent = "{}", .doc = "Free properties."}};

constexpr Field node_only[] = {
    {.name = "type", .shape = &type, .need = Need::required, .doc = "`spark`."},
    {.name = "component",
     .shape = &spark_component_reference,
     .need = Need::required,
     .wire = "=componentId",
     .doc = "A file, `azureml:NAME:VERSION`, a registry path or a mapping."},
    {.name = "resources",
     .shape = &spark_resources,
     .doc = "Serverless Spark: size and version. Either this or `compute`."},
    {.name = "identity", .shape = &identity, .doc = "Identity that the step uses to reach data."}};

constexpr auto component_fields = rows(component_rows, component_inputs_row, component_only, entry_row, spark_rows);
constexpr auto inline_fields = rows(inline_component_rows, component_inputs_row, component_only, entry_row, spark_rows);
constexpr auto job_fields = rows(job_rows, compute_row, input_output_rows, job_only, entry_row, spark_rows);
constexpr auto node_fields = rows(node_rows, compute_row, node_only, optional_entry_row, spark_rows);

constexpr Hint job_hints[] = {{"component", "a standalone job has an entry of its own: use a component in a pipeline"},
                              {"limits", "a Spark job has no limits"}};

}  // namespace

constexpr Shape spark_instance{.kind = string, .check = check_spark_instance, .wire = &wire::lower_text};
constexpr Shape runtime_version{.kind = text, .check = check_spark_runtime};
constexpr Shape spark_component{.kind = object,
                                .name = "a Spark component",
                                .fields = component_fields,
                                .unknown = Unknown::warning,
                                .check = check_spark_component};
constexpr Shape inline_spark_component{.kind = object,
                                       .name = "a Spark component",
                                       .fields = inline_fields,
                                       .unknown = Unknown::warning,
                                       .check = check_spark_component};
constexpr Shape spark_job{.kind = object,
                          .name = "a Spark job",
                          .fields = job_fields,
                          .hints = job_hints,
                          .check = check_spark_job,
                          .under = "properties"};
constexpr Shape spark_inline_node{.kind = object,
                                  .name = "a step",
                                  .fields = job_fields,
                                  .hints = job_hints,
                                  .unbound = true,
                                  .check = check_spark_job};
constexpr Shape spark_node{
    .kind = object, .name = "a step", .fields = node_fields, .unknown = Unknown::warning, .check = check_spark_node};

}  // namespace podium::inline v0::spec::kinds
