#include "base/letters.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/scalar.hpp"
#include "spec/wire/writer.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>

/// Monitors in REST.
namespace podium::inline v0::spec::kinds {

using wire::Json;
using wire::Writer;

namespace {

/// How far the client looks back when nothing is said: it follows how often the monitor runs.
struct Windows {
  std::string production = "P7D";
  std::string reference = "P14D";
};

Windows windows_of(Value const& trigger) {
  auto const frequency = base::lower_case(trigger.string("frequency"));
  if (frequency.empty()) return {};
  auto const days = frequency == "day" ? 1 : frequency == "week" ? 7 : frequency == "month" ? 30 : 0;
  if (days == 0) return {"P1D", "P2D"};
  auto const all = days * trigger.at("interval").integer;
  return {"P" + std::to_string(all) + "D", "P" + std::to_string(2 * all) + "D"};
}

/// The text of a field, or what counts without it; `default` counts as absent.
std::string or_else(Value const& value, std::string_view field, std::string const& standard) {
  auto text = value.string(field);
  return text.empty() || text == "default" ? standard : text;
}

Json data(Writer& writer, Value const& value, std::string_view kind) {
  Json out = {{"inputDataType", kind}};
  auto const& input = value.at("input_data");
  auto const path = input.string("path");
  out["uri"] = path.starts_with("azureml:") && !path.starts_with("azureml://") ? path.substr(8) : path;
  if (auto const& type = input.at("type")) out["jobInputType"] = type.text;
  if (auto const& context = value.at("data_context")) out["dataContext"] = context.text;
  if (auto const& columns = value.at("data_column_names")) out["columns"] = writer.write(columns);
  return out;
}

Json trailing(Writer& writer, Value const& value, std::string const& size, std::string const& offset) {
  Json out = data(writer, value, "Trailing");
  out["windowSize"] = size;
  out["windowOffset"] = offset;
  if (auto const& component = value.at("pre_processing_component")) out["preprocessingComponentId"] = component.text;
  return out;
}

Json production(Writer& writer, Value const& value, Windows const& windows) {
  auto const& window = value.at("data_window");
  return trailing(writer, value, or_else(window, "lookback_window_size", windows.production),
                  or_else(window, "lookback_window_offset", "P0D"));
}

Json reference(Writer& writer, Value const& value, Windows const& windows) {
  auto const& window = value.at("data_window");
  if (window.at("lookback_window_size")) {
    auto offset = window.string("lookback_window_offset");
    if (offset == "default") offset = windows.production;
    return trailing(writer, value, or_else(window, "lookback_window_size", windows.reference),
                    offset.empty() ? "P0D" : offset);
  }
  if (window.at("window_start") && window.at("window_end")) {
    Json out = data(writer, value, "Static");
    out["windowStart"] = window.string("window_start") + "T00:00:00.000Z";
    out["windowEnd"] = window.string("window_end") + "T00:00:00.000Z";
    if (auto const& component = value.at("pre_processing_component")) out["preprocessingComponentId"] = component.text;
    return out;
  }
  return data(writer, value, "Fixed");
}

Json bound(Value const& number) { return {{"value", number.number}}; }

/// One metric for each type of feature: the first that the client knows.
void add_drift(Json& out, Value const& metrics, std::string_view type, std::initializer_list<std::string_view> order) {
  for (auto const name : order) {
    auto const& given = metrics.at(name);
    if (!given || given.number == 0) continue;
    out.push_back({{"dataType", type}, {"metric", wire::camel(name)}, {"threshold", bound(given)}});
    return;
  }
}

Json drift(Value const& thresholds) {
  Json out = Json::array();
  add_drift(out, thresholds.at("numerical"), "Numerical",
            {"jensen_shannon_distance", "normalized_wasserstein_distance", "population_stability_index",
             "two_sample_kolmogorov_smirnov_test"});
  add_drift(out, thresholds.at("categorical"), "Categorical",
            {"jensen_shannon_distance", "population_stability_index", "pearsons_chi_squared_test"});
  return out;
}

Json quality(Value const& thresholds) {
  Json out = Json::array();
  for (auto const& [field, type] : {std::pair{"numerical", "Numerical"}, std::pair{"categorical", "Categorical"}})
    for (auto const name : {"null_value_rate", "data_type_error_rate", "out_of_bounds_rate"})
      if (auto const& given = thresholds.at(field).at(name))
        out.push_back({{"dataType", type}, {"metric", wire::camel(name)}, {"threshold", bound(given)}});
  return out;
}

Json features(Value const& value) {
  if (value.kind == Value::Kind::list) {
    Json names = Json::array();
    for (auto const& one : value.items) names.push_back(one.text);
    return {{"filterType", "FeatureSubset"}, {"features", std::move(names)}};
  }
  if (value.is_map()) {
    auto const& top = value.at("top_n_feature_importance");
    return {{"filterType", "TopNByAttribution"}, {"top", top ? top.integer : 10}};
  }
  return {{"filterType", "AllFeatures"}};
}

Json named_bound(std::string_view metric, double value) {
  return {{"metric", metric}, {"threshold", {{"value", value}}}};
}

/// For each quality the score that passes, 3 unless said, and the share that must pass.
Json quality_of_language(Value const& thresholds) {
  Json out = Json::array();
  for (auto const& [field, word] :
       {std::pair{"groundedness", "Groundedness"}, std::pair{"relevance", "Relevance"},
        std::pair{"coherence", "Coherence"}, std::pair{"fluency", "Fluency"}, std::pair{"similarity", "Similarity"}}) {
    auto const& group = thresholds.at(field);
    if (!group.is_map() || group.members.empty()) continue;
    std::string const name = field;
    auto const& score = group.at("acceptable_" + name + "_score_per_instance");
    out.push_back(named_bound("Acceptable" + std::string{word} + "ScorePerInstance", score ? score.number : 3));
    out.push_back(named_bound("Aggregated" + std::string{word} + "PassRate",
                              group.at("aggregated_" + name + "_pass_rate").number));
  }
  return out;
}

Json tokens_of_language(Value const& thresholds) {
  auto const& group = thresholds.at("totaltoken");
  if (thresholds && !group) return Json::array();
  auto const& all = group.at("total_token_count");
  return Json::array({named_bound("TotalTokenCount", all          ? all.number
                                                     : thresholds ? 3
                                                                  : 0),
                      named_bound("TotalTokenCountPerGroup", group.at("total_token_count_per_group").number)});
}

/// The bounds of model performance go into a property; the field of that name is always the same.
std::string performance(Value const& thresholds) {
  static constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"accuracy", "Accuracy"},     {"precision", "Precision"},  {"recall", "Recall"},
      {"mae", "MeanAbsoluteError"}, {"mse", "MeanSquaredError"}, {"rmse", "RootMeanSquaredError"}};
  std::string out;
  for (auto const type : {"classification", "regression"})
    for (auto const& [yaml, rest] : names) {
      auto const& given = thresholds.at(type).at(yaml);
      if (!given || given.number == 0) continue;
      out += (out.empty() ? "" : ", ") + std::string{R"({"modelType":")"} + type + R"(","metric":")" +
             std::string{rest} + R"(","threshold":{"value":)" + python_float(given.number) + "}}";
    }
  return "[" + out + "]";
}

