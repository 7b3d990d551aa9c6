#pragma once

#include "podium/result.hpp"
#include "podium/stats/estimate.hpp"

namespace podium::inline v0::stats {

/// Area under the ROC curve of one score, ties counting half.  Labels are 0 or 1; infinite scores rank last.
/// Errc::invalid_argument for columns of different length, other labels, NaN scores, or a class without rows.
/// The row error is DeLong's; with fewer than two rows of a class it is NaN.  O(n log n).
PODIUM_API Result<Estimate> auc(std::span<double const> label, std::span<double const> score);

/// Two AUCs on the same rows (DeLong, DeLong and Clarke-Pearson 1988; ranks as in Sun and Xu 2014).
struct DeLong {
  double auc_champion = 0;
  double auc_challenger = 0;
  double variance_champion = 0;
  double variance_challenger = 0;
  double covariance = 0;
  Estimate difference;  ///< challenger - champion
};

PODIUM_API Result<DeLong> delong(std::span<double const> label, std::span<double const> champion,
                                 std::span<double const> challenger);

/// One-sided bounds of an AUC at `level`, symmetric on the logit scale so that they stay inside (0, 1).
/// An AUC of 0 or 1 has no standard error: the bounds are [0, 1].
PODIUM_API Interval auc_bounds(double auc, Spread const& spread, double level);

}  // namespace podium::inline v0::stats
