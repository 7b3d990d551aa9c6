#include "cli/command.hpp"
#include "cli/workspace_options.hpp"

#include "podium/clock.hpp"

#include <chrono>
#include <iomanip>
#include <map>
#include <sstream>

namespace podium::cli {
namespace {

using namespace std::chrono_literals;

struct Arguments {
  WorkspaceOptions workspace;
  std::string file;
  std::vector<std::string> set;
  SubmitOptions submit;
  std::string output = "human";
};

std::string_view name_of(model::JobStatus status) {
  using enum model::JobStatus;
  switch (status) {
    case not_started:
      return "not started";
    case queued:
      return "queued";
    case preparing:
      return "preparing";
    case provisioning:
      return "provisioning";
    case starting:
      return "starting";
    case running:
      return "running";
    case finalizing:
      return "finalizing";
    case cancel_requested:
      return "cancelling";
    case completed:
      return "completed";
    case failed:
      return "failed";
    case canceled:
      return "canceled";
    case not_responding:
      return "not responding";
    case paused:
      return "paused";
    case unknown:
      break;
  }
  return "unknown";
}

bool ended(model::JobStatus status) {
  return status == model::JobStatus::completed || status == model::JobStatus::failed ||
         status == model::JobStatus::canceled;
}

std::string property(model::Job const& job, std::string const& key) {
  auto const at = job.properties.find(key);
  return at == job.properties.end() ? "" : at->second;
}

std::string label(model::Job const& job) { return job.display_name.empty() ? job.name : job.display_name; }

/// Follows a job and its steps: a line for each change of status, and what the steps print.
class Follower {
 public:
  Follower(JobsClient jobs, Terminal& term) : jobs_{std::move(jobs)}, term_{term} {}

  Result<model::Job> follow(std::string const& name, Context const& ctx) {
    for (auto pause = 20ms;; pause = std::min(pause * 2, 250ms)) {
      auto job = jobs_.get(name, ctx);
      if (!job) return job;
      auto steps = jobs_.children(name, ctx);
      if (!steps) return std::move(steps).error();
      for (auto const& step : *steps) show(step, ctx);
      if (steps->empty()) show(*job, ctx);
      if (ended(job->status)) return job;
      if (auto gone = ctx.interrupted()) {
        term_.err << "cancelling " << name << '\n';
        if (auto asked = jobs_.cancel(name); !asked) return std::move(asked).error();
        return *std::move(gone);
      }
      system_clock().sleep(pause, ctx);
    }
  }

 private:
  void show(model::Job const& step, Context const& ctx) {
    auto& seen = seen_[step.name];
    if (seen.ended) return;
    if (step.status == model::JobStatus::running || ended(step.status)) print_log(step, seen, ctx);
    if (seen.status != step.status) {
      seen.status = step.status;
      say(label(step),
          std::string{name_of(step.status)} +
              (property(step, "azureml.isreused") == "true" ? ", reused: " + property(step, "podium.reuse") : "") +
              (step.error.empty() ? "" : ": " + step.error));
    }
    seen.ended = ended(step.status);
  }

  struct Seen {
    model::JobStatus status = model::JobStatus::unknown;
    std::size_t log = 0;
    bool ended = false;
  };

  void print_log(model::Job const& step, Seen& seen, Context const& ctx) {
    if (property(step, "azureml.isreused") == "true") return;
    auto log = jobs_.log(step.name, ctx);
    if (!log) return;  // no line yet
    auto const whole = ended(step.status)                      ? log->size()
                       : log->rfind('\n') == std::string::npos ? 0
                                                               : log->rfind('\n') + 1;
    if (whole <= seen.log) return;
    std::istringstream lines{log->substr(seen.log, whole - seen.log)};
    for (std::string line; std::getline(lines, line);) say(label(step), "| " + line);
    seen.log = whole;
  }

  void say(std::string const& who, std::string const& what) {
    std::chrono::duration<double> const since = std::chrono::steady_clock::now() - start_;
    term_.err << std::fixed << std::setprecision(1) << std::setw(6) << since.count() << "s  " << std::left
              << std::setw(18) << who << "  " << std::right << what << std::endl;
  }

  JobsClient jobs_;
  Terminal& term_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::map<std::string, Seen> seen_;
};

std::string to_json(model::Job const& job) {
  std::string outputs;
  for (auto const& [name, uri] : job.outputs)
    outputs += (outputs.empty() ? "" : ", ") + quote(name) + ": " + quote(uri);
  return "{\"name\": " + quote(job.name) + ", \"display_name\": " + quote(job.display_name) +
         ", \"status\": " + quote(name_of(job.status)) +
         ", \"reused\": " + (property(job, "azureml.isreused") == "true" ? "true" : "false") +
         ", \"reuse\": " + quote(property(job, "podium.reuse")) + ", \"error\": " + quote(job.error) +
         ", \"outputs\": {" + outputs + "}";
}

int run(Arguments args, Terminal& term, Context const& ctx) {
  for (auto const& item : args.set) {
    auto const equal = item.find('=');
    if (equal == std::string::npos)
      return fail(term, "run", Error{Errc::invalid_argument, "`--set " + item + "` is not NAME=VALUE"});
    args.submit.set.emplace_back(item.substr(0, equal), item.substr(equal + 1));
  }
  auto workspace = args.workspace.open();
  if (!workspace) return fail(term, "run", workspace.error());
  auto job = workspace->submit(args.file, args.submit, ctx);
  if (!job) return fail(term, "run", job.error());
  term.err << "job " << job->name << " in " << args.workspace.where() << '\n';

  auto end = Follower{workspace->jobs(), term}.follow(job->name, ctx);
  if (!end) return fail(term, "run", end.error());
  auto steps = workspace->jobs().children(end->name, ctx);
  if (!steps) return fail(term, "run", steps.error());

  if (args.output == "json") {
    std::string children;
    for (auto const& step : *steps) children += (children.empty() ? "" : ", ") + to_json(step) + "}";
    term.out << to_json(*end) << ", \"steps\": [" << children << "]}\n";
  } else {
    std::vector<std::vector<std::string>> rows{{"STEP", "STATUS", "JOB", "REUSED"}};
    for (auto const& step : *steps)
      rows.push_back({label(step), std::string{name_of(step.status)}, step.name,
                      property(step, "azureml.isreused") == "true" ? property(step, "azureml.reusedrunid") : "no"});
    rows.push_back({label(*end), std::string{name_of(end->status)}, end->name, ""});
    term.out << table(rows);
  }
  if (end->status == model::JobStatus::completed) return Exit::done;
  return fail(term, "run",
              Error{end->status == model::JobStatus::canceled ? Errc::cancelled : Errc::failed,
                    end->error.empty() ? "the job did not complete" : end->error}
                  .with("job", end->name));
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto args = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("run", "Run a pipeline or command job in a local workspace and follow it");
  command->add_option("FILE", args->file, "Job YAML")->required();
  args->workspace.add_to(*command);
  command->add_option("--set", args->set, "Override, for example inputs.variant=champion")->type_name("PATH=VALUE");
  command->add_option("--name", args->submit.name, "Name of the job");
  command->add_option("--experiment", args->submit.experiment_name, "Experiment to file it under");
  command->add_flag("--force-rerun", args->submit.force_rerun, "Reuse nothing");
  command->add_option("--output,-o", args->output, "human or json")->check(CLI::IsMember({"human", "json"}));
  command->callback(
      [args, &action] { action = [args](Terminal& term, Context const& ctx) { return run(*args, term, ctx); }; });
}

}  // namespace podium::cli
