#pragma once

/// Marks what the shared library exports; everything else stays hidden.
#define PODIUM_API [[gnu::visibility("default")]]

#define PODIUM_VERSION_STRING "0.1.0"

namespace podium::inline v0 {

/// Version of the library that is linked, as "major.minor.patch".
PODIUM_API char const* version() noexcept;

}  // namespace podium::inline v0
