#pragma once

#include "local/executor/schedule.hpp"
#include "local/store.hpp"

#include <chrono>
#include <stop_token>

namespace podium::inline v0::local {

/// A command with everything in it replaced, ready to run as a process.
struct CommandRun {
  std::string job;
  std::string label;                                             ///< "step `train`", "the job"
  std::string command;                                           ///< for /bin/bash -c
  std::string code;                                              ///< reference of the code version; empty: none
  std::vector<std::pair<std::string, std::string>> environment;  ///< beside what is inherited
  std::optional<std::chrono::milliseconds> timeout;
};

struct CommandEnd {
  Schedule::Outcome outcome = Schedule::Outcome::completed;
  std::string error;  ///< names the step, the exit code, the last log lines and where to look
};

/// Runs it in a snapshot of its code, logs into user_logs/std_log.txt, and keeps `outputs` and `logs` as artifacts.
/// `on_status` hears Preparing, Running and Finalizing.
CommandEnd run_command(Store& store, Options const& options, CommandRun const& run, std::stop_token const& stop,
                       std::function<void(std::string_view status)> const& on_status);

/// Where the code of a job, component or deployment lies; Errc::invalid_argument or not_found.
Result<std::filesystem::path> code_folder(Store const& store, std::string const& code);

}  // namespace podium::inline v0::local
