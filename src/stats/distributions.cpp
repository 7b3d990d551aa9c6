#include "podium/stats/interval.hpp"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include <cmath>

namespace podium::inline v0::stats {

double student_tail(double t, double df) {
  if (std::isnan(t) || std::isnan(df) || df <= 0) return std::numeric_limits<double>::quiet_NaN();
  if (std::isinf(t)) return t > 0 ? 0 : 1;
  if (std::isinf(df)) return boost::math::cdf(boost::math::complement(boost::math::normal{}, t));
  return boost::math::cdf(boost::math::complement(boost::math::students_t{df}, t));
}

double student_quantile(double p, double df) {
  if (!(p > 0 && p < 1) || std::isnan(df) || df <= 0) return std::numeric_limits<double>::quiet_NaN();
  if (std::isinf(df)) return boost::math::quantile(boost::math::normal{}, p);
  return boost::math::quantile(boost::math::students_t{df}, p);
}

}  // namespace podium::inline v0::stats
