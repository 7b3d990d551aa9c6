#include "spec/kinds/automl.hpp"
#include "spec/training.hpp"
#include "spec/wire/spellings.hpp"

/// AutoML on texts: classification and named entities.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr std::string_view schedulers[] = {
    "none", "linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup"};
constexpr Shape scheduler{.kind = string, .values = schedulers, .any_case = true, .wire = &wire::rest_word};
constexpr Shape scheduler_space{
    .kind = either, .scalar = &scheduler, .mapping = &automl_space, .wire = &wire::space_text};

constexpr Field fixed_fields[] = {
    {.name = "gradient_accumulation_steps",
     .shape = &integer_shape,
     .unsent = "null",
     .doc = "Batches whose gradients are added up before a step."},
    {.name = "learning_rate", .shape = &number_shape, .unsent = "null", .doc = "Initial learning rate."},
    {.name = "learning_rate_scheduler",
     .shape = &scheduler,
     .unsent = "null",
     .doc = "How the learning rate changes, for example `linear` or `cosine`."},
    {.name = "model_name", .shape = &string_shape, .unsent = "null", .doc = "Name of the model."},
    {.name = "number_of_epochs", .shape = &integer_shape, .unsent = "null", .doc = "Epochs of training."},
    {.name = "training_batch_size",
     .shape = &integer_shape,
     .unsent = "null",
     .doc = "Texts in one batch of training."},
    {.name = "validation_batch_size",
     .shape = &integer_shape,
     .unsent = "null",
     .doc = "Texts in one batch of validation."},
    {.name = "warmup_ratio",
     .shape = &number_shape,
     .unsent = "null",
     .doc = "Share of the training in which the learning rate rises."},
    {.name = "weight_decay", .shape = &number_shape, .unsent = "null", .doc = "Weight decay of the optimizer."},
};
constexpr Field space_fields[] = {
    {.name = "gradient_accumulation_steps",
     .shape = &space_integer,
     .unsent = "null",
     .doc = "Batches whose gradients are added up before a step."},
    {.name = "learning_rate", .shape = &space_number, .unsent = "null", .doc = "Initial learning rate."},
    {.name = "learning_rate_scheduler",
     .shape = &scheduler_space,
     .unsent = "null",
     .doc = "How the learning rate changes, for example `linear` or `cosine`."},
    {.name = "model_name", .shape = &space_text, .unsent = "null", .doc = "Name of the model."},
    {.name = "number_of_epochs", .shape = &space_integer, .unsent = "null", .doc = "Epochs of training."},
    {.name = "training_batch_size",
     .shape = &space_integer,
     .unsent = "null",
     .doc = "Texts in one batch of training."},
    {.name = "validation_batch_size",
     .shape = &space_integer,
     .unsent = "null",
     .doc = "Texts in one batch of validation."},
    {.name = "warmup_ratio",
     .shape = &space_number,
     .unsent = "null",
     .doc = "Share of the training in which the learning rate rises."},
    {.name = "weight_decay", .shape = &space_number, .unsent = "null", .doc = "Weight decay of the optimizer."},
};

constexpr Shape fixed{.kind = object, .name = "training parameters", .fields = fixed_fields};
constexpr Shape space{.kind = object, .name = "a search space", .fields = space_fields};
constexpr Shape space_list{.kind = list, .item = &space};

constexpr Shape whole{.kind = integer, .min = 1, .advisory = true};
constexpr Shape in_minutes{.kind = integer, .min = 1, .advisory = true, .wire = &wire::minutes};
constexpr Field limits_fields[] = {
    {.name = "max_concurrent_trials", .shape = &whole, .doc = "Trials at a time."},
    {.name = "max_trials", .shape = &whole, .unsent = "1", .doc = "Trials in all."},
    {.name = "max_nodes", .shape = &whole, .unsent = "1", .doc = "Nodes for the whole job."},
    {.name = "timeout_minutes", .shape = &in_minutes, .wire = "timeout", .doc = "Minutes for the whole job."},
    {.name = "trial_timeout_minutes", .shape = &in_minutes, .wire = "trialTimeout", .doc = "Minutes for one trial."}};
constexpr Shape limits{.kind = object, .name = "limits", .fields = limits_fields};

constexpr Field featurization_fields[] = {
    {.name = "dataset_language", .shape = &string_shape, .doc = "Language of the texts, as three letters."}};
constexpr Shape featurization{.kind = object, .name = "featurization", .fields = featurization_fields};

constexpr Field text_rows[] = {{.name = "limits",
                                .shape = &limits,
                                .wire = "=properties.taskDetails.limitSettings",
                                .unsent = R"({"maxNodes":1,"maxTrials":1})",
                                .doc = "Bounds in trials and in time."},
                               {.name = "sweep",
                                .shape = &automl_sweep,
                                .wire = "=properties.taskDetails.sweepSettings",
                                .doc = "How `search_space` is searched."},
                               {.name = "training_parameters",
                                .shape = &fixed,
                                .wire = "=properties.taskDetails.fixedParameters",
                                .doc = "Parameters of every trial."},
                               {.name = "search_space",
                                .shape = &space_list,
                                .wire = "=properties.taskDetails.searchSpace",
                                .doc = "Models, each with parameters or spaces of them."},
                               {.name = "featurization",
                                .shape = &featurization,
                                .wire = "=properties.taskDetails.featurizationSettings",
                                .doc = "Language of the texts."}};
constexpr Field target_row[] = {{.name = "target_column_name",
                                 .shape = &string_shape,
                                 .need = Need::required,
                                 .wire = "=properties.taskDetails.targetColumnName",
                                 .doc = "Column of the labels."}};
constexpr Field optional_target_row[] = {{.name = "target_column_name",
                                          .shape = &string_shape,
                                          .wire = "-",
                                          .doc = "Not used: the labels stand in the data."}};
constexpr Field class_metric_row[] = {{.name = "primary_metric",
                                       .shape = &automl_class_metric,
                                       .fallback = "accuracy",
                                       .wire = "=properties.taskDetails.primaryMetric",
                                       .doc = "Metric that models are compared by."}};
constexpr Field accuracy_row[] = {
    {.name = "primary_metric", .shape = &automl_accuracy, .fallback = "accuracy", .wire = "-", .doc = "`accuracy`."}};

constexpr auto classification_fields =
    rows(job_rows, properties_row, compute_row, automl_rows, text_rows, target_row, class_metric_row);
constexpr auto multilabel_fields =
    rows(job_rows, properties_row, compute_row, automl_rows, text_rows, target_row, accuracy_row);
constexpr auto ner_fields =
    rows(job_rows, properties_row, compute_row, automl_rows, text_rows, optional_target_row, accuracy_row);

}  // namespace

constexpr Shape text_classification_task{.kind = object,
                                         .name = "an AutoML job",
                                         .fields = classification_fields,
                                         .check = check_training_data,
                                         .under = "properties"};
constexpr Shape text_multilabel_task{.kind = object,
                                     .name = "an AutoML job",
                                     .fields = multilabel_fields,
                                     .check = check_training_data,
                                     .under = "properties"};
constexpr Shape text_ner_task{
    .kind = object, .name = "an AutoML job", .fields = ner_fields, .check = check_training_data, .under = "properties"};

}  // namespace podium::inline v0::spec::kinds
