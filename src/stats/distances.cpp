#include "stats/order.hpp"
#include "stats/random.hpp"

#include "podium/stats/bootstrap.hpp"
#include "podium/stats/distributions.hpp"
#include "podium/stats/drift.hpp"
#include "podium/stats/random.hpp"
#include "podium/stats/sum.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace podium::inline v0::stats {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint32_t shuffle_stream = 3;
constexpr int permutations = 1999;
constexpr std::size_t largest_shuffle = 20'000;

std::vector<double> known(std::span<double const> values) {
  std::vector<double> kept;
  kept.reserve(values.size());
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept), [](double v) { return !std::isnan(v); });
  return ascending_values(kept);
}

/// Pooled values in order: each distinct value with how many of both sides it has.
struct Pooled {
  std::vector<double> value;
  std::vector<std::uint32_t> reference, current;
};

Pooled pool(std::vector<double> const& reference, std::vector<double> const& current) {
  Pooled pooled;
  std::size_t i = 0, j = 0;
  while (i < reference.size() || j < current.size()) {
    double const at = i == reference.size()                               ? current[j]
                      : j == current.size() || reference[i] <= current[j] ? reference[i]
                                                                          : current[j];
    std::uint32_t a = 0, b = 0;
    for (; i < reference.size() && reference[i] == at; ++i) ++a;
    for (; j < current.size() && current[j] == at; ++j) ++b;
    pooled.value.push_back(at);
    pooled.reference.push_back(a);
    pooled.current.push_back(b);
  }
  return pooled;
}

/// Largest distance of the two distribution functions.
double largest_gap(std::span<std::uint32_t const> reference, std::span<std::uint32_t const> current, double n,
                   double m) {
  double gap = 0, a = 0, b = 0;
  for (std::size_t k = 0; k < reference.size(); ++k) {
    a += reference[k];
    b += current[k];
    gap = std::max(gap, std::abs(a / n - b / m));
  }
  return gap;
}

double area(std::span<double const> value, std::span<std::uint32_t const> reference,
            std::span<std::uint32_t const> current) {
  double const n = std::accumulate(reference.begin(), reference.end(), 0.0);
  double const m = std::accumulate(current.begin(), current.end(), 0.0);
  NeumaierSum total;
  double a = 0, b = 0;
  for (std::size_t k = 0; k + 1 < value.size(); ++k) {
    a += reference[k];
    b += current[k];
    total.add(std::abs(a / n - b / m) * (value[k + 1] - value[k]));
  }
  return total.value();
}

/// P(D >= distance) without ties: probability that a random lattice path leaves the band.
double exact_tail(double distance, std::size_t n, std::size_t m) {
  std::vector<double> inside(m + 1);
  auto const dn = static_cast<double>(n), dm = static_cast<double>(m);
  for (std::size_t i = 0; i <= n; ++i)
    for (std::size_t j = 0; j <= m; ++j) {
      auto const x = static_cast<double>(i), y = static_cast<double>(j);
      if (std::abs(x / dn - y / dm) >= distance - 1e-12)
        inside[j] = 0;
      else if (i == 0 && j == 0)
        inside[j] = 1;
      else  // the step before was in either direction, in proportion to what lies behind
        inside[j] = (i > 0 ? x / (x + y) * inside[j] : 0) + (j > 0 ? y / (x + y) * inside[j - 1] : 0);
    }
  return std::clamp(1 - inside[m], 0.0, 1.0);
}

/// Draws which of the pooled values belong to the reference, by distinct value.
class Shuffle {
 public:
  Shuffle(Pooled const& pooled, std::size_t n, std::uint64_t seed) : n_{n}, seed_{seed} {
    for (std::uint32_t k = 0; k < pooled.value.size(); ++k)
      owner_.insert(owner_.end(), pooled.reference[k] + pooled.current[k], k);
    reference_.resize(pooled.value.size());
    current_.resize(pooled.value.size());
  }

