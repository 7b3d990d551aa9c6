#pragma once

#include "flights/board.hpp"

#include <podium/connect.hpp>
#include <podium/data/table.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// Pipeline runs, and what they left.
namespace flights {

/// One run of a pipeline.
struct Run {
  std::string title;  ///< as shown, and the end of the job's name
  std::filesystem::path file;
  std::vector<std::pair<std::string, std::string>> set;
  podium::model::Job job{};  ///< as it ended
};

/// A folder for downloads that is gone with the object.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(Scratch const&) = delete;
  Scratch& operator=(Scratch const&) = delete;
  std::filesystem::path const& folder() const noexcept { return folder_; }

 private:
  std::filesystem::path folder_;
};

/// Submits the runs side by side and waits for all of them.  Throws with the log's end if one failed.
void run_side_by_side(podium::Workspace const& workspace, Board& board, std::vector<Run>& runs);

/// Name of the job of one step.
std::string step_job(podium::Workspace const& workspace, Run const& run, std::string const& step);

/// What a run's output names; throws if the run has no such output.
std::string output(Run const& run, std::string const& name);

/// What the score step found.
struct Scores {
  podium::data::Table predictions;                               ///< labelled flights of July to December
  podium::data::Table all;                                       ///< `row` and `score` of all of them
  std::map<std::string, std::map<std::string, double>> figures;  ///< "auc", "log_loss" -> month -> value
};
Scores read_scores(podium::Workspace const& workspace, std::string const& uri, std::filesystem::path const& scratch);

/// What training left beside the model.
struct Trained {
  std::string uri;
  std::vector<std::string> columns;  ///< that the model sees, in order
  std::vector<std::string> categories;
  std::vector<std::string> units;  ///< flights that it was trained on
  std::int64_t end_us = 0;         ///< newest label time
  std::string data_digest;
  std::string model_digest;
};
Trained read_trained(podium::Workspace const& workspace, Run const& run, std::filesystem::path const& scratch);

}  // namespace flights
