#include "rollout/machine.hpp"

#include "podium/stats/drift.hpp"
#include "podium/stats/proportions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

namespace podium::inline v0::rollout {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t plotted_points = 200;
constexpr std::int64_t batch = 100;     // the checks before a step look at whole batches
constexpr double shadow_level = 0.05;   // one-sided, of the shadow checks
constexpr double advance_level = 0.05;  // of the non-inferiority check before a step, half of it per arm

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

model::RollbackRule const* rule(model::PromotionPolicy const& policy, std::string const& versus) {
  if (!policy.canary) return nullptr;
  for (auto const& one : policy.canary->rollback)
    if (one.metric == "error_rate" && one.versus == versus) return &one;
  return nullptr;
}

double tolerated_ratio(model::PromotionPolicy const& policy) {
  auto const* relative = rule(policy, "champion");
  return relative ? relative->rate_ratio : 1;
}

/// Outcome of "must not exceed `limit`" from one-sided bounds.
model::Outcome below(double lower, double upper, double limit) {
  if (lower > limit) return model::Outcome::fail;
  return upper <= limit ? model::Outcome::pass : model::Outcome::inconclusive;
}

}  // namespace

Machine::Machine(model::PromotionPolicy const& policy, std::vector<double> reference_scores)
    : policy_{policy}, reference_{std::move(reference_scores)}, errors_{tolerated_ratio(policy)} {
  if (!policy_.canary) policy_.canary.emplace();  // no steps: straight to 100 %
  if (policy_.shadow) {
    in_shadow_ = true;
    enter("shadow", 0, policy_.shadow->mirror_percent);
  } else {
    advance();
  }
}

Machine::Next Machine::next() const {
  switch (phase_) {
    case Phase::clearing_mirror:
      return {Act::set_traffic, 0, 0, 0};
    case Phase::setting:
      return {Act::set_traffic, step_.weight, step_.mirror, 0};
    case Phase::going_back:
      return {Act::set_traffic, 0, 0, 0};
    case Phase::sending: {
      auto const missing = in_shadow_ ? batch : minimum() - step_.requests;
      return {Act::send, 0, 0, missing > 0 ? std::min(missing, batch) : batch};
    }
    case Phase::done:
      break;
  }
  return {};
}

void Machine::traffic_set() {
  switch (phase_) {
    case Phase::clearing_mirror:
      phase_ = Phase::setting;
      break;
    case Phase::setting:
      phase_ = Phase::sending;
      break;
    case Phase::going_back:
      try_.outcome = back_outcome_;
      try_.reason = back_reason_;
      try_.requests = observed_;
      phase_ = Phase::done;
      break;
    default:
      break;
  }
}

void Machine::enter(std::string stage, int weight, int mirror) {
  step_ = {};
  step_.stage = std::move(stage);
  step_.weight = weight;
  step_.mirror = mirror;
  phase_ = was_mirrored_ && weight > 0 ? Phase::clearing_mirror : Phase::setting;
  was_mirrored_ = mirror > 0;
}

void Machine::leave(std::string outcome, std::string reason) {
  if (!in_shadow_) note_e_value(true);
  step_.outcome = std::move(outcome);
  step_.reason = std::move(reason);
  try_.steps.push_back(step_);
}

/// To the next stage with live traffic, or to the end.
void Machine::advance() {
  auto const& steps = policy_.canary->steps;
  if (position_ < steps.size()) return enter("canary", steps[position_].weight, 0);
  if (position_ == steps.size()) return enter("bake", 100, 0);
  try_.outcome = "promoted";
  try_.requests = observed_;
  phase_ = Phase::done;
}

void Machine::go_back(std::string outcome, std::string reason) {
  leave(outcome, reason);
  back_outcome_ = std::move(outcome);
  back_reason_ = std::move(reason);
  phase_ = Phase::going_back;
}

bool Machine::observe(Arm arm, bool error) {
  if (phase_ != Phase::sending) return false;
  ++observed_;
  ++step_.requests;
  auto const share = step_.weight / 100.0;
  if (arm == Arm::challenger) {
    ++step_.challenger_requests;
    step_.challenger_errors += error;
    if (error) errors_.challenger_errors(share);
  } else {
    ++step_.champion_requests;
    step_.champion_errors += error;
    if (error && !in_shadow_) errors_.champion_errors(share);
  }
  if (in_shadow_) return true;
  note_e_value(error);
  // Only an error of the challenger can bring a rule nearer to firing.
  return arm == Arm::champion || !error || !rule_fires();
}

