#pragma once

#include "podium/model/promotion.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace podium::inline v0::gate::html {

/// Text made safe for element content and for attributes in double quotes.
std::string escape(std::string_view text);

/// "fail", "promote", "rolled_back" ... as the class that colours it: good, bad, open, odd, plain.
std::string_view tone(std::string_view word);

/// A coloured label; its word carries the meaning, the colour only repeats it.
std::string badge(std::string_view word);

/// First row is the heading; columns that hold only numbers are set right.
std::string table(std::vector<std::vector<std::string>> const& rows, std::string_view caption);

/// Cells are markup already; the heading is text.
std::string table_of_markup(std::vector<std::string> const& heading, std::vector<std::vector<std::string>> const& rows,
                            std::string_view caption);

/// The page's one style sheet: light and dark, screen and paper.
std::string_view style();

}  // namespace podium::inline v0::gate::html
