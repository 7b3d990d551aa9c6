#include "base/letters.hpp"
#include "spec/graph.hpp"
#include "spec/scalar.hpp"
#include "spec/wire/component.hpp"
#include "spec/wire/entity.hpp"
#include "spec/wire/infer.hpp"
#include "spec/wire/steps.hpp"

#include <algorithm>
#include <array>

/// Spark steps, and what they share with Spark jobs and components.
namespace podium::inline v0::spec::wire {
namespace {

constexpr std::array<Word, 8> conf_names{
    {{"driver_cores", "spark.driver.cores"},
     {"driver_memory", "spark.driver.memory"},
     {"executor_cores", "spark.executor.cores"},
     {"executor_memory", "spark.executor.memory"},
     {"executor_instances", "spark.executor.instances"},
     {"dynamic_allocation_enabled", "spark.dynamicAllocation.enabled"},
     {"dynamic_allocation_min_executors", "spark.dynamicAllocation.minExecutors"},
     {"dynamic_allocation_max_executors", "spark.dynamicAllocation.maxExecutors"}}};

std::string text_of(Json const& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  return python_json(value);
}

Json number_if_digits(Json value) {
  if (!value.is_string()) return value;
  auto const& text = value.get_ref<std::string const&>();
  bool const digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  std::int64_t number = 0;
  return digits && parse_python_int(text, number) ? Json(number) : value;
}

/// The entry as a step shows it.
Json entry_of(Value const& entry) {
  if (auto const& name = entry.at("class_name"))
    return {{"class_name", name.text}, {"spark_job_entry_type", "SparkJobScalaEntry"}};
  return {{"file", entry.string("file")}, {"spark_job_entry_type", "SparkJobPythonEntry"}};
}

std::string inline_component(Writer& writer, Value const& pipeline, Value const& node) {
  Json spec{{"type", "spark"}, {"is_deterministic", true}};
  add_fields(writer, spec, node, {"code", "environment"});
  add_as_written(spec, node, {"entry", "py_files", "jars", "files", "archives", "args", "properties"});
  if (auto const& conf = node.at("conf"); conf.is_map()) spec["conf"] = spark_conf(conf, false);
  move_words(spec, node);
  spec["inputs"] = inferred_inputs(writer, pipeline, node);
  spec["outputs"] = inferred_outputs(writer, pipeline, node);
  prune(spec);
  return anonymous_component(writer, std::move(spec), in_the_job);
}

}  // namespace

Json spark_conf(Value const& conf, bool texts) {
  Json out = Json::object();
  for (auto const& member : conf.members) {
    if (!member.value) continue;
    auto const hit =
        std::find_if(conf_names.begin(), conf_names.end(), [&](Word const& one) { return one.yaml == member.name; });
    auto const name = hit == conf_names.end() ? member.name : std::string{hit->rest};
    Json value = yaml_form(member.value);
    out[name] = texts ? Json(text_of(value)) : number_if_digits(std::move(value));
  }
  return out;
}

void add_spark_identity(Writer& writer, Json& place, Value const& job) {
  bool const snaky = writer.style() == Style::snake;
  char const* const name = snaky ? "identity_type" : "identityType";
  if (place.contains("identity")) return;
  if (job.at("compute"))
    place["identity"] = {{name, "Managed"}};
  else if (job.at("resources"))
    place["identity"] = {{name, "UserIdentity"}};
}

Spelling const spark_entry{
    [](Writer& writer, Value const& value) {
      if (writer.style() == Style::snake) return yaml_form(value);
      bool const scala = bool{value.at("class_name")};
      return scala ? Json{{"className", value.string("class_name")}, {"sparkJobEntryType", "SparkJobScalaEntry"}}
                   : Json{{"file", value.string("file")}, {"sparkJobEntryType", "SparkJobPythonEntry"}};
    },
    [](Json const& json) {
      if (!json.is_object()) return json;
      if (json.contains("className")) return Json{{"class_name", json["className"]}};
      return json.contains("file") ? Json{{"file", json["file"]}} : json;
    }};

Request create_spark_job(Writer& writer, Entity const& entity) {
  auto const& value = entity.value;
  Json body = writer.write(*entity.kind.table, value);
  Json& properties = body["properties"];
  properties["jobType"] = "Spark";
  auto const rename = [&](char const* from, char const* to) {
    if (auto const at = properties.find(from); at != properties.end()) {
      Json json = std::move(*at);
      properties.erase(at);
      properties[to] = std::move(json);
    }
  };
  rename("code", "codeId");
  rename("environment", "environmentId");
  add_spark_identity(writer, properties, value);
  Json& conf = properties["conf"];
  if (!conf.is_object()) conf = Json::object();
  auto const enabled = conf.find("spark.dynamicAllocation.enabled");
  bool const dynamic = enabled != conf.end() && base::lower_case(text_of(*enabled)) == "true";
  if (dynamic && !conf.contains("spark.executor.instances") && conf.contains("spark.dynamicAllocation.minExecutors"))
    conf["spark.executor.instances"] = conf["spark.dynamicAllocation.minExecutors"];
  if (dynamic) {
    conf["spark.dynamicAllocation.enabled"] = "True";
  } else {
    for (auto const* name : {"enabled", "minExecutors", "maxExecutors"})
      conf.erase(std::string{"spark.dynamicAllocation."} + name);
  }
  complete_job(properties, entity);
  return job_request(writer, entity, std::move(body));
}

Spelling const spark_settings{
    [](Writer& writer, Value const& value) { return spark_conf(value, writer.style() == Style::camel); },
    [](Json const& json) { return json; }};

Json spark_step(Writer& writer, Value const& pipeline, std::string const& name, Value const& node) {
  auto const* definition = definition_of(node);
  Json out = node_base(writer, name, node, definition);
  Value const& code = definition != nullptr ? *definition : node;
  if (node.at("component")) {
    auto used = used_component(writer, node, "component");
    out["componentId"] = std::move(used.id);
    out["_source"] = std::move(used.source);
  } else {
    out["componentId"] = inline_component(writer, pipeline, node);
    out["_source"] = in_the_job;
  }
  out["type"] = "spark";
  add_fields(writer, out, node, {"identity"});
  add_spark_identity(writer, out, node);
  if (auto const& resources = node.at("resources"); resources.is_map()) {
    out["resources"] = yaml_form(resources);
    if (auto& size = out["resources"]["instance_type"]; size.is_string())
      size = base::lower_case(size.get<std::string>());
  }
  add_as_written(out, code, {"py_files", "jars", "files", "archives", "args"});
  if (auto const& entry = code.at("entry"); entry.is_map()) out["entry"] = entry_of(entry);
  Json conf = Json::object();
  if (definition != nullptr && definition->at("conf").is_map()) conf = spark_conf(definition->at("conf"), false);
  if (auto const& own = node.at("conf"); own.is_map()) conf.update(spark_conf(own, false));
  bool const dynamic = base::lower_case(text_of(conf.value("spark.dynamicAllocation.enabled", Json(false)))) == "true";
  if (dynamic && !conf.contains("spark.executor.instances") && conf.contains("spark.dynamicAllocation.minExecutors"))
    conf["spark.executor.instances"] = conf["spark.dynamicAllocation.minExecutors"];
  if (!conf.empty()) out["conf"] = std::move(conf);
  return out;
}

}  // namespace podium::inline v0::spec::wire
