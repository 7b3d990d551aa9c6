#include "podium/stats/drift.hpp"

#include "stats/noncentral.hpp"
#include "stats/order.hpp"

#include "podium/stats/distributions.hpp"
#include "podium/stats/sum.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>

namespace podium::inline v0::stats {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::int64_t total_of(std::span<std::int64_t const> counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

double pooled_scale(std::int64_t reference, std::int64_t current) {
  return 1 / static_cast<double>(reference) + 1 / static_cast<double>(current);
}

}  // namespace

std::vector<double> quantile_edges(std::span<double const> reference, int bins) {
  std::vector<double> known;
  known.reserve(reference.size());
  std::copy_if(reference.begin(), reference.end(), std::back_inserter(known), [](double v) { return !std::isnan(v); });
  auto const sorted = ascending_values(known);
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

CategoryCounts category_counts(std::span<std::string const> reference, std::span<std::string const> current) {
  std::map<std::string_view, std::pair<std::int64_t, std::int64_t>> all;
  for (auto const& value : reference) ++all[value].first;
  for (auto const& value : current) ++all[value].second;
  CategoryCounts counts;
  for (auto const& [name, count] : all) {
    counts.category.emplace_back(name);
    counts.reference.push_back(count.first);
    counts.current.push_back(count.second);
  }
  return counts;
}

double psi(std::span<std::int64_t const> reference, std::span<std::int64_t const> current) {
  assert(reference.size() == current.size());
  auto const smoothed = [](std::span<std::int64_t const> counts) {
    return static_cast<double>(total_of(counts)) + 0.5 * static_cast<double>(counts.size());
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

double psi_of_shares(std::span<double const> reference, std::span<double const> current) {
  assert(reference.size() == current.size());
  NeumaierSum sum;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    if (reference[i] == 0 && current[i] == 0) continue;
    if (reference[i] == 0 || current[i] == 0) return infinity;
    sum.add((reference[i] - current[i]) * std::log(reference[i] / current[i]));
  }
  return sum.value();
}

Psi psi_counts(std::span<std::int64_t const> reference, std::span<std::int64_t const> current, double level) {
  assert(reference.size() == current.size());
  Psi result;
  result.bins = static_cast<int>(reference.size());
  result.reference_units = total_of(reference);
  result.current_units = total_of(current);
  if (result.reference_units <= 0 || result.current_units <= 0 || result.bins < 2) {
    result.value = nan;
    result.null_band = result.upper = infinity;
    return result;
  }
  result.value = psi(reference, current);
  double const scale = pooled_scale(result.reference_units, result.current_units);
  double const df = result.bins - 1;
  double const x = std::max(0.0, result.value / scale);
  result.null_band = scale * chi_square_upper_quantile(level, df);
  result.upper = scale * noncentrality_upper(x, df, level);
  result.lower = scale * noncentrality_lower(x, df, level);
  return result;
}

Psi psi_test(std::span<double const> reference, std::span<double const> current, double level, int bins) {
  auto const edges = quantile_edges(reference, bins);
  auto before = bin_counts(reference, edges);
  auto now = bin_counts(current, edges);
  if (before.back() == 0 && now.back() == 0) {
    before.pop_back();
    now.pop_back();
  }
  return psi_counts(before, now, level);
}

std::int64_t psi_units_needed(double threshold, int bins, std::int64_t reference_units, double level) {
  if (!(threshold > 0) || bins < 2 || reference_units <= 0) return -1;
  double const df = bins - 1;
  // Without drift the statistic is about df; this is then its upper bound, in units of 1 / n + 1 / m.
  double const room = threshold / noncentrality_upper(df, df, level) - 1 / static_cast<double>(reference_units);
  return room > 0 ? static_cast<std::int64_t>(std::ceil(1 / room)) : -1;
}

double js_divergence(std::span<double const> reference, std::span<double const> current) {
  assert(reference.size() == current.size());
  double const of_reference = sum(reference), of_current = sum(current);
  if (!(of_reference > 0) || !(of_current > 0)) return nan;
  NeumaierSum total;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    double const p = reference[i] / of_reference, q = current[i] / of_current, m = (p + q) / 2;
    if (p > 0) total.add(0.5 * p * std::log2(p / m));
    if (q > 0) total.add(0.5 * q * std::log2(q / m));
  }
  return std::clamp(total.value(), 0.0, 1.0);
}

double js_distance(std::span<double const> reference, std::span<double const> current) {
  return std::sqrt(js_divergence(reference, current));
}

DistanceTest js_distance_test(std::span<std::int64_t const> reference, std::span<std::int64_t const> current,
                              double level) {
  assert(reference.size() == current.size());
  DistanceTest test;
  test.reference_units = total_of(reference);
  test.current_units = total_of(current);
  if (test.reference_units <= 0 || test.current_units <= 0 || reference.size() < 2) {
    test.value = nan;
    test.null_band = infinity;
    return test;
  }
  double const divergence = js_divergence(std::vector<double>(reference.begin(), reference.end()),
                                          std::vector<double>(current.begin(), current.end()));
  double const scale = pooled_scale(test.reference_units, test.current_units) / (8 * std::numbers::ln2);
  double const df = static_cast<double>(reference.size()) - 1, x = divergence / scale;
  auto const distance = [&](double chi_square) { return std::sqrt(std::min(1.0, scale * chi_square)); };
  test.value = std::sqrt(divergence);
  test.null_band = distance(chi_square_upper_quantile(level, df));
  test.upper = distance(noncentrality_upper(x, df, level));
  test.lower = distance(noncentrality_lower(x, df, level));
  return test;
}

}  // namespace podium::inline v0::stats
