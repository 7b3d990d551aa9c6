#include "local/executor.hpp"

#include "base/ids.hpp"
#include "base/time.hpp"
#include "local/executor/job_record.hpp"
#include "local/executor/process.hpp"
#include "local/executor/step_runner.hpp"
#include "local/store_state.hpp"

#include <algorithm>
#include <deque>
#include <thread>
#include <unistd.h>

namespace podium::inline v0::local {
namespace {

using Outcome = Schedule::Outcome;

/// More steps than this of one pipeline never wait for a place at the same time.
constexpr std::size_t most_threads = 32;

/// logs/azureml/executionlogs.txt of a pipeline.
class ExecutionLog {
 public:
  explicit ExecutionLog(std::filesystem::path const& file) {
    if (auto opened = Descriptor::append(file)) file_ = *std::move(opened);
  }
  void line(std::string const& text) {
    auto const whole = "[" + base::rfc3339(std::chrono::system_clock::now()) + "] " + text + "\n";
    if (file_ && ::write(file_.get(), whole.data(), whole.size()) < 0) file_.close();  // full disk: the steps say so
  }

 private:
  Descriptor file_;
};

std::size_t slot_count(Options const& options) {
  if (options.max_parallel_steps > 0) return static_cast<std::size_t>(options.max_parallel_steps);
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

struct Executor::State {
  explicit State(Wiring from)
      : wiring{std::move(from)}, slots{slot_count(wiring.options)}, runner{wiring, in_flight, slots} {}

  /// A job that runs: its thread, and how to stop it.
  struct Running {
    std::stop_source stop;
    std::thread thread;
    bool done = false;
  };

  void log(LogLevel level, std::string const& text) const {
    if (wiring.options.log) wiring.options.log(level, text);
  }
  void run(std::string const& job, std::stop_token const& stop);
  StepResult run_pipeline(Plan const& plan, std::string const& job, std::string const& url,
                          std::stop_token const& stop);
  StepResult run_step(StepRunner::Task const& task, std::stop_token const& stop);
  void bind_outputs(Plan const& plan, std::string const& job, std::map<std::string, StepResult> const& results);
  void collect_done();

  Wiring wiring;
  InFlight in_flight;
  Slots slots;
  StepRunner runner;
  std::mutex mutex;
  std::map<std::string, Running> running;
  std::map<std::string, std::stop_source> steps;  ///< of pipelines, by the name of the child
  bool closing = false;
};

Executor::Executor(Wiring wiring) : state_{std::make_shared<State>(std::move(wiring))} {
  if (auto done = fail_abandoned(state_->wiring.store); !done)
    state_->log(LogLevel::warning, "jobs of the last session could not be closed: " + done.error().to_string());
}

Executor::~Executor() {
  std::vector<std::thread> threads;
  {
    std::scoped_lock lock{state_->mutex};
    state_->closing = true;
    for (auto& [_, one] : state_->running) {
      one.stop.request_stop();
      threads.push_back(std::move(one.thread));
    }
  }
  for (auto& thread : threads) thread.join();
}

Result<void> Executor::check(Json const& job_body) const {
  auto plan = make_plan(state_->wiring.store, job_body);
  if (!plan) return std::move(plan).error();
  return {};
}

Result<void> Executor::start(std::string const& job_name) {
  auto job = state_->wiring.store.get("jobs/" + job_name);
  if (!job) return std::move(job).error();
  if (!*job) return Error{Errc::not_found, "there is no such job"}.with("job", job_name);
  if (auto checked = check((*job)->body); !checked) return std::move(checked).error().with("job", job_name);
  std::scoped_lock lock{state_->mutex};
  if (state_->closing) return Error{Errc::unavailable, "the workspace is being closed"};
  state_->collect_done();
  auto [at, fresh] = state_->running.try_emplace(job_name);
  if (!fresh) return Error{Errc::conflict, "the job runs already"}.with("job", job_name);
  if (auto set = set_status(state_->wiring.store, job_name, "NotStarted"); !set) {
    state_->running.erase(at);
    return set;
  }
  try {
    at->second.thread = std::thread{[state = state_.get(), job_name, stop = at->second.stop.get_token()] {
      state->run(job_name, stop);
      std::scoped_lock done{state->mutex};
      state->running[job_name].done = true;
    }};
  } catch (std::system_error const& none) {
    state_->running.erase(at);
    return Error{Errc::exhausted, std::string{"no thread for the job: "} + none.what()}.with("job", job_name);
  }
  return {};
}

Result<void> Executor::cancel(std::string const& job_name) {
  auto job = state_->wiring.store.get("jobs/" + job_name);
  if (!job) return std::move(job).error();
  if (!*job) return Error{Errc::not_found, "there is no such job"}.with("job", job_name);
  std::optional<std::stop_source> stop;
  {
    std::scoped_lock lock{state_->mutex};
    if (auto const at = state_->running.find(job_name); at != state_->running.end())
      stop = at->second.stop;
    else if (auto const step = state_->steps.find(job_name); step != state_->steps.end())
      stop = step->second;
  }
  if (!stop) return {};  // ended already
  auto asked = set_status(state_->wiring.store, job_name, "CancelRequested");
  stop->request_stop();
  return asked;
}

void Executor::State::collect_done() {
  for (auto at = running.begin(); at != running.end();) {
    if (!at->second.done) {
      ++at;
      continue;
    }
    at->second.thread.join();
    at = running.erase(at);
  }
}

StepResult Executor::State::run_step(StepRunner::Task const& task, std::stop_token const& stop) {
  std::stop_source own;
  std::stop_callback const forward{stop, [&] { own.request_stop(); }};
  {
    std::scoped_lock lock{mutex};
    steps[task.job] = own;
  }
  auto result = runner.run(task, own.get_token());
  std::scoped_lock lock{mutex};
  steps.erase(task.job);
  return result;
}

StepResult Executor::State::run_pipeline(Plan const& plan, std::string const& job, std::string const& url,
                                         std::stop_token const& stop) {
  ExecutionLog log_file{artifacts_of(wiring.store, job) / "logs" / "azureml" / "executionlogs.txt"};
  std::map<std::string, Step const*> by_name;
  for (auto const& step : plan.steps) by_name[step.name] = &step;
  Schedule schedule{plan.needs(), most_threads, plan.continue_on_failure};

  std::map<std::string, StepResult> results;
  std::mutex results_mutex;
  std::condition_variable_any arrived;
  std::deque<std::pair<std::string, StepResult>> inbox;
  std::map<std::string, std::thread> threads;
  StepResult out{Outcome::completed, job, {}, {}, Json::object()};

  (void)set_status(wiring.store, job, "Running");
  log_file.line("pipeline " + job + " started with " + std::to_string(plan.steps.size()) + " steps");
  while (!schedule.done()) {
    if (stop.stop_requested()) schedule.stop();
    for (auto const& name : schedule.take()) {
      auto const child = base::job_name();
      log_file.line("step `" + name + "` is job " + child);
      auto const deliver = [&](std::string const& step, StepResult result) {
        std::scoped_lock lock{results_mutex};
        inbox.emplace_back(step, std::move(result));
        arrived.notify_one();
      };
      try {
        threads.emplace(name, std::thread{[&, deliver, name, child, earlier = results] {
                          deliver(name, run_step({plan, *by_name.at(name), earlier, child, job, url}, stop));
                        }});
      } catch (std::system_error const& none) {
        deliver(name,
                {Outcome::failed, child, "step `" + name + "`: no thread for it: " + none.what(), {}, Json::object()});
      }
    }
    if (schedule.done()) break;
    std::unique_lock lock{results_mutex};
    arrived.wait(lock, [&] { return !inbox.empty(); });
    auto [name, result] = std::move(inbox.front());
    inbox.pop_front();
    lock.unlock();
    if (auto const thread = threads.find(name); thread != threads.end()) {
      thread->second.join();
      threads.erase(thread);
    }
    auto const word = result.outcome == Outcome::completed ? "completed"
                      : result.outcome == Outcome::failed  ? "failed: "
                                                           : "was canceled: ";
    log_file.line("step `" + name + "` " + word + result.error);
    log(result.outcome == Outcome::completed ? LogLevel::info : LogLevel::warning,
        "step `" + name + "` " + word + result.error);
    schedule.ended(name, result.outcome);
    if (result.outcome != Outcome::completed && out.error.empty()) out.error = result.error;
    results[name] = std::move(result);
  }
  for (auto const& name : schedule.never_started()) log_file.line("step `" + name + "` was not started");
  bind_outputs(plan, job, results);
  if (stop.stop_requested()) {
    out.outcome = Outcome::canceled;
    out.error = "the pipeline was cancelled";
  } else if (schedule.failed()) {
    out.outcome = Outcome::failed;
  }
  log_file.line(out.outcome == Outcome::completed ? "pipeline completed" : "pipeline ended: " + out.error);
  return out;
}

void Executor::State::bind_outputs(Plan const& plan, std::string const& job,
                                   std::map<std::string, StepResult> const& results) {
  (void)change_job(wiring.store, job, [&](Json& properties) {
    for (auto const& step : plan.steps) {
      auto const result = results.find(step.name);
      if (result == results.end() || result->second.outcome != Outcome::completed) continue;
      for (auto const& [name, target] : step.targets)
        if (!target.parent_output.empty())
          properties["outputs"][target.parent_output] = member(result->second.outputs, name);
    }
  });
}

void Executor::State::run(std::string const& job, std::stop_token const& stop) {
  auto const& store = wiring.store;
  auto const attempt = [&]() -> Result<std::optional<StepResult>> {
    auto resource = store.get("jobs/" + job);
    if (!resource) return std::move(resource).error();
    if (!*resource) return std::optional<StepResult>{};
    auto plan = make_plan(store, (*resource)->body);
    if (!plan) return std::move(plan).error();
    auto lease = wiring.listener ? wiring.listener()
                                 : Result<std::shared_ptr<std::string const>>{std::make_shared<std::string const>()};
    if (!lease) return std::move(lease).error();
    auto const url = *lease ? **lease : std::string{};
    if (plan->pipeline) {
      (void)set_status(wiring.store, job, "Preparing");
      return std::optional{run_pipeline(*plan, job, url, stop)};
    }
    std::map<std::string, StepResult> const none;
    (void)runner.run({*plan, plan->steps.front(), none, job, {}, url}, stop);  // ends the job itself
    return std::optional<StepResult>{};
  };
  std::string status = "Failed";
  std::string error;
  try {
    auto result = attempt();
    if (result && !*result) return;
    if (result) {
      (void)set_status(wiring.store, job, "Finalizing");
      status = (*result)->outcome == Outcome::completed ? "Completed"
               : (*result)->outcome == Outcome::failed  ? "Failed"
                                                        : "Canceled";
      error = (*result)->error;
    } else {
      error = result.error().to_string();
    }
  } catch (std::exception const& broken) {
    error = broken.what();
  }
  if (auto ended = end_job(wiring.store, job, status, error); !ended)
    log(LogLevel::error, "the end of job " + job + " could not be recorded: " + ended.error().to_string());
}

}  // namespace podium::inline v0::local
