#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace flights {

/// What is going on, on stderr: lines that change in place on a terminal, else a line for each thing that happened.
/// Safe to call from several threads.
class Board {
 public:
  Board();

  /// Begins a stage; the one before has ended.
  void stage(std::string title);
  /// A line of the stage.  `settled` false: it will change again soon, so a log need not have it.
  void show(std::string const& subject, std::string const& text, bool settled = true);
  void end();

  double seconds() const;  ///< since the board was made
  std::vector<std::pair<std::string, double>> stages() const;

 private:
  void close_stage();
  void redraw(std::size_t already_there);

  bool terminal_;
  std::chrono::steady_clock::time_point const start_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;
  std::string title_;
  double stage_start_ = 0;
  std::vector<std::pair<std::string, std::string>> lines_;  // subject, text
  std::map<std::string, double> printed_;                   // subject -> when a log last had it
  std::vector<std::pair<std::string, double>> stages_;
};

}  // namespace flights
