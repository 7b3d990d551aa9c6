#pragma once

#include "podium/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the tables of the kinds know, for editors and readers; and the pages of the diagnostics.
namespace podium::inline v0::spec {

/// The kinds that have a table, sorted: "commandComponent", "pipelineJob", ...
PODIUM_API std::vector<std::string> kinds();

/// JSON Schema (draft 2020-12) of a kind.  It says what a schema can say: names, types, ranges, allowed values.  What
/// needs other files or other fields is left to validate().  Errc::not_found for a kind without a table.
PODIUM_API Result<std::string> json_schema(std::string_view kind);

/// The reference page of a kind, in Markdown: every field with its type, default and meaning.  Errors as json_schema().
PODIUM_API Result<std::string> reference_page(std::string_view kind);

/// The words that can be typed in a document of the kind: its keys as dotted paths (`jobs.*.inputs`), and allowed
/// values behind an equals sign (`type=pipeline`), sorted.  Errors as json_schema().
PODIUM_API Result<std::vector<std::string>> completion_words(std::string_view kind);

struct Rule {
  std::string_view code;   ///< "PD1023"
  std::string_view title;  ///< "a fraction is cut off"
  std::string_view page;   ///< Markdown, with an example that fails and one that passes
};

/// The diagnostics, by code.
PODIUM_API std::vector<Rule> const& rules();
/// Nothing for a code that does not exist; letters in any case.
PODIUM_API std::optional<Rule> find_rule(std::string_view code);

}  // namespace podium::inline v0::spec
