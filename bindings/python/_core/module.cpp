#include "bind.hpp"

#include "podium/spec/load.hpp"
#include "podium/version.hpp"

namespace podium::python {
namespace {

py::dict to_dict(Diagnostic const& one) {
  static constexpr char const* severities[] = {"note", "warning", "error"};
  auto const place = [](Position const& p) { return py::dict(py::arg("line") = p.line, py::arg("column") = p.column); };
  return py::dict(py::arg("code") = one.rule, py::arg("severity") = severities[static_cast<int>(one.severity)],
                  py::arg("message") = one.message, py::arg("file") = one.file, py::arg("path") = one.path,
                  py::arg("start") = place(one.primary.start), py::arg("end") = place(one.primary.end),
                  py::arg("help") = one.help);
}

}  // namespace
}  // namespace podium::python

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
  m.def(
      "validate",
      [](std::string const& file, std::string const& kind, std::vector<spec::Set> const& set) {
        auto found = spec::validate(file, {.kind = kind, .set = set});
        py::list diagnostics;
        for (auto const& one : found.value()) diagnostics.append(to_dict(one));
        return diagnostics;
      },
      py::arg("file"), py::arg("kind") = "", py::arg("set") = std::vector<spec::Set>{});
}
