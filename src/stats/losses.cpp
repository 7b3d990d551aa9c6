#include "podium/stats/losses.hpp"

#include "podium/stats/sum.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace podium::inline v0::stats {
namespace {

Error refused(std::string message) { return Error{Errc::invalid_argument, std::move(message)}; }

std::string at_row(std::size_t row) { return " (row " + std::to_string(row) + ")"; }

Result<void> check_binary(std::span<double const> label, std::span<double const> predicted) {
  if (label.size() != predicted.size()) return refused("labels and predictions differ in length");
  for (double const y : label)
    if (y != 0 && y != 1) return refused("a label is neither 0 nor 1");
  for (double const p : predicted)
    if (!(p >= 0 && p <= 1)) return refused("a prediction is not a probability");
  return {};
}

Result<void> check_numbers(std::span<double const> truth, std::span<double const> predicted) {
  if (truth.size() != predicted.size()) return refused("labels and predictions differ in length");
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (!std::isfinite(truth[i])) return refused("a label is not a finite number" + at_row(i));
    if (!std::isfinite(predicted[i])) return refused("a prediction is not a finite number" + at_row(i));
  }
  return {};
}

template <class Loss>
Result<Losses> each(std::span<double const> truth, std::span<double const> predicted, Loss const& loss) {
  if (auto ok = check_numbers(truth, predicted); !ok) return ok.error();
  Losses losses;
  losses.value.reserve(truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) losses.value.push_back(loss(truth[i], predicted[i]));
  return losses;
}

}  // namespace

Result<Losses> log_losses(std::span<double const> label, std::span<double const> predicted, double clip) {
  if (!(clip > 0 && clip < 0.5)) return refused("the clip of a log loss lies between 0 and 0.5");
  if (auto ok = check_binary(label, predicted); !ok) return ok.error();
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
  if (auto ok = check_binary(label, predicted); !ok) return ok.error();
  Losses losses;
  losses.value.reserve(label.size());
  for (std::size_t i = 0; i < label.size(); ++i)
    losses.value.push_back((predicted[i] - label[i]) * (predicted[i] - label[i]));
  return losses;
}

Result<Losses> multiclass_log_losses(std::span<double const> label, std::span<double const> predicted, int classes,
                                     double clip) {
  if (!(clip > 0 && clip < 0.5)) return refused("the clip of a log loss lies between 0 and 0.5");
  if (classes < 2) return refused("a multiclass log loss needs at least two classes");
  auto const width = static_cast<std::size_t>(classes);
  if (predicted.size() != label.size() * width)
    return refused("predictions are not rows x classes: " + std::to_string(predicted.size()) + " values for " +
                   std::to_string(label.size()) + " rows of " + std::to_string(classes) + " classes");
  Losses losses;
  losses.value.reserve(label.size());
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (!(label[i] >= 0 && label[i] < classes && label[i] == std::floor(label[i])))
      return refused("a label is not one of the classes 0 to " + std::to_string(classes - 1) + at_row(i));
    auto const row = predicted.subspan(i * width, width);
    double total = 0;
    for (double const p : row) {
      if (!(p >= 0 && p <= 1)) return refused("a prediction is not a probability" + at_row(i));
      total += p;
    }
    if (std::abs(total - 1) > 1e-6) return refused("the probabilities of a row do not sum to 1" + at_row(i));
    double const given = row[static_cast<std::size_t>(label[i])];
    double const p = std::clamp(given, clip, 1 - clip);
    losses.clipped += p != given;
    losses.value.push_back(-std::log(p));
  }
  return losses;
}

Result<Losses> squared_losses(std::span<double const> truth, std::span<double const> predicted) {
  return each(truth, predicted, [](double y, double p) { return (p - y) * (p - y); });
}

Result<Losses> absolute_losses(std::span<double const> truth, std::span<double const> predicted) {
  return each(truth, predicted, [](double y, double p) { return std::abs(p - y); });
}

Result<Losses> pinball_losses(std::span<double const> truth, std::span<double const> predicted, double quantile) {
  if (!(quantile > 0 && quantile < 1)) return refused("the quantile of a pinball loss lies between 0 and 1");
  return each(truth, predicted,
              [=](double y, double p) { return y >= p ? quantile * (y - p) : (1 - quantile) * (p - y); });
}

Result<Losses> absolute_percentage_losses(std::span<double const> truth, std::span<double const> predicted) {
  for (std::size_t i = 0; i < truth.size(); ++i)
    if (truth[i] == 0) return refused("an absolute percentage error has no value where the label is 0" + at_row(i));
  return each(truth, predicted, [](double y, double p) { return std::abs((p - y) / y); });
}

}  // namespace podium::inline v0::stats
