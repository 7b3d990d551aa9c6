#include "spec/kinds/monitor_thresholds.hpp"

#include "spec/kinds/rows.hpp"
#include "spec/reader.hpp"

#include <string>

/// Bounds of what monitors measure.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr Shape bound{.kind = number};
constexpr Shape rate{.kind = number, .min = 0, .max = 1, .advisory = true};
constexpr std::string_view feature_types[] = {"numerical", "categorical"};
constexpr Shape feature_type{.kind = string, .values = feature_types, .any_case = true};

constexpr Field metric(std::string_view name, std::string_view doc) {
  return {.name = name, .shape = &bound, .doc = doc};
}
constexpr Field needed(std::string_view name, std::string_view doc) {
  return {.name = name, .shape = &bound, .need = Need::required, .doc = doc};
}
constexpr Field rate_metric(std::string_view name, std::string_view doc) {
  return {.name = name, .shape = &rate, .doc = doc};
}

constexpr Field threshold_rows[] = {{.name = "threshold", .shape = &bound, .doc = "Of no consequence here."},
                                    {.name = "data_type", .shape = &feature_type, .doc = "Of no consequence here."}};
constexpr Field numerical_drift_fields[] = {
    metric("jensen_shannon_distance", "Bound of the Jensen-Shannon distance."),
    metric("normalized_wasserstein_distance", "Bound of the normalised Wasserstein distance."),
    metric("population_stability_index", "Bound of the population stability index."),
    metric("two_sample_kolmogorov_smirnov_test", "Bound of the p value of the Kolmogorov-Smirnov test.")};
constexpr Field categorical_drift_fields[] = {
    metric("jensen_shannon_distance", "Bound of the Jensen-Shannon distance."),
    metric("population_stability_index", "Bound of the population stability index."),
    metric("pearsons_chi_squared_test", "Bound of the p value of the chi-squared test.")};

/// The client sends the first one only.
void check_one_metric(Reader& reader, Node const& node, Value& value) {
  if (value.members.size() < 2) return;
  Reader::Step const step{reader, value.members[1].name};
  reader.warning("PD1021", *value.members[1].key, "one metric counts for each type of feature, the others are dropped",
                 "keep one of them");
  static_cast<void>(node);
}
constexpr Shape numerical_drift{.kind = object, .fields = numerical_drift_fields, .check = check_one_metric};
constexpr Shape categorical_drift{.kind = object, .fields = categorical_drift_fields, .check = check_one_metric};
constexpr Field drift_rows[] = {{.name = "numerical", .shape = &numerical_drift, .doc = "Bounds for numbers."},
                                {.name = "categorical", .shape = &categorical_drift, .doc = "Bounds for categories."}};
constexpr auto drift_fields = rows(threshold_rows, drift_rows);

constexpr Field quality_metric_fields[] = {
    rate_metric("null_value_rate", "Share of empty values."),
    rate_metric("data_type_error_rate", "Share of values of another type."),
    rate_metric("out_of_bounds_rate", "Share of values outside of the reference's range.")};
constexpr Shape quality_metrics{.kind = object, .fields = quality_metric_fields};
constexpr Field quality_rows[] = {{.name = "numerical", .shape = &quality_metrics, .doc = "Bounds for numbers."},
                                  {.name = "categorical", .shape = &quality_metrics, .doc = "Bounds for categories."}};
constexpr auto quality_fields = rows(threshold_rows, quality_rows);

constexpr Field attribution_fields[] = {
    metric("threshold", "Of no consequence here."),
    rate_metric("normalized_discounted_cumulative_gain", "Bound of the normalised discounted cumulative gain.")};

constexpr Field classification_fields[] = {rate_metric("accuracy", "Least accuracy."),
                                           rate_metric("precision", "Least precision."),
                                           rate_metric("recall", "Least recall.")};
constexpr Shape classification{.kind = object, .fields = classification_fields};
constexpr Field regression_fields[] = {metric("mae", "Greatest mean absolute error."),
                                       metric("mse", "Greatest mean squared error."),
                                       metric("rmse", "Greatest root mean squared error.")};
constexpr Shape regression{.kind = object, .fields = regression_fields};
constexpr Field performance_fields[] = {
    metric("threshold", "Of no consequence here."),
    {.name = "classification", .shape = &classification, .doc = "Bounds for classification."},
    {.name = "regression", .shape = &regression, .doc = "Bounds for regression."}};

constexpr Field custom_fields[] = {{.name = "metric_name", .shape = &string_shape, .doc = "Name of the metric."},
                                   metric("threshold", "Its bound.")};
constexpr Shape custom{.kind = object, .name = "a threshold", .fields = custom_fields};

constexpr Field groundedness_fields[] = {needed("aggregated_groundedness_pass_rate", "Share that must pass."),
                                         metric("acceptable_groundedness_score_per_instance", "Score that passes.")};
constexpr Field relevance_fields[] = {needed("aggregated_relevance_pass_rate", "Share that must pass."),
                                      metric("acceptable_relevance_score_per_instance", "Score that passes.")};
constexpr Field coherence_fields[] = {needed("aggregated_coherence_pass_rate", "Share that must pass."),
                                      metric("acceptable_coherence_score_per_instance", "Score that passes.")};
constexpr Field fluency_fields[] = {needed("aggregated_fluency_pass_rate", "Share that must pass."),
                                    metric("acceptable_fluency_score_per_instance", "Score that passes.")};
constexpr Field similarity_fields[] = {needed("aggregated_similarity_pass_rate", "Share that must pass."),
                                       metric("acceptable_similarity_score_per_instance", "Score that passes.")};
constexpr Shape groundedness{.kind = object, .fields = groundedness_fields};
constexpr Shape relevance{.kind = object, .fields = relevance_fields};
constexpr Shape coherence{.kind = object, .fields = coherence_fields};
constexpr Shape fluency{.kind = object, .fields = fluency_fields};
constexpr Shape similarity{.kind = object, .fields = similarity_fields};
constexpr Field safety_fields[] = {{.name = "groundedness", .shape = &groundedness, .doc = "Bounds of groundedness."},
                                   {.name = "relevance", .shape = &relevance, .doc = "Bounds of relevance."},
                                   {.name = "coherence", .shape = &coherence, .doc = "Bounds of coherence."},
                                   {.name = "fluency", .shape = &fluency, .doc = "Bounds of fluency."},
                                   {.name = "similarity", .shape = &similarity, .doc = "Bounds of similarity."}};
constexpr Field total_fields[] = {metric("total_token_count", "Tokens in all."),
                                  needed("total_token_count_per_group", "Tokens of each group.")};
constexpr Shape total{.kind = object, .fields = total_fields};
constexpr Field token_fields[] = {{.name = "totaltoken", .shape = &total, .doc = "Bounds of the number of tokens."}};

}  // namespace

constexpr Shape drift_thresholds{.kind = object, .name = "thresholds", .fields = drift_fields};
constexpr Shape quality_thresholds{.kind = object, .name = "thresholds", .fields = quality_fields};
constexpr Shape attribution_thresholds{.kind = object, .name = "thresholds", .fields = attribution_fields};
constexpr Shape performance_thresholds{.kind = object, .name = "thresholds", .fields = performance_fields};
constexpr Shape custom_thresholds{.kind = list, .name = "a list of thresholds", .item = &custom};
constexpr Shape safety_thresholds{.kind = object, .name = "thresholds", .fields = safety_fields};
constexpr Shape token_thresholds{.kind = object, .name = "thresholds", .fields = token_fields};

}  // namespace podium::inline v0::spec::kinds
