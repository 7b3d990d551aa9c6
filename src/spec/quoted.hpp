#pragma once

#include "podium/version.hpp"

#include <string>
#include <string_view>

namespace podium::inline v0::spec {

/// What a quoted scalar that goes over several lines means, from its source with the quotes: lines are folded as in
/// YAML 1.1, where an empty line stands for a break.
std::string unfold_quoted(std::string_view source);

}  // namespace podium::inline v0::spec
