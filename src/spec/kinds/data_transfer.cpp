#include "spec/command.hpp"
#include "spec/graph.hpp"
#include "spec/kinds/rows.hpp"

/// Steps and components that copy, import and export data; and import jobs, their forerunner.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr std::string_view types[] = {"data_transfer"};
constexpr Shape type{.kind = string, .values = types, .any_case = true};
constexpr std::string_view copy_modes[] = {"merge_with_overwrite", "fail_if_conflict"};
constexpr Shape copy_mode{.kind = string, .values = copy_modes, .any_case = true};

constexpr Field parameter_fields[] = {{.name = "name", .shape = &string_shape, .doc = "Name of the parameter."},
                                      {.name = "value", .shape = &string_shape, .doc = "Its value, as text."},
                                      {.name = "type", .shape = &string_shape, .doc = "Its SQL type."}};
constexpr Shape parameter{.kind = object, .name = "a parameter", .fields = parameter_fields};
constexpr Shape parameters{.kind = list, .item = &parameter};
constexpr Field database_fields[] = {
    {.name = "type", .shape = &string_shape, .need = Need::required, .doc = "`database`."},
    {.name = "connection", .shape = &string_shape, .need = Need::required, .doc = "Connection: `azureml:NAME`."},
    {.name = "table_name", .shape = &string_shape, .doc = "Table that is written."},
    {.name = "query", .shape = &string_shape, .doc = "Query that is read."},
    {.name = "stored_procedure", .shape = &string_shape, .doc = "Procedure whose result is read."},
    {.name = "stored_procedure_params", .shape = &parameters, .doc = "Parameters of the procedure."}};
constexpr Shape database{.kind = object, .name = "a database", .fields = database_fields};
constexpr Field file_system_fields[] = {
    {.name = "type", .shape = &string_shape, .doc = "`file_system`."},
    {.name = "connection", .shape = &string_shape, .need = Need::required, .doc = "Connection: `azureml:NAME`."},
    {.name = "path", .shape = &string_shape, .doc = "Path within the file system."}};
constexpr Shape file_system{.kind = object, .name = "a file system", .fields = file_system_fields};
constexpr Alternative ends[] = {{"database", &database}, {"file_system", &file_system}};
constexpr Shape end{.kind = tagged,
                    .name = "a database or a file system",
                    .any_case = true,
                    .tag = "type",
                    .tag_default = "file_system",
                    .alternatives = ends};

constexpr Field transfer_rows[] = {{.name = "type", .shape = &type, .need = Need::required, .doc = "`data_transfer`."},
                                   {.name = "task",
                                    .shape = &string_shape,
                                    .need = Need::required,
                                    .doc = "`copy_data`, `import_data` or `export_data`."}};
constexpr Field component_row[] = {{.name = "component",
                                    .shape = &data_transfer_component_reference,
                                    .need = Need::required,
                                    .wire = "=componentId",
                                    .doc = "A file, `azureml:NAME:VERSION`, a registry path or a mapping."}};
constexpr Field copy_rows[] = {
    {.name = "data_copy_mode", .shape = &copy_mode, .doc = "`merge_with_overwrite` or `fail_if_conflict`."}};
constexpr Field source_row[] = {
    {.name = "source", .shape = &end, .need = Need::required, .doc = "Database or file system that is read."}};
constexpr Field sink_row[] = {
    {.name = "sink", .shape = &end, .need = Need::required, .doc = "Database or file system that is written."}};
constexpr Field outputs_row[] = {{.name = "outputs", .shape = &job_outputs, .doc = "Outputs by name: `sink`."}};
constexpr Field inputs_row[] = {{.name = "inputs", .shape = &job_inputs, .doc = "Inputs by name: `source`."}};

constexpr auto copy_fields = rows(node_rows, compute_row, transfer_rows, component_row);
constexpr auto import_fields = rows(node_rows, compute_row, transfer_rows, component_row, source_row);
constexpr auto export_fields = rows(node_rows, compute_row, transfer_rows, component_row, sink_row);
constexpr auto inline_copy_fields =
    rows(job_rows, properties_row, compute_row, input_output_rows, transfer_rows, copy_rows);
constexpr auto inline_import_fields =
    rows(job_rows, properties_row, compute_row, outputs_row, transfer_rows, source_row);
constexpr auto inline_export_fields = rows(job_rows, properties_row, compute_row, inputs_row, transfer_rows, sink_row);

