#include "podium/stats/proportions.hpp"

#include "stats/roots.hpp"

#include "podium/stats/distributions.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace podium::inline v0::stats {

Interval wilson(std::int64_t successes, std::int64_t trials, double confidence) {
  if (trials <= 0) return {0, 1};
  double const z = student_quantile(0.5 + confidence / 2, std::numeric_limits<double>::infinity());
  auto const n = static_cast<double>(trials);
  double const p = static_cast<double>(successes) / n;
  double const scale = 1 + z * z / n;
  double const centre = p + z * z / (2 * n);
  double const half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {successes == 0 ? 0 : (centre - half) / scale, successes == trials ? 1 : (centre + half) / scale};
}

Interval clopper_pearson(std::int64_t successes, std::int64_t trials, double confidence) {
  if (trials <= 0) return {0, 1};
  double const tail = (1 - confidence) / 2;
  auto const s = static_cast<double>(successes);
  auto const n = static_cast<double>(trials);
  return {successes == 0 ? 0 : beta_quantile(tail, s, n - s + 1),
          successes == trials ? 1 : beta_quantile(1 - tail, s + 1, n - s)};
}

McNemar mcnemar(std::int64_t only_champion, std::int64_t only_challenger) {
  auto const discordant = only_champion + only_challenger;
  if (discordant <= 0) return {};
  auto const n = static_cast<double>(discordant);
  auto const low = std::min(only_champion, only_challenger);
  double const at_low = binomial_pmf(low, discordant, 0.5);
  McNemar test;
  test.exact = std::min(1.0, 2 * binomial_cdf(low, discordant, 0.5));
  test.mid_p = only_champion == only_challenger ? 1 - at_low / 2 : test.exact - at_low;
  auto const off = static_cast<double>(only_champion - only_challenger);
  test.chi_square = off * off / n;
  test.p_chi_square = chi_square_tail(test.chi_square, 1);
  double const corrected = std::abs(off) - 1;
  test.chi_square_corrected = corrected * corrected / n;
  test.p_corrected = chi_square_tail(test.chi_square_corrected, 1);
  return test;
}

Result<PairedCounts> paired_counts(std::span<double const> champion_right, std::span<double const> challenger_right) {
  if (champion_right.size() != challenger_right.size())
    return Error{Errc::invalid_argument, "the models' columns differ in length"};
  PairedCounts counts;
  for (std::size_t i = 0; i < champion_right.size(); ++i) {
    double const a = champion_right[i], b = challenger_right[i];
    if ((a != 0 && a != 1) || (b != 0 && b != 1))
      return Error{Errc::invalid_argument, "a value is neither 1 (right) nor 0 (wrong), row " + std::to_string(i)};
    ++(a == 1 ? (b == 1 ? counts.both : counts.only_champion) : (b == 1 ? counts.only_challenger : counts.neither));
  }
  return counts;
}

Interval newcombe(std::int64_t successes1, std::int64_t trials1, std::int64_t successes2, std::int64_t trials2,
                  double confidence) {
  if (trials1 <= 0 || trials2 <= 0) return {-1, 1};
  double const p1 = static_cast<double>(successes1) / static_cast<double>(trials1);
  double const p2 = static_cast<double>(successes2) / static_cast<double>(trials2);
  auto const one = wilson(successes1, trials1, confidence), two = wilson(successes2, trials2, confidence);
  return {p1 - p2 - std::hypot(p1 - one.lower, two.upper - p2), p1 - p2 + std::hypot(one.upper - p1, p2 - two.lower)};
}

Interval newcombe_paired(PairedCounts const& counts, double confidence) {
  auto const rows = counts.rows();
  if (rows <= 0) return {-1, 1};
  auto const a = static_cast<double>(counts.both), b = static_cast<double>(counts.only_challenger),
             c = static_cast<double>(counts.only_champion), d = static_cast<double>(counts.neither),
             n = static_cast<double>(rows);
  double const p1 = (a + b) / n, p2 = (a + c) / n, difference = (b - c) / n;
  auto const one = wilson(counts.both + counts.only_challenger, rows, confidence);
  auto const two = wilson(counts.both + counts.only_champion, rows, confidence);
  double phi = 0;
  if (double const margins = (a + b) * (c + d) * (a + c) * (b + d); margins > 0) {
    double product = a * d - b * c;
    product = product > n / 2 ? product - n / 2 : product >= 0 ? 0 : product;
    phi = product / std::sqrt(margins);
  }
  auto const reach = [phi](double x, double y) { return std::sqrt(std::max(0.0, x * x - 2 * phi * x * y + y * y)); };
  return {difference - reach(p1 - one.lower, two.upper - p2), difference + reach(one.upper - p1, p2 - two.lower)};
}

double tango_z(std::int64_t only_champion, std::int64_t only_challenger, std::int64_t rows, double difference) {
  auto const b = static_cast<double>(only_challenger), c = static_cast<double>(only_champion),
             n = static_cast<double>(rows);
  // Root of the restricted likelihood's quadratic: the share of rows that only the champion gets right.
  double const quadratic = 2 * n;
  double const linear = -b - c + (2 * n - b + c) * difference;
  double const constant = -c * difference * (1 - difference);
  double const q = (std::sqrt(std::max(0.0, linear * linear - 4 * quadratic * constant)) - linear) / (2 * quadratic);
  double const variance = n * (2 * q + difference * (1 - difference));
  double const off = b - c - n * difference;
  if (!(variance > 0)) return off == 0 ? 0 : std::copysign(std::numeric_limits<double>::infinity(), off);
  return off / std::sqrt(variance);
}

Interval tango(std::int64_t only_champion, std::int64_t only_challenger, std::int64_t rows, double confidence) {
  if (rows <= 0) return {-1, 1};
  double const z = normal_quantile(0.5 + confidence / 2);
  double const middle = static_cast<double>(only_challenger - only_champion) / static_cast<double>(rows);
  auto const excess = [&](double line) { return tango_z(only_champion, only_challenger, rows, line); };
  constexpr double end = 1 - 1e-12;
  return {excess(-end) < z ? -1 : bisect([&](double line) { return excess(line) - z; }, -end, middle),
          excess(end) > -z ? 1 : bisect([&](double line) { return excess(line) + z; }, middle, end)};
}

}  // namespace podium::inline v0::stats
