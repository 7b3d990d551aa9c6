#include "spec/kinds/automl.hpp"
#include "spec/training.hpp"
#include "spec/wire/spellings.hpp"

/// AutoML on tables: classification, regression, forecasting.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr Shape whole{.kind = integer, .min = 1, .advisory = true};
constexpr Shape in_minutes{.kind = integer, .min = 1, .advisory = true, .wire = &wire::minutes};
constexpr Shape share{.kind = number, .min = 0, .max = 1, .advisory = true};
constexpr std::string_view automatic[] = {"auto"};
constexpr Shape auto_word{.kind = string, .values = automatic, .any_case = true};
constexpr Shape auto_or_integer{.kind = either,
                                .name = "`auto` or an integer",
                                .scalar = &auto_word,
                                .number = &integer_shape,
                                .wire = &wire::automatic};
constexpr Shape integer_list{.kind = list, .item = &integer_shape};
constexpr Shape lags{.kind = either,
                     .name = "`auto`, an integer or a list of them",
                     .scalar = &auto_word,
                     .number = &integer_shape,
                     .sequence = &integer_list,
                     .wire = &wire::automatic_lags};
constexpr Shape name_or_names{.kind = either,
                              .name = "text or a list of texts",
                              .scalar = &string_shape,
                              .sequence = &string_list_shape,
                              .wire = &wire::one_or_more};

constexpr Field limits_fields[] = {
    {.name = "enable_early_termination",
     .shape = &boolean_shape,
     .doc = "Whether the job ends when its score no longer improves."},
    {.name = "exit_score", .shape = &number_shape, .doc = "Score at which the job ends."},
    {.name = "max_concurrent_trials", .shape = &whole, .doc = "Trials at a time."},
    {.name = "max_cores_per_trial", .shape = &integer_shape, .doc = "Cores of one trial; -1 for all."},
    {.name = "max_nodes", .shape = &whole, .doc = "Nodes for training, of distributed jobs; a preview feature."},
    {.name = "max_trials", .shape = &whole, .doc = "Trials in all."},
    {.name = "timeout_minutes", .shape = &in_minutes, .wire = "timeout", .doc = "Minutes for the whole job."},
    {.name = "trial_timeout_minutes", .shape = &in_minutes, .wire = "trialTimeout", .doc = "Minutes for one trial."}};
constexpr Constant limits_constants[] = {{"sweepConcurrentTrials", "0"}, {"sweepTrials", "0"}};
constexpr Shape limits{.kind = object, .name = "limits", .fields = limits_fields, .constants = limits_constants};

constexpr std::string_view modes[] = {"auto", "off", "custom"};
constexpr Shape mode{.kind = string, .values = modes, .any_case = true};
constexpr std::string_view transformers[] = {
    "text_target_encoder", "one_hot_encoder", "cat_target_encoder", "tf_idf",           "wo_e_target_encoder",
    "label_encoder",       "word_embedding",  "naive_bayes",        "count_vectorizer", "hash_one_hot_encoder"};
constexpr Shape transformer{.kind = string, .values = transformers, .any_case = true, .wire = &wire::rest_word};
constexpr Shape transformer_list{.kind = list, .item = &transformer};
constexpr Shape loose_map{.kind = map, .item = &any_shape, .empty_items = true};
constexpr Field column_fields[] = {
    {.name = "fields", .shape = &string_list_shape, .doc = "Columns that are transformed."},
    {.name = "parameters", .shape = &loose_map, .nullable = true, .doc = "Parameters of the transformer."}};
constexpr Shape column{.kind = object, .name = "a transformer", .fields = column_fields};
constexpr Shape columns{.kind = list, .item = &column};
constexpr Field transformer_fields[] = {
    {.name = "imputer", .shape = &columns, .wire = "Imputer", .doc = "Fills in missing values."},
    {.name = "tf_idf", .shape = &columns, .wire = "TfIdf", .doc = "Weighs the words of texts."},
    {.name = "hash_one_hot_encoder", .shape = &columns, .wire = "HashOneHotEncoder", .doc = "Hashes categories."}};
