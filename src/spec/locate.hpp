#pragma once

#include "podium/version.hpp"

#include <cstddef>
#include <string_view>

/// Where things end.  yaml-cpp says only where they start.
namespace podium::inline v0::spec {

/// Behind `&anchor` and `!tag`, at the value itself.
std::size_t skip_properties(std::string_view bytes, std::size_t at);

/// Behind blanks, line ends and comments.
std::size_t skip_blanks(std::string_view bytes, std::size_t at);

/// Behind an anchor, tag or alias.
std::size_t word_end(std::string_view bytes, std::size_t at);

/// Behind a spelled null, or `at` when none stands there.
std::size_t null_end(std::string_view bytes, std::size_t at);

std::size_t scalar_end(std::string_view bytes, std::size_t start, std::string_view value, bool plain, bool block);

/// Behind the closing bracket of a flow collection whose last item ends at `at`.
std::size_t flow_end(std::string_view bytes, std::size_t at, char closer);

}  // namespace podium::inline v0::spec
