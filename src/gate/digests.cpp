#include "base/digest.hpp"
#include "gate/rows.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace podium::inline v0::gate {
namespace {

/// Feeds values to the digest with their lengths, so that no two inputs share a byte string; little endian everywhere.
class Feed {
 public:
  void text(std::string_view value) {
    number(static_cast<std::uint64_t>(value.size()));
    buffer_.append(value);
    flush(1 << 16);
  }
  void number(std::uint64_t value) {
    for (int byte = 0; byte < 8; ++byte) buffer_.push_back(static_cast<char>(value >> (8 * byte)));
    flush(1 << 16);
  }
  void real(double value) { number(std::isnan(value) ? 0x7ff8000000000000U : std::bit_cast<std::uint64_t>(value)); }
  void texts(std::vector<std::string> const& values) {
    number(values.size());
    for (auto const& value : values) text(value);
  }
  void reals(std::vector<double> const& values) {
    number(values.size());
    for (double const value : values) real(value);
  }
  std::string hex() {
    flush(0);
    return hash_.hex();
  }

 private:
  void flush(std::size_t limit) {
    if (buffer_.size() <= limit) return;
    hash_.update(buffer_);
    buffer_.clear();
  }
  base::Sha256 hash_;
  std::string buffer_;
};

bool has_rules_about_time(model::PromotionPolicy const& policy) {
  auto const by_time = [](auto const& set) { return set.max_age.has_value() || !set.columns.maturity.empty(); };
  return !policy.waivers.empty() || std::any_of(policy.evaluation_sets.begin(), policy.evaluation_sets.end(), by_time);
}

void feed_rows(Feed& feed, Rows const& rows) {
  auto const& data = rows.data;
  feed.text(rows.rules.id);
  feed.number(rows.absent ? 1 : 0);
  feed.texts(data.unit);
  feed.texts(data.cluster);
  feed.reals(data.label);
  feed.reals(data.champion);
  feed.reals(data.challenger);
  feed.reals(data.weight);
  feed.texts(data.group);
  for (auto const* times : {&data.time_us, &data.maturity_us}) {
    feed.number(times->size());
    for (auto const t : *times) feed.number(static_cast<std::uint64_t>(t));
  }
  feed.number(data.slices.size());
  for (auto const& [column, values] : data.slices) {
    feed.text(column);
    feed.texts(values);
  }
  feed.texts(data.classes);
  for (auto const* model : {&data.champion_class, &data.challenger_class}) {
    feed.number(model->size());
    for (auto const& column : *model) feed.reals(column);
  }
  feed.number(static_cast<std::uint64_t>(rows.evaluation));
}

void feed_aggregates(Feed& feed, Evidence const& evidence) {
  feed.number(evidence.aggregates.size());
  for (auto const& one : evidence.aggregates) {
    feed.text(one.set);
    feed.number(static_cast<std::uint64_t>(one.units));
    for (auto const* values : {&one.champion, &one.challenger}) {
      feed.number(values->size());
      for (auto const& [name, value] : *values) {
        feed.text(name);
        feed.real(value);
      }
    }
    feed.texts(one.notes);
  }
}

void feed_traffic(Feed& feed, Evidence const& evidence) {
  feed.number(evidence.latency.size());
  for (auto const& one : evidence.latency) {
    feed.text(one.endpoint);
    feed.number(one.open_loop ? 1 : 0);
    feed.real(one.rps);
    feed.real(one.warmup_s);
    feed.number(static_cast<std::uint64_t>(one.errors));
    feed.real(one.lag1.value_or(std::numeric_limits<double>::quiet_NaN()));
    feed.number(one.bins.size());
    for (auto const& bin : one.bins) {
      feed.real(bin.upper_ms);
      feed.number(static_cast<std::uint64_t>(bin.count));
    }
  }
  feed.number(evidence.shadow ? 1 : 0);
  if (evidence.shadow) {
    feed.reals(evidence.shadow->champion);
    feed.reals(evidence.shadow->challenger);
    feed.reals(evidence.shadow->offline);
    for (auto const n : {evidence.shadow->mirrored, evidence.shadow->challenger_errors, evidence.shadow->duration_s})
      feed.number(static_cast<std::uint64_t>(n));
  }
  feed.number(evidence.production_mix ? 1 : 0);
  if (!evidence.production_mix) return;
  feed.texts(evidence.production_mix->by);
  feed.number(evidence.production_mix->weights.size());
  for (auto const& [slice, weight] : evidence.production_mix->weights) {
    feed.text(slice);
    feed.real(weight);
  }
}

}  // namespace

