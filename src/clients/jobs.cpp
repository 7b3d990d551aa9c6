#include "podium/clients/jobs.hpp"

#include "arm/failure.hpp"
#include "arm/operation.hpp"
#include "base/ids.hpp"
#include "clients/data_plane.hpp"
#include "clients/job_codec.hpp"
#include "clients/references.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace podium::inline v0 {
namespace {

using arm::Json;
using arm::text;
using std::chrono::milliseconds;

std::string path_of(std::string const& name) { return "jobs/" + http::encode(name); }

template <class J>
Result<model::Job> create_job(Session const& session, J const& job, Context const& ctx) {
  auto named = job;
  if (named.name.empty()) named.name = base::job_name();
  if (named.display_name.empty()) named.display_name = named.name;
  auto body = clients::encode_job(session, named, ctx);
  if (!body) return std::move(body).error().with("job", named.name);
  auto reply = arm::ask(session, {"PUT", path_of(named.name), {}, *std::move(body)}, ctx);
  if (!reply) return std::move(reply).error().with("job", named.name);
  return clients::decode_job(*reply);
}

/// How long to wait before looking again: quick while things happen, slower the longer nothing has.
milliseconds pause(std::chrono::steady_clock::duration since_change) {
  auto const tenth = std::chrono::duration_cast<milliseconds>(since_change) / 10;
  return std::clamp(tenth, milliseconds{20}, milliseconds{2000});
}

/// Reports each job the first time and whenever its status is another one.
class Changes {
 public:
  explicit Changes(std::function<void(model::Job const&)> const& report) : report_{report} {}
  bool see(model::Job const& job) {
    auto const [it, is_new] = last_.try_emplace(job.name, job.status);
    if (!is_new && it->second == job.status) return false;
    it->second = job.status;
    if (report_) report_(job);
    return true;
  }

 private:
  std::function<void(model::Job const&)> const& report_;
  std::map<std::string, model::JobStatus> last_;
};

/// The log that tells most: the step's own, else the pipeline's account of its steps.
std::string log_url(Json const& files) {
  std::string own, other;
  if (files.is_object())
    for (auto const& [name, url] : files.items()) {
      if (name == "user_logs/std_log.txt") return text(url);
      if (own.empty() && name.starts_with("user_logs/std_log")) own = text(url);
      if (other.empty() && name.ends_with("executionlogs.txt")) other = text(url);
    }
  return own.empty() ? other : own;
}

}  // namespace

Result<model::Job> JobsClient::create(model::PipelineJob const& job, Context const& ctx) const {
  return create_job(session_, job, ctx);
}

Result<model::Job> JobsClient::create(model::CommandJob const& job, Context const& ctx) const {
  return create_job(session_, job, ctx);
}

Result<model::Job> JobsClient::get(std::string const& name, Context const& ctx) const {
  auto body = arm::ask(session_, {"GET", path_of(name), {}, {}}, ctx);
  if (!body) return std::move(body).error().with("job", name);
  auto job = clients::decode_job(*body);
  if (job && job->status == model::JobStatus::failed && job->error.empty()) {
    // Azure says why in run history only; without it the job is still worth having.
    if (auto plane = clients::DataPlane::find(session_, ctx))
      if (auto details = plane->history("runs/" + http::encode(name) + "/details", ctx))
        job->error = clients::decode_run(*details).error;
  }
  return job;
}

Result<std::vector<model::Job>> JobsClient::list(Context const& ctx) const {
  auto items = arm::list(session_, "jobs", {{"listViewType", "ActiveOnly"}}, ctx);
  if (!items) return std::move(items).error();
  std::vector<model::Job> out;
  for (auto const& item : *items) {
    auto job = clients::decode_job(item);
    if (!job) return std::move(job).error();
    out.push_back(*std::move(job));
  }
  return out;
}

