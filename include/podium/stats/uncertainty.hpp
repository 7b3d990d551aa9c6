#pragma once

#include "podium/stats/estimate.hpp"
#include "podium/stats/proportions.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace podium::inline v0::stats {

/// A resampled statistic: what a BCa interval at any level is read from.
struct PODIUM_API BootstrapDistribution {
  double estimate = 0;
  std::shared_ptr<std::vector<double> const> sorted;  ///< the statistic of every resample, ascending
  double z0 = 0;                                      ///< bias correction: normal quantile of the share below
  double acceleration = 0;                            ///< from leave-one-group-out values (or influences)
  std::int64_t groups = 0;                            ///< units or clusters that were resampled
  double standard_error = 0;                          ///< standard deviation of the resamples

  /// One-sided bounds at `level` each (Efron 1987): percentiles Phi(z0 + (z0 + z) / (1 - a (z0 + z))), type 7.  A side
  /// whose percentile leaves [1 / (B + 1), B / (B + 1)] has no bound: too few replicates.
  Interval bca(double level) const;
  Interval percentile(double level) const;
};

/// Exact sign flips of up to 20 groups (Hartigan 1969): subset means, ascending.  Assumes differences symmetric about
/// their centre.
struct SignFlipDistribution {
  double estimate = 0;
  std::shared_ptr<std::vector<double> const> sorted;  ///< the means of all non-empty subsets of groups
};

/// p-values of "no difference" alone: an exact test without an interval.
struct ExactNull {
  double estimate = 0;
  double p_greater = 1;  ///< of "not greater than 0"
  double p_less = 1;     ///< of "not less than 0"
};

/// What is known about a value: bounds at any level, and p-values against any line.  Made by the tests; a value type.
class PODIUM_API Uncertainty {
 public:
  /// Nothing is known: no bounds, p-values of 1; `reason` says why.
  static Uncertainty none(std::string reason);
  static Uncertainty student(double estimate, Spread spread);
  /// Symmetric on the logit scale, inside (0, 1).
  static Uncertainty logit(double estimate, Spread spread);
  static Uncertainty bootstrap(BootstrapDistribution distribution);
  static Uncertainty sign_flip(SignFlipDistribution distribution);
  /// Tango's score interval of the difference (challenger right) - (champion right) on the same rows.
  static Uncertainty paired_proportions(std::int64_t only_champion, std::int64_t only_challenger, std::int64_t rows);
  /// Clopper and Pearson's exact interval of one rate.
  static Uncertainty proportion(std::int64_t successes, std::int64_t trials);
  static Uncertainty exact_null(ExactNull test);

  double estimate() const;

  /// One-sided bounds at `level` each: the true value lies below `lower` with probability at most `level` (as the
  /// method promises it), and above `upper` likewise.  Infinite where the method gives none.
  Interval bounds(double level) const;

  /// p-value of "the true value is at most `line`": small values show that it is above.
  double p_at_most(double line) const;
  /// p-value of "the true value is at least `line`": small values show that it is below.
  double p_at_least(double line) const;

  /// NaN where the method has none.
  double standard_error() const;
  /// The other sign: bounds change places.
  Uncertainty negated() const;
  /// Why nothing is known; empty where something is.
  std::string_view reason() const;
  /// What the bounds rest on, for a person: "t", "BCa bootstrap", "Tango score", ...
  std::string_view method() const;

 private:
  struct None {
    std::string reason;
  };
  struct Student {
    double estimate;
    Spread spread;
    bool on_logit_scale;
  };
  struct Paired {
    std::int64_t only_champion, only_challenger, rows;
  };
  struct Rate {
    std::int64_t successes, trials;
  };
  using State = std::variant<None, Student, BootstrapDistribution, SignFlipDistribution, Paired, Rate, ExactNull>;

  explicit Uncertainty(State state) : state_{std::move(state)} {}
  double p_above(double line) const;
  double p_below(double line) const;

  State state_;
  bool negated_ = false;
};

}  // namespace podium::inline v0::stats
