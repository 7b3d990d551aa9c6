#include "gate/rows.hpp"
#include "gate/words.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace podium::inline v0::gate {
namespace {

bool is_probability(double value) { return value >= 0 && value <= 1; }

/// Ranks are all that some metrics look at; the others need probabilities.
bool needs_probabilities(model::PromotionPolicy const& policy) {
  auto const is_loss = [](auto const& check) {
    return check.metric == "log_loss" || check.metric == "brier" || check.metric == "ece";
  };
  return std::any_of(policy.metrics.begin(), policy.metrics.end(), is_loss) ||
         std::any_of(policy.slices.begin(), policy.slices.end(), is_loss) ||
         std::any_of(policy.simpson.begin(), policy.simpson.end(), is_loss);
}

struct Trouble {
  std::int64_t rows = 0;
  std::string what;
  std::string resolve;
};

Trouble bad_labels(Rows const& rows) {
  auto const& labels = rows.data.label;
  auto const count = [&](auto good) {
    return static_cast<std::int64_t>(labels.size()) - std::count_if(labels.begin(), labels.end(), good);
  };
  switch (rows.task) {
    case Task::binary:
      return {count([](double y) { return y == 0 || y == 1; }), "missing or neither 0 nor 1",
              "give every row a label of 0 or 1, or leave the row out"};
    case Task::multiclass: {
      auto const classes = static_cast<double>(rows.data.classes.size());
      return {count([=](double y) { return y >= 0 && y < classes && y == std::floor(y); }),
              "missing or none of the classes", "give every row one of the classes, or leave the row out"};
    }
    case Task::ranking:
      return {count([](double y) { return y >= 0 && y <= 1e6; }), "missing, negative or not finite",
              "give every row a relevance of 0 or more, or leave the row out"};
    case Task::custom:
      return {};  // the metric is given row by row, labels play no part
    case Task::regression:
      break;
  }
  return {count([](double y) { return std::isfinite(y); }), "missing or not finite",
          "give every row a finite label, or leave the row out"};
}

/// Scores that no metric could use; a missing one (NaN) is counted elsewhere.
Trouble bad_scores(Rows const& rows, bool probabilities) {
  auto const& data = rows.data;
  Trouble found{0, "infinite", "give finite scores"};
  if (rows.task == Task::binary && probabilities)
    found = {0, "not probabilities", "give scores between 0 and 1, NaN where there is none"};
  if (rows.task == Task::multiclass)
    found = {0, "not probabilities that add up to 1", "give one probability per class, NaN where there is none"};
  if (rows.task != Task::multiclass) {
    auto const bad = [&](double s) {
      return std::isinf(s) || (rows.task == Task::binary && probabilities && !std::isnan(s) && !is_probability(s));
    };
    for (auto const* scores : {&data.champion, &data.challenger})
      found.rows += std::count_if(scores->begin(), scores->end(), bad);
    return found;
  }
  constexpr double rounding = 1e-3;  // tools that write four digits
  for (auto const* model : {&data.champion_class, &data.challenger_class})
    for (std::size_t i = 0; !model->empty() && i < data.label.size(); ++i) {
      double total = 0;
      bool missing = false, good = true;
      for (auto const& column : *model) {
        missing = missing || std::isnan(column[i]);
        good = good && is_probability(column[i]);
        total += column[i];
      }
      found.rows += !missing && (!good || std::abs(total - 1) > rounding);
    }
  return found;
}

void check_labels(Rows& rows) {
  auto const& name = rows.rules.id;
  auto const n = static_cast<std::int64_t>(rows.data.unit.size());
  auto const bad = bad_labels(rows);
  add_quality(
      rows,
      quality_finding(rows, "labels", static_cast<double>(bad.rows), 0, "LABEL_INVALID",
                      count_of(bad.rows, "row") + " of `" + name + "` have a label that is " + bad.what, bad.resolve),
      bad.rows > 0);
  rows.usable = bad.rows == 0 && n > 0;
  if (rows.task == Task::binary) {
    rows.positives = std::count(rows.data.label.begin(), rows.data.label.end(), 1.0);
    bool const one = rows.positives == 0 || rows.positives == n;
    add_quality(rows,
                quality_finding(rows, "classes", static_cast<double>(rows.positives), 1, "ONE_CLASS",
                                "`" + name + "` has " + count_of(rows.positives, "positive") + " in " +
                                    count_of(n, "row") + ": both classes are needed",
                                "evaluate on rows of both classes"),
                one);
    rows.usable = rows.usable && !one;
    return;
  }
  if (rows.task == Task::custom) return;
  // Otherwise: labels that are all the same teach nothing.
  bool constant = true;
  for (double const label : rows.data.label) constant = constant && label == rows.data.label.front();
  add_quality(rows,
              quality_finding(rows, "classes", constant ? 1 : 2, 2, "CONSTANT_LABEL",
                              "every row of `" + name + "` has the same label", "evaluate on rows that differ"),
              constant && n > 0);
  rows.usable = rows.usable && !constant;
  if (rows.task == Task::ranking)
    rows.positives = std::count_if(rows.data.label.begin(), rows.data.label.end(), [](double y) { return y > 0; });
}

void check_duplicates(Rows& rows) {
  std::int64_t duplicates = 0;
  auto const& data = rows.data;
  for (std::size_t i = 1; i < data.unit.size(); ++i)
    duplicates += data.unit[i] == data.unit[i - 1] && (data.group.empty() || data.group[i] == data.group[i - 1]);
  add_quality(
      rows,
      quality_finding(rows, "duplicate_units", static_cast<double>(duplicates), 0, "DUPLICATE_UNITS",
                      count_of(duplicates, "row") + " of `" + rows.rules.id + "` repeat a unit that is already there",
                      "give one row per unit; rows that move together belong in one cluster"),
      duplicates > 0);
}

void check_weights(Rows& rows) {
  auto& weight = rows.data.weight;
  if (weight.empty()) return;
  auto const bad =
      std::count_if(weight.begin(), weight.end(), [](double w) { return !(w >= 0) || !std::isfinite(w) || w > 1e12; });
  double total = 0, squares = 0;
  for (double const w : weight) total += w, squares += w * w;
  bool const none = bad == 0 && !(total > 0) && !weight.empty();
  auto finding = quality_finding(
      rows, "weights", static_cast<double>(bad), 0, "WEIGHT_INVALID",
      none ? "all weights of `" + rows.rules.id + "` are 0"
           : count_of(bad, "row") + " of `" + rows.rules.id + "` have a weight that is missing, negative or not finite",
      "give every row a finite weight of 0 or more");
  if (bad == 0 && squares > 0)
    finding.check.notes.push_back("the weights leave " + show(total * total / squares) + " effective rows of " +
                                  show(static_cast<std::int64_t>(weight.size())));
  add_quality(rows, std::move(finding), bad > 0 || none);
  rows.usable = rows.usable && bad == 0 && !none;
}

void check_model(Rows& rows, std::vector<double> const& scores, std::string const& who) {
  auto const n = static_cast<std::int64_t>(rows.data.unit.size());
  auto const& name = rows.rules.id;
  auto const missing = std::count_if(scores.begin(), scores.end(), [](double s) { return std::isnan(s); });
  double const fraction = n > 0 ? static_cast<double>(missing) / static_cast<double>(n) : 0;
  bool const refused = rows.rules.missing_prediction.treat_as == "invalid" && missing > 0;
  double const most = refused ? 0 : rows.rules.missing_prediction.max_fraction;
  add_quality(rows,
              quality_finding(rows, "missing_" + who, fraction, rows.rules.missing_prediction.max_fraction,
                              "MISSING_PREDICTIONS:" + who,
                              "the " + who + " has no prediction for " + count_of(missing, "row") + " of `" + name +
                                  "` (" + show(fraction) + ", at most " + show(most) + " allowed)",
                              "score the missing rows"),
              refused || fraction > rows.rules.missing_prediction.max_fraction);
  double first = std::numeric_limits<double>::quiet_NaN();
  bool constant = true;
  for (double const s : scores) {
    if (std::isnan(s)) continue;
    if (std::isnan(first)) first = s;
    constant = constant && s == first;
  }
  add_quality(rows,
              quality_finding(rows, "constant_" + who, constant ? 1 : 0, 0, "DEGENERATE:" + who,
                              "the " + who + " gives every row of `" + name + "` the same score",
                              "look for a default that is returned instead of a prediction"),
              constant && n > 0);
}

/// What a missing prediction of a number costs: as much as the worst one that is there.
double worst_of(Rows const& rows, model::PromotionPolicy const& policy) {
  bool const gains = std::any_of(policy.metrics.begin(), policy.metrics.end(),
                                 [](auto const& item) { return item.metric == "mean_gain"; });
  bool const regression = rows.task == Task::regression;
  double worst = 0;
  bool first = true;
  for (auto const* scores : {&rows.data.champion, &rows.data.challenger})
    for (std::size_t i = 0; i < scores->size(); ++i) {
      double const value = regression ? std::abs((*scores)[i] - rows.data.label[i]) : (*scores)[i];
      if (!std::isfinite(value)) continue;
      worst = first ? value : gains && !regression ? std::min(worst, value) : std::max(worst, value);
      first = false;
    }
  return worst;
}

}  // namespace

