#include "cli/gate_commands.hpp"

namespace podium::cli {

void add_gate(CLI::App& app, Action& action) {
  auto* gate = app.add_subcommand("gate", "Judge a challenger against the champion");
  gate->require_subcommand(1);
  add_gate_evaluate(*gate, action);
  add_gate_collect(*gate, action);
  add_gate_report(*gate, action);
  add_gate_simulate(*gate, action);
  add_gate_verify(*gate, action);
}

}  // namespace podium::cli
