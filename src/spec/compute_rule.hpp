#pragma once

#include "spec/reader.hpp"

namespace podium::inline v0::spec {

/// Every step of a pipeline job runs somewhere: on its own compute, the job's, or the default of the settings.
void check_computes(Reader& reader, Node const& root, Value const& pipeline);

}  // namespace podium::inline v0::spec
