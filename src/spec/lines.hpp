#pragma once

#include "text/source.hpp"

#include "podium/diagnostic.hpp"

#include <span>
#include <string>
#include <string_view>

/// Where yaml-cpp and PyYAML read a text differently, and what its complaints mean.
namespace podium::inline v0::spec {

/// Line ends as the source keeps them: a lone CR, which yaml-cpp does not know, is a line feed.
std::string with_line_feeds(std::string bytes);

/// The text for yaml-cpp, of the same length: U+0085, U+2028 and U+2029 end lines, as they do for PyYAML.
std::string for_parser(std::string const& bytes);

/// A byte that YAML allows nowhere, or npos.
std::size_t find_control(std::string_view bytes);

/// A tab outside of quotes, block scalars (`quoted`, in order) and comments: PyYAML refuses it.  npos when there is
/// none.
std::size_t stray_tab(std::string_view bytes, std::span<Span const> quoted);

/// What is wrong when something follows the document that begins at `first`: a second one, or a first line that is
/// indented more than the rest.
Diagnostic second_document(text::Source const& source, std::size_t first, std::size_t second);

/// The parser's complaint, at the place of the mistake where that can be told from where it was noticed.
Diagnostic explain(text::Source const& source, std::size_t noticed, std::string const& complaint);

}  // namespace podium::inline v0::spec
