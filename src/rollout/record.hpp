#pragma once

#include "podium/model/promotion.hpp"

#include <nlohmann/json.hpp>

namespace podium::inline v0::rollout {

nlohmann::ordered_json record_json(model::RolloutStep const& step);
nlohmann::ordered_json record_json(model::RolloutTry const& one);

}  // namespace podium::inline v0::rollout
