#include "base/letters.hpp"
#include "spec/scalar.hpp"
#include "spec/wire/component.hpp"
#include "spec/wire/entity.hpp"
#include "spec/wire/ports.hpp"
#include "spec/wire/steps.hpp"

#include <algorithm>
#include <array>
#include <charconv>

/// AutoML, alone and as steps.
namespace podium::inline v0::spec::wire {
namespace {

/// REST words that are not the YAML word in PascalCase.
constexpr std::array<std::string_view, 19> odd_words{"AUCWeighted",
                                                     "IOU",
                                                     "SGD",
                                                     "SVM",
                                                     "LinearSVM",
                                                     "KNN",
                                                     "LightGBM",
                                                     "R2Score",
                                                     "TCNForecaster",
                                                     "XGBoostClassifier",
                                                     "XGBoostRegressor",
                                                     "WoETargetEncoder",
                                                     "TextNER",
                                                     "ElasticNetCV",
                                                     "LogisticRegressionCV",
                                                     "LightGBMClassifier",
                                                     "LightGBMRegressor",
                                                     "TfIdf",
                                                     "SeasonTrend"};
constexpr std::array<std::string_view, 19> odd_yaml{"auc_weighted",
                                                    "iou",
                                                    "sgd",
                                                    "svm",
                                                    "linear_svm",
                                                    "knn",
                                                    "light_gbm",
                                                    "r2_score",
                                                    "tcn_forecaster",
                                                    "xg_boost_classifier",
                                                    "xg_boost_regressor",
                                                    "wo_e_target_encoder",
                                                    "text_ner",
                                                    "elastic_net_cv",
                                                    "logistic_regression_cv",
                                                    "light_gbm_classifier",
                                                    "light_gbm_regressor",
                                                    "tf_idf",
                                                    "seasontrend"};

Json write_word(Writer& writer, Value const& value) {
  if (writer.style() == Style::snake) return value.text;
  auto const hit = std::find(odd_yaml.begin(), odd_yaml.end(), value.text);
  if (hit != odd_yaml.end()) return std::string{odd_words[static_cast<std::size_t>(hit - odd_yaml.begin())]};
  return pascal(value.text);
}

Json read_word(Json const& json) {
  if (!json.is_string()) return json;
  auto const& text = json.get_ref<std::string const&>();
  auto const hit = std::find(odd_words.begin(), odd_words.end(), text);
  if (hit != odd_words.end()) return std::string{odd_yaml[static_cast<std::size_t>(hit - odd_words.begin())]};
  return snake(text);
}

Json write_automatic(Writer&, Value const& value) {
  if (value.kind == Value::Kind::text) return {{"mode", "Auto"}};
  return {{"mode", "Custom"}, {"value", yaml_form(value)}};
}

Json write_lags(Writer&, Value const& value) {
  if (value.kind == Value::Kind::text) return {{"mode", "Auto"}};
  Json values = yaml_form(value);
  return {{"mode", "Custom"}, {"values", values.is_array() ? values : Json::array({values})}};
}

Json read_automatic(Json const& json) {
  if (!json.is_object()) return json;
  if (json.value("mode", Json()) == "Auto") return "auto";
  for (auto const* field : {"value", "values"})
    if (json.contains(field)) return json[field];
  return json;
}

Json write_list(Writer&, Value const& value) {
  Json json = yaml_form(value);
  return json.is_string() ? Json::array({json}) : json;
}

/// Without an exponent, as the client writes small steps.
std::string fixed(double number) {
  std::array<char, 400> buffer{};
  auto const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed);
  std::string out{buffer.data(), end.ptr};
  return out.find('.') == std::string::npos ? out + ".0" : out;
}

std::string argument(Json const& json, bool quoted) {
  if (json.is_string()) return quoted ? "'" + json.get<std::string>() + "'" : json.get<std::string>();
  if (json.is_boolean()) return json.get<bool>() ? "True" : "False";
  if (json.is_number_float()) return fixed(json.get<double>());
  return python_json(json);
}

Json write_space(Writer& writer, Value const& value) {
  if (writer.style() == Style::snake) return yaml_form(value);
  if (!value.is_map()) return argument(value.node != nullptr ? plain_json(*value.node) : yaml_form(value), false);
  auto const json = distribution.write(writer, value);
  auto const& arguments = json[0] == "choice" ? json[1][0] : json[1];
  std::string out = json[0].get<std::string>() + "(";
  for (std::size_t i = 0; i < arguments.size(); ++i) out += (i == 0 ? "" : ",") + argument(arguments[i], true);
  return out + ")";
}

Json typed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text == "True" || text == "False") return text == "True";
  if (std::int64_t whole = 0; parse_python_int(text, whole)) return whole;
  if (double number = 0; parse_python_float(text, number)) return number;
  if (text.size() > 1 && (text.front() == '\'' || text.front() == '"') && text.back() == text.front())
    text = text.substr(1, text.size() - 2);
  return std::string{text};
}

