#include "stats/classes.hpp"

#include <cmath>

namespace podium::inline v0::stats {

Result<void> check_weights(std::span<double const> weight, std::size_t rows) {
  if (weight.empty()) return {};
  if (weight.size() != rows) return Error{Errc::invalid_argument, "weights and labels differ in length"};
  bool any = false;
  for (double const w : weight) {
    if (!(std::isfinite(w) && w >= 0)) return Error{Errc::invalid_argument, "a weight is negative or not finite"};
    any = any || w > 0;
  }
  if (!any && rows > 0) return Error{Errc::invalid_argument, "all weights are 0"};
  return {};
}

Result<Classes> count_classes(std::span<double const> label, std::span<double const> weight) {
  if (auto ok = check_weights(weight, label.size()); !ok) return ok.error();
  Classes classes;
  for (std::size_t i = 0; i < label.size(); ++i) {
    double const w = weight.empty() ? 1 : weight[i];
    if (label[i] == 1) {
      classes.positives += w > 0;
      classes.positive_weight += w;
    } else if (label[i] == 0) {
      classes.negatives += w > 0;
      classes.negative_weight += w;
    } else {
      return Error{Errc::invalid_argument, "a label is neither 0 nor 1"};
    }
  }
  if (classes.positives == 0 || classes.negatives == 0)
    return Error{Errc::invalid_argument, "an AUC needs rows of both classes"};
  return classes;
}

}  // namespace podium::inline v0::stats
