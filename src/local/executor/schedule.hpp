#pragma once

#include "podium/version.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace podium::inline v0::local {

/// Which steps of a pipeline may start: told what ended, answers what to start next.  No thread, no clock.
class Schedule {
 public:
  enum class Outcome { completed, failed, canceled };

  /// `needs`: step -> the steps whose outputs it reads.  At most `limit` steps run at a time.
  Schedule(std::map<std::string, std::set<std::string>> needs, std::size_t limit, bool continue_on_failure);

  /// The steps along a cycle, the first repeated at the end; empty if there is none.
  std::vector<std::string> cycle() const;

  /// Steps to start now, by name; each is answered once and counts as running from then on.
  std::vector<std::string> take();
  void ended(std::string const& step, Outcome outcome);
  void stop();  ///< nothing more starts

  bool done() const;
  bool failed() const { return failed_; }
  std::vector<std::string> never_started() const;

 private:
  enum class State { waiting, running, completed, failed };
  bool may_start(std::string const& step) const;

  std::map<std::string, std::set<std::string>> needs_;
  std::map<std::string, State> states_;
  std::size_t limit_;
  std::size_t running_ = 0;
  bool continue_on_failure_;
  bool failed_ = false;
  bool stopped_ = false;
};

}  // namespace podium::inline v0::local
