#include "podium/gate/evaluate.hpp"

#include "gate/words.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace podium::inline v0::gate {
namespace {

using Json = nlohmann::ordered_json;

/// Numbers that are not finite have no place in JSON: null says "no bound" or "not known".
Json number(double value) { return std::isfinite(value) ? Json(rounded(value)) : Json(nullptr); }
Json number(std::optional<double> const& value) { return value ? number(*value) : Json(nullptr); }

Json to_value(model::Check const& check) {
  return {{"id", check.id},
          {"role", check.role},
          {"metric", check.metric},
          {"slice", check.slice},
          {"estimate", number(check.estimate)},
          {"interval", Json::array({number(check.lower), number(check.upper)})},
          {"level", number(check.level)},
          {"margin", number(check.margin)},
          {"standard_error", number(check.standard_error)},
          {"p_value", number(check.p_value)},
          {"method", check.method},
          {"units", check.units},
          {"clusters", check.clusters},
          {"outcome", std::string{to_string(check.outcome)}},
          {"resolve", check.resolve},
          {"notes", check.notes}};
}

}  // namespace

std::string to_json(model::Decision const& decision) {
  Json reasons = Json::array(), checks = Json::array();
  for (auto const& reason : decision.reasons) reasons.push_back({{"code", reason.code}, {"message", reason.message}});
  for (auto const& check : decision.checks) checks.push_back(to_value(check));
  Json whole{{"verdict", std::string{to_string(decision.verdict)}},
             {"reasons", std::move(reasons)},
             {"checks", std::move(checks)},
             {"policy", {{"name", decision.policy_name}, {"digest", decision.policy_digest}}},
             {"evidence_digest", decision.evidence_digest}};
  if (!decision.digest.empty()) whole["digest"] = decision.digest;
  whole["limits"] = decision.limits;
  // Names come from data: bytes that are not UTF-8 are replaced instead of failing.
  return whole.dump(-1, ' ', false, Json::error_handler_t::replace);
}

int exit_code(model::Decision const& decision) {
  switch (decision.verdict) {
    case model::Verdict::promote: return 0;
    case model::Verdict::reject: return 20;
    case model::Verdict::hold: break;
  }
  bool const invalid = std::any_of(decision.checks.begin(), decision.checks.end(),
                                   [](auto const& check) { return check.outcome == model::Outcome::invalid; });
  return invalid ? 11 : 10;
}

std::string_view to_string(model::Verdict verdict) noexcept {
  switch (verdict) {
    case model::Verdict::promote: return "promote";
    case model::Verdict::hold: return "hold";
    case model::Verdict::reject: return "reject";
  }
  return "hold";
}

std::string_view to_string(model::Outcome outcome) noexcept {
  switch (outcome) {
    case model::Outcome::pass: return "pass";
    case model::Outcome::fail: return "fail";
    case model::Outcome::inconclusive: return "inconclusive";
    case model::Outcome::invalid: return "invalid";
    case model::Outcome::waived: return "waived";
    case model::Outcome::report: return "report";
  }
  return "report";
}

}  // namespace podium::inline v0::gate
