#pragma once

namespace podium::inline v0::stats {

/// Root of a function that changes sign once between the two ends; the ends close in to neighbouring numbers.
template <class Function>
double bisect(Function const& f, double low, double high) {
  bool const low_is_positive = f(low) > 0;
  for (int i = 0; i < 200; ++i) {
    double const middle = low + (high - low) / 2;
    if (middle == low || middle == high) break;
    if ((f(middle) > 0) == low_is_positive)
      low = middle;
    else
      high = middle;
  }
  return low + (high - low) / 2;
}

}  // namespace podium::inline v0::stats
