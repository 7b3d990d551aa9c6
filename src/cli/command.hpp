#pragma once

#include "cli/terminal.hpp"

#include <CLI/CLI.hpp>

#include <functional>

namespace podium::cli {

/// What a subcommand does once its arguments are read; returns the exit code.
using Action = std::function<int(Terminal&, Context const&)>;

// Each adds its subcommand to `app` and sets `action` when it is chosen.
void add_validate(CLI::App& app, Action& action);
void add_compile(CLI::App& app, Action& action);
void add_explain(CLI::App& app, Action& action);
void add_schema(CLI::App& app, Action& action);
void add_run(CLI::App& app, Action& action);
void add_gate(CLI::App& app, Action& action);
void add_promote(CLI::App& app, Action& action);
void add_serve(CLI::App& app, Action& action);
void add_features(CLI::App& app, Action& action);

}  // namespace podium::cli
