#include "podium/stats/multiplicity.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace podium::inline v0::stats {
namespace {

std::vector<double> cleaned(std::span<double const> p_values) {
  std::vector<double> p(p_values.begin(), p_values.end());
  for (double& value : p)
    if (std::isnan(value)) value = 1;
  return p;
}

std::vector<std::size_t> ascending(std::vector<double> const& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return std::pair{p[a], a} < std::pair{p[b], b}; });
  return order;
}

/// p(k) m / k times `factor`, running minimum from the largest.
std::vector<double> step_up(std::span<double const> p_values, double factor) {
  auto const p = cleaned(p_values);
  auto const order = ascending(p);
  auto const m = static_cast<double>(p.size());
  std::vector<double> adjusted(p.size());
  double running = 1;
  for (std::size_t k = order.size(); k > 0; --k) {
    running = std::min(running, factor * m / static_cast<double>(k) * p[order[k - 1]]);
    adjusted[order[k - 1]] = running;
  }
  return adjusted;
}

}  // namespace

std::vector<double> holm(std::span<double const> p_values) {
  auto const p = cleaned(p_values);
  auto const order = ascending(p);
  std::vector<double> adjusted(p.size());
  double running = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    running = std::max(running, std::min(1.0, static_cast<double>(p.size() - k) * p[order[k]]));
    adjusted[order[k]] = running;
  }
  return adjusted;
}

std::vector<double> benjamini_hochberg(std::span<double const> p_values) { return step_up(p_values, 1); }

std::vector<double> benjamini_yekutieli(std::span<double const> p_values) {
  double harmonic = 0;
  for (std::size_t k = 1; k <= p_values.size(); ++k) harmonic += 1 / static_cast<double>(k);
  return step_up(p_values, harmonic);
}

double reuse_level(double alpha, std::int64_t k, std::int64_t budget, ReuseSchedule schedule) {
  if (k < 1) return 0;
  if (schedule == ReuseSchedule::unbounded)
    return alpha * 6 / (std::numbers::pi * std::numbers::pi * static_cast<double>(k) * static_cast<double>(k));
  return budget < 1 || k > budget ? 0 : alpha / static_cast<double>(budget);
}

}  // namespace podium::inline v0::stats
