#include "spec/scalar.hpp"
#include "spec/wire/component.hpp"
#include "spec/wire/entity.hpp"
#include "spec/wire/ports.hpp"
#include "spec/wire/steps.hpp"

/// Fine-tuning and distillation of models.
namespace podium::inline v0::spec::wire {
namespace {

/// Whatever type is written: models are MLflow models, data are files.
Json typed(Writer& writer, Value const& value, char const* type) {
  Value const& path = value.is_map() ? value.at("path") : value;
  Json out{{"jobInputType", type}};
  if (path) out["uri"] = data_uri(writer, path, type, value.is_map() ? value.string("datastore") : std::string{});
  return out;
}

Json read_typed(Json const& json) { return job_input.read(json); }

/// A YAML value as text of Python.
std::string python_text_of(Json const& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_null()) return "None";
  return python_json(value);
}

/// A connection as the client writes it into a property, in the order in which it does.
std::string connection_text(Value const& connection) {
  std::string out = "{";
  auto const add = [&](std::string_view key, std::string const& json) {
    if (out.size() > 1) out += ", ";
    out += python_json(Json(std::string{key})) + ": " + json;
  };
  auto const text = [&](std::string_view key, std::string_view field) {
    if (auto const& value = connection.at(field)) add(key, python_json(Json(value.text)));
  };
  text("name", "name");
  text("description", "description");
  auto const& tags = connection.at("tags");
  add("tags", tags.node == nullptr ? "{}" : python_json(plain_json(*tags.node)));
  text("type", "type");
  text("target", connection.at("endpoint") ? "endpoint" : "target");
  auto const& key = connection.at("api_key");
  if (key)
    add("credentials", "{\"type\": \"api_key\", \"key\": " + python_json(Json(key.text)) + "}");
  else if (auto const& credentials = connection.at("credentials"); credentials.node != nullptr)
    add("credentials", python_json(plain_json(*credentials.node)));
  auto const& shared = connection.at("is_shared");
  add("is_shared", shared && !shared.boolean ? "false" : "true");
  auto const& metadata = connection.at("metadata");
  add("metadata", metadata.node == nullptr ? "{}" : python_json(plain_json(*metadata.node)));
  text("api_key", "api_key");
  text("endpoint", "endpoint");
  return out + "}";
}

}  // namespace

Spelling const tuned_model{[](Writer& writer, Value const& value) { return typed(writer, value, "mlflow_model"); },
                           read_typed};
Spelling const tuning_data{[](Writer& writer, Value const& value) { return typed(writer, value, "uri_file"); },
                           read_typed};

Request create_finetuning_job(Writer& writer, Entity const& entity) {
  auto const& value = entity.value;
  Json body = writer.write(*entity.kind.table, value);
  Json& properties = body["properties"];
  properties["jobType"] = "FineTuning";
  // The compute goes as it is written, and only with models of one's own.
  auto const& details = properties["fineTuningDetails"];
  bool const own = details.is_object() && details.value("modelProvider", Json()) == "Custom";
  if (auto const& compute = value.at("compute"); compute && own)
    properties["computeId"] = compute.text;
  else
    properties.erase("computeId");
  if (!own)
    for (auto const* field : {"resources", "queueSettings", "services"}) properties.erase(field);
  complete_job(properties, entity);
  return job_request(writer, entity, std::move(body));
}

Request create_distillation_job(Writer& writer, Entity const& entity) {
  auto const& value = entity.value;
  Json properties = Json::object();
  for (auto const* field : {"description", "experiment_name", "display_name"})
    if (auto const& text = value.at(field)) properties[camel(field)] = text.text;
  properties["tags"] = value.at("tags").node == nullptr ? Json::object() : plain_json(*value.at("tags").node);
  properties["jobType"] = "FineTuning";

  Json& details = properties["fineTuningDetails"];
  details = {{"modelProvider", "Custom"}, {"taskType", "ChatCompletion"}};
  auto const& student = value.at("student_model");
  if (student.is_map())
    details["model"] = typed(writer, student, "mlflow_model");
  else
    details["model"] = {{"jobInputType", "mlflow_model"}, {"uri", writer.asset_id("models", student.text)}};
  if (auto const& data = value.at("training_data")) details["trainingData"] = typed(writer, data, "uri_file");
  if (auto const& data = value.at("validation_data")) details["validationData"] = typed(writer, data, "uri_file");
  if (auto const& parameters = value.at("hyperparameters"); parameters.is_map())
    for (auto const& member : parameters.members)
      details["hyperParameters"][member.name] = python_text_of(yaml_form(member.value));
  Json& outputs = properties["outputs"] = Json::object();
  if (auto const& given = value.at("outputs"); given.is_map())
    for (auto const& member : given.members) outputs[member.name] = writer.write(*given.shape->item, member.value);

  Json& bag = properties["properties"] = Json::object();
  auto const add_all = [&](Value const& map, std::string const& prefix) {
    for (auto const& member : map.members)
      if (Json const json = yaml_form(member.value); !json.is_null()) bag[prefix + member.name] = python_text_of(json);
  };
  add_all(value.at("properties"), "");
  auto const& connection = value.at("teacher_model_endpoint_connection");
  auto const& settings = value.at("teacher_model_settings");
  std::string task = value.string("data_generation_task_type");
  for (char& c : task) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  bag["azureml.enable_distillation"] = "True";
  bag["azureml.data_generation_task_type"] = task;
  bag["azureml.data_generation_type"] = value.string("data_generation_type");
  bag["azureml.teacher_model.endpoint_name"] = connection.string("name");
  bag["azureml.connection_information"] = connection_text(connection);
  if (auto const& prompts = value.at("prompt_settings"); prompts.is_map()) {
    for (auto const* field : {"enable_chain_of_thought", "enable_chain_of_density"})
      bag["azureml." + std::string{field}] = "False";
    add_all(prompts, "azureml.");
  }
  add_all(settings.at("inference_parameters"), "azureml.teacher_model.");
  add_all(settings.at("endpoint_request_settings"), "azureml.");
  if (auto const& size = value.at("resources").at("instance_type"))
    bag["azureml.instance_type.data_generation"] = size.text;

  complete_job(properties, entity);
  return job_request(writer, entity, {{"properties", std::move(properties)}});
}

}  // namespace podium::inline v0::spec::wire
