#pragma once

#include "podium/data/table.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

/// An empty folder of our own, with the plug-in set up for what happens in it.
struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "podium-data-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  Folder(Folder const&) = delete;
  Folder& operator=(Folder const&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
    podium::data::set_plugin_path({});
  }
  std::string write(std::string const& name, std::string const& text) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream{path / name, std::ios::binary} << text;
    return (path / name).string();
  }
  std::string at(std::string const& name) const { return (path / name).string(); }
  std::filesystem::path path;
};

inline bool with_plugin() {
#ifdef PODIUM_ARROW_PLUGIN
  podium::data::set_plugin_path(PODIUM_ARROW_PLUGIN);
  return true;
#else
  MESSAGE("skipped: built without PODIUM_PYARROW or another Arrow, so there is no podium_arrow plug-in");
  return false;
#endif
}
