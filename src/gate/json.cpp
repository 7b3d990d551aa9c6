#include "gate/words.hpp"

#include "podium/gate/evaluate.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace podium::inline v0::gate {
namespace {

/// Writes one object or array; numbers and their digits are ours, because the same decision must have the same bytes.
class Writer {
 public:
  Writer& open(char bracket) {
    separate();
    text_ += bracket;
    first_ = true;
    return *this;
  }
  Writer& close(char bracket) {
    text_ += bracket;
    first_ = false;
    return *this;
  }
  Writer& key(std::string_view name) {
    separate();
    text_ += quoted(name) + ":";
    first_ = true;
    return *this;
  }
  Writer& text(std::string_view value) { return raw(quoted(value)); }
  Writer& count(std::int64_t value) { return raw(std::to_string(value)); }
  /// Twelve significant digits.  Numbers that are not finite have no place in JSON: null says "no bound" or "not
  /// known".
  Writer& number(std::optional<double> value) {
    if (!value || !std::isfinite(*value)) return raw("null");
    char digits[32];
    return raw({digits, std::to_chars(digits, digits + sizeof digits, rounded(*value)).ptr});
  }
  Writer& texts(std::string_view name, std::vector<std::string> const& values) {
    key(name).open('[');
    for (auto const& value : values) text(value);
    return close(']');
  }
  std::string take() { return std::move(text_); }

