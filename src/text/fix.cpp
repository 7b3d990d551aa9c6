#include "podium/render.hpp"

#include <algorithm>
#include <vector>

namespace podium::inline v0 {

Fixed apply_fixes(std::string_view text, std::span<Diagnostic const> diagnostics, bool unsafe) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // spans do not count it
  std::size_t const lead = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  std::vector<Fix> fixes;
  for (auto const& found : diagnostics) {
    if (!found.fix || found.fix->applicability == Applicability::display_only) continue;
    if (found.fix->applicability == Applicability::safe || unsafe) fixes.push_back(*found.fix);
  }
  std::stable_sort(fixes.begin(), fixes.end(),
                   [](Fix const& a, Fix const& b) { return a.where.begin < b.where.begin; });
  Fixed fixed{.text = std::string{text.substr(0, lead)}};
  std::size_t at = lead;
  for (auto const& one : fixes) {
    std::size_t const begin = one.where.begin + lead;
    std::size_t const end = one.where.end + lead;
    if (begin < at || end < begin || end > text.size()) continue;
    fixed.text += text.substr(at, begin - at);
    fixed.text += one.replacement;
    at = end;
    ++fixed.applied;
  }
  fixed.text += text.substr(at);
  return fixed;
}

}  // namespace podium::inline v0
