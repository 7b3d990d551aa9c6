#include "podium/stats/multiplicity.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace podium::inline v0::stats {

std::vector<double> holm(std::span<double const> p_values) {
  std::vector<double> p(p_values.begin(), p_values.end());
  for (double& value : p)
    if (std::isnan(value)) value = 1;
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return std::pair{p[a], a} < std::pair{p[b], b}; });
  std::vector<double> adjusted(p.size());
  double running = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    running = std::max(running, std::min(1.0, static_cast<double>(p.size() - k) * p[order[k]]));
    adjusted[order[k]] = running;
  }
  return adjusted;
}

}  // namespace podium::inline v0::stats
