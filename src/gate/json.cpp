#include "gate/words.hpp"

#include "podium/gate/evaluate.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

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
  out.key("method").text(check.method).key("units").count(check.units).key("clusters").count(check.clusters);
  out.key("outcome").text(to_string(check.outcome)).key("resolve").text(check.resolve);
  out.texts("notes", check.notes).close('}');
}

}  // namespace

std::string to_json(model::Decision const& decision) {
  Writer out;
  out.open('{').key("verdict").text(to_string(decision.verdict)).key("reasons").open('[');
  for (auto const& reason : decision.reasons)
    out.open('{').key("code").text(reason.code).key("message").text(reason.message).close('}');
  out.close(']').key("checks").open('[');
  for (auto const& check : decision.checks) write(out, check);
  out.close(']').key("policy").open('{').key("name").text(decision.policy_name);
  out.key("digest").text(decision.policy_digest).close('}');
  out.key("evidence_digest").text(decision.evidence_digest);
  if (!decision.digest.empty()) out.key("digest").text(decision.digest);
  return out.texts("limits", decision.limits).close('}').take();
}

int exit_code(model::Decision const& decision) {
  switch (decision.verdict) {
    case model::Verdict::promote:
      return 0;
    case model::Verdict::reject:
      return 20;
    case model::Verdict::hold:
      break;
  }
  bool const invalid = std::any_of(decision.checks.begin(), decision.checks.end(),
                                   [](auto const& check) { return check.outcome == model::Outcome::invalid; });
  return invalid ? 11 : 10;
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
