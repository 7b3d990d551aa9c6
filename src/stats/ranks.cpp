#include "podium/stats/ranks.hpp"

#include "stats/order.hpp"

#include "podium/stats/distributions.hpp"
#include "podium/stats/sum.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::stats {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double normal_df = std::numeric_limits<double>::infinity();
constexpr std::size_t exact_size = 50;

Result<void> check(std::span<double const> values) {
  for (double const v : values)
    if (std::isnan(v)) return Error{Errc::invalid_argument, "a value is not a number"};
  return {};
}

/// Ranks, and the sum of t^3 - t over groups of t tied values.
struct Ranked {
  std::vector<double> rank;
  double ties = 0;
};

Ranked rank(std::span<double const> values) {
  auto const order = ascending_order(values);
  Ranked ranked{std::vector<double>(values.size()), 0};
  for (std::size_t start = 0; start < order.size();) {
    std::size_t end = start + 1;
    while (end < order.size() && values[order[end]] == values[order[start]]) ++end;
    for (std::size_t k = start; k < end; ++k) ranked.rank[order[k]] = static_cast<double>(start + end + 1) / 2;
    auto const t = static_cast<double>(end - start);
    ranked.ties += t * t * t - t;
    start = end;
  }
  return ranked;
}

/// Number of sign choices by twice the rank sum; counts are whole and below 2^53.
std::vector<double> signed_rank_counts(std::span<double const> ranks) {
  std::vector<double> counts{1};
  for (double const r : ranks) {
    auto const step = static_cast<std::size_t>(std::lround(2 * r));
    std::vector<double> next(counts.size() + step, 0);
    for (std::size_t s = 0; s < counts.size(); ++s) {
      next[s] += counts[s];
      next[s + step] += counts[s];
    }
    counts.swap(next);
  }
  return counts;
}

/// Number of arrangements of m and n distinct values by U.
std::vector<double> mann_whitney_counts(std::size_t m, std::size_t n) {
  std::vector<std::vector<double>> row(n + 1, std::vector<double>{1});
  for (std::size_t i = 1; i <= m; ++i)
    for (std::size_t j = 1; j <= n; ++j) {
      std::vector<double> counts(i * j + 1, 0);
      for (std::size_t u = 0; u < row[j].size(); ++u) counts[u + j] += row[j][u];
      for (std::size_t u = 0; u < row[j - 1].size(); ++u) counts[u] += row[j - 1][u];
      row[j] = std::move(counts);
    }
  return row[n];
}

double part(std::vector<double> const& counts, std::size_t begin, std::size_t end) {
  return sum(std::span{counts}.subspan(begin, end - begin)) / sum(counts);
}

/// Smallest q whose cumulative probability reaches `tail`.
std::size_t lower_quantile(std::vector<double> const& counts, double tail) {
  double const total = sum(counts);
  double below = 0;
  std::size_t q = 0;
  while (q < counts.size() && (below + counts[q]) / total < tail) below += counts[q++];
  return q;
}

double middle_of(std::vector<double>& values) {
  auto const half = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(half), values.end());
  double const above = values[half];
  if (values.size() % 2) return above;
  return (*std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(half)) + above) / 2;
}

/// The k-th value from either end (from 1); k = 0: no bounds.
Interval order_bounds(std::vector<double>& values, std::size_t k) {
  if (k == 0 || 2 * k > values.size() + 1) return {};
  auto const at = [&](std::size_t place) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place), values.end());
    return values[place];
  };
  return {at(k - 1), at(values.size() - k)};
}

std::size_t rounded_rank(double mean, double deviation, double confidence) {
  double const k = std::floor(mean - normal_quantile(0.5 + confidence / 2) * deviation);
  return k >= 1 ? static_cast<std::size_t>(k) : 0;
}

Result<void> check_confidence(double confidence) {
  if (!(confidence > 0 && confidence < 1)) return Error{Errc::invalid_argument, "a confidence lies between 0 and 1"};
  return {};
}

}  // namespace

Result<std::vector<double>> midranks(std::span<double const> values) {
  if (auto ok = check(values); !ok) return ok.error();
  return rank(values).rank;
}

Result<SignedRank> wilcoxon_signed_rank(std::span<double const> differences) {
  if (auto ok = check(differences); !ok) return ok.error();
  std::vector<double> size, sign;
  for (double const d : differences)
    if (d != 0) {
      size.push_back(std::abs(d));
      sign.push_back(d);
    }
  auto const ranked = rank(size);
  SignedRank test;
  test.used = static_cast<std::int64_t>(size.size());
  NeumaierSum positive;
  for (std::size_t i = 0; i < size.size(); ++i)
    if (sign[i] > 0) positive.add(ranked.rank[i]);
  test.statistic = positive.value();
  test.exact = size.size() <= exact_size;
  if (test.exact) {
    auto const counts = signed_rank_counts(ranked.rank);
    auto const w = static_cast<std::size_t>(std::lround(2 * test.statistic));
    test.p_greater = part(counts, w, counts.size());
    test.p_less = part(counts, 0, w + 1);
  } else {
    auto const n = static_cast<double>(size.size());
    double const off = test.statistic - n * (n + 1) / 4;
    double const deviation = std::sqrt(n * (n + 1) * (2 * n + 1) / 24 - ranked.ties / 48);
    test.p_greater = student_tail((off - 0.5) / deviation, normal_df);
    test.p_less = student_tail((-off - 0.5) / deviation, normal_df);
  }
  test.p_two_sided = std::min(1.0, 2 * std::min(test.p_greater, test.p_less));
  return test;
}

