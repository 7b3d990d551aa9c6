#include "stats/statistics.hpp"

#include "stats/order.hpp"

#include "podium/stats/sum.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace podium::inline v0::stats {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Sum of value times count in four interleaved partial sums: a fixed shape that keeps the adders busy.
double weighted_sum(double const* value, double const* count, std::size_t n) {
  std::array<double, 4> part{};
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (std::size_t lane = 0; lane < 4; ++lane) part[lane] += value[i + lane] * count[i + lane];
  for (; i < n; ++i) part[i % 4] += value[i] * count[i];
  return (part[0] + part[1]) + (part[2] + part[3]);
}

}  // namespace

SumStatistic::SumStatistic(Layout const& layout, std::vector<std::vector<double>> const& columns, Formula formula)
    : units_{layout.units},
      columns_(columns.size() + 1, std::vector<double>(layout.units, 0)),
      formula_{std::move(formula)} {
  for (std::size_t i = 0; i < layout.rows; ++i) {
    auto const u = layout.unit_of(i);
    double const w = layout.weight_of(i);
    for (std::size_t c = 0; c < columns.size(); ++c) columns_[c][u] += w * columns[c][i];
    columns_.back()[u] += w;
  }
}

std::vector<double> SumStatistic::sums(std::span<std::uint32_t const> count) const {
  std::vector<NeumaierSum> totals(columns_.size());
  std::array<double, sum_block> block{};
  for (std::size_t start = 0; start < units_; start += sum_block) {
    auto const size = std::min<std::size_t>(sum_block, units_ - start);
    for (std::size_t i = 0; i < size; ++i) block[i] = static_cast<double>(count[start + i]);
    for (std::size_t c = 0; c < columns_.size(); ++c)
      totals[c].add(weighted_sum(columns_[c].data() + start, block.data(), size));
  }
  std::vector<double> values;
  values.reserve(totals.size());
  for (auto const& total : totals) values.push_back(total.value());
  return values;
}

double SumStatistic::at(std::span<std::uint32_t const> count) const { return formula_(sums(count)); }

void SumStatistic::at_each(std::span<std::uint32_t const> counts, std::span<double> values) const {
  // Block by block, so that the columns are read once for all resamples; every sum has the shape it has in `sums`.
  std::vector<NeumaierSum> totals(columns_.size() * values.size());
  std::array<double, sum_block> block{};
  for (std::size_t start = 0; start < units_; start += sum_block) {
    auto const size = std::min<std::size_t>(sum_block, units_ - start);
    for (std::size_t r = 0; r < values.size(); ++r) {
      auto const* count = counts.data() + r * units_ + start;
      for (std::size_t i = 0; i < size; ++i) block[i] = static_cast<double>(static_cast<std::int32_t>(count[i]));
      for (std::size_t c = 0; c < columns_.size(); ++c)
        totals[r * columns_.size() + c].add(weighted_sum(columns_[c].data() + start, block.data(), size));
    }
  }
  std::vector<double> sums(columns_.size());
  for (std::size_t r = 0; r < values.size(); ++r) {
    for (std::size_t c = 0; c < columns_.size(); ++c) sums[c] = totals[r * columns_.size() + c].value();
    values[r] = formula_(sums);
  }
}

std::vector<double> SumStatistic::leave_one_out() const {
  auto const all = sums(std::vector<std::uint32_t>(units_, 1));
  std::vector<double> without(all), values(units_);
  for (std::uint32_t u = 0; u < units_; ++u) {
    for (std::size_t c = 0; c < all.size(); ++c) without[c] = all[c] - columns_[c][u];
    values[u] = formula_(without);
  }
  return values;
}

PatternStatistic::PatternStatistic(Layout layout, std::vector<std::uint32_t> pattern, std::uint32_t patterns,
                                   Formula formula)
    : layout_{std::move(layout)}, pattern_{std::move(pattern)}, patterns_{patterns}, formula_{std::move(formula)} {}

double PatternStatistic::at(std::span<std::uint32_t const> count) const {
  // Four histograms in turn: neighbouring rows of one pattern do not wait for each other.
  std::vector<double> weight(std::size_t{4} * patterns_, 0);
  for (std::size_t i = 0; i < layout_.rows; ++i)
    weight[4 * pattern_[i] + i % 4] +=
        layout_.weight_of(i) * static_cast<double>(static_cast<std::int32_t>(count[layout_.unit_of(i)]));
  std::vector<double> totals(patterns_);
  for (std::size_t p = 0; p < patterns_; ++p)
    totals[p] = (weight[4 * p] + weight[4 * p + 1]) + (weight[4 * p + 2] + weight[4 * p + 3]);
  return formula_(totals);
}

