#pragma once

#include "podium/model/promotion.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace podium::inline v0::gate {

/// A number as the report's sentences show it: four decimals, or two significant digits where that would be 0.
std::string show(double value);
std::string show_signed(double value);
std::string show(std::int64_t value);

/// A reason code without the numbers at its end: "NEED_N:auc_gain:4612>3000" is "NEED_N:auc_gain".
std::string without_numbers(std::string const& code);

/// Twelve significant digits: what decisions are hashed and written with.
double rounded(double value);

/// "30 clusters", "1 cluster".
std::string count_of(std::int64_t n, std::string const& thing);

/// A challenger's own value against a line, not a difference.
bool is_own(model::Check const& check);
/// Checks of running endpoints: shares and distances against a limit.
bool is_online(model::Check const& check);
/// Checks of the evidence and of people, which have no interval.
bool is_about_evidence(model::Check const& check);
/// A number of the check as reports show it: signed where it is a difference.
std::string value_of(model::Check const& check, double number);

}  // namespace podium::inline v0::gate
