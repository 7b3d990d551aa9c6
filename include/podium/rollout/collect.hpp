#pragma once

#include "podium/data/table.hpp"
#include "podium/gate/evidence.hpp"
#include "podium/model/policy.hpp"

namespace podium::inline v0::rollout {

/// Which rows of a table belong to an evaluation set, and where its scores are.
struct CollectOptions {
  std::string score_column = "score";    ///< in tables of one model
  std::optional<std::int64_t> from_us;   ///< keep rows whose time column is >= this
  std::optional<std::int64_t> until_us;  ///< ... and < this
  bool first_run = false;                ///< there is no champion: its column may be absent
};

/// An evaluation set out of one table that holds both models' scores, in columns `champion` and `challenger`;
/// the other columns (unit, cluster, label, weight, time, slices) are the ones that the policy names.  A multiclass set
/// has the predicted classes there, or probabilities in columns `champion_CLASS` and `challenger_CLASS`.
/// Errc::invalid_argument names a missing column.
PODIUM_API Result<gate::Predictions> collect_predictions(data::Table const& both, model::PromotionPolicy const& policy,
                                                         std::string const& set_id, CollectOptions const& options = {});

/// An evaluation set out of two tables, one per model, paired by the unit column.  A unit that only one model scored
/// stays, with NaN for the other: a missing prediction never improves a metric by disappearing.
PODIUM_API Result<gate::Predictions> pair_predictions(data::Table const& champion, data::Table const& challenger,
                                                      model::PromotionPolicy const& policy, std::string const& set_id,
                                                      CollectOptions const& options = {});

}  // namespace podium::inline v0::rollout