std::vector<double> PatternStatistic::leave_one_out() const {
  // Rows by unit, so that each unit's are taken away and put back.
  std::vector<std::uint32_t> first(layout_.units + 1, 0), rows(layout_.rows);
  for (std::size_t i = 0; i < layout_.rows; ++i) ++first[layout_.unit_of(i) + 1];
  for (std::size_t u = 0; u < layout_.units; ++u) first[u + 1] += first[u];
  auto next = first;
  for (std::size_t i = 0; i < layout_.rows; ++i) rows[next[layout_.unit_of(i)]++] = static_cast<std::uint32_t>(i);

  std::vector<double> all(patterns_, 0);
  for (std::size_t i = 0; i < layout_.rows; ++i) all[pattern_[i]] += layout_.weight_of(i);
  // Units that hold one row of one pattern differ by its weight alone: those without weights are computed once.
  std::vector<double> known(layout_.weight.empty() ? patterns_ : 0, nan);
  std::vector<bool> is_known(known.size(), false);
  std::vector<double> values(layout_.units), without = all;
  for (std::uint32_t u = 0; u < layout_.units; ++u) {
    bool const single = first[u + 1] - first[u] == 1 && !known.empty();
    auto const pattern = single ? pattern_[rows[first[u]]] : 0;
    if (single && is_known[pattern]) {
      values[u] = known[pattern];
      continue;
    }
    for (auto k = first[u]; k < first[u + 1]; ++k) without[pattern_[rows[k]]] -= layout_.weight_of(rows[k]);
    values[u] = formula_(without);
    for (auto k = first[u]; k < first[u + 1]; ++k) without[pattern_[rows[k]]] = all[pattern_[rows[k]]];
    if (single) {
      known[pattern] = values[u];
      is_known[pattern] = true;
    }
  }
  return values;
}

RankedColumn::RankedColumn(Layout const& layout, std::span<double const> label, std::span<double const> score,
                           Direction direction) {
  auto const order = direction == Direction::ascending ? ascending_order(score) : descending_order(score);
  items_.reserve(order.size());
  if (!layout.weight.empty()) weight_.reserve(order.size());
  for (std::size_t k = 0; k < order.size(); ++k) {
    bool const last = k + 1 == order.size() || score[order[k + 1]] != score[order[k]];
    items_.push_back({layout.unit_of(order[k]), label[order[k]] == 1, last});
    if (!layout.weight.empty()) weight_.push_back(layout.weight[order[k]]);
  }
}

double RankedColumn::auc(std::span<std::uint32_t const> count) const {
  if (weight_.empty()) {
    // Whole numbers throughout: exact.
    std::uint64_t below = 0, all_positives = 0, half_pairs = 0;
    std::array<std::uint64_t, 2> tied{};
    for (auto const& item : items_) {
      tied[item.positive] += count[item.unit];
      if (!item.last_of_ties) continue;
      half_pairs += tied[1] * (2 * below + tied[0]);
      below += tied[0];
      all_positives += tied[1];
      tied = {};
    }
    if (below == 0 || all_positives == 0) return nan;
    return static_cast<double>(half_pairs) / (2 * static_cast<double>(below) * static_cast<double>(all_positives));
  }
  double below = 0, all_positives = 0, half_pairs = 0;
  std::array<double, 2> tied{};
  for (std::size_t k = 0; k < items_.size(); ++k) {
    tied[items_[k].positive] += weight_[k] * static_cast<double>(count[items_[k].unit]);
    if (!items_[k].last_of_ties) continue;
    half_pairs += tied[1] * (2 * below + tied[0]);
    below += tied[0];
    all_positives += tied[1];
    tied = {};
  }
  return below > 0 && all_positives > 0 ? half_pairs / (2 * below * all_positives) : nan;
}

double RankedColumn::average_precision(std::span<std::uint32_t const> count) const {
  double positives = 0, called = 0, tied = 0, area = 0;
  for (std::size_t k = 0; k < items_.size(); ++k) {
    double const w =
        (weight_.empty() ? 1 : weight_[k]) * static_cast<double>(static_cast<std::int32_t>(count[items_[k].unit]));
    called += w;
    if (items_[k].positive) tied += w;
    if (!items_[k].last_of_ties || tied == 0) continue;
    positives += tied;
    area += tied * (positives / called);
    tied = 0;
  }
  return positives > 0 ? area / positives : nan;
}

double RankedColumn::recall_at_precision(std::span<std::uint32_t const> count, double precision) const {
  double positives = 0, called = 0, best = 0;
  for (std::size_t k = 0; k < items_.size(); ++k) {
    double const w =
        (weight_.empty() ? 1 : weight_[k]) * static_cast<double>(static_cast<std::int32_t>(count[items_[k].unit]));
    called += w;
    if (items_[k].positive) positives += w;
    // Recall only grows on the way down: the last cut that is precise enough is the best one.
    if (items_[k].last_of_ties && positives >= precision * called) best = positives;
  }
  return positives > 0 ? best / positives : nan;
}

double RankedStatistic::at(std::span<std::uint32_t const> count) const {
  double const first = value_(columns_.front(), count);
  return columns_.size() == 1 ? first : value_(columns_[1], count) - first;
}

}  // namespace podium::inline v0::stats
