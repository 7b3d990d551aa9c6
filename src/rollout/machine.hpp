#pragma once

#include "podium/model/policy.hpp"
#include "podium/model/promotion.hpp"
#include "podium/stats/sequential.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace podium::inline v0::rollout {

/// A mirrored answer of the challenger beside the live one.
struct Pair {
  bool error = false;
  std::vector<double> online;   ///< scores the challenger answered
  std::vector<double> offline;  ///< its offline scores of the same rows; empty: unknown
};

/// The rollout as decisions: told what happened, it answers what to do next.  No socket, no clock, no randomness.
///
/// shadow -> canary steps -> bake -> promoted, and from each of them back to the champion: rolled back when a rule
/// fires, paused when the evidence cannot decide.  Live traffic and mirror exclude each other.
class Machine {
 public:
  enum class Arm { champion, challenger };
  enum class Act { set_traffic, send, finish };
  struct Next {
    Act act = Act::finish;
    int weight = 0;          ///< set_traffic: challenger's percent
    int mirror = 0;          ///< set_traffic: percent mirrored to the challenger
    std::int64_t count = 0;  ///< send: how many requests, at most
  };

  Machine(model::PromotionPolicy const& policy, std::vector<double> reference_scores);

  Next next() const;

  void traffic_set();  ///< the endpoint has what next() asked for
  /// One live answer, in the order of the requests.  False: a rule has fired, later answers of the batch do not count.
  bool observe(Arm arm, bool error);
  void pairs(std::span<Pair const> found);  ///< shadow: mirrored answers since the last call
  void batch_done();                        ///< everything that next() asked to send has been observed
  void exhausted();                         ///< there are no more requests
  void stop(std::string reason);            ///< somebody wants the champion back

  bool finished() const noexcept { return phase_ == Phase::done; }
  bool going_back() const noexcept { return phase_ == Phase::going_back; }
  model::RolloutStep const& step() const noexcept { return step_; }  ///< the stage under way
  model::RolloutTry const& record() const noexcept { return try_; }  ///< complete once finished

 private:
  enum class Phase { clearing_mirror, setting, sending, going_back, done };

  void enter(std::string stage, int weight, int mirror);
  void leave(std::string outcome, std::string reason);
  void advance();
  void go_back(std::string outcome, std::string reason);
  bool rule_fires();
  void judge_shadow(bool last);
  void judge_canary(bool last);
  void note_e_value(bool always);
  std::size_t stages_with_live_traffic() const;
  std::int64_t minimum() const;  ///< requests that the stage of live traffic needs

  model::PromotionPolicy policy_;
  std::vector<double> reference_;
  Phase phase_ = Phase::setting;
  std::size_t position_ = 0;  ///< index of the canary step; steps.size() is the bake
  bool in_shadow_ = false;
  bool was_mirrored_ = false;
  std::string back_outcome_;
  std::string back_reason_;

  stats::RateRatioEProcess errors_;
  std::vector<double> online_;
  double parity_ = 0;
  std::int64_t parity_rows_ = 0;
  std::int64_t observed_ = 0;  ///< live answers in the whole rollout
  model::RolloutStep step_;
  model::RolloutTry try_;
};

}  // namespace podium::inline v0::rollout
