#include "stats/builder.hpp"
#include "stats/order.hpp"

#include "podium/stats/losses.hpp"
#include "podium/stats/paired.hpp"
#include "podium/stats/sum.hpp"

#include <cmath>
#include <map>

namespace podium::inline v0::stats {
namespace {

int likeliest(std::span<double const> row) { return static_cast<int>(std::ranges::max_element(row) - row.begin()); }

/// Metrics that are formulas of counts or sums: of calls, of squared errors, of calibration by bin.
class Counts : public Builder {
 public:
  explicit Counts(Builder start) : Builder{std::move(start)} {}

  Result<Prepared> build() {
    auto const name = made_.info->name;
    if (name == "ece") return calibration();
    return name == "rmse" || name == "r2" ? sums() : calls();
  }

 private:
  /// Calls of both models and the label as one number per row; patterns that do not occur have none.
  Result<Prepared> calls() {
    made_.layout = layout_of(sample_);
    auto const classes = sample_.task == Task::multiclass ? sample_.classes : 2;
    struct Pattern {
      int label, champion, challenger;
      auto operator<=>(Pattern const&) const = default;
    };
    auto const call = [&](std::span<double const> score, std::size_t i) {
      if (sample_.task != Task::multiclass) return is_positive(score[i]) ? 1 : 0;
      auto const width = static_cast<std::size_t>(classes);
      return likeliest(score.subspan(i * width, width));
    };
    std::vector<Pattern> patterns;
    std::vector<std::uint32_t> pattern;
    pattern.reserve(sample_.label.size());
    // Few classes: a table of all patterns; many: a map of those that occur.
    auto const k = static_cast<std::size_t>(classes);
    constexpr auto unseen = ~std::uint32_t{0};
    std::vector<std::uint32_t> table(k <= 16 ? k * k * k : 0, unseen);
    std::map<Pattern, std::uint32_t> numbers;
    for (std::size_t i = 0; i < sample_.label.size(); ++i) {
      Pattern const one{static_cast<int>(sample_.label[i]), both_ ? call(sample_.champion, i) : 0,
                        call(sample_.challenger, i)};
      auto& number =
          table.empty() ? numbers.try_emplace(one, unseen).first->second
                        : table[(static_cast<std::size_t>(one.label) * k + static_cast<std::size_t>(one.champion)) * k +
                                static_cast<std::size_t>(one.challenger)];
      if (number == unseen) {
        number = static_cast<std::uint32_t>(patterns.size());
        patterns.push_back(one);
      }
      pattern.push_back(number);
    }

    auto const count = static_cast<std::size_t>(classes);
    auto const of_model = [patterns, count, name = made_.info->name](std::span<double const> weight, bool challenger) {
      Confusion confusion{std::vector<double>(count), std::vector<double>(count), std::vector<double>(count)};
      for (std::size_t k = 0; k < patterns.size(); ++k) {
        auto const truth = static_cast<std::size_t>(patterns[k].label);
        auto const called = static_cast<std::size_t>(challenger ? patterns[k].challenger : patterns[k].champion);
        confusion.actual[truth] += weight[k];
        confusion.called[called] += weight[k];
        if (truth == called) confusion.right[truth] += weight[k];
      }
      return formula(name, confusion);
    };
    std::vector<double> totals(patterns.size(), 0);
    for (std::size_t i = 0; i < pattern.size(); ++i) totals[pattern[i]] += made_.layout.weight_of(i);
    made_.challenger = of_model(totals, true);
    if (both_) made_.champion = of_model(totals, false);
    Formula const whole = [of_model, both = both_](std::span<double const> weight) {
      return both ? of_model(weight, true) - of_model(weight, false) : of_model(weight, true);
    };
    made_.make_statistic = [pattern = std::move(pattern), size = static_cast<std::uint32_t>(patterns.size()),
                            whole](Prepared const& p) -> std::unique_ptr<Statistic> {
      return std::make_unique<PatternStatistic>(p.layout, pattern, size, whole);
    };
    return std::move(made_);
  }

  /// Weights by class; for two classes 1 is the positive one.
  struct Confusion {
    std::vector<double> actual, called, right;
  };

  static double formula(std::string_view name, Confusion const& c) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    auto const f1 = [&](std::size_t k) { return 2 * c.right[k] / (c.actual[k] + c.called[k]); };
    if (name == "precision") return c.called[1] > 0 ? c.right[1] / c.called[1] : nan;
    if (name == "f1") return c.actual[1] + c.called[1] > 0 ? f1(1) : nan;
    if (name == "mcc") {
      double const product = c.actual[0] * c.actual[1] * c.called[0] * c.called[1];
      double const wrong_positive = c.called[1] - c.right[1], wrong_negative = c.called[0] - c.right[0];
      return product > 0 ? (c.right[0] * c.right[1] - wrong_positive * wrong_negative) / std::sqrt(product) : 0;
    }
    double total = 0, weight = 0;
    for (std::size_t k = 0; k < c.actual.size(); ++k) {
      if (name == "balanced_accuracy") {
        if (!(c.actual[k] > 0)) continue;
        total += c.right[k] / c.actual[k];
        weight += 1;
      } else {  // macro_f1, weighted_f1: classes that occur in labels or calls
        if (!(c.actual[k] + c.called[k] > 0)) continue;
        double const w = name == "macro_f1" ? 1 : c.actual[k];
        total += w * f1(k);
        weight += w;
      }
    }
    return weight > 0 ? total / weight : nan;
  }

