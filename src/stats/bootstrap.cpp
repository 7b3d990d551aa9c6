#include "podium/stats/bootstrap.hpp"

#include "base/parallel.hpp"
#include "stats/random.hpp"

#include "podium/stats/distributions.hpp"
#include "podium/stats/sum.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::stats {
namespace {

constexpr std::uint32_t quick_enough = 2000;  ///< units up to which every one is left out by itself
constexpr std::uint32_t jackknife_groups = 200;
constexpr std::size_t together = 8;  ///< resamples computed at a time

/// Leave-one-out values, or leave-a-group-out values where each would take too long.
std::vector<double> left_out(Statistic const& statistic, int threads) {
  if (auto quick = statistic.leave_one_out(); !quick.empty()) return quick;
  auto const units = statistic.units();
  auto const groups = units <= quick_enough ? units : jackknife_groups;
  std::vector<double> values(groups);
  base::parallel_for(threads, groups, [&](int, std::size_t group) {
    std::vector<std::uint32_t> count(units, 1);
    for (auto u = static_cast<std::uint32_t>(group); u < units; u += groups) count[u] = 0;
    values[group] = statistic.at(count);
  });
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  return values;
}

Result<void> check(BootstrapOptions const& options) {
  if (options.replicates < 100 || options.replicates > 10'000'000)
    return Error{Errc::invalid_argument, "a bootstrap takes 100 to 10000000 replicates"};
  return {};
}

Result<BootstrapDistribution> finish(double estimate, std::int64_t groups, std::vector<double> values,
                                     std::vector<double> const& without_one) {
  BootstrapDistribution made;
  made.estimate = estimate;
  made.groups = groups;
  if (!std::isfinite(estimate)) return Error{Errc::failed, "the statistic does not exist for this sample"};
  auto const asked = values.size();
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  if (auto const lost = asked - values.size(); lost * 100 > asked || values.empty())
    return Error{Errc::failed, "the statistic does not exist for " + std::to_string(lost) + " of " +
                                   std::to_string(asked) + " resamples: too few rows of one kind"};
  std::sort(values.begin(), values.end());

  auto const b = static_cast<double>(values.size());
  auto const [first, last] = std::equal_range(values.begin(), values.end(), estimate);
  made.z0 =
      normal_quantile((static_cast<double>(first - values.begin()) + 0.5 * static_cast<double>(last - first)) / b);
  made.acceleration = bca_acceleration(without_one);
  double const middle = sum(values) / b;
  std::vector<double> squares;
  squares.reserve(values.size());
  for (double const value : values) squares.push_back((value - middle) * (value - middle));
  made.standard_error = std::sqrt(sum(squares) / (b - 1));
  made.sorted = std::make_shared<std::vector<double> const>(std::move(values));
  return made;
}

Result<BootstrapDistribution> finish(Statistic const& statistic, std::vector<double> values, int threads) {
  double const estimate = statistic.at(std::vector<std::uint32_t>(statistic.units(), 1));
  // A resample that is the sample again may differ by the rounding of its sums.
  double const rounding = 1e-12 * std::max(1.0, std::abs(estimate));
  for (double& value : values)
    if (std::abs(value - estimate) <= rounding) value = estimate;
  return finish(estimate, statistic.units(), std::move(values), left_out(statistic, threads));
}

}  // namespace

void Statistic::at_each(std::span<std::uint32_t const> counts, std::span<double> values) const {
  for (std::size_t r = 0; r < values.size(); ++r) values[r] = at(counts.subspan(r * units(), units()));
}