namespace {

Result<std::vector<model::Job>> children_of(Session const& session, clients::DataPlane const& plane,
                                            std::string const& name, Context const& ctx) {
  auto items = plane.history_list("runs/" + http::encode(name) + "/children", ctx);
  if (!items) return std::move(items).error().with("children of job", name);
  std::vector<model::Job> out;
  for (auto const& item : *items) {
    auto job = clients::decode_run(item);
    job.id = session.workspace_id() + "/jobs/" + job.name;
    out.push_back(std::move(job));
  }
  return out;
}

}  // namespace

Result<std::vector<model::Job>> JobsClient::children(std::string const& name, Context const& ctx) const {
  auto plane = clients::DataPlane::find(session_, ctx);
  if (!plane) return std::move(plane).error();
  return children_of(session_, *plane, name, ctx);
}

Result<void> JobsClient::cancel(std::string const& name, Context const& ctx) const {
  auto done = arm::complete(session_, {"POST", path_of(name) + "/cancel", {}, {}}, ctx);
  if (!done) return std::move(done).error().with("job", name);
  return {};
}

Result<model::Job> JobsClient::wait(std::string const& name, std::function<void(model::Job const&)> const& on_change,
                                    Context const& ctx) const {
  auto& clock = session_.clock();
  Changes changes{on_change};
  std::optional<clients::DataPlane> plane;
  auto last_change = clock.steady_now();
  for (;;) {
    if (auto given_up = ctx.interrupted()) return std::move(*given_up).with("waiting for job", name);
    auto job = get(name, ctx);
    if (!job) return job;
    bool changed = false;
    if (on_change && job->type == "Pipeline") {
      if (!plane) {
        auto found = clients::DataPlane::find(session_, ctx);
        if (!found) return std::move(found).error();
        plane = *std::move(found);
      }
      // After the parent: once that has ended, so have they.
      auto steps = children_of(session_, *plane, name, ctx);
      if (!steps) return std::move(steps).error();
      for (auto const& step : *steps) changed = changes.see(step) || changed;
    }
    changed = changes.see(*job) || changed;
    if (clients::terminal(job->status)) return job;
    auto const now = clock.steady_now();
    if (changed) last_change = now;
    clock.sleep(pause(now - last_change), ctx);
  }
}

Result<std::string> JobsClient::log(std::string const& name, Context const& ctx) const {
  auto plane = clients::DataPlane::find(session_, ctx);
  if (!plane) return std::move(plane).error();
  auto details = plane->history("runs/" + http::encode(name) + "/details", ctx);
  if (!details) return std::move(details).error().with("job", name);
  auto const url = log_url(arm::at(*details, "logFiles"));
  if (url.empty()) return Error{Errc::not_found, "it has written no log"}.with("job", name);
  auto reply = session_.send({"GET", url, {}, {}}, SendOptions{.identity = Identity::none}, ctx);
  if (!reply) return std::move(reply).error().with("log of job", name);
  if (reply->status != 200) return arm::failure(*reply).with("log of job", name);
  return std::move(reply->body);
}

Result<std::vector<JobMetric>> JobsClient::metrics(std::string const& name, Context const& ctx) const {
  auto plane = clients::DataPlane::find(session_, ctx);
  if (!plane) return std::move(plane).error();
  auto run = plane->mlflow("runs/get", {{"run_id", name}, {"run_uuid", name}}, ctx);
  if (!run) return std::move(run).error().with("job", name);
  std::vector<JobMetric> out;
  auto const& metrics = arm::at(*run, "run", "data", "metrics");
  if (!metrics.is_array()) return out;
  for (auto const& metric : metrics) {
    auto const& value = arm::at(metric, "value");
    JobMetric one{text(metric, "key"), 0, arm::integer(arm::at(metric, "step"), 0),
                  arm::integer(arm::at(metric, "timestamp"), 0)};
    // JSON has no such numbers, MLflow writes them as words.
    auto const word = text(value);
    one.value = value.is_number()     ? value.get<double>()
                : word == "Infinity"  ? std::numeric_limits<double>::infinity()
                : word == "-Infinity" ? -std::numeric_limits<double>::infinity()
                                      : std::numeric_limits<double>::quiet_NaN();
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace podium::inline v0
