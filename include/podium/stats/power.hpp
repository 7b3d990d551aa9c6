#pragma once

#include "podium/version.hpp"

#include <cstdint>

/// How many rows a verdict needs; normal approximations, levels one-sided.
namespace podium::inline v0::stats {

/// Rows (or clusters) for which a difference of `effect` from the line, with standard deviation `sd` per row, is shown
/// with probability `power`: ceil(((z_alpha + z_power) sd / effect)^2).  -1: effect or sd leave no number.
PODIUM_API std::int64_t sample_size(double sd, double effect, double alpha, double power);

/// Smallest difference that `rows` show with probability `power`.
PODIUM_API double minimum_detectable_effect(double sd, std::int64_t rows, double alpha, double power);

/// Probability that a true difference of `effect` from the line is shown.
PODIUM_API double power_of(double sd, double effect, std::int64_t rows, double alpha);

/// Power each of `guardrails` + 1 checks needs so that all of them pass with `power`: 1 - (1 - power) / (G + 1).
PODIUM_API double power_per_check(double power, std::int64_t guardrails);

/// Pairs for McNemar's test (Connor 1987), from the two shares of rows where exactly one model is right.
PODIUM_API std::int64_t mcnemar_sample_size(double only_challenger, double only_champion, double alpha, double power);

/// Labels for an error of at most `epsilon` with probability 1 - `delta` over `steps` evaluations (Hoeffding; Renggli
/// et al. 2019); `adaptive` where each evaluation's verdict may steer the next model.
enum class Adaptivity { none, full };
PODIUM_API std::int64_t hoeffding_sample_size(double epsilon, double delta, std::int64_t steps, Adaptivity adaptivity);

}  // namespace podium::inline v0::stats
