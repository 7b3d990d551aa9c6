#include "spec/kinds/automl.hpp"
#include "spec/training.hpp"
#include "spec/wire/spellings.hpp"

/// AutoML on images: classification, detection, segmentation.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr std::string_view schedulers[] = {"none", "warmup_cosine", "step"};
constexpr Shape scheduler{.kind = string, .values = schedulers, .any_case = true, .wire = &wire::rest_word};
constexpr Shape scheduler_space{
    .kind = either, .scalar = &scheduler, .mapping = &automl_space, .wire = &wire::space_text};
constexpr std::string_view optimizers[] = {"none", "sgd", "adam", "adamw"};
constexpr Shape optimizer{.kind = string, .values = optimizers, .any_case = true, .wire = &wire::rest_word};
constexpr Shape optimizer_space{
    .kind = either, .scalar = &optimizer, .mapping = &automl_space, .wire = &wire::space_text};
constexpr std::string_view sizes[] = {"none", "small", "medium", "large", "extra_large"};
constexpr Shape size{.kind = string, .values = sizes, .any_case = true, .wire = &wire::rest_word};
constexpr Shape size_space{.kind = either, .scalar = &size, .mapping = &automl_space, .wire = &wire::space_text};
constexpr std::string_view metrics[] = {"none", "coco", "voc", "coco_voc"};
constexpr Shape metric{.kind = string, .values = metrics, .any_case = true, .wire = &wire::rest_word};
constexpr Shape metric_space{.kind = either, .scalar = &metric, .mapping = &automl_space, .wire = &wire::space_text};

