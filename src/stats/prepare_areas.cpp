#include "stats/builder.hpp"
#include "stats/classes.hpp"

#include "podium/stats/auc.hpp"

#include <cmath>

namespace podium::inline v0::stats {
namespace {

/// Metrics of the order of the scores.
class Areas : public Builder {
 public:
  explicit Areas(Builder start) : Builder{std::move(start)} {}

  Result<Prepared> build() {
    auto const name = made_.info->name;
    return name == "roc_auc" ? roc_auc() : name == "macro_auc" ? macro_auc() : ranked();
  }

 private:
  static std::vector<RankedColumn> ranked_columns(Layout const& layout, Sample const& sample, bool both,
                                                  RankedColumn::Direction direction) {
    std::vector<RankedColumn> made;
    if (both) made.emplace_back(layout, sample.label, sample.champion, direction);
    made.emplace_back(layout, sample.label, sample.challenger, direction);
    return made;
  }

  /// Leave-one-unit-out values to first order.
  static std::vector<double> left_out(Prepared const& p) {
    std::vector<double> values(p.layout.units, 0);
    for (std::size_t i = 0; i < p.layout.rows; ++i) values[p.layout.unit_of(i)] += p.estimate->influence[i];
    auto const n = static_cast<double>(values.size());
    for (double& v : values) v = p.estimate->value - n / (n - 1) * v;
    return values;
  }

  void note_constant(std::span<double const> score, char const* whose) {
    if (std::ranges::all_of(score, [&](double s) { return s == score.front(); }))
      made_.warnings.push_back(std::string{"the "} + whose + "'s scores are constant");
  }

  Result<Prepared> roc_auc() {
    made_.layout = layout_of(sample_);
    if (both_) note_constant(sample_.champion, "champion");
    note_constant(sample_.challenger, "challenger");
    if (auto const classes = count_classes(sample_.label, sample_.weight); !classes) {
      made_.warnings.push_back(classes.error().message());
      return std::move(made_);
    }
    if (both_) {
      auto test = delong(sample_.label, sample_.champion, sample_.challenger, sample_.weight);
      if (!test) return test.error();
      made_.champion = test->auc_champion;
      made_.challenger = test->auc_challenger;
      made_.estimate = std::move(test->difference);
    } else {
      auto own = auc(sample_.label, sample_.challenger, sample_.weight);
      if (!own) return own.error();
      made_.challenger = own->value;
      made_.estimate = *std::move(own);
    }
    made_.make_statistic = [sample = sample_, both = both_](Prepared const& p) -> std::unique_ptr<Statistic> {
      return std::make_unique<RankedStatistic>(
          p.layout.units, ranked_columns(p.layout, sample, both, RankedColumn::Direction::ascending),
          [](RankedColumn const& c, std::span<std::uint32_t const> count) { return c.auc(count); }, left_out(p));
    };
    return std::move(made_);
  }

  Result<Prepared> macro_auc() {
    made_.layout = layout_of(sample_);
    auto const width = static_cast<std::size_t>(sample_.classes);
    Estimate total{0, std::vector<double>(sample_.label.size(), 0), 0, std::numeric_limits<double>::infinity()};
    double champion = 0, challenger = 0, squares = 0;
    int used = 0;
    std::int64_t least = made_.rows;
    std::vector<double> label(sample_.label.size()), old(both_ ? label.size() : 0), fresh(label.size());
    for (std::size_t c = 0; c < width; ++c) {
      std::int64_t positives = 0;
      for (std::size_t i = 0; i < label.size(); ++i) {
        label[i] = sample_.label[i] == static_cast<double>(c) ? 1 : 0;
        positives += label[i] == 1;
        if (both_) old[i] = sample_.champion[i * width + c];
        fresh[i] = sample_.challenger[i * width + c];
      }
      if (positives == 0) {
        made_.warnings.push_back("no rows of class " + std::to_string(c) + ": left out of the mean");
        continue;
      }
      if (positives == made_.rows || !count_classes(label, sample_.weight)) return std::move(made_);
      least = std::min({least, positives, made_.rows - positives});
      ++used;
      Estimate one;
      if (both_) {
        auto test = delong(label, old, fresh, sample_.weight);
        if (!test) return test.error();
        champion += test->auc_champion;
        challenger += test->auc_challenger;
        one = std::move(test->difference);
      } else {
        auto own = auc(label, fresh, sample_.weight);
        if (!own) return own.error();
        challenger += own->value;
        one = *std::move(own);
      }
      total.value += one.value;
      for (std::size_t i = 0; i < label.size(); ++i) total.influence[i] += one.influence[i];
    }
    if (used == 0) return std::move(made_);
    auto const n = static_cast<double>(label.size());
    total.value /= used;
    for (double& value : total.influence) {
      value /= used;
      squares += value * value;
    }
    total.row_error = std::sqrt(n / (n - 1) * squares);
    if (both_) made_.champion = champion / used;
    made_.challenger = challenger / used;
    made_.positives = least;
    made_.negatives = made_.rows - least;
    made_.estimate = std::move(total);
    return std::move(made_);
  }

  Result<Prepared> ranked() {
    made_.layout = layout_of(sample_);
    made_.smooth = false;
    if (made_.positives == 0) {
      made_.warnings.push_back("no rows of label 1");
      return std::move(made_);
    }
    if (made_.info->name == "recall_at_precision" && !(p_.precision > 0 && p_.precision <= 1))
      return refused("the precision of recall_at_precision lies in (0, 1]");
    RankedStatistic::Value value;
    if (made_.info->name == "average_precision")
      value = [](RankedColumn const& c, std::span<std::uint32_t const> count) { return c.average_precision(count); };
    else
      value = [at_least = p_.precision](RankedColumn const& c, std::span<std::uint32_t const> count) {
        return c.recall_at_precision(count, at_least);
      };
    auto const ranks = std::make_shared<std::vector<RankedColumn> const>(
        ranked_columns(made_.layout, sample_, both_, RankedColumn::Direction::descending));
    std::vector<std::uint32_t> const once(made_.layout.units, 1);
    made_.challenger = value(ranks->back(), once);
    if (both_) made_.champion = value(ranks->front(), once);
    made_.make_statistic = [ranks, value](Prepared const& p) -> std::unique_ptr<Statistic> {
      return std::make_unique<RankedStatistic>(p.layout.units, *ranks, value);
    };
    return std::move(made_);
  }
};

}  // namespace

Result<Prepared> prepare_areas(Builder start) { return Areas{std::move(start)}.build(); }

}  // namespace podium::inline v0::stats
