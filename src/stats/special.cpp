#include "stats/special.hpp"

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include <cmath>

namespace podium::inline v0::stats {
namespace {

namespace policies = boost::math::policies;
using Quiet =
    policies::policy<policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
                     policies::overflow_error<policies::ignore_error>,
                     policies::evaluation_error<policies::ignore_error>>;

}  // namespace

double log_gamma(double a) {
  // std::lgamma writes the sign to a global; arguments here are positive and the value alone is used.
  int sign = 0;
  return ::lgamma_r(a, &sign);
}

double log_beta(double a, double b) { return log_gamma(a) + log_gamma(b) - log_gamma(a + b); }

double log_lower_beta(double a, double b, double x) { return std::log(boost::math::ibeta(a, b, x, Quiet{})); }

double log_upper_beta(double a, double b, double x) { return std::log(boost::math::ibetac(a, b, x, Quiet{})); }

double log_lower_gamma(double a, double x) { return std::log(boost::math::gamma_p(a, x, Quiet{})); }

}  // namespace podium::inline v0::stats
