#pragma once

#include <array>
#include <cstdint>

namespace podium::inline v0::features {

/// The exact sum of doubles that come and go, rounded once when it is asked for: whatever the order, the same bits.
/// A fixed-point number as wide as the doubles' range, in digits of 32 bits with room for carries.
class ExactSum {
 public:
  void add(double value) noexcept { change(value, 1); }
  void remove(double value) noexcept { change(value, -1); }
  /// Nearest double, ties to even; infinities and NaN as IEEE 754 sums give them.
  double value() const noexcept;

 private:
  void change(double value, int sign) noexcept;
  void carry() noexcept;

  static constexpr int digits = 68;  // 2^-1074 to beyond 2^1024
  std::array<std::int64_t, digits> digits_{};
  std::uint32_t changes_ = 0;
  std::int64_t positive_infinities_ = 0, negative_infinities_ = 0, not_numbers_ = 0;
};

}  // namespace podium::inline v0::features
