#include "spec/wire/component.hpp"

#include "base/digest.hpp"
#include "base/snapshot.hpp"
#include "spec/scalar.hpp"

#include <algorithm>
#include <filesystem>

namespace podium::inline v0::spec::wire {
namespace {

constexpr std::string_view component_api = "2024-01-01-preview";
constexpr std::string_view anonymous = "azureml_anonymous";

bool is_pipeline(Json const& spec) { return spec.value("type", Json()) == "pipeline"; }

/// Keys at the top of a component file that no table knows are sent as they stand.
void add_unknown(Json& spec, Value const& component) {
  if (component.node == nullptr || !component.node->is_mapping() || component.shape == nullptr) return;
  for (auto const& entry : component.node->entries) {
    auto const& name = entry.key->text;
    bool const known = std::any_of(component.shape->fields.begin(), component.shape->fields.end(),
                                   [&](Field const& field) { return field.name == name; });
    if (!known && name != "environment_variables") spec[name] = plain_json(*entry.value);
  }
}

void text_of_string(std::string& out, std::string const& text) {
  out += nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

void write_python(std::string& out, Json const& json) {
  if (json.is_object()) {
    out += '{';
    bool first = true;
    for (auto const& [key, value] : json.items()) {
      if (!std::exchange(first, false)) out += ", ";
      text_of_string(out, key);
      out += ": ";
      write_python(out, value);
    }
    out += '}';
  } else if (json.is_array()) {
    out += '[';
    bool first = true;
    for (auto const& value : json) {
      if (!std::exchange(first, false)) out += ", ";
      write_python(out, value);
    }
    out += ']';
  } else if (json.is_string()) {
    text_of_string(out, json.get_ref<std::string const&>());
  } else if (json.is_number_float()) {
    out += python_float(json.get<double>());
  } else {
    out += json.dump();
  }
}

bool is_empty(Json const& json) { return json.is_null() || (json.is_object() && json.empty()); }

}  // namespace

std::string python_json(Json const& json) {
  std::string out;
  write_python(out, json);
  return out;
}

std::string content_guid(Json const& content) {
  auto const hex = base::sha256(python_json(content));
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20, 12);
}

void prune(Json& json) {
  if (json.is_object()) {
    for (auto at = json.begin(); at != json.end();) {
      prune(*at);
      at = is_empty(*at) ? json.erase(at) : std::next(at);
    }
  } else if (json.is_array()) {
    for (auto& item : json) prune(item);
    json.erase(std::remove_if(json.begin(), json.end(), is_empty), json.end());
  }
}

Json component_spec(Writer& writer, Value const& component) {
  Writer::Styled const snake{writer, Style::snake};
  Json spec = Json::object();
  writer.write_into(spec, component);
  add_unknown(spec, component);
  if (auto const type = component.string("type"); !type.empty()) spec["type"] = type;
  if (auto const& includes = component.at("additional_includes"); includes && !includes.items.empty()) {
    spec["code"] = "azureml:" + merged_code_id(writer, component.at("code"), includes);
    spec["additional_includes"] = includes.node == nullptr ? Json::array() : plain_json(*includes.node);
  } else {
    spec.erase("additional_includes");
  }
  prune(spec);
  if (is_pipeline(spec)) {
    spec.erase("is_deterministic");
    spec["jobs"] = pipeline_nodes(writer, component);
    spec["sourceJobId"] = nullptr;
  }
  return spec;
}

std::string merged_code_id(Writer& writer, Value const& code, Value const& includes) {
  static constexpr std::string_view compiled[] = {"__pycache__"};
  std::vector<base::SnapshotFile> files;
  auto const add = [&](Value const& from, std::filesystem::path const& path, std::string const& prefix) {
    auto found = base::snapshot_files(path, base::ignore_rules_of(path, compiled));
    if (!found) {
      writer.refuse("PD1050", from, found.error().message(), "paths start at the folder of this file");
      return;
    }
    for (auto& file : *found) {
      file.relative = prefix + file.relative;
      files.push_back(std::move(file));
    }
  };
  if (code.local) add(code, code.text, "");
  for (auto const& include : includes.items) {
    std::filesystem::path const path = include.text;
    std::error_code problem;
    if (!std::filesystem::exists(path, problem))
      writer.refuse("PD1200", include, "a folder that is packed while it is sent has no content of its own to go by",
                    "pack `" + path.filename().string() + "` beforehand");
    else
      add(include, path, std::filesystem::is_directory(path, problem) ? path.filename().string() + "/" : "");
  }
  base::sort_snapshot(files);
  auto const digest = base::snapshot_digest(files);
  if (!digest) {
    writer.refuse("PD1050", includes, digest.error().message());
    return {};
  }
  return writer.named_id("codes", *digest + "/versions/1");
}

Json component_body(Json spec, std::string_view source, bool is_anonymous) {
  Json properties{{"isAnonymous", is_anonymous},
                  {"properties", spec.value("properties", Json::object())},
                  {"tags", spec.value("tags", Json::object())}};
  if (auto const words = spec.find("description"); words != spec.end()) properties["description"] = *words;
  if (is_pipeline(spec)) {
    spec.erase("properties");
  } else {
    properties["isArchived"] = false;
    if (!is_anonymous) {
      Json hashed = spec;
      hashed.erase("version");
      properties["properties"]["client_component_hash"] = content_guid(hashed);
    }
  }
  spec["_source"] = source;
  properties["componentSpec"] = std::move(spec);
  return {{"properties", std::move(properties)}};
}

std::string anonymous_component(Writer& writer, Json spec, std::string_view source) {
  for (auto const* field : {"name", "id", "version"}) spec.erase(field);
  auto id = writer.named_id("components", std::string{anonymous} + "/versions/" + content_guid(spec));
  spec["name"] = anonymous;
  spec["version"] = "1";
  writer.before({"PUT", id, std::string{component_api}, component_body(std::move(spec), source, true)});
  return id;
}

Used used_component(Writer& writer, Value const& node, std::string_view field) {
  auto const& component = node.at(field);
  if (!component.is_map()) {
    bool const registry = component.text.starts_with("azureml://registries/");
    return {writer.asset_id("components", component.text), registry ? "REMOTE.REGISTRY" : "REMOTE.WORKSPACE.COMPONENT"};
  }
  auto const* written = node.node == nullptr ? nullptr : node.node->find(field);
  bool const by_path = written != nullptr && written->is_scalar() && !written->text.starts_with("file:");
  std::string const source{by_path ? in_its_file : in_the_job};
  return {anonymous_component(writer, component_spec(writer, component), source), source};
}

}  // namespace podium::inline v0::spec::wire
