#include "flights/evidence.hpp"

#include <podium/data/builder.hpp>
#include <podium/rollout/collect.hpp>

#include <chrono>

namespace flights {

Span month_2013(int month) {
  using namespace std::chrono;
  // Midnight in New York is 05:00 UTC in winter, 04:00 from 10 March to 3 November; no flight departs between the two.
  auto const begin = [](int m) {
    auto const day = year{2013} / 1 / 1 + months{m - 1};
    return duration_cast<microseconds>((sys_days{day} + hours{4}).time_since_epoch()).count();
  };
  return {begin(month), begin(month + 1)};
}

podium::gate::Evidence month_evidence(Pair const& pair, podium::model::PromotionPolicy const& policy, int month,
                                      int used) {
  auto const& set = policy.evaluation_sets.front();
  auto const [from, until] = month_2013(month);
  podium::gate::Evidence evidence;
  evidence.sets.push_back(podium::rollout::pair_predictions(pair.champion.predictions, pair.challenger.predictions,
                                                            policy, set.id, {.from_us = from, .until_us = until})
                              .value());
  evidence.train_units = pair.trained.units;
  evidence.train_end_us = pair.trained.end_us;
  evidence.evaluations_used[set.id] = used;
  evidence.provenance = {{"challenger model", pair.trained.model_digest}, {"training data", pair.trained.data_digest}};
  return evidence;
}

void write_pairs(podium::gate::Predictions const& pairs, podium::model::EvaluationColumns const& columns,
                 std::filesystem::path const& file) {
  podium::data::TableBuilder builder;
  builder.add(columns.unit, pairs.unit)
      .add(columns.cluster, pairs.cluster)
      .add(columns.label, pairs.label)
      .add_timestamps(columns.time, pairs.time_us)
      .add("champion", pairs.champion)
      .add("challenger", pairs.challenger);
  for (auto const& [name, values] : pairs.slices) builder.add(name, values);
  std::filesystem::create_directories(file.parent_path());
  podium::data::write_parquet(builder.build().value(), file).value();
}

}  // namespace flights
