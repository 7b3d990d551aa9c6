#pragma once

#include "podium/diagnostic.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace podium::inline v0 {

/// For people: message, place, the line with carets under the span, other places that took part, the cure.
/// Reads the lines from the files that the diagnostics name; a file that is gone costs only its lines.
PODIUM_API std::string render_human(std::span<Diagnostic const> diagnostics, bool color);

/// For programs: {"files": n, "diagnostics": [{"code", "severity", "message", "file", "start", "end", "path", "help",
/// "fix"?}]}.
PODIUM_API std::string render_json(std::span<Diagnostic const> diagnostics, std::size_t files);

/// For GitHub: one workflow command a diagnostic, shown beside the changed line.
PODIUM_API std::string render_github(std::span<Diagnostic const> diagnostics);

}  // namespace podium::inline v0
