#include "gate/rows.hpp"

#include "gate/words.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <unordered_set>

namespace podium::inline v0::gate {
namespace {

constexpr std::int64_t microseconds_per_day = 86'400'000'000;

Error lacks(std::string const& set, std::string const& column) {
  return Error{Errc::invalid_argument,
               "evaluation set `" + set + "` has no column `" + column + "`, which the policy names"};
}

Result<void> check_columns(model::PromotionPolicy const& policy, model::EvaluationSet const& set,
                           Predictions const& given) {
  auto const n = given.unit.size();
  auto const length = [&](std::size_t size, std::string const& column) -> Result<void> {
    if (size == n) return {};
    return Error{Errc::invalid_argument, "column `" + column + "` of evaluation set `" + set.id + "` has " +
                                             std::to_string(size) + " values for " + std::to_string(n) + " units"};
  };
  for (auto const& [size, column] :
       {std::pair{given.label.size(), std::string{"label"}}, std::pair{given.champion.size(), std::string{"champion"}},
        std::pair{given.challenger.size(), std::string{"challenger"}}})
    if (auto ok = length(size, column); !ok) return ok;
  for (auto const& [size, column] :
       {std::pair{given.cluster.size(), set.columns.cluster}, std::pair{given.time_us.size(), set.columns.time}}) {
    if (!column.empty() && size == 0 && n > 0) return lacks(set.id, column);
    if (size != 0)
      if (auto ok = length(size, column.empty() ? "cluster or time" : column); !ok) return ok;
  }
  if (!set.columns.weight.empty() ||
      std::any_of(given.weight.begin(), given.weight.end(), [](double w) { return w != 1; }))
    return Error{Errc::invalid_argument, "evaluation set `" + set.id +
                                             "` has weights, which the gate does not support: " +
                                             "leave `columns.weight` out and give one row per unit"};
  for (auto const& slice : policy.slices)
    for (auto const& column : slice.by) {
      auto const found = given.slices.find(column);
      if (found == given.slices.end()) return lacks(set.id, column);
      if (auto ok = length(found->second.size(), column); !ok) return ok;
    }
  return {};
}

template <class T>
void reorder(std::vector<T>& column, std::vector<std::uint32_t> const& order) {
  if (column.empty()) return;
  std::vector<T> sorted;
  sorted.reserve(column.size());
  for (auto const row : order) sorted.push_back(std::move(column[row]));
  column = std::move(sorted);
}

void sort_by_unit(Predictions& rows) {
  if (std::is_sorted(rows.unit.begin(), rows.unit.end())) return;
  std::vector<std::uint32_t> order(rows.unit.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) {
    auto const by_name = rows.unit[a].compare(rows.unit[b]);
    return by_name != 0 ? by_name < 0 : a < b;
  });
  reorder(rows.unit, order);
  reorder(rows.cluster, order);
  reorder(rows.label, order);
  reorder(rows.champion, order);
  reorder(rows.challenger, order);
  reorder(rows.time_us, order);
  for (auto& [column, values] : rows.slices) reorder(values, order);
}

Finding quality(Rows const& rows, std::string id, double value, double limit, std::string code, std::string message,
                std::string resolve = {}) {
  Finding finding;
  finding.set = rows.rules.id;
  finding.code = std::move(code);
  finding.message = std::move(message);
  finding.check = {.id = std::move(id),
                   .role = "quality",
                   .metric = {},
                   .slice = {},
                   .estimate = value,
                   .lower = value,
                   .upper = value,
                   .level = rows.level,
                   .margin = limit,
                   .p_value = {},
                   .standard_error = {},
                   .method = "count",
                   .units = static_cast<std::int64_t>(rows.data.unit.size()),
                   .clusters = rows.clusters,
                   .outcome = model::Outcome::pass,
                   .resolve = std::move(resolve),
                   .notes = {}};
  return finding;
}

/// At least `least`, or the set is too small to judge by.
void require_size(Rows& rows, std::string const& id, std::string const& thing, std::int64_t have, std::int64_t least) {
  auto const need = std::to_string(least) + ">" + std::to_string(have);
  add_quality(rows,
              quality(rows, id, static_cast<double>(have), static_cast<double>(least), "NEED_N:" + id + ":" + need,
                      "`" + rows.rules.id + "` has " + count_of(have, thing) + ", the policy asks for " + show(least),
                      "add " + count_of(least - have, thing)),
              have < least, model::Outcome::inconclusive);
}

void check_content(Rows& rows, bool probabilities) {
  auto const& data = rows.data;
  auto const n = static_cast<std::int64_t>(data.unit.size());
  auto const& name = rows.rules.id;

  auto const bad_labels =
      std::count_if(data.label.begin(), data.label.end(), [](double y) { return y != 0 && y != 1; });
  rows.positives = std::count(data.label.begin(), data.label.end(), 1.0);
  add_quality(
      rows,
      quality(rows, "labels", static_cast<double>(bad_labels), 0, "LABEL_INVALID",
              count_of(bad_labels, "row") + " of `" + name + "` have a label that is missing or neither 0 nor 1",
              "give every row a label of 0 or 1, or leave the row out"),
      bad_labels > 0);
  add_quality(rows,
              quality(rows, "classes", static_cast<double>(rows.positives), 1, "ONE_CLASS",
                      "`" + name + "` has " + count_of(rows.positives, "positive") + " in " + count_of(n, "row") +
                          ": both classes are needed",
                      "evaluate on rows of both classes"),
              rows.positives == 0 || rows.positives == n);

  std::int64_t duplicates = 0;
  for (std::size_t i = 1; i < data.unit.size(); ++i) duplicates += data.unit[i] == data.unit[i - 1];
  add_quality(rows,
              quality(rows, "duplicate_units", static_cast<double>(duplicates), 0, "DUPLICATE_UNITS",
                      count_of(duplicates, "row") + " of `" + name + "` repeat a unit that is already there",
                      "give one row per unit; rows that move together belong in one cluster"),
              duplicates > 0);

  auto const bad_score = [&](double s) { return std::isinf(s) || (probabilities && (s < 0 || s > 1)); };
  auto const bad_scores = std::count_if(data.champion.begin(), data.champion.end(), bad_score) +
                          std::count_if(data.challenger.begin(), data.challenger.end(), bad_score);
  add_quality(rows,
              quality(rows, "scores", static_cast<double>(bad_scores), 0, "SCORE_INVALID",
                      count_of(bad_scores, "score") + " of `" + name + "` are " +
                          (probabilities ? "not probabilities" : "infinite"),
                      probabilities ? "give scores between 0 and 1, NaN where there is none" : "give finite scores"),
              bad_scores > 0);
  rows.usable = bad_labels == 0 && bad_scores == 0 && rows.positives > 0 && rows.positives < n;

  for (auto const& [scores, who] : {std::pair{&data.champion, "champion"}, std::pair{&data.challenger, "challenger"}}) {
    auto const missing = std::count_if(scores->begin(), scores->end(), [](double s) { return std::isnan(s); });
    double const fraction = n > 0 ? static_cast<double>(missing) / static_cast<double>(n) : 0;
    bool const refused = rows.rules.missing_prediction.treat_as == "invalid" && missing > 0;
    add_quality(rows,
                quality(rows, std::string{"missing_"} + who, fraction, rows.rules.missing_prediction.max_fraction,
                        std::string{"MISSING_PREDICTIONS:"} + who,
                        std::string{"the "} + who + " has no prediction for " + count_of(missing, "row") + " of `" +
                            name + "` (" + show(fraction) + ", at most " +
                            show(refused ? 0 : rows.rules.missing_prediction.max_fraction) + " allowed)",
                        "score the missing rows"),
                refused || fraction > rows.rules.missing_prediction.max_fraction);
    double first = std::numeric_limits<double>::quiet_NaN();
    bool constant = true;
    for (double const s : *scores) {
      if (std::isnan(s)) continue;
      if (std::isnan(first)) first = s;
      constant = constant && s == first;
    }
    add_quality(rows,
                quality(rows, std::string{"constant_"} + who, constant ? 1 : 0, 0, std::string{"DEGENERATE:"} + who,
                        std::string{"the "} + who + " gives every row of `" + name + "` the same score",
                        "look for a default that is returned instead of a prediction"),
                constant && n > 0);
  }
}

void check_leakage(Rows& rows, Evidence const& evidence) {
  auto const& rules = rows.rules.leakage;
  auto const n = static_cast<double>(rows.data.unit.size());
  if (rules.train_unit_overlap_max) {
    std::unordered_set<std::string_view> const trained(evidence.train_units.begin(), evidence.train_units.end());
    auto const shared = std::count_if(rows.data.unit.begin(), rows.data.unit.end(),
                                      [&](std::string const& unit) { return trained.contains(unit); });
    double const fraction = n > 0 ? static_cast<double>(shared) / n : 0;
    if (trained.empty())
      add_quality(rows,
                  quality(rows, "train_unit_overlap", std::numeric_limits<double>::quiet_NaN(),
                          *rules.train_unit_overlap_max, "LEAKAGE_UNCHECKED:train_units",
                          "the policy limits the overlap with training, and the evidence has no training units",
                          "add the units seen in training to the evidence"),
                  true);
    else
      add_quality(
          rows,
          quality(rows, "train_unit_overlap", fraction, *rules.train_unit_overlap_max, "LEAKAGE:train_unit_overlap",
                  count_of(shared, "unit") + " of `" + rows.rules.id + "` were seen in training",
                  "evaluate on units that training has not seen"),
          fraction > *rules.train_unit_overlap_max);
  }
  if (rules.label_time_after_train_end) {
    auto const early = std::count_if(rows.data.time_us.begin(), rows.data.time_us.end(),
                                     [&](std::int64_t t) { return t <= evidence.train_end_us; });
    if (evidence.train_end_us == 0 || rows.data.time_us.empty())
      add_quality(
          rows,
          quality(rows, "label_time", std::numeric_limits<double>::quiet_NaN(), 0, "LEAKAGE_UNCHECKED:train_end",
                  std::string{"the policy wants labels from after training, and the evidence has no "} +
                      (evidence.train_end_us == 0 ? "end of training" : "time column"),
                  "add the newest label time of training, and a time column, to the evidence"),
          true);
    else
      add_quality(rows,
                  quality(rows, "label_time", static_cast<double>(early), 0, "LEAKAGE:label_time",
                          count_of(early, "row") + " of `" + rows.rules.id + "` are not after the end of training",
                          "evaluate on rows from after the end of training"),
                  early > 0);
  }
}

void check_reuse(Rows& rows, model::PromotionPolicy const& policy, Evidence const& evidence) {
  rows.level = policy.alpha;
  auto const used = evidence.evaluations_used.find(rows.rules.id);
  rows.evaluation = 1 + (used == evidence.evaluations_used.end() ? 0 : used->second);
  if (!rows.rules.reuse) return;
  double const k = rows.evaluation;
  bool const equal = rows.rules.reuse->schedule == "equal";
  int const most = rows.rules.reuse->max_evaluations;
  rows.level = equal ? policy.alpha / most : policy.alpha * 6 / (M_PI * M_PI * k * k);
  if (!equal) return;
  add_quality(rows,
              quality(rows, "reuse", k, most, "TESTSET_EXHAUSTED",
                      "this is evaluation " + std::to_string(rows.evaluation) + " of `" + rows.rules.id +
                          "`, its budget is " + std::to_string(most),
                      "evaluate on a set that has not been used up"),
              rows.evaluation > most);
}

bool needs_probabilities(model::PromotionPolicy const& policy) {
  auto const is_loss = [](auto const& check) { return check.metric != "roc_auc"; };
  return std::any_of(policy.metrics.begin(), policy.metrics.end(), is_loss) ||
         std::any_of(policy.slices.begin(), policy.slices.end(), is_loss);
}

}  // namespace

