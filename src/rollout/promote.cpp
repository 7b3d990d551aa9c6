#include "podium/promote.hpp"

#include "podium/rollout/ledger.hpp"

#include <nlohmann/json.hpp>

namespace podium::inline v0 {

Result<Promotion> promote(Session const& session, PromoteOptions const& options,
                          std::function<void(model::RolloutStep const&)> on_step, Context const& ctx) {
  std::optional<rollout::Ledger> ledger;
  if (!options.ledger.empty()) {
    auto opened = rollout::Ledger::open(options.ledger);
    if (!opened) return std::move(opened).error();
    ledger.emplace(*std::move(opened));
  }
  auto const journal = [&](std::string const& kind, std::string const& json) -> Result<void> {
    if (!ledger) return {};
    auto written = ledger->append(kind, json);
    if (!written) return std::move(written).error();
    return {};
  };

  auto decision = gate::evaluate(options.policy, options.evidence);
  if (!decision) return std::move(decision).error();
  nlohmann::json body = nlohmann::json::parse(gate::to_json(*decision));
  body["endpoint"] = options.endpoint;
  body["challenger_model"] = options.challenger_model;
  if (auto written = journal("decision", body.dump()); !written) return std::move(written).error();

  Promotion promotion{*std::move(decision), std::nullopt, 0};
  promotion.exit_code = gate::exit_code(promotion.decision);
  if (promotion.decision.verdict != model::Verdict::promote) return promotion;

  rollout::Plan const plan{.endpoint = options.endpoint,
                           .champion = options.champion,
                           .challenger = options.challenger,
                           .challenger_model = options.challenger_model,
                           .policy = options.policy,
                           .reference_scores = options.reference_scores,
                           .concurrency = options.concurrency};
  auto carried_out = rollout::drive(session, plan, options.traffic, journal, std::move(on_step), ctx);
  if (!carried_out) return std::move(carried_out).error();
  promotion.rollout = *std::move(carried_out);
  promotion.exit_code = promotion.rollout->outcome == "promoted" ? 0 : promotion.rollout->outcome == "rolled_back" ? 30 : 10;
  return promotion;
}

}  // namespace podium::inline v0
