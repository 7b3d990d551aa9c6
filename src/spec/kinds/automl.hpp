#pragma once

#include "spec/kinds/rows.hpp"

/// What the tables of AutoML share.
namespace podium::inline v0::spec::kinds {

extern Shape const automl_class_metric;       // of classifications
extern Shape const automl_multilabel_metric;  // the same, and `iou`
extern Shape const automl_accuracy;
extern Shape const automl_regression_metric;
extern Shape const automl_precision;  // of object detection
extern Shape const automl_sweep;      // sampling and early termination of images and texts

// A value, or in `search_space` a distribution of them.
extern Shape const space_integer;
extern Shape const space_number;
extern Shape const space_boolean;
extern Shape const space_text;

extern Shape const classification_task;
extern Shape const regression_task;
extern Shape const forecasting_task;
extern Shape const image_classification_task;
extern Shape const image_multilabel_task;
extern Shape const image_detection_task;
extern Shape const image_segmentation_task;
extern Shape const text_classification_task;
extern Shape const text_multilabel_task;
extern Shape const text_ner_task;

extern Shape const automl_type;
extern Shape const automl_task;
extern Shape const automl_verbosity;

/// Every task.
inline constexpr Field automl_rows[] = {
    {.name = "type", .shape = &automl_type, .need = Need::required, .wire = "-", .doc = "`automl`."},
    {.name = "task",
     .shape = &automl_task,
     .need = Need::required,
     .doc = "What is learnt, for example `classification`."},
    {.name = "environment_id",
     .shape = &string_shape,
     .doc = "Environment of the trials; chosen by the service when absent."},
    {.name = "environment_variables", .shape = &string_map_shape, .doc = "Environment variables of the trials."},
    {.name = "outputs", .shape = &job_outputs, .unsent = "{}", .doc = "Outputs by name: `best_model`."},
    {.name = "resources", .shape = &job_resources, .doc = "Nodes of each trial."},
    {.name = "queue_settings", .shape = &queue_settings, .doc = "Tier and priority on serverless compute."},
    {.name = "log_verbosity",
     .shape = &automl_verbosity,
     .fallback = "info",
     .wire = "=properties.taskDetails.logVerbosity",
     .doc = "`not_set`, `debug`, `info`, `warning`, `error` or `critical`."},
    {.name = "training_data",
     .shape = &mltable_input,
     .wire = "=properties.taskDetails.trainingData",
     .doc = "MLTable that the models are trained on; needed by the service."},
    {.name = "validation_data",
     .shape = &mltable_input,
     .wire = "=properties.taskDetails.validationData",
     .doc = "MLTable that the models are compared on."},
};

}  // namespace podium::inline v0::spec::kinds