Json signal(Writer& writer, Value const& value, Windows const& windows) {
  auto const type = base::lower_case(value.string("type"));
  Json out = {{"signalType", wire::pascal(type)}, {"mode", value.at("alert_enabled").boolean ? "Enabled" : "Disabled"}};
  auto const& thresholds = value.at("metric_thresholds");
  if (auto const& one = value.at("reference_data")) out["referenceData"] = reference(writer, one, windows);
  auto const& given = value.at("production_data");
  if (given.kind == Value::Kind::list) {
    Json all = Json::array();
    for (auto const& one : given.items) all.push_back(production(writer, one, windows));
    out["productionData"] = std::move(all);
  } else if (given) {
    out["productionData"] = production(writer, given, windows);
  }
  if (auto const& chosen = value.at("features")) out["features"] = features(chosen);
  if (auto const& types = value.at("feature_type_override")) out["featureDataTypeOverride"] = writer.write(types);
  if (auto const& properties = value.at("properties")) out["properties"] = writer.write(properties);
  if (auto const& segment = value.at("data_segment")) {
    Json values = Json::array();
    for (auto const& one : segment.at("feature_values").items) values.push_back(one.text);
    out["dataSegment"] = {{"feature", segment.string("feature_name")}, {"values", std::move(values)}};
  }
  if (auto const& rate = value.at("sampling_rate")) out["samplingRate"] = rate.number;
  if (type == "data_drift" || type == "prediction_drift") {
    if (thresholds) out["metricThresholds"] = drift(thresholds);
    if (type == "prediction_drift") out["modelType"] = "classification";
  } else if (type == "data_quality") {
    if (thresholds) out["metricThresholds"] = quality(thresholds);
  } else if (type == "feature_attribution_drift") {
    out["metricThreshold"] = {{"metric", "normalizedDiscountedCumulativeGain"}};
    if (auto const& gain = thresholds.at("normalized_discounted_cumulative_gain"))
      out["metricThreshold"]["threshold"] = bound(gain);
  } else if (type == "model_performance") {
    if (out.contains("productionData")) out["productionData"] = Json::array({out["productionData"]});
    out["metricThreshold"] = {{"metric", "Accuracy"}, {"modelType", "Classification"}, {"threshold", {{"value", 0.9}}}};
    out["properties"]["azureml.modelmonitor.model_performance_thresholds"] = performance(thresholds);
  } else if (type == "custom") {
    out["componentId"] = writer.asset_id("components", value.string("component_id"));
    Json bounds = Json::array();
    for (auto const& one : thresholds.items) {
      Json metric = {{"metric", one.string("metric_name")}};
      if (one.at("threshold")) metric["threshold"] = bound(one.at("threshold"));
      bounds.push_back(std::move(metric));
    }
    out["metricThresholds"] = std::move(bounds);
    Json assets = Json::object();
    for (auto const& one : value.at("input_data").members) assets[one.name] = reference(writer, one.value, windows);
    if (!assets.empty()) out["inputAssets"] = std::move(assets);
    Json connection = Json::object();
    auto const& named = value.at("connection");
    if (auto const& variables = named.at("environment_variables"))
      connection["environmentVariables"] = writer.write(variables);
    if (auto const& secrets = named.at("secret_config")) connection["secrets"] = writer.write(secrets);
    out["workspaceConnection"] = std::move(connection);
  } else if (type == "generation_safety_quality") {
    if (auto const& connection = value.at("connection_id")) out["workspaceConnectionId"] = connection.text;
    out["metricThresholds"] = quality_of_language(thresholds);
  } else if (type == "generation_token_statistics") {
    out["metricThresholds"] = tokens_of_language(thresholds);
    if (!out.contains("samplingRate")) out["samplingRate"] = 0.1;
  }
  return out;
}

}  // namespace

