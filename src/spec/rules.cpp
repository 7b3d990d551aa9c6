#include "spec/rule_pages.hpp"

#include "podium/spec/schema.hpp"

#include <algorithm>
#include <cctype>

namespace podium::inline v0::spec {
namespace {

/// "# PD1023: a fraction is cut off" -> "a fraction is cut off".
std::string_view title_of(std::string_view page) {
  auto const line = page.substr(0, page.find('\n'));
  auto const colon = line.find(": ");
  return colon == std::string_view::npos ? line : line.substr(colon + 2);
}

}  // namespace

std::vector<Rule> const& rules() {
  static std::vector<Rule> const all = [] {
    std::vector<Rule> made;
    for (auto const& page : rule_pages()) made.push_back({page.code, title_of(page.text), page.text});
    std::sort(made.begin(), made.end(), [](Rule const& a, Rule const& b) { return a.code < b.code; });
    return made;
  }();
  return all;
}

std::optional<Rule> find_rule(std::string_view code) {
  std::string upper{code};
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  auto const found = std::find_if(rules().begin(), rules().end(), [&](Rule const& rule) { return rule.code == upper; });
  if (found == rules().end()) return std::nullopt;
  return *found;
}

}  // namespace podium::inline v0::spec
