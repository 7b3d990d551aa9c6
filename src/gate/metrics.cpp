#include "gate/metrics.hpp"

#include "gate/words.hpp"

#include "podium/stats/auc.hpp"
#include "podium/stats/paired.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::gate {
namespace {

// Below these the normal and t approximations are not to be trusted, and the check says so instead of deciding.
constexpr std::int64_t least_rows = 20;
constexpr std::int64_t least_per_class = 10;
constexpr std::int64_t least_clusters = 5;
constexpr std::uint32_t least_days = 5;

struct Part {
  std::vector<double> label;
  std::vector<double> champion;
  std::vector<double> challenger;
  std::int64_t positives = 0;
};

/// The scores of some rows, each missing one replaced by the worst that `metric` knows.
Part take(Rows const& rows, std::span<std::uint32_t const> part, std::string const& metric) {
  bool const ranks = metric == "roc_auc";
  auto const worst = [&](double score, double label) {
    if (!std::isnan(score)) return score;
    double const wrong = 1 - label;
    return ranks ? (wrong > 0 ? 1 : -1) * std::numeric_limits<double>::infinity() : wrong;
  };
  Part taken;
  taken.label.reserve(part.size());
  taken.champion.reserve(part.size());
  taken.challenger.reserve(part.size());
  for (auto const row : part) {
    double const label = rows.data.label[row];
    taken.positives += label == 1;
    taken.label.push_back(label);
    taken.champion.push_back(worst(rows.data.champion[row], label));
    taken.challenger.push_back(worst(rows.data.challenger[row], label));
  }
  return taken;
}

Result<stats::Losses> losses(std::string const& metric, std::span<double const> label, std::span<double const> score,
                             double clip) {
  return metric == "log_loss" ? stats::log_losses(label, score, clip) : stats::brier_losses(label, score);
}

/// What must hold before any estimate is tried.
bool has_enough(Measured& measured, Rows const& rows, Part const& part, std::string const& metric) {
  measured.units = static_cast<std::int64_t>(part.label.size());
  auto const refuse = [&](std::string why, std::int64_t need) {
    measured.trouble = std::move(why);
    measured.need = need;
    measured.value = std::numeric_limits<double>::quiet_NaN();
    return false;
  };
  if (!rows.usable) return refuse("labels or scores of the set cannot be used", 0);
  if (metric == "roc_auc") {
    auto const fewest = std::min(part.positives, measured.units - part.positives);
    if (fewest < least_per_class)
      return refuse("only " + count_of(fewest, "row") + " of the rarer class: an AUC needs at least " +
                        std::to_string(least_per_class) + " of each",
                    least_per_class);
  } else if (measured.units < least_rows) {
    return refuse(
        "only " + count_of(measured.units, "row") + ": an interval needs at least " + std::to_string(least_rows),
        least_rows);
  }
  return true;
}

enum class Quantity { difference, own_value };

/// Attaches the standard error, or says why it does not settle anything.
void finish(Measured& measured, Rows const& rows, std::span<std::uint32_t const> part, stats::Estimate const& estimate,
            std::string const& name, Quantity quantity) {
  measured.value = estimate.value;
  measured.spread = spread_of(rows, part, estimate);
  bool const clustered = !rows.cluster.empty();
  measured.method = name + (clustered ? ", errors by cluster" : ", independent rows");
  double const error = measured.spread.standard_error;
  if (clustered && measured.spread.groups < least_clusters) {
    measured.trouble = "only " + count_of(measured.spread.groups, "cluster") + ": an interval needs at least " +
                       std::to_string(least_clusters);
    measured.need = least_clusters;
    return;
  }
  constexpr double rounding = 1e-13;
  if (quantity == Quantity::difference && std::abs(estimate.value) <= 10 * rounding && error <= rounding) {
    measured.value = 0;
    measured.spread.standard_error = 0;
    measured.identical = true;
    return;
  }
  if (!std::isfinite(estimate.value) || !std::isfinite(error) || error <= rounding) {
    measured.trouble = "no row differs from another, so that there is no standard error";
    return;
  }
  if (clustered && measured.spread.design_effect > 1.1)
    measured.notes.push_back("design effect " + show(measured.spread.design_effect) +
                             ": rows alone would give a standard error of " + show(estimate.row_error));
  if (!clustered) measured.notes.push_back("assumes independent rows");
}

Result<stats::Estimate> difference_of(std::string const& metric, Part const& part, double clip,
                                      std::vector<std::string>* notes) {
  if (metric == "roc_auc") {
    auto test = stats::delong(part.label, part.champion, part.challenger);
    if (!test) return test.error();
    if (notes) notes->push_back("champion " + show(test->auc_champion) + ", challenger " + show(test->auc_challenger));
    return std::move(test->difference);
  }
  auto const before = losses(metric, part.label, part.champion, clip);
  if (!before) return before.error();
  auto const after = losses(metric, part.label, part.challenger, clip);
  if (!after) return after.error();
  if (notes) {
    notes->push_back("champion " + show(stats::mean(before->value).value) + ", challenger " +
                     show(stats::mean(after->value).value));
    if (before->clipped + after->clipped > 0)
      notes->push_back(count_of(before->clipped, "prediction") + " of the champion and " + show(after->clipped) +
                       " of the challenger clipped at " + show(clip));
  }
  return stats::paired_mean(before->value, after->value);
}

}  // namespace