constexpr Shape toggle{.kind = string, .wire = &wire::rest_word};
constexpr Field fixed_rows[] = {
    {.name = "ams_gradient",
     .shape = &boolean_shape,
     .doc = "Whether the `ams_gradient` variant of the optimizer is used."},
    {.name = "beta1", .shape = &number_shape, .doc = "First decay rate of `adam`."},
    {.name = "beta2", .shape = &number_shape, .doc = "Second decay rate of `adam`."},
    {.name = "distributed", .shape = &boolean_shape, .doc = "Whether training runs on several processes."},
    {.name = "early_stopping",
     .shape = &boolean_shape,
     .doc = "Whether training ends when the score no longer improves."},
    {.name = "early_stopping_delay", .shape = &integer_shape, .doc = "Epochs before early stopping may begin."},
    {.name = "early_stopping_patience",
     .shape = &integer_shape,
     .doc = "Epochs without improvement before training ends."},
    {.name = "evaluation_frequency", .shape = &integer_shape, .doc = "Epochs between two evaluations."},
    {.name = "enable_onnx_normalization",
     .shape = &boolean_shape,
     .doc = "Whether the ONNX model normalises its inputs."},
    {.name = "gradient_accumulation_step",
     .shape = &integer_shape,
     .doc = "Batches whose gradients are added up before a step."},
    {.name = "layers_to_freeze", .shape = &integer_shape, .doc = "Layers of the model that are not trained."},
    {.name = "learning_rate", .shape = &number_shape, .doc = "Initial learning rate."},
    {.name = "learning_rate_scheduler",
     .shape = &scheduler,
     .doc = "How the learning rate changes: `none`, `warmup_cosine` or `step`."},
    {.name = "model_name", .shape = &string_shape, .doc = "Name of the model."},
    {.name = "momentum", .shape = &number_shape, .doc = "Momentum of `sgd`."},
    {.name = "nesterov", .shape = &boolean_shape, .doc = "Whether momentum is Nesterov's."},
    {.name = "number_of_epochs", .shape = &integer_shape, .doc = "Epochs of training."},
    {.name = "number_of_workers", .shape = &integer_shape, .doc = "Processes that load data."},
    {.name = "optimizer", .shape = &optimizer, .doc = "`sgd`, `adam`, `adamw` or `none`."},
    {.name = "random_seed", .shape = &integer_shape, .doc = "Seed of the random numbers."},
    {.name = "step_lr_gamma", .shape = &number_shape, .doc = "Factor of the `step` scheduler."},
    {.name = "step_lr_step_size", .shape = &integer_shape, .doc = "Epochs between two steps of the scheduler."},
    {.name = "training_batch_size", .shape = &integer_shape, .doc = "Images in one batch of training."},
    {.name = "validation_batch_size", .shape = &integer_shape, .doc = "Images in one batch of validation."},
    {.name = "warmup_cosine_lr_cycles", .shape = &number_shape, .doc = "Cycles of the `warmup_cosine` scheduler."},
    {.name = "warmup_cosine_lr_warmup_epochs", .shape = &integer_shape, .doc = "Epochs of its warm-up."},
    {.name = "weight_decay", .shape = &number_shape, .doc = "Weight decay of the optimizer."},
    {.name = "advanced_settings", .shape = &string_shape, .doc = "Further settings, as JSON."},
    {.name = "checkpoint_frequency", .shape = &integer_shape, .doc = "Epochs between two checkpoints."},
    {.name = "checkpoint_run_id", .shape = &string_shape, .doc = "Run whose checkpoint training begins with."},
};
constexpr Field space_rows[] = {
    {.name = "ams_gradient",
     .shape = &space_boolean,
     .doc = "Whether the `ams_gradient` variant of the optimizer is used."},
    {.name = "beta1", .shape = &space_number, .doc = "First decay rate of `adam`."},
    {.name = "beta2", .shape = &space_number, .doc = "Second decay rate of `adam`."},
    {.name = "distributed", .shape = &space_boolean, .doc = "Whether training runs on several processes."},
    {.name = "early_stopping",
     .shape = &space_boolean,
     .doc = "Whether training ends when the score no longer improves."},
    {.name = "early_stopping_delay", .shape = &space_integer, .doc = "Epochs before early stopping may begin."},
    {.name = "early_stopping_patience",
     .shape = &space_integer,
     .doc = "Epochs without improvement before training ends."},
    {.name = "evaluation_frequency", .shape = &space_integer, .doc = "Epochs between two evaluations."},
    {.name = "enable_onnx_normalization",
     .shape = &space_boolean,
     .doc = "Whether the ONNX model normalises its inputs."},
    {.name = "gradient_accumulation_step",
     .shape = &space_integer,
     .doc = "Batches whose gradients are added up before a step."},
    {.name = "layers_to_freeze", .shape = &space_integer, .doc = "Layers of the model that are not trained."},
    {.name = "learning_rate", .shape = &space_number, .doc = "Initial learning rate."},
    {.name = "learning_rate_scheduler",
     .shape = &scheduler_space,
     .doc = "How the learning rate changes: `none`, `warmup_cosine` or `step`."},
    {.name = "model_name", .shape = &space_text, .doc = "Name of the model."},
    {.name = "momentum", .shape = &space_number, .doc = "Momentum of `sgd`."},
    {.name = "nesterov", .shape = &space_boolean, .doc = "Whether momentum is Nesterov's."},
    {.name = "number_of_epochs", .shape = &space_integer, .doc = "Epochs of training."},
    {.name = "number_of_workers", .shape = &space_integer, .doc = "Processes that load data."},
    {.name = "optimizer", .shape = &optimizer_space, .doc = "`sgd`, `adam`, `adamw` or `none`."},
    {.name = "random_seed", .shape = &space_integer, .doc = "Seed of the random numbers."},
    {.name = "step_lr_gamma", .shape = &space_number, .doc = "Factor of the `step` scheduler."},
    {.name = "step_lr_step_size", .shape = &space_integer, .doc = "Epochs between two steps of the scheduler."},
    {.name = "training_batch_size", .shape = &space_integer, .doc = "Images in one batch of training."},
    {.name = "validation_batch_size", .shape = &space_integer, .doc = "Images in one batch of validation."},
    {.name = "warmup_cosine_lr_cycles", .shape = &space_number, .doc = "Cycles of the `warmup_cosine` scheduler."},
    {.name = "warmup_cosine_lr_warmup_epochs", .shape = &space_integer, .doc = "Epochs of its warm-up."},
    {.name = "weight_decay", .shape = &space_number, .doc = "Weight decay of the optimizer."},
    {.name = "augmentations", .shape = &space_text, .doc = "Augmentations of the images, by name."},
};
constexpr Field classification_fixed_rows[] = {
    {.name = "training_crop_size", .shape = &integer_shape, .doc = "Size of the crop in training, in pixels."},
    {.name = "validation_crop_size", .shape = &integer_shape, .doc = "Size of the crop in validation, in pixels."},
    {.name = "validation_resize_size",
     .shape = &integer_shape,
     .doc = "Size before the crop in validation, in pixels."},
    {.name = "weighted_loss",
     .shape = &integer_shape,
     .doc = "0 for none, 1 for square roots of the class weights, 2 for the weights."},
};
constexpr Field classification_space_rows[] = {
    {.name = "training_crop_size", .shape = &space_integer, .doc = "Size of the crop in training, in pixels."},
    {.name = "validation_crop_size", .shape = &space_integer, .doc = "Size of the crop in validation, in pixels."},
    {.name = "validation_resize_size",
     .shape = &space_integer,
     .doc = "Size before the crop in validation, in pixels."},
    {.name = "weighted_loss",
     .shape = &space_integer,
     .doc = "0 for none, 1 for square roots of the class weights, 2 for the weights."},
};
constexpr Field detection_fixed_rows[] = {
    {.name = "box_detections_per_image", .shape = &integer_shape, .doc = "Most boxes in one image."},
    {.name = "box_score_threshold", .shape = &number_shape, .doc = "Score below which a box is dropped."},
    {.name = "image_size", .shape = &integer_shape, .doc = "Size of the images, in pixels; `yolov5` only."},
    {.name = "max_size", .shape = &integer_shape, .doc = "Greatest size of the images, in pixels."},
    {.name = "min_size", .shape = &integer_shape, .doc = "Least size of the images, in pixels."},
    {.name = "model_size",
     .shape = &size,
     .doc = "Size of the model: `small`, `medium`, `large`, `extra_large` or `none`; `yolov5` only."},
    {.name = "multi_scale", .shape = &boolean_shape, .doc = "Whether image sizes vary by half; `yolov5` only."},
    {.name = "nms_iou_threshold", .shape = &number_shape, .doc = "Overlap at which boxes are merged."},
    {.name = "tile_grid_size", .shape = &string_shape, .doc = "Grid of tiles for small objects, for example `3x2`."},
    {.name = "tile_overlap_ratio", .shape = &number_shape, .doc = "Overlap of neighbouring tiles."},
    {.name = "tile_predictions_nms_threshold",
     .shape = &number_shape,
     .doc = "Overlap at which boxes of tiles are merged."},
    {.name = "validation_iou_threshold", .shape = &number_shape, .doc = "Overlap at which a box counts as found."},
    {.name = "validation_metric_type", .shape = &metric, .doc = "`coco`, `voc`, `coco_voc` or `none`."},
    {.name = "log_training_metrics",
     .shape = &toggle,
     .doc = "Whether metrics of the training data are logged: `enable` or `disable`."},
    {.name = "log_validation_loss",
     .shape = &toggle,
     .doc = "Whether the validation loss is logged: `enable` or `disable`."},
};
constexpr Field detection_space_rows[] = {
    {.name = "box_detections_per_image", .shape = &space_integer, .doc = "Most boxes in one image."},
    {.name = "box_score_threshold", .shape = &space_number, .doc = "Score below which a box is dropped."},
    {.name = "image_size", .shape = &space_integer, .doc = "Size of the images, in pixels; `yolov5` only."},
    {.name = "max_size", .shape = &space_integer, .doc = "Greatest size of the images, in pixels."},
    {.name = "min_size", .shape = &space_integer, .doc = "Least size of the images, in pixels."},
    {.name = "model_size",
     .shape = &size_space,
     .doc = "Size of the model: `small`, `medium`, `large`, `extra_large` or `none`; `yolov5` only."},
    {.name = "multi_scale", .shape = &space_boolean, .doc = "Whether image sizes vary by half; `yolov5` only."},
    {.name = "nms_iou_threshold", .shape = &space_number, .doc = "Overlap at which boxes are merged."},
    {.name = "tile_grid_size", .shape = &space_text, .doc = "Grid of tiles for small objects, for example `3x2`."},
    {.name = "tile_overlap_ratio", .shape = &space_number, .doc = "Overlap of neighbouring tiles."},
    {.name = "tile_predictions_nms_threshold",
     .shape = &space_number,
     .doc = "Overlap at which boxes of tiles are merged."},
    {.name = "validation_iou_threshold", .shape = &space_number, .doc = "Overlap at which a box counts as found."},
    {.name = "validation_metric_type", .shape = &metric_space, .doc = "`coco`, `voc`, `coco_voc` or `none`."},
};

