#include "podium/stats/uncertainty.hpp"

#include "podium/stats/auc.hpp"
#include "podium/stats/bootstrap.hpp"
#include "podium/stats/distributions.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::stats {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double normal_df = infinity;

template <class... Calls>
struct Overloaded : Calls... {
  using Calls::operator()...;
};
template <class... Calls>
Overloaded(Calls...) -> Overloaded<Calls...>;

/// Where a line lies among the resamples, as the type 7 percentile that would meet it; kept away from 0 and 1 by what B
/// resamples can tell.  On tied values: their end that is further from being excluded.
double percentile_of(std::vector<double> const& sorted, double line, bool from_above) {
  auto const [first, last] = std::equal_range(sorted.begin(), sorted.end(), line);
  double place = 0;
  if (first != last)
    place = static_cast<double>((from_above ? last - 1 : first) - sorted.begin());
  else if (first == sorted.end())
    place = static_cast<double>(sorted.size() - 1);
  else if (first != sorted.begin())
    place = static_cast<double>(first - sorted.begin()) - 1 + (line - *(first - 1)) / (*first - *(first - 1));
  auto const b = static_cast<double>(sorted.size());
  return std::clamp(place / (b - 1), 1 / (b + 1), b / (b + 1));
}

/// Level at which a BCa bound meets the line: the lower one; the upper one's is 1 minus this.
double bca_level(BootstrapDistribution const& d, double line, bool from_above) {
  double const w = normal_quantile(percentile_of(*d.sorted, line, from_above)) - d.z0;
  double const scale = 1 + d.acceleration * w;
  return scale > 0 ? normal_cdf(w / scale - d.z0) : nan;
}

double bca_bound(BootstrapDistribution const& d, double z) {
  double const scale = 1 - d.acceleration * (d.z0 + z);
  auto const b = static_cast<double>(d.sorted->size());
  double const percentile = scale > 0 ? normal_cdf(d.z0 + (d.z0 + z) / scale) : nan;
  // Beyond these the resamples have no say.
  if (!(percentile >= 1 / (b + 1) && percentile <= b / (b + 1))) return nan;
  return quantile(*d.sorted, percentile);
}

bool degenerate(BootstrapDistribution const& d) { return d.sorted->front() == d.sorted->back(); }

/// Sums of subset means up to a line; sums that differ by rounding alone count as equal.
double rounding_of(std::vector<double> const& sorted) {
  return 1e-12 * std::max(std::abs(sorted.front()), std::abs(sorted.back()));
}

double or_one(double p) { return std::isnan(p) ? 1 : std::clamp(p, 0.0, 1.0); }

}  // namespace

Interval BootstrapDistribution::bca(double level) const {
  if (!sorted || sorted->empty()) return {};
  double const z = normal_quantile(1 - level);
  double const low = bca_bound(*this, -z), high = bca_bound(*this, z);
  return {std::isnan(low) ? -infinity : low, std::isnan(high) ? infinity : high};
}

Interval BootstrapDistribution::percentile(double level) const {
  if (!sorted || sorted->empty()) return {};
  return {quantile(*sorted, level), quantile(*sorted, 1 - level)};
}

Uncertainty Uncertainty::none(std::string reason) { return Uncertainty{None{std::move(reason)}}; }
Uncertainty Uncertainty::student(double estimate, Spread spread) {
  return Uncertainty{Student{estimate, spread, false}};
}
Uncertainty Uncertainty::logit(double estimate, Spread spread) { return Uncertainty{Student{estimate, spread, true}}; }
Uncertainty Uncertainty::bootstrap(BootstrapDistribution distribution) {
  if (!distribution.sorted || distribution.sorted->empty()) return none("no resamples");
  return Uncertainty{std::move(distribution)};
}
Uncertainty Uncertainty::sign_flip(SignFlipDistribution distribution) {
  if (!distribution.sorted || distribution.sorted->empty()) return none("no differences");
  return Uncertainty{std::move(distribution)};
}
Uncertainty Uncertainty::paired_proportions(std::int64_t only_champion, std::int64_t only_challenger,
                                            std::int64_t rows) {
  if (rows <= 0) return none("no rows");
  return Uncertainty{Paired{only_champion, only_challenger, rows}};
}
Uncertainty Uncertainty::proportion(std::int64_t successes, std::int64_t trials) {
  if (trials <= 0) return none("no rows");
  return Uncertainty{Rate{successes, trials}};
}
Uncertainty Uncertainty::exact_null(ExactNull test) { return Uncertainty{test}; }

