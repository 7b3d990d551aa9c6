#include "bind.hpp"

#include "podium/gate/evaluate.hpp"
#include "podium/gate/report.hpp"
#include "podium/rollout/collect.hpp"
#include "podium/spec/load.hpp"

namespace podium::python {
namespace {

py::dict to_dict(model::Check const& check) {
  return py::dict(py::arg("id") = check.id, py::arg("role") = check.role, py::arg("metric") = check.metric,
                  py::arg("slice") = check.slice, py::arg("estimate") = check.estimate,
                  py::arg("interval") = std::pair{check.lower, check.upper}, py::arg("level") = check.level,
                  py::arg("margin") = check.margin, py::arg("standard_error") = check.standard_error,
                  py::arg("p_value") = check.p_value, py::arg("method") = check.method, py::arg("units") = check.units,
                  py::arg("clusters") = check.clusters,
                  py::arg("outcome") = std::string{gate::to_string(check.outcome)}, py::arg("resolve") = check.resolve,
                  py::arg("notes") = check.notes);
}

}  // namespace

void bind_gate(py::module_& m) {
  using model::Decision;
  using model::PromotionPolicy;

  py::class_<PromotionPolicy>(m, "Policy", "A promotion policy.")
      .def_static(
          "load", [](std::string const& path) { return spec::load_policy(path).result().value(); }, py::arg("path"))
      .def_readonly("name", &PromotionPolicy::name)
      .def_readonly("digest", &PromotionPolicy::digest)
      .def_readonly("alpha", &PromotionPolicy::alpha)
      .def_property_readonly("evaluation_sets", [](PromotionPolicy const& policy) {
        std::vector<std::string> ids;
        for (auto const& set : policy.evaluation_sets) ids.push_back(set.id);
        return ids;
      });

  py::class_<gate::Evidence>(m, "Evidence")
      .def(py::init<>())
      .def(
          "add_table",
          [](gate::Evidence& self, PromotionPolicy const& policy, std::string const& id, py::object const& both) {
            self.sets.push_back(rollout::collect_predictions(table_from(both), policy, id).value());
          },
          py::arg("policy"), py::arg("id"), py::arg("table"))
      .def(
          "add_pair",
          [](gate::Evidence& self, PromotionPolicy const& policy, std::string const& id, py::object const& champion,
             py::object const& challenger, std::string const& score_column) {
            rollout::CollectOptions options;
            options.score_column = score_column;
            self.sets.push_back(
                rollout::pair_predictions(table_from(champion), table_from(challenger), policy, id, options).value());
          },
          py::arg("policy"), py::arg("id"), py::arg("champion"), py::arg("challenger"), py::arg("score_column"))
      .def_readwrite("train_units", &gate::Evidence::train_units)
      .def_readwrite("train_end_us", &gate::Evidence::train_end_us)
      .def_readwrite("evaluations_used", &gate::Evidence::evaluations_used)
      .def_readwrite("provenance", &gate::Evidence::provenance);

  py::class_<Decision>(m, "Decision")
      .def_property_readonly("verdict", [](Decision const& d) { return std::string{gate::to_string(d.verdict)}; })
      .def_property_readonly(
          "reasons",
          [](Decision const& d) {
            py::list all;
            for (auto const& reason : d.reasons)
              all.append(py::dict(py::arg("code") = reason.code, py::arg("message") = reason.message));
            return all;
          })
      .def_property_readonly("checks",
                             [](Decision const& d) {
                               py::list all;
                               for (auto const& check : d.checks) all.append(to_dict(check));
                               return all;
                             })
      .def_readonly("limits", &Decision::limits)
      .def_readonly("digest", &Decision::digest)
      .def_readonly("policy_digest", &Decision::policy_digest)
      .def_readonly("evidence_digest", &Decision::evidence_digest)
      .def_property_readonly("exit_code", [](Decision const& d) { return gate::exit_code(d); })
      .def("to_json", [](Decision const& d) { return gate::to_json(d); })
      .def(
          "to_html",
          [](Decision const& d, std::string const& title) {
            return gate::render_html({.title = title,
                                      .headline = std::string{gate::to_string(d.verdict)},
                                      .decisions = {{title, "", d}},
                                      .rollout = {},
                                      .tables = {},
                                      .provenance = {}});
          },
          py::arg("title") = "Promotion gate")
      .def(
          "to_markdown",
          [](Decision const& d, std::string const& title) {
            return gate::render_markdown({.title = title,
                                          .headline = std::string{gate::to_string(d.verdict)},
                                          .decisions = {{title, "", d}},
                                          .rollout = {},
                                          .tables = {},
                                          .provenance = {}});
          },
          py::arg("title") = "Promotion gate");

  m.def(
      "evaluate",
      [](PromotionPolicy const& policy, gate::Evidence const& evidence) {
        return blocking(std::nullopt, [&](Context const&) { return gate::evaluate(policy, evidence); });
      },
      py::arg("policy"), py::arg("evidence"));
}

}  // namespace podium::python
