#pragma once

#include "gate/rows.hpp"

#include <string_view>

namespace podium::inline v0::gate {

/// A metric over a part of the rows; without `trouble` it has a usable standard error.
struct Measured {
  double value = 0;  ///< turned so that better is positive; own values as they are
  stats::Spread spread;
  std::int64_t units = 0;
  bool identical = false;  ///< the models agree up to rounding: no error, no difference
  std::string method;
  std::string trouble;    ///< why there is no interval
  std::int64_t need = 0;  ///< rows or clusters that would end the trouble; 0: more rows alone would not
  std::vector<std::string> notes;
};

bool is_metric(std::string_view metric);

/// Challenger minus champion, or champion minus challenger for losses.
Measured measure_difference(Rows const& rows, std::span<std::uint32_t const> part, std::string const& metric,
                            double clip);

/// The challenger's own value.
Measured measure_own(Rows const& rows, std::span<std::uint32_t const> part, std::string const& metric, double clip);

/// Largest ratio of the variance by day to the variance by row among the paired metrics; NaN where it cannot be told.
double design_effect_by_day(Rows const& rows, model::PromotionPolicy const& policy);

}  // namespace podium::inline v0::gate
