#include "spec/files.hpp"
#include "spec/iso_time.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/kinds/monitor_thresholds.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/reader.hpp"

#include <algorithm>
#include <string>

/// Monitors of models in production.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr std::string_view contexts[] = {"model_inputs", "model_outputs", "training",
                                         "test",         "validation",    "ground_truth"};
constexpr Word context_words[] = {{"model_inputs", "model_inputs"}, {"model_outputs", "model_outputs"},
                                  {"training", "training"},         {"test", "test"},
                                  {"validation", "validation"},     {"ground_truth", "ground_truth"}};
constexpr Shape context{.kind = string, .values = contexts, .any_case = true, .words = context_words};

void check_window(Reader& reader, Node const& node, Value& value) {
  if (value.text == "default" || is_duration(value.text) || is_placeholder(value.text)) return;
  reader.error("PD1020", node, "`" + value.text + "` is not a duration",
               "write for example `P7D` for seven days, or `default`");
}
void check_day(Reader& reader, Node const& node, Value& value) {
  if (is_day(value.text) || is_placeholder(value.text)) return;
  reader.error("PD1156", node, "`" + value.text + "` is not a day", "write for example `\"2026-01-31\"`");
}
constexpr Shape window{.kind = string, .name = "a duration such as `P7D`", .check = check_window};
constexpr Shape day{.kind = string, .name = "a day such as `\"2026-01-31\"`", .check = check_day};
constexpr Field window_fields[] = {
    {.name = "window_start", .shape = &day, .doc = "First day of a fixed window."},
    {.name = "window_end", .shape = &day, .doc = "Last day of a fixed window."},
    {.name = "lookback_window_size", .shape = &window, .doc = "Length of the window, for example `P7D`, or `default`."},
    {.name = "lookback_window_offset",
     .shape = &window,
     .doc = "How far from now the window ends, for example `P1D`."}};

void check_data_window(Reader& reader, Node const& node, Value& value) {
  auto const* start = node.entry("window_start");
  auto const* end = node.entry("window_end");
  if ((start == nullptr) != (end == nullptr)) {
    auto const* given = start != nullptr ? start : end;
    Reader::Step const step{reader, given->key->text};
    reader.warning("PD1021", *given->key, "`window_start` and `window_end` go together", "give both");
  }
  static_cast<void>(value);
}
constexpr Shape data_window{
    .kind = object, .name = "a window of time", .fields = window_fields, .check = check_data_window};

void check_production_window(Reader& reader, Node const& node, Value& value) {
  static_cast<void>(value);
  for (auto const name : {"window_start", "window_end"}) {
    auto const* given = node.entry(name);
    if (given == nullptr) continue;
    Reader::Step const step{reader, name};
    reader
        .error("PD1021", *given->key, "production data is looked back on: it has no fixed window",
               "use `lookback_window_size` and `lookback_window_offset`")
        .official = "ProductionData only accepts lookback_window_size and lookback_window_offset.";
    return;
  }
}
constexpr Shape production_window{
    .kind = object, .name = "a window of time", .fields = window_fields, .check = check_production_window};

constexpr std::string_view data_types[] = {"uri_folder", "uri_file", "mltable"};
constexpr Shape data_type{.kind = string, .values = data_types};
constexpr std::string_view data_modes[] = {"download", "ro_mount", "direct", "eval_mount", "eval_download"};
constexpr Shape data_mode{.kind = string, .values = data_modes, .any_case = true};
constexpr Shape input_path{.kind = string, .check = check_data_path};
constexpr Field input_fields[] = {
    {.name = "type", .shape = &data_type, .doc = "`uri_folder`, `uri_file` or `mltable`."},
    {.name = "path", .shape = &input_path, .doc = "The data: `azureml:NAME:VERSION` or a URI."},
    {.name = "mode", .shape = &data_mode, .doc = "How the data is reached."},
    {.name = "path_on_compute", .shape = &string_shape, .doc = "Where it appears on the compute."},
    {.name = "datastore", .shape = &string_shape, .doc = "Data store that a local path is uploaded to."}};
