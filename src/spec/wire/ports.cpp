#include "spec/wire/ports.hpp"

#include "base/letters.hpp"
#include "spec/files.hpp"
#include "spec/scalar.hpp"

#include <algorithm>
#include <array>
#include <cmath>

/// Inputs and outputs of jobs and steps.
namespace podium::inline v0::spec::wire {
namespace {

constexpr std::array<Word, 7> input_modes{{{"ro_mount", "ReadOnlyMount"},
                                           {"mount", "ReadOnlyMount"},
                                           {"rw_mount", "ReadWriteMount"},
                                           {"download", "Download"},
                                           {"direct", "Direct"},
                                           {"eval_mount", "EvalMount"},
                                           {"eval_download", "EvalDownload"}}};
constexpr std::array<Word, 4> output_modes{
    {{"rw_mount", "ReadWriteMount"}, {"mount", "ReadWriteMount"}, {"upload", "Upload"}, {"direct", "Direct"}}};

template <std::size_t N>
std::string to_rest(std::array<Word, N> const& words, std::string_view word) {
  for (auto const& one : words)
    if (one.yaml == word) return std::string{one.rest};
  return std::string{word};
}

template <std::size_t N>
std::string to_yaml(std::array<Word, N> const& words, std::string const& word) {
  for (auto const& one : words)
    if (one.rest == word) return std::string{one.yaml};
  return word;
}

bool is_model(std::string_view type) { return type == "mlflow_model" || type == "custom_model"; }

Json literal(Writer const& writer, Json value) {
  return {{writer.style() == Style::snake ? "job_input_type" : "jobInputType", "literal"}, {"value", std::move(value)}};
}

Json write_input(Writer& writer, Value const& value) {
  if (!value.is_map()) return literal(writer, value.text);
  bool const snaky = writer.style() == Style::snake;
  auto const mode = base::lower_case(value.string("mode"));
  auto const& path = value.at("path");
  if (auto const& given = value.at("value")) {
    Json out = literal(writer, given.text);
    if (snaky && !mode.empty()) out["mode"] = to_rest(input_modes, mode);
    return out;
  }
  if (path && path.text.find("${{") != std::string::npos) {
    Json out = literal(writer, path.text);
    if (snaky && !mode.empty()) out["mode"] = to_rest(input_modes, mode);
    return out;
  }
  auto type = base::lower_case(value.string("type"));
  if (type.empty()) type = "uri_folder";
  Json out{{snaky ? "job_input_type" : "jobInputType", type}};
  if (path)
    out["uri"] = data_uri(writer, path, type, value.string("datastore"));
  else
    writer.refuse("PD1013", value, "the input has no `path`", "add `path:`, or give the value itself");
  if (!mode.empty()) out["mode"] = to_rest(input_modes, mode);
  return out;
}

Json read_input(Json const& json) {
  if (!json.is_object()) return json;
  auto const get = [&](char const* camel, char const* snake) {
    auto const found = json.find(json.contains(camel) ? camel : snake);
    return found == json.end() || !found->is_string() ? std::string{} : found->get<std::string>();
  };
  auto const type = get("jobInputType", "job_input_type");
  if (type == "literal") return json.value("value", Json(nullptr));
  Json out{{"type", type}};
  if (auto uri = get("uri", "uri"); !uri.empty()) out["path"] = uri.starts_with('/') ? "azureml:" + uri : uri;
  if (auto const mode = get("mode", "mode"); !mode.empty()) out["mode"] = to_yaml(input_modes, mode);
  return out;
}

Json write_output(Writer& writer, Value const& value) {
  bool const snaky = writer.style() == Style::snake;
  char const* const type_name = snaky ? "job_output_type" : "jobOutputType";
  auto const& path = value.at("path");
  if (!value.is_map()) {
    if (value.text.empty()) return {{type_name, "uri_folder"}};
    return {{"type", "literal"}, {"value", value.text}};
  }
  auto const mode = base::lower_case(value.string("mode"));
  Json out = Json::object();
  bool const bound = snaky && is_output_binding(path.text);
  if (bound) {
    out = {{"type", "literal"}, {"value", path.text}};
  } else {
    auto const type = base::lower_case(value.string("type"));
    out[type_name] = type.empty() ? "uri_folder" : type;
    if (path) out["uri"] = path.text;
  }
  if (!mode.empty()) out["mode"] = to_rest(output_modes, mode);
  if (auto const& name = value.at("name")) out[snaky ? "name" : "assetName"] = name.text;
  if (auto const& version = value.at("version")) out[snaky ? "version" : "assetVersion"] = version.text;
  if (auto const& words = value.at("description")) out["description"] = words.text;
  return out;
}

Json read_output(Json const& json) {
  if (!json.is_object()) return json;
  Json out = Json::object();
  auto const take = [&](char const* from, char const* to) {
    if (auto const found = json.find(from); found != json.end()) out[to] = *found;
  };
  if (json.value("type", Json()) == "literal") {
    if (json.size() == 2 && json.contains("value")) return json["value"];
    take("value", "path");
  }
  for (auto const* name : {"jobOutputType", "job_output_type"}) take(name, "type");
  for (auto const* name : {"assetName", "name"}) take(name, "name");
  for (auto const* name : {"assetVersion", "version"}) take(name, "version");
  take("uri", "path");
  if (auto const mode = json.find("mode"); mode != json.end() && mode->is_string())
    out["mode"] = to_yaml(output_modes, mode->get<std::string>());
  return out;
}

/// `integer` 1.0 is "1", `number` 1 is "1.0", `boolean` "true" is "True".
std::string typed_text(std::string_view type, Value const& value) {
  double number = 0;
  if ((type == "number" || type == "integer") && parse_python_float(value.text, number) && std::isfinite(number)) {
    if (type == "number") return python_float(number);
    std::int64_t whole = 0;
    if (parse_python_int(value.text, whole)) return std::to_string(whole);
    return std::to_string(static_cast<std::int64_t>(std::trunc(number)));
  }
  if (type == "boolean") return base::lower_case(value.text) == "true" ? "True" : "False";
  return value.text;
}

}  // namespace

bool is_output_binding(std::string_view text) { return text.starts_with("${{parent.outputs.") && text.ends_with("}}"); }

std::string data_uri(Writer& writer, Value const& path, std::string_view type, std::string_view datastore) {
  if (path.local) {
    auto uri = writer.upload_uri(path, Uri::brief, datastore);
    if (type == "uri_folder" && !uri.ends_with('/')) uri += '/';
    return uri;
  }
  auto const& text = path.text;
  bool const asset = text.starts_with("azureml:") && !text.starts_with("azureml://");
  if (!asset && (text.find("://") != std::string::npos || text.find_first_of(":@") == std::string::npos)) return text;
  return writer.asset_id(is_model(type) ? "models" : "data", text);
}

void finish_parameter(Writer&, Value const& value, void* place) {
  Json& json = *static_cast<Json*>(place);
  auto const type = value.string("type");
  for (auto const* field : {"default", "min", "max"})
    if (auto const& given = value.at(field); given && !given.binding) json[field] = typed_text(type, given);
}

Spelling const job_input{write_input, read_input};
Spelling const job_output{write_output, read_output};

}  // namespace podium::inline v0::spec::wire