Result<std::vector<BootstrapDistribution>> bootstrap(std::span<Statistic const* const> statistics,
                                                     BootstrapOptions const& options) {
  if (statistics.empty()) return std::vector<BootstrapDistribution>{};
  auto const units = statistics.front()->units();
  if (units == 0) return Error{Errc::invalid_argument, "nothing to resample: no rows"};
  for (auto const* statistic : statistics)
    if (statistic->units() != units)
      return Error{Errc::invalid_argument, "statistics of different samples cannot share resamples"};
  if (auto ok = check(options); !ok) return ok.error();

  auto const replicates = static_cast<std::size_t>(options.replicates);
  std::vector<std::vector<double>> values(statistics.size(), std::vector<double>(replicates));
  base::parallel_for(options.threads, (replicates + together - 1) / together, [&](int, std::size_t chunk) {
    auto const first = chunk * together, size = std::min(together, replicates - first);
    std::vector<std::uint32_t> counts(size * units, 0);
    for (std::size_t r = 0; r < size; ++r)
      count_resample(options.seed, options.stream, static_cast<std::uint32_t>(first + r),
                     std::span{counts}.subspan(r * units, units));
    for (std::size_t s = 0; s < statistics.size(); ++s)
      statistics[s]->at_each(counts, std::span{values[s]}.subspan(first, size));
  });

  std::vector<BootstrapDistribution> made;
  made.reserve(statistics.size());
  for (std::size_t s = 0; s < statistics.size(); ++s) {
    auto distribution = finish(*statistics[s], std::move(values[s]), options.threads);
    if (!distribution) return distribution.error();
    made.push_back(*std::move(distribution));
  }
  return made;
}

Result<BootstrapDistribution> bootstrap(Statistic const& statistic, BootstrapOptions const& options) {
  Statistic const* const one[] = {&statistic};
  auto made = bootstrap(one, options);
  if (!made) return made.error();
  return std::move(made->front());
}

Result<BootstrapDistribution> bootstrap_values(std::span<double const> values,
                                               std::function<double(std::span<double const>)> const& statistic,
                                               BootstrapOptions const& options) {
  if (values.empty()) return Error{Errc::invalid_argument, "nothing to resample: no rows"};
  if (auto ok = check(options); !ok) return ok.error();
  auto const n = static_cast<std::uint32_t>(values.size());
  std::vector<double> resampled(static_cast<std::size_t>(options.replicates));
  base::parallel_for(options.threads, resampled.size(), [&](int, std::size_t r) {
    std::vector<double> drawn(n);
    for (std::uint32_t i = 0; i < n; ++i)
      drawn[i] = values[resampled_index(options.seed, options.stream, static_cast<std::uint32_t>(r), i, n)];
    resampled[r] = statistic(drawn);
  });
  auto const groups = n <= quick_enough ? n : jackknife_groups;
  std::vector<double> without_one(groups);
  base::parallel_for(options.threads, groups, [&](int, std::size_t group) {
    std::vector<double> kept;
    kept.reserve(n);
    for (std::uint32_t i = 0; i < n; ++i)
      if (i % groups != group) kept.push_back(values[i]);
    without_one[group] = kept.empty() ? std::numeric_limits<double>::quiet_NaN() : statistic(kept);
  });
  std::erase_if(without_one, [](double v) { return !std::isfinite(v); });
  return finish(statistic(values), n, std::move(resampled), without_one);
}

double bca_acceleration(std::span<double const> leave_one_out) {
  if (leave_one_out.empty()) return 0;
  double const middle = sum(leave_one_out) / static_cast<double>(leave_one_out.size());
  std::vector<double> squares, cubes;
  squares.reserve(leave_one_out.size());
  cubes.reserve(leave_one_out.size());
  for (double const value : leave_one_out) {
    double const off = middle - value;
    squares.push_back(off * off);
    cubes.push_back(off * off * off);
  }
  double const of_squares = sum(squares);
  return of_squares > 0 ? sum(cubes) / (6 * of_squares * std::sqrt(of_squares)) : 0;
}

double jackknife_error(std::span<double const> leave_one_out) {
  auto const n = static_cast<double>(leave_one_out.size());
  if (leave_one_out.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  double const middle = sum(leave_one_out) / n;
  std::vector<double> squares;
  squares.reserve(leave_one_out.size());
  for (double const value : leave_one_out) squares.push_back((value - middle) * (value - middle));
  return std::sqrt((n - 1) / n * sum(squares));
}

double quantile(std::span<double const> sorted, double p) {
  if (sorted.empty() || std::isnan(p)) return std::numeric_limits<double>::quiet_NaN();
  double const place = static_cast<double>(sorted.size() - 1) * std::clamp(p, 0.0, 1.0);
  auto const below = static_cast<std::size_t>(std::floor(place));
  auto const above = std::min(below + 1, sorted.size() - 1);
  double const part = place - static_cast<double>(below);
  return part > 0 ? sorted[below] + part * (sorted[above] - sorted[below]) : sorted[below];
}

}  // namespace podium::inline v0::stats