constexpr Shape transformer_params{.kind = object, .name = "transformers", .fields = transformer_fields};
constexpr Field featurization_fields[] = {
    {.name = "mode", .shape = &mode, .fallback = "auto", .doc = "`auto`, `off` or `custom`; quote `off`."},
    {.name = "dataset_language", .shape = &string_shape, .doc = "Language of texts, as three letters."},
    {.name = "blocked_transformers", .shape = &transformer_list, .doc = "Transformers that are not used."},
    {.name = "column_name_and_types", .shape = &string_map_shape, .doc = "Purpose of columns, by name."},
    {.name = "transformer_params",
     .shape = &transformer_params,
     .unsent = "{}",
     .doc = "Parameters of transformers, by their name."},
    {.name = "enable_dnn_featurization",
     .shape = &boolean_shape,
     .doc = "Whether deep learning makes features of texts."}};
constexpr Shape featurization{.kind = object, .name = "featurization", .fields = featurization_fields};

constexpr std::string_view learners[] = {
    "none",        "logistic_regression", "logistic_regression_cv", "light_gbm_classifier",
    "elastic_net", "elastic_net_cv",      "light_gbm_regressor",    "linear_regression"};
constexpr Shape learner{.kind = string, .values = learners, .any_case = true, .wire = &wire::rest_word};
constexpr Field stack_fields[] = {
    {.name = "stack_meta_learner_kwargs",
     .shape = &free_map_shape,
     .wire = "stackMetaLearnerKWargs",
     .doc = "Parameters of the meta learner."},
    {.name = "stack_meta_learner_train_percentage", .shape = &share, .doc = "Share of the data it learns from."},
    {.name = "stack_meta_learner_type", .shape = &learner, .doc = "Which meta learner it is."}};
constexpr Shape stack{.kind = object, .name = "stack settings", .fields = stack_fields};
constexpr std::string_view training_modes[] = {"distributed", "non_distributed", "auto"};
constexpr Shape training_mode{.kind = string, .values = training_modes, .any_case = true, .wire = &wire::rest_word};

constexpr std::string_view classifiers[] = {"logistic_regression",
                                            "sgd",
                                            "multinomial_naive_bayes",
                                            "bernoulli_naive_bayes",
                                            "svm",
                                            "linear_svm",
                                            "knn",
                                            "decision_tree",
                                            "random_forest",
                                            "extreme_random_trees",
                                            "light_gbm",
                                            "gradient_boosting",
                                            "xg_boost_classifier"};
constexpr std::string_view regressors[] = {
    "elastic_net", "gradient_boosting", "decision_tree",        "knn",       "lasso_lars",
    "sgd",         "random_forest",     "extreme_random_trees", "light_gbm", "xg_boost_regressor"};
constexpr std::string_view forecasters[] = {"auto_arima",
                                            "prophet",
                                            "naive",
                                            "seasonal_naive",
                                            "average",
                                            "seasonal_average",
                                            "exponential_smoothing",
                                            "arimax",
                                            "tcn_forecaster",
                                            "elastic_net",
                                            "gradient_boosting",
                                            "decision_tree",
                                            "knn",
                                            "lasso_lars",
                                            "sgd",
                                            "random_forest",
                                            "extreme_random_trees",
                                            "light_gbm",
                                            "xg_boost_regressor"};
constexpr Shape classifier{.kind = string, .values = classifiers, .any_case = true, .wire = &wire::rest_word};
constexpr Shape regressor{.kind = string, .values = regressors, .any_case = true, .wire = &wire::rest_word};
constexpr Shape forecaster{.kind = string, .values = forecasters, .any_case = true, .wire = &wire::rest_word};
constexpr Shape classifier_list{.kind = list, .item = &classifier};
constexpr Shape regressor_list{.kind = list, .item = &regressor};
constexpr Shape forecaster_list{.kind = list, .item = &forecaster};

constexpr Field training_rows[] = {
    {.name = "enable_dnn_training", .shape = &boolean_shape, .doc = "Whether deep learning is tried."},
    {.name = "enable_model_explainability", .shape = &boolean_shape, .doc = "Whether the best model is explained."},
    {.name = "enable_onnx_compatible_models", .shape = &boolean_shape, .doc = "Whether models must be ONNX models."},
    {.name = "enable_stack_ensemble", .shape = &boolean_shape, .doc = "Whether models are stacked."},
    {.name = "enable_vote_ensemble", .shape = &boolean_shape, .doc = "Whether models vote."},
    {.name = "ensemble_model_download_timeout_minutes",
     .shape = &in_minutes,
     .wire = "ensembleModelDownloadTimeout",
     .doc = "Minutes for fetching the models of an ensemble."},
    {.name = "stack_ensemble_settings", .shape = &stack, .doc = "How models are stacked."},
    {.name = "training_mode",
     .shape = &training_mode,
     .doc = "`auto`, `distributed` or `non_distributed`; a preview feature."}};
