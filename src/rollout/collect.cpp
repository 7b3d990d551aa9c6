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

/// A class as text: `1`, `1.0` and `"1"` are one class, whatever type a tool wrote it with.
std::string class_name(std::string text) {
  if (text.size() > 2 && text.ends_with(".0") && text.find_first_not_of("0123456789-") == text.size() - 2)
    text.resize(text.size() - 2);
  return text;
}

/// Reads a column that the policy names; nothing if it names none.
template <class Read, class Column>
Result<void> take(data::Table const& table, std::string const& set, Read read, std::string const& column,
                  Column& into) {
  if (column.empty()) return {};
  if (!table.has_column(column))
    return Error{Errc::invalid_argument, "the predictions of `" + set + "` have no column `" + column + "`"};
  auto values = read(table, column);
  if (!values) return std::move(values).error().with("column", column);
  into = *std::move(values);
  return {};
}

/// The columns of an evaluation set but for the scores and, where they are classes, the labels.
Result<gate::Predictions> read_common(data::Table const& table, model::PromotionPolicy const& policy,
                                      model::EvaluationSet const& set) {
  gate::Predictions rows;
  rows.id = set.id;
  auto const read = [&](auto how, std::string const& column, auto& into) {
    return take(table, set.id, how, column, into);
  };
  if (auto ok = read(data::strings, set.columns.unit, rows.unit); !ok) return std::move(ok).error();
  if (auto ok = read(data::strings, set.columns.cluster, rows.cluster); !ok) return std::move(ok).error();
  if (policy.task != "multiclass")
    if (auto ok = read(data::doubles, set.columns.label, rows.label); !ok) return std::move(ok).error();
  if (auto ok = read(data::doubles, set.columns.weight, rows.weight); !ok) return std::move(ok).error();
  if (auto ok = read(data::timestamps_us, set.columns.time, rows.time_us); !ok) return std::move(ok).error();
  if (auto ok = read(data::strings, set.columns.group, rows.group); !ok) return std::move(ok).error();
  if (auto ok = read(data::timestamps_us, set.columns.maturity, rows.maturity_us); !ok) return std::move(ok).error();
  for (auto const& column : slice_columns(policy))
    if (auto ok = read(data::strings, column, rows.slices[column]); !ok) return std::move(ok).error();
  return rows;
}

/// Labels and answers of a multiclass set: probabilities in columns `champion_CLASS` and `challenger_CLASS`, or the
/// predicted class itself in `champion` and `challenger`.
Result<void> read_classes(data::Table const& table, std::string const& label_column, bool first_run,
                          gate::Predictions& rows) {
  std::vector<std::string> labels, champion, challenger;
  if (auto ok = take(table, rows.id, data::strings, label_column, labels); !ok) return ok;
  constexpr std::string_view ours = "champion_", theirs = "challenger_";
  std::set<std::string> classes;
  for (auto const& name : table.column_names())
    if (name.starts_with(theirs) && name.size() > theirs.size()) {
      auto const one = name.substr(theirs.size());
      if (first_run || table.has_column(std::string{ours} + one)) classes.insert(one);
    }
  bool const probabilities = !classes.empty();
  if (!probabilities) {
    if (!first_run)
      if (auto ok = take(table, rows.id, data::strings, "champion", champion); !ok) return ok;
    if (auto ok = take(table, rows.id, data::strings, "challenger", challenger); !ok) return ok;
    for (auto* column : {&labels, &champion, &challenger})
      for (auto const& one : *column)
        if (!one.empty()) classes.insert(class_name(one));
  }
  rows.classes.assign(classes.begin(), classes.end());
  auto const index = [&](std::string const& text) {
    auto const found = classes.find(class_name(text));
    return found == classes.end() ? missing : static_cast<double>(std::distance(classes.begin(), found));
  };
  auto const indices = [&](std::vector<std::string> const& names) {
    std::vector<double> numbers;
    numbers.reserve(names.size());
    for (auto const& one : names) numbers.push_back(index(one));
    return numbers;
  };
  rows.label = indices(labels);
  if (!probabilities) {
    rows.champion = indices(champion);
    rows.challenger = indices(challenger);
    return {};
  }
  auto const read_model = [&](std::string_view prefix, std::vector<std::vector<double>>& columns,
                              std::vector<double>& predicted) -> Result<void> {
    for (auto const& one : rows.classes)
      if (auto ok = take(table, rows.id, data::doubles, std::string{prefix} + one, columns.emplace_back()); !ok)
        return ok;
    predicted.assign(labels.size(), missing);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      std::size_t best = 0;
      bool whole = true;
      for (std::size_t c = 0; c < columns.size(); ++c) {
        whole = whole && columns[c][i] == columns[c][i];
        if (columns[c][i] > columns[best][i]) best = c;
      }
      if (whole) predicted[i] = static_cast<double>(best);
    }
    return {};
  };
  if (!first_run)
    if (auto ok = read_model(ours, rows.champion_class, rows.champion); !ok) return ok;
  return read_model(theirs, rows.challenger_class, rows.challenger);
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
  keep(rows.group, wanted);
  keep(rows.maturity_us, wanted);
  for (auto* model : {&rows.champion_class, &rows.challenger_class})
    for (auto& values : *model) keep(values, wanted);
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
  if (policy.task == "multiclass") {
    if (auto ok = read_classes(both, set->columns.label, options.first_run, *rows); !ok) return std::move(ok).error();
  } else {
    for (auto const& [column, into] :
         {std::pair{"champion", &rows->champion}, std::pair{"challenger", &rows->challenger}}) {
      if (options.first_run && into == &rows->champion && !both.has_column(column)) continue;
      if (!both.has_column(column))
        return Error{Errc::invalid_argument,
                     "the predictions of `" + set_id + "` have no column `" + column + "` with that model's scores"};
      auto scores = data::doubles(both, column);
      if (!scores) return std::move(scores).error().with("column", column);
      *into = *std::move(scores);
    }
  }
  if (auto ok = select_time(*rows, options); !ok) return std::move(ok).error();
  return rows;
}

Result<gate::Predictions> pair_predictions(data::Table const& champion, data::Table const& challenger,
                                           model::PromotionPolicy const& policy, std::string const& set_id,
                                           CollectOptions const& options) {
  auto set = find_set(policy, set_id);
  if (!set) return std::move(set).error();
  if (policy.task == "multiclass")
    return Error{Errc::invalid_argument,
                 "a multiclass set is one table with both models' answers, not a pair of tables"};
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
    if (!other->group.empty()) rows->group.push_back(other->group[j]);
    if (!other->maturity_us.empty()) rows->maturity_us.push_back(other->maturity_us[j]);
  }
  if (auto ok = select_time(*rows, options); !ok) return std::move(ok).error();
  return rows;
}

}  // namespace podium::inline v0::rollout
