#include "spec/kinds/automl.hpp"

#include "spec/command.hpp"
#include "spec/wire/spellings.hpp"

/// AutoML jobs and steps: the task picks the table.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr std::string_view types[] = {"automl"};
constexpr std::string_view verbosities[] = {"not_set", "debug", "info", "warning", "error", "critical"};
constexpr std::string_view class_metrics[] = {"auc_weighted", "accuracy", "norm_macro_recall",
                                              "average_precision_score_weighted", "precision_score_weighted"};
constexpr std::string_view multilabel_metrics[] = {
    "auc_weighted", "accuracy", "norm_macro_recall", "average_precision_score_weighted", "precision_score_weighted",
    "iou"};
constexpr std::string_view accuracies[] = {"accuracy"};
constexpr std::string_view regression_metrics[] = {"spearman_correlation", "normalized_root_mean_squared_error",
                                                   "r2_score", "normalized_mean_absolute_error"};
constexpr std::string_view precisions[] = {"mean_average_precision"};

constexpr Shape sampling_in_text{.kind = either,
                                 .name = "one of `bayesian`, `grid`, `random`",
                                 .scalar = &sweep_sampling,
                                 .mapping = &sweep_sampling,
                                 .wire = &wire::as_is};
constexpr Field sweep_fields[] = {
    {.name = "sampling_algorithm",
     .shape = &sampling_in_text,
     .need = Need::required,
     .doc = "`random`, `grid` or `bayesian`."},
    {.name = "early_termination", .shape = &sweep_termination, .doc = "Policy that stops trials that fall behind."}};

constexpr Alternative tasks[] = {{"classification", &classification_task},
                                 {"regression", &regression_task},
                                 {"forecasting", &forecasting_task},
                                 {"image_classification", &image_classification_task},
                                 {"image_classification_multilabel", &image_multilabel_task},
                                 {"image_object_detection", &image_detection_task},
                                 {"image_instance_segmentation", &image_segmentation_task},
                                 {"text_classification", &text_classification_task},
                                 {"text_classification_multilabel", &text_multilabel_task},
                                 {"text_ner", &text_ner_task, "TextNER"}};

constexpr Field component_only[] = {
    {.name = "type", .shape = &automl_type, .need = Need::required, .doc = "`automl`."},
    {.name = "task",
     .shape = &string_shape,
     .need = Need::required,
     .doc = "What is learnt, for example `classification`."},
    {.name = "outputs", .shape = &port_outputs, .doc = "Declared outputs by name: data and models."}};
constexpr auto component_fields = rows(component_rows, component_inputs_row, component_only);

}  // namespace

constexpr Shape automl_type{.kind = string, .values = types, .any_case = true, .check = check_type_of_file};
constexpr Shape automl_task{.kind = string, .check = check_type_of_file};
constexpr Shape automl_verbosity{.kind = string, .values = verbosities, .any_case = true, .wire = &wire::rest_word};
constexpr Shape automl_class_metric{
    .kind = string, .values = class_metrics, .any_case = true, .wire = &wire::rest_word};
constexpr Shape automl_multilabel_metric{
    .kind = string, .values = multilabel_metrics, .any_case = true, .wire = &wire::rest_word};
constexpr Shape automl_accuracy{.kind = string, .values = accuracies, .any_case = true, .wire = &wire::rest_word};
constexpr Shape automl_regression_metric{
    .kind = string, .values = regression_metrics, .any_case = true, .wire = &wire::rest_word};
constexpr Shape automl_precision{.kind = string, .values = precisions, .any_case = true, .wire = &wire::rest_word};
constexpr Shape automl_sweep{.kind = object, .name = "sweep settings", .fields = sweep_fields};
constexpr Shape space_integer{
    .kind = either, .scalar = &integer_shape, .mapping = &automl_space, .wire = &wire::space_text};
constexpr Shape space_number{
    .kind = either, .scalar = &number_shape, .mapping = &automl_space, .wire = &wire::space_text};
constexpr Shape space_boolean{
    .kind = either, .scalar = &boolean_shape, .mapping = &automl_space, .wire = &wire::space_text};
constexpr Shape space_text{
    .kind = either, .scalar = &string_shape, .mapping = &automl_space, .wire = &wire::space_text};

constexpr Shape automl_job{.kind = tagged,
                           .name = "an AutoML job",
                           .any_case = true,
                           .tag = "task",
                           .alternatives = tasks,
                           .wire_tag = "=properties.taskDetails.taskType"};
constexpr Shape automl_component{
    .kind = object, .name = "an AutoML component", .fields = component_fields, .unknown = Unknown::warning};

}  // namespace podium::inline v0::spec::kinds
