#include "spec/kinds/policy_parts.hpp"
#include "spec/reader.hpp"
#include "spec/scalar.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr Shape share{.kind = number, .min = 0, .max = 1, .strict = true};
constexpr Shape level{
    .kind = number, .name = "a number between 0 and 0.5", .min = 0, .max = 0.5, .above_min = true, .strict = true};
constexpr Shape not_negative{.kind = number, .min = 0, .strict = true};
constexpr Shape positive{.kind = number, .min = 0, .above_min = true, .strict = true};
constexpr Shape part{.kind = number, .min = 0, .max = 1, .above_min = true, .strict = true};
constexpr Shape count{.kind = integer, .min = 0, .strict = true};

/// `P14D`, `PT30M`, `P1DT12H`: the part of ISO 8601 durations that has one length.  Years and months have none.
std::optional<std::int64_t> duration_seconds(std::string_view text) {
  if (text.size() < 3 || text.front() != 'P') return std::nullopt;
  text.remove_prefix(1);
  std::int64_t total = 0;
  bool in_time = false, any = false;
  std::string_view units = "WD";
  while (!text.empty()) {
    if (text.front() == 'T' && !in_time) {
      in_time = true;
      units = "HMS";
      text.remove_prefix(1);
      if (text.empty()) return std::nullopt;
      continue;
    }
    std::int64_t number = 0;
    auto const end = std::from_chars(text.data(), text.data() + text.size(), number);
    auto const digits = static_cast<std::size_t>(end.ptr - text.data());
    if (end.ec != std::errc{} || digits == 0 || digits > 9 || digits >= text.size() || number < 0) return std::nullopt;
    auto const unit = units.find(text[digits]);
    if (unit == std::string_view::npos) return std::nullopt;
    std::int64_t const length[] = {in_time ? 3600 : 7 * 86400, in_time ? 60 : 86400, 1};
    total += number * length[unit];
    units.remove_prefix(unit + 1);  // larger units come first
    text.remove_prefix(digits + 1);
    any = true;
  }
  return any ? std::optional{total} : std::nullopt;
}

void check_duration(Reader& reader, Node const& node, Value& value) {
  if (!value) return;
  if (auto const seconds = duration_seconds(value.text)) {
    value.integer = *seconds;
    return;
  }
  reader.error("PD1015", node, "`" + value.text + "` is not an ISO 8601 duration",
               "write for example `P14D`, `PT30M` or `P1DT12H`");
  value = {.node = &node};
}
constexpr Shape duration{.kind = string, .name = "an ISO 8601 duration", .check = check_duration};

constexpr std::string_view shadow_metrics[] = {"online_offline_difference", "error_rate",  "psi",
                                               "decision_disagreement",     "js_distance", "ks"};
constexpr Shape shadow_metric{.kind = string, .values = shadow_metrics};
constexpr std::string_view bin_rules[] = {"reference_deciles"};
constexpr Shape bin_rule{.kind = string, .values = bin_rules};
constexpr std::string_view references[] = {"own_offline_scores"};
constexpr Shape reference{.kind = string, .values = references};

void check_shadow_check(Reader& reader, Node const& node, Value& value) {
  auto const metric = value.string("metric");
  auto const* reference = node.entry("reference");
  if (metric == "psi" && reference == nullptr && node.find("bins") == nullptr) {
    Reader::Step const step{reader, "reference"};
    reader.error("PD1060", *value.at("metric").node, "`psi` needs `reference`, the scores that it is measured against",
                 "add `reference: own_offline_scores`");
  }
  if (metric != "psi" && !metric.empty() && reference != nullptr) {
    Reader::Step const step{reader, "reference"};
    reader.error("PD1060", *reference->key, "`reference` belongs to `psi`, not to `" + metric + "`", "remove it");
  }
}

constexpr Field shadow_check_fields[] = {{"id", &string_shape, Need::required},
                                         {"metric", &shadow_metric, Need::required},
                                         {"reference", &reference},
                                         {"max", &not_negative, Need::required},
                                         {"bins", &bin_rule}};
constexpr Shape shadow_check{
    .kind = object, .name = "a shadow check", .fields = shadow_check_fields, .check = check_shadow_check};
