#include "local/executor/schedule.hpp"

#include <algorithm>
#include <functional>

namespace podium::inline v0::local {

Schedule::Schedule(std::map<std::string, std::set<std::string>> needs, std::size_t limit, bool continue_on_failure)
    : needs_{std::move(needs)}, limit_{std::max<std::size_t>(limit, 1)}, continue_on_failure_{continue_on_failure} {
  for (auto const& [step, _] : needs_) states_[step] = State::waiting;
}

std::vector<std::string> Schedule::cycle() const {
  std::map<std::string, int> mark;  // 1: on the path, 2: known to be free of cycles
  std::vector<std::string> path;
  std::vector<std::string> found;
  std::function<bool(std::string const&)> visit = [&](std::string const& step) {
    if (mark[step] == 2) return false;
    if (mark[step] == 1) {
      found.assign(std::find(path.begin(), path.end(), step), path.end());
      found.push_back(step);
      return true;
    }
    mark[step] = 1;
    path.push_back(step);
    if (auto const at = needs_.find(step); at != needs_.end())
      for (auto const& need : at->second)
        if (visit(need)) return true;
    path.pop_back();
    mark[step] = 2;
    return false;
  };
  for (auto const& [step, _] : needs_)
    if (visit(step)) break;
  return found;
}

bool Schedule::may_start(std::string const& step) const {
  auto const& needs = needs_.at(step);
  return states_.at(step) == State::waiting && std::all_of(needs.begin(), needs.end(), [&](std::string const& need) {
           auto const at = states_.find(need);
           return at != states_.end() && at->second == State::completed;
         });
}

std::vector<std::string> Schedule::take() {
  std::vector<std::string> out;
  if (stopped_ || (failed_ && !continue_on_failure_)) return out;
  for (auto& [step, state] : states_) {
    if (running_ == limit_) break;
    if (!may_start(step)) continue;
    state = State::running;
    ++running_;
    out.push_back(step);
  }
  return out;
}

void Schedule::ended(std::string const& step, Outcome outcome) {
  auto const at = states_.find(step);
  if (at == states_.end() || at->second != State::running) return;
  --running_;
  at->second = outcome == Outcome::completed ? State::completed : State::failed;
  failed_ = failed_ || outcome != Outcome::completed;
}

void Schedule::stop() { stopped_ = true; }

bool Schedule::done() const {
  if (running_ > 0) return false;
  if (stopped_ || (failed_ && !continue_on_failure_)) return true;
  return std::none_of(states_.begin(), states_.end(), [&](auto const& entry) { return may_start(entry.first); });
}

std::vector<std::string> Schedule::never_started() const {
  std::vector<std::string> out;
  for (auto const& [step, state] : states_)
    if (state == State::waiting) out.push_back(step);
  return out;
}

}  // namespace podium::inline v0::local
