#include "podium/rollout/collect.hpp"

#include <limits>
#include <set>
#include <unordered_map>

namespace podium::inline v0::rollout {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

Result<model::EvaluationSet> find_set(model::PromotionPolicy const& policy, std::string const& id) {
  for (auto const& set : policy.evaluation_sets)
    if (set.id == id) return set;
  std::string known;
  for (auto const& set : policy.evaluation_sets) known += (known.empty() ? "`" : ", `") + set.id + "`";
  return Error{Errc::invalid_argument, "the policy has no evaluation set `" + id + "`; it has " + known};
}

std::set<std::string> slice_columns(model::PromotionPolicy const& policy) {
  std::set<std::string> columns;
  for (auto const& slice : policy.slices) columns.insert(slice.by.begin(), slice.by.end());
  return columns;
}

/// The columns of an evaluation set but for the scores.
Result<gate::Predictions> read_common(data::Table const& table, model::PromotionPolicy const& policy,
                                      model::EvaluationSet const& set) {
  gate::Predictions rows;
  rows.id = set.id;
  auto const take = [&](auto read, std::string const& column, auto& into) -> Result<void> {
    if (column.empty()) return {};
    if (!table.has_column(column))
      return Error{Errc::invalid_argument, "the predictions of `" + set.id + "` have no column `" + column + "`"};
    auto values = read(table, column);
    if (!values) return std::move(values).error().with("column", column);
    into = *std::move(values);
    return {};
  };
  if (auto ok = take(data::strings, set.columns.unit, rows.unit); !ok) return std::move(ok).error();
  if (auto ok = take(data::strings, set.columns.cluster, rows.cluster); !ok) return std::move(ok).error();
  if (auto ok = take(data::doubles, set.columns.label, rows.label); !ok) return std::move(ok).error();
  if (auto ok = take(data::doubles, set.columns.weight, rows.weight); !ok) return std::move(ok).error();
  if (auto ok = take(data::timestamps_us, set.columns.time, rows.time_us); !ok) return std::move(ok).error();
  for (auto const& column : slice_columns(policy))
    if (auto ok = take(data::strings, column, rows.slices[column]); !ok) return std::move(ok).error();
  return rows;
}

template <class T>
void keep(std::vector<T>& values, std::vector<bool> const& wanted) {
  std::size_t next = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!wanted[i]) continue;
    if (next != i) values[next] = std::move(values[i]);  // a string moved to itself would be lost
    ++next;
  }
  values.resize(next);
}

Result<void> select_time(gate::Predictions& rows, CollectOptions const& options) {
  if (!options.from_us && !options.until_us) return {};
  if (rows.time_us.empty() && !rows.unit.empty())
    return Error{Errc::invalid_argument,
                 "a time range needs a time column, and the policy names none for `" + rows.id + "`"};
  std::vector<bool> wanted(rows.time_us.size());
  for (std::size_t i = 0; i < wanted.size(); ++i)
    wanted[i] = (!options.from_us || rows.time_us[i] >= *options.from_us) &&
                (!options.until_us || rows.time_us[i] < *options.until_us);
  keep(rows.unit, wanted);
  keep(rows.cluster, wanted);
  keep(rows.label, wanted);
  keep(rows.champion, wanted);
  keep(rows.challenger, wanted);
  keep(rows.weight, wanted);
  for (auto& [column, values] : rows.slices) keep(values, wanted);
  keep(rows.time_us, wanted);
  return {};
}

}  // namespace

Result<gate::Predictions> collect_predictions(data::Table const& both, model::PromotionPolicy const& policy,
                                              std::string const& set_id, CollectOptions const& options) {
  auto set = find_set(policy, set_id);
  if (!set) return std::move(set).error();
  auto rows = read_common(both, policy, *set);
  if (!rows) return rows;
  for (auto const& [column, into] :
       {std::pair{"champion", &rows->champion}, std::pair{"challenger", &rows->challenger}}) {
    if (!both.has_column(column))
      return Error{Errc::invalid_argument,
                   "the predictions of `" + set_id + "` have no column `" + column + "` with that model's scores"};
    auto scores = data::doubles(both, column);
    if (!scores) return std::move(scores).error();
    *into = *std::move(scores);
  }
  if (auto ok = select_time(*rows, options); !ok) return std::move(ok).error();
  return rows;
}

Result<gate::Predictions> pair_predictions(data::Table const& champion, data::Table const& challenger,
                                           model::PromotionPolicy const& policy, std::string const& set_id,
                                           CollectOptions const& options) {
  auto set = find_set(policy, set_id);
  if (!set) return std::move(set).error();
  auto rows = read_common(champion, policy, *set);
  if (!rows) return std::move(rows).error().with("predictions of", "champion");
  auto other = read_common(challenger, policy, *set);
  if (!other) return std::move(other).error().with("predictions of", "challenger");
  auto const scores = [&](data::Table const& table, char const* who) -> Result<std::vector<double>> {
    if (!table.has_column(options.score_column))
      return Error{Errc::invalid_argument,
                   std::string{"the "} + who + "'s predictions have no column `" + options.score_column + "`"};
    return data::doubles(table, options.score_column);
  };
  auto ours = scores(champion, "champion");
  if (!ours) return std::move(ours).error();
  auto theirs = scores(challenger, "challenger");
  if (!theirs) return std::move(theirs).error();

  rows->champion = *std::move(ours);
  rows->challenger.assign(rows->unit.size(), missing);
  std::unordered_map<std::string, std::size_t> row_of;
  for (std::size_t i = 0; i < rows->unit.size(); ++i)
    if (!row_of.emplace(rows->unit[i], i).second)
      return Error{Errc::invalid_argument, "unit `" + rows->unit[i] + "` is there twice in the champion's predictions"};
  std::set<std::string> seen;
  for (std::size_t j = 0; j < other->unit.size(); ++j) {
    if (!seen.insert(other->unit[j]).second)
      return Error{Errc::invalid_argument,
                   "unit `" + other->unit[j] + "` is there twice in the challenger's predictions"};
    auto const [at, is_new] = row_of.emplace(other->unit[j], rows->unit.size());
    if (!is_new) {
      bool const same = rows->label[at->second] == other->label[j] ||
                        (rows->label[at->second] != rows->label[at->second] && other->label[j] != other->label[j]);
      if (!same)
        return Error{Errc::invalid_argument,
                     "unit `" + other->unit[j] + "` has two labels: " + std::to_string(rows->label[at->second]) +
                         " with the champion, " + std::to_string(other->label[j]) + " with the challenger"};
      rows->challenger[at->second] = (*theirs)[j];
      continue;
    }
    rows->unit.push_back(other->unit[j]);
    rows->label.push_back(other->label[j]);
    rows->champion.push_back(missing);
    rows->challenger.push_back((*theirs)[j]);
    if (!other->cluster.empty()) rows->cluster.push_back(other->cluster[j]);
    if (!other->weight.empty()) rows->weight.push_back(other->weight[j]);
    if (!other->time_us.empty()) rows->time_us.push_back(other->time_us[j]);
    for (auto& [column, values] : rows->slices) values.push_back(other->slices.at(column)[j]);
  }
  if (auto ok = select_time(*rows, options); !ok) return std::move(ok).error();
  return rows;
}

}  // namespace podium::inline v0::rollout
