#include "podium/stats/estimate.hpp"

#include "podium/stats/sum.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace podium::inline v0::stats {

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
  assert(cluster.size() == estimate.influence.size());
  std::vector<NeumaierSum> totals(clusters);
  std::vector<bool> seen(clusters, false);
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    totals[cluster[i]].add(estimate.influence[i]);
    seen[cluster[i]] = true;
  }
  std::vector<double> squares;
  squares.reserve(clusters);
  for (std::uint32_t g = 0; g < clusters; ++g)
    if (seen[g]) squares.push_back(totals[g].value() * totals[g].value());

  auto const groups = static_cast<double>(squares.size());
  Spread spread;
  spread.groups = static_cast<std::int64_t>(squares.size());
  spread.df = groups - 1;
  spread.standard_error =
      groups < 2 ? std::numeric_limits<double>::quiet_NaN() : std::sqrt(groups / (groups - 1) * sum(squares));
  double const ratio = spread.standard_error / estimate.row_error;
  spread.design_effect = estimate.row_error > 0 ? ratio * ratio : 1;
  return spread;
}

Interval one_sided_bounds(double estimate, Spread const& spread, double level) {
  double const reach = student_quantile(1 - level, spread.df) * spread.standard_error;
  if (std::isnan(reach)) return {};
  return {estimate - reach, estimate + reach};
}

}  // namespace podium::inline v0::stats
