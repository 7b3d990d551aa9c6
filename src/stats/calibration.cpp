#include "podium/stats/calibration.hpp"

#include "stats/order.hpp"

#include "podium/stats/proportions.hpp"
#include "podium/stats/random.hpp"
#include "podium/stats/sum.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::stats {
namespace {

Result<void> check(std::span<double const> label, std::span<double const> predicted, int bins) {
  if (label.size() != predicted.size()) return Error{Errc::invalid_argument, "labels and predictions differ in length"};
  if (label.empty()) return Error{Errc::invalid_argument, "no rows"};
  if (bins < 1) return Error{Errc::invalid_argument, "calibration needs at least one bin"};
  for (double const y : label)
    if (y != 0 && y != 1) return Error{Errc::invalid_argument, "a label is neither 0 nor 1"};
  for (double const p : predicted)
    if (!(p >= 0 && p <= 1)) return Error{Errc::invalid_argument, "a prediction is not a probability"};
  return {};
}

/// Bin of every row.
std::vector<std::uint32_t> bins_of(std::span<double const> predicted, int bins, Binning binning) {
  std::vector<std::uint32_t> bin(predicted.size());
  auto const b = static_cast<std::size_t>(bins);
  if (binning == Binning::equal_width) {
    for (std::size_t i = 0; i < predicted.size(); ++i)
      bin[i] = static_cast<std::uint32_t>(std::min(bins - 1, static_cast<int>(predicted[i] * bins)));
    return bin;
  }
  auto const order = ascending_order(predicted);
  for (std::size_t k = 0; k < b; ++k)
    for (auto i = k * order.size() / b; i < (k + 1) * order.size() / b; ++i)
      bin[order[i]] = static_cast<std::uint32_t>(k);
  return bin;
}

struct Sums {
  std::int64_t rows = 0;
  NeumaierSum predicted;
  double events = 0;
};

std::vector<Sums> sums_by_bin(std::span<double const> label, std::span<double const> predicted,
                              std::span<std::uint32_t const> bin, std::size_t bins) {
  std::vector<Sums> sums(bins);
  for (std::size_t i = 0; i < bin.size(); ++i) {
    ++sums[bin[i]].rows;
    sums[bin[i]].predicted.add(predicted[i]);
    sums[bin[i]].events += label[i];
  }
  return sums;
}

double error_of(std::vector<Sums> const& sums, std::size_t rows) {
  NeumaierSum total;
  for (auto const& s : sums) total.add(std::abs(s.predicted.value() - s.events));
  return total.value() / static_cast<double>(rows);
}

}  // namespace

Result<std::vector<ReliabilityBin>> reliability(std::span<double const> label, std::span<double const> predicted,
                                                int bins, Binning binning) {
  if (auto ok = check(label, predicted, bins); !ok) return ok.error();
  auto const bin = bins_of(predicted, bins, binning);
  auto const sums = sums_by_bin(label, predicted, bin, static_cast<std::size_t>(bins));
  std::vector<ReliabilityBin> all(sums.size());
  for (auto& one : all) {
    one.lowest = 1;
    one.highest = 0;
  }
  for (std::size_t i = 0; i < bin.size(); ++i) {
    all[bin[i]].lowest = std::min(all[bin[i]].lowest, predicted[i]);
    all[bin[i]].highest = std::max(all[bin[i]].highest, predicted[i]);
  }
  for (std::size_t k = 0; k < sums.size(); ++k) {
    auto const rows = sums[k].rows;
    if (rows == 0) continue;
    all[k].rows = rows;
    all[k].mean_prediction = sums[k].predicted.value() / static_cast<double>(rows);
    all[k].observed = sums[k].events / static_cast<double>(rows);
    all[k].interval = wilson(static_cast<std::int64_t>(sums[k].events), rows);
  }
  std::erase_if(all, [](ReliabilityBin const& one) { return one.rows == 0; });
  return all;
}

