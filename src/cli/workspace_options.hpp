#pragma once

#include "podium/connect.hpp"

#include <CLI/CLI.hpp>

namespace podium::cli {

/// The options of every command that opens a workspace.
struct WorkspaceOptions {
  std::string folder;  ///< --workspace, else PODIUM_WORKSPACE, else ./.podium
  std::string python;  ///< --python, else PODIUM_PYTHON, else the interpreter beside this program, else python3
  int parallel = 0;

  void add_to(CLI::App& command);
  Result<Workspace> open() const;
  local::Options local() const;
  std::string where() const;
};

}  // namespace podium::cli
