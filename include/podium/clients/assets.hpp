#pragma once

#include "podium/model/asset.hpp"
#include "podium/model/component.hpp"
#include "podium/session.hpp"

namespace podium::inline v0 {

/// The workspace itself.
class PODIUM_API WorkspacesClient {
 public:
  explicit WorkspacesClient(Session session) : session_{std::move(session)} {}
  Result<model::WorkspaceInfo> get(Context const& ctx = {}) const;

 private:
  Session session_;
};

class PODIUM_API EnvironmentsClient {
 public:
  explicit EnvironmentsClient(Session session) : session_{std::move(session)} {}
  /// Version empty: the next integer.  Errc::conflict if the version exists with other content.
  Result<model::Environment> put(model::Environment const& environment, Context const& ctx = {}) const;
  Result<model::Environment> get(std::string const& name, std::string const& version, Context const& ctx = {}) const;
  Result<std::vector<model::Environment>> list(Context const& ctx = {}) const;

 private:
  Session session_;
};

class PODIUM_API ComponentsClient {
 public:
  explicit ComponentsClient(Session session) : session_{std::move(session)} {}
  /// `code` and `environment` are ids by now.  Name empty: anonymous (name `azureml_anonymous`,
  /// version from the content), so that equal content gives one component.
  Result<model::ComponentInfo> put(model::CommandComponent const& component, Context const& ctx = {}) const;
  Result<model::ComponentInfo> get(std::string const& name, std::string const& version, Context const& ctx = {}) const;
  Result<std::vector<model::ComponentInfo>> list(Context const& ctx = {}) const;

 private:
  Session session_;
};

/// Code snapshots: a folder, uploaded once per content.
class PODIUM_API CodesClient {
 public:
  explicit CodesClient(Session session) : session_{std::move(session)} {}
  /// Uploads `folder` (a local path; `.amlignore` or `.gitignore` respected) unless a snapshot with
  /// the same digest is there already.
  Result<model::Code> upload(std::string const& folder, Context const& ctx = {}) const;

 private:
  Session session_;
};

class PODIUM_API DataClient {
 public:
  explicit DataClient(Session session) : session_{std::move(session)} {}
  /// A local `path` is uploaded to the default datastore first.
  Result<model::DataAsset> put(model::DataAsset const& data, Context const& ctx = {}) const;
  Result<model::DataAsset> get(std::string const& name, std::string const& version, Context const& ctx = {}) const;
  Result<std::vector<model::DataAsset>> list(Context const& ctx = {}) const;

 private:
  Session session_;
};

class PODIUM_API ModelsClient {
 public:
  explicit ModelsClient(Session session) : session_{std::move(session)} {}
  /// Version empty: the next integer.  A local `path` is uploaded first.
  Result<model::Model> put(model::Model const& model, Context const& ctx = {}) const;
  /// Version empty: the newest.
  Result<model::Model> get(std::string const& name, std::string const& version = {}, Context const& ctx = {}) const;
  Result<std::vector<model::Model>> list(Context const& ctx = {}) const;  ///< containers
  Result<std::vector<model::Model>> versions(std::string const& name, Context const& ctx = {}) const;

 private:
  Session session_;
};

/// Where a datastore's files lie, and what opens them.
struct DatastoreAccess {
  std::string uri;          ///< abfss://{container}@{account}.dfs.{suffix}/{path}
  std::string account_key;  ///< secrets: empty unless the workspace keeps one of that kind
  std::string sas_token;
  std::string tenant_id;
  std::string client_id;
  std::string client_secret;
};

class PODIUM_API DatastoresClient {
 public:
  explicit DatastoresClient(Session session) : session_{std::move(session)} {}
  Result<model::Datastore> get(std::string const& name, Context const& ctx = {}) const;
  Result<model::Datastore> get_default(Context const& ctx = {}) const;
  Result<std::vector<model::Datastore>> list(Context const& ctx = {}) const;
  /// For AzureBlob and AzureDataLakeGen2.  Without a secret in the workspace the caller's own identity has to do.
  /// `uri`: azureml://datastores/{name}/paths/{path}
  Result<DatastoreAccess> access(std::string const& uri, Context const& ctx = {}) const;

 private:
  Session session_;
};

/// Files of a datastore, over the Blob protocol.
class PODIUM_API FilesClient {
 public:
  explicit FilesClient(Session session) : session_{std::move(session)} {}
  /// `uri`: azureml://datastores/{name}/paths/{path}
  Result<std::string> read(std::string const& uri, Context const& ctx = {}) const;
  Result<void> write(std::string const& uri, std::string content, Context const& ctx = {}) const;
  /// Paths below `uri`, relative to the datastore's root, sorted.
  Result<std::vector<std::string>> list(std::string const& uri, Context const& ctx = {}) const;
  /// Fetches everything below `uri` into `folder`; returns the number of files.
  Result<std::size_t> download(std::string const& uri, std::string const& folder, Context const& ctx = {}) const;

 private:
  Session session_;
};

}  // namespace podium::inline v0
