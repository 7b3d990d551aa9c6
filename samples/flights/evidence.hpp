#pragma once

#include "flights/runs.hpp"

#include <podium/gate/evaluate.hpp>

/// From scored flights to what the gate judges.
namespace flights {

/// A month of the flights' own calendar (New York's), as microseconds: [first, last).
struct Span {
  std::int64_t from_us;
  std::int64_t until_us;
};
Span month_2013(int month);

struct Pair {
  Scores const& champion;
  Scores const& challenger;
  Trained const& trained;  ///< the challenger's training
};

/// One month, champion and challenger paired flight by flight.  `used`: how often the month was looked at before.
podium::gate::Evidence month_evidence(Pair const& pair, podium::model::PromotionPolicy const& policy, int month,
                                      int used);

/// The pairs as a file that `podium gate evaluate` takes.
void write_pairs(podium::gate::Predictions const& pairs, podium::model::EvaluationColumns const& columns,
                 std::filesystem::path const& file);

}  // namespace flights
