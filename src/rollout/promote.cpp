#include "podium/promote.hpp"

#include "rollout/supported.hpp"

#include "podium/rollout/ledger.hpp"

#include <nlohmann/json.hpp>

namespace podium::inline v0 {
namespace {

/// ADR 12.  A pause is a hold: of what the traffic could not settle, or of evidence that says nothing.
int exit_code(model::RolloutTry const& one) {
  constexpr int promoted = 0, inconclusive = 10, invalid = 11, rolled_back = 30;
  if (one.outcome == "promoted") return promoted;
  if (one.outcome == "rolled_back") return rolled_back;
  return one.reason.starts_with("SRM:") || one.reason.starts_with("SHADOW_INVALID:") ? invalid : inconclusive;
}

}  // namespace

Result<Promotion> promote(Session const& session, PromoteOptions const& options,
                          std::function<void(model::RolloutStep const&)> on_step, Context const& ctx) {
  if (auto ok = rollout::check_supported(options.policy); !ok) return std::move(ok).error();
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
  bool const has_rollout = options.policy.shadow || options.policy.canary;
  if (promotion.decision.verdict != model::Verdict::promote || !has_rollout) return promotion;

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
  promotion.exit_code = exit_code(*promotion.rollout);
  return promotion;
}

}  // namespace podium::inline v0
