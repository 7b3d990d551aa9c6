#pragma once

#include "podium/version.hpp"

#include <cstdint>

/// Distribution functions that the tests need; arguments outside their range give NaN, never an exception.
namespace podium::inline v0::stats {

PODIUM_API double normal_cdf(double z);
/// 0 < p < 1; the ends give the infinities.
PODIUM_API double normal_quantile(double p);

/// P(X > x) of chi-square with `df` degrees of freedom, and the x that is exceeded with probability `p`.
PODIUM_API double chi_square_tail(double x, double df);
PODIUM_API double chi_square_upper_quantile(double p, double df);

/// P(Bin(trials, p) <= successes), and P(Bin(trials, p) = successes).
PODIUM_API double binomial_cdf(std::int64_t successes, std::int64_t trials, double p);
PODIUM_API double binomial_pmf(std::int64_t successes, std::int64_t trials, double p);

/// Quantile of the beta distribution.
PODIUM_API double beta_quantile(double p, double a, double b);

/// P(K > x) of Kolmogorov's limit distribution of sqrt(n m / (n + m)) times the two-sample distance.
PODIUM_API double kolmogorov_tail(double x);

}  // namespace podium::inline v0::stats
