#include "cli/workspace_options.hpp"

#include <cstdlib>
#include <filesystem>

namespace podium::cli {
namespace {

std::string environment(char const* name) {
  char const* value = std::getenv(name);
  return value ? value : "";
}

std::string python_beside_this_program() {
  std::error_code failed;
  auto const self = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) return {};
  auto const python = self.parent_path() / "python";
  return std::filesystem::exists(python, failed) ? python.string() : std::string{};
}

}  // namespace

void WorkspaceOptions::add_to(CLI::App& command) {
  command.add_option("--workspace,-w", folder, "Workspace folder (PODIUM_WORKSPACE, else ./.podium)")->type_name("DIR");
  command.add_option("--python", python, "Interpreter for steps and scoring (PODIUM_PYTHON)")->type_name("PATH");
  command.add_option("--parallel", parallel, "Steps that may run at once (0: one per core)")->type_name("N");
}

std::string WorkspaceOptions::where() const {
  if (!folder.empty()) return folder;
  auto const named = environment("PODIUM_WORKSPACE");
  return named.empty() ? ".podium" : named;
}

local::Options WorkspaceOptions::local() const {
  local::Options options;
  options.python = !python.empty() ? python : environment("PODIUM_PYTHON");
  if (options.python.empty()) options.python = python_beside_this_program();
  options.max_parallel_steps = parallel;
  return options;
}

Result<Workspace> WorkspaceOptions::open() const { return Workspace::local(where(), local()); }

}  // namespace podium::cli
