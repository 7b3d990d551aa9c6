#include "podium/stats/auc.hpp"

#include "stats/classes.hpp"
#include "stats/order.hpp"

#include "podium/stats/sum.hpp"

#include <array>
#include <cmath>

namespace podium::inline v0::stats {
namespace {

/// Per row the share of the other class that it is ranked right against (V10 of positives, V01 of negatives).
struct Placements {
  double auc = 0;
  std::vector<double> value;
};

Result<Placements> place(std::span<double const> label, std::span<double const> score, std::span<double const> weight,
                         Classes const& classes) {
  if (score.size() != label.size()) return Error{Errc::invalid_argument, "labels and scores differ in length"};
  for (double const s : score)
    if (std::isnan(s)) return Error{Errc::invalid_argument, "a score is not a number"};
  auto const runs = ascending_runs(score);
  // One byte a row: the rows are looked up in the order of the scores, and so little stays near the processor.
  std::vector<std::uint8_t> positive(label.size());
  for (std::size_t i = 0; i < label.size(); ++i) positive[i] = label[i] == 1;

  Placements placed;
  placed.value.resize(score.size());
  double const of_positives = classes.positive_weight, of_negatives = classes.negative_weight;
  double positives_below = 0, negatives_below = 0;
  double half_pairs = 0;  // twice the weight of the pairs ranked right: without weights whole numbers, exact below 2^53
  for (std::size_t start = 0; start < score.size();) {
    std::array<double, 2> tied{};
    std::size_t end = start;
    do tied[positive[runs.order[end]]] += weight.empty() ? 1.0 : weight[runs.order[end]];
    while (!runs.last[end++]);
    double const negatives_won = 2 * negatives_below + tied[0], positives_lost = 2 * positives_below + tied[1];
    std::array<double, 2> const value{1 - positives_lost / (2 * of_positives), negatives_won / (2 * of_negatives)};
    for (auto k = start; k < end; ++k) placed.value[runs.order[k]] = value[positive[runs.order[k]]];
    half_pairs += tied[1] * negatives_won;
    negatives_below += tied[0];
    positives_below += tied[1];
    start = end;
  }
  placed.auc = half_pairs / (2 * of_positives * of_negatives);
  return placed;
}

/// Variance of an AUC, or covariance of two, from their placements.
double delong_covariance(std::span<double const> label, std::span<double const> weight, Classes const& classes,
                         Placements const& a, Placements const& b) {
  BlockSum within_positives, within_negatives;
  for (std::size_t i = 0; i < label.size(); ++i) {
    double const w = weight.empty() ? 1 : weight[i];
    if (w > 0)
      (label[i] == 1 ? within_positives : within_negatives).add(w * w * ((a.value[i] - a.auc) * (b.value[i] - b.auc)));
  }
  auto const part = [](BlockSum const& terms, std::int64_t rows, double total) {
    auto const n = static_cast<double>(rows);
    return terms.value() / ((n - 1) / n * total * total);
  };
  return part(within_positives, classes.positives, classes.positive_weight) +
         part(within_negatives, classes.negatives, classes.negative_weight);
}

Estimate with_influence(std::span<double const> label, std::span<double const> weight, Classes const& classes,
                        Placements const& placed) {
  Estimate estimate;
  estimate.value = placed.auc;
  // From the placements' own differences: S11 + S22 - 2 S12 would lose digits where two models nearly agree.
  estimate.row_error = std::sqrt(delong_covariance(label, weight, classes, placed, placed));
  estimate.df = std::numeric_limits<double>::infinity();
  estimate.influence.resize(label.size());
  for (std::size_t i = 0; i < label.size(); ++i)
    estimate.influence[i] = (weight.empty() ? 1 : weight[i]) * (placed.value[i] - placed.auc) /
                            (label[i] == 1 ? classes.positive_weight : classes.negative_weight);
  return estimate;
}

}  // namespace

Result<Estimate> auc(std::span<double const> label, std::span<double const> score, std::span<double const> weight) {
  auto const classes = count_classes(label, weight);
  if (!classes) return classes.error();
  auto const placed = place(label, score, weight, *classes);
  if (!placed) return placed.error();
  return with_influence(label, weight, *classes, *placed);
}

Result<DeLong> delong(std::span<double const> label, std::span<double const> champion,
                      std::span<double const> challenger, std::span<double const> weight) {
  auto const classes = count_classes(label, weight);
  if (!classes) return classes.error();
  auto const old_one = place(label, champion, weight, *classes);
  if (!old_one) return old_one.error();
  auto const new_one = place(label, challenger, weight, *classes);
  if (!new_one) return new_one.error();

  DeLong test;
  test.auc_champion = old_one->auc;
  test.auc_challenger = new_one->auc;
  test.variance_champion = delong_covariance(label, weight, *classes, *old_one, *old_one);
  test.variance_challenger = delong_covariance(label, weight, *classes, *new_one, *new_one);
  test.covariance = delong_covariance(label, weight, *classes, *old_one, *new_one);
  test.positives = classes->positives;
  test.negatives = classes->negatives;
  Placements change{new_one->auc - old_one->auc, std::vector<double>(label.size())};
  for (std::size_t i = 0; i < label.size(); ++i) change.value[i] = new_one->value[i] - old_one->value[i];
  test.difference = with_influence(label, weight, *classes, change);
  return test;
}

double DeLong::z() const {
  return difference.row_error > 0 ? difference.value / difference.row_error : std::numeric_limits<double>::quiet_NaN();
}

double DeLong::p_value() const { return 2 * student_tail(std::abs(z()), difference.df); }

Interval auc_bounds(double auc, Spread const& spread, double level) {
  if (!(auc > 0 && auc < 1)) return {0, 1};
  double const reach = student_quantile(1 - level, spread.df) * spread.standard_error / (auc * (1 - auc));
  if (std::isnan(reach)) return {0, 1};
  double const middle = std::log(auc / (1 - auc));
  auto const back = [](double x) { return 1 / (1 + std::exp(-x)); };
  return {back(middle - reach), back(middle + reach)};
}

}  // namespace podium::inline v0::stats
