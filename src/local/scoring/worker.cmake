# Puts worker.py into the library as a text: an installed tree needs no file of it.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/worker.py)
file(READ ${CMAKE_CURRENT_LIST_DIR}/worker.py PODIUM_WORKER_SOURCE)
configure_file(${CMAKE_CURRENT_LIST_DIR}/worker_source.cpp.in ${CMAKE_CURRENT_BINARY_DIR}/worker_source.cpp @ONLY)
target_sources(podium_local PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/worker_source.cpp)
