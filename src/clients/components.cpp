#include "arm/ids.hpp"
#include "clients/references.hpp"
#include "clients/registration.hpp"

#include "podium/clients/assets.hpp"

namespace podium::inline v0 {
namespace {

using arm::Json;
using arm::text;

Json encode_input(model::ComponentInput const& input) {
  Json out{{"type", input.type}};
  arm::put(out, "description", input.description);
  if (input.optional) out["optional"] = true;
  if (input.default_value) out["default"] = *input.default_value;
  if (input.min) out["min"] = *input.min;
  if (input.max) out["max"] = *input.max;
  if (!input.allowed.empty()) out["enum"] = input.allowed;
  arm::put(out, "mode", input.mode);
  return out;
}

Json encode_output(model::ComponentOutput const& output) {
  Json out{{"type", output.type}};
  arm::put(out, "description", output.description);
  arm::put(out, "mode", output.mode);
  return out;
}

/// A command component as the official client writes it: snake_case, scalars as text.
Json encode(model::CommandComponent const& component, std::string const& code, std::string const& environment) {
  Json spec{{"type", "command"}, {"is_deterministic", component.is_deterministic}, {"_source", "YAML.COMPONENT"}};
  arm::put(spec, "$schema", component.schema);
  arm::put(spec, "display_name", component.display_name);
  arm::put(spec, "description", component.description);
  arm::put(spec, "command", component.command);
  if (!code.empty()) spec["code"] = "azureml:" + code;
  if (!environment.empty()) spec["environment"] = "azureml:" + environment;
  if (!component.inputs.empty()) {
    auto& inputs = spec["inputs"] = Json::object();
    for (auto const& [name, input] : component.inputs) inputs[name] = encode_input(input);
  }
  if (!component.outputs.empty()) {
    auto& outputs = spec["outputs"] = Json::object();
    for (auto const& [name, output] : component.outputs) outputs[name] = encode_output(output);
  }
  if (!component.environment_variables.empty()) spec["environment_variables"] = component.environment_variables;
  if (!component.tags.empty()) spec["tags"] = component.tags;
  if (component.resources) {
    auto& resources = spec["resources"] = {{"instance_count", component.resources->instance_count}};
    arm::put(resources, "instance_type", component.resources->instance_type);
  }
  if (component.timeout_seconds) spec["limits"] = {{"timeout", *component.timeout_seconds}};
  return spec;
}

model::ComponentInfo decode(Json const& body) {
  auto const id = clients::named(body);
  auto const& properties = arm::at(body, "properties");
  auto const& spec = arm::at(properties, "componentSpec");
  model::ComponentInfo out;
  out.id = text(body, "id");
  out.name = id.name;
  out.version = id.version;
  out.type = text(spec, "type");
  out.display_name = text(spec, "display_name");
  out.description = text(spec, "description");
  if (out.description.empty()) out.description = text(properties, "description");
  return out;
}

}  // namespace

Result<model::ComponentInfo> ComponentsClient::put(model::CommandComponent const& component, Context const& ctx) const {
  auto const label = component.name.empty() ? component.source_file : component.name;
  auto code = clients::code_id(session_, component.code, ctx);
  if (!code) return std::move(code).error().with("component", label);
  auto environment = clients::environment_id(session_, component.environment, component.inline_environment, ctx);
  if (!environment) return std::move(environment).error().with("component", label);
  auto spec = encode(component, *code, *environment);
  // What it is called is not part of what it is.
  auto const digest = clients::digest_uuid(spec.dump(-1, ' ', false, Json::error_handler_t::replace));

  bool const anonymous = component.name.empty();
  auto const name = anonymous ? std::string{"azureml_anonymous"} : component.name;
  auto version = anonymous ? digest : component.version;
  for (int attempt = 1;; ++attempt) {
    auto chosen = version;
    if (chosen.empty()) {
      auto next = clients::next_version(session_, "components", name, ctx);
      if (!next) return std::move(next).error().with("component", label);
      chosen = *std::move(next);
    }
    spec["name"] = name;
    spec["version"] = anonymous ? std::string{"1"} : chosen;
    Json properties{{"componentSpec", spec},
                    {"isAnonymous", anonymous},
                    {"isArchived", false},
                    {"properties", {{"client_component_hash", digest}}},
                    {"tags", component.tags}};
    arm::put(properties, "description", component.description);
    auto reply = clients::put_version(session_, "components", name, chosen, properties, ctx);
    if (reply) return decode(*reply);
    if (!version.empty() || reply.error().code() != Errc::conflict || attempt == 3) return std::move(reply).error();
  }
}

Result<model::ComponentInfo> ComponentsClient::get(std::string const& name, std::string const& version,
                                                   Context const& ctx) const {
  auto chosen =
      version.empty() ? clients::latest_version(session_, "components", name, ctx) : Result<std::string>{version};
  if (!chosen) return std::move(chosen).error();
  auto body = arm::ask(session_, {"GET", clients::asset_path("components", name, *chosen), {}, {}}, ctx);
  if (!body) return std::move(body).error().with("version", *chosen).with("component", name);
  return decode(*body);
}

Result<std::vector<model::ComponentInfo>> ComponentsClient::list(Context const& ctx) const {
  auto items = arm::list(session_, "components", {{"listViewType", "ActiveOnly"}}, ctx);
  if (!items) return std::move(items).error();
  std::vector<model::ComponentInfo> out;
  for (auto const& item : *items) {
    auto info = decode(item);
    info.version = text(item, "properties", "latestVersion");
    out.push_back(std::move(info));
  }
  return out;
}

}  // namespace podium::inline v0
