#include "clients/content.hpp"
#include "clients/datastore_access.hpp"
#include "clients/references.hpp"
#include "clients/registration.hpp"

#include "podium/clients/assets.hpp"

namespace podium::inline v0 {
namespace {

using arm::Json;
using arm::text;

Result<model::Environment> decode(Json const& body) {
  auto const& properties = arm::at(body, "properties");
  if (!properties.is_object()) return Error{Errc::protocol, "an environment without properties"};
  auto const id = clients::named(body);
  model::Environment out;
  out.name = id.name;
  out.version = id.version;
  out.description = text(properties, "description");
  out.image = text(properties, "image");
  out.conda_file = text(properties, "condaFile");
  out.build_context = text(properties, "build", "contextUri");
  if (auto const file = text(properties, "build", "dockerfilePath"); !file.empty()) out.dockerfile = file;
  out.tags = arm::texts(arm::at(properties, "tags"));
  out.properties = arm::texts(arm::at(properties, "properties"));
  return out;
}

}  // namespace

Result<model::Environment> EnvironmentsClient::put(model::Environment const& environment, Context const& ctx) const {
  bool const anonymous = environment.name.empty();
  if (environment.image.empty() == environment.build_context.empty())
    return Error{Errc::invalid_argument, "an environment needs an image or a build context, and not both"}.with(
        "environment", environment.name);
  Json properties{{"isAnonymous", anonymous}, {"isArchived", false}};
  arm::put(properties, "image", environment.image);
  arm::put(properties, "condaFile", environment.conda_file);
  arm::put(properties, "description", environment.description);
  if (!environment.tags.empty()) properties["tags"] = environment.tags;
  if (!environment.properties.empty()) properties["properties"] = environment.properties;
  if (!environment.build_context.empty()) {
    auto uri = environment.build_context;
    if (clients::is_local_path(uri)) {
      auto uploaded = clients::upload_local(session_, uri, environment.name, environment.version, ctx);
      if (!uploaded) return std::move(uploaded).error().with("environment", environment.name);
      uri = uploaded->blob_url + "/";
    }
    properties["build"] = {{"contextUri", uri}, {"dockerfilePath", environment.dockerfile}};
  }
  if (anonymous) {
    // Equal content, equal name: registering it again changes nothing.
    auto const version = clients::digest_uuid(properties.dump());
    auto reply = clients::put_version(session_, "environments", "CliV2AnonymousEnvironment", version, properties, ctx);
    if (!reply) return std::move(reply).error();
    return decode(*reply);
  }
  if (environment.version.empty()) {
    // The newest version may be this very content; only if it is not is a new one made.
    auto container = arm::ask(session_, {"GET", clients::asset_path("environments", environment.name), {}, {}}, ctx);
    if (!container && container.error().code() != Errc::not_found) return std::move(container).error();
    if (auto const latest = container ? text(*container, "properties", "latestVersion") : std::string{};
        !latest.empty()) {
      auto same = clients::put_version(session_, "environments", environment.name, latest, properties, ctx);
      if (same) return decode(*same);
      if (same.error().code() != Errc::conflict) return std::move(same).error();
    }
  }
  auto reply = clients::put_version(session_, "environments", environment.name, environment.version, properties, ctx);
  if (!reply) return std::move(reply).error();
  return decode(*reply);
}

Result<model::Environment> EnvironmentsClient::get(std::string const& name, std::string const& version,
                                                   Context const& ctx) const {
  auto chosen =
      version.empty() ? clients::latest_version(session_, "environments", name, ctx) : Result<std::string>{version};
  if (!chosen) return std::move(chosen).error();
  auto body = arm::ask(session_, {"GET", clients::asset_path("environments", name, *chosen), {}, {}}, ctx);
  if (!body) return std::move(body).error().with("version", *chosen).with("environment", name);
  return decode(*body);
}

Result<std::vector<model::Environment>> EnvironmentsClient::list(Context const& ctx) const {
  auto items = arm::list(session_, "environments", {{"listViewType", "ActiveOnly"}}, ctx);
  if (!items) return std::move(items).error();
  std::vector<model::Environment> out;
  for (auto const& item : *items) {
    model::Environment environment;
    environment.name = text(item, "name");
    environment.version = text(item, "properties", "latestVersion");
    environment.description = text(item, "properties", "description");
    out.push_back(std::move(environment));
  }
  return out;
}

namespace clients {

Result<std::string> environment_id(Session const& session, std::string const& reference,
                                   std::optional<model::Environment> const& in_place, Context const& ctx) {
  if (!reference.empty()) return asset_id(session, "environments", reference, ctx);
  if (!in_place) return std::string{};
  auto made = EnvironmentsClient{session}.put(*in_place, ctx);
  if (!made) return std::move(made).error();
  return session.workspace_id() + "/environments/" + made->name + "/versions/" + made->version;
}

}  // namespace clients
}  // namespace podium::inline v0
