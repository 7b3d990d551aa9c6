# podium_rule_pages(<variable>): writes a source that holds the pages of docs/rules, and sets the variable to its path.
function(podium_rule_pages variable)
  file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/rules/PD*.md)
  set(entries "")
  foreach(page IN LISTS pages)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page})
    get_filename_component(code ${page} NAME_WE)
    file(READ ${page} text)
    string(APPEND entries "    {\"${code}\", R\"~~~(${text})~~~\"},\n")
  endforeach()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/rule_pages.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT [[#include "spec/rule_pages.hpp"

namespace podium::inline v0::spec {

std::vector<RulePage> const& rule_pages() {
  static std::vector<RulePage> const pages{
@entries@  };
  return pages;
}

}  // namespace podium::inline v0::spec
]] @ONLY)
  set(${variable} ${source} PARENT_SCOPE)
endfunction()