constexpr auto classification_fixed_fields = rows(fixed_rows, classification_fixed_rows);
constexpr auto classification_space_fields = rows(space_rows, classification_space_rows);
constexpr auto detection_fixed_fields = rows(fixed_rows, detection_fixed_rows);
constexpr auto detection_space_fields = rows(space_rows, detection_space_rows);
constexpr Shape classification_fixed{
    .kind = object, .name = "training parameters", .fields = classification_fixed_fields};
constexpr Shape classification_space{.kind = object, .name = "a search space", .fields = classification_space_fields};
constexpr Shape classification_spaces{.kind = list, .item = &classification_space};
constexpr Shape detection_fixed{.kind = object, .name = "training parameters", .fields = detection_fixed_fields};
constexpr Shape detection_space{.kind = object, .name = "a search space", .fields = detection_space_fields};
constexpr Shape detection_spaces{.kind = list, .item = &detection_space};

constexpr Shape whole{.kind = integer, .min = 1, .advisory = true};
constexpr Shape share{.kind = number, .min = 0, .max = 1, .advisory = true};
constexpr Shape in_minutes{.kind = integer, .min = 1, .advisory = true, .wire = &wire::minutes};
constexpr Field limits_fields[] = {
    {.name = "max_concurrent_trials", .shape = &whole, .doc = "Trials at a time."},
    {.name = "max_trials", .shape = &whole, .doc = "Trials in all."},
    {.name = "timeout_minutes", .shape = &in_minutes, .wire = "timeout", .doc = "Minutes for the whole job."}};
