#include "clients/content.hpp"
#include "clients/datastore_access.hpp"

#include "podium/clients/assets.hpp"

namespace podium::inline v0 {
namespace clients {
namespace {

using arm::Json;
using arm::text;

Result<Json> default_datastore(Session const& session, Context const& ctx) {
  auto reply = arm::ask(
      session, {"GET", "datastores", {{"isDefault", "true"}, {"count", "30"}, {"orderByAsc", "false"}}, {}}, ctx);
  if (!reply) return std::move(reply).error();
  auto const& value = arm::at(*reply, "value");
  if (!value.is_array() || value.empty()) return Error{Errc::not_found, "the workspace has no default datastore"};
  return value.front();
}

}  // namespace

Result<model::Datastore> decode_datastore(Json const& body) {
  auto const& properties = arm::at(body, "properties");
  if (!properties.is_object()) return Error{Errc::protocol, "a datastore without properties"};
  model::Datastore out;
  out.id = text(body, "id");
  out.name = text(body, "name");
  out.type = text(properties, "datastoreType");
  out.account_name = text(properties, "accountName");
  out.container = text(properties, "containerName");
  if (out.container.empty()) out.container = text(properties, "filesystem");
  if (out.container.empty()) out.container = text(properties, "fileShareName");
  out.endpoint = text(properties, "endpoint");
  out.protocol = text(properties, "protocol");
  out.is_default = arm::flag(arm::at(properties, "isDefault"), false);
  return out;
}

Result<DatastorePath> parse_datastore_uri(std::string const& uri) {
  constexpr std::string_view mark = "datastores/";
  auto const at = uri.find(mark);
  if (!uri.starts_with("azureml://") || at == std::string::npos)
    return Error{Errc::invalid_argument, "`" + uri + "` is not of the form azureml://datastores/{name}/paths/{path}"};
  auto rest = uri.substr(at + mark.size());
  DatastorePath out;
  out.datastore = rest.substr(0, rest.find('/'));
  rest = rest.size() > out.datastore.size() ? rest.substr(out.datastore.size() + 1) : std::string{};
  if (rest == "paths") rest.clear();
  if (rest.starts_with("paths/")) rest = rest.substr(6);
  if (out.datastore.empty()) return Error{Errc::invalid_argument, "`" + uri + "` names no datastore"};
  out.path = std::move(rest);
  return out;
}

Result<OpenDatastore> open_datastore(Session const& session, std::string const& name, Context const& ctx) {
  auto body = name.empty() ? default_datastore(session, ctx)
                           : arm::ask(session, {"GET", "datastores/" + http::encode(name), {}, {}}, ctx);
  if (!body) return std::move(body).error().with("datastore", name.empty() ? "default" : name);
  auto store = decode_datastore(*body);
  if (!store) return std::move(store).error();
  if (store->type != "AzureBlob")
    return Error{Errc::invalid_argument,
                 "files of a " + store->type + " datastore cannot be reached, only those of AzureBlob"}
        .with("datastore", store->name);
  auto secret = arm::ask(session,
                         {"POST",
                          "datastores/" + http::encode(store->name) + "/listSecrets",
                          {},
                          Json{{"expirableSecret", true}, {"expireAfterHours", 1}}},
                         ctx);
  if (!secret) return std::move(secret).error().with("datastore", store->name);

  BlobContainer container;
  auto const host = store->account_name + ".blob." + (store->endpoint.empty() ? "core.windows.net" : store->endpoint);
  container.url = (store->protocol.empty() ? "https" : store->protocol) + "://" + host + "/" + store->container;
  container.sas = text(*secret, "sasToken");
  if (container.sas.starts_with('?')) container.sas.erase(0, 1);
  container.key = text(*secret, "key");
  // In the path-style form "host/account" the account is what follows the host.
  container.account = store->account_name.find('/') == std::string::npos
                          ? store->account_name
                          : host.substr(store->account_name.find('/') + 1);
  if (container.sas.empty() && container.key.empty())
    return Error{Errc::unauthenticated, "the workspace keeps no account key or signature for the datastore"}.with(
        "datastore", store->name);
  return OpenDatastore{store->name, Blobs{session, std::move(container)}};
}

Result<Uploaded> upload_local(Session const& session, std::string const& path, std::string const& asset_name,
                              std::string const& asset_version, Context const& ctx) {
  std::filesystem::path root{path};
  if (!root.has_filename()) root = root.parent_path();
  auto files = files_of(root);
  if (!files) return std::move(files).error();
  auto digest = upload_digest(root);
  if (!digest) return std::move(digest).error();
  auto store = open_datastore(session, {}, ctx);
  if (!store) return std::move(store).error();

  std::error_code ec;
  bool const folder = std::filesystem::is_directory(root, ec);
  auto const place = "LocalUpload/" + *digest + "/" + root.filename().string();
  auto const blob_of = [&](File const& file) { return folder ? place + "/" + file.relative : place; };
  Uploaded out{"azureml://datastores/" + store->name + "/paths/" + place,
               store->blobs.container().url + "/" + http::encode_path(place), folder};
  // The first file, marked last, tells that all are there.
  auto const indicator = blob_of(files->front());
  auto status = store->blobs.upload_status(indicator, ctx);
  if (!status) return std::move(status).error();
  if (*status && **status == "completed") return out;
  for (auto const& file : *files) {
    auto content = read_file(file.path);
    if (!content) return std::move(content).error();
    if (auto sent = store->blobs.put(blob_of(file), *std::move(content), ctx); !sent) return std::move(sent).error();
  }
  if (auto marked = store->blobs.mark_complete(indicator, asset_name, asset_version, ctx); !marked)
    return std::move(marked).error();
  return out;
}

}  // namespace clients

Result<model::Datastore> DatastoresClient::get(std::string const& name, Context const& ctx) const {
  auto body = arm::ask(session_, {"GET", "datastores/" + http::encode(name), {}, {}}, ctx);
  if (!body) return std::move(body).error().with("datastore", name);
  return clients::decode_datastore(*body);
}

Result<model::Datastore> DatastoresClient::get_default(Context const& ctx) const {
  auto body = clients::default_datastore(session_, ctx);
  if (!body) return std::move(body).error();
  return clients::decode_datastore(*body);
}

Result<std::vector<model::Datastore>> DatastoresClient::list(Context const& ctx) const {
  auto items = arm::list(session_, "datastores", {{"count", "30"}}, ctx);
  if (!items) return std::move(items).error();
  std::vector<model::Datastore> out;
  for (auto const& item : *items) {
    auto store = clients::decode_datastore(item);
    if (!store) return std::move(store).error();
    out.push_back(*std::move(store));
  }
  return out;
}

Result<DatastoreAccess> DatastoresClient::access(std::string const& uri, Context const& ctx) const {
  auto const place = clients::parse_datastore_uri(uri);
  if (!place) return place.error();
  auto body = arm::ask(session_, {"GET", "datastores/" + http::encode(place->datastore), {}, {}}, ctx);
  if (!body) return std::move(body).error().with("datastore", place->datastore);
  auto const store = clients::decode_datastore(*body);
  if (!store) return store.error();
  auto const refused = [&](std::string const& why) {
    return Error{Errc::invalid_argument, why}.with("datastore", store->name);
  };
  if (store->type != "AzureBlob" && store->type != "AzureDataLakeGen2")
    return refused("files of a " + store->type +
                   " datastore cannot be read in place, only those of AzureBlob and "
                   "AzureDataLakeGen2");
  if (store->account_name.find('/') != std::string::npos)
    return refused("this workspace is served by podium: read its files in its folder, or download them");
  DatastoreAccess out{.uri = "abfss://" + store->container + "@" + store->account_name + ".dfs." +
                             (store->endpoint.empty() ? "core.windows.net" : store->endpoint) + "/" + place->path};
  auto const& credentials = arm::at(arm::at(*body, "properties"), "credentials");
  if (arm::text(credentials, "credentialsType") == "None") return out;
  auto secret = arm::ask(session_,
                         {"POST",
                          "datastores/" + http::encode(store->name) + "/listSecrets",
                          {},
                          arm::Json{{"expirableSecret", true}, {"expireAfterHours", 1}}},
                         ctx);
  if (!secret) return std::move(secret).error().with("datastore", store->name);
  out.account_key = arm::text(*secret, "key");
  out.sas_token = arm::text(*secret, "sasToken");
  out.client_secret = arm::text(*secret, "clientSecret");
  if (!out.client_secret.empty()) {
    out.tenant_id = arm::text(credentials, "tenantId");
    out.client_id = arm::text(credentials, "clientId");
  }
  return out;
}

}  // namespace podium::inline v0
