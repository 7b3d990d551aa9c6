#pragma once

#include "podium/result.hpp"
#include "podium/stats/interval.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// Whether probabilities mean what they say.  Labels are 0 or 1, predictions in [0, 1]; anything else is
/// Errc::invalid_argument.
namespace podium::inline v0::stats {

enum class Binning { equal_width, equal_mass };

/// One bin of a reliability diagram.
struct ReliabilityBin {
  double lowest = 0, highest = 0;  ///< predictions in it
  std::int64_t rows = 0;
  double mean_prediction = 0;
  double observed = 0;  ///< share of label 1
  Interval interval;    ///< Wilson's of `observed`, 95 %
};
PODIUM_API Result<std::vector<ReliabilityBin>> reliability(std::span<double const> label,
                                                           std::span<double const> predicted, int bins = 15,
                                                           Binning binning = Binning::equal_mass);

/// Murphy (1973): Brier score = reliability - resolution + uncertainty - within_variance + within_covariance.  The
/// two within-bin terms (Stephenson, Coelho and Jolliffe 2008) are 0 where predictions are constant in each bin.
struct BrierDecomposition {
  double score = 0;
  double reliability = 0;
  double resolution = 0;
  double uncertainty = 0;
  double within_variance = 0;
  double within_covariance = 0;  ///< twice the within-bin covariance of outcome and prediction; enters with a minus
};
/// Bins are the distinct predictions where there are at most `bins` of them, else bins of equal mass.
PODIUM_API Result<BrierDecomposition> brier_decomposition(std::span<double const> label,
                                                          std::span<double const> predicted, int bins = 15);

/// Expected calibration error: mean |mean prediction - observed share| over bins, by rows.
PODIUM_API Result<double> expected_calibration_error(std::span<double const> label, std::span<double const> predicted,
                                                     int bins = 15, Binning binning = Binning::equal_mass);

/// The error less what a calibrated model of this sample would show: the mean over `replicates` draws of
/// y ~ Bernoulli(p).  Not below 0.
struct DebiasedCalibrationError {
  double raw = 0;
  double bias = 0;
  double debiased = 0;
  double p_value = 1;  ///< of "calibrated": (k + 1) / (B + 1) draws at least as large
};
PODIUM_API Result<DebiasedCalibrationError> debiased_calibration_error(std::span<double const> label,
                                                                       std::span<double const> predicted, int bins = 15,
                                                                       Binning binning = Binning::equal_mass,
                                                                       int replicates = 1000, std::uint64_t seed = 0);

/// Logistic recalibration (Cox 1958): logit P(y) = intercept + slope logit(p), predictions clipped at `clip`.
/// Calibrated: 0 and 1.  Errc::failed where the fit does not converge (separable classes).
struct Recalibration {
  double intercept = 0, slope = 1;
  double intercept_error = 0, slope_error = 0;
};
PODIUM_API Result<Recalibration> recalibration(std::span<double const> label, std::span<double const> predicted,
                                               double clip = 1e-7);

}  // namespace podium::inline v0::stats
