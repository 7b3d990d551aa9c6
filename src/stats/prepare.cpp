#include "stats/builder.hpp"
#include "stats/classes.hpp"

#include <cmath>

namespace podium::inline v0::stats {
namespace {

Result<void> check_scores(Sample const& sample, std::span<double const> score, std::string const& whose,
                          MetricInfo const& info) {
  auto const width = sample.task == Task::multiclass ? static_cast<std::size_t>(sample.classes) : 1;
  if (score.size() != sample.label.size() * width)
    return refused("the " + whose + "'s scores are " + std::to_string(score.size()) + " values for " +
                   std::to_string(sample.label.size()) + " rows" +
                   (width > 1 ? " of " + std::to_string(width) + " classes" : ""));
  bool const by_rank = info.name == "roc_auc" || info.name == "macro_auc";
  for (std::size_t i = 0; i < score.size(); ++i)
    if (std::isnan(score[i]) || (!by_rank && std::isinf(score[i])))
      return refused("a score of the " + whose + " is not a number (row " + std::to_string(i / width) + ")");
  return {};
}

Result<void> check_labels(Sample const& sample) {
  for (std::size_t i = 0; i < sample.label.size(); ++i) {
    double const y = sample.label[i];
    auto const wrong = [&](char const* what) { return refused(what + (" (row " + std::to_string(i) + ")")); };
    if (!std::isfinite(y) && sample.task != Task::custom) return wrong("a label is not a finite number");
    if (sample.task == Task::binary && y != 0 && y != 1) return wrong("a label is neither 0 nor 1");
    if (sample.task == Task::multiclass && !(y >= 0 && y < sample.classes && y == std::floor(y)))
      return wrong("a label is not one of the classes");
    if (sample.task == Task::ranking && !(y >= 0 && y <= 50)) return wrong("a grade is not between 0 and 50");
  }
  return {};
}

Result<void> check_sample(Sample const& sample, MetricInfo const& info, Wanted wanted) {
  auto const rows = sample.label.size();
  if (rows == 0) return refused("no rows");
  if (rows > 0xFFFF'FFFE) return refused("more rows than can be numbered");
  if (sample.task == Task::multiclass && sample.classes < 2) return refused("a multiclass sample needs two classes");
  if (auto ok = check_weights(sample.weight, rows); !ok) return ok.error();
  if (!sample.cluster.empty() && sample.cluster.size() != rows) return refused("clusters and labels differ in length");
  for (auto const c : sample.cluster)
    if (c >= sample.clusters) return refused("a cluster is out of range");
  if (sample.task == Task::ranking) {
    if (sample.query.size() != rows) return refused("a ranking needs the query of every row");
    for (auto const q : sample.query)
      if (q >= sample.queries) return refused("a query is out of range");
  }
  if (auto ok = check_labels(sample); !ok) return ok.error();
  if (wanted == Wanted::difference)
    if (auto ok = check_scores(sample, sample.champion, "champion", info); !ok) return ok.error();
  return check_scores(sample, sample.challenger, "challenger", info);
}

}  // namespace

Layout layout_of(Sample const& sample, std::span<std::uint32_t const> taken) {
  Layout layout;
  layout.rows = taken.empty() ? sample.label.size() : taken.size();
  auto const row = [&](std::size_t i) { return taken.empty() ? i : taken[i]; };
  if (!sample.weight.empty())
    for (std::size_t i = 0; i < layout.rows; ++i) layout.weight.push_back(sample.weight[row(i)]);
  if (sample.cluster.empty()) {
    layout.units = static_cast<std::uint32_t>(layout.rows);
    return layout;
  }
  std::vector<std::uint32_t> dense(sample.clusters, 0);
  for (std::size_t i = 0; i < layout.rows; ++i) dense[sample.cluster[row(i)]] = 1;
  for (auto& d : dense) layout.units += std::exchange(d, d ? layout.units : 0);
  layout.unit.reserve(layout.rows);
  for (std::size_t i = 0; i < layout.rows; ++i) layout.unit.push_back(dense[sample.cluster[row(i)]]);
  return layout;
}

Result<Prepared> prepare(std::string_view metric, Sample const& sample, MetricParameters const& parameters,
                         Wanted wanted) {
  auto const* info = find_metric(sample.task, metric);
  if (!info)
    return refused("no metric `" + std::string{metric} + "` for a " + std::string{to_string(sample.task)} + " task");
  if (!std::isfinite(parameters.threshold)) return refused("the threshold is not a finite number");
  if (auto ok = check_sample(sample, *info, wanted); !ok) return ok.error();
  Builder start{*info, sample, parameters, wanted};
  auto const name = info->name;
  if (name == "roc_auc" || name == "macro_auc" || name == "average_precision" || name == "recall_at_precision")
    return prepare_areas(std::move(start));
  if (info->method == Method::bootstrap) return prepare_counts(std::move(start));
  return prepare_means(std::move(start));
}

}  // namespace podium::inline v0::stats
