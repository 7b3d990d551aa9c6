#pragma once

#include "podium/result.hpp"
#include "podium/stats/estimate.hpp"

namespace podium::inline v0::stats {

/// Area under the ROC curve of one score, ties counting half.  Labels are 0 or 1; infinite scores rank last.
/// Errc::invalid_argument for columns of different length, other labels, NaN scores, weights that are negative or not
/// finite, or a class without rows (or weight).  The row error is DeLong's; with fewer than two rows of a class it is
/// NaN.  O(n log n).
///
/// `weight` (empty: all 1) weighs every pair by the product of its rows' weights; the error is then that of the
/// linearised statistic with the class factors m / (m - 1) and n / (n - 1), which is DeLong's where all weights are 1.
PODIUM_API Result<Estimate> auc(std::span<double const> label, std::span<double const> score,
                                std::span<double const> weight = {});

/// Two AUCs on the same rows (DeLong, DeLong and Clarke-Pearson 1988; ranks as in Sun and Xu 2014).
struct PODIUM_API DeLong {
  double auc_champion = 0;
  double auc_challenger = 0;
  double variance_champion = 0;
  double variance_challenger = 0;
  double covariance = 0;
  std::int64_t positives = 0;
  std::int64_t negatives = 0;
  Estimate difference;  ///< challenger - champion

  double z() const;        ///< difference over its row error; NaN where that is 0
  double p_value() const;  ///< two-sided, independent rows
};

PODIUM_API Result<DeLong> delong(std::span<double const> label, std::span<double const> champion,
                                 std::span<double const> challenger, std::span<double const> weight = {});

/// One-sided bounds of an AUC at `level`, symmetric on the logit scale so that they stay inside (0, 1).
/// An AUC of 0 or 1 has no standard error: the bounds are [0, 1].
PODIUM_API Interval auc_bounds(double auc, Spread const& spread, double level);

/// A point of a ROC or precision-recall curve.
struct CurvePoint {
  double threshold = 0;  ///< rows with this score or a higher one are called positive
  double x = 0;          ///< false-positive rate, or recall
  double y = 0;          ///< true-positive rate, or precision
};

/// At most `points` points of the curve, ends included, evenly spread over the distinct scores.  Errors as for auc.
PODIUM_API Result<std::vector<CurvePoint>> roc_curve(std::span<double const> label, std::span<double const> score,
                                                     int points = 200, std::span<double const> weight = {});
PODIUM_API Result<std::vector<CurvePoint>> precision_recall_curve(std::span<double const> label,
                                                                  std::span<double const> score, int points = 200,
                                                                  std::span<double const> weight = {});

}  // namespace podium::inline v0::stats