/// Keeps the curve of the e-value: every error, and enough points between them for a plot.
void Machine::note_e_value(bool always) {
  auto& curve = step_.e_values;
  if (!always && step_.requests % 50 != 0) return;
  curve.emplace_back(observed_, errors_.value());
  if (curve.size() <= plotted_points) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < curve.size(); i += 2) curve[kept++] = curve[i];
  curve.resize(kept);
}

std::int64_t Machine::minimum() const {
  bool const bake = position_ == policy_.canary->steps.size();
  return bake ? policy_.canary->bake_min_requests : policy_.canary->steps[position_].min_requests;
}

std::size_t Machine::stages_with_live_traffic() const { return policy_.canary->steps.size() + 1; }

bool Machine::rule_fires() {
  auto const alpha = policy_.canary->alpha_rollback;
  if (auto const* relative = rule(policy_, "champion")) {
    auto const threshold = 1 / (alpha * relative->share);
    if (auto const value = errors_.value(); value >= threshold) {
      go_back("rolled_back", "E_VALUE:error_rate=" + number(value) + ">=" + number(threshold));
      return true;
    }
  }
  if (auto const* absolute = rule(policy_, "absolute")) {
    // A fresh sequence for each stage sees a fault that starts late; the stages share the rule's part of alpha.
    auto const level = alpha * absolute->share / static_cast<double>(stages_with_live_traffic());
    auto const bounds = stats::bernoulli_confidence_sequence(step_.challenger_errors, step_.challenger_requests, level);
    if (bounds.lower > absolute->above) {
      go_back("rolled_back", "ABSOLUTE:error_rate lower " + number(bounds.lower) + ">" + number(absolute->above));
      return true;
    }
  }
  return false;
}

void Machine::pairs(std::span<Pair const> found) {
  if (!in_shadow_ || phase_ != Phase::sending) return;
  for (auto const& pair : found) {
    ++step_.pairs;
    ++step_.challenger_requests;
    step_.challenger_errors += pair.error;
    if (pair.error) continue;
    online_.insert(online_.end(), pair.online.begin(), pair.online.end());
    if (pair.offline.empty()) continue;
    parity_rows_ += static_cast<std::int64_t>(pair.offline.size());
    if (pair.offline.size() != pair.online.size()) {
      parity_ = infinity;
      continue;
    }
    for (std::size_t i = 0; i < pair.online.size(); ++i) {
      auto const difference = std::abs(pair.online[i] - pair.offline[i]);
      parity_ = std::isnan(difference) ? infinity : std::max(parity_, difference);
    }
  }
}

void Machine::batch_done() {
  if (phase_ != Phase::sending) return;
  if (in_shadow_)
    judge_shadow(false);
  else
    judge_canary(false);
}

void Machine::exhausted() {
  if (phase_ != Phase::sending) return;
  if (in_shadow_)
    judge_shadow(true);
  else
    judge_canary(true);
}

void Machine::stop(std::string reason) {
  if (phase_ == Phase::done || phase_ == Phase::going_back) return;
  go_back("rolled_back", std::move(reason));
}

void Machine::judge_shadow(bool last) {
  auto const& shadow = *policy_.shadow;
  if (step_.pairs < shadow.min_pairs) {
    if (last) go_back("paused", "NEED_PAIRS:" + std::to_string(step_.pairs) + "<" + std::to_string(shadow.min_pairs));
    return;
  }
  step_.checks.clear();
  for (auto const& wanted : shadow.checks) {
    model::Check check;
    check.id = wanted.id;
    check.role = "shadow";
    check.metric = wanted.metric;
    check.margin = wanted.max;
    check.level = shadow_level;
    check.units = step_.pairs;
    if (wanted.metric == "online_offline_difference") {
      check.method = "maximum over " + std::to_string(parity_rows_) + " rows";
      check.estimate = check.lower = check.upper = parity_;
      check.outcome = parity_rows_ == 0       ? model::Outcome::invalid
                      : parity_ <= wanted.max ? model::Outcome::pass
                                              : model::Outcome::fail;
      if (parity_rows_ == 0) check.resolve = "give the challenger's offline scores of the mirrored rows";
    } else if (wanted.metric == "error_rate") {
      check.method = "clopper_pearson";
      auto const bounds = stats::clopper_pearson(step_.challenger_errors, step_.pairs, 1 - 2 * shadow_level);
      check.estimate = static_cast<double>(step_.challenger_errors) / static_cast<double>(step_.pairs);
      check.lower = bounds.lower;
      check.upper = bounds.upper;
      check.outcome = below(bounds.lower, bounds.upper, wanted.max);
      if (check.outcome == model::Outcome::inconclusive) check.resolve = "more mirrored requests";
    } else if (wanted.metric == "psi") {
      check.method = "deciles of the reference";
      auto const psi = stats::psi_test(reference_, online_, shadow_level);
      check.estimate = psi.value;
      check.lower = psi.lower;
      check.upper = psi.upper;
      check.outcome = reference_.empty()        ? model::Outcome::invalid
                      : psi.exceeds(wanted.max) ? model::Outcome::fail
                      : psi.within(wanted.max)  ? model::Outcome::pass
                                                : model::Outcome::inconclusive;
      if (check.outcome == model::Outcome::invalid) check.resolve = "give the challenger's reference scores";
      if (check.outcome == model::Outcome::inconclusive) check.resolve = "more mirrored requests";
    } else {
      check.outcome = model::Outcome::invalid;
      check.resolve = "the metric `" + wanted.metric + "` is not measured in the shadow stage";
    }
    step_.checks.push_back(std::move(check));
  }
  auto const first = [&](model::Outcome outcome) {
    return std::ranges::find(step_.checks, outcome, &model::Check::outcome);
  };
  if (auto const bad = first(model::Outcome::fail); bad != step_.checks.end())
    return go_back("rolled_back", "SHADOW:" + bad->id + "=" + number(bad->estimate) + ">" + number(bad->margin));
  if (auto const bad = first(model::Outcome::invalid); bad != step_.checks.end())
    return go_back("paused", "SHADOW_INVALID:" + bad->id);
  if (auto const open = first(model::Outcome::inconclusive); open != step_.checks.end()) {
    if (last)
      go_back("paused",
              "SHADOW_INCONCLUSIVE:" + open->id + " upper " + number(open->upper) + ">" + number(open->margin));
    return;  // more pairs may settle it
  }
  leave("advanced", "");
  in_shadow_ = false;
  advance();
}

