#pragma once

#include "podium/version.hpp"

#include <limits>

namespace podium::inline v0::stats {

/// Two bounds; what they promise is said by the function that returns them.
struct Interval {
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
  friend bool operator==(Interval const&, Interval const&) = default;
};

/// Upper tail P(T > t) and quantile of Student's t; infinite `df` is the normal distribution.
PODIUM_API double student_tail(double t, double df);
PODIUM_API double student_quantile(double p, double df);

}  // namespace podium::inline v0::stats
