#include "podium/stats/paired.hpp"

#include "podium/stats/sum.hpp"

#include <cassert>
#include <cmath>

namespace podium::inline v0::stats {

Estimate mean(std::span<double const> values, std::span<double const> weight) {
  assert(weight.empty() || weight.size() == values.size());
  auto const n = static_cast<double>(values.size());
  Estimate estimate;
  double total = n;
  if (weight.empty()) {
    estimate.value = sum(values) / n;
  } else {
    std::vector<double> weighted(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) weighted[i] = weight[i] * values[i];
    total = sum(weight);
    estimate.value = sum(weighted) / total;
  }
  estimate.df = n - 1;
  estimate.influence.reserve(values.size());
  std::vector<double> squares;
  squares.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    double const off = values[i] - estimate.value;
    double const moved = weight.empty() ? off : weight[i] * off;
    estimate.influence.push_back(moved / total);
    squares.push_back(moved * moved);
  }
  // Without weights s^2 / n; with them the linearised ratio's variance and the same factor n / (n - 1).
  estimate.row_error = n < 2            ? std::numeric_limits<double>::quiet_NaN()
                       : weight.empty() ? std::sqrt(sum(squares) / (n - 1) / n)
                                        : std::sqrt(n / (n - 1) * sum(squares)) / total;
  return estimate;
}

Estimate paired_mean(std::span<double const> champion_loss, std::span<double const> challenger_loss,
                     std::span<double const> weight) {
  assert(champion_loss.size() == challenger_loss.size());
  std::vector<double> difference(champion_loss.size());
  for (std::size_t i = 0; i < difference.size(); ++i) difference[i] = champion_loss[i] - challenger_loss[i];
  return mean(difference, weight);
}

}  // namespace podium::inline v0::stats
