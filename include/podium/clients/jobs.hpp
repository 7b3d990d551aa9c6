#pragma once

#include "podium/model/job.hpp"
#include "podium/session.hpp"

#include <cstdint>
#include <functional>

namespace podium::inline v0 {

struct JobMetric {
  std::string key;
  double value = 0;
  std::int64_t step = 0;
  std::int64_t timestamp_ms = 0;
};

/// Jobs of one workspace.
///
/// Cheap to copy: copies share the session.  Const members may be called from several threads.
class PODIUM_API JobsClient {
 public:
  explicit JobsClient(Session session) : session_{std::move(session)} {}

  /// Creates the job and returns at once; `job.name` empty: a name is made up.
  /// Components, environments and code must be asset ids by now (see Workspace::submit).
  Result<model::Job> create(model::PipelineJob const& job, Context const& ctx = {}) const;
  Result<model::Job> create(model::CommandJob const& job, Context const& ctx = {}) const;

  Result<model::Job> get(std::string const& name, Context const& ctx = {}) const;
  Result<std::vector<model::Job>> list(Context const& ctx = {}) const;
  Result<std::vector<model::Job>> children(std::string const& name, Context const& ctx = {}) const;
  Result<void> cancel(std::string const& name, Context const& ctx = {}) const;

  /// Polls until the job ends.  A job that ended badly is a value with status failed or canceled.
  /// `on_change`, if given, sees the job and each child whenever its status changes.
  Result<model::Job> wait(std::string const& name, std::function<void(model::Job const&)> const& on_change = {},
                          Context const& ctx = {}) const;

  /// The text of `user_logs/std_log.txt`.
  Result<std::string> log(std::string const& name, Context const& ctx = {}) const;
  /// Latest value of each metric logged to the run, through MLflow's REST protocol.
  Result<std::vector<JobMetric>> metrics(std::string const& name, Context const& ctx = {}) const;

 private:
  Session session_;
};

}  // namespace podium::inline v0
