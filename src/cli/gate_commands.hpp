#pragma once

#include "cli/command.hpp"

namespace podium::cli {

// The subcommands of `podium gate`.
void add_gate_evaluate(CLI::App& gate, Action& action);
void add_gate_collect(CLI::App& gate, Action& action);
void add_gate_report(CLI::App& gate, Action& action);
void add_gate_simulate(CLI::App& gate, Action& action);
void add_gate_verify(CLI::App& gate, Action& action);

}  // namespace podium::cli
