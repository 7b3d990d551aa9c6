#pragma once

#include "spec/wire/writer.hpp"

namespace podium::inline v0::spec::wire {

/// The interface that the client makes up for a step written in place, from what is given to it.
Json inferred_inputs(Writer& writer, Value const& pipeline, Value const& node);
Json inferred_outputs(Writer& writer, Value const& pipeline, Value const& node);

}  // namespace podium::inline v0::spec::wire