constexpr Shape input_data{.kind = object, .name = "data: a mapping with `type` and `path`", .fields = input_fields};
constexpr Shape inputs{.kind = map, .item = &input_data};

constexpr Field production_fields[] = {
    {.name = "input_data", .shape = &input_data, .need = Need::required, .doc = "The data."},
    {.name = "data_context",
     .shape = &context,
     .doc = "What the data is: `model_inputs`, `model_outputs`, `ground_truth` and so on."},
    {.name = "pre_processing_component", .shape = &string_shape, .doc = "Component that prepares the data."},
    {.name = "data_window", .shape = &production_window, .doc = "Which part of it."},
    {.name = "data_column_names", .shape = &string_map_shape, .doc = "Columns by role."}};
constexpr Shape production{.kind = object, .name = "production data", .fields = production_fields};
constexpr Field reference_fields[] = {
    {.name = "input_data", .shape = &input_data, .need = Need::required, .doc = "The data that is compared with."},
    {.name = "data_context", .shape = &context, .doc = "What the data is: `training`, `test`, `validation` and so on."},
    {.name = "pre_processing_component", .shape = &string_shape, .doc = "Component that prepares the data."},
    {.name = "data_window", .shape = &data_window, .doc = "Which part of it."},
    {.name = "data_column_names", .shape = &string_map_shape, .doc = "Columns by role, for example `target_column`."}};
constexpr Hint reference_hints[] = {{"target_column_name", "write `data_column_names: {target_column: NAME}`"}};
constexpr Shape reference{
    .kind = object, .name = "reference data", .fields = reference_fields, .hints = reference_hints};
constexpr Shape references{.kind = map, .item = &reference};

constexpr Field top_fields[] = {
    {.name = "top_n_feature_importance", .shape = &integer_shape, .doc = "The most important features, so many."}};
constexpr Shape top{.kind = object, .name = "a mapping with `top_n_feature_importance`", .fields = top_fields};
constexpr std::string_view all_features[] = {"all_features"};
constexpr Shape every_feature{.kind = string, .values = all_features, .any_case = true};
constexpr Shape features{.kind = either,
                         .name = "`all_features`, a list of features or `top_n_feature_importance`",
                         .scalar = &every_feature,
                         .mapping = &top,
                         .sequence = &string_list_shape};

constexpr Field segment_fields[] = {
    {.name = "feature_name", .shape = &string_shape, .doc = "Feature that tells the segment."},
    {.name = "feature_values", .shape = &string_list_shape, .doc = "Its values within the segment."}};
constexpr Shape segment{.kind = object, .fields = segment_fields};

constexpr Field signal_type[] = {{.name = "type", .shape = &string_shape, .doc = "What is measured."}};
constexpr Field signal_rows[] = {
    {.name = "production_data",
     .shape = &production,
     .doc = "Data from production; that of the deployment when absent."},
    {.name = "reference_data", .shape = &reference, .doc = "Data that it is compared with."},
    {.name = "properties", .shape = &free_map_shape, .doc = "Free properties."},
    {.name = "alert_enabled", .shape = &boolean_shape, .doc = "Whether exceeded thresholds are reported."}};
constexpr Field feature_rows[] = {{.name = "features", .shape = &features, .doc = "Which features."},
                                  {.name = "feature_type_override",
                                   .shape = &free_map_shape,
                                   .doc = "Types of features, where the guess would be wrong."}};
constexpr Field segment_row[] = {{.name = "data_segment", .shape = &segment, .doc = "Part of the rows."}};
constexpr Field data_drift_row[] = {
    {.name = "metric_thresholds", .shape = &drift_thresholds, .doc = "Bounds of the metrics."}};
constexpr Field data_quality_row[] = {
    {.name = "metric_thresholds", .shape = &quality_thresholds, .doc = "Bounds of the metrics."}};