void Machine::judge_canary(bool last) {
  bool const bake = position_ == policy_.canary->steps.size();
  auto const minimum = this->minimum();

  if (!bake) {
    std::array const counts{step_.champion_requests, step_.challenger_requests};
    std::array const weights{100.0 - step_.weight, static_cast<double>(step_.weight)};
    auto const ratio = stats::sample_ratio(counts, weights);
    if (step_.requests >= minimum && ratio.p_value < policy_.canary->srm_p)
      return go_back("paused", "SRM:" + std::to_string(step_.challenger_requests) + " of " +
                                   std::to_string(step_.requests) + " requests at " + std::to_string(step_.weight) +
                                   " %, p=" + number(ratio.p_value));
  }
  if (step_.requests < minimum) {
    if (last) go_back("paused", "NEED_REQUESTS:" + std::to_string(step_.requests) + "<" + std::to_string(minimum));
    return;
  }

  step_.checks.clear();
  model::Check rates;
  rates.id = "error_rate";
  rates.role = "canary";
  rates.metric = "error_rate";
  rates.units = step_.requests;
  rates.level = advance_level;
  rates.method = "beta-mixture confidence sequences";
  auto const theirs =
      stats::bernoulli_confidence_sequence(step_.challenger_errors, step_.challenger_requests, advance_level / 2);
  auto const ours =
      stats::bernoulli_confidence_sequence(step_.champion_errors, step_.champion_requests, advance_level / 2);
  auto const rate = [](std::int64_t errors, std::int64_t requests) {
    return requests == 0 ? 0.0 : static_cast<double>(errors) / static_cast<double>(requests);
  };
  rates.outcome = model::Outcome::report;
  if (bake) {
    rates.estimate = rate(step_.challenger_errors, step_.challenger_requests);
    rates.lower = theirs.lower;
    rates.upper = theirs.upper;
    if (auto const* absolute = rule(policy_, "absolute")) {
      rates.margin = absolute->above;
      rates.outcome = model::Outcome::pass;  // its rollback rule has not fired
    }
  } else {
    rates.estimate =
        rate(step_.challenger_errors, step_.challenger_requests) - rate(step_.champion_errors, step_.champion_requests);
    rates.lower = theirs.lower - ours.upper;
    rates.upper = theirs.upper - ours.lower;
    auto const& margins = policy_.canary->steps[position_].margin;
    if (auto const margin = margins.find("error_rate"); margin != margins.end()) {
      rates.margin = margin->second;
      rates.outcome = rates.upper < rates.margin ? model::Outcome::pass : model::Outcome::inconclusive;
    }
  }
  bool const open = rates.outcome == model::Outcome::inconclusive;
  auto const upper = rates.upper, margin = rates.margin;
  if (open) rates.resolve = "more requests";
  step_.checks.push_back(std::move(rates));
  if (open) {
    if (last) go_back("paused", "CANARY_INCONCLUSIVE:error_rate upper " + number(upper) + ">=" + number(margin));
    return;
  }
  leave(bake ? "promoted" : "advanced", "");
  ++position_;
  advance();
}

}  // namespace podium::inline v0::rollout
