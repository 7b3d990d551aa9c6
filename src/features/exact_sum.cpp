#include "features/exact_sum.hpp"

#include <bit>
#include <cmath>
#include <limits>

namespace podium::inline v0::features {
namespace {

__extension__ typedef unsigned __int128 Wide;

constexpr std::int64_t base = std::int64_t{1} << 32;
/// A digit takes so many changes of less than 2^32 each before it has to be carried on.
constexpr std::uint32_t changes_before_carry = 1U << 30;

template <class Digits>
void carry_on(Digits& digits) noexcept {
  std::int64_t carry = 0;
  for (auto& digit : digits) {
    auto const whole = digit + carry;
    carry = whole >> 32;
    digit = whole - carry * base;
  }
  digits.back() += carry * base;  // the sign stays in the last one
}

}  // namespace

void ExactSum::carry() noexcept {
  carry_on(digits_);
  changes_ = 0;
}

void ExactSum::change(double value, int sign) noexcept {
  if (std::isnan(value)) {
    not_numbers_ += sign;
    return;
  }
  if (std::isinf(value)) {
    (value > 0 ? positive_infinities_ : negative_infinities_) += sign;
    return;
  }
  auto const bits = std::bit_cast<std::uint64_t>(value);
  auto const exponent = static_cast<int>(bits >> 52 & 0x7ff);
  auto mantissa = bits & ((std::uint64_t{1} << 52) - 1);
  if (exponent != 0) mantissa |= std::uint64_t{1} << 52;
  if (mantissa == 0) return;
  if (bits >> 63) sign = -sign;
  auto const shift = exponent == 0 ? 0 : exponent - 1;  // of the mantissa's last bit above 2^-1074
  auto place = static_cast<std::size_t>(shift / 32);
  for (Wide left = static_cast<Wide>(mantissa) << (shift % 32); left != 0; left >>= 32)
    digits_[place++] += sign * static_cast<std::int64_t>(static_cast<std::uint32_t>(left));
  if (++changes_ == changes_before_carry) carry();
}

double ExactSum::value() const noexcept {
  if (not_numbers_ > 0 || (positive_infinities_ > 0 && negative_infinities_ > 0))
    return std::numeric_limits<double>::quiet_NaN();
  if (positive_infinities_ > 0) return std::numeric_limits<double>::infinity();
  if (negative_infinities_ > 0) return -std::numeric_limits<double>::infinity();

  auto digits = digits_;
  carry_on(digits);
  bool const negative = digits.back() < 0;
  if (negative) {
    for (auto& digit : digits) digit = -digit;
    carry_on(digits);
  }
  auto top = digits.size();
  while (top > 0 && digits[top - 1] == 0) --top;
  if (top == 0) return 0.0;
  auto const low = top > 3 ? top - 3 : 0;
  Wide leading = 0;
  for (auto d = top; d-- > low;) leading = leading << 32 | static_cast<std::uint32_t>(digits[d]);
  bool rest = false;
  for (std::size_t d = 0; d < low; ++d) rest = rest || digits[d] != 0;

  int width = 0;
  for (auto left = leading; left != 0; left >>= 1) ++width;
  int const drop = width > 53 ? width - 53 : 0;
  auto mantissa = static_cast<std::uint64_t>(leading >> drop);
  if (drop > 0) {
    auto const cut = leading & ((static_cast<Wide>(1) << drop) - 1);
    auto const half = static_cast<Wide>(1) << (drop - 1);
    if (cut > half || (cut == half && (rest || (mantissa & 1) != 0))) ++mantissa;
  }
  auto const size = std::ldexp(static_cast<double>(mantissa), static_cast<int>(low) * 32 - 1074 + drop);
  return negative ? -size : size;
}

}  // namespace podium::inline v0::features