constexpr Shape copy_node{.kind = object, .name = "a step", .fields = copy_fields, .unknown = Unknown::warning};
constexpr Shape import_node{.kind = object, .name = "a step", .fields = import_fields, .unknown = Unknown::warning};
constexpr Shape export_node{.kind = object, .name = "a step", .fields = export_fields, .unknown = Unknown::warning};
constexpr Shape inline_copy{.kind = object, .name = "a step", .fields = inline_copy_fields};
constexpr Shape inline_import{
    .kind = object, .name = "a step", .fields = inline_import_fields, .check = check_import_step};
constexpr Shape inline_export{
    .kind = object, .name = "a step", .fields = inline_export_fields, .check = check_export_step};
constexpr Alternative copies[] = {{"component", &copy_node}, {"", &inline_copy}};
constexpr Alternative imports[] = {{"component", &import_node}, {"", &inline_import}};
constexpr Alternative exports[] = {{"component", &export_node}, {"", &inline_export}};
constexpr Shape any_copy{.kind = keyed, .alternatives = copies};
constexpr Shape any_import{.kind = keyed, .alternatives = imports};
constexpr Shape any_export{.kind = keyed, .alternatives = exports};
constexpr Alternative tasks[] = {{"copy_data", &any_copy}, {"import_data", &any_import}, {"export_data", &any_export}};

constexpr Field end_type_fields[] = {
    {.name = "type", .shape = &string_shape, .need = Need::required, .doc = "`database` or `file_system`."}};
constexpr Shape end_type{.kind = object, .name = "a mapping with `type`", .fields = end_type_fields};
constexpr std::string_view task_names[] = {"copy_data", "import_data", "export_data"};
constexpr Shape task_name{.kind = string, .values = task_names, .any_case = true};
constexpr Field component_outputs_row[] = {
    {.name = "type", .shape = &type, .need = Need::required, .doc = "`data_transfer`."},
    {.name = "task",
     .shape = &task_name,
     .need = Need::required,
     .doc = "`copy_data`, `import_data` or `export_data`."},
    {.name = "inputs", .shape = &port_inputs, .doc = "Declared inputs by name: data and models."},
    {.name = "outputs", .shape = &port_outputs, .doc = "Declared outputs by name: data and models."},
    {.name = "properties", .shape = &free_map_shape, .doc = "Free properties."}};
constexpr Field end_type_rows[] = {{.name = "source", .shape = &end_type, .doc = "Where an import reads from."},
                                   {.name = "sink", .shape = &end_type, .doc = "Where an export writes to."}};
constexpr auto component_fields = rows(component_rows, component_outputs_row, copy_rows, end_type_rows);
constexpr auto inline_component_fields = rows(inline_component_rows, component_outputs_row, copy_rows, end_type_rows);

constexpr std::string_view import_types[] = {"import"};
constexpr Shape import_type{.kind = string, .values = import_types, .any_case = true, .check = check_type_of_file};
constexpr std::string_view source_types[] = {"azuresqldb", "azuresynapseanalytics", "snowflake", "s3"};
constexpr Shape source_type{.kind = string, .values = source_types, .any_case = true};
constexpr Field job_source_fields[] = {
    {.name = "type",
     .shape = &source_type,
     .need = Need::required,
     .doc = "`azuresqldb`, `snowflake`, `s3` and the like."},
    {.name = "connection", .shape = &string_shape, .need = Need::required, .doc = "Connection: `azureml:NAME`."},
    {.name = "query", .shape = &string_shape, .doc = "Query of a database."},
    {.name = "path", .shape = &string_shape, .doc = "Path of a file system."}};
constexpr Shape job_source{.kind = object, .name = "a source", .fields = job_source_fields};
constexpr Field job_rows_of_import[] = {
    {.name = "type", .shape = &import_type, .need = Need::required, .doc = "`import`; a preview feature."},
    {.name = "source", .shape = &job_source, .need = Need::required, .doc = "Where the data comes from."},
    {.name = "output", .shape = &job_output, .need = Need::required, .doc = "Where the data goes."}};
constexpr auto import_job_fields = rows(job_rows, properties_row, job_rows_of_import);

}  // namespace

constexpr Shape data_transfer_node{
    .kind = tagged, .name = "a step", .any_case = true, .tag = "task", .alternatives = tasks};
constexpr Shape data_transfer_component{
    .kind = object, .name = "a data transfer component", .fields = component_fields, .unknown = Unknown::warning};
constexpr Shape inline_data_transfer_component{.kind = object,
                                               .name = "a data transfer component",
                                               .fields = inline_component_fields,
                                               .unknown = Unknown::warning};
constexpr Shape import_job{.kind = object, .name = "an import job", .fields = import_job_fields};

}  // namespace podium::inline v0::spec::kinds
