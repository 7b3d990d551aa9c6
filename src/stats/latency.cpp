#include "podium/stats/latency.hpp"

#include "stats/order.hpp"

#include "podium/stats/distributions.hpp"
#include "podium/stats/proportions.hpp"
#include "podium/stats/sum.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace podium::inline v0::stats {
namespace {

/// Smallest k in [low, high) for which `holds`, which stays true once it is; `high` if none.
template <class Holds>
std::int64_t first_where(std::int64_t low, std::int64_t high, Holds const& holds) {
  while (low < high) {
    auto const middle = low + (high - low) / 2;
    if (holds(middle))
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

bool inside(double p) { return p > 0 && p < 1; }

}  // namespace

QuantileRanks quantile_ranks(std::int64_t n, double quantile, double confidence) {
  if (n <= 0 || !inside(quantile) || !inside(confidence)) return {};
  double const tail = (1 - confidence) / 2;
  QuantileRanks ranks;
  auto const low = first_where(0, n, [&](std::int64_t k) { return binomial_cdf(k, n, quantile) > tail; });
  if (low >= 1) ranks.lower = low;
  auto const high = first_where(std::max<std::int64_t>(low, 1), n + 1,
                                [&](std::int64_t k) { return binomial_cdf(k - 1, n, quantile) >= 1 - tail; });
  if (high <= n) ranks.upper = high;
  return ranks;
}

std::optional<std::int64_t> quantile_upper_rank(std::int64_t n, double quantile, double confidence) {
  if (n <= 0 || !inside(quantile) || !inside(confidence)) return std::nullopt;
  auto const rank =
      first_where(1, n + 1, [&](std::int64_t k) { return binomial_cdf(k - 1, n, quantile) >= confidence; });
  if (rank > n) return std::nullopt;
  return rank;
}

std::int64_t quantile_upper_needed(double quantile, double confidence) {
  if (!inside(quantile) || !inside(confidence)) return -1;
  auto const about = static_cast<std::int64_t>(std::ceil(std::log1p(-confidence) / std::log(quantile)));
  return first_where(std::max<std::int64_t>(1, about - 2), about + 3,
                     [&](std::int64_t n) { return quantile_upper_rank(n, quantile, confidence).has_value(); });
}

Interval quantile_interval(std::span<double const> values, double quantile, double confidence) {
  std::vector<double> known(values.begin(), values.end());
  for (double& v : known)
    if (std::isnan(v)) v = std::numeric_limits<double>::infinity();
  auto const sorted = ascending_values(known);
  auto const ranks = quantile_ranks(static_cast<std::int64_t>(sorted.size()), quantile, confidence);
  Interval interval;
  if (ranks.lower) interval.lower = sorted[static_cast<std::size_t>(*ranks.lower - 1)];
  if (ranks.upper) interval.upper = sorted[static_cast<std::size_t>(*ranks.upper - 1)];
  return interval;
}

Result<Exceedance> slo_by_counting(std::int64_t exceedances, std::int64_t requests, double quantile,
                                   double confidence) {
  if (exceedances < 0 || requests < 0 || exceedances > requests)
    return Error{Errc::invalid_argument, "exceedances are not between 0 and the number of requests"};
  if (!inside(quantile)) return Error{Errc::invalid_argument, "a quantile lies between 0 and 1"};
  if (!inside(confidence)) return Error{Errc::invalid_argument, "a confidence lies between 0 and 1"};
  double const allowed = 1 - quantile;
  Exceedance test;
  test.exceedances = exceedances;
  test.requests = requests;
  test.requests_needed = quantile_upper_needed(quantile, confidence);
  if (requests == 0) return test;
  test.share = static_cast<double>(exceedances) / static_cast<double>(requests);
  auto const bounds = clopper_pearson(exceedances, requests, 2 * confidence - 1);
  test.lower = bounds.lower;
  test.upper = bounds.upper;
  test.p_value = exceedances == requests ? 1 : binomial_cdf(exceedances, requests, allowed);
  test.p_violated = 1 - binomial_cdf(exceedances - 1, requests, allowed);
  test.limit =
      first_where(0, requests, [&](std::int64_t k) { return binomial_cdf(k, requests, allowed) > 1 - confidence; }) - 1;
  return test;
}

Autocorrelation autocorrelation(std::span<double const> in_order_of_time) {
  auto const n = in_order_of_time.size();
  Autocorrelation found;
  found.effective_requests = static_cast<double>(n);
  if (n < 2) return found;
  auto const count = static_cast<double>(n);
  double const middle = sum(in_order_of_time) / count;
  NeumaierSum squares, lagged;
  for (std::size_t i = 0; i < n; ++i) {
    double const off = in_order_of_time[i] - middle;
    squares.add(off * off);
    if (i > 0) lagged.add(off * (in_order_of_time[i - 1] - middle));
  }
  if (!(squares.value() > 0)) return found;
  found.lag_one = lagged.value() / squares.value();

  auto const batches = static_cast<std::size_t>(std::sqrt(count));
  auto const size = n / batches;
  if (batches < 4) return found;
  NeumaierSum between;
  for (std::size_t b = 0; b < batches; ++b) {
    double const off = sum(in_order_of_time.subspan(b * size, size)) / static_cast<double>(size) - middle;
    between.add(off * off);
  }
  double const of_means = between.value() / static_cast<double>(batches - 1), of_one = squares.value() / (count - 1);
  if (of_means > 0) found.effective_requests = std::min(count, static_cast<double>(batches) * of_one / of_means);
  return found;
}

}  // namespace podium::inline v0::stats
