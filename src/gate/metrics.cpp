#include "gate/metrics.hpp"

#include "gate/words.hpp"

#include "podium/stats/random.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::gate {
namespace {

constexpr std::uint32_t least_days = 5;
constexpr double least_per_class = 10;

/// Columns of some rows, every missing score replaced by the worst that the metric knows.
struct Part {
  std::vector<double> label;
  std::vector<double> champion;
  std::vector<double> challenger;
  std::vector<double> weight;
  std::vector<std::uint32_t> cluster;
  std::vector<std::uint32_t> query;
  std::uint32_t clusters = 0;
  std::uint32_t queries = 0;
  double total_weight = 0;

  stats::Sample sample(Rows const& rows) const {
    stats::Sample sample;
    sample.label = label;
    sample.champion = champion;
    sample.challenger = challenger;
    sample.weight = weight;
    sample.cluster = cluster;
    sample.clusters = clusters;
    sample.query = query;
    sample.queries = queries;
    sample.classes = static_cast<int>(rows.data.classes.size());
    switch (rows.task) {
      case Task::binary:
        sample.task = stats::Task::binary;
        break;
      case Task::multiclass:
        sample.task = stats::Task::multiclass;
        break;
      case Task::regression:
        sample.task = stats::Task::regression;
        break;
      case Task::ranking:
        sample.task = stats::Task::ranking;
        break;
      case Task::custom:
        sample.task = stats::Task::custom;
        break;
    }
    return sample;
  }
};

bool wants_probability(std::string const& metric) {
  return metric == "log_loss" || metric == "brier" || metric == "ece";
}

/// Farther out than any real score, and still a number.
constexpr double far_out = 1e300;

std::vector<double> scores_of(Rows const& rows, std::span<std::uint32_t const> part, std::vector<double> const& scores,
                              std::string const& metric) {
  auto const& labels = rows.data.label;
  auto const worst = [&](std::uint32_t row) {
    switch (rows.task) {
      case Task::regression:
        return labels[row] + rows.worst;
      case Task::custom:
        return rows.worst;
      case Task::ranking:
        return labels[row] > 0 ? -far_out : far_out;
      default:
        return wants_probability(metric) ? 1 - labels[row] : labels[row] == 1 ? -far_out : far_out;
    }
  };
  std::vector<double> taken;
  taken.reserve(part.size());
  for (auto const row : part) taken.push_back(std::isnan(scores[row]) ? worst(row) : scores[row]);
  return taken;
}

/// Rows x classes, row by row.  A missing answer is sure of a wrong class.
std::vector<double> class_scores_of(Rows const& rows, std::span<std::uint32_t const> part,
                                    std::vector<double> const& predicted,
                                    std::vector<std::vector<double>> const& probabilities) {
  auto const classes = rows.data.classes.size();
  std::vector<double> taken;
  taken.reserve(part.size() * classes);
  for (auto const row : part) {
    auto const label = static_cast<std::size_t>(rows.data.label[row]);
    bool const missing = std::isnan(predicted[row]);
    auto const sure_of = missing ? (label + 1) % classes : static_cast<std::size_t>(predicted[row]);
    double total = 0;
    if (!missing)
      for (auto const& column : probabilities) total += column[row];
    for (std::size_t c = 0; c < classes; ++c)
      taken.push_back(missing || probabilities.empty() ? static_cast<double>(c == sure_of)
                                                       : probabilities[c][row] / total);
  }
  return taken;
}

/// The groups of some rows, numbered without gaps.
std::uint32_t renumber(std::vector<std::uint32_t> const& groups, std::uint32_t count,
                       std::span<std::uint32_t const> part, std::vector<std::uint32_t>& into) {
  if (groups.empty()) return 0;
  constexpr auto unseen = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> number(count, unseen);
  for (auto const row : part) number[groups[row]] = 0;
  std::uint32_t next = 0;
  for (auto& one : number)
    if (one != unseen) one = next++;
  into.reserve(part.size());
  for (auto const row : part) into.push_back(number[groups[row]]);
  return next;
}

Part take(Rows const& rows, std::span<std::uint32_t const> part, std::string const& metric, bool with_champion) {
  Part taken;
  taken.label.reserve(part.size());
  for (auto const row : part) taken.label.push_back(rows.data.label[row]);
  if (rows.task == Task::multiclass) {
    if (with_champion) taken.champion = class_scores_of(rows, part, rows.data.champion, rows.data.champion_class);
    taken.challenger = class_scores_of(rows, part, rows.data.challenger, rows.data.challenger_class);
  } else {
    if (with_champion) taken.champion = scores_of(rows, part, rows.data.champion, metric);
    taken.challenger = scores_of(rows, part, rows.data.challenger, metric);
  }
  if (!rows.data.weight.empty())
    for (auto const row : part) taken.weight.push_back(rows.data.weight[row]);
  taken.total_weight = static_cast<double>(part.size());
  if (!taken.weight.empty()) {
    taken.total_weight = 0;
    for (double const w : taken.weight) taken.total_weight += w;
  }
  taken.queries = renumber(rows.query, rows.queries, part, taken.query);
  // Queries are what ranking takes as independent; clusters of its own only where the policy names them.
  if (rows.task != Task::ranking || !rows.rules.columns.cluster.empty())
    taken.clusters = renumber(rows.cluster, rows.clusters, part, taken.cluster);
  return taken;
}

stats::Method method_of(std::string const& method) {
  if (method == "delong" || method == "t") return stats::Method::student;
  if (method == "bootstrap") return stats::Method::bootstrap;
  if (method == "permutation") return stats::Method::sign_flip;
  if (method == "tango" || method == "mcnemar") return stats::Method::tango;
  return stats::Method::automatic;
}

/// The name under which `stats` knows the metric.
std::string stats_name(std::string const& metric) {
  if (metric == "custom") return "payoff";
  return metric;
}

stats::MetricParameters parameters_of(Question const& question) {
  stats::MetricParameters parameters;
  parameters.clip = question.clip;
  auto const set = [&](char const* name, auto& into) {
    auto const found = question.params.find(name);
    if (found != question.params.end()) into = static_cast<std::remove_reference_t<decltype(into)>>(found->second);
  };
  set("threshold", parameters.threshold);
  set("precision", parameters.precision);
  set("quantile", parameters.quantile);
  set("k", parameters.k);
  set("bins", parameters.bins);
  if (auto const gain = read_payoff(question.expression); gain && question.metric == "custom") {
    parameters.true_positive = gain->true_positive;
    parameters.false_positive = gain->false_positive;
    parameters.false_negative = gain->false_negative;
    parameters.true_negative = gain->true_negative;
  }
  return parameters;
}

stats::InferenceOptions options_of(Rows const& rows, Question const& question, Effort const& effort) {
  stats::InferenceOptions options;
  options.method = method_of(question.method);
  options.replicates = effort.replicates;
  options.seed = rows.seed;
  options.stream = stats::stream_of(question.metric, question.name);
  options.threads = effort.threads;
  return options;
}

Measured unusable(std::span<std::uint32_t const> part) {
  Measured measured;
  measured.value = measured.standard_error = std::numeric_limits<double>::quiet_NaN();
  measured.rows = measured.groups = static_cast<std::int64_t>(part.size());
  measured.trouble = "labels or scores of the set cannot be used";
  return measured;
}

bool same_answers(Part const& part) { return part.champion == part.challenger; }

/// Below these the t approximation is not to be trusted; exact methods say for themselves what they cannot.
void refuse_too_few(Measured& measured, stats::Measurement const& found) {
  constexpr std::int64_t least_rows = 20, least_clusters = 5, least_of_a_class = 10;
  auto const too_few = [&](std::int64_t have, std::string const& thing, std::int64_t least) {
    if (have >= least) return;
    measured.need = least;
    if (measured.trouble.empty())
      measured.trouble = "only " + count_of(have, thing) + ": an interval needs at least " + std::to_string(least);
  };
  bool const approximate = found.method == stats::Method::student || found.method == stats::Method::jackknife;
  if (measured.clustered)
    too_few(measured.groups, "cluster", least_clusters);
  else if (approximate)
    too_few(measured.groups, "row", least_rows);
  bool const area = found.metric == "roc_auc";
  if (area)
    too_few(std::min(found.positives, found.rows - found.positives), "row of the rarer class", least_of_a_class);
}

Measured read(Part const& part, Question const& question, Result<stats::Measurement> found) {
  Measured measured;
  measured.rows = static_cast<std::int64_t>(part.label.size());
  measured.clustered = !part.cluster.empty();
  measured.groups = measured.clustered ? part.clusters : part.queries > 0 ? part.queries : measured.rows;
  measured.value = std::numeric_limits<double>::quiet_NaN();
  if (!found) {
    measured.trouble = found.error().message();
    return measured;
  }
  measured.value = found->estimate;
  measured.champion = found->champion;
  measured.challenger = found->challenger;
  measured.uncertainty = found->uncertainty;
  measured.method = found->method_text;
  measured.trouble = found->reason();
  if (found->units > 0) measured.groups = found->units;
  measured.standard_error = found->standard_error;
  refuse_too_few(measured, *found);
  if (measured.trouble.empty() && !std::isfinite(measured.value)) measured.trouble = "the value does not exist";
  if (std::isfinite(found->champion))
    measured.notes.push_back("champion " + show(found->champion) + ", challenger " + show(found->challenger));
  if (found->clipped_champion + found->clipped_challenger > 0)
    measured.notes.push_back(count_of(found->clipped_champion, "prediction") + " of the champion and " +
                             show(found->clipped_challenger) + " of the challenger clipped at " + show(question.clip));
  for (auto const& one : found->assumptions) measured.notes.push_back("assumes " + one);
  for (auto const& one : found->warnings) measured.notes.push_back(one);
  return measured;
}

/// A custom metric in all instead of per row: everything times the weight of the rows.
Measured in_all(Measured measured, double weight) {
  measured.value *= weight;
  measured.champion *= weight;
  measured.challenger *= weight;
  measured.standard_error *= weight;
  measured.scale = weight;
  return measured;
}

}  // namespace

