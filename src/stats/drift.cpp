#include "podium/stats/drift.hpp"

#include "podium/stats/sum.hpp"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/non_central_chi_squared.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace podium::inline v0::stats {
namespace {

constexpr double normal_df = std::numeric_limits<double>::infinity();

/// Non-centrality at which a value as small as x (or, for `upper_tail`, as large) has probability `level`.
double non_centrality(double x, double df, double level, bool upper_tail) {
  using boost::math::chi_squared;
  using boost::math::non_central_chi_squared;
  auto const probability = [&](double lambda) {
    // The series for the distribution is slow for large arguments, where it is normal for every purpose here.
    bool const is_normal = x > 5000 || lambda > 5000;
    double const below =
        is_normal     ? 1 - student_tail((x - df - lambda) / std::sqrt(2 * (df + 2 * std::max(lambda, 0.0))), normal_df)
        : lambda <= 0 ? boost::math::cdf(chi_squared(df), x)
                      : boost::math::cdf(non_central_chi_squared(df, lambda), x);
    return upper_tail ? 1 - below : below;
  };
  // `probability` of the lower tail falls with lambda, that of the upper tail rises.
  auto const beyond = [&](double lambda) {
    return upper_tail ? probability(lambda) >= level : probability(lambda) <= level;
  };
  if (beyond(0)) return 0;
  double low = 0, high = std::max(1.0, x);
  while (!beyond(high) && high < 1e12) high *= 2;
  for (int i = 0; i < 80; ++i) {
    double const middle = low + (high - low) / 2;
    (beyond(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace

std::vector<double> quantile_edges(std::span<double const> reference, int bins) {
  std::vector<double> sorted;
  sorted.reserve(reference.size());
  std::copy_if(reference.begin(), reference.end(), std::back_inserter(sorted), [](double v) { return !std::isnan(v); });
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> edges;
  if (sorted.empty()) return edges;
  for (int i = 1; i < bins; ++i) {
    double const place = static_cast<double>(sorted.size() - 1) * i / bins;
    auto const below = static_cast<std::size_t>(place);
    auto const above = std::min(below + 1, sorted.size() - 1);
    double const part = place - static_cast<double>(below);
    double const edge = part > 0 ? sorted[below] + part * (sorted[above] - sorted[below]) : sorted[below];
    if (edges.empty() || edge > edges.back()) edges.push_back(edge);
  }
  return edges;
}

std::vector<std::int64_t> bin_counts(std::span<double const> values, std::span<double const> edges) {
  std::vector<std::int64_t> counts(edges.size() + 2, 0);
  for (double const value : values) {
    auto const bin =
        std::isnan(value)
            ? edges.size() + 1
            : static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), value) - edges.begin());
    ++counts[bin];
  }
  return counts;
}

double psi(std::span<std::int64_t const> reference, std::span<std::int64_t const> current) {
  assert(reference.size() == current.size());
  auto const smoothed = [](std::span<std::int64_t const> counts) {
    return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0})) +
           0.5 * static_cast<double>(counts.size());
  };
  double const all_reference = smoothed(reference), all_current = smoothed(current);
  NeumaierSum sum;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    double const p = (static_cast<double>(reference[i]) + 0.5) / all_reference;
    double const q = (static_cast<double>(current[i]) + 0.5) / all_current;
    sum.add((p - q) * std::log(p / q));
  }
  return sum.value();
}

Psi psi_test(std::span<double const> reference, std::span<double const> current, double level, int bins) {
  Psi result;
  result.reference_units = static_cast<std::int64_t>(reference.size());
  result.current_units = static_cast<std::int64_t>(current.size());
  auto const edges = quantile_edges(reference, bins);
  auto before = bin_counts(reference, edges);
  auto now = bin_counts(current, edges);
  if (before.back() == 0 && now.back() == 0) {
    before.pop_back();
    now.pop_back();
  }
  result.bins = static_cast<int>(before.size());
  if (reference.empty() || current.empty() || result.bins < 2) {
    result.value = std::numeric_limits<double>::quiet_NaN();
    result.null_band = result.upper = std::numeric_limits<double>::infinity();
    return result;
  }
  result.value = psi(before, now);
  double const scale = 1 / static_cast<double>(reference.size()) + 1 / static_cast<double>(current.size());
  double const df = result.bins - 1;
  double const x = std::max(0.0, result.value / scale);
  result.null_band = scale * boost::math::quantile(boost::math::complement(boost::math::chi_squared(df), level));
  result.upper = scale * non_centrality(x, df, level, false);
  result.lower = scale * non_centrality(x, df, level, true);
  return result;
}

}  // namespace podium::inline v0::stats
