# Each library is private to the modules that docs/layers.md gives it to.
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS url)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CLI11 REQUIRED)

add_library(podium_asio INTERFACE)
target_link_libraries(podium_asio INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(podium_asio INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)

# Redis' protocol parser; the sockets are ours (Debian's hiredis has no TLS).
find_path(HIREDIS_INCLUDE_DIR hiredis/read.h REQUIRED)
find_library(HIREDIS_LIBRARY hiredis REQUIRED)
add_library(podium_hiredis INTERFACE)
target_include_directories(podium_hiredis SYSTEM INTERFACE ${HIREDIS_INCLUDE_DIR})
target_link_libraries(podium_hiredis INTERFACE ${HIREDIS_LIBRARY})
