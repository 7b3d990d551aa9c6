#pragma once

namespace podium::inline v0::stats {

double log_gamma(double a);
double log_beta(double a, double b);
/// Logarithms of the regularised incomplete beta function at x and of its complement.
double log_lower_beta(double a, double b, double x);
double log_upper_beta(double a, double b, double x);
/// Logarithm of the regularised lower incomplete gamma function.
double log_lower_gamma(double a, double x);

}  // namespace podium::inline v0::stats
