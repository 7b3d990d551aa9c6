#pragma once

#include "bind.hpp"

namespace podium::python {

// The parts of bind_features.
void bind_asof(py::module_& m);
void bind_feature_store(py::module_& m);
void bind_feature_sets(py::module_& m);
void bind_online(py::module_& m);

}  // namespace podium::python
