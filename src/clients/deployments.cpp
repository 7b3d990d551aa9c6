#include "arm/operation.hpp"
#include "clients/content.hpp"
#include "clients/references.hpp"
#include "clients/registration.hpp"

#include "podium/clients/assets.hpp"
#include "podium/clients/endpoints.hpp"

#include <cmath>

namespace podium::inline v0 {
namespace {

using arm::Json;
using arm::text;

std::string path_of(std::string const& endpoint, std::string const& name = {}) {
  auto path = "onlineEndpoints/" + http::encode(endpoint) + "/deployments";
  if (!name.empty()) path += "/" + http::encode(name);
  return path;
}

std::string duration(int milliseconds) {
  auto text = "PT" + std::to_string(milliseconds / 1000);
  if (milliseconds % 1000 != 0) {
    auto rest = std::to_string(1000 + milliseconds % 1000).substr(1);
    while (rest.ends_with('0')) rest.pop_back();
    text += "." + rest;
  }
  return text + "S";
}

/// "PT1M0.5S" -> 60500; what is no duration of hours, minutes and seconds gives `otherwise`.
int milliseconds(std::string const& text, int otherwise) {
  if (!text.starts_with("PT")) return otherwise;
  double total = 0, value = 0, scale = 0;
  for (char c : text.substr(2)) {
    if (c >= '0' && c <= '9') {
      value = scale > 0 ? value + (c - '0') * scale : value * 10 + (c - '0');
      if (scale > 0) scale /= 10;
    } else if (c == '.') {
      scale = 0.1;
    } else {
      double const unit = c == 'H' ? 3600 : c == 'M' ? 60 : c == 'S' ? 1 : 0;
      if (unit == 0) return otherwise;
      total += value * unit;
      value = scale = 0;
    }
  }
  return total < 1e6 ? static_cast<int>(std::lround(total * 1000)) : otherwise;
}

bool collects(Json const& properties, char const* collection) {
  return text(properties, "dataCollector", "collections", collection, "dataCollectionMode") == "Enabled";
}

Result<model::Deployment> decode(Json const& body, std::string const& endpoint) {
  auto const& properties = arm::at(body, "properties");
  if (!properties.is_object()) return Error{Errc::protocol, "a deployment without properties"};
  model::Deployment out;
  out.id = text(body, "id");
  out.name = text(body, "name");
  out.endpoint = endpoint;
  out.description = text(properties, "description");
  out.model = text(properties, "model");
  out.code = text(properties, "codeConfiguration", "codeId");
  out.scoring_script = text(properties, "codeConfiguration", "scoringScript");
  out.environment = text(properties, "environmentId");
  out.environment_variables = arm::texts(arm::at(properties, "environmentVariables"));
  out.instance_type = text(properties, "instanceType");
  out.instance_count = static_cast<int>(arm::integer(arm::at(body, "sku", "capacity"), 1));
  auto const& requests = arm::at(properties, "requestSettings");
  out.max_concurrent_requests =
      static_cast<int>(arm::integer(arm::at(requests, "maxConcurrentRequestsPerInstance"), 1));
  out.request_timeout_ms = milliseconds(text(requests, "requestTimeout"), 5000);
  out.collect_inputs = collects(properties, "model_inputs");
  out.collect_outputs = collects(properties, "model_outputs");
  out.provisioning_state = text(properties, "provisioningState");
  out.tags = arm::texts(arm::at(body, "tags"));
  out.properties = arm::texts(arm::at(properties, "properties"));
  return out;
}

/// Id of the model: an id as it is, a local path after registering it under a name made of its content.
Result<std::string> model_id(Session const& session, std::string const& reference, Context const& ctx) {
  if (reference.empty()) return std::string{};
  if (!clients::is_local_path(reference)) return clients::asset_id(session, "models", reference, ctx);
  auto digest = clients::upload_digest(reference);
  if (!digest) return std::move(digest).error();
  auto made = ModelsClient{session}.put({.id = {},
                                         .name = *digest,
                                         .version = "1",
                                         .description = {},
                                         .path = reference,
                                         .job_name = {},
                                         .stage = {},
                                         .tags = {},
                                         .properties = {}},
                                        ctx);
  if (!made) return std::move(made).error();
  return made->id;
}

}  // namespace

Result<Operation<model::Deployment>> DeploymentsClient::begin_put(model::Deployment const& deployment,
                                                                  Context const& ctx) const {
  auto const fail = [&](Error error) {
    return std::move(error).with("deployment", deployment.name).with("endpoint", deployment.endpoint);
  };
  if (deployment.endpoint.empty() || deployment.name.empty())
    return fail(Error{Errc::invalid_argument, "a deployment needs a name and the name of its endpoint"});
  auto workspace = arm::ask(session_, {}, ctx);
  if (!workspace) return fail(std::move(workspace).error());
  auto model = model_id(session_, deployment.model, ctx);
  if (!model) return fail(std::move(model).error());
  auto code = clients::code_id(session_, deployment.code, ctx);
  if (!code) return fail(std::move(code).error());
  auto environment = clients::environment_id(session_, deployment.environment, deployment.inline_environment, ctx);
  if (!environment) return fail(std::move(environment).error());

  Json properties{{"endpointComputeType", "Managed"},
                  {"appInsightsEnabled", false},
                  {"properties", deployment.properties},
                  {"environmentVariables", deployment.environment_variables},
                  {"instanceType", deployment.instance_type},
                  {"requestSettings",
                   {{"maxConcurrentRequestsPerInstance", deployment.max_concurrent_requests},
                    {"requestTimeout", duration(deployment.request_timeout_ms)}}}};
  arm::put(properties, "description", deployment.description);
  arm::put(properties, "model", *model);
  arm::put(properties, "environmentId", *environment);
  if (!deployment.scoring_script.empty()) {
    properties["codeConfiguration"] = {{"scoringScript", deployment.scoring_script}};
    arm::put(properties["codeConfiguration"], "codeId", *code);
  }
  if (deployment.collect_inputs || deployment.collect_outputs) {
    auto& collections = properties["dataCollector"]["collections"] = Json::object();
    if (deployment.collect_inputs) collections["model_inputs"] = {{"dataCollectionMode", "Enabled"}};
    if (deployment.collect_outputs) collections["model_outputs"] = {{"dataCollectionMode", "Enabled"}};
  }
  Json body{{"location", text(*workspace, "location")},
            {"tags", deployment.tags},
            {"sku", {{"name", "Default"}, {"capacity", deployment.instance_count}}},
            {"properties", std::move(properties)}};
  auto begun = arm::begin_operation<model::Deployment>(
      session_, {"PUT", path_of(deployment.endpoint, deployment.name), {}, std::move(body)},
      [endpoint = deployment.endpoint](Json const& reply) { return decode(reply, endpoint); }, ctx);
  if (!begun) return fail(std::move(begun).error());
  return begun;
}

Result<model::Deployment> DeploymentsClient::get(std::string const& endpoint, std::string const& name,
                                                 Context const& ctx) const {
  auto body = arm::ask(session_, {"GET", path_of(endpoint, name), {}, {}}, ctx);
  if (!body) return std::move(body).error().with("deployment", name).with("endpoint", endpoint);
  return decode(*body, endpoint);
}

Result<std::vector<model::Deployment>> DeploymentsClient::list(std::string const& endpoint, Context const& ctx) const {
  auto items = arm::list(session_, path_of(endpoint), {}, ctx);
  if (!items) return std::move(items).error().with("deployments of endpoint", endpoint);
  std::vector<model::Deployment> out;
  for (auto const& item : *items) {
    auto deployment = decode(item, endpoint);
    if (!deployment) return std::move(deployment).error();
    out.push_back(*std::move(deployment));
  }
  return out;
}

Result<std::string> DeploymentsClient::logs(std::string const& endpoint, std::string const& name, int tail,
                                            Context const& ctx) const {
  auto body = arm::ask(
      session_,
      {"POST", path_of(endpoint, name) + "/getLogs", {}, Json{{"containerType", "InferenceServer"}, {"tail", tail}}},
      ctx);
  if (!body) return std::move(body).error().with("log of deployment", name).with("endpoint", endpoint);
  return text(*body, "content");
}

Result<void> DeploymentsClient::remove(std::string const& endpoint, std::string const& name, Context const& ctx) const {
  auto done = arm::complete(session_, {"DELETE", path_of(endpoint, name), {}, {}}, ctx);
  if (!done) return std::move(done).error().with("deployment", name).with("endpoint", endpoint);
  return {};
}

}  // namespace podium::inline v0
