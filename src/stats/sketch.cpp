#include "podium/stats/latency.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace podium::inline v0::stats {

QuantileSketch::QuantileSketch(double relative_accuracy, double least)
    : accuracy_{relative_accuracy},
      least_{least},
      log_gamma_{std::log((1 + relative_accuracy) / (1 - relative_accuracy))} {
  assert(relative_accuracy > 0 && relative_accuracy < 1 && least > 0);
}

int QuantileSketch::index(double value) const { return static_cast<int>(std::ceil(std::log(value) / log_gamma_)); }

double QuantileSketch::value_of(int index) const {
  return 2 * std::exp(index * log_gamma_) / ((1 + accuracy_) / (1 - accuracy_) + 1);
}

void QuantileSketch::add(double value, std::int64_t count) {
  if (count <= 0) return;
  if (!std::isfinite(value))
    lost_ += count;
  else if (value <= least_)
    low_ += count;
  else
    buckets_[index(value)] += count;
}

void QuantileSketch::add_bucket(int index, std::int64_t count) {
  if (count > 0) buckets_[index] += count;
}

Result<void> QuantileSketch::merge(QuantileSketch const& other) {
  if (accuracy_ != other.accuracy_ || least_ != other.least_)
    return Error{Errc::invalid_argument, "sketches of different accuracy cannot be merged"};
  for (auto const& [bucket, count] : other.buckets_) buckets_[bucket] += count;
  low_ += other.low_;
  lost_ += other.lost_;
  return {};
}

std::int64_t QuantileSketch::count() const noexcept {
  auto all = low_ + lost_;
  for (auto const& [bucket, count] : buckets_) all += count;
  return all;
}

double QuantileSketch::quantile(double q) const {
  auto const all = count();
  if (all == 0 || !(q >= 0 && q <= 1)) return std::numeric_limits<double>::quiet_NaN();
  double const rank = q * static_cast<double>(all - 1);
  auto seen = low_;
  if (static_cast<double>(seen) > rank) return least_;
  for (auto const& [bucket, count] : buckets_) {
    seen += count;
    if (static_cast<double>(seen) > rank) return value_of(bucket);
  }
  return std::numeric_limits<double>::infinity();
}

}  // namespace podium::inline v0::stats
