#pragma once

#include "local/store.hpp"

#include <chrono>
#include <map>
#include <set>

namespace podium::inline v0::local {

/// An input or output that a component declares.
struct Port {
  std::string type;
  std::string mode;  ///< as written: ro_mount, ReadOnlyMount, ...
  bool optional = false;
  std::optional<std::string> otherwise;  ///< default
  Json declaration;
};

/// What a job or a step is given for an input.
struct Given {
  std::string text;  ///< literal, or a whole binding
  std::string uri;   ///< data
  std::string type;
  std::string mode;
  bool data() const { return !uri.empty(); }
};

/// Where an output goes.
struct Target {
  std::string type;
  std::string mode;
  std::string uri;            ///< may hold ${{name}}, ${{output_name}}, ${{default_datastore}}; empty: default
  std::string parent_output;  ///< the pipeline's output that it becomes
  std::string asset_name;
  std::string asset_version;
};

struct Step {
  std::string name;
  std::string component_id;    ///< as the job names it; empty: a job of its own
  std::string component_name;  ///< what earlier runs are looked up by
  Json spec;                   ///< the component as stored
  std::string command;
  std::string code;
  std::string environment;
  bool deterministic = false;
  std::map<std::string, Port> inputs;
  std::map<std::string, Port> outputs;
  std::map<std::string, Given> given;
  std::map<std::string, Target> targets;  ///< all outputs, given or not
  std::map<std::string, std::string> environment_variables;
  std::optional<std::chrono::milliseconds> timeout;
  Json settings;  ///< resources and limits, for the reuse key
  std::string compute_id;
};

/// A command or pipeline job, read and checked.
struct Plan {
  bool pipeline = false;
  std::string experiment;
  std::string default_datastore = "workspaceblobstore";
  bool force_rerun = false;
  bool continue_on_failure = false;
  std::map<std::string, Given> inputs;
  std::map<std::string, Target> outputs;
  std::vector<Step> steps;

  std::map<std::string, std::set<std::string>> needs() const;
};

/// Errc::invalid_argument says what is wrong and in which step.
Result<Plan> make_plan(Store const& store, Json const& job_body);

/// Does `text` fit a literal input of this type, its range and its list?
Result<void> check_literal(Port const& port, std::string const& text);

/// "components/train/versions/1" of an ARM id, azureml: reference, name:version or name@label.
Result<std::string> asset_id(Store const& store, std::string_view kind, std::string_view reference);

/// The member under either spelling; null if there is none.
Json const& either(Json const& value, std::string_view snake, std::string_view camel);

/// A number of seconds, or ISO 8601 such as PT1H30M.
std::optional<std::chrono::milliseconds> duration_of(Json const& value);

bool is_literal_type(std::string_view type);
bool is_direct(std::string_view mode);

}  // namespace podium::inline v0::local
