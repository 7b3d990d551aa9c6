#pragma once

#include "spec/shape.hpp"

/// Bounds of what monitors measure.
namespace podium::inline v0::spec::kinds {

extern Shape const drift_thresholds;  // of data and predictions
extern Shape const quality_thresholds;
extern Shape const attribution_thresholds;
extern Shape const performance_thresholds;
extern Shape const custom_thresholds;  // a list
extern Shape const safety_thresholds;
extern Shape const token_thresholds;

}  // namespace podium::inline v0::spec::kinds
