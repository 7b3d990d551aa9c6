#include "base/digest.hpp"
#include "gate/rows.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cmath>

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

}  // namespace

std::string digest_of(std::vector<Rows> const& sets, Evidence const& evidence) {
  Feed feed;
  feed.text("podium evidence 1");
  feed.number(sets.size());
  for (auto const& rows : sets) {
    feed.text(rows.data.id);
    feed.texts(rows.data.unit);
    feed.texts(rows.data.cluster);
    feed.reals(rows.data.label);
    feed.reals(rows.data.champion);
    feed.reals(rows.data.challenger);
    feed.number(rows.data.time_us.size());
    for (auto const t : rows.data.time_us) feed.number(static_cast<std::uint64_t>(t));
    feed.number(rows.data.slices.size());
    for (auto const& [column, values] : rows.data.slices) {
      feed.text(column);
      feed.texts(values);
    }
    feed.number(static_cast<std::uint64_t>(rows.evaluation));
  }
  auto trained = evidence.train_units;
  std::sort(trained.begin(), trained.end());
  trained.erase(std::unique(trained.begin(), trained.end()), trained.end());
  feed.texts(trained);
  feed.number(static_cast<std::uint64_t>(evidence.train_end_us));
  return feed.hex();
}

std::string digest_of(model::PromotionPolicy const& policy) {
  if (!policy.digest.empty()) return policy.digest;
  // A policy built in code has no file: its fields stand in.
  using Json = nlohmann::ordered_json;
  auto const or_null = [](auto const& value) { return value ? Json(*value) : Json(nullptr); };
  Json sets = Json::array(), metrics = Json::array(), slices = Json::array();
  for (auto const& set : policy.evaluation_sets)
    sets.push_back(
        {{"id", set.id},
         {"columns", {set.columns.unit, set.columns.cluster, set.columns.label, set.columns.weight, set.columns.time}},
         {"min", {set.min_units, set.min_positives, set.min_clusters}},
         {"missing", {set.missing_prediction.max_fraction, set.missing_prediction.treat_as}},
         {"leakage",
          {or_null(set.leakage.train_unit_overlap_max), set.leakage.label_time_after_train_end,
           or_null(set.leakage.max_improvement)}},
         {"reuse", set.reuse ? Json{set.reuse->max_evaluations, set.reuse->schedule} : Json(nullptr)}});
  for (auto const& item : policy.metrics)
    metrics.push_back({item.id, item.metric, item.role, item.method, item.min_effect, or_null(item.margin),
                       or_null(item.at_least), or_null(item.at_most), item.clip});
  for (auto const& slice : policy.slices)
    slices.push_back({slice.by, slice.metric, slice.role, slice.margin, slice.clip, slice.min_units, slice.too_small,
                      slice.required});
  Json const whole{{"name", policy.name},   {"task", policy.task},
                   {"alpha", policy.alpha}, {"alpha_reject", policy.alpha_reject},
                   {"sets", sets},          {"success", {policy.success_rule, policy.success_items}},
                   {"metrics", metrics},    {"slices", slices}};
  return base::sha256(whole.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace podium::inline v0::gate
