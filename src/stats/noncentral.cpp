#include "stats/noncentral.hpp"

#include "podium/stats/distributions.hpp"
#include "podium/stats/interval.hpp"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/non_central_chi_squared.hpp>

#include <algorithm>
#include <cmath>

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

double noncentrality_upper(double statistic, double df, double level) {
  return non_centrality(statistic, df, level, false);
}

double noncentrality_lower(double statistic, double df, double level) {
  return non_centrality(statistic, df, level, true);
}

}  // namespace podium::inline v0::stats