Uncertainty Uncertainty::negated() const {
  Uncertainty other = *this;
  other.negated_ = !negated_;
  return other;
}

double Uncertainty::estimate() const {
  double const value = std::visit(
      Overloaded{[](None const&) { return nan; }, [](Student const& s) { return s.estimate; },
                 [](BootstrapDistribution const& d) { return d.estimate; },
                 [](SignFlipDistribution const& d) { return d.estimate; },
                 [](Paired const& p) {
                   return static_cast<double>(p.only_challenger - p.only_champion) / static_cast<double>(p.rows);
                 },
                 [](Rate const& r) { return static_cast<double>(r.successes) / static_cast<double>(r.trials); },
                 [](ExactNull const& e) { return e.estimate; }},
      state_);
  return negated_ ? -value : value;
}

Interval Uncertainty::bounds(double level) const {
  if (!(level > 0 && level < 0.5)) return {};
  auto const found = std::visit(
      Overloaded{[](None const&) { return Interval{}; },
                 [&](Student const& s) {
                   return s.on_logit_scale ? auc_bounds(s.estimate, s.spread, level)
                                           : one_sided_bounds(s.estimate, s.spread, level);
                 },
                 [&](BootstrapDistribution const& d) { return d.bca(level); },
                 [&](SignFlipDistribution const& d) {
                   // A value is excluded while (1 + subset means on its far side) / 2^n is at most the level.
                   auto const all = d.sorted->size() + 1;
                   auto const k = static_cast<std::size_t>(std::floor(level * static_cast<double>(all)));
                   if (k == 0) return Interval{};
                   return Interval{(*d.sorted)[k - 1], (*d.sorted)[d.sorted->size() - k]};
                 },
                 [&](Paired const& p) { return tango(p.only_champion, p.only_challenger, p.rows, 1 - 2 * level); },
                 [&](Rate const& r) { return clopper_pearson(r.successes, r.trials, 1 - 2 * level); },
                 [&](ExactNull const& e) {
                   return Interval{e.p_greater <= level ? 0 : -infinity, e.p_less <= level ? 0 : infinity};
                 }},
      state_);
  return negated_ ? Interval{-found.upper, -found.lower} : found;
}

double Uncertainty::p_above(double line) const {
  return or_one(std::visit(
      Overloaded{[](None const&) { return 1.0; },
                 [&](Student const& s) {
                   if (!s.on_logit_scale) {
                     if (s.spread.standard_error == 0) return s.estimate > line ? 0.0 : 1.0;
                     return student_tail((s.estimate - line) / s.spread.standard_error, s.spread.df);
                   }
                   if (line < 0) return 0.0;
                   if (line >= 1 || !(s.estimate > 0 && s.estimate < 1)) return 1.0;
                   double const error = s.spread.standard_error / (s.estimate * (1 - s.estimate));
                   if (line == 0) return std::isnan(error) ? 1.0 : 0.0;
                   double const off = std::log(s.estimate / (1 - s.estimate)) - std::log(line / (1 - line));
                   if (error == 0) return off > 0 ? 0.0 : 1.0;
                   return student_tail(off / error, s.spread.df);
                 },
                 [&](BootstrapDistribution const& d) {
                   if (degenerate(d)) return d.sorted->front() > line ? 0.0 : 1.0;
                   return bca_level(d, line, true);
                 },
                 [&](SignFlipDistribution const& d) {
                   auto const end = std::upper_bound(d.sorted->begin(), d.sorted->end(), line + rounding_of(*d.sorted));
                   return static_cast<double>(1 + (end - d.sorted->begin())) /
                          static_cast<double>(d.sorted->size() + 1);
                 },
                 [&](Paired const& p) {
                   if (line < -1) return 0.0;
                   if (line >= 1) return 1.0;
                   return student_tail(tango_z(p.only_champion, p.only_challenger, p.rows, line), normal_df);
                 },
                 [&](Rate const& r) {
                   if (line < 0) return 0.0;
                   return line >= 1 ? 1.0 : 1 - binomial_cdf(r.successes - 1, r.trials, line);
                 },
                 [&](ExactNull const& e) { return line <= 0 ? e.p_greater : 1.0; }},
      state_));
}