constexpr Shape limits{.kind = object, .name = "limits", .fields = limits_fields};

constexpr Field image_rows[] = {{.name = "target_column_name",
                                 .shape = &string_shape,
                                 .need = Need::required,
                                 .wire = "=properties.taskDetails.targetColumnName",
                                 .doc = "Column of the labels."},
                                {.name = "limits",
                                 .shape = &limits,
                                 .wire = "=properties.taskDetails.limitSettings",
                                 .unsent = "{}",
                                 .doc = "Bounds in trials and in time."},
                                {.name = "sweep",
                                 .shape = &automl_sweep,
                                 .wire = "=properties.taskDetails.sweepSettings",
                                 .doc = "How `search_space` is searched."},
                                {.name = "validation_data_size",
                                 .shape = &share,
                                 .wire = "=properties.taskDetails.validationDataSize",
                                 .doc = "Share of the training data kept for validation, 0 to 1."},
                                {.name = "test_data",
                                 .shape = &mltable_input,
                                 .wire = "=properties.taskDetails.testData",
                                 .doc = "MLTable that the best model is tested on."},
                                {.name = "test_data_size",
                                 .shape = &share,
                                 .wire = "=properties.taskDetails.testDataSize",
                                 .doc = "Share of the training data kept for the test, 0 to 1."}};
constexpr Field classification_rows[] = {{.name = "training_parameters",
                                          .shape = &classification_fixed,
                                          .wire = "=properties.taskDetails.modelSettings",
                                          .doc = "Parameters of every trial."},
                                         {.name = "search_space",
                                          .shape = &classification_spaces,
                                          .wire = "=properties.taskDetails.searchSpace",
                                          .doc = "Models, each with parameters or spaces of them."}};
constexpr Field detection_rows[] = {{.name = "training_parameters",
                                     .shape = &detection_fixed,
                                     .wire = "=properties.taskDetails.modelSettings",
                                     .doc = "Parameters of every trial."},
                                    {.name = "search_space",
                                     .shape = &detection_spaces,
                                     .wire = "=properties.taskDetails.searchSpace",
                                     .doc = "Models, each with parameters or spaces of them."}};
constexpr Field class_metric_row[] = {{.name = "primary_metric",
                                       .shape = &automl_class_metric,
                                       .fallback = "accuracy",
                                       .wire = "=properties.taskDetails.primaryMetric",
                                       .doc = "Metric that models are compared by."}};
constexpr Field multilabel_metric_row[] = {{.name = "primary_metric",
                                            .shape = &automl_multilabel_metric,
                                            .fallback = "iou",
                                            .wire = "=properties.taskDetails.primaryMetric",
                                            .doc = "Metric that models are compared by."}};
constexpr Field precision_row[] = {{.name = "primary_metric",
                                    .shape = &automl_precision,
                                    .fallback = "mean_average_precision",
                                    .wire = "=properties.taskDetails.primaryMetric",
                                    .doc = "`mean_average_precision`."}};

constexpr auto classification_fields =
    rows(job_rows, properties_row, compute_row, automl_rows, image_rows, classification_rows, class_metric_row);
constexpr auto multilabel_fields =
    rows(job_rows, properties_row, compute_row, automl_rows, image_rows, classification_rows, multilabel_metric_row);
constexpr auto detection_fields =
    rows(job_rows, properties_row, compute_row, automl_rows, image_rows, detection_rows, precision_row);

}  // namespace

constexpr Shape image_classification_task{.kind = object,
                                          .name = "an AutoML job",
                                          .fields = classification_fields,
                                          .check = check_image_training,
                                          .under = "properties"};
constexpr Shape image_multilabel_task{.kind = object,
                                      .name = "an AutoML job",
                                      .fields = multilabel_fields,
                                      .check = check_image_training,
                                      .under = "properties"};
constexpr Shape image_detection_task{.kind = object,
                                     .name = "an AutoML job",
                                     .fields = detection_fields,
                                     .check = check_image_training,
                                     .under = "properties"};
constexpr Shape image_segmentation_task{.kind = object,
                                        .name = "an AutoML job",
                                        .fields = detection_fields,
                                        .check = check_image_training,
                                        .under = "properties"};

}  // namespace podium::inline v0::spec::kinds