  void draw(std::uint32_t replicate) {
    std::fill(reference_.begin(), reference_.end(), 0U);
    std::fill(current_.begin(), current_.end(), 0U);
    for (std::uint32_t i = 0; i < owner_.size(); ++i) {
      auto const left = static_cast<std::uint32_t>(owner_.size()) - i;
      if (i < n_) std::swap(owner_[i], owner_[i + resampled_index(seed_, shuffle_stream, replicate, i, left)]);
      ++(i < n_ ? reference_ : current_)[owner_[i]];
    }
  }
  std::span<std::uint32_t const> reference() const { return reference_; }
  std::span<std::uint32_t const> current() const { return current_; }

 private:
  std::size_t n_;
  std::uint64_t seed_;
  std::vector<std::uint32_t> owner_, reference_, current_;
};

double robust_scale(std::vector<double> const& sorted, double floor) {
  return std::max(floor, (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.349);
}

bool usable(std::vector<double> const& sorted) {
  return !sorted.empty() && std::isfinite(sorted.front()) && std::isfinite(sorted.back());
}

}  // namespace

Result<KolmogorovSmirnov> ks_test(std::span<double const> reference, std::span<double const> current, double level,
                                  std::uint64_t seed) {
  auto const x = known(reference), y = known(current);
  if (x.empty() || y.empty()) return Error{Errc::invalid_argument, "a sample has no values"};
  auto const pooled = pool(x, y);
  auto const n = static_cast<double>(x.size()), m = static_cast<double>(y.size());
  KolmogorovSmirnov test;
  test.reference_units = static_cast<std::int64_t>(x.size());
  test.current_units = static_cast<std::int64_t>(y.size());
  test.distance = largest_gap(pooled.reference, pooled.current, n, m);
  double const band = std::sqrt(std::log(4 / level) / 2) * (1 / std::sqrt(n) + 1 / std::sqrt(m));
  test.lower = std::max(0.0, test.distance - band);
  test.upper = std::min(1.0, test.distance + band);

  bool const ties = pooled.value.size() < x.size() + y.size();
  if (!ties && n * m <= 1e6) {
    test.p_method = "exact";
    test.p_value = exact_tail(test.distance, x.size(), y.size());
  } else if (ties && x.size() + y.size() <= largest_shuffle) {
    test.p_method = "permutation";
    Shuffle shuffle{pooled, x.size(), seed};
    int at_least = 0;
    for (std::uint32_t r = 0; r < permutations; ++r) {
      shuffle.draw(r);
      at_least += largest_gap(shuffle.reference(), shuffle.current(), n, m) >= test.distance - 1e-12;
    }
    test.p_value = static_cast<double>(at_least + 1) / (permutations + 1);
  } else {
    test.p_method = "asymptotic";
    test.p_value = kolmogorov_tail(std::sqrt(n * m / (n + m)) * test.distance);
  }
  return test;
}

double wasserstein(std::span<double const> reference, std::span<double const> current) {
  auto const x = known(reference), y = known(current);
  if (!usable(x) || !usable(y)) return nan;
  auto const pooled = pool(x, y);
  return area(pooled.value, pooled.reference, pooled.current);
}

double scaled_wasserstein(std::span<double const> reference, std::span<double const> current, double floor) {
  auto const x = known(reference);
  return usable(x) ? wasserstein(reference, current) / robust_scale(x, floor) : nan;
}