  Result<Prepared> sums() {
    made_.layout = layout_of(sample_);
    auto fresh = squared_losses(sample_.label, sample_.challenger);
    if (!fresh) return fresh.error();
    std::vector<std::vector<double>> columns;
    if (both_) {
      auto old = squared_losses(sample_.label, sample_.champion);
      if (!old) return old.error();
      columns.push_back(std::move(old->value));
    }
    columns.push_back(std::move(fresh->value));
    bool const rmse = made_.info->name == "rmse";
    if (!rmse) {
      // Around the mean: the variance does not change, and digits are not lost.
      double const middle = mean(sample_.label, sample_.weight).value;
      std::vector<double> label, squares;
      for (double const y : sample_.label) {
        label.push_back(y - middle);
        squares.push_back((y - middle) * (y - middle));
      }
      columns.push_back(std::move(label));
      columns.push_back(std::move(squares));
    }
    auto const of_model = [rmse](std::span<double const> s, std::size_t model) {
      double const rows = s.back();
      if (rmse) return std::sqrt(std::max(0.0, s[model] / rows));
      double const first = s[s.size() - 3], second = s[s.size() - 2], spread = second - first * first / rows;
      return spread > 0 ? 1 - s[model] / spread : std::numeric_limits<double>::quiet_NaN();
    };
    Formula const whole = [of_model, both = both_, sign = sign_](std::span<double const> s) {
      return both ? sign * (of_model(s, 1) - of_model(s, 0)) : of_model(s, 0);
    };
    std::vector<double> totals;
    for (auto const& column : columns) {
      std::vector<double> weighted = column;
      for (std::size_t i = 0; i < weighted.size(); ++i) weighted[i] *= made_.layout.weight_of(i);
      totals.push_back(sum(weighted));
    }
    totals.push_back(sample_.weight.empty() ? static_cast<double>(made_.rows) : sum(sample_.weight));
    made_.challenger = of_model(totals, both_ ? 1 : 0);
    if (both_) made_.champion = of_model(totals, 0);
    made_.make_statistic = [columns = std::move(columns), whole](Prepared const& p) -> std::unique_ptr<Statistic> {
      return std::make_unique<SumStatistic>(p.layout, columns, whole);
    };
    return std::move(made_);
  }

  /// Bins are those of the sample, also in resamples.  Each row counts three times in one pattern statistic: its
  /// distance p - y in its bin of either model, and its weight.
  Result<Prepared> calibration() {
    if (p_.bins < 1 || p_.bins > 10'000) return refused("bins of a calibration error are 1 to 10000");
    made_.smooth = false;
    auto const rows = sample_.label.size();
    auto const base = layout_of(sample_);
    made_.layout = base;
    Layout layout;
    layout.units = base.units;
    std::vector<std::uint32_t> pattern;
    std::uint32_t patterns = 0;
    auto const b = static_cast<std::size_t>(p_.bins);
    auto const add = [&](std::span<double const> score) -> Result<void> {
      for (double const s : score)
        if (!(s >= 0 && s <= 1)) return refused("a prediction is not a probability");
      std::vector<std::uint32_t> bin(rows);
      auto const order = ascending_order(score);
      for (std::size_t k = 0; k < b; ++k)
        for (auto i = k * rows / b; i < (k + 1) * rows / b; ++i) bin[order[i]] = static_cast<std::uint32_t>(k);
      for (std::size_t i = 0; i < rows; ++i) {
        layout.unit.push_back(base.unit_of(i));
        layout.weight.push_back(base.weight_of(i) * (score[i] - sample_.label[i]));
        pattern.push_back(patterns + bin[i]);
      }
      patterns += static_cast<std::uint32_t>(b);
      return {};
    };
    if (both_)
      if (auto ok = add(sample_.champion); !ok) return ok.error();
    if (auto ok = add(sample_.challenger); !ok) return ok.error();
    for (std::size_t i = 0; i < rows; ++i) {
      layout.unit.push_back(base.unit_of(i));
      layout.weight.push_back(base.weight_of(i));
      pattern.push_back(patterns);
    }
    ++patterns;
    layout.rows = pattern.size();
    auto const of_model = [b](std::span<double const> total, std::size_t model) {
      double error = 0;
      for (std::size_t k = 0; k < b; ++k) error += std::abs(total[model * b + k]);
      return error / total.back();
    };
    Formula const whole = [of_model, both = both_, sign = sign_](std::span<double const> total) {
      return both ? sign * (of_model(total, 1) - of_model(total, 0)) : of_model(total, 0);
    };
    std::vector<double> totals(patterns, 0);
    for (std::size_t i = 0; i < pattern.size(); ++i) totals[pattern[i]] += layout.weight[i];
    made_.challenger = of_model(totals, both_ ? 1 : 0);
    if (both_) made_.champion = of_model(totals, 0);
    made_.make_statistic = [layout = std::move(layout), pattern = std::move(pattern), patterns,
                            whole](Prepared const&) -> std::unique_ptr<Statistic> {
      return std::make_unique<PatternStatistic>(layout, pattern, patterns, whole);
    };
    return std::move(made_);
  }
};

}  // namespace

Result<Prepared> prepare_counts(Builder start) { return Counts{std::move(start)}.build(); }

}  // namespace podium::inline v0::stats