std::string digest_of(model::PromotionPolicy const& policy, std::vector<Rows> const& sets, Evidence const& evidence) {
  Feed feed;
  feed.text("podium evidence 2");
  feed.number(sets.size());
  for (auto const& rows : sets) feed_rows(feed, rows);
  auto trained = evidence.train_units;
  std::sort(trained.begin(), trained.end());
  trained.erase(std::unique(trained.begin(), trained.end()), trained.end());
  feed.texts(trained);
  feed.number(static_cast<std::uint64_t>(evidence.train_end_us));
  feed.number(evidence.first_run ? 1 : 0);
  feed.number(evidence.facts.size());
  for (auto const& [name, value] : evidence.facts) {
    feed.text(name);
    feed.text(value);
  }
  feed_aggregates(feed, evidence);
  feed_traffic(feed, evidence);
  feed.number(evidence.defects.size());
  for (auto const& defect : evidence.defects) feed.text(defect.code);
  feed.number(has_rules_about_time(policy) ? static_cast<std::uint64_t>(evidence.as_of_us) : 0);
  return feed.hex();
}

std::string digest_of(model::PromotionPolicy const& policy) {
  if (!policy.digest.empty()) return policy.digest;
  // A policy built in code has no file: the fields that the gate reads stand in.
  using Json = nlohmann::ordered_json;
  auto const or_null = [](auto const& value) { return value ? Json(*value) : Json(nullptr); };
  auto const seconds = [](auto const& value) { return value ? Json(value->count()) : Json(nullptr); };
  Json sets = Json::array(), metrics = Json::array(), slices = Json::array(), simpson = Json::array(),
       slos = Json::array(), shadow = Json::array(), approvals = Json::array(), waivers = Json::array();
  for (auto const& set : policy.evaluation_sets)
    sets.push_back({{"id", set.id},
                    {"columns",
                     {set.columns.unit, set.columns.cluster, set.columns.label, set.columns.weight, set.columns.time,
                      set.columns.group, set.columns.maturity}},
                    {"min", {set.min_units, set.min_positives, set.min_clusters}},
                    {"missing", {set.missing_prediction.max_fraction, set.missing_prediction.treat_as}},
                    {"leakage",
                     {or_null(set.leakage.train_unit_overlap_max), set.leakage.label_time_after_train_end,
                      or_null(set.leakage.max_improvement)}},
                    {"reuse", set.reuse ? Json{set.reuse->max_evaluations, set.reuse->schedule,
                                               set.reuse->retire_on_promotion, set.reuse->feedback}
                                        : Json(nullptr)},
                    {"data", {set.asset, set.digest, seconds(set.max_age)}}});
  for (auto const& item : policy.metrics)
    metrics.push_back({item.id, item.metric, item.role, item.method, item.min_effect, or_null(item.margin),
                       or_null(item.at_least), or_null(item.at_most), item.clip, item.params, item.expression,
                       item.unit_mean});
  for (auto const& slice : policy.slices)
    slices.push_back({slice.by, slice.metric, slice.role, slice.margin, slice.clip, slice.min_units, slice.too_small,
                      slice.required, slice.correction, slice.params});
  for (auto const& rule : policy.simpson)
    simpson.push_back({rule.metric, rule.weights, rule.on_sign_flip, rule.clip, rule.params});
  if (policy.staging_latency)
    for (auto const& slo : policy.staging_latency->slos) slos.push_back({slo.quantile, slo.max_ms, slo.confidence});
  if (policy.shadow)
    for (auto const& one : policy.shadow->checks)
      shadow.push_back({one.id, one.metric, one.reference, one.max, one.bins});
  for (auto const& rule : policy.approvals)
    approvals.push_back({rule.stage, rule.roles, rule.self_approval, seconds(rule.expires), rule.allow_bypass});
  for (auto const& one : policy.waivers) waivers.push_back({one.check, one.reason, one.approver, one.expires});
  Json whole{{"name", policy.name},
             {"task", policy.task},
             {"alpha", policy.alpha},
             {"alpha_reject", policy.alpha_reject},
             {"power", {policy.power, policy.require_power}},
             {"replicates", policy.bootstrap.replicates},
             {"champion", {policy.champion.must_match_endpoint, policy.champion.first_run}},
             {"requires", policy.challenger_requires},
             {"sets", sets},
             {"success", {policy.success_rule, policy.success_items}},
             {"metrics", metrics},
             {"slices", slices},
             {"simpson", simpson},
             {"shadow", shadow},
             {"approvals", approvals},
             {"waivers", waivers}};
  if (policy.shadow)
    whole["shadow_size"] = {policy.shadow->min_pairs, seconds(policy.shadow->min_duration),
                            or_null(policy.shadow->min_pair_rate)};
  if (policy.staging_latency) {
    auto const& latency = *policy.staging_latency;
    whole["latency"] = {latency.endpoint, latency.rps, latency.warmup.count(), latency.min_requests, slos};
  }
  return base::sha256(whole.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace podium::inline v0::gate
