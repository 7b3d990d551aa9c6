#include "bind.hpp"
#include "workspace.hpp"

#include "podium/promote.hpp"

namespace podium::python {
namespace {

py::dict to_dict(model::RolloutStep const& step) {
  return py::dict(py::arg("stage") = step.stage, py::arg("weight") = step.weight, py::arg("mirror") = step.mirror,
                  py::arg("requests") = step.requests, py::arg("champion_requests") = step.champion_requests,
                  py::arg("challenger_requests") = step.challenger_requests,
                  py::arg("champion_errors") = step.champion_errors,
                  py::arg("challenger_errors") = step.challenger_errors, py::arg("pairs") = step.pairs,
                  py::arg("outcome") = step.outcome, py::arg("reason") = step.reason);
}

std::optional<std::string> rollout_json(Promotion const& promotion) {
  if (!promotion.rollout) return std::nullopt;
  return rollout::to_json(*promotion.rollout);
}

using NextRequest = std::function<std::optional<std::tuple<std::string, std::string, std::vector<double>>>()>;

}  // namespace

void bind_rollout(py::module_& m) {
  py::class_<Promotion>(m, "Promotion")
      .def_readonly("decision", &Promotion::decision)
      .def_readonly("exit_code", &Promotion::exit_code)
      .def_property_readonly("rollout_json", &rollout_json);

  m.def(
      "promote",
      [](std::shared_ptr<Handle> const& workspace, model::PromotionPolicy const& policy, gate::Evidence const& evidence,
         std::string const& endpoint, std::string const& champion, std::string const& challenger,
         std::string const& challenger_model, NextRequest const& traffic, std::vector<double> const& reference_scores,
         std::string const& ledger, std::function<void(py::dict)> const& on_step, std::optional<double> timeout) {
        PromoteOptions options{.policy = policy,
                               .evidence = evidence,
                               .endpoint = endpoint,
                               .champion = champion,
                               .challenger = challenger,
                               .challenger_model = challenger_model,
                               .traffic = {},
                               .reference_scores = reference_scores,
                               .ledger = ledger};
        options.traffic = [&traffic]() -> std::optional<rollout::LiveRequest> {
          py::gil_scoped_acquire held;
          auto next = traffic();
          if (!next) return std::nullopt;
          auto& [id, body, scores] = *next;
          return rollout::LiveRequest{std::move(id), std::move(body), std::move(scores)};
        };
        std::function<void(model::RolloutStep const&)> told;
        if (on_step)
          told = [&on_step](model::RolloutStep const& step) {
            py::gil_scoped_acquire held;
            on_step(to_dict(step));
          };
        return blocking(timeout, [&](Context const& ctx) {
          return podium::promote(workspace->open().session(), options, told, ctx);
        });
      },
      py::arg("workspace"), py::arg("policy"), py::arg("evidence"), py::arg("endpoint"), py::arg("champion"),
      py::arg("challenger"), py::arg("challenger_model"), py::arg("traffic"), py::arg("reference_scores"),
      py::arg("ledger"), py::arg("on_step"), py::arg("timeout"));
}

}  // namespace podium::python
