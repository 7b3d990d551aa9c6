#include "flights/runs.hpp"

#include "flights/words.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <future>
#include <unistd.h>

namespace flights {
namespace {

using podium::Errc;
using podium::Error;
using podium::Exception;
using podium::model::Job;
using podium::model::JobStatus;
using Json = nlohmann::json;

Json read_json(std::filesystem::path const& file) {
  std::ifstream in{file};
  Json parsed = Json::parse(in, nullptr, false);
  if (!in.is_open() || parsed.is_discarded())
    throw Exception{Error{Errc::failed, "a step left no readable `" + file.filename().string() + "`"}};
  return parsed;
}

std::string property(Job const& job, std::string const& name) {
  auto const found = job.properties.find(name);
  return found == job.properties.end() ? std::string{} : found->second;
}

std::string describe(Job const& job) {
  switch (job.status) {
    case JobStatus::completed: {
      if (property(job, "azureml.isreused") != "true") return "completed";
      std::string const why = property(job, "podium.reuse");
      return "reused" + (why.empty() ? "" : ": " + why);
    }
    case JobStatus::failed:
      return "failed: " + job.error;
    case JobStatus::canceled:
      return "cancelled";
    case JobStatus::running:
      return "running";
    case JobStatus::finalizing:
      return "finishing";
    default:
      return "waiting";
  }
}

/// The last lines of the step that failed, so that the reader need not look for them.
std::string log_end(podium::Workspace const& workspace, Job const& pipeline) {
  auto const steps = workspace.jobs().children(pipeline.name);
  if (!steps) return {};
  for (Job const& step : *steps) {
    if (step.status != JobStatus::failed) continue;
    auto log = workspace.jobs().log(step.name).value_or("");
    return "\n" + step.display_name + ": " + step.error + "\n" +
           log.substr(log.size() - std::min<std::size_t>(log.size(), 2000));
  }
  return {};
}

}  // namespace

Scratch::Scratch()
    : folder_{std::filesystem::temp_directory_path() / ("podium-flights-" + std::to_string(::getpid()))} {
  std::filesystem::create_directories(folder_);
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void run_side_by_side(podium::Workspace const& workspace, Board& board, std::vector<Run>& runs) {
  for (Run& run : runs) {
    podium::SubmitOptions options{
        .set = run.set, .name = "flights_" + run.title, .display_name = "flights, " + run.title};
    run.job = workspace.submit(run.file, options).value();
  }
  std::vector<std::future<void>> waits;
  for (Run& run : runs)
    waits.push_back(std::async(std::launch::async, [&] {
      auto const show = [&](Job const& job) {
        bool const whole = job.name == run.job.name;
        board.show(whole ? run.title : run.title + ", " + job.display_name, describe(job),
                   job.status >= JobStatus::completed);
      };
      run.job = workspace.jobs().wait(run.job.name, show).value();
    }));
  for (auto& wait : waits) wait.wait();
  for (auto& wait : waits) wait.get();
  for (Run const& run : runs)
    if (run.job.status != JobStatus::completed)
      throw Exception{
          Error{Errc::failed, "the run did not complete: " + describe(run.job) + log_end(workspace, run.job)}.with(
              "run", run.title)};
}

std::string step_job(podium::Workspace const& workspace, Run const& run, std::string const& step) {
  auto const steps = workspace.jobs().children(run.job.name).value();
  for (Job const& job : steps)
    if (job.display_name == step) return job.name;
  throw Exception{Error{Errc::not_found, "the run has no step `" + step + "`"}.with("run", run.title)};
}

std::string output(Run const& run, std::string const& name) {
  std::string const* uri = podium::model::find(run.job.outputs, name);
  if (!uri) throw Exception{Error{Errc::not_found, "the run has no output `" + name + "`"}.with("run", run.title)};
  return *uri;
}

Scores read_scores(podium::Workspace const& workspace, std::string const& uri, std::filesystem::path const& scratch) {
  workspace.files().download(uri, scratch.string()).value();
  Scores scores{.predictions = podium::data::read(scratch / "predictions.parquet").value(),
                .all = podium::data::read(scratch / "scores.parquet").value(),
                .figures = {}};
  Json const figures = read_json(scratch / "metrics.json");
  for (char const* name : {"auc", "log_loss"})
    scores.figures[name] = figures.at(name).get<std::map<std::string, double>>();
  return scores;
}

Trained read_trained(podium::Workspace const& workspace, Run const& run, std::filesystem::path const& scratch) {
  Trained trained;
  trained.uri = output(run, "model");
  workspace.files().download(trained.uri, scratch.string()).value();
  Json const features = read_json(scratch / "features.json");
  trained.columns = features.at("columns").get<std::vector<std::string>>();
  for (auto const& [name, values] : features.at("categories").items()) trained.categories.push_back(name);
  Json const facts = read_json(scratch / "train.json");
  trained.end_us = facts.at("train_end_us");
  trained.data_digest = facts.at("data_digest");
  trained.model_digest = facts.at("model_digest");
  trained.units =
      podium::data::strings(podium::data::read(scratch / "train_units.parquet").value(), "flight_key").value();
  return trained;
}

}  // namespace flights