Result<Shift> hodges_lehmann(std::span<double const> differences, double confidence) {
  if (auto ok = check(differences); !ok) return ok.error();
  if (auto ok = check_confidence(confidence); !ok) return ok.error();
  auto const n = differences.size();
  if (n == 0) return Error{Errc::invalid_argument, "no differences"};
  if (n > 5000) return Error{Errc::invalid_argument, "a Hodges-Lehmann estimate takes at most 5000 values"};
  std::vector<double> averages;
  averages.reserve(n * (n + 1) / 2);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i; j < n; ++j) averages.push_back((differences[i] + differences[j]) / 2);
  std::vector<double> size(differences.begin(), differences.end());
  for (double& value : size) value = std::abs(value);
  auto const ranked = rank(size);
  Shift shift;
  shift.confidence = confidence;
  shift.estimate = middle_of(averages);
  shift.exact = n <= exact_size && ranked.ties == 0;
  std::size_t k = 0;
  if (shift.exact) {
    auto const counts = signed_rank_counts(ranked.rank);
    std::vector<double> whole;  // without ties twice the rank sum is even
    for (std::size_t s = 0; s < counts.size(); s += 2) whole.push_back(counts[s]);
    k = lower_quantile(whole, (1 - confidence) / 2);
  } else {
    auto const m = static_cast<double>(n);
    k = rounded_rank(m * (m + 1) / 4, std::sqrt(m * (m + 1) * (2 * m + 1) / 24), confidence);
  }
  shift.interval = order_bounds(averages, k);
  return shift;
}

Result<Shift> hodges_lehmann(std::span<double const> x, std::span<double const> y, double confidence) {
  if (auto ok = check(x); !ok) return ok.error();
  if (auto ok = check(y); !ok) return ok.error();
  if (auto ok = check_confidence(confidence); !ok) return ok.error();
  if (x.empty() || y.empty()) return Error{Errc::invalid_argument, "a sample is empty"};
  if (x.size() * y.size() > 20'000'000)
    return Error{Errc::invalid_argument, "a Hodges-Lehmann estimate takes at most 20000000 pairs"};
  std::vector<double> differences, pooled(x.begin(), x.end());
  differences.reserve(x.size() * y.size());
  for (double const a : x)
    for (double const b : y) differences.push_back(a - b);
  pooled.insert(pooled.end(), y.begin(), y.end());
  auto const ties = rank(pooled).ties;
  Shift shift;
  shift.confidence = confidence;
  shift.estimate = middle_of(differences);
  shift.exact = x.size() <= exact_size && y.size() <= exact_size && ties == 0;
  std::size_t k = 0;
  if (shift.exact) {
    k = lower_quantile(mann_whitney_counts(x.size(), y.size()), (1 - confidence) / 2);
  } else {
    auto const m = static_cast<double>(x.size()), n = static_cast<double>(y.size()), all = m + n;
    k = rounded_rank(m * n / 2, std::sqrt(m * n / 12 * (all + 1 - ties / (all * (all - 1)))), confidence);
  }
  shift.interval = order_bounds(differences, k);
  return shift;
}

Result<MannWhitney> mann_whitney(std::span<double const> x, std::span<double const> y) {
  if (auto ok = check(x); !ok) return ok.error();
  if (auto ok = check(y); !ok) return ok.error();
  if (x.empty() || y.empty()) return Error{Errc::invalid_argument, "a sample is empty"};
  std::vector<double> pooled(x.begin(), x.end());
  pooled.insert(pooled.end(), y.begin(), y.end());
  auto const ranked = rank(pooled);
  auto const m = static_cast<double>(x.size()), n = static_cast<double>(y.size()), all = m + n;
  MannWhitney test;
  test.u = sum(std::span{ranked.rank}.first(x.size())) - m * (m + 1) / 2;
  test.superiority = test.u / (m * n);
  double const off = test.u - m * n / 2;
  double const deviation = std::sqrt(m * n / 12 * (all + 1 - ranked.ties / (all * (all - 1))));
  if (deviation > 0) {
    test.z = off == 0 ? 0 : (off - std::copysign(0.5, off)) / deviation;
    test.p_asymptotic = std::min(1.0, 2 * student_tail(std::abs(test.z), normal_df));
  } else {
    test.z = nan;
  }
  test.exact = ranked.ties == 0 && x.size() <= exact_size && y.size() <= exact_size;
  if (test.exact) {
    auto const counts = mann_whitney_counts(x.size(), y.size());
    auto const u = static_cast<std::size_t>(std::lround(test.u));
    test.p_greater = part(counts, u, counts.size());
    test.p_less = part(counts, 0, u + 1);
    test.p_two_sided = std::min(1.0, 2 * std::min(test.p_greater, test.p_less));
  } else if (deviation > 0) {
    test.p_greater = student_tail((off - 0.5) / deviation, normal_df);
    test.p_less = student_tail((-off - 0.5) / deviation, normal_df);
    test.p_two_sided = test.p_asymptotic;
  }
  return test;
}

Result<double> spearman(std::span<double const> x, std::span<double const> y) {
  if (x.size() != y.size()) return Error{Errc::invalid_argument, "columns differ in length"};
  if (auto ok = check(x); !ok) return ok.error();
  if (auto ok = check(y); !ok) return ok.error();
  auto const a = rank(x).rank, b = rank(y).rank;
  double const middle = static_cast<double>(x.size() + 1) / 2;
  std::vector<double> aa, bb, ab;
  for (std::size_t i = 0; i < a.size(); ++i) {
    aa.push_back((a[i] - middle) * (a[i] - middle));
    bb.push_back((b[i] - middle) * (b[i] - middle));
    ab.push_back((a[i] - middle) * (b[i] - middle));
  }
  double const scale = std::sqrt(sum(aa) * sum(bb));
  return scale > 0 ? sum(ab) / scale : nan;
}

}  // namespace podium::inline v0::stats
