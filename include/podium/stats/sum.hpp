#pragma once

#include "podium/version.hpp"

#include <cmath>
#include <cstddef>
#include <span>

namespace podium::inline v0::stats {

/// Compensated (Neumaier) sum: the error does not grow with the number of terms.
class NeumaierSum {
 public:
  void add(double term) noexcept {
    double const next = sum_ + term;
    lost_ += std::abs(sum_) >= std::abs(term) ? (sum_ - next) + term : (term - next) + sum_;
    sum_ = next;
  }
  double value() const noexcept { return sum_ + lost_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

/// Sum over blocks of 4096 terms, block sums added in order: the shape of the reduction depends on the length alone, so
/// any number of threads gives the same bits.
PODIUM_API double sum(std::span<double const> terms) noexcept;

inline constexpr std::size_t sum_block = 4096;

}  // namespace podium::inline v0::stats