void check_content(Rows& rows, model::PromotionPolicy const& policy) {
  check_labels(rows);
  check_duplicates(rows);
  check_weights(rows);
  auto const bad = bad_scores(rows, needs_probabilities(policy));
  add_quality(rows,
              quality_finding(rows, "scores", static_cast<double>(bad.rows), 0, "SCORE_INVALID",
                              count_of(bad.rows, "score") + " of `" + rows.rules.id + "` are " + bad.what, bad.resolve),
              bad.rows > 0);
  rows.usable = rows.usable && bad.rows == 0;
  if (!rows.first_run) {
    check_model(rows, rows.data.champion, "champion");
  } else {
    auto const scored =
        static_cast<std::int64_t>(rows.data.champion.size()) -
        std::count_if(rows.data.champion.begin(), rows.data.champion.end(), [](double s) { return std::isnan(s); });
    add_quality(rows,
                quality_finding(rows, "first_run", static_cast<double>(scored), 0, "FIRST_RUN_WITH_CHAMPION",
                                "the evidence says that there is no champion, and `" + rows.rules.id + "` has " +
                                    count_of(scored, "score") + " of one",
                                "leave out `first_run`, or the champion's scores"),
                scored > 0);
  }
  check_model(rows, rows.data.challenger, "challenger");
  if (rows.task == Task::regression || rows.task == Task::custom) rows.worst = worst_of(rows, policy);
}

}  // namespace podium::inline v0::gate