stats::Interval Measured::bounds(double level) const {
  if (identical) return {value, value};
  auto const found = uncertainty.bounds(level);
  return {found.lower * scale, found.upper * scale};
}
double Measured::p_at_most(double line) const {
  if (identical) return value > line ? 0 : 1;
  return uncertainty.p_at_most(line / scale);
}
double Measured::p_at_least(double line) const {
  if (identical) return value < line ? 0 : 1;
  return uncertainty.p_at_least(line / scale);
}

Question question_of(model::MetricCheck const& item) {
  return {item.metric, item.method, item.clip, item.params, item.expression, item.unit_mean, item.id};
}
Question question_of(model::SliceCheck const& slice) {
  return {slice.metric, {}, slice.clip, slice.params, {}, true, {}};
}

Measured measure_difference(Rows const& rows, std::span<std::uint32_t const> part, Question const& question,
                            Effort const& effort) {
  if (!rows.usable) return unusable(part);
  auto const taken = take(rows, part, question.metric, true);
  auto measured = read(taken, question,
                       stats::compare(stats_name(question.metric), taken.sample(rows), parameters_of(question),
                                      options_of(rows, question, effort)));
  // A share (accuracy) has an interval even so: equal answers on these rows need not be equal on others.
  measured.identical = measured.trouble.empty() && same_answers(taken) && measured.standard_error == 0;
  return question.metric == "custom" && !question.unit_mean ? in_all(std::move(measured), taken.total_weight)
                                                            : measured;
}

