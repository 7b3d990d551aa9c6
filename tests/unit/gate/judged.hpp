#pragma once

#include "unit/gate/worlds.hpp"

#include "podium/gate/evaluate.hpp"

#include <doctest/doctest.h>

#include <algorithm>

/// Decisions, and what tests ask of them.
namespace judged {

using namespace podium;

inline model::Decision judge(model::PromotionPolicy const& policy, gate::Evidence const& evidence) {
  return gate::evaluate(policy, evidence).value();
}

inline model::Check const& check(model::Decision const& decision, std::string const& id) {
  auto const found =
      std::find_if(decision.checks.begin(), decision.checks.end(), [&](auto const& c) { return c.id == id; });
  REQUIRE_MESSAGE(found != decision.checks.end(), id);
  return *found;
}

inline std::string codes(model::Decision const& decision) {
  std::string all;
  for (auto const& reason : decision.reasons) all += reason.code + " ";
  return all;
}

inline bool has_code(model::Decision const& decision, std::string const& start) {
  return std::any_of(decision.reasons.begin(), decision.reasons.end(),
                     [&](auto const& reason) { return reason.code.rfind(start, 0) == 0; });
}

inline bool says(std::vector<std::string> const& texts, std::string const& part) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](auto const& text) { return text.find(part) != std::string::npos; });
}

/// A policy and evidence that promote.
inline model::PromotionPolicy policy() { return worlds::small_policy(); }
inline gate::Evidence evidence() { return worlds::evidence(worlds::predictions(worlds::small_world())); }

constexpr std::int64_t day = 86'400'000'000;

}  // namespace judged