constexpr Field classifier_rows[] = {
    {.name = "allowed_training_algorithms",
     .shape = &classifier_list,
     .doc = "Algorithms that are tried, and no others."},
    {.name = "blocked_training_algorithms", .shape = &classifier_list, .doc = "Algorithms that are not tried."}};
constexpr Field regressor_rows[] = {
    {.name = "allowed_training_algorithms",
     .shape = &regressor_list,
     .doc = "Algorithms that are tried, and no others."},
    {.name = "blocked_training_algorithms", .shape = &regressor_list, .doc = "Algorithms that are not tried."}};
constexpr Field forecaster_rows[] = {
    {.name = "allowed_training_algorithms",
     .shape = &forecaster_list,
     .doc = "Algorithms that are tried, and no others."},
    {.name = "blocked_training_algorithms", .shape = &forecaster_list, .doc = "Algorithms that are not tried."}};
constexpr auto classifier_training_fields = rows(training_rows, classifier_rows);
constexpr auto regressor_training_fields = rows(training_rows, regressor_rows);
constexpr auto forecaster_training_fields = rows(training_rows, forecaster_rows);
constexpr Shape classifier_training{.kind = object, .name = "training", .fields = classifier_training_fields};
constexpr Shape regressor_training{.kind = object, .name = "training", .fields = regressor_training_fields};
constexpr Shape forecaster_training{.kind = object, .name = "training", .fields = forecaster_training_fields};

constexpr Field table_rows[] = {{.name = "target_column_name",
                                 .shape = &string_shape,
                                 .need = Need::required,
                                 .wire = "=properties.taskDetails.targetColumnName",
                                 .doc = "Column that is predicted."},
                                {.name = "limits",
                                 .shape = &limits,
                                 .wire = "=properties.taskDetails.limitSettings",
                                 .doc = "Bounds in trials and in time."},
                                {.name = "featurization",
                                 .shape = &featurization,
                                 .wire = "=properties.taskDetails.featurizationSettings",
                                 .doc = "How features are made of the columns."},
                                {.name = "validation_data_size",
                                 .shape = &share,
                                 .wire = "=properties.taskDetails.validationDataSize",
                                 .doc = "Share of the training data kept for validation, 0 to 1."},
                                {.name = "cv_split_column_names",
                                 .shape = &string_list_shape,
                                 .wire = "=properties.taskDetails.cvSplitColumnNames",
                                 .doc = "Columns that say how the data is split."},
                                {.name = "n_cross_validations",
                                 .shape = &auto_or_integer,
                                 .wire = "=properties.taskDetails.nCrossValidations",
                                 .doc = "Number of folds, or `auto`."},
                                {.name = "weight_column_name",
                                 .shape = &string_shape,
                                 .wire = "=properties.taskDetails.weightColumnName",
                                 .doc = "Column of sample weights."},
                                {.name = "test_data",
                                 .shape = &mltable_input,
                                 .wire = "=properties.taskDetails.testData",
                                 .doc = "MLTable that the best model is tested on."},
                                {.name = "test_data_size",
                                 .shape = &share,
                                 .wire = "=properties.taskDetails.testDataSize",
                                 .doc = "Share of the training data kept for the test, 0 to 1."}};

constexpr Field classification_rows[] = {{.name = "primary_metric",
                                          .shape = &automl_class_metric,
                                          .fallback = "auc_weighted",
                                          .wire = "=properties.taskDetails.primaryMetric",
                                          .doc = "Metric that models are compared by."},
                                         {.name = "positive_label",
                                          .shape = &string_shape,
                                          .wire = "=properties.taskDetails.positiveLabel",
                                          .doc = "Label that counts as positive, of two."},
                                         {.name = "training",
                                          .shape = &classifier_training,
                                          .wire = "=properties.taskDetails.trainingSettings",
                                          .doc = "Which algorithms are tried, and how."}};
