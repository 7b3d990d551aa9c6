#pragma once

#include "podium/version.hpp"

#include <string_view>
#include <vector>

namespace podium::inline v0::spec {

struct RulePage {
  std::string_view code;
  std::string_view text;
};

/// The pages of docs/rules, by code; the source is made when the project is configured.
std::vector<RulePage> const& rule_pages();

}  // namespace podium::inline v0::spec
