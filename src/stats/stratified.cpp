#include "podium/stats/stratified.hpp"

#include "podium/stats/distributions.hpp"
#include "podium/stats/sum.hpp"

#include <cmath>

namespace podium::inline v0::stats {

MantelHaenszel mantel_haenszel(std::span<Stratum const> strata) {
  NeumaierSum ratio_top, ratio_bottom, difference_top, difference_bottom, observed, expected, variance;
  for (auto const& s : strata) {
    auto const eb = static_cast<double>(s.challenger_errors), nb = static_cast<double>(s.challenger_requests),
               ea = static_cast<double>(s.champion_errors), na = static_cast<double>(s.champion_requests);
    if (!(nb > 0 && na > 0)) continue;
    double const all = na + nb, errors = ea + eb;
    ratio_top.add(eb * na / all);
    ratio_bottom.add(ea * nb / all);
    difference_top.add((eb * na - ea * nb) / all);
    difference_bottom.add(na * nb / all);
    observed.add(eb);
    expected.add(errors * nb / all);
    variance.add(errors * (all - errors) * nb * na / (all * all * (all - 1)));
  }
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  MantelHaenszel test;
  test.rate_ratio = ratio_bottom.value() > 0 ? ratio_top.value() / ratio_bottom.value() : nan;
  test.rate_difference = difference_bottom.value() > 0 ? difference_top.value() / difference_bottom.value() : nan;
  if (variance.value() > 0) {
    double const off = observed.value() - expected.value();
    test.chi_square = off * off / variance.value();
    test.p_value = chi_square_tail(test.chi_square, 1);
  }
  return test;
}

PostStratified post_stratified(std::span<SliceEstimate const> slices) {
  NeumaierSum evaluation_shares, production_shares, by_evaluation, by_production, variance;
  for (auto const& s : slices) {
    evaluation_shares.add(s.evaluation_share);
    production_shares.add(s.production_share);
    by_evaluation.add(s.evaluation_share * s.difference);
    by_production.add(s.production_share * s.difference);
    variance.add(s.production_share * s.production_share * s.standard_error * s.standard_error);
  }
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  double const evaluation = evaluation_shares.value(), production = production_shares.value();
  if (!(evaluation > 0) || !(production > 0)) return {nan, nan, nan, false};
  PostStratified made{by_evaluation.value() / evaluation, by_production.value() / production,
                      std::sqrt(variance.value()) / production, false};
  made.sign_flips = made.by_evaluation * made.by_production < 0;
  return made;
}

}  // namespace podium::inline v0::stats
