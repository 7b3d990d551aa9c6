#pragma once

#include "podium/version.hpp"

#include <string>
#include <string_view>

/// Words of protocols and files: ASCII letters change, everything else stays.
namespace podium::inline v0::base {

/// `AzureSqlDb` -> "azuresqldb".
std::string lower_case(std::string_view text);

/// As lower_case(), without underscores: `azure_sql_db` -> "azuresqldb".
std::string bare_word(std::string_view text);

}  // namespace podium::inline v0::base