constexpr Shape shadow_checks{.kind = list, .item = &shadow_check};
constexpr Shape mirror{.kind = integer, .min = 1, .max = 50, .strict = true};
constexpr Field duration_fields[] = {{"min", &duration}, {"max", &duration}};
constexpr Shape duration_range{.kind = object, .fields = duration_fields};
constexpr Field shadow_fields[] = {{"min_pairs", &count},      {"mirror_percent", &mirror},
                                   {"checks", &shadow_checks}, {"duration", &duration_range},
                                   {"pair_on", &string_shape}, {"min_pair_rate", &share}};
constexpr Shape shadow{.kind = object, .fields = shadow_fields};

constexpr Shape quantile{.kind = number, .min = 0.5, .max = 0.99999, .strict = true};
constexpr Shape confidence{.kind = number, .min = 0.5, .max = 0.99999, .strict = true};
constexpr Field slo_fields[] = {
    {"quantile", &quantile, Need::required}, {"max_ms", &positive, Need::required}, {"confidence", &confidence}};
constexpr Shape slo{.kind = object, .name = "a latency objective", .fields = slo_fields};
constexpr Shape slos{.kind = list, .item = &slo, .least = 1};
constexpr std::string_view arrivals[] = {"open_loop"};
constexpr Shape arrival{.kind = string, .values = arrivals};
constexpr Field load_fields[] = {
    {"arrival", &arrival}, {"rps", &positive}, {"warmup", &duration}, {"min_requests", &count}};
constexpr Shape load{.kind = object, .fields = load_fields};
constexpr Field latency_fields[] = {
    {"endpoint", &string_shape, Need::required}, {"load", &load}, {"slos", &slos, Need::required}};
constexpr Shape staging_latency{.kind = object, .fields = latency_fields};

constexpr Field min_fields[] = {{"requests", &count}, {"time", &duration}};
constexpr Shape minimum{.kind = object, .fields = min_fields};
constexpr Field margin_fields[] = {{"error_rate", &positive}, {"slo_exceed", &positive}};
constexpr Shape margins{.kind = object, .fields = margin_fields};
constexpr Shape weight{.kind = integer, .min = 1, .max = 100, .strict = true};
constexpr Field step_fields[] = {{"weight", &weight, Need::required}, {"min", &minimum}, {"margin", &margins}};
constexpr Shape canary_step{.kind = object, .name = "a canary step", .fields = step_fields};
constexpr Shape canary_steps{.kind = list, .item = &canary_step, .least = 1};
constexpr Field bake_fields[] = {{"min", &minimum}};
constexpr Shape bake{.kind = object, .fields = bake_fields};
void check_canary_metric(Reader& reader, Node const& node, Value& value) {
  constexpr std::string_view exceed = "exceed_ms_";
  std::string_view const text = value.text;
  if (!value || text == "error_rate" || text == "null_prediction_rate") return;
  bool const counts = text.starts_with(exceed) && text.size() > exceed.size() && text.size() <= exceed.size() + 7 &&
                      text.find_first_not_of("0123456789", exceed.size()) == std::string_view::npos;
  if (counts) return;
  reader.error("PD1014", node, "`" + value.text + "` is not one of `error_rate`, `null_prediction_rate`, `exceed_ms_N`",
               "N is a whole number of milliseconds");
  value = {.node = &node};
}
constexpr Shape canary_metric{.kind = string, .name = "a canary metric", .check = check_canary_metric};
constexpr std::string_view opponents[] = {"champion", "absolute"};
constexpr Shape versus{.kind = string, .values = opponents};

void check_rollback(Reader& reader, Node const& node, Value& value) {
  auto const versus = value.string("vs");
  auto const wrong = [&](std::string_view field, std::string_view of) {
    auto const* given = node.entry(field);
    if (given == nullptr || versus.empty() || versus == of) return;
    Reader::Step const step{reader, field};
    reader.error("PD1060", *given->key,
                 "`" + std::string{field} + "` belongs to `vs: " + std::string{of} + "`, not to `vs: " + versus + "`",
                 "remove it");
  };
  wrong("rate_ratio", "champion"), wrong("above", "absolute");
  if (versus == "absolute" && node.find("above") == nullptr) {
    Reader::Step const step{reader, "above"};
    reader.error("PD1060", *value.at("vs").node, "an absolute rule needs `above`, the tolerated rate", "add `above:`");
  }
}