constexpr Field regression_rows[] = {{.name = "primary_metric",
                                      .shape = &automl_regression_metric,
                                      .fallback = "normalized_root_mean_squared_error",
                                      .wire = "=properties.taskDetails.primaryMetric",
                                      .doc = "Metric that models are compared by."},
                                     {.name = "training",
                                      .shape = &regressor_training,
                                      .wire = "=properties.taskDetails.trainingSettings",
                                      .doc = "Which algorithms are tried, and how."}};

constexpr std::string_view lag_words[] = {"none", "auto"};
constexpr Shape feature_lags{.kind = string, .values = lag_words, .any_case = true};
constexpr std::string_view handlings[] = {"none", "auto", "pad", "drop"};
constexpr Shape handling{.kind = string, .values = handlings, .any_case = true};
constexpr std::string_view stls[] = {"none", "season", "seasontrend"};
constexpr Shape stl{.kind = string, .values = stls, .any_case = true};
constexpr std::string_view aggregates[] = {"none", "sum", "max", "min", "mean"};
constexpr Shape aggregate{.kind = string, .values = aggregates, .any_case = true};
constexpr Field series_fields[] = {
    {.name = "time_column_name", .shape = &string_shape, .doc = "Column of the time."},
    {.name = "forecast_horizon", .shape = &auto_or_integer, .doc = "Periods to forecast, or `auto`."},
    {.name = "time_series_id_column_names", .shape = &name_or_names, .doc = "Columns that tell the series apart."},
    {.name = "frequency", .shape = &string_shape, .doc = "Period of the series, as pandas writes it."},
    {.name = "target_lags", .shape = &lags, .doc = "Lags of the target, or `auto`."},
    {.name = "target_rolling_window_size", .shape = &auto_or_integer, .doc = "Periods of rolling windows, or `auto`."},
    {.name = "feature_lags", .shape = &feature_lags, .doc = "`auto` or `none`."},
    {.name = "seasonality", .shape = &auto_or_integer, .doc = "Periods of one season, or `auto`."},
    {.name = "short_series_handling_config", .shape = &handling, .doc = "What happens to short series."},
    {.name = "use_stl", .shape = &stl, .doc = "Which parts of the series become features."},
    {.name = "target_aggregate_function", .shape = &aggregate, .doc = "How values of one period are put together."},
    {.name = "cv_step_size", .shape = &whole, .doc = "Periods between two folds."},
    {.name = "country_or_region_for_holidays",
     .shape = &string_shape,
     .doc = "Country of the holidays, as two letters."},
    {.name = "features_unknown_at_forecast_time",
     .shape = &name_or_names,
     .doc = "Columns that are not known in the future."}};
constexpr Shape series{.kind = object, .name = "forecasting settings", .fields = series_fields};
constexpr Field forecasting_rows[] = {{.name = "primary_metric",
                                       .shape = &automl_regression_metric,
                                       .fallback = "normalized_root_mean_squared_error",
                                       .wire = "=properties.taskDetails.primaryMetric",
                                       .doc = "Metric that models are compared by."},
                                      {.name = "training",
                                       .shape = &forecaster_training,
                                       .wire = "=properties.taskDetails.trainingSettings",
                                       .doc = "Which algorithms are tried, and how."},
                                      {.name = "forecasting",
                                       .shape = &series,
                                       .wire = "=properties.taskDetails.forecastingSettings",
                                       .doc = "Time, horizon and series."}};

constexpr auto classification_fields =
    rows(job_rows, properties_row, compute_row, automl_rows, table_rows, classification_rows);
constexpr auto regression_fields =
    rows(job_rows, properties_row, compute_row, automl_rows, table_rows, regression_rows);
constexpr auto forecasting_fields =
    rows(job_rows, properties_row, compute_row, automl_rows, table_rows, forecasting_rows);

}  // namespace

constexpr Shape classification_task{.kind = object,
                                    .name = "an AutoML job",
                                    .fields = classification_fields,
                                    .check = check_training_data,
                                    .under = "properties"};
constexpr Shape regression_task{.kind = object,
                                .name = "an AutoML job",
                                .fields = regression_fields,
                                .check = check_training_data,
                                .under = "properties"};
constexpr Shape forecasting_task{.kind = object,
                                 .name = "an AutoML job",
                                 .fields = forecasting_fields,
                                 .check = check_training_data,
                                 .under = "properties"};

}  // namespace podium::inline v0::spec::kinds
