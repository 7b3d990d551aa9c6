#pragma once

#include "cli/command.hpp"

namespace podium::cli {

// The parts of `podium features` that write stores.
void add_features_materialize(CLI::App& group, Action& action);
void add_features_online(CLI::App& group, Action& action);

}  // namespace podium::cli
