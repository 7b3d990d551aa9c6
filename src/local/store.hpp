#pragma once

#include "podium/local/workspace.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace podium::inline v0::local {

using Json = nlohmann::json;

/// One stored resource: its workspace-relative id and the body as a reply would show it.
/// Ids: "jobs/brave_fig_x", "components/train/versions/1", "onlineEndpoints/e/deployments/d".
struct Resource {
  std::string id;
  Json body;  ///< {"name", "properties": {...}, "tags", "location", "identity", "sku", "kind"} as far as given
  std::string created_at;  ///< RFC 3339, set by the store
  std::string modified_at;
};

/// A metric, parameter or tag of a run (MLflow's and run history's common ground; the run id is the job name).
struct RunMetric {
  std::string key;
  double value = 0;
  std::int64_t timestamp_ms = 0;
  std::int64_t step = 0;
};

/// What the Blob protocol keeps about a file beside its bytes.
struct BlobNotes {
  Json metadata = Json::object();  ///< x-ms-meta-*: name (lower case) -> value
  std::string md5;                 ///< Content-MD5 as sent
  std::string type;                ///< Content-Type as sent
};

/// The state of one workspace: a SQLite file in WAL mode, one writer.  Safe to call from several threads.
class Store {
 public:
  /// Opens `folder/workspace.db`, creating both; takes the lock.  Errc::locked names the holder's process id.
  static Result<std::unique_ptr<Store>> open(std::filesystem::path folder);
  ~Store();

  std::filesystem::path const& folder() const noexcept;

  /// Gives back the space that is kept aside for the last words of jobs on a full disk; false: it is gone already.
  /// It is taken again when the workspace is opened the next time.
  bool release_reserve();

  // --- resources (ids compare without case, jobs and codes excepted)
  Result<std::optional<Resource>> get(std::string_view id) const;
  Result<Resource> put(std::string_view id, Json body);  ///< insert or replace
  Result<bool> erase(std::string_view id);               ///< and everything below it
  /// Direct members of a collection such as "jobs" or "components/train/versions", newest first.
  Result<std::vector<Resource>> list(std::string_view collection) const;
  /// Read, change, write in one transaction; `change` returns false to leave it alone.
  Result<std::optional<Resource>> update(std::string_view id, std::function<bool(Json& body)> const& change);

  /// The newest code version with this `properties.properties.hash_sha256`, whatever its name.
  Result<std::optional<Resource>> find_code(std::string_view digest) const;

  // --- children of pipeline jobs: a child is the resource "jobs/{child}" with
  // properties.properties["azureml.pipelinerunid"]
  Result<std::vector<Resource>> children(std::string_view parent_job) const;

  // --- reuse: key -> job that computed it, newest last
  struct ReuseRecord {
    std::string key;
    std::string job;
    Json parts;
  };
  Result<void> remember_reuse(std::string const& component, ReuseRecord record);
  Result<std::optional<ReuseRecord>> find_reuse(std::string const& key) const;
  Result<std::optional<ReuseRecord>> nearest_reuse(std::string const& component) const;  ///< newest of that component
  Result<void> forget_reuse(std::string const& key);

  // --- endpoint secrets and the like, never part of a resource body.
  // Names in use: "onlineEndpoints/{endpoint}/primaryKey", ".../secondaryKey", ".../token" (endpoint in lower case),
  // "workspaceId", "storageKey", "tokenKey"
  Result<std::optional<std::string>> secret(std::string const& name) const;
  Result<void> set_secret(std::string const& name, std::string const& value);
  Result<void> drop_secrets(std::string const& prefix);  ///< all whose names begin so

  // --- notes about files; `place` is "{datastore}/{path}"
  Result<std::optional<BlobNotes>> blob_notes(std::string const& place) const;
  Result<void> set_blob_notes(std::string const& place, BlobNotes const& notes);
  Result<void> drop_blob_notes(std::string const& place);

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
  friend class Tracking;  // MLflow's tables live in the same file
};

/// Where a datastore path lies on disk: `{folder}/datastores/{datastore}/{path}`.
/// Understands azureml://datastores/D/paths/P, the long form with subscription and workspace,
/// azureml://jobs/J/outputs/O, azureml:{ARM id of a data or model version} by way of the store, and file paths below
/// the folder. Errc::invalid_argument for an unknown form, or a path that leaves its datastore.
Result<std::filesystem::path> resolve_uri(Store const& store, std::string_view uri);

/// The opposite: azureml://datastores/D/paths/P of a path below `{folder}/datastores`.
Result<std::string> uri_of(Store const& store, std::filesystem::path const& path);

}  // namespace podium::inline v0::local
