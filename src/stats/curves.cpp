#include "stats/classes.hpp"
#include "stats/order.hpp"

#include "podium/stats/auc.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::stats {
namespace {

/// Weight called positive at each distinct score, from the highest down.
struct Cut {
  double threshold, true_positives, false_positives;
};

Result<std::vector<Cut>> cuts(std::span<double const> label, std::span<double const> score,
                              std::span<double const> weight) {
  if (score.size() != label.size()) return Error{Errc::invalid_argument, "labels and scores differ in length"};
  for (double const s : score)
    if (std::isnan(s)) return Error{Errc::invalid_argument, "a score is not a number"};
  std::vector<Cut> all;
  double right = 0, wrong = 0;
  auto const order = descending_order(score);
  for (std::size_t k = 0; k < order.size(); ++k) {
    (label[order[k]] == 1 ? right : wrong) += weight.empty() ? 1 : weight[order[k]];
    if (k + 1 == order.size() || score[order[k + 1]] != score[order[k]]) all.push_back({score[order[k]], right, wrong});
  }
  return all;
}

template <class Point>
std::vector<CurvePoint> thinned(std::vector<Cut> const& all, int points, Point const& point) {
  auto const wanted = std::min(all.size(), static_cast<std::size_t>(std::max(points, 2)));
  std::vector<CurvePoint> curve;
  curve.reserve(wanted);
  for (std::size_t i = 0; i < wanted; ++i)
    curve.push_back(point(all[wanted == 1 ? 0 : i * (all.size() - 1) / (wanted - 1)]));
  return curve;
}

}  // namespace

Result<std::vector<CurvePoint>> roc_curve(std::span<double const> label, std::span<double const> score, int points,
                                          std::span<double const> weight) {
  auto const classes = count_classes(label, weight);
  if (!classes) return classes.error();
  auto const all = cuts(label, score, weight);
  if (!all) return all.error();
  auto curve = thinned(*all, points - 1, [&](Cut const& cut) {
    return CurvePoint{cut.threshold, cut.false_positives / classes->negative_weight,
                      cut.true_positives / classes->positive_weight};
  });
  curve.insert(curve.begin(), {std::numeric_limits<double>::infinity(), 0, 0});
  return curve;
}

Result<std::vector<CurvePoint>> precision_recall_curve(std::span<double const> label, std::span<double const> score,
                                                       int points, std::span<double const> weight) {
  auto const classes = count_classes(label, weight);
  if (!classes) return classes.error();
  auto const all = cuts(label, score, weight);
  if (!all) return all.error();
  return thinned(*all, points, [&](Cut const& cut) {
    double const called = cut.true_positives + cut.false_positives;
    return CurvePoint{cut.threshold, cut.true_positives / classes->positive_weight,
                      called > 0 ? cut.true_positives / called : 1};
  });
}

}  // namespace podium::inline v0::stats
