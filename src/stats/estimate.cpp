#include "podium/stats/estimate.hpp"

#include "podium/stats/sum.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace podium::inline v0::stats {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Influences summed by cluster, in the order of the clusters; empty ones left out.
std::vector<double> cluster_totals(std::span<double const> influence, std::span<std::uint32_t const> cluster,
                                   std::uint32_t clusters) {
  assert(cluster.size() == influence.size());
  std::vector<NeumaierSum> totals(clusters);
  std::vector<bool> seen(clusters, false);
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    totals[cluster[i]].add(influence[i]);
    seen[cluster[i]] = true;
  }
  std::vector<double> values;
  values.reserve(clusters);
  for (std::uint32_t g = 0; g < clusters; ++g)
    if (seen[g]) values.push_back(totals[g].value());
  return values;
}

}  // namespace

double sum(std::span<double const> terms) noexcept {
  NeumaierSum total;
  for (std::size_t start = 0; start < terms.size(); start += sum_block) {
    NeumaierSum block;
    for (double const term : terms.subspan(start, std::min(sum_block, terms.size() - start))) block.add(term);
    total.add(block.value());
  }
  return total.value();
}

Spread row_spread(Estimate const& estimate) {
  return {estimate.row_error, estimate.df, static_cast<std::int64_t>(estimate.influence.size()), 1};
}

Spread clustered_spread(Estimate const& estimate, std::span<std::uint32_t const> cluster, std::uint32_t clusters) {
  auto squares = cluster_totals(estimate.influence, cluster, clusters);
  for (double& value : squares) value *= value;
  auto const groups = static_cast<double>(squares.size());
  Spread spread;
  spread.groups = static_cast<std::int64_t>(squares.size());
  spread.df = groups - 1;
  spread.standard_error = groups < 2 ? nan : std::sqrt(groups / (groups - 1) * sum(squares));
  double const ratio = spread.standard_error / estimate.row_error;
  spread.design_effect = estimate.row_error > 0 ? ratio * ratio : 1;
  return spread;
}

Spread spread(Estimate const& estimate, std::span<std::uint32_t const> cluster, std::uint32_t clusters) {
  return cluster.empty() ? row_spread(estimate) : clustered_spread(estimate, cluster, clusters);
}

Interval one_sided_bounds(double estimate, Spread const& spread, double level) {
  double const reach = student_quantile(1 - level, spread.df) * spread.standard_error;
  if (std::isnan(reach)) return {};
  return {estimate - reach, estimate + reach};
}

double effective_rows(std::span<double const> weight, std::int64_t rows) {
  if (weight.empty()) return static_cast<double>(rows);
  std::vector<double> squares(weight.begin(), weight.end());
  for (double& value : squares) value *= value;
  double const total = sum(weight), of_squares = sum(squares);
  return of_squares > 0 ? total * total / of_squares : 0;
}

double skewness_ratio(Estimate const& estimate, std::span<std::uint32_t const> cluster, std::uint32_t clusters) {
  std::vector<double> by_cluster;
  if (!cluster.empty()) by_cluster = cluster_totals(estimate.influence, cluster, clusters);
  std::span<double const> const totals = cluster.empty() ? estimate.influence : by_cluster;
  auto const n = static_cast<double>(totals.size());
  if (totals.size() < 2) return nan;
  double const middle = sum(totals) / n;
  BlockSum squares, cubes;
  for (double const value : totals) {
    double const off = value - middle;
    squares.add(off * off);
    cubes.add(off * off * off);
  }
  double const variance = squares.value() / n;
  if (!(variance > 0)) return 0;
  return std::abs(cubes.value() / n / (variance * std::sqrt(variance))) / std::sqrt(n);
}

}  // namespace podium::inline v0::stats
