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

inline constexpr std::size_t sum_block = 4096;

/// The same as `sum` below, term by term.
class BlockSum {
 public:
  void add(double term) noexcept {
    block_.add(term);
    if (++in_block_ == sum_block) fold();
  }
  double value() const noexcept {
    NeumaierSum all = total_;
    if (in_block_ > 0) all.add(block_.value());
    return all.value();
  }

 private:
  void fold() noexcept {
    total_.add(block_.value());
    block_ = {};
    in_block_ = 0;
  }

  NeumaierSum total_, block_;
  std::size_t in_block_ = 0;
};

/// Sum over blocks of 4096 terms, block sums added in order: the shape of the reduction depends on the length alone, so
/// any number of threads gives the same bits.
PODIUM_API double sum(std::span<double const> terms) noexcept;

}  // namespace podium::inline v0::stats
