#pragma once

#include "podium/clients/assets.hpp"
#include "podium/clients/endpoints.hpp"
#include "podium/clients/jobs.hpp"
#include "podium/data/dataset.hpp"
#include "podium/local/workspace.hpp"

namespace podium::inline v0 {

struct SubmitOptions {
  std::vector<std::pair<std::string, std::string>> set;  ///< "inputs.variant" -> "challenger"
  std::string name;                                      ///< job name; empty: the file's, or made up
  std::string display_name;
  std::string experiment_name;
  bool force_rerun = false;
};

/// A workspace, in Azure or in a folder: the same verbs for both.
///
/// \code
///   auto ws = podium::Workspace::local(".podium").value();
///   auto job = ws.submit("pipelines/flights/pipeline.yml").value();
///   ws.jobs().wait(job.name).value();
/// \endcode
///
/// Cheap to copy; copies share the connection, and for a local workspace the lock.
class PODIUM_API Workspace {
 public:
  /// Opens the workspace in `folder`, creating it if need be; Errc::locked if another process has it.
  static Result<Workspace> local(std::filesystem::path folder, podium::local::Options options = {});
  /// A workspace behind a URL: Azure, or `podium serve`.  `ca_file`: extra roots (PEM); empty: the system's.
  static Result<Workspace> remote(WorkspaceAddress address, std::shared_ptr<TokenCredential> credential,
                                  std::string const& ca_file = {}, ClientOptions options = {});

  Session const& session() const noexcept { return session_; }
  WorkspacesClient workspaces() const { return WorkspacesClient{session_}; }
  JobsClient jobs() const { return JobsClient{session_}; }
  ComponentsClient components() const { return ComponentsClient{session_}; }
  EnvironmentsClient environments() const { return EnvironmentsClient{session_}; }
  CodesClient codes() const { return CodesClient{session_}; }
  DataClient data() const { return DataClient{session_}; }
  ModelsClient models() const { return ModelsClient{session_}; }
  DatastoresClient datastores() const { return DatastoresClient{session_}; }
  FilesClient files() const { return FilesClient{session_}; }
  EndpointsClient endpoints() const { return EndpointsClient{session_}; }
  DeploymentsClient deployments() const { return DeploymentsClient{session_}; }

  /// Reads a pipeline or command job, uploads its code, registers what it is made of, creates the job.
  Result<model::Job> submit(std::filesystem::path const& yaml, SubmitOptions const& options = {},
                            Context const& ctx = {}) const;
  /// Registers the component in the file, with its code and environment.
  Result<model::ComponentInfo> register_component(std::filesystem::path const& yaml, Context const& ctx = {}) const;
  /// Creates or updates the endpoint in the file.
  Result<model::Endpoint> put_endpoint(std::filesystem::path const& yaml, Context const& ctx = {}) const;
  /// Creates the deployment in the file; `model` overrides the file's model reference when not empty.
  Result<model::Deployment> deploy(std::filesystem::path const& yaml, std::string const& model = {},
                                   Context const& ctx = {}) const;
  /// A client for the endpoint's scoring address, with its primary key.
  Result<ScoringClient> scoring(std::string const& endpoint, Context const& ctx = {}) const;

  /// Opens files where they lie: `azureml://datastores/{name}/paths/{path}` of this workspace, with the secret that it
  /// keeps for the datastore, or any place that data::Dataset::open knows.
  Result<podium::data::Dataset> open_dataset(std::string const& place, podium::data::OpenOptions options = {},
                                             Context const& ctx = {}) const;

  /// The embedded workspace behind this one; empty when remote.
  std::shared_ptr<podium::local::Workspace> const& embedded() const noexcept { return local_; }

 private:
  Workspace(Session session, std::shared_ptr<podium::local::Workspace> local)
      : session_{std::move(session)}, local_{std::move(local)} {}
  Session session_;
  std::shared_ptr<podium::local::Workspace> local_;
};

}  // namespace podium::inline v0
