#include "bind.hpp"

#include "podium/gate/evaluate.hpp"
#include "podium/gate/report.hpp"
#include "podium/gate/simulate.hpp"
#include "podium/rollout/bundle.hpp"
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
                  py::arg("notes") = check.notes, py::arg("needed") = check.needed);
}

gate::ReportInput input_of(model::Decision const& decision, std::string const& title,
                           model::PromotionPolicy const* policy, gate::Evidence const* evidence) {
  model::PromotionPolicy named;
  named.name = decision.policy_name;
  auto input = gate::report_of(policy != nullptr ? *policy : named, evidence != nullptr ? *evidence : gate::Evidence{},
                               decision);
  if (!title.empty()) input.title = title;
  return input;
}

py::dict to_dict(gate::VerdictShare const& share) {
  return py::dict(py::arg("worlds") = share.count, py::arg("share") = share.share,
                  py::arg("interval") = std::pair{share.interval.lower, share.interval.upper});
}

void bind_evidence(py::module_& m) {
  using model::PromotionPolicy;
  py::class_<gate::Evidence>(m, "Evidence")
      .def(py::init<>())
      .def_static(
          "read",
          [](std::string const& path, PromotionPolicy const& policy) {
            return blocking(std::nullopt, [&](Context const&) { return rollout::read_bundle(path, policy); });
          },
          py::arg("path"), py::arg("policy"))
      .def(
          "add_table",
          [](gate::Evidence& self, PromotionPolicy const& policy, std::string const& id, py::object const& both) {
            rollout::CollectOptions options;
            options.first_run = self.first_run;
            self.sets.push_back(rollout::collect_predictions(table_from(both), policy, id, options).value());
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
      .def(
          "add_metrics",
          [](gate::Evidence& self, std::string const& id, std::map<std::string, double> champion,
             std::map<std::string, double> challenger, std::int64_t units) {
            self.aggregates.push_back({id, std::move(champion), std::move(challenger), units, {}});
          },
          py::arg("id"), py::arg("champion"), py::arg("challenger"), py::arg("units"))
      .def(
          "add_eval_result",
          [](gate::Evidence& self, std::string const& id, std::string const& path) {
            self.aggregates.push_back(rollout::read_eval_result(path, id).value());
          },
          py::arg("id"), py::arg("path"))
      .def(
          "add_load_test",
          [](gate::Evidence& self, std::string const& path) {
            self.latency.push_back(rollout::read_latency(path).value());
          },
          py::arg("path"))
      .def(
          "add_approval",
          [](gate::Evidence& self, std::string approver, std::string role, std::string policy_digest,
             std::string evidence_digest, std::int64_t time_us, bool bypass) {
            self.approvals.push_back({std::move(approver), std::move(role), std::move(policy_digest),
                                      std::move(evidence_digest), time_us, bypass});
          },
          py::arg("approver"), py::arg("role"), py::arg("policy_digest"), py::arg("evidence_digest"),
          py::arg("time_us"), py::arg("bypass"))
      .def(
          "set_shadow",
          [](gate::Evidence& self, std::vector<double> champion, std::vector<double> challenger,
             std::vector<double> offline, std::int64_t mirrored, std::int64_t errors, std::int64_t seconds) {
            self.shadow = gate::ShadowPairs{
                std::move(champion), std::move(challenger), std::move(offline), mirrored, errors, seconds};
          },
          py::arg("champion"), py::arg("challenger"), py::arg("offline"), py::arg("mirrored"), py::arg("errors"),
          py::arg("seconds"))
      .def(
          "set_production_mix",
          [](gate::Evidence& self, std::vector<std::string> by, std::map<std::string, double> weights) {
            self.production_mix = gate::Mix{std::move(by), std::move(weights)};
          },
          py::arg("by"), py::arg("weights"))
      .def_readwrite("train_units", &gate::Evidence::train_units)
      .def_readwrite("train_end_us", &gate::Evidence::train_end_us)
      .def_readwrite("as_of_us", &gate::Evidence::as_of_us)
      .def_readwrite("first_run", &gate::Evidence::first_run)
      .def_readwrite("facts", &gate::Evidence::facts)
      .def_readwrite("evaluations_used", &gate::Evidence::evaluations_used)
      .def_readwrite("provenance", &gate::Evidence::provenance);

  m.def(
      "write_bundle",
      [](std::string const& out, std::vector<std::pair<std::string, std::string>> const& predictions,
         std::string const& train_units, std::vector<std::pair<std::string, std::string>> const& eval_results,
         std::vector<std::string> const& load_tests, std::map<std::string, std::string> facts,
         std::map<std::string, int> evaluations_used, std::int64_t train_end_us, std::int64_t as_of_us,
         bool first_run) {
        rollout::BundleParts parts;
        for (auto const& [id, file] : predictions) parts.predictions.emplace_back(id, file);
        for (auto const& [id, file] : eval_results)
          parts.aggregates.push_back(rollout::read_eval_result(file, id).value());
        for (auto const& file : load_tests) parts.latency.push_back(rollout::read_latency(file).value());
        parts.train_units = train_units;
        parts.facts = std::move(facts);
        parts.evaluations_used = std::move(evaluations_used);
        parts.train_end_us = train_end_us;
        parts.as_of_us = as_of_us;
        parts.first_run = first_run;
        rollout::write_bundle(parts, out).value();
      },
      py::arg("out"), py::arg("predictions"), py::arg("train_units"), py::arg("eval_results"), py::arg("load_tests"),
      py::arg("facts"), py::arg("evaluations_used"), py::arg("train_end_us"), py::arg("as_of_us"),
      py::arg("first_run"));
  m.def(
      "write_table",
      [](py::object const& table, std::string const& path) { data::write_parquet(table_from(table), path).value(); },
      py::arg("table"), py::arg("path"));
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

  bind_evidence(m);

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
      .def_readonly("hold", &Decision::hold)
      .def_static(
          "from_json", [](std::string const& json) { return gate::decision_from_json(json).value(); }, py::arg("json"))
      .def(
          "to_html",
          [](Decision const& d, std::string const& title, PromotionPolicy const* policy,
             gate::Evidence const* evidence) { return gate::render_html(input_of(d, title, policy, evidence)); },
          py::arg("title") = "", py::arg("policy") = py::none(), py::arg("evidence") = py::none())
      .def("to_fragment", [](Decision const& d) { return gate::render_fragment(input_of(d, "", nullptr, nullptr)); })
      .def(
          "to_markdown",
          [](Decision const& d, std::string const& title, bool withhold) {
            auto input = input_of(d, title, nullptr, nullptr);
            input.withhold = withhold;
            return gate::render_markdown(input);
          },
          py::arg("title") = "", py::arg("withhold") = false)
      .def("to_junit", [](Decision const& d) { return gate::render_junit(d); });

  m.def(
      "evaluate",
      [](PromotionPolicy const& policy, gate::Evidence const& evidence, int threads) {
        return blocking(std::nullopt,
                        [&](Context const&) { return gate::evaluate(policy, evidence, {.threads = threads}); });
      },
      py::arg("policy"), py::arg("evidence"), py::arg("threads") = 1);
  m.def(
      "simulate",
      [](PromotionPolicy const& policy, double effect, std::int64_t units, std::int64_t clusters, double positives,
         double noise, double agreement, int worlds, std::uint64_t seed, int threads) {
        auto const found = blocking(std::nullopt, [&](Context const&) {
          return gate::simulate(policy, {.effect = effect,
                                         .units = units,
                                         .clusters = clusters,
                                         .positives = positives,
                                         .noise = noise,
                                         .agreement = agreement,
                                         .worlds = worlds,
                                         .seed = seed,
                                         .threads = threads});
        });
        return py::dict(py::arg("metric") = found.metric, py::arg("effect") = found.effect,
                        py::arg("champion") = found.champion, py::arg("challenger") = found.challenger,
                        py::arg("worlds") = found.worlds, py::arg("promote") = to_dict(found.promote),
                        py::arg("hold") = to_dict(found.hold), py::arg("reject") = to_dict(found.reject),
                        py::arg("reasons") = found.reasons);
      },
      py::arg("policy"), py::arg("effect"), py::arg("units"), py::arg("clusters"), py::arg("positives"),
      py::arg("noise"), py::arg("agreement"), py::arg("worlds"), py::arg("seed"), py::arg("threads"));
}

}  // namespace podium::python
