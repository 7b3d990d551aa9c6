#pragma once

#include "rollout/machine.hpp"

#include "podium/rollout/drive.hpp"

#include <vector>

namespace podium::inline v0::rollout {

/// Calls an endpoint as its users do, and says which arm answered and how.
class Load {
 public:
  struct Answer {
    Machine::Arm arm = Machine::Arm::champion;
    bool error = false;
  };

  Load(Session session, ScoringClient scoring, Plan const& plan)
      : session_{std::move(session)}, scoring_{std::move(scoring)}, plan_{plan} {}

  /// Sends a batch with the plan's threads; the answers are in the order of the requests, whatever the threads did.
  /// An Error: some request was answered by neither arm, so that nothing can be said of either.
  Result<std::vector<Answer>> send(std::vector<LiveRequest> const& batch, Context const& ctx) const;

 private:
  Result<Answer> ask(LiveRequest const& request, Context const& ctx) const;

  Session session_;
  ScoringClient scoring_;
  Plan const& plan_;
};

}  // namespace podium::inline v0::rollout
