#pragma once

#include "podium/gate/evidence.hpp"
#include "podium/model/policy.hpp"
#include "podium/model/promotion.hpp"

namespace podium::inline v0::gate {

struct EvaluateOptions {
  int threads = 1;  ///< of resampling; any number gives the same bytes
};

/// Applies the policy to the evidence: pure, no clock, no network, same bytes for same input.
/// Errc::invalid_argument if the policy names a set or column that the evidence lacks.
PODIUM_API Result<model::Decision> evaluate(model::PromotionPolicy const& policy, Evidence const& evidence,
                                            EvaluateOptions const& options = {});

/// Canonical JSON: {"verdict", "reasons", "checks": [{"estimate", "interval": [l, u], ...}], "digest", ...}.
PODIUM_API std::string to_json(model::Decision const& decision);

/// Reads what to_json wrote.  Errc::protocol: it is not a decision.
PODIUM_API Result<model::Decision> decision_from_json(std::string_view json);

/// Exit code of the contract: promote 0; hold 10 (inconclusive), 11 (invalid evidence) or 12 (approval); reject 20.
PODIUM_API int exit_code(model::Decision const& decision);

PODIUM_API std::string_view to_string(model::Verdict verdict) noexcept;
PODIUM_API std::string_view to_string(model::Outcome outcome) noexcept;

}  // namespace podium::inline v0::gate
