#pragma once

#include "podium/gate/evidence.hpp"

#include <nlohmann/json_fwd.hpp>

/// The parts of a bundle that are JSON, both ways.
namespace podium::inline v0::rollout {

std::string to_text(gate::LatencySample const& sample);
std::string to_text(std::vector<gate::Aggregate> const& aggregates);
std::string to_text(gate::Mix const& mix);
std::string to_text(std::vector<gate::Approval> const& approvals);

// Errc::protocol says what the part lacks.
Result<gate::LatencySample> latency_from(nlohmann::json const& json);
Result<std::vector<gate::Aggregate>> aggregates_from(nlohmann::json const& json);
Result<gate::Mix> mix_from(nlohmann::json const& json);
Result<std::vector<gate::Approval>> approvals_from(nlohmann::json const& json);

/// RFC 3339 in UTC to the microsecond; 0 is the empty text.
std::string time_text(std::int64_t us);
Result<std::int64_t> time_from(std::string const& text);

}  // namespace podium::inline v0::rollout
