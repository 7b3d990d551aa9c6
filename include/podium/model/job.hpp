#pragma once

#include "podium/model/component.hpp"

namespace podium::inline v0::model {

/// What a job or a step is given: a literal, data, or a binding such as
/// `${{parent.jobs.train.outputs.model}}` (then `binding` holds the whole expression).
struct JobInput {
  std::string type;   ///< "literal", uri_file, uri_folder, ...; empty for a bare binding
  std::string value;  ///< literals: text as Python's str() writes it
  std::string path;   ///< data: URI, asset reference or absolute local path
  std::string binding;
  std::string mode;  ///< YAML spelling: ro_mount, download, direct; empty: not given
  friend bool operator==(JobInput const&, JobInput const&) = default;
};

struct JobOutput {
  std::string type = "uri_folder";
  std::string path;     ///< where to write; empty: the workspace chooses
  std::string binding;  ///< `${{parent.outputs.x}}`
  std::string mode;
  std::string asset_name;  ///< registers the output when the job completes
  std::string asset_version;
  friend bool operator==(JobOutput const&, JobOutput const&) = default;
};

/// One step of a pipeline.  Exactly one of `component` (reference) and `definition` is set.
struct PipelineNode {
  std::string name;
  std::string type = "command";
  std::string display_name;
  std::string component;                       ///< asset reference or id
  std::optional<CommandComponent> definition;  ///< read from a file, or written in place
  Ordered<JobInput> inputs;
  Ordered<JobOutput> outputs;
  std::string compute;
  Tags environment_variables;
  std::optional<Resources> resources;
  std::optional<int> timeout_seconds;
  friend bool operator==(PipelineNode const&, PipelineNode const&) = default;
};

struct PipelineJob {
  std::string schema;
  std::string name;  ///< empty: made up on submission
  std::string display_name;
  std::string experiment_name;
  std::string description;
  Tags tags;
  Tags properties;
  Ordered<JobInput> inputs;
  Ordered<JobOutput> outputs;
  std::vector<PipelineNode> nodes;
  std::string default_compute;
  std::string default_datastore;
  bool continue_on_step_failure = false;
  bool force_rerun = false;
  std::string source_file;
  friend bool operator==(PipelineJob const&, PipelineJob const&) = default;
};

struct CommandJob {
  std::string schema;
  std::string name;
  std::string display_name;
  std::string experiment_name;
  std::string description;
  Tags tags;
  Tags properties;
  std::string command;
  std::string code;
  std::string environment;
  std::optional<Environment> inline_environment;
  std::string compute;
  Ordered<JobInput> inputs;
  Ordered<JobOutput> outputs;
  Tags environment_variables;
  std::optional<Resources> resources;
  std::optional<int> timeout_seconds;
  std::string source_file;
  friend bool operator==(CommandJob const&, CommandJob const&) = default;
};

enum class JobStatus {
  not_started,
  queued,
  preparing,
  provisioning,
  starting,
  running,
  finalizing,
  cancel_requested,
  completed,
  failed,
  canceled,
  not_responding,
  paused,
  unknown,
};

/// A job as the service describes it.
struct Job {
  std::string id;
  std::string name;
  std::string type;  ///< Command, Pipeline, Sweep, ... ; children of a pipeline too
  std::string display_name;
  std::string experiment_name;
  JobStatus status = JobStatus::unknown;
  std::string error;       ///< why it failed, in one line; empty otherwise
  std::string start_time;  ///< RFC 3339; empty: not yet
  std::string end_time;
  Tags tags;
  Tags properties;               ///< `azureml.isreused`, `azureml.reusedrunid`, `podium.reuse`, ...
  Ordered<std::string> outputs;  ///< name -> azureml:// URI
  friend bool operator==(Job const&, Job const&) = default;
};

}  // namespace podium::inline v0::model
