#include "clients/content.hpp"
#include "clients/datastore_access.hpp"
#include "clients/references.hpp"
#include "clients/registration.hpp"

#include "podium/clients/assets.hpp"

namespace podium::inline v0 {
namespace {

using arm::Json;
using arm::text;

model::DataAsset decode(Json const& body) {
  auto const id = clients::named(body);
  auto const& properties = arm::at(body, "properties");
  model::DataAsset out;
  out.id = text(body, "id");
  out.name = id.name;
  out.version = id.version;
  out.description = text(properties, "description");
  out.type = text(properties, "dataType");
  out.path = text(properties, "dataUri");
  out.tags = arm::texts(arm::at(properties, "tags"));
  out.properties = arm::texts(arm::at(properties, "properties"));
  return out;
}

}  // namespace

Result<model::DataAsset> DataClient::put(model::DataAsset const& data, Context const& ctx) const {
  if (data.name.empty()) return Error{Errc::invalid_argument, "a data asset needs a name"};
  auto uri = data.path;
  if (clients::is_local_path(uri)) {
    auto uploaded = clients::upload_local(session_, uri, data.name, data.version, ctx);
    if (!uploaded) return std::move(uploaded).error().with("data", data.name);
    if (uploaded->folder == (data.type == "uri_file"))
      return Error{Errc::invalid_argument,
                   "the path is a " + std::string{uploaded->folder ? "folder" : "file"} + ", the type is " + data.type}
          .with("data", data.name);
    uri = uploaded->uri;
  }
  if (uri.empty()) return Error{Errc::invalid_argument, "a data asset needs a path"}.with("data", data.name);
  Json properties{{"isAnonymous", false},          {"isArchived", false}, {"tags", data.tags},
                  {"properties", data.properties}, {"dataUri", uri},      {"dataType", data.type}};
  arm::put(properties, "description", data.description);
  auto reply = clients::put_version(session_, "data", data.name, data.version, properties, ctx);
  if (!reply) return std::move(reply).error();
  return decode(*reply);
}

Result<model::DataAsset> DataClient::get(std::string const& name, std::string const& version,
                                         Context const& ctx) const {
  auto chosen = version.empty() ? clients::latest_version(session_, "data", name, ctx) : Result<std::string>{version};
  if (!chosen) return std::move(chosen).error();
  auto body = arm::ask(session_, {"GET", clients::asset_path("data", name, *chosen), {}, {}}, ctx);
  if (!body) return std::move(body).error().with("version", *chosen).with("data", name);
  return decode(*body);
}

Result<std::vector<model::DataAsset>> DataClient::list(Context const& ctx) const {
  auto items = arm::list(session_, "data", {{"listViewType", "ActiveOnly"}}, ctx);
  if (!items) return std::move(items).error();
  std::vector<model::DataAsset> out;
  for (auto const& item : *items) {
    auto data = decode(item);
    data.version = text(item, "properties", "latestVersion");
    out.push_back(std::move(data));
  }
  return out;
}

namespace clients {

Result<std::string> data_uri(Session const& session, std::string const& type, std::string const& path,
                             Context const& ctx) {
  if (is_local_path(path)) {
    auto uploaded = upload_local(session, path, "podium", "1", ctx);
    if (!uploaded) return std::move(uploaded).error();
    return uploaded->folder ? uploaded->uri + "/" : uploaded->uri;
  }
  if (path.find("://") != std::string::npos) return path;
  return asset_id(session, type.ends_with("_model") ? "models" : "data", path, ctx);
}

}  // namespace clients
}  // namespace podium::inline v0
