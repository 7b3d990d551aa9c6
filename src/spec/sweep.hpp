#pragma once

#include "spec/reader.hpp"

/// Rules of sweeps that the tables cannot say.
namespace podium::inline v0::spec {

void check_chosen(Reader& reader, Node const& node, Value& value);
void check_choice(Reader& reader, Node const& node, Value& value);
void check_uniform(Reader& reader, Node const& node, Value& value);
void check_bandit(Reader& reader, Node const& node, Value& value);
void check_sweep_limits(Reader& reader, Node const& node, Value& value);
void check_sweep_job(Reader& reader, Node const& node, Value& value);
void check_sweep_node(Reader& reader, Node const& node, Value& value);

}  // namespace podium::inline v0::spec