std::uint32_t number_groups(std::vector<std::string> const& names, std::vector<std::uint32_t>& numbers) {
  std::vector<std::string_view> distinct(names.begin(), names.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  numbers.clear();
  numbers.reserve(names.size());
  for (auto const& name : names)
    numbers.push_back(
        static_cast<std::uint32_t>(std::lower_bound(distinct.begin(), distinct.end(), name) - distinct.begin()));
  return static_cast<std::uint32_t>(distinct.size());
}

void add_quality(Rows& rows, Finding finding, bool violated, model::Outcome outcome) {
  if (violated) {
    finding.check.outcome = outcome;
    (outcome == model::Outcome::invalid ? rows.invalid : rows.too_small) = true;
  } else {
    finding.check.resolve.clear();
  }
  rows.quality.push_back(std::move(finding));
}

Result<Rows> prepare(model::PromotionPolicy const& policy, model::EvaluationSet const& set, Evidence const& evidence) {
  auto const named = [&](Predictions const& rows) { return rows.id == set.id; };
  auto const found = std::find_if(evidence.sets.begin(), evidence.sets.end(), named);
  if (found == evidence.sets.end())
    return Error{Errc::invalid_argument, "the evidence has no evaluation set `" + set.id + "`, which the policy names"};
  if (std::count_if(evidence.sets.begin(), evidence.sets.end(), named) > 1)
    return Error{Errc::invalid_argument, "the evidence has evaluation set `" + set.id + "` more than once"};
  if (auto ok = check_columns(policy, set, *found); !ok) return ok.error();

  Rows rows;
  rows.rules = set;
  rows.data = *found;
  sort_by_unit(rows.data);
  auto const n = rows.data.unit.size();
  rows.all.resize(n);
  std::iota(rows.all.begin(), rows.all.end(), 0U);
  check_reuse(rows, policy, evidence);

  add_quality(rows,
              quality(rows, "rows", static_cast<double>(n), 1, "EMPTY_SET", "`" + set.id + "` has no rows",
                      "add labelled rows"),
              n == 0);
  if (!set.columns.cluster.empty()) {
    rows.clusters = number_groups(rows.data.cluster, rows.cluster);
    auto const without = std::count(rows.data.cluster.begin(), rows.data.cluster.end(), std::string{});
    add_quality(rows,
                quality(rows, "cluster_values", static_cast<double>(without), 0, "MISSING_CLUSTER",
                        count_of(without, "row") + " of `" + set.id + "` have no `" + set.columns.cluster + "`",
                        "give every row its cluster"),
                without > 0);
  } else if (!rows.data.time_us.empty()) {
    std::vector<std::string> days;
    days.reserve(n);
    for (auto const t : rows.data.time_us) {
      auto const day = t / microseconds_per_day - (t % microseconds_per_day < 0 ? 1 : 0);
      days.push_back(std::to_string(day));
    }
    rows.days = number_groups(days, rows.day);
  }
  check_content(rows, needs_probabilities(policy));
  if (set.min_units > 0) require_size(rows, "units", "unit", static_cast<std::int64_t>(n), set.min_units);
  if (set.min_positives > 0) require_size(rows, "positives", "positive", rows.positives, set.min_positives);
  if (set.min_clusters > 0) require_size(rows, "clusters", "cluster", rows.clusters, set.min_clusters);
  check_leakage(rows, evidence);
  return rows;
}

stats::Spread spread_of(Rows const& rows, std::span<std::uint32_t const> part, stats::Estimate const& estimate) {
  if (rows.cluster.empty()) return stats::row_spread(estimate);
  std::vector<std::uint32_t> cluster;
  cluster.reserve(part.size());
  for (auto const row : part) cluster.push_back(rows.cluster[row]);
  return stats::clustered_spread(estimate, cluster, rows.clusters);
}

}  // namespace podium::inline v0::gate
