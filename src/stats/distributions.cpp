#include "podium/stats/distributions.hpp"

#include "podium/stats/interval.hpp"

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include <cmath>
#include <limits>

namespace podium::inline v0::stats {
namespace {

namespace math = boost::math;
namespace policies = boost::math::policies;

// What cannot be computed is NaN or infinite; nothing throws.
using Quiet = policies::policy<
    policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
    policies::overflow_error<policies::ignore_error>, policies::evaluation_error<policies::ignore_error>,
    policies::rounding_error<policies::ignore_error>, policies::indeterminate_result_error<policies::ignore_error>>;
using Normal = math::normal_distribution<double, Quiet>;
using Student = math::students_t_distribution<double, Quiet>;
using ChiSquared = math::chi_squared_distribution<double, Quiet>;
using Binomial = math::binomial_distribution<double, Quiet>;
using Beta = math::beta_distribution<double, Quiet>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

double student_tail(double t, double df) {
  if (std::isnan(t) || std::isnan(df) || df <= 0) return nan;
  if (std::isinf(t)) return t > 0 ? 0 : 1;
  if (std::isinf(df)) return math::cdf(math::complement(Normal{}, t));
  return math::cdf(math::complement(Student{df}, t));
}

double student_quantile(double p, double df) {
  if (!(p > 0 && p < 1) || std::isnan(df) || df <= 0) return nan;
  if (std::isinf(df)) return math::quantile(Normal{}, p);
  return math::quantile(Student{df}, p);
}

double normal_cdf(double z) {
  if (std::isnan(z)) return nan;
  if (std::isinf(z)) return z > 0 ? 1 : 0;
  return math::cdf(Normal{}, z);
}

double normal_quantile(double p) {
  if (!(p >= 0 && p <= 1)) return nan;
  if (p == 0 || p == 1) return p == 1 ? infinity : -infinity;
  return math::quantile(Normal{}, p);
}

double chi_square_tail(double x, double df) {
  if (std::isnan(x) || !(df > 0)) return nan;
  if (x <= 0) return 1;
  if (std::isinf(x)) return 0;
  return math::cdf(math::complement(ChiSquared{df}, x));
}

double chi_square_upper_quantile(double p, double df) {
  if (!(p > 0 && p < 1) || !(df > 0)) return nan;
  return math::quantile(math::complement(ChiSquared{df}, p));
}

double binomial_cdf(std::int64_t successes, std::int64_t trials, double p) {
  if (trials < 0 || !(p >= 0 && p <= 1)) return nan;
  if (successes < 0) return 0;
  if (successes >= trials) return 1;
  return math::cdf(Binomial{static_cast<double>(trials), p}, static_cast<double>(successes));
}

double binomial_pmf(std::int64_t successes, std::int64_t trials, double p) {
  if (trials < 0 || !(p >= 0 && p <= 1)) return nan;
  if (successes < 0 || successes > trials) return 0;
  return math::pdf(Binomial{static_cast<double>(trials), p}, static_cast<double>(successes));
}

double beta_quantile(double p, double a, double b) {
  if (!(p >= 0 && p <= 1) || !(a > 0) || !(b > 0)) return nan;
  return math::quantile(Beta{a, b}, p);
}

double kolmogorov_tail(double x) {
  if (std::isnan(x)) return nan;
  if (x <= 0) return 1;
  if (x < 0.3) return 1;  // below 1e-5 from 1, and the series has not settled
  double sum = 0;
  for (int k = 1; k <= 100; ++k) {
    double const term = std::exp(-2.0 * k * k * x * x);
    sum += k % 2 ? term : -term;
    if (term < 1e-20) break;
  }
  return 2 * sum;
}

}  // namespace podium::inline v0::stats
