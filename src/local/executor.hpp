#pragma once

#include "local/store.hpp"

namespace podium::inline v0::local {

/// Carries out command and pipeline jobs that the store holds: steps as processes, in parallel where the graph allows.
///
/// Writes into the job's resource: properties.status, properties.properties (`azureml.isreused`, ...),
/// properties.outputs with URIs, `podium.startTime`, `podium.endTime`, `podium.error`; children as jobs of their own.
/// Logs: datastores/workspaceartifactstore/ExperimentRun/dcid.{job}/user_logs/std_log.txt
///       (pipelines: logs/azureml/executionlogs.txt).
class Executor {
 public:
  struct Wiring {
    Store& store;
    Options options;
    WorkspaceAddress address;
    /// Base URL of a loopback listener, started on first use and kept while the returned lease lives.
    std::function<Result<std::shared_ptr<std::string const>>()> listener;
  };
  explicit Executor(Wiring wiring);
  ~Executor();  ///< cancels what runs and waits for it

  /// What is wrong with a job's body before it is accepted: bindings to steps that are not there, cycles,
  /// missing required inputs, unsupported kinds.  Errc::invalid_argument.
  Result<void> check(Json const& job_body) const;

  /// Starts the stored job; returns at once.
  Result<void> start(std::string const& job_name);
  Result<void> cancel(std::string const& job_name);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace podium::inline v0::local
