#include "rollout/supported.hpp"

namespace podium::inline v0::rollout {
namespace {

using Names = std::vector<std::string>;

void add(Names& names, bool given, std::string name) {
  if (given) names.push_back(std::move(name));
}

void add_shadow(Names& names, model::ShadowStage const& shadow) {
  add(names, shadow.min_duration || shadow.max_duration, "shadow.duration");
  add(names, !shadow.pair_on.empty(), "shadow.pair_on");
  add(names, shadow.min_pair_rate.has_value(), "shadow.min_pair_rate");
  for (auto const& check : shadow.checks) {
    bool const known = check.metric == "online_offline_difference" || check.metric == "error_rate" ||
                       (check.metric == "psi" && check.reference == "own_offline_scores");
    add(names, !known, "shadow.checks." + check.id);
  }
}

void add_canary(Names& names, model::CanaryStage const& canary) {
  bool timed = canary.bake_min_time.has_value();
  bool other_margins = false;
  for (auto const& step : canary.steps) {
    timed = timed || step.min_time;
    for (auto const& [metric, margin] : step.margin) other_margins = other_margins || metric != "error_rate";
  }
  add(names, timed, "canary.steps.min.time");
  add(names, other_margins, "margins other than error_rate");
  for (auto const& rule : canary.rollback) add(names, rule.metric != "error_rate", "canary.rollback." + rule.metric);
  add(names, !canary.hard_stop.empty(), "canary.hard_stop");
  add(names, canary.ingestion_lag.has_value(), "canary.ingestion_lag");
  add(names, canary.max_duration || !canary.on_timeout.empty(), "canary.max_duration");
  add(names, !canary.on_controller_lost.empty(), "canary.on_controller_lost");
}

}  // namespace

Result<void> check_supported(model::PromotionPolicy const& policy) {
  Names names;
  if (policy.shadow) add_shadow(names, *policy.shadow);
  if (policy.canary) add_canary(names, *policy.canary);
  add(names, policy.promotion_path.size() > 1, "promotion_path");
  add(names, policy.rollback.has_value(), "rollback");
  if (policy.evidence) {
    add(names, !policy.evidence->sign_provider.empty(), "evidence.sign");
    add(names, policy.evidence->ledger.starts_with("azblob:"), "evidence.ledger");
  }
  if (names.empty()) return {};
  std::string list;
  for (auto const& name : names) list += (list.empty() ? "`" : ", `") + name + "`";
  return Error{Errc::invalid_argument, "the rollout does not do everything that policy `" + policy.name +
                                           "` asks for: " + list +
                                           "; `podium gate evaluate` judges by the whole policy"};
}

}  // namespace podium::inline v0::rollout
