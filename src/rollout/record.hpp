#pragma once

#include "podium/model/promotion.hpp"

#include <nlohmann/json.hpp>

namespace podium::inline v0::rollout {

using Json = nlohmann::ordered_json;

Json record_json(model::RolloutStep const& step);
Json record_json(model::RolloutTry const& one);

/// As text; bytes that are not UTF-8, as in a service's message, do not make it fail.
std::string dump(Json const& json, int indent = -1);

}  // namespace podium::inline v0::rollout
