#pragma once

#include "podium/context.hpp"

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace podium::cli {

/// Exit codes that scripts rely on (docs/adr/0012-exit-codes.md).
enum Exit : int { done = 0, not_done = 1, usage = 2, world_changed = 3, interrupted = 130 };

/// Where a command writes: results to `out`, everything else to `err`.
struct Terminal {
  std::ostream& out;
  std::ostream& err;
  bool color = false;  ///< of `out`
  bool live = false;   ///< both are terminals: progress may be redrawn in place
};

/// Says what went wrong on `err`; returns the exit code that fits.
int fail(Terminal& term, std::string_view command, Error const& error);

/// Columns padded to their widest cell; the first row is the heading.
std::string table(std::vector<std::vector<std::string>> const& rows);

/// "+0.0791", or "-" for what is not a number.
std::string signed_number(double value);

/// A JSON string literal.
std::string quote(std::string_view text);

/// Writes a file through a temporary neighbour, so that a reader never sees half of it.
Result<void> write_file(std::string const& path, std::string_view content);

}  // namespace podium::cli
