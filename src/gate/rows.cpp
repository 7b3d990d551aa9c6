#include "gate/rows.hpp"

#include "gate/words.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

namespace podium::inline v0::gate {
namespace {

constexpr std::int64_t microseconds_per_day = 86'400'000'000;

Error lacks(std::string const& set, std::string const& column) {
  return Error{Errc::invalid_argument,
               "evaluation set `" + set + "` has no column `" + column + "`, which the policy names"};
}

Result<void> check_columns(model::PromotionPolicy const& policy, model::EvaluationSet const& set,
                           Predictions const& given, bool first_run) {
  auto const n = given.unit.size();
  auto const length = [&](std::size_t size, std::string const& column) -> Result<void> {
    if (size == n) return {};
    return Error{Errc::invalid_argument, "column `" + column + "` of evaluation set `" + set.id + "` has " +
                                             std::to_string(size) + " values for " + std::to_string(n) + " units"};
  };
  struct Column {
    std::size_t size;
    std::string name;
  };
  std::vector<Column> needed{{given.label.size(), "label"}, {given.challenger.size(), "challenger"}};
  if (!first_run || !given.champion.empty()) needed.push_back({given.champion.size(), "champion"});
  for (auto const& [size, column] : needed)
    if (auto ok = length(size, column); !ok) return ok;
  for (auto const& [size, column] :
       {Column{given.cluster.size(), set.columns.cluster}, Column{given.time_us.size(), set.columns.time},
        Column{given.weight.size(), set.columns.weight}, Column{given.group.size(), set.columns.group},
        Column{given.maturity_us.size(), set.columns.maturity}}) {
    if (!column.empty() && size == 0 && n > 0) return lacks(set.id, column);
    if (size != 0)
      if (auto ok = length(size, column.empty() ? "cluster, weight, group or time" : column); !ok) return ok;
  }
  if (task_of(policy) == Task::ranking && given.group.empty() && n > 0)
    return Error{Errc::invalid_argument,
                 "evaluation set `" + set.id + "` has no queries: ranking needs `columns.group`"};
  for (auto const* model : {&given.champion_class, &given.challenger_class}) {
    if (!model->empty() && model->size() != given.classes.size())
      return Error{Errc::invalid_argument, "evaluation set `" + set.id + "` has probabilities for " +
                                               std::to_string(model->size()) + " of " +
                                               std::to_string(given.classes.size()) + " classes"};
    for (auto const& column : *model)
      if (auto ok = length(column.size(), "class probabilities"); !ok) return ok;
  }
  if (!first_run && given.champion_class.size() != given.challenger_class.size())
    return Error{Errc::invalid_argument, "evaluation set `" + set.id + "` has class probabilities of one model alone"};
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
  auto const before = [&](std::uint32_t a, std::uint32_t b) {
    if (!rows.group.empty())
      if (auto const by_group = rows.group[a].compare(rows.group[b]); by_group != 0) return by_group < 0;
    auto const by_name = rows.unit[a].compare(rows.unit[b]);
    return by_name != 0 ? by_name < 0 : a < b;
  };
  std::vector<std::uint32_t> order(rows.unit.size());
  std::iota(order.begin(), order.end(), 0U);
  if (std::is_sorted(order.begin(), order.end(), before)) return;
  std::sort(order.begin(), order.end(), before);
  reorder(rows.unit, order);
  reorder(rows.cluster, order);
  reorder(rows.label, order);
  reorder(rows.champion, order);
  reorder(rows.challenger, order);
  reorder(rows.weight, order);
  reorder(rows.time_us, order);
  reorder(rows.group, order);
  reorder(rows.maturity_us, order);
  for (auto& [column, values] : rows.slices) reorder(values, order);
  for (auto* model : {&rows.champion_class, &rows.challenger_class})
    for (auto& column : *model) reorder(column, order);
}

void find_groups(Rows& rows) {
  auto const& set = rows.rules;
  if (rows.task == Task::ranking) rows.queries = number_groups(rows.data.group, rows.query);
  if (!set.columns.cluster.empty()) {
    rows.clusters = number_groups(rows.data.cluster, rows.cluster);
    rows.cluster_word = set.columns.cluster;
    auto const without = std::count(rows.data.cluster.begin(), rows.data.cluster.end(), std::string{});
    add_quality(rows,
                quality_finding(rows, "cluster_values", static_cast<double>(without), 0, "MISSING_CLUSTER",
                                count_of(without, "row") + " of `" + set.id + "` have no `" + set.columns.cluster + "`",
                                "give every row its cluster"),
                without > 0);
    return;
  }
  if (rows.task == Task::ranking) {  // the rows of one query are one answer
    rows.cluster = rows.query;
    rows.clusters = rows.queries;
    rows.cluster_word = set.columns.group;
    return;
  }
  if (rows.data.time_us.empty()) return;
  std::vector<std::string> days;
  days.reserve(rows.data.unit.size());
  for (auto const t : rows.data.time_us) {
    auto const day = t / microseconds_per_day - (t % microseconds_per_day < 0 ? 1 : 0);
    days.push_back(std::to_string(day));
  }
  rows.days = number_groups(days, rows.day);
}

/// At least `least`, or the set is too small to judge by.
void require_size(Rows& rows, std::string const& id, std::string const& thing, std::int64_t have, std::int64_t least) {
  if (least <= 0) return;
  auto const need = std::to_string(least) + ">" + std::to_string(have);
  add_quality(
      rows,
      quality_finding(rows, id, static_cast<double>(have), static_cast<double>(least), "NEED_N:" + id + ":" + need,
                      "`" + rows.rules.id + "` has " + count_of(have, thing) + ", the policy asks for " + show(least),
                      "add " + count_of(least - have, thing)),
      have < least, model::Outcome::inconclusive);
}

void require_sizes(Rows& rows) {
  auto const& set = rows.rules;
  bool const unknown = rows.aggregate != nullptr;
  require_size(rows, "units", "unit",
               unknown ? rows.aggregate->units : static_cast<std::int64_t>(rows.data.unit.size()), set.min_units);
  require_size(rows, "positives", "positive", rows.positives, set.min_positives);
  require_size(rows, "clusters", "cluster", rows.clusters, set.min_clusters);
}

}  // namespace

Task task_of(model::PromotionPolicy const& policy) {
  if (policy.task == "multiclass") return Task::multiclass;
  if (policy.task == "ranking") return Task::ranking;
  if (policy.task == "binary_classification") return Task::binary;
  if (policy.task == "custom") return Task::custom;
  return Task::regression;
}

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

Finding quality_finding(Rows const& rows, std::string id, double value, double limit, std::string code,
                        std::string message, std::string resolve) {
  Finding finding;
  finding.set = rows.rules.id;
  finding.code = std::move(code);
  finding.message = std::move(message);
  auto& check = finding.check;
  check.id = std::move(id);
  check.role = "quality";
  check.estimate = check.lower = check.upper = value;
  check.level = rows.level;
  check.margin = limit;
  check.method = "count";
  check.units = static_cast<std::int64_t>(rows.data.unit.size());
  check.clusters = rows.clusters;
  check.outcome = model::Outcome::pass;
  check.resolve = std::move(resolve);
  return finding;
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
  Rows rows;
  rows.rules = set;
  rows.task = task_of(policy);
  rows.first_run = evidence.first_run;
  rows.data.id = set.id;

  auto const named = [&](auto const& one) { return one.id == set.id; };
  auto const found = std::find_if(evidence.sets.begin(), evidence.sets.end(), named);
  if (found == evidence.sets.end()) {
    auto const aggregate = std::find_if(evidence.aggregates.begin(), evidence.aggregates.end(),
                                        [&](auto const& one) { return one.set == set.id; });
    rows.absent = aggregate == evidence.aggregates.end() && !evidence.defects.empty();
    if (aggregate != evidence.aggregates.end())
      rows.aggregate = &*aggregate;
    else if (!rows.absent)
      return Error{Errc::invalid_argument,
                   "the evidence has no evaluation set `" + set.id + "`, which the policy names"};
    rows.usable = false;
    rows.invalid = rows.absent;
    check_history(rows, policy, evidence);
    if (!rows.absent) require_sizes(rows);
    return rows;
  }
  if (std::count_if(evidence.sets.begin(), evidence.sets.end(), named) > 1)
    return Error{Errc::invalid_argument, "the evidence has evaluation set `" + set.id + "` more than once"};
  if (auto ok = check_columns(policy, set, *found, evidence.first_run); !ok) return ok.error();

  rows.data = *found;
  if (rows.first_run && rows.data.champion.empty())
    rows.data.champion.assign(rows.data.unit.size(), std::numeric_limits<double>::quiet_NaN());
  sort_by_unit(rows.data);
  auto const n = rows.data.unit.size();
  rows.all.resize(n);
  std::iota(rows.all.begin(), rows.all.end(), 0U);
  add_quality(rows,
              quality_finding(rows, "rows", static_cast<double>(n), 1, "EMPTY_SET", "`" + set.id + "` has no rows",
                              "add labelled rows"),
              n == 0);
  find_groups(rows);
  check_content(rows, policy);
  check_history(rows, policy, evidence);
  for (auto& finding : rows.quality) finding.check.level = rows.level;
  require_sizes(rows);
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