constexpr Field prediction_drift_row[] = {
    {.name = "metric_thresholds", .shape = &drift_thresholds, .need = Need::required, .doc = "Bounds of the metrics."}};

constexpr std::string_view roles[] = {"prediction", "prediction_probability", "correlation_id"};
void check_roles(Reader& reader, Node const&, Value& value) {
  for (auto const& member : value.members) {
    if (std::find(std::begin(roles), std::end(roles), member.name) != std::end(roles)) continue;
    Reader::Step const step{reader, member.name};
    reader.error("PD1014", *member.key, "`" + member.name + "` is not one of " + joined(roles));
  }
}
constexpr Shape role_columns{.kind = map, .item = &string_shape, .check = check_roles};
constexpr Field attribution_data_fields[] = {
    {.name = "input_data", .shape = &input_data, .need = Need::required, .doc = "The data."},
    {.name = "data_context", .shape = &context, .doc = "`model_inputs` or `model_outputs`."},
    {.name = "data_column_names",
     .shape = &role_columns,
     .doc = "Columns by role: `prediction`, `prediction_probability`, `correlation_id`."},
    {.name = "pre_processing_component", .shape = &string_shape, .doc = "Component that prepares the data."},
    {.name = "data_window", .shape = &data_window, .doc = "Which part of it."}};
constexpr Shape attribution_data{.kind = object, .name = "production data", .fields = attribution_data_fields};
constexpr Shape attribution_list{.kind = list, .name = "a list of production data", .item = &attribution_data};
constexpr Field attribution_rows[] = {
    {.name = "production_data", .shape = &attribution_list, .doc = "Inputs and outputs of the model in production."},
    {.name = "reference_data", .shape = &reference, .need = Need::required, .doc = "Data that it is compared with."},
    {.name = "alert_enabled", .shape = &boolean_shape, .doc = "Whether exceeded thresholds are reported."},
    {.name = "metric_thresholds",
     .shape = &attribution_thresholds,
     .need = Need::required,
     .doc = "Bounds of the metrics."}};

constexpr Field performance_rows[] = {
    {.name = "production_data", .shape = &production, .need = Need::required, .doc = "Predictions from production."},
    {.name = "reference_data", .shape = &reference, .need = Need::required, .doc = "What came true."},
    {.name = "data_segment", .shape = &segment, .doc = "Part of the rows."},
    {.name = "alert_enabled", .shape = &boolean_shape, .doc = "Whether exceeded thresholds are reported."},
    {.name = "metric_thresholds",
     .shape = &performance_thresholds,
     .need = Need::required,
     .doc = "Bounds of the metrics."},
    {.name = "properties", .shape = &free_map_shape, .doc = "Free properties."}};

constexpr Field workspace_connection_fields[] = {
    {.name = "environment_variables", .shape = &string_map_shape, .doc = "Environment variables of the component."},
    {.name = "secret_config", .shape = &string_map_shape, .doc = "Secrets of the component."}};
constexpr Shape workspace_connection{.kind = object, .fields = workspace_connection_fields};
constexpr Shape component{.kind = string, .name = "a component: `azureml:NAME:VERSION`", .check = check_reference};
constexpr Field custom_rows[] = {
    {.name = "component_id",
     .shape = &component,
     .need = Need::required,
     .doc = "Component that measures: `azureml:NAME:VERSION`."},
    {.name = "connection", .shape = &workspace_connection, .doc = "Variables and secrets of the component."},
    {.name = "metric_thresholds", .shape = &custom_thresholds, .need = Need::required, .doc = "Bounds of the metrics."},
    {.name = "input_data", .shape = &references, .doc = "Data by name."},
    {.name = "inputs", .shape = &inputs, .doc = "Inputs of the component by name."},
    {.name = "alert_enabled", .shape = &boolean_shape, .doc = "Whether exceeded thresholds are reported."}};