double Uncertainty::p_below(double line) const {
  return or_one(std::visit(
      Overloaded{[](None const&) { return 1.0; },
                 [&](Student const& s) {
                   if (!s.on_logit_scale) {
                     if (s.spread.standard_error == 0) return s.estimate < line ? 0.0 : 1.0;
                     return student_tail((line - s.estimate) / s.spread.standard_error, s.spread.df);
                   }
                   if (line > 1) return 0.0;
                   if (line <= 0 || !(s.estimate > 0 && s.estimate < 1)) return 1.0;
                   double const error = s.spread.standard_error / (s.estimate * (1 - s.estimate));
                   if (line == 1) return std::isnan(error) ? 1.0 : 0.0;
                   double const off = std::log(line / (1 - line)) - std::log(s.estimate / (1 - s.estimate));
                   if (error == 0) return off > 0 ? 0.0 : 1.0;
                   return student_tail(off / error, s.spread.df);
                 },
                 [&](BootstrapDistribution const& d) {
                   if (degenerate(d)) return d.sorted->front() < line ? 0.0 : 1.0;
                   return 1 - bca_level(d, line, false);
                 },
                 [&](SignFlipDistribution const& d) {
                   auto const begin =
                       std::lower_bound(d.sorted->begin(), d.sorted->end(), line - rounding_of(*d.sorted));
                   return static_cast<double>(1 + (d.sorted->end() - begin)) /
                          static_cast<double>(d.sorted->size() + 1);
                 },
                 [&](Paired const& p) {
                   if (line > 1) return 0.0;
                   if (line <= -1) return 1.0;
                   return student_tail(-tango_z(p.only_champion, p.only_challenger, p.rows, line), normal_df);
                 },
                 [&](Rate const& r) {
                   if (line > 1) return 0.0;
                   return line <= 0 ? 1.0 : binomial_cdf(r.successes, r.trials, line);
                 },
                 [&](ExactNull const& e) { return line >= 0 ? e.p_less : 1.0; }},
      state_));
}

double Uncertainty::p_at_most(double line) const {
  if (std::isnan(line)) return 1;
  return negated_ ? p_below(-line) : p_above(line);
}

double Uncertainty::p_at_least(double line) const {
  if (std::isnan(line)) return 1;
  return negated_ ? p_above(-line) : p_below(line);
}

double Uncertainty::standard_error() const {
  return std::visit(
      Overloaded{[](None const&) { return nan; }, [](Student const& s) { return s.spread.standard_error; },
                 [](BootstrapDistribution const& d) { return d.standard_error; },
                 [](SignFlipDistribution const&) { return nan; },
                 [](Paired const& p) {
                   auto const n = static_cast<double>(p.rows);
                   auto const off = static_cast<double>(p.only_challenger - p.only_champion);
                   auto const all = static_cast<double>(p.only_challenger + p.only_champion);
                   return std::sqrt(std::max(0.0, all - off * off / n)) / n;
                 },
                 [](Rate const& r) {
                   auto const n = static_cast<double>(r.trials);
                   double const p = static_cast<double>(r.successes) / n;
                   return std::sqrt(p * (1 - p) / n);
                 },
                 [](ExactNull const&) { return nan; }},
      state_);
}

std::string_view Uncertainty::reason() const {
  auto const* none = std::get_if<None>(&state_);
  return none ? std::string_view{none->reason} : std::string_view{};
}

std::string_view Uncertainty::method() const {
  return std::visit(Overloaded{[](None const&) -> std::string_view { return "none"; },
                               [](Student const& s) -> std::string_view {
                                 if (s.on_logit_scale)
                                   return std::isinf(s.spread.df) ? "normal, logit scale" : "t, logit scale";
                                 return std::isinf(s.spread.df) ? "normal" : "t";
                               },
                               [](BootstrapDistribution const&) -> std::string_view { return "BCa bootstrap"; },
                               [](SignFlipDistribution const&) -> std::string_view { return "exact sign flips"; },
                               [](Paired const&) -> std::string_view { return "Tango score"; },
                               [](Rate const&) -> std::string_view { return "Clopper-Pearson"; },
                               [](ExactNull const&) -> std::string_view { return "exact permutation"; }},
                    state_);
}

}  // namespace podium::inline v0::stats
