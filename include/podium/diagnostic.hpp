#pragma once

#include "podium/version.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace podium::inline v0 {

enum class Severity : std::uint8_t { note, warning, error };

/// How far a machine may trust a fix.
enum class Applicability : std::uint8_t { safe, unsafe, display_only };

/// A range of bytes in one source file; [begin, end).
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend bool operator==(Span const&, Span const&) = default;
};

/// Line and column, both from 1; columns count characters, not bytes.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  friend bool operator==(Position const&, Position const&) = default;
};

struct Label {
  std::string file;  ///< empty: the file of the diagnostic
  Span where;
  Position start;
  Position end;
  std::string text;
};

struct Fix {
  Span where;
  std::string replacement;
  Applicability applicability = Applicability::safe;
};

/// One finding about one document.  Pure data: rules make them, renderers show them,
/// nothing else depends on how they look.
struct Diagnostic {
  std::string rule;  ///< stable id, for example "PD1012"; a page in docs/rules/
  Severity severity = Severity::error;
  std::string message;           ///< states the problem, not the cure; stands on its own
  std::string file;              ///< as the user named it
  std::string path;              ///< dotted path in the document, as the official client writes it
  Label primary;                 ///< the smallest span that shows the problem
  std::vector<Label> related{};  ///< other places that took part in it
  std::string help{};            ///< the cure, if one is known
  std::optional<Fix> fix{};
  std::string
      official{};  ///< what azure-ai-ml says of it at `path`, for scripts that look for its words; empty: nothing
};

}  // namespace podium::inline v0
