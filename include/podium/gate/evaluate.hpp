#pragma once

#include "podium/gate/evidence.hpp"
#include "podium/model/policy.hpp"
#include "podium/model/promotion.hpp"

namespace podium::inline v0::gate {

/// Applies the policy to the evidence: pure, no clock, no network, same bytes for same input.
/// Errc::invalid_argument if the policy names a set or column that the evidence lacks.
PODIUM_API Result<model::Decision> evaluate(model::PromotionPolicy const& policy, Evidence const& evidence);

/// Canonical JSON: {"verdict", "reasons", "checks": [{"estimate", "interval": [l, u], ...}], "digest", ...}.
PODIUM_API std::string to_json(model::Decision const& decision);

/// Exit code of the contract: promote 0, hold 10 (inconclusive) or 11 (invalid evidence), reject 20.
PODIUM_API int exit_code(model::Decision const& decision);

PODIUM_API std::string_view to_string(model::Verdict verdict) noexcept;
PODIUM_API std::string_view to_string(model::Outcome outcome) noexcept;

}  // namespace podium::inline v0::gate
