#include "bind.hpp"

#include "podium/version.hpp"

PYBIND11_MODULE(_core, m) {
  using namespace podium;
  using namespace podium::python;
  m.doc() = "Compiled part of podium; use the podium package.";
  m.attr("__version__") = version();
  bind_errors(m);
  bind_nouns(m);
  bind_workspace(m);
  bind_features(m);
  bind_gate(m);
  bind_rollout(m);
  bind_spec(m);
  bind_stats(m);
}
