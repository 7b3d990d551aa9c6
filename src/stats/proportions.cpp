#include "podium/stats/proportions.hpp"

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/special_functions/beta.hpp>

#include <algorithm>
#include <cmath>

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
  return {successes == 0 ? 0 : boost::math::ibeta_inv(s, n - s + 1, tail),
          successes == trials ? 1 : boost::math::ibeta_inv(s + 1, n - s, 1 - tail)};
}

McNemar mcnemar(std::int64_t only_champion, std::int64_t only_challenger) {
  auto const discordant = only_champion + only_challenger;
  if (discordant <= 0) return {};
  auto const n = static_cast<double>(discordant);
  auto const low = static_cast<double>(std::min(only_champion, only_challenger));
  boost::math::binomial const fair(n, 0.5);
  double const at_low = boost::math::pdf(fair, low);
  McNemar test;
  test.exact = std::min(1.0, 2 * boost::math::cdf(fair, low));
  test.mid_p = only_champion == only_challenger ? 1 - at_low / 2 : test.exact - at_low;
  auto const off = static_cast<double>(only_champion - only_challenger);
  test.chi_square = off * off / n;
  return test;
}

}  // namespace podium::inline v0::stats
