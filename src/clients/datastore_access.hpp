#pragma once

#include "clients/blobs.hpp"

#include "podium/model/asset.hpp"

namespace podium::inline v0::clients {

Result<model::Datastore> decode_datastore(arm::Json const& body);

/// The blobs of a datastore, opened with the secret that the workspace keeps for it.  Empty name: the default one.
struct OpenDatastore {
  std::string name;
  Blobs blobs;
};
Result<OpenDatastore> open_datastore(Session const& session, std::string const& name, Context const& ctx);

/// "azureml://datastores/{name}/paths/{path}", short or long form, or "azureml://datastores/{name}/{path}".
struct DatastorePath {
  std::string datastore;
  std::string path;
};
Result<DatastorePath> parse_datastore_uri(std::string const& uri);

/// Puts a local file or folder under `LocalUpload/{digest}/{basename}` of the default datastore, unless it is there.
struct Uploaded {
  std::string uri;       ///< azureml://datastores/..., without a trailing slash
  std::string blob_url;  ///< https URL of the same
  bool folder = false;
};
Result<Uploaded> upload_local(Session const& session, std::string const& path, std::string const& asset_name,
                              std::string const& asset_version, Context const& ctx);

}  // namespace podium::inline v0::clients