Result<BrierDecomposition> brier_decomposition(std::span<double const> label, std::span<double const> predicted,
                                               int bins) {
  if (auto ok = check(label, predicted, bins); !ok) return ok.error();
  auto distinct = ascending_values(predicted);
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<std::uint32_t> bin;
  auto count = static_cast<std::size_t>(bins);
  if (distinct.size() <= count) {
    count = distinct.size();
    for (double const p : predicted)
      bin.push_back(
          static_cast<std::uint32_t>(std::lower_bound(distinct.begin(), distinct.end(), p) - distinct.begin()));
  } else {
    bin = bins_of(predicted, bins, Binning::equal_mass);
  }
  auto const sums = sums_by_bin(label, predicted, bin, count);
  auto const n = static_cast<double>(label.size());
  double const base = sum(label) / n;
  NeumaierSum score, reliability, resolution, variance, covariance;
  for (auto const& s : sums) {
    if (s.rows == 0) continue;
    auto const rows = static_cast<double>(s.rows);
    double const off = s.predicted.value() / rows - s.events / rows, apart = s.events / rows - base;
    reliability.add(rows * off * off);
    resolution.add(rows * apart * apart);
  }
  for (std::size_t i = 0; i < label.size(); ++i) {
    auto const& s = sums[bin[i]];
    auto const rows = static_cast<double>(s.rows);
    double const p = predicted[i] - s.predicted.value() / rows, y = label[i] - s.events / rows;
    score.add((predicted[i] - label[i]) * (predicted[i] - label[i]));
    variance.add(p * p);
    covariance.add(2 * p * y);
  }
  return BrierDecomposition{score.value() / n, reliability.value() / n, resolution.value() / n,
                            base * (1 - base), variance.value() / n,    covariance.value() / n};
}

Result<double> expected_calibration_error(std::span<double const> label, std::span<double const> predicted, int bins,
                                          Binning binning) {
  if (auto ok = check(label, predicted, bins); !ok) return ok.error();
  auto const bin = bins_of(predicted, bins, binning);
  return error_of(sums_by_bin(label, predicted, bin, static_cast<std::size_t>(bins)), label.size());
}

Result<DebiasedCalibrationError> debiased_calibration_error(std::span<double const> label,
                                                            std::span<double const> predicted, int bins,
                                                            Binning binning, int replicates, std::uint64_t seed) {
  if (auto ok = check(label, predicted, bins); !ok) return ok.error();
  if (replicates < 1) return Error{Errc::invalid_argument, "a simulation needs at least one draw"};
  auto const bin = bins_of(predicted, bins, binning);
  auto sums = sums_by_bin(label, predicted, bin, static_cast<std::size_t>(bins));
  DebiasedCalibrationError result;
  result.raw = error_of(sums, label.size());
  NeumaierSum simulated;
  int at_least = 0;
  for (int r = 0; r < replicates; ++r) {
    for (auto& s : sums) s.events = 0;
    for (std::uint32_t i = 0; i < label.size(); ++i)
      sums[bin[i]].events += uniform_at(seed, 0, static_cast<std::uint32_t>(r), i) < predicted[i] ? 1 : 0;
    double const error = error_of(sums, label.size());
    simulated.add(error);
    at_least += error >= result.raw;
  }
  result.bias = simulated.value() / replicates;
  result.debiased = std::max(0.0, result.raw - result.bias);
  result.p_value = static_cast<double>(at_least + 1) / (replicates + 1);
  return result;
}

Result<Recalibration> recalibration(std::span<double const> label, std::span<double const> predicted, double clip) {
  if (auto ok = check(label, predicted, 1); !ok) return ok.error();
  if (!(clip > 0 && clip < 0.5)) return Error{Errc::invalid_argument, "the clip of a logit lies between 0 and 0.5"};
  std::vector<double> x;
  x.reserve(predicted.size());
  for (double const p : predicted) {
    double const kept = std::clamp(p, clip, 1 - clip);
    x.push_back(std::log(kept / (1 - kept)));
  }
  Recalibration fit;
  for (int step = 0; step < 50; ++step) {
    NeumaierSum g0, g1, h00, h01, h11;
    for (std::size_t i = 0; i < x.size(); ++i) {
      double const p = 1 / (1 + std::exp(-(fit.intercept + fit.slope * x[i]))), w = p * (1 - p);
      g0.add(label[i] - p);
      g1.add((label[i] - p) * x[i]);
      h00.add(w);
      h01.add(w * x[i]);
      h11.add(w * x[i] * x[i]);
    }
    double const a = h00.value(), b = h01.value(), c = h11.value(), determinant = a * c - b * b;
    if (!(determinant > 1e-12 * a * c)) break;
    double const d0 = (c * g0.value() - b * g1.value()) / determinant;
    double const d1 = (a * g1.value() - b * g0.value()) / determinant;
    fit.intercept += d0;
    fit.slope += d1;
    if (!std::isfinite(fit.intercept) || !std::isfinite(fit.slope) || std::abs(fit.slope) > 1e6) break;
    if (std::abs(d0) <= 1e-12 * (1 + std::abs(fit.intercept)) && std::abs(d1) <= 1e-12 * (1 + std::abs(fit.slope))) {
      fit.intercept_error = std::sqrt(c / determinant);
      fit.slope_error = std::sqrt(a / determinant);
      return fit;
    }
  }
  return Error{Errc::failed,
               "the recalibration does not converge: one class, constant predictions, or classes that the "
               "predictions separate"};
}

}  // namespace podium::inline v0::stats