constexpr Shape ratio{.kind = number, .min = 0, .above_min = true, .strict = true};
constexpr Field rollback_fields[] = {{"metric", &canary_metric, Need::required},
                                     {"vs", &versus, Need::required},
                                     {"rate_ratio", &ratio},
                                     {"above", &share},
                                     {"share", &part}};
constexpr Shape rollback{.kind = object, .name = "a rollback rule", .fields = rollback_fields, .check = check_rollback};
constexpr Shape rollbacks{.kind = list, .item = &rollback, .least = 1};
constexpr std::string_view stop_metrics[] = {"error_rate", "null_prediction_rate", "restarts"};
constexpr Shape stop_metric{.kind = string, .values = stop_metrics};
constexpr Field stop_fields[] = {
    {"metric", &stop_metric}, {"above", &not_negative}, {"min_requests", &count}, {"no_data_for", &duration}};
void check_stop(Reader& reader, Node const& node, Value& value) {
  bool const silence = node.find("no_data_for") != nullptr;
  bool const limit = node.find("metric") != nullptr;
  if (silence != limit && (silence || value.at("above") || node.find("above") != nullptr)) return;
  reader.error("PD1060", reader.holder(node), "a hard stop is either `metric` with `above`, or `no_data_for` alone",
               "write `{metric: error_rate, above: 0.5}` or `{no_data_for: PT5M}`");
}
constexpr Shape hard_stop{.kind = object, .name = "a hard stop", .fields = stop_fields, .check = check_stop};
constexpr Shape hard_stops{.kind = list, .item = &hard_stop};
constexpr std::string_view requirements[] = {"non_inferior"};
constexpr Shape requirement{.kind = string, .values = requirements};
constexpr Field advance_fields[] = {{"requires", &requirement}, {"margin", &margins}};
constexpr Shape advance{.kind = object, .fields = advance_fields};
constexpr std::string_view look_rules[] = {"continuous"};
constexpr Shape looks{.kind = string, .values = look_rules};
constexpr std::string_view timeouts[] = {"rollback", "hold"};
constexpr Shape on_timeout{.kind = string, .values = timeouts};
constexpr std::string_view losses[] = {"rollback", "resume"};
constexpr Shape on_lost{.kind = string, .values = losses};

constexpr Field canary_fields[] = {{"alpha_rollback", &level},
                                   {"steps", &canary_steps, Need::required},
                                   {"bake", &bake},
                                   {"rollback", &rollbacks, Need::required},
                                   {"srm_p", &level},
                                   {"looks", &looks},
                                   {"advance", &advance},
                                   {"hard_stop", &hard_stops},
                                   {"ingestion_lag", &duration},
                                   {"max_duration", &duration},
                                   {"on_timeout", &on_timeout},
                                   {"on_controller_lost", &on_lost}};

void check_canary(Reader& reader, Node const& node, Value& value) {
  double sum = 0;
  for (auto const& one : value.at("rollback").items) sum += one.at("share") ? one.at("share").number : 1.0;
  if (sum > 1 + 1e-9) {
    Reader::Step const step{reader, "rollback"};
    reader.error("PD1060", *node.find("rollback"),
                 "the shares of `alpha_rollback` add up to " + python_float(sum) + ", more than 1",
                 "give each rule a `share` so that all add up to at most 1");
  }
  Value const* before = nullptr;
  for (auto const& one : value.at("steps").items) {
    auto const& weight = one.at("weight");
    if (!weight) continue;
    if (before != nullptr && weight.integer <= before->integer) {
      Reader::Step const step{reader, "steps"};
      reader
          .error("PD1060", *weight.node,
                 "the weight " + std::to_string(weight.integer) + " does not grow from step to step",
                 "the steps of a canary take more and more traffic")
          .related.push_back(before->node->source->label(before->node->span, "the step before"));
    }
    before = &weight;
  }
}

constexpr Shape canary{.kind = object, .fields = canary_fields, .check = check_canary};

}  // namespace

constexpr Shape policy_duration = duration;
constexpr Shape policy_shadow = shadow;
constexpr Shape policy_staging_latency = staging_latency;
constexpr Shape policy_canary = canary;

}  // namespace podium::inline v0::spec::kinds
