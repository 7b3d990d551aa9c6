#pragma once

#include "podium/result.hpp"
#include "podium/stats/bootstrap.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Metrics by name, and two models compared on the same rows.
namespace podium::inline v0::stats {

enum class Task { binary, regression, multiclass, ranking, custom };
PODIUM_API std::string_view to_string(Task task) noexcept;

/// How an interval is made.
enum class Method {
  automatic,  ///< what docs/reference/statistics.md says for the metric and the sample
  student,    ///< t (or normal) from influences, DeLong's for AUCs, clustered where there are clusters
  bootstrap,  ///< BCa over units or clusters
  jackknife,  ///< t from leave-one-unit-out values
  tango,      ///< score interval of paired proportions; independent unweighted rows only
  sign_flip,  ///< exact, at most `exact_groups` units or clusters
};
PODIUM_API std::string_view to_string(Method method) noexcept;

/// One metric: a name means one thing per task.
struct MetricInfo {
  std::string_view name;
  Task task = Task::binary;
  bool higher_is_better = true;
  double lowest = 0;  ///< range of the metric's own value; infinite where it has none
  double highest = 1;
  Method method = Method::automatic;  ///< what `automatic` starts from
  std::string_view parameter{};       ///< the one parameter it needs, as named in MetricParameters; empty: none
  std::string_view summary{};
};
/// All metrics, ordered by task and name.
PODIUM_API std::span<MetricInfo const> metrics();
/// Null: no metric of that name for the task.
PODIUM_API MetricInfo const* find_metric(Task task, std::string_view name);

/// Parameters; each metric reads its own and ignores the rest.
struct MetricParameters {
  double clip = 1e-15;     ///< log_loss
  double threshold = 0.5;  ///< accuracy, precision, recall, ...: rows at or above it are called positive
  double precision = 0.9;  ///< recall_at_precision
  double quantile = 0.5;   ///< pinball
  int k = 10;              ///< ndcg, map, precision_at_k
  int bins = 15;           ///< ece
  double true_positive = 0, false_positive = 0, false_negative = 0, true_negative = 0;  ///< payoff: gain per row
};

/// Two models' predictions for the same rows.  Spans are borrowed; all of one length (scores: rows x classes).
struct Sample {
  Task task = Task::binary;
  std::span<double const> label;     ///< 0/1, number, class, or relevance grade
  std::span<double const> champion;  ///< score; for multiclass rows x classes, row by row.  May be empty for measure
  std::span<double const> challenger;
  std::span<double const> weight{};          ///< empty: all 1
  std::span<std::uint32_t const> cluster{};  ///< dense ids; empty: rows (queries, for ranking) are independent
  std::uint32_t clusters = 0;
  std::span<std::uint32_t const> query{};  ///< ranking: which query a row belongs to, dense ids
  std::uint32_t queries = 0;
  int classes = 0;  ///< multiclass
};

struct InferenceOptions {
  Method method = Method::automatic;
  std::int64_t replicates = 10'000;
  std::uint64_t seed = 0;
  std::uint32_t stream = 0;
  int threads = 1;
};

/// A measured value: never a bare p-value.
struct Measurement {
  std::string metric;
  double champion = std::numeric_limits<double>::quiet_NaN();  ///< their own values, in the metric's own direction
  double challenger = std::numeric_limits<double>::quiet_NaN();
  double estimate = std::numeric_limits<double>::quiet_NaN();
  Uncertainty uncertainty = Uncertainty::none("not measured");  ///< of `estimate`
  Method method = Method::automatic;                            ///< what was used
  std::string method_text;                                      ///< for a person: "DeLong, clustered t (G = 30)"
  std::int64_t rows = 0;
  std::int64_t units = 0;  ///< what was taken as independent: rows, queries or clusters
  double standard_error = std::numeric_limits<double>::quiet_NaN();  ///< for planning: linearised, or of the resamples
  double effective_rows = 0;                                         ///< after weights and design effect
  double design_effect = 1;
  std::int64_t positives = 0;  ///< binary: rows of label 1
  std::int64_t clipped_champion = 0;
  std::int64_t clipped_challenger = 0;
  std::vector<std::string> assumptions;
  std::vector<std::string> warnings;

  /// Why there is no interval; empty where there is one.
  std::string_view reason() const { return uncertainty.reason(); }
};

/// Compares the models: `estimate` is challenger - champion, turned so that positive means the challenger is better.
/// Errc::invalid_argument: unknown metric, wrong columns, values that are not finite, wrong parameters.  A sample that
/// cannot be judged (no positives, one cluster, no variation, ...) is no error: its uncertainty is `none` with a
/// reason.
PODIUM_API Result<Measurement> compare(std::string_view metric, Sample const& sample,
                                       MetricParameters const& parameters = {}, InferenceOptions const& options = {});

/// The challenger's own value (`estimate`, in the metric's own direction): for floors and ceilings.
PODIUM_API Result<Measurement> measure(std::string_view metric, Sample const& sample,
                                       MetricParameters const& parameters = {}, InferenceOptions const& options = {});

/// Per-row (per-query) influence of the difference, for design effects by another grouping than the sample's.
/// Errc::invalid_argument as above, and for metrics that have none.
PODIUM_API Result<Estimate> influence(std::string_view metric, Sample const& sample,
                                      MetricParameters const& parameters = {});

/// The metric's value for one score column; NaN where it does not exist.
PODIUM_API Result<double> value_of(std::string_view metric, Sample const& sample, std::span<double const> score,
                                   MetricParameters const& parameters = {});

}  // namespace podium::inline v0::stats