Json read_space(Json const& json) {
  if (!json.is_string()) return json;
  std::string_view text = json.get_ref<std::string const&>();
  auto const open = text.find('(');
  if (open == std::string_view::npos || !text.ends_with(')')) return typed(text);
  Json arguments = Json::array();
  auto rest = text.substr(open + 1, text.size() - open - 2);
  while (!rest.empty()) {
    auto const comma = std::min(rest.find(','), rest.size());
    arguments.push_back(typed(rest.substr(0, comma)));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  std::string const type{text.substr(0, open)};
  return distribution.read({type, type == "choice" ? Json::array({arguments}) : arguments});
}

/// The client sends data of steps as the text of a Python dictionary.
std::string python_dict(Writer& writer, Value const& data) {
  std::string out = "{'type': 'mltable'";
  if (auto const& path = data.at("path"))
    out +=
        ", 'path': '" + (path.binding ? path.text : data_uri(writer, path, "mltable", data.string("datastore"))) + "'";
  if (auto const& mode = data.at("mode")) out += ", 'mode': '" + base::lower_case(mode.text) + "'";
  return out + "}";
}

}  // namespace

Spelling const rest_word{write_word, read_word};
Spelling const automatic{write_automatic, read_automatic};
Spelling const automatic_lags{write_lags, read_automatic};
Spelling const one_or_more{write_list, nullptr};
Spelling const space_text{write_space, read_space};

Request create_automl_job(Writer& writer, Entity const& entity) {
  Json body = writer.write(*entity.kind.table, entity.value);
  Json& properties = body["properties"];
  properties["jobType"] = "AutoML";
  // These two the client sends by the names of YAML, with nulls.
  auto const send_as_written = [&](std::string_view field, std::initializer_list<char const*> names) {
    auto const& given = entity.value.at(field);
    if (!given.is_map()) return;
    Json& out = properties[camel(field)] = Json::object();
    for (auto const* name : names) out[name] = given.at(name) ? yaml_form(given.at(name)) : Json(nullptr);
  };
  send_as_written("resources",
                  {"instance_count", "instance_type", "docker_args", "locations", "max_instance_count", "shm_size"});
  send_as_written("queue_settings", {"job_tier", "priority"});
  complete_job(properties, entity);
  return job_request(writer, entity, std::move(body));
}

Json automl_step(Writer& writer, std::string const& name, Value const& node) {
  Json out = yaml_form(node);
  for (auto const* field : {"$schema", "id", "status", "log_files", "creation_context", "inputs"}) out.erase(field);
  out["name"] = name;
  out["type"] = "automl";
  auto const task = node.string("task");
  bool const text = task.starts_with("text_");
  bool const image = task.starts_with("image_");
  if (auto const& metric = node.at("primary_metric")) out["primary_metric"] = metric.text;
  if (!text && !image) out["log_verbosity"] = node.string("log_verbosity");
  for (auto const* field : {"tags", "properties"})
    if (!out.contains(field)) out[field] = Json::object();
  if (auto const& compute = node.at("compute"); compute && !compute.binding)
    out["compute"] = "azureml:" + writer.compute_id(compute.text);
  if ((text || image) && !out.contains("limits")) out["limits"] = Json::object();
  if (text)
    for (auto const* field : {"max_nodes", "max_trials"})
      if (!out["limits"].contains(field)) out["limits"][field] = 1;
  for (auto const* field : {"training_data", "validation_data", "test_data"})
    if (auto const& data = node.at(field); data.is_map()) out[field] = python_dict(writer, data);
  Json& outputs = out["outputs"] = Json::object();
  if (auto const& given = node.at("outputs"); given.is_map())
    for (auto const& member : given.members)
      if (member.value) outputs[member.name] = writer.write(*given.shape->item, member.value);
  return out;
}

}  // namespace podium::inline v0::spec::wire
