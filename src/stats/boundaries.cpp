#include "podium/stats/boundaries.hpp"

#include "stats/roots.hpp"
#include "stats/special.hpp"

#include "podium/stats/distributions.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::stats {
namespace {

/// Riemann's zeta function for s > 1 (Euler and Maclaurin's sum from 30 terms).
double zeta(double s) {
  constexpr double n = 30;
  double total = 0;
  for (int k = 1; k < 30; ++k) total += std::pow(k, -s);
  total += std::pow(n, 1 - s) / (s - 1) + 0.5 * std::pow(n, -s);
  return total + s / 12 * std::pow(n, -s - 1) - s * (s + 1) * (s + 2) / 720 * std::pow(n, -s - 3) +
         s * (s + 1) * (s + 2) * (s + 3) * (s + 4) / 30240 * std::pow(n, -s - 5);
}

/// Smallest s at which an increasing log mixture reaches log(1 / alpha); at most `limit`.
template <class Mixture>
double crossing(Mixture const& log_mixture, double alpha, double start, double limit) {
  double const line = std::log(1 / alpha);
  double high = std::min(std::max(start, 1.0), limit);
  while (high < limit && !(log_mixture(high) > line)) high = std::min(2 * high, limit);
  return bisect([&](double s) { return log_mixture(s) - line; }, 0, high);
}

}  // namespace

double two_sided_rho(double v_opt, double alpha) {
  double const logs = 2 * std::log(1 / alpha);
  return v_opt / (logs + std::log(1 + logs));
}

double one_sided_rho(double v_opt, double alpha) { return two_sided_rho(v_opt, 2 * alpha); }

double two_sided_normal_log_mixture(double s, double v, double rho) {
  return 0.5 * std::log(rho / (v + rho)) + s * s / (2 * (v + rho));
}

double two_sided_normal_bound(double v, double alpha, double rho) {
  return std::sqrt((v + rho) * (std::log(1 + v / rho) + 2 * std::log(1 / alpha)));
}

double one_sided_normal_log_mixture(double s, double v, double rho) {
  return 0.5 * std::log(4 * rho / (v + rho)) + s * s / (2 * (v + rho)) + std::log(normal_cdf(s / std::sqrt(v + rho)));
}

double one_sided_normal_bound(double v, double alpha, double rho) {
  return crossing([&](double s) { return one_sided_normal_log_mixture(s, v, rho); }, alpha, std::sqrt(v), 1e300);
}

double gamma_exponential_log_mixture(double s, double v, double rho, double c) {
  double const r = rho / (c * c), a = (v + rho) / (c * c), x = (c * s + v) / (c * c);
  double const leading = r * std::log(r) - log_gamma(r) - log_lower_gamma(r, r);
  return leading + log_gamma(a) + log_lower_gamma(a, x + r) - a * std::log(x + r) + x;
}

double gamma_exponential_bound(double v, double alpha, double rho, double c) {
  return crossing([&](double s) { return gamma_exponential_log_mixture(s, v, rho, c); }, alpha, std::sqrt(v), 1e300);
}

double beta_binomial_tuning(double v_opt, double alpha, double g, double h, bool one_sided) {
  double const rho = one_sided ? one_sided_rho(v_opt, alpha) : two_sided_rho(v_opt, alpha);
  return std::max(rho - g * h, 1e-3 * g * h);
}

double beta_binomial_log_mixture(double s, double v, double r, double g, double h, bool one_sided) {
  double const range = g + h, x = h / range;
  auto const log_incomplete = [&](double a, double b) {
    return log_beta(a, b) + (one_sided ? log_lower_beta(a, b, x) : 0);
  };
  return v / (g * h) * std::log(range) - (v + h * s) / (h * range) * std::log(g) -
         (v - g * s) / (g * range) * std::log(h) +
         log_incomplete((r + v - g * s) / (g * range), (r + v + h * s) / (h * range)) -
         log_incomplete(r / (g * range), r / (h * range));
}

double beta_binomial_bound(double v, double alpha, double r, double g, double h, bool one_sided) {
  // Beyond (v + r) / g the sum cannot be: the mixture ends there.
  double const limit = (v + r) / g * (1 - 1e-12);
  return crossing([&](double s) { return beta_binomial_log_mixture(s, v, r, g, h, one_sided); }, alpha, std::sqrt(v),
                  limit);
}

double poly_stitching_bound(double v, double alpha, double v_min, double c, double s, double eta) {
  double const k1 = (std::pow(eta, 0.25) + std::pow(eta, -0.25)) / std::sqrt(2.0), k2 = (std::sqrt(eta) + 1) / 2;
  double const constant = std::log(zeta(s) / std::pow(std::log(eta), s));
  double const time = std::max(v, v_min);
  double const l = s * std::log(std::log(eta * time / v_min)) + constant + std::log(1 / alpha);
  double const second = k2 * c * l;
  return std::sqrt(k1 * k1 * time * l + second * second) + second;
}

double double_stitching_bound(double p, double t, double alpha, double t_opt, double delta, double s, double eta) {
  auto const logit = [](double q) { return std::log(q / (1 - q)); };
  double const k1 = (std::pow(eta, 0.25) + std::pow(eta, -0.25)) / std::sqrt(2.0), k2 = (std::sqrt(eta) + 1) / 2;
  double const time = std::max(t, t_opt);
  double const r =
      p >= 0.5 ? p : std::min(0.5, 1 / (1 + std::exp(-(logit(p) + 2 * delta * std::sqrt(t_opt * eta / time)))));
  double const variance = r * (1 - r);
  double const j = std::sqrt(time / t_opt) * std::abs(logit(p)) / (2 * delta) + 1;
  double const z = zeta(s);
  double const l = s * std::log(std::log(eta * time / t_opt)) + s * std::log(j) +
                   std::log(2 * z * (2 * z + 1) / (alpha * std::pow(std::log(eta), s)));
  double const second = k2 * (1 - 2 * p) / 3 * l;
  return delta * std::sqrt(eta * time * variance / t_opt) + std::sqrt(k1 * k1 * variance * time * l + second * second) +
         second;
}

Interval tuned_bernoulli_sequence(std::int64_t successes, std::int64_t trials, double alpha, double t_opt) {
  if (trials <= 0 || successes < 0 || successes > trials) return {0, 1};
  auto const n = static_cast<double>(trials);
  double const mean = static_cast<double>(successes) / n, line = std::log(1 / alpha);
  auto const excess = [&](double p) {
    double const g = p, h = 1 - p;
    constexpr double tuned_for = 0.05;
    double const r = beta_binomial_tuning(p * (1 - p) * t_opt, tuned_for, g, h, false);
    return beta_binomial_log_mixture((mean - p) * n, p * (1 - p) * n, r, g, h, false) - line;
  };
  constexpr double end = 1e-12;
  return {mean > 0 && excess(end) > 0 ? bisect(excess, end, mean) : 0,
          mean < 1 && excess(1 - end) > 0 ? bisect(excess, mean, 1 - end) : 1};
}

}  // namespace podium::inline v0::stats
