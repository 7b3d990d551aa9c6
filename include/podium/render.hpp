#pragma once

#include "podium/diagnostic.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace podium::inline v0 {

/// For people: message, place, the line with carets under the span, other places that took part, the cure.
/// Reads the lines from the files that the diagnostics name; a file that is gone costs only its lines.
PODIUM_API std::string render_human(std::span<Diagnostic const> diagnostics, bool color);

/// For programs: {"files": n, "diagnostics": [{"code", "severity", "message", "file", "start", "end", "path", "help",
/// "related"?, "fix"?, "official"?}]}.
PODIUM_API std::string render_json(std::span<Diagnostic const> diagnostics, std::size_t files);

/// For code scanning: SARIF 2.1.0.  Columns count Unicode code points; file names are relative URIs where they are
/// relative.
PODIUM_API std::string render_sarif(std::span<Diagnostic const> diagnostics);

/// For test reports: JUnit XML, one suite, one case a file of `files`, which fails with its errors; warnings are
/// output.
PODIUM_API std::string render_junit(std::span<Diagnostic const> diagnostics, std::span<std::string const> files);

/// For GitHub: one workflow command a diagnostic, shown beside the changed line.
PODIUM_API std::string render_github(std::span<Diagnostic const> diagnostics);

struct Fixed {
  std::string text;
  std::size_t applied = 0;
};

/// Applies the fixes of one file's findings to its text; of fixes that overlap, the first.  The rest of the text, its
/// comments and line ends stay as they were.  `unsafe`: also those whose fix is a guess.
PODIUM_API Fixed apply_fixes(std::string_view text, std::span<Diagnostic const> diagnostics, bool unsafe = false);

}  // namespace podium::inline v0
