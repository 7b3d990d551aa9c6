#pragma once

#include "gate/rows.hpp"

#include "podium/stats/metrics.hpp"

namespace podium::inline v0::gate {

/// What to measure: a metric with its parameters, over a part of the rows.
struct Question {
  std::string metric;
  std::string method;  ///< of the policy; empty: the metric's own
  double clip = 1e-15;
  std::map<std::string, double> params;
  std::string expression;  ///< custom
  bool unit_mean = true;   ///< custom: per row instead of in all
  std::string name;        ///< of the check and its slice: picks the random numbers of a bootstrap
};

/// A value with what is known of its error.
struct Measured {
  double value = 0;  ///< turned so that better is positive; own values as they are
  double champion = std::numeric_limits<double>::quiet_NaN();
  double challenger = std::numeric_limits<double>::quiet_NaN();
  stats::Uncertainty uncertainty = stats::Uncertainty::none("not measured");
  double standard_error = 0;
  double scale = 1;  ///< what `uncertainty` has to be multiplied with
  std::int64_t rows = 0;
  std::int64_t groups = 0;  ///< what was taken as independent: rows, clusters, queries
  bool clustered = false;
  bool identical = false;  ///< the models agree on every row: no error, no difference
  std::string method;
  std::string trouble;    ///< why there is no interval
  std::int64_t need = 0;  ///< groups that would end the trouble; 0: more alone would not
  std::vector<std::string> notes;

  stats::Interval bounds(double level) const;
  double p_at_most(double line) const;  ///< of "the true value is at most `line`"
  double p_at_least(double line) const;
};

/// How much work may be spent, and by how many threads; only speed depends on the threads.
struct Effort {
  std::int64_t replicates = 10'000;
  int threads = 1;
};

/// Challenger minus champion, or champion minus challenger for losses.
Measured measure_difference(Rows const& rows, std::span<std::uint32_t const> part, Question const& question,
                            Effort const& effort);

/// The challenger's own value.
Measured measure_own(Rows const& rows, std::span<std::uint32_t const> part, Question const& question,
                     Effort const& effort);

/// What each row moves the difference by, in the order of `part`; for metrics that are not sums an error.
Result<stats::Estimate> influence_of(Rows const& rows, std::span<std::uint32_t const> part, Question const& question);

/// Largest ratio of the variance by day to the variance by row among the paired metrics; NaN where it cannot be told.
double design_effect_by_day(Rows const& rows, model::PromotionPolicy const& policy);

/// Gains of a custom metric per true positive, false positive, false negative and true negative.
struct Payoff {
  double true_positive = 0, false_positive = 0, false_negative = 0, true_negative = 0;
};
/// Reads `sum(tp)*120 - sum(fp)*15`: a sum of terms, each a number times one of sum(tp), sum(fp), sum(fn), sum(tn).
/// Errc::invalid_argument shows the place that it does not understand.
Result<Payoff> read_payoff(std::string_view expression);

Question question_of(model::MetricCheck const& item);
Question question_of(model::SliceCheck const& slice);

}  // namespace podium::inline v0::gate
