#include "podium/stats/paired.hpp"

#include "podium/stats/sum.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace podium::inline v0::stats {
namespace {

Result<void> check(std::span<double const> label, std::span<double const> predicted) {
  if (label.size() != predicted.size()) return Error{Errc::invalid_argument, "labels and predictions differ in length"};
  for (double const y : label)
    if (y != 0 && y != 1) return Error{Errc::invalid_argument, "a label is neither 0 nor 1"};
  for (double const p : predicted)
    if (!(p >= 0 && p <= 1)) return Error{Errc::invalid_argument, "a prediction is not a probability"};
  return {};
}

}  // namespace

Result<Losses> log_losses(std::span<double const> label, std::span<double const> predicted, double clip) {
  if (!(clip > 0 && clip < 0.5)) return Error{Errc::invalid_argument, "the clip of a log loss lies between 0 and 0.5"};
  if (auto ok = check(label, predicted); !ok) return ok.error();
  Losses losses;
  losses.value.reserve(label.size());
  for (std::size_t i = 0; i < label.size(); ++i) {
    double const p = std::clamp(predicted[i], clip, 1 - clip);
    losses.clipped += p != predicted[i];
    losses.value.push_back(label[i] == 1 ? -std::log(p) : -std::log(1 - p));
  }
  return losses;
}

Result<Losses> brier_losses(std::span<double const> label, std::span<double const> predicted) {
  if (auto ok = check(label, predicted); !ok) return ok.error();
  Losses losses;
  losses.value.reserve(label.size());
  for (std::size_t i = 0; i < label.size(); ++i)
    losses.value.push_back((predicted[i] - label[i]) * (predicted[i] - label[i]));
  return losses;
}

Estimate mean(std::span<double const> values) {
  auto const n = static_cast<double>(values.size());
  Estimate estimate;
  estimate.value = sum(values) / n;
  estimate.df = n - 1;
  estimate.influence.reserve(values.size());
  std::vector<double> squares;
  squares.reserve(values.size());
  for (double const value : values) {
    double const off = value - estimate.value;
    estimate.influence.push_back(off / n);
    squares.push_back(off * off);
  }
  estimate.row_error = n < 2 ? std::numeric_limits<double>::quiet_NaN() : std::sqrt(sum(squares) / (n - 1) / n);
  return estimate;
}

Estimate paired_mean(std::span<double const> champion_loss, std::span<double const> challenger_loss) {
  assert(champion_loss.size() == challenger_loss.size());
  std::vector<double> difference(champion_loss.size());
  for (std::size_t i = 0; i < difference.size(); ++i) difference[i] = champion_loss[i] - challenger_loss[i];
  return mean(difference);
}

}  // namespace podium::inline v0::stats
