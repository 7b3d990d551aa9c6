#pragma once

#include "local/store.hpp"

namespace podium::inline v0::local {

struct Experiment {
  std::string id;
  std::string name;
  std::string stage;  ///< active, deleted
  std::int64_t created_ms = 0;
  std::int64_t modified_ms = 0;
  Json tags = Json::object();
};

struct Run {
  std::string id;
  std::string experiment_id;
  std::string name;
  std::string user;
  std::string status;  ///< RUNNING, SCHEDULED, FINISHED, FAILED, KILLED
  std::int64_t started_ms = 0;
  std::int64_t ended_ms = 0;  ///< 0: not yet
  std::string stage;
  Json inputs = Json::object();
  Json outputs = Json::object();
  std::vector<RunMetric> metrics;  ///< the latest of each key
  std::vector<std::pair<std::string, std::string>> params;
  std::vector<std::pair<std::string, std::string>> tags;
};

/// What one call adds to a run, all or nothing.
struct RunData {
  std::vector<RunMetric> metrics;
  std::vector<std::pair<std::string, std::string>> params;
  std::vector<std::pair<std::string, std::string>> tags;
};

struct RunSearch {
  std::vector<std::string> experiments;
  std::string filter;
  std::vector<std::string> order_by;
  std::string view = "ACTIVE_ONLY";
  std::size_t offset = 0;
  std::size_t limit = 1000;
};

struct RunPage {
  std::vector<Run> runs;
  bool more = false;
};

/// MLflow's view of the workspace: experiments, runs and logged models, in the workspace's database.
///
/// Every job is a run of the same id in the experiment that it names; its status and times are the job's own, and a
/// reused job shows the metrics of the one that was computed.
class Tracking {
 public:
  explicit Tracking(Store& store) : store_{store} {}

  Result<Experiment> create_experiment(std::string const& name, Json tags);  ///< Errc::conflict if there is one
  Result<std::optional<Experiment>> experiment(std::string const& id) const;
  Result<std::optional<Experiment>> experiment_named(std::string const& name) const;
  Result<Experiment> experiment_for(std::string const& name);  ///< made if it is not there
  Result<std::vector<Experiment>> experiments() const;
  Result<bool> change_experiment(std::string const& id, std::function<void(Experiment&)> const& change);

  Result<Run> create_run(Run run);
  Result<std::optional<Run>> run(std::string const& id);
  Result<bool> change_run(std::string const& id,
                          std::function<void(Run&)> const& change);  ///< metrics, params, tags aside
  Result<void> log(std::string const& id,
                   RunData const& data);  ///< Errc::conflict: a parameter has another value already
  Result<bool> delete_tag(std::string const& id, std::string const& key);
  Result<std::vector<RunMetric>> history(std::string const& id, std::string const& key) const;
  Result<RunPage> search(RunSearch const& search);
  Result<void> forget(std::string const& id);  ///< the run of a job that is deleted

  struct LoggedModel {
    std::string id;
    std::string experiment_id;
    Json body;
  };
  Result<LoggedModel> put_logged_model(LoggedModel model);
  Result<std::optional<LoggedModel>> logged_model(std::string const& id) const;
  Result<std::vector<LoggedModel>> logged_models(std::vector<std::string> const& experiments) const;

 private:
  class Sql;
  Result<void> ensure(std::string const& id);
  void overlay(Run& run) const;
  Store& store_;
};

/// A condition such as `metrics.auc > 0.7 and tags.kind = 'x'`, taken apart.
class RunFilter {
 public:
  static Result<RunFilter> parse(std::string_view text);
  bool matches(Run const& run) const;

 private:
  struct Clause {
    std::string entity, key, comparison, value;
    bool number = false;
  };
  std::vector<Clause> clauses_;
};

/// Sorts by MLflow's `order_by` terms; newest first where they say nothing.
Result<void> sort_runs(std::vector<Run>& runs, std::vector<std::string> const& order_by);

std::int64_t now_ms();

}  // namespace podium::inline v0::local
