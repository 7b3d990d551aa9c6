#pragma once

#include "podium/stats/interval.hpp"

#include <cstdint>

/// Boundaries and mixtures for sums with known variance process (Howard, Ramdas, McAuliffe and Sekhon 2021; Howard and
/// Ramdas 2022).  `s` is the centred sum, `v` its intrinsic time, `rho` and `r` the tuning; logarithms of mixtures are
/// e-processes, to be compared with log(1 / alpha).
namespace podium::inline v0::stats {

/// rho that makes the two-sided (one-sided) normal mixture tightest at intrinsic time `v_opt`.
PODIUM_API double two_sided_rho(double v_opt, double alpha);
PODIUM_API double one_sided_rho(double v_opt, double alpha);

PODIUM_API double two_sided_normal_log_mixture(double s, double v, double rho);
PODIUM_API double two_sided_normal_bound(double v, double alpha, double rho);
PODIUM_API double one_sided_normal_log_mixture(double s, double v, double rho);
PODIUM_API double one_sided_normal_bound(double v, double alpha, double rho);

/// Sub-exponential (scale c) sums.
PODIUM_API double gamma_exponential_log_mixture(double s, double v, double rho, double c);
PODIUM_API double gamma_exponential_bound(double v, double alpha, double rho, double c);

/// Sub-Bernoulli sums of range [-g, h].
PODIUM_API double beta_binomial_tuning(double v_opt, double alpha, double g, double h, bool one_sided);
PODIUM_API double beta_binomial_log_mixture(double s, double v, double r, double g, double h, bool one_sided);
PODIUM_API double beta_binomial_bound(double v, double alpha, double r, double g, double h, bool one_sided);

/// Closed-form boundaries of iterated-logarithm shape.
PODIUM_API double poly_stitching_bound(double v, double alpha, double v_min, double c = 0, double s = 1.4,
                                       double eta = 2);
/// For the empirical quantile function at `p` and time `t`, uniformly over both.
PODIUM_API double double_stitching_bound(double p, double t, double alpha, double t_opt, double delta = 0.5,
                                         double s = 1.4, double eta = 2);

/// Confidence sequence of a Bernoulli rate by the two-sided beta-binomial mixture, tightest at `t_opt` trials.
PODIUM_API Interval tuned_bernoulli_sequence(std::int64_t successes, std::int64_t trials, double alpha, double t_opt);

}  // namespace podium::inline v0::stats
