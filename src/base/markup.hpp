#pragma once

#include "podium/version.hpp"

#include <string>
#include <string_view>

namespace podium::inline v0::base {

/// Text for XML and HTML, in content or between quotes.  What they cannot hold, control characters and bytes that are
/// not UTF-8, becomes the replacement letter.  `attribute`: line ends and tabs are kept through a reader's normalising.
std::string markup_text(std::string_view text, bool attribute = false);

}  // namespace podium::inline v0::base
