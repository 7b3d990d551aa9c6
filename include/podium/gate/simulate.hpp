#pragma once

#include "podium/gate/evaluate.hpp"
#include "podium/stats/interval.hpp"

namespace podium::inline v0::gate {

/// Worlds in which the truth is known, to see what a policy does before it is used.
struct SimulationOptions {
  double effect = 0;          ///< true gain of the challenger in the policy's first success metric (else its first
                              ///< guardrail), turned so that better is positive
  std::int64_t units = 3000;  ///< rows of each evaluation set (for ranking: queries, of ten rows)
  std::int64_t clusters = 0;  ///< where the policy names clusters; 0: as many as it asks for, at least 30
  double positives = 0.2;     ///< share of positives, for binary classification
  double noise = 1;           ///< how blurred the champion sees the signal; 0 would be all that can be known
  double agreement = 0.9;     ///< correlation of the two models' errors
  int worlds = 400;
  std::uint64_t seed = 1;
  int threads = 1;  ///< any number gives the same result
};

/// How often each verdict was given, with a 95 % interval (Wilson) of its probability.
struct VerdictShare {
  std::int64_t count = 0;
  double share = 0;
  stats::Interval interval;
};

struct OperatingCharacteristics {
  int worlds = 0;
  double effect = 0;  ///< true gain that was reached in the metric below
  std::string metric;
  double champion = 0;  ///< the models' true values in that metric
  double challenger = 0;
  VerdictShare promote, hold, reject;
  std::map<std::string, std::int64_t> reasons;  ///< first reason, without its numbers -> worlds
};

/// Simulates the statistical part of a policy: metrics, slices, sizes, levels.  Rules about facts, people, latency and
/// traffic are taken as satisfied.  Errc::invalid_argument: the policy is wrong, or no challenger has that effect.
PODIUM_API Result<OperatingCharacteristics> simulate(model::PromotionPolicy const& policy,
                                                     SimulationOptions const& options = {});

}  // namespace podium::inline v0::gate