constexpr Field language_data_fields[] = {
    {.name = "input_data", .shape = &input_data, .need = Need::required, .doc = "The data."},
    {.name = "data_column_names", .shape = &free_map_shape, .doc = "Columns by role, for example `prompt_column`."},
    {.name = "data_window", .shape = &data_window, .doc = "Which part of it."}};
constexpr Shape language_data{.kind = object, .name = "production data", .fields = language_data_fields};
constexpr Shape language_list{.kind = list, .name = "a list of production data", .item = &language_data};
constexpr Shape share{.kind = number, .min = 0, .max = 1};
constexpr Field language_rows[] = {
    {.name = "alert_enabled", .shape = &boolean_shape, .doc = "Whether exceeded thresholds are reported."},
    {.name = "properties", .shape = &free_map_shape, .doc = "Free properties."},
    {.name = "sampling_rate", .shape = &share, .doc = "Share of the rows, 0 to 1."}};
constexpr Field safety_rows[] = {
    {.name = "production_data", .shape = &language_list, .doc = "Questions and answers from production."},
    {.name = "connection_id", .shape = &string_shape, .doc = "Connection to the model that judges."},
    {.name = "metric_thresholds",
     .shape = &safety_thresholds,
     .need = Need::required,
     .doc = "Bounds of the metrics."}};
constexpr Field token_rows[] = {
    {.name = "production_data", .shape = &language_data, .doc = "Questions and answers from production."},
    {.name = "metric_thresholds", .shape = &token_thresholds, .doc = "Bounds of the metrics."}};

constexpr auto data_drift_fields = rows(signal_type, signal_rows, feature_rows, segment_row, data_drift_row);
constexpr auto data_quality_fields = rows(signal_type, signal_rows, feature_rows, data_quality_row);
constexpr auto prediction_drift_fields = rows(signal_type, signal_rows, prediction_drift_row);
constexpr auto attribution_fields = rows(signal_type, attribution_rows);
constexpr auto performance_fields = rows(signal_type, performance_rows);
constexpr auto custom_fields = rows(signal_type, custom_rows);
constexpr auto safety_fields = rows(signal_type, language_rows, safety_rows);
constexpr auto token_fields = rows(signal_type, language_rows, token_rows);

/// Two sets of data are compared, or none is named and the deployment's are.
void check_pair(Reader& reader, Node const& node, Value&) {
  auto const* production = node.entry("production_data");
  auto const* reference = node.entry("reference_data");
  if ((production == nullptr) == (reference == nullptr)) return;
  auto const* given = production != nullptr ? production : reference;
  Reader::Step const step{reader, given->key->text};
  reader.warning("PD1021", *given->key, "`production_data` and `reference_data` go together", "give both, or neither");
}

constexpr Shape data_drift{.kind = object, .name = "a signal", .fields = data_drift_fields, .check = check_pair};
constexpr Shape data_quality{.kind = object, .name = "a signal", .fields = data_quality_fields, .check = check_pair};
constexpr Shape prediction_drift{
    .kind = object, .name = "a signal", .fields = prediction_drift_fields, .check = check_pair};
constexpr Shape attribution_drift{.kind = object, .name = "a signal", .fields = attribution_fields};
constexpr Shape performance{.kind = object, .name = "a signal", .fields = performance_fields};
constexpr Shape custom{.kind = object, .name = "a signal", .fields = custom_fields};
constexpr Shape safety{.kind = object, .name = "a signal", .fields = safety_fields};
constexpr Shape tokens{.kind = object, .name = "a signal", .fields = token_fields};
constexpr Alternative signal_types[] = {{"data_drift", &data_drift},
                                        {"data_quality", &data_quality},
                                        {"prediction_drift", &prediction_drift},
                                        {"feature_attribution_drift", &attribution_drift},
                                        {"custom", &custom},
                                        {"generation_safety_quality", &safety},
                                        {"model_performance", &performance},
                                        {"generation_token_statistics", &tokens}};
constexpr Shape signal{
    .kind = tagged, .name = "a signal", .any_case = true, .tag = "type", .alternatives = signal_types};
constexpr Shape signals{.kind = map, .item = &signal};

