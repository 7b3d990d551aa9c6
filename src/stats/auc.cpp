#include "podium/stats/auc.hpp"

#include "podium/stats/sum.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace podium::inline v0::stats {
namespace {

struct Classes {
  std::int64_t positives = 0;
  std::int64_t negatives = 0;
};

Result<Classes> count_classes(std::span<double const> label) {
  Classes classes;
  for (double const y : label) {
    if (y == 1)
      ++classes.positives;
    else if (y == 0)
      ++classes.negatives;
    else
      return Error{Errc::invalid_argument, "a label is neither 0 nor 1"};
  }
  if (classes.positives == 0 || classes.negatives == 0)
    return Error{Errc::invalid_argument, "an AUC needs rows of both classes"};
  return classes;
}

/// Per row the share of the other class that it is ranked right against (V10 of positives, V01 of negatives).
struct Placements {
  double auc = 0;
  std::vector<double> value;
};

Result<Placements> place(std::span<double const> label, std::span<double const> score, Classes const& classes) {
  if (score.size() != label.size()) return Error{Errc::invalid_argument, "labels and scores differ in length"};
  std::vector<std::pair<double, std::uint32_t>> order(score.size());
  for (std::size_t i = 0; i < score.size(); ++i) {
    if (std::isnan(score[i])) return Error{Errc::invalid_argument, "a score is not a number"};
    order[i] = {score[i], static_cast<std::uint32_t>(i)};
  }
  std::sort(order.begin(), order.end());

  Placements placed;
  placed.value.resize(score.size());
  auto const m = static_cast<double>(classes.positives), n = static_cast<double>(classes.negatives);
  std::int64_t positives_below = 0, negatives_below = 0;
  double half_pairs = 0;  // twice the number of pairs ranked right: whole numbers, exact below 2^53
  for (std::size_t start = 0; start < order.size();) {
    std::size_t end = start;
    std::int64_t positives = 0, negatives = 0;
    for (; end < order.size() && order[end].first == order[start].first; ++end)
      ++(label[order[end].second] == 1 ? positives : negatives);
    double const negatives_won = static_cast<double>(2 * negatives_below + negatives);
    double const positives_lost = static_cast<double>(2 * positives_below + positives);
    for (std::size_t k = start; k < end; ++k) {
      auto const row = order[k].second;
      placed.value[row] = label[row] == 1 ? negatives_won / (2 * n) : 1 - positives_lost / (2 * m);
    }
    half_pairs += static_cast<double>(positives) * negatives_won;
    positives_below += positives;
    negatives_below += negatives;
    start = end;
  }
  placed.auc = half_pairs / (2 * m * n);
  return placed;
}

/// Variance of an AUC, or covariance of two, from their placements.
double delong_covariance(std::span<double const> label, Classes const& classes, Placements const& a,
                         Placements const& b) {
  std::vector<double> within_positives, within_negatives;
  within_positives.reserve(static_cast<std::size_t>(classes.positives));
  within_negatives.reserve(static_cast<std::size_t>(classes.negatives));
  for (std::size_t i = 0; i < label.size(); ++i)
    (label[i] == 1 ? within_positives : within_negatives).push_back((a.value[i] - a.auc) * (b.value[i] - b.auc));
  auto const m = static_cast<double>(classes.positives), n = static_cast<double>(classes.negatives);
  return sum(within_positives) / ((m - 1) * m) + sum(within_negatives) / ((n - 1) * n);
}

}  // namespace

Result<Estimate> auc(std::span<double const> label, std::span<double const> score) {
  auto const classes = count_classes(label);
  if (!classes) return classes.error();
  auto const placed = place(label, score, *classes);
  if (!placed) return placed.error();

  Estimate estimate{placed->auc, placed->value, std::sqrt(delong_covariance(label, *classes, *placed, *placed)),
                    std::numeric_limits<double>::infinity()};
  for (std::size_t i = 0; i < label.size(); ++i)
    estimate.influence[i] = (estimate.influence[i] - placed->auc) /
                            static_cast<double>(label[i] == 1 ? classes->positives : classes->negatives);
  return estimate;
}

Result<DeLong> delong(std::span<double const> label, std::span<double const> champion,
                      std::span<double const> challenger) {
  auto const classes = count_classes(label);
  if (!classes) return classes.error();
  auto const old_one = place(label, champion, *classes);
  if (!old_one) return old_one.error();
  auto const new_one = place(label, challenger, *classes);
  if (!new_one) return new_one.error();

  DeLong test{old_one->auc,
              new_one->auc,
              delong_covariance(label, *classes, *old_one, *old_one),
              delong_covariance(label, *classes, *new_one, *new_one),
              delong_covariance(label, *classes, *old_one, *new_one),
              {}};
  Placements change{new_one->auc - old_one->auc, std::vector<double>(label.size())};
  for (std::size_t i = 0; i < label.size(); ++i) change.value[i] = new_one->value[i] - old_one->value[i];
  test.difference.value = change.auc;
  // From the differences themselves: S11 + S22 - 2 S12 would lose digits where the models nearly agree.
  test.difference.row_error = std::sqrt(delong_covariance(label, *classes, change, change));
  test.difference.df = std::numeric_limits<double>::infinity();
  test.difference.influence.resize(label.size());
  for (std::size_t i = 0; i < label.size(); ++i)
    test.difference.influence[i] =
        (change.value[i] - change.auc) / static_cast<double>(label[i] == 1 ? classes->positives : classes->negatives);
  return test;
}

Interval auc_bounds(double auc, Spread const& spread, double level) {
  if (!(auc > 0 && auc < 1)) return {0, 1};
  double const reach = student_quantile(1 - level, spread.df) * spread.standard_error / (auc * (1 - auc));
  if (std::isnan(reach)) return {0, 1};
  double const middle = std::log(auc / (1 - auc));
  auto const back = [](double x) { return 1 / (1 + std::exp(-x)); };
  return {back(middle - reach), back(middle + reach)};
}

}  // namespace podium::inline v0::stats