void finish_monitor_schedule(Writer& writer, Value const& value, void* place) {
  auto const& monitor = value.at("create_monitor");
  auto const windows = windows_of(value.at("trigger"));
  auto const& compute = monitor.at("compute");
  Json definition = {{"computeConfiguration",
                      {{"computeType", "ServerlessSpark"},
                       {"computeIdentity", {{"computeIdentityType", "AmlToken"}}},
                       {"instanceType", compute.string("instance_type")},
                       {"runtimeVersion", compute.string("runtime_version")}}}};
  if (auto const& target = monitor.at("monitoring_target")) {
    auto const task = base::lower_case(target.string("ml_task"));
    Json out = {{"taskType", task.empty() ? "classification" : task}};
    if (auto const& deployment = target.at("endpoint_deployment_id")) out["deploymentId"] = deployment.text;
    if (auto const& model = target.at("model_id")) out["modelId"] = writer.asset_id("models", model.text);
    definition["monitoringTarget"] = std::move(out);
  }
  if (auto const& alert = monitor.at("alert_notification"); alert.is_map()) {
    Json emails = Json::array();
    for (auto const& one : alert.at("emails").items) emails.push_back(one.text);
    definition["alertNotificationSetting"] = {
        {"alertNotificationType", "Email"},
        {"emailNotificationSetting", {{"emails", std::move(emails)}, {"emailOn", {"JobFailed", "JobCompleted"}}}}};
  } else if (alert) {
    definition["alertNotificationSetting"] = {{"alertNotificationType", "AzureMonitor"}};
  }
  Json signals = Json::object();
  for (auto const& one : monitor.at("monitoring_signals").members)
    signals[one.name] = signal(writer, one.value, windows);
  definition["signals"] = std::move(signals);
  (*static_cast<Json*>(place))["properties"]["action"] = {{"actionType", "CreateMonitor"},
                                                          {"monitorDefinition", std::move(definition)}};
}

}  // namespace podium::inline v0::spec::kinds
