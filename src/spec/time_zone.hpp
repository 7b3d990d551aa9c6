#pragma once

#include "podium/version.hpp"

#include <string_view>

namespace podium::inline v0::spec {

/// Whether this names a time zone: a Windows name (`W. Europe Standard Time`, what Azure ML documents), or one of the
/// IANA database (`Europe/Berlin`).  Letter case does not matter.
bool is_time_zone(std::string_view name);

/// The nearest name, when the given one is a slip of it; empty when none is near.
std::string_view nearest_time_zone(std::string_view name);

}  // namespace podium::inline v0::spec
