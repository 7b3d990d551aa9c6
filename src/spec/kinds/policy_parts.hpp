#pragma once

#include "spec/shape.hpp"

/// The parts of a policy that are about running endpoints, for its table in policy.cpp.
namespace podium::inline v0::spec::kinds {

extern Shape const policy_duration;  ///< ISO 8601; `integer` of the value is seconds
extern Shape const policy_shadow;
extern Shape const policy_staging_latency;
extern Shape const policy_canary;

}  // namespace podium::inline v0::spec::kinds