Measured measure_own(Rows const& rows, std::span<std::uint32_t const> part, Question const& question,
                     Effort const& effort) {
  if (!rows.usable) return unusable(part);
  auto const taken = take(rows, part, question.metric, false);
  auto measured = read(taken, question,
                       stats::measure(stats_name(question.metric), taken.sample(rows), parameters_of(question),
                                      options_of(rows, question, effort)));
  return question.metric == "custom" && !question.unit_mean ? in_all(std::move(measured), taken.total_weight)
                                                            : measured;
}

Result<stats::Estimate> influence_of(Rows const& rows, std::span<std::uint32_t const> part, Question const& question) {
  auto const taken = take(rows, part, question.metric, true);
  return stats::influence(stats_name(question.metric), taken.sample(rows), parameters_of(question));
}

double design_effect_by_day(Rows const& rows, model::PromotionPolicy const& policy) {
  double largest = std::numeric_limits<double>::quiet_NaN();
  if (!rows.usable || rows.day.empty() || rows.days < least_days || rows.first_run) return largest;
  auto const n = static_cast<double>(rows.all.size());
  if (rows.task == Task::binary &&
      std::min<double>(static_cast<double>(rows.positives), n - static_cast<double>(rows.positives)) < least_per_class)
    return largest;
  for (auto const& item : policy.metrics) {
    if (item.role == "floor" || item.role == "ceiling") continue;
    auto const estimate = influence_of(rows, rows.all, question_of(item));
    if (!estimate || !(estimate->row_error > 0) || estimate->influence.size() != rows.day.size()) continue;
    double const effect = stats::clustered_spread(*estimate, rows.day, rows.days).design_effect;
    if (!(effect <= largest)) largest = effect;
  }
  return largest;
}

}  // namespace podium::inline v0::gate