constexpr std::string_view tasks[] = {"Classification", "Regression", "QuestionAnswering"};
constexpr Word task_words[] = {
    {"Classification", "classification"}, {"Regression", "regression"}, {"QuestionAnswering", "questionanswering"}};
constexpr Shape task{.kind = string, .values = tasks, .any_case = true, .words = task_words};

void check_model(Reader& reader, Node const& node, Value& value) {
  if (!value.text.starts_with("azureml:")) {
    reader.error("PD1019", node, "`" + value.text + "` is not a reference to a model",
                 "did you mean `azureml:" + value.text + "`?");
    return;
  }
  check_deployment_model(reader, node, value);
}
constexpr Shape model_id{.kind = string, .check = check_model};

void check_deployment_id(Reader& reader, Node const& node, Value& value) {
  auto const& text = value.text;
  bool const arm = text.find("/onlineEndpoints/") != std::string::npos;
  auto const first = text.find(':');
  bool const brief = text.starts_with("azureml:") && text.find(':', first + 1) != std::string::npos;
  if (arm || brief || is_placeholder(text)) return;
  reader.warning("PD1019", node, "`" + text + "` does not name a deployment", "write `azureml:ENDPOINT:DEPLOYMENT`");
}
constexpr Shape deployment_id{.kind = string, .check = check_deployment_id};
constexpr Field target_fields[] = {
    {.name = "ml_task", .shape = &task, .doc = "`classification`, `regression` or `question_answering`."},
    {.name = "endpoint_deployment_id",
     .shape = &deployment_id,
     .doc = "The deployment: `azureml:ENDPOINT:DEPLOYMENT`."},
    {.name = "model_id", .shape = &model_id, .doc = "The model: `azureml:NAME:VERSION`."}};
constexpr Shape target{.kind = object, .fields = target_fields};

void check_runtime(Reader& reader, Node const& node, Value& value) {
  if (value.text == "3.4" || value.text == "3.5" || is_placeholder(value.text)) return;
  reader.error("PD1014", node, "`" + value.text + "` is not one of `3.4`, `3.5`", "write `runtime_version: \"3.4\"`")
      .official = "Compute runtime version must be one of: 3.4, 3.5";
}
constexpr Shape runtime{.kind = string, .check = check_runtime};
constexpr Field compute_fields[] = {
    {.name = "compute_type", .shape = &string_shape, .doc = "Of no consequence: serverless Spark it is."},
    {.name = "runtime_version",
     .shape = &runtime,
     .need = Need::required,
     .doc = "Version of Spark, quoted: `\"3.4\"`."},
    {.name = "instance_type",
     .shape = &string_shape,
     .need = Need::required,
     .doc = "Size of the machines, for example `standard_e4s_v3`."}};
constexpr Shape monitor_compute{.kind = object, .fields = compute_fields};

constexpr Field mail_fields[] = {
    {.name = "emails", .shape = &string_list_shape, .doc = "Addresses that are written to."}};
constexpr Shape mail{.kind = object, .fields = mail_fields};
constexpr std::string_view azure_monitor_values[] = {"azmonitoring"};
constexpr Shape azure_monitor{.kind = string, .values = azure_monitor_values, .any_case = true};
constexpr Shape alert{
    .kind = either, .name = "`azmonitoring`, or a mapping with `emails`", .scalar = &azure_monitor, .mapping = &mail};

constexpr Field fields[] = {
    {.name = "compute", .shape = &monitor_compute, .need = Need::required, .doc = "Machines that measure."},
    {.name = "monitoring_target", .shape = &target, .doc = "What is watched."},
    {.name = "monitoring_signals",
     .shape = &signals,
     .doc = "What is measured, by name; the usual signals when absent."},
    {.name = "alert_notification", .shape = &alert, .doc = "Who is told."}};

}  // namespace

constexpr Shape monitor_definition{.kind = object, .name = "a monitor", .fields = fields};

}  // namespace podium::inline v0::spec::kinds