DistanceTest wasserstein_test(std::span<double const> reference, std::span<double const> current, double level,
                              double floor, std::uint64_t seed, int replicates) {
  auto const x = known(reference), y = known(current);
  DistanceTest test;
  test.reference_units = static_cast<std::int64_t>(x.size());
  test.current_units = static_cast<std::int64_t>(y.size());
  test.value = scaled_wasserstein(reference, current, floor);
  if (std::isnan(test.value) || replicates < 2) {
    test.null_band = std::numeric_limits<double>::infinity();
    return test;
  }
  // Counts are of places in the sorted sides, and of places in the pooled values for the null band.
  std::vector<double> together = x;
  together.insert(together.end(), y.begin(), y.end());
  together = ascending_values(together);
  auto const place = [&](std::vector<double> const& side) {
    std::vector<std::uint32_t> at;
    at.reserve(side.size());
    for (double const v : side)
      at.push_back(
          static_cast<std::uint32_t>(std::lower_bound(together.begin(), together.end(), v) - together.begin()));
    return at;
  };
  auto const of_x = place(x), of_y = place(y);
  double const scale = robust_scale(x, floor);
  std::vector<double> resampled, null;
  std::vector<std::uint32_t> a(together.size()), b(together.size()), count;
  auto const spread_out = [&](std::vector<std::uint32_t> const& places, std::uint32_t stream, std::uint32_t r,
                              std::vector<std::uint32_t>& onto) {
    count.assign(places.size(), 0);
    count_resample(seed, stream, r, count);
    std::fill(onto.begin(), onto.end(), 0U);
    for (std::size_t i = 0; i < places.size(); ++i) onto[places[i]] += count[i];
  };
  auto const draw_pooled = [&](std::size_t size, std::uint32_t stream, std::uint32_t r,
                               std::vector<std::uint32_t>& onto) {
    std::fill(onto.begin(), onto.end(), 0U);
    auto const all = static_cast<std::uint32_t>(together.size());
    for (std::uint32_t i = 0; i < size; ++i) ++onto[resampled_index(seed, stream, r, i, all)];
  };
  for (std::uint32_t r = 0; r < static_cast<std::uint32_t>(replicates); ++r) {
    spread_out(of_x, 0, r, a);
    spread_out(of_y, 1, r, b);
    resampled.push_back(area(together, a, b) / scale);
    draw_pooled(x.size(), 4, r, a);
    draw_pooled(y.size(), 5, r, b);
    null.push_back(area(together, a, b) / scale);
  }
  std::sort(resampled.begin(), resampled.end());
  std::sort(null.begin(), null.end());
  test.upper = quantile(resampled, 1 - level);
  test.lower = std::max(0.0, 2 * test.value - test.upper);
  test.null_band = quantile(null, 1 - level);
  return test;
}

ChiSquareTest chi_square_test(std::span<std::int64_t const> reference, std::span<std::int64_t const> current,
                              std::uint64_t seed) {
  assert(reference.size() == current.size());
  ChiSquareTest test;
  Pooled table;
  double n = 0, m = 0;
  for (std::size_t k = 0; k < reference.size(); ++k) {
    if (reference[k] + current[k] <= 0) continue;
    table.value.push_back(static_cast<double>(k));
    table.reference.push_back(static_cast<std::uint32_t>(reference[k]));
    table.current.push_back(static_cast<std::uint32_t>(current[k]));
    n += static_cast<double>(reference[k]);
    m += static_cast<double>(current[k]);
  }
  test.df = std::max(0, static_cast<int>(table.value.size()) - 1);
  if (n <= 0 || m <= 0 || test.df == 0) return test;
  double const all = n + m;
  auto const statistic = [&](std::span<std::uint32_t const> a, std::span<std::uint32_t const> b) {
    NeumaierSum total;
    for (std::size_t k = 0; k < a.size(); ++k) {
      double const both = static_cast<double>(a[k]) + static_cast<double>(b[k]);
      double const ea = n * both / all, eb = m * both / all;
      double const oa = static_cast<double>(a[k]) - ea, ob = static_cast<double>(b[k]) - eb;
      total.add(oa * oa / ea + ob * ob / eb);
    }
    return total.value();
  };
  test.statistic = statistic(table.reference, table.current);
  test.cramers_v = std::sqrt(test.statistic / all);
  test.p_value = chi_square_tail(test.statistic, test.df);
  test.least_expected = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < table.value.size(); ++k)
    test.least_expected = std::min(
        test.least_expected,
        std::min(n, m) * (static_cast<double>(table.reference[k]) + static_cast<double>(table.current[k])) / all);
  if (test.least_expected < 5 && all <= static_cast<double>(largest_shuffle)) {
    test.permutation = true;
    Shuffle shuffle{table, static_cast<std::size_t>(n), seed};
    int at_least = 0;
    for (std::uint32_t r = 0; r < permutations; ++r) {
      shuffle.draw(r);
      at_least += statistic(shuffle.reference(), shuffle.current()) >= test.statistic * (1 - 1e-12);
    }
    test.p_value = static_cast<double>(at_least + 1) / (permutations + 1);
  }
  return test;
}

}  // namespace podium::inline v0::stats
