add_library(podium_warnings INTERFACE)
target_compile_options(podium_warnings INTERFACE -Wall -Wextra -Wpedantic -Wno-missing-field-initializers $<$<BOOL:${PODIUM_WERROR}>:-Werror>)
# Same evidence, same bytes: no fused operations whose use depends on the machine.
target_compile_options(podium_warnings INTERFACE -ffp-contract=off)

# podium_module(<name> SOURCES ... HEADERS ... [USES <module>...] [PRIVATE <target>...])
#
# One folder under src/, one target, one line saying which modules it may include.
# HEADERS are relative to include/podium.  Third-party targets are PRIVATE: no public header may need them
# (tests/layering checks both against docs/layers.md).
function(podium_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;HEADERS;USES;PRIVATE" ${ARGN})
  set(target podium_${name})
  list(TRANSFORM ARG_HEADERS PREPEND ${PROJECT_SOURCE_DIR}/include/podium/ OUTPUT_VARIABLE headers)
  list(TRANSFORM ARG_USES PREPEND podium_ OUTPUT_VARIABLE uses)

  if(ARG_SOURCES)
    add_library(${target} STATIC ${ARG_SOURCES})
    set(scope PUBLIC)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(${target} PRIVATE ${ARG_PRIVATE} podium_warnings)
    set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
  target_link_libraries(${target} ${scope} ${uses})
  set_property(GLOBAL APPEND PROPERTY PODIUM_PUBLIC_HEADERS ${headers})
  if(ARG_SOURCES)
    set_property(GLOBAL APPEND PROPERTY PODIUM_MODULE_TARGETS ${target})
    set_property(GLOBAL APPEND PROPERTY PODIUM_THIRD_PARTY ${ARG_PRIVATE})
  endif()
endfunction()