 private:
  void separate() {
    if (!first_) text_ += ',';
    first_ = false;
  }
  Writer& raw(std::string_view value) {
    separate();
    text_ += value;
    return *this;
  }
  /// Names come from data: bytes that are not UTF-8 are replaced instead of failing.
  static std::string quoted(std::string_view value) {
    return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  std::string text_;
  bool first_ = true;
};

void write(Writer& out, model::Check const& check) {
  out.open('{').key("id").text(check.id).key("role").text(check.role).key("metric").text(check.metric);
  out.key("slice").text(check.slice).key("estimate").number(check.estimate);
  out.key("interval").open('[').number(check.lower).number(check.upper).close(']');
  out.key("level").number(check.level).key("margin").number(check.margin);
  out.key("standard_error").number(check.standard_error).key("p_value").number(check.p_value);
  if (check.needed) out.key("needed").count(*check.needed);
  out.key("method").text(check.method).key("units").count(check.units).key("clusters").count(check.clusters);
  out.key("outcome").text(to_string(check.outcome)).key("resolve").text(check.resolve);
  out.texts("notes", check.notes).close('}');
}

}  // namespace

std::string to_json(model::Decision const& decision) {
  Writer out;
  out.open('{').key("verdict").text(to_string(decision.verdict));
  if (!decision.hold.empty()) out.key("hold").text(decision.hold);
  out.key("reasons").open('[');
  for (auto const& reason : decision.reasons)
    out.open('{').key("code").text(reason.code).key("message").text(reason.message).close('}');
  out.close(']').key("checks").open('[');
  for (auto const& check : decision.checks) write(out, check);
  out.close(']').key("policy").open('{').key("name").text(decision.policy_name);
  out.key("digest").text(decision.policy_digest).close('}');
  out.key("evidence_digest").text(decision.evidence_digest);
  if (!decision.digest.empty()) out.key("digest").text(decision.digest);
  if (!decision.verdict_only.empty()) out.texts("verdict_only", decision.verdict_only);
  return out.texts("limits", decision.limits).close('}').take();
}

int exit_code(model::Decision const& decision) {
  constexpr int promote = 0, inconclusive = 10, invalid = 11, approval = 12, reject = 20;
  switch (decision.verdict) {
    case model::Verdict::promote:
      return promote;
    case model::Verdict::reject:
      return reject;
    case model::Verdict::hold:
      break;
  }
  if (decision.hold == "approval") return approval;
  bool const odd = std::any_of(decision.checks.begin(), decision.checks.end(),
                               [](auto const& check) { return check.outcome == model::Outcome::invalid; });
  return decision.hold == "invalid" || odd ? invalid : inconclusive;
}

Result<model::Decision> decision_from_json(std::string_view text) {
  using Json = nlohmann::json;
  auto const json = Json::parse(text, nullptr, false);
  Error const wrong{Errc::protocol, "it is not a decision: JSON as `podium gate evaluate --output json` writes it"};
  if (!json.is_object()) return wrong;
  auto const number = [](Json const& value, double otherwise) {
    return value.is_number() ? value.get<double>() : otherwise;
  };
  auto const optional = [](Json const& object, char const* name) {
    auto const found = object.find(name);
    return found != object.end() && found->is_number() ? std::optional{found->get<double>()} : std::nullopt;
  };
  constexpr double infinite = std::numeric_limits<double>::infinity(),
                   unknown = std::numeric_limits<double>::quiet_NaN();
  try {
    model::Decision decision;
    auto const verdict = json.at("verdict").get<std::string>();
    if (verdict != "promote" && verdict != "hold" && verdict != "reject") return wrong;
    decision.verdict = verdict == "promote" ? model::Verdict::promote
                       : verdict == "hold"  ? model::Verdict::hold
                                            : model::Verdict::reject;
    decision.hold = json.value("hold", "");
    for (auto const& one : json.at("reasons")) decision.reasons.push_back({one.at("code"), one.at("message")});
    for (auto const& one : json.at("checks")) {
      model::Check check;
      check.id = one.at("id"), check.role = one.at("role"), check.metric = one.at("metric");
      check.slice = one.at("slice");
      check.estimate = number(one.at("estimate"), unknown);
      check.lower = number(one.at("interval").at(0), -infinite);
      check.upper = number(one.at("interval").at(1), infinite);
      check.level = number(one.at("level"), unknown);
      check.margin = number(one.at("margin"), unknown);
      check.standard_error = optional(one, "standard_error");
      check.p_value = optional(one, "p_value");
      if (auto const needed = optional(one, "needed")) check.needed = static_cast<std::int64_t>(*needed);
      check.method = one.at("method"), check.units = one.at("units"), check.clusters = one.at("clusters");
      check.resolve = one.at("resolve"), check.notes = one.at("notes").get<std::vector<std::string>>();
      auto const outcome = one.at("outcome").get<std::string>();
      bool known = false;
      for (auto const each : {model::Outcome::pass, model::Outcome::fail, model::Outcome::inconclusive,
                              model::Outcome::invalid, model::Outcome::waived, model::Outcome::report})
        if (to_string(each) == outcome) check.outcome = each, known = true;
      if (!known) return wrong;
      decision.checks.push_back(std::move(check));
    }
    decision.policy_name = json.at("policy").at("name");
    decision.policy_digest = json.at("policy").at("digest");
    decision.evidence_digest = json.at("evidence_digest");
    decision.digest = json.value("digest", "");
    decision.verdict_only = json.value("verdict_only", std::vector<std::string>{});
    decision.limits = json.at("limits").get<std::vector<std::string>>();
    return decision;
  } catch (Json::exception const&) {
    return wrong;
  }
}

std::string_view to_string(model::Verdict verdict) noexcept {
  switch (verdict) {
    case model::Verdict::promote:
      return "promote";
    case model::Verdict::hold:
      return "hold";
    case model::Verdict::reject:
      return "reject";
  }
  return "hold";
}

std::string_view to_string(model::Outcome outcome) noexcept {
  switch (outcome) {
    case model::Outcome::pass:
      return "pass";
    case model::Outcome::fail:
      return "fail";
    case model::Outcome::inconclusive:
      return "inconclusive";
    case model::Outcome::invalid:
      return "invalid";
    case model::Outcome::waived:
      return "waived";
    case model::Outcome::report:
      return "report";
  }
  return "report";
}

}  // namespace podium::inline v0::gate