bool is_metric(std::string_view metric) { return metric == "roc_auc" || metric == "log_loss" || metric == "brier"; }

Measured measure_difference(Rows const& rows, std::span<std::uint32_t const> part, std::string const& metric,
                            double clip) {
  Measured measured;
  auto const taken = take(rows, part, metric);
  if (!has_enough(measured, rows, taken, metric)) return measured;
  auto const estimate = difference_of(metric, taken, clip, &measured.notes);
  if (!estimate) {
    measured.trouble = estimate.error().message();
    return measured;
  }
  finish(measured, rows, part, *estimate, metric == "roc_auc" ? "delong" : "paired mean, t", Quantity::difference);
  return measured;
}

Measured measure_own(Rows const& rows, std::span<std::uint32_t const> part, std::string const& metric, double clip) {
  Measured measured;
  auto const taken = take(rows, part, metric);
  if (!has_enough(measured, rows, taken, metric)) return measured;
  if (metric == "roc_auc") {
    auto const estimate = stats::auc(taken.label, taken.challenger);
    if (estimate)
      finish(measured, rows, part, *estimate, "delong", Quantity::own_value);
    else
      measured.trouble = estimate.error().message();
  } else {
    auto const own = losses(metric, taken.label, taken.challenger, clip);
    if (own)
      finish(measured, rows, part, stats::mean(own->value), "mean, t", Quantity::own_value);
    else
      measured.trouble = own.error().message();
  }
  return measured;
}

double design_effect_by_day(Rows const& rows, model::PromotionPolicy const& policy) {
  double largest = std::numeric_limits<double>::quiet_NaN();
  if (!rows.usable || rows.day.empty() || rows.days < least_days) return largest;
  for (auto const& item : policy.metrics) {
    if (item.role == "floor" || item.role == "ceiling") continue;
    auto const part = take(rows, rows.all, item.metric);
    if (std::min(part.positives, static_cast<std::int64_t>(part.label.size()) - part.positives) < least_per_class)
      continue;
    auto const estimate = difference_of(item.metric, part, item.clip, nullptr);
    if (!estimate || !(estimate->row_error > 0)) continue;
    double const effect = stats::clustered_spread(*estimate, rows.day, rows.days).design_effect;
    if (!(effect <= largest)) largest = effect;
  }
  return largest;
}

}  // namespace podium::inline v0::gate
