#include "podium/stats/metrics.hpp"

#include "stats/prepared.hpp"

#include <algorithm>
#include <array>

namespace podium::inline v0::stats {
namespace {

constexpr double no_end = std::numeric_limits<double>::infinity();
constexpr auto by_rows = Method::student, by_resamples = Method::bootstrap, by_counts = Method::tango;

constexpr std::array all_metrics{
    MetricInfo{"accuracy", Task::binary, true, 0, 1, by_counts, "threshold", "share of right calls"},
    MetricInfo{"average_precision", Task::binary, true, 0, 1, by_resamples, "",
               "area under precision over recall, as steps"},
    MetricInfo{"balanced_accuracy", Task::binary, true, 0, 1, by_resamples, "threshold",
               "mean of recall and specificity"},
    MetricInfo{"brier", Task::binary, false, 0, 1, by_rows, "", "mean squared distance to the label"},
    MetricInfo{"ece", Task::binary, false, 0, 1, by_resamples, "bins",
               "expected calibration error, bins of equal mass"},
    MetricInfo{"f1", Task::binary, true, 0, 1, by_resamples, "threshold", "harmonic mean of precision and recall"},
    MetricInfo{"log_loss", Task::binary, false, 0, no_end, by_rows, "clip", "mean -log probability of what happened"},
    MetricInfo{"mcc", Task::binary, true, -1, 1, by_resamples, "threshold", "correlation of call and label"},
    MetricInfo{"payoff", Task::binary, true, -no_end, no_end, by_rows, "threshold", "mean gain by outcome of the call"},
    MetricInfo{"precision", Task::binary, true, 0, 1, by_resamples, "threshold",
               "share of positive calls that are right"},
    MetricInfo{"recall", Task::binary, true, 0, 1, by_counts, "threshold", "share of positives that are called"},
    MetricInfo{"recall_at_precision", Task::binary, true, 0, 1, by_resamples, "precision",
               "highest recall at any cut that is at least as precise"},
    MetricInfo{"roc_auc", Task::binary, true, 0, 1, by_rows, "", "probability that a positive outranks a negative"},
    MetricInfo{"specificity", Task::binary, true, 0, 1, by_counts, "threshold",
               "share of negatives that are not called"},
    MetricInfo{"mae", Task::regression, false, 0, no_end, by_rows, "", "mean absolute error"},
    MetricInfo{"mape", Task::regression, false, 0, no_end, by_rows, "",
               "mean absolute error over |label|, as a fraction"},
    MetricInfo{"mse", Task::regression, false, 0, no_end, by_rows, "", "mean squared error"},
    MetricInfo{"pinball", Task::regression, false, 0, no_end, by_rows, "quantile", "mean pinball loss of a quantile"},
    MetricInfo{"r2", Task::regression, true, -no_end, 1, by_resamples, "",
               "1 - squared error over variance of the label"},
    MetricInfo{"rmse", Task::regression, false, 0, no_end, by_resamples, "", "root of the mean squared error"},
    MetricInfo{"accuracy", Task::multiclass, true, 0, 1, by_counts, "", "share of rows whose likeliest class is right"},
    MetricInfo{"balanced_accuracy", Task::multiclass, true, 0, 1, by_resamples, "", "mean recall over classes"},
    MetricInfo{"log_loss", Task::multiclass, false, 0, no_end, by_rows, "clip", "mean -log probability of the class"},
    MetricInfo{"macro_auc", Task::multiclass, true, 0, 1, by_rows, "", "mean one-against-rest AUC over classes"},
    MetricInfo{"macro_f1", Task::multiclass, true, 0, 1, by_resamples, "", "mean F1 over classes"},
    MetricInfo{"top_k_accuracy", Task::multiclass, true, 0, 1, by_counts, "k",
               "share of rows with the class among the k likeliest"},
    MetricInfo{"weighted_f1", Task::multiclass, true, 0, 1, by_resamples, "",
               "F1 over classes, by their share of rows"},
    MetricInfo{"map", Task::ranking, true, 0, 1, by_rows, "k", "mean average precision of the first k"},
    MetricInfo{"mrr", Task::ranking, true, 0, 1, by_rows, "", "mean of 1 / rank of the first relevant row"},
    MetricInfo{"ndcg", Task::ranking, true, 0, 1, by_rows, "k",
               "discounted gain of the first k over the best possible"},
    MetricInfo{"precision_at_k", Task::ranking, true, 0, 1, by_rows, "k", "share of relevant rows among the first k"},
    MetricInfo{"mean_gain", Task::custom, true, -no_end, no_end, by_rows, "", "mean of given gains"},
    MetricInfo{"mean_loss", Task::custom, false, -no_end, no_end, by_rows, "", "mean of given losses"},
};

}  // namespace

std::string_view to_string(Task task) noexcept {
  switch (task) {
    case Task::binary:
      return "binary";
    case Task::regression:
      return "regression";
    case Task::multiclass:
      return "multiclass";
    case Task::ranking:
      return "ranking";
    case Task::custom:
      return "custom";
  }
  return "?";
}

std::string_view to_string(Method method) noexcept {
  switch (method) {
    case Method::automatic:
      return "automatic";
    case Method::student:
      return "student";
    case Method::bootstrap:
      return "bootstrap";
    case Method::jackknife:
      return "jackknife";
    case Method::tango:
      return "tango";
    case Method::sign_flip:
      return "sign_flip";
  }
  return "?";
}

std::span<MetricInfo const> metrics() { return all_metrics; }

MetricInfo const* find_metric(Task task, std::string_view name) {
  auto const* found =
      std::ranges::find_if(all_metrics, [&](MetricInfo const& m) { return m.task == task && m.name == name; });
  return found == all_metrics.end() ? nullptr : found;
}

Result<double> value_of(std::string_view metric, Sample const& sample, std::span<double const> score,
                        MetricParameters const& parameters) {
  auto own = sample;
  own.challenger = score;
  auto const prepared = prepare(metric, own, parameters, Wanted::own);
  if (!prepared) return prepared.error();
  return prepared->challenger;
}

Result<Estimate> influence(std::string_view metric, Sample const& sample, MetricParameters const& parameters) {
  auto alone = sample;
  alone.cluster = {};
  alone.clusters = 0;
  auto prepared = prepare(metric, alone, parameters, Wanted::difference);
  if (!prepared) return prepared.error();
  if (prepared->estimate) return *std::move(prepared->estimate);
  if (!prepared->smooth || !prepared->make_statistic)
    return Error{Errc::invalid_argument, "metric `" + std::string{metric} + "` has no influence per row"};
  auto const statistic = prepared->make_statistic(*prepared);
  auto const left_out = statistic->leave_one_out();
  auto const n = static_cast<double>(left_out.size());
  Estimate estimate;
  estimate.value = statistic->at(std::vector<std::uint32_t>(statistic->units(), 1));
  estimate.row_error = jackknife_error(left_out);
  estimate.df = n - 1;
  double middle = 0;
  for (double const value : left_out) middle += value / n;
  for (double const value : left_out) estimate.influence.push_back((n - 1) / n * (middle - value));
  return estimate;
}

}  // namespace podium::inline v0::stats
