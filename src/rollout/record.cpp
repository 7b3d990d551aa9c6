#include "rollout/record.hpp"

#include "podium/gate/evaluate.hpp"
#include "podium/rollout/drive.hpp"

#include <cmath>

namespace podium::inline v0::rollout {
namespace {

/// JSON has no infinity; "no bound" is null there.
Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json to_json(model::Check const& check) {
  Json json;
  json["id"] = check.id;
  json["metric"] = check.metric;
  json["estimate"] = finite(check.estimate);
  json["interval"] = {finite(check.lower), finite(check.upper)};
  json["level"] = check.level;
  json["margin"] = check.margin;
  json["method"] = check.method;
  json["units"] = check.units;
  json["outcome"] = gate::to_string(check.outcome);
  json["resolve"] = check.resolve;
  return json;
}

}  // namespace

Json record_json(model::RolloutStep const& step) {
  Json json;
  json["stage"] = step.stage;
  json["weight"] = step.weight;
  json["mirror"] = step.mirror;
  json["requests"] = step.requests;
  json["champion_requests"] = step.champion_requests;
  json["challenger_requests"] = step.challenger_requests;
  json["champion_errors"] = step.champion_errors;
  json["challenger_errors"] = step.challenger_errors;
  json["pairs"] = step.pairs;
  json["checks"] = Json::array();
  for (auto const& check : step.checks) json["checks"].push_back(to_json(check));
  json["e_values"] = Json::array();
  for (auto const& [requests, value] : step.e_values) json["e_values"].push_back({requests, finite(value)});
  json["outcome"] = step.outcome;
  json["reason"] = step.reason;
  json["seconds"] = step.seconds;
  return json;
}

Json record_json(model::RolloutTry const& one) {
  Json json;
  json["challenger"] = one.challenger_deployment;
  json["challenger_model"] = one.challenger_model;
  json["outcome"] = one.outcome;
  json["reason"] = one.reason;
  json["requests"] = one.requests;
  json["steps"] = Json::array();
  for (auto const& step : one.steps) json["steps"].push_back(record_json(step));
  return json;
}

std::string dump(Json const& json, int indent) { return json.dump(indent, ' ', false, Json::error_handler_t::replace); }

std::string to_json(model::RolloutTry const& one) { return dump(record_json(one)); }

std::string to_json(model::RolloutRecord const& record) {
  Json json;
  json["endpoint"] = record.endpoint;
  json["tries"] = Json::array();
  for (auto const& one : record.tries) json["tries"].push_back(record_json(one));
  return dump(json, 2);
}

}  // namespace podium::inline v0::rollout
