#include "clients/content.hpp"
#include "clients/datastore_access.hpp"
#include "clients/references.hpp"

#include "podium/clients/assets.hpp"

namespace podium::inline v0 {
namespace {

using arm::Json;
using arm::text;

model::Model decode(Json const& body) {
  auto const id = clients::named(body);
  auto const& properties = arm::at(body, "properties");
  model::Model out;
  out.id = text(body, "id");
  out.name = id.name;
  out.version = id.version;
  out.description = text(properties, "description");
  out.type = text(properties, "modelType");
  out.path = text(properties, "modelUri");
  out.job_name = text(properties, "jobName");
  out.stage = text(properties, "stage");
  out.tags = arm::texts(arm::at(properties, "tags"));
  out.properties = arm::texts(arm::at(properties, "properties"));
  return out;
}

}  // namespace

Result<model::Model> ModelsClient::put(model::Model const& model, Context const& ctx) const {
  if (model.name.empty()) return Error{Errc::invalid_argument, "a model needs a name"};
  auto uri = model.path;
  if (clients::is_local_path(uri)) {
    auto uploaded = clients::upload_local(session_, uri, model.name, model.version, ctx);
    if (!uploaded) return std::move(uploaded).error().with("model", model.name);
    uri = uploaded->uri;
  }
  if (uri.empty()) return Error{Errc::invalid_argument, "a model needs a path"}.with("model", model.name);
  Json properties{{"isAnonymous", false},     {"isArchived", false},     {"tags", model.tags},
                  {"modelUri", uri},          {"modelType", model.type}, {"properties", model.properties},
                  {"flavors", Json::object()}};
  arm::put(properties, "description", model.description);
  arm::put(properties, "jobName", model.job_name);
  arm::put(properties, "stage", model.stage);
  auto reply = clients::put_version(session_, "models", model.name, model.version, properties, ctx);
  if (!reply) return std::move(reply).error();
  return decode(*reply);
}

Result<model::Model> ModelsClient::get(std::string const& name, std::string const& version, Context const& ctx) const {
  auto chosen = version.empty() ? clients::latest_version(session_, "models", name, ctx) : Result<std::string>{version};
  if (!chosen) return std::move(chosen).error();
  auto body = arm::ask(session_, {"GET", clients::asset_path("models", name, *chosen), {}, {}}, ctx);
  if (!body) return std::move(body).error().with("version", *chosen).with("model", name);
  return decode(*body);
}

Result<std::vector<model::Model>> ModelsClient::list(Context const& ctx) const {
  auto items = arm::list(session_, "models", {{"listViewType", "ActiveOnly"}}, ctx);
  if (!items) return std::move(items).error();
  std::vector<model::Model> out;
  for (auto const& item : *items) {
    auto model = decode(item);
    model.version = text(item, "properties", "latestVersion");
    out.push_back(std::move(model));
  }
  return out;
}

Result<std::vector<model::Model>> ModelsClient::versions(std::string const& name, Context const& ctx) const {
  auto items =
      arm::list(session_, clients::asset_path("models", name) + "/versions", {{"listViewType", "ActiveOnly"}}, ctx);
  if (!items) return std::move(items).error().with("model", name);
  std::vector<model::Model> out;
  for (auto const& item : *items) out.push_back(decode(item));
  return out;
}

}  // namespace podium::inline v0
