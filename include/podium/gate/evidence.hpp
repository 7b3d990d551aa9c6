#pragma once

#include "podium/result.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace podium::inline v0::gate {

/// One evaluation set: columns of equal length, one row per unit, champion and challenger paired.
struct Predictions {
  std::string id;  ///< the policy's evaluation set
  std::vector<std::string> unit;
  std::vector<std::string> cluster;  ///< empty: no cluster column
  std::vector<double> label;         ///< 0 or 1; NaN: no label (refused)
  std::vector<double> champion;      ///< score; NaN: missing prediction
  std::vector<double> challenger;
  std::vector<double> weight;                              ///< empty: all 1
  std::vector<std::int64_t> time_us;                       ///< microseconds since the epoch, UTC; empty: no time column
  std::map<std::string, std::vector<std::string>> slices;  ///< column -> value per row
};

/// All that a decision may rest on.  A value: same evidence, same bytes of the decision.
struct Evidence {
  std::vector<Predictions> sets;
  std::vector<std::string> train_units;                         ///< units seen in training; empty: unknown
  std::int64_t train_end_us = 0;                                ///< newest label time in training; 0: unknown
  std::map<std::string, int> evaluations_used;                  ///< set -> how often it was used before this
  std::vector<std::pair<std::string, std::string>> provenance;  ///< model digests, job names
};

}  // namespace podium::inline v0::gate
