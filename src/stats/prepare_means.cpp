#include "stats/builder.hpp"
#include "stats/classes.hpp"

#include "podium/stats/losses.hpp"
#include "podium/stats/paired.hpp"

namespace podium::inline v0::stats {
namespace {

/// Metrics that are means over rows, or over queries.
class Means : public Builder {
 public:
  explicit Means(Builder start) : Builder{std::move(start)} {}

  Result<Prepared> build() { return sample_.task == Task::ranking ? ranking() : means(); }

 private:
  Result<Losses> row_values(std::span<double const> label, std::span<double const> score) const {
    auto const name = made_.info->name;
    if (name == "mae") return absolute_losses(label, score);
    if (name == "mse") return squared_losses(label, score);
    if (name == "mape") return absolute_percentage_losses(label, score);
    if (name == "pinball") return pinball_losses(label, score, p_.quantile);
    if (name == "brier") return brier_losses(label, score);
    if (name == "log_loss")
      return sample_.task == Task::multiclass ? multiclass_log_losses(label, score, sample_.classes, p_.clip)
                                              : log_losses(label, score, p_.clip);
    Losses values;
    values.value.reserve(label.size());
    if (sample_.task == Task::custom) {
      values.value.assign(score.begin(), score.end());
    } else if (sample_.task == Task::multiclass) {
      auto const width = static_cast<std::size_t>(sample_.classes);
      int const k = name == "accuracy" ? 1 : p_.k;
      if (k < 1) return refused("the k likeliest classes: k is at least 1");
      for (std::size_t i = 0; i < label.size(); ++i) {
        auto const row = score.subspan(i * width, width);
        auto const truth = static_cast<std::size_t>(label[i]);
        // Equal scores count against the class, so that a constant row is right for nobody (k below their number).
        auto const ahead = std::ranges::count_if(row, [&](double s) { return s >= row[truth]; });
        values.value.push_back(ahead <= k ? 1 : 0);
      }
    } else if (name == "payoff") {
      for (std::size_t i = 0; i < label.size(); ++i)
        values.value.push_back(is_positive(score[i]) ? (label[i] == 1 ? p_.true_positive : p_.false_positive)
                                                     : (label[i] == 1 ? p_.false_negative : p_.true_negative));
    } else {
      for (std::size_t i = 0; i < label.size(); ++i)
        values.value.push_back(is_positive(score[i]) == (label[i] == 1) ? 1 : 0);
    }
    return values;
  }

  Result<Prepared> means() {
    auto const name = made_.info->name;
    std::vector<std::uint32_t> taken;
    bool const partial = name == "recall" || name == "specificity";
    if (partial) {
      double const wanted = name == "recall" ? 1 : 0;
      for (std::uint32_t i = 0; i < sample_.label.size(); ++i)
        if (sample_.label[i] == wanted) taken.push_back(i);
      if (taken.empty()) {
        made_.warnings.push_back("no rows of label " + std::string{wanted == 1 ? "1" : "0"});
        return std::move(made_);
      }
    }
    auto const values = [&](std::span<double const> score) -> Result<Losses> {
      if (!partial) return row_values(sample_.label, score);
      return row_values(gathered(sample_.label, taken), gathered(score, taken));
    };
    auto fresh = values(sample_.challenger);
    if (!fresh) return fresh.error();
    std::vector<double> old;
    made_.clipped_challenger = fresh->clipped;
    if (both_) {
      auto before = values(sample_.champion);
      if (!before) return before.error();
      made_.clipped_champion = before->clipped;
      old = std::move(before->value);
    }
    made_.layout = layout_of(sample_, taken);
    return from_rows(std::move(old), std::move(fresh->value));
  }

  /// From one value per row of `made_.layout` for each model.
  Result<Prepared> from_rows(std::vector<double> old, std::vector<double> fresh) {
    auto const& weight = made_.layout.weight;
    if (auto ok = check_weights(weight, fresh.size()); !ok) {
      made_.warnings.push_back("the rows that count weigh nothing");
      return std::move(made_);
    }
    made_.challenger = mean(fresh, weight).value;
    if (both_) made_.champion = mean(old, weight).value;
    if (made_.info->method == Method::tango) {
      made_.is_share = weight.empty() && !made_.clustered;
      for (std::size_t i = 0; i < fresh.size(); ++i) {
        double const before = both_ ? old[i] : 0;
        made_.only_challenger += fresh[i] == 1 && before == 0;
        made_.only_champion += fresh[i] == 0 && before == 1;
      }
    }
    if (both_)
      for (std::size_t i = 0; i < fresh.size(); ++i) fresh[i] = sign_ * (fresh[i] - old[i]);
    made_.by_row = std::move(fresh);
    made_.estimate = mean(made_.by_row, weight);
    made_.make_statistic = [](Prepared const& p) -> std::unique_ptr<Statistic> {
      return std::make_unique<SumStatistic>(p.layout, std::vector<std::vector<double>>{p.by_row},
                                            [](std::span<double const> s) { return s[0] / s[1]; });
    };
    return std::move(made_);
  }

  Result<Prepared> ranking() {
    auto const name = made_.info->name;
    auto fresh = per_query(name, sample_, sample_.challenger, p_.k);
    if (!fresh) return fresh.error();
    std::vector<std::uint32_t> row_of(sample_.queries, 0);
    std::vector<bool> seen(sample_.queries, false);
    for (std::uint32_t i = 0; i < sample_.query.size(); ++i) {
      auto const q = sample_.query[i];
      if (!seen[q]) {
        seen[q] = true;
        row_of[q] = i;
      }
      if (!sample_.weight.empty() && sample_.weight[i] != sample_.weight[row_of[q]])
        return refused("the rows of a query weigh differently");
      if (!sample_.cluster.empty() && sample_.cluster[i] != sample_.cluster[row_of[q]])
        return refused("the rows of a query lie in different clusters");
    }
    std::vector<std::uint32_t> taken, rows;
    std::int64_t without = 0;
    for (std::uint32_t q = 0; q < sample_.queries; ++q) {
      if (!seen[q]) continue;
      if (!fresh->exists[q]) {
        ++without;
        continue;
      }
      taken.push_back(q);
      rows.push_back(row_of[q]);
    }
    if (without > 0) made_.warnings.push_back(std::to_string(without) + " queries without a relevant row left out");
    if (taken.empty()) return std::move(made_);
    std::vector<double> old;
    if (both_) {
      auto const before = per_query(name, sample_, sample_.champion, p_.k);
      if (!before) return before.error();
      old = gathered(before->value, taken);
    }
    made_.layout = layout_of(sample_, rows);
    return from_rows(std::move(old), gathered(fresh->value, taken));
  }
};

}  // namespace

Result<Prepared> prepare_means(Builder start) { return Means{std::move(start)}.build(); }

}  // namespace podium::inline v0::stats
