#include "stats/prepared.hpp"

#include "podium/stats/auc.hpp"
#include "podium/stats/distributions.hpp"
#include "podium/stats/metrics.hpp"
#include "podium/stats/permutation.hpp"

#include <algorithm>
#include <cmath>

namespace podium::inline v0::stats {
namespace {

constexpr std::int64_t least_of_a_class = 10;      ///< below, DeLong's normal approximation is not to be trusted
constexpr std::uint32_t least_resampled = 20;      ///< below, a bootstrap says little
constexpr std::uint32_t most_resampled = 200'000;  ///< above, leave-one-out errors are as good and far quicker
constexpr double skewed = 0.2;

/// Chooses how the interval of one prepared metric is made, and makes it.
class Inference {
 public:
  Inference(Prepared prepared, Sample const& sample, InferenceOptions const& options, Wanted wanted)
      : p_{std::move(prepared)}, sample_{sample}, options_{options}, wanted_{wanted} {}

  Result<Measurement> run(std::string_view metric) {
    m_.metric = metric;
    m_.champion = p_.champion;
    m_.challenger = p_.challenger;
    m_.rows = p_.rows;
    m_.positives = sample_.task == Task::binary ? p_.positives : 0;
    m_.clipped_champion = p_.clipped_champion;
    m_.clipped_challenger = p_.clipped_challenger;
    m_.warnings = p_.warnings;
    m_.units = p_.layout.units;
    m_.estimate =
        wanted_ == Wanted::own ? p_.challenger : (p_.info->higher_is_better ? 1 : -1) * (p_.challenger - p_.champion);
    if (!std::isfinite(m_.estimate)) {
      nothing("the metric does not exist for these rows" + (p_.warnings.empty() ? "" : ": " + p_.warnings.back()));
      return std::move(m_);
    }
    if (p_.estimate) m_.estimate = p_.estimate->value;
    describe_rows();
    if (p_.clustered && p_.layout.units < 2) {
      nothing("all rows lie in one cluster");
      return std::move(m_);
    }
    if (auto ok = choose(); !ok) return ok.error();
    return std::move(m_);
  }

 private:
  void nothing(std::string reason) { m_.uncertainty = Uncertainty::none(std::move(reason)); }

  void describe_rows() {
    double const kish = effective_rows(p_.layout.weight, static_cast<std::int64_t>(p_.layout.rows));
    m_.effective_rows = kish;
    if (p_.estimate) {
      spread_ = spread(*p_.estimate,
                       p_.clustered ? std::span<std::uint32_t const>{p_.layout.unit} : std::span<std::uint32_t const>{},
                       p_.layout.units);
      m_.standard_error = spread_.standard_error;
      m_.design_effect = spread_.design_effect;
      if (m_.design_effect > 0) m_.effective_rows = std::min(kish, kish / m_.design_effect);
    }
    m_.assumptions.push_back(p_.clustered                    ? "independent clusters"
                             : sample_.task == Task::ranking ? "independent queries"
                                                             : "independent rows");
    if (p_.clustered && p_.layout.units < least_resampled)
      m_.warnings.push_back("only " + std::to_string(p_.layout.units) + " clusters");
    if (m_.design_effect > 1.1 && p_.clustered)
      m_.warnings.push_back("rows of a cluster move together: design effect " +
                            std::to_string(m_.design_effect).substr(0, 6));
  }

  bool is_area() const { return p_.info->name == "roc_auc" || p_.info->name == "macro_auc"; }
  bool weighted() const { return !p_.layout.weight.empty(); }

  Result<void> choose() {
    switch (options_.method) {
      case Method::automatic:
        return automatic();
      case Method::student:
        if (!p_.estimate) return jackknife();
        return student();
      case Method::jackknife:
        return jackknife();
      case Method::bootstrap:
        return resampled();
      case Method::tango:
        if (!p_.is_share)
          return Error{Errc::invalid_argument,
                       "metric `" + m_.metric + "` is no share of independent, unweighted rows: no score interval"};
        return share();
      case Method::sign_flip:
        return flips();
    }
    return {};
  }

  Result<void> automatic() {
    if (p_.is_share) return share();
    if (is_area()) return area();
    if (p_.estimate) {
      // Exact where it is quick; resampled where the differences are too skewed for t.
      bool const varies = spread_.standard_error > 0;
      if (varies && wanted_ == Wanted::difference && !weighted() &&
          static_cast<std::int64_t>(p_.layout.units) <= exact_groups)
        return flips();
      double const skewness = skewness_ratio(
          *p_.estimate,
          p_.clustered ? std::span<std::uint32_t const>{p_.layout.unit} : std::span<std::uint32_t const>{},
          p_.layout.units);
      if (varies && skewness > skewed) {
        if (p_.layout.units >= least_resampled && p_.layout.units <= most_resampled) return resampled();
        m_.warnings.push_back("skewed values: |skewness| / sqrt(n) is " + std::to_string(skewness).substr(0, 5));
      }
      return student();
    }
    if (p_.layout.units > most_resampled && p_.smooth) return jackknife();
    return resampled();
  }

  void used(Method method, std::string text) {
    m_.method = method;
    m_.method_text = std::move(text);
    if (p_.clustered) m_.method_text += ", " + std::to_string(p_.layout.units) + " clusters";
  }

  /// A value that nothing varies around has no interval, unless the models do the same everywhere.
  bool settled_without_variation(double error) {
    double const rounding = 1e-13 * std::max(1.0, std::abs(m_.estimate));
    if (error > rounding) return false;
    if (std::isnan(error)) {
      nothing("too few rows for a standard error");
    } else if (wanted_ == Wanted::difference && std::abs(m_.estimate) <= rounding && nothing_differs()) {
      m_.estimate = 0;
      m_.warnings.push_back("the models do the same on every row");
      m_.uncertainty = Uncertainty::student(0, {0, std::numeric_limits<double>::infinity(), m_.units, 1});
    } else {
      nothing("no row differs from another: there is no standard error");
    }
    return true;
  }

  bool nothing_differs() const {
    return !p_.estimate || std::ranges::all_of(p_.estimate->influence, [](double v) { return std::abs(v) < 1e-13; });
  }

  Result<void> student() {
    used(Method::student, is_area() ? "DeLong" : std::isinf(spread_.df) ? "normal" : "t");
    if (settled_without_variation(spread_.standard_error)) return {};
    bool const own_area = is_area() && wanted_ == Wanted::own;
    m_.uncertainty = own_area ? Uncertainty::logit(m_.estimate, spread_) : Uncertainty::student(m_.estimate, spread_);
    return {};
  }

  Result<void> jackknife() {
    if (!p_.smooth || !p_.make_statistic)
      return Error{Errc::invalid_argument, "metric `" + m_.metric + "` has no leave-one-out error: take the bootstrap"};
    used(Method::jackknife, "leave-one-out, t");
    auto const left_out = p_.make_statistic(p_)->leave_one_out();
    if (std::ranges::any_of(left_out, [](double v) { return !std::isfinite(v); })) {
      nothing("the metric does not exist without some of the rows: too few of one kind");
      return {};
    }
    Spread const found{jackknife_error(left_out), static_cast<double>(left_out.size()) - 1,
                       static_cast<std::int64_t>(left_out.size()), 1};
    m_.standard_error = found.standard_error;
    if (settled_without_variation(found.standard_error)) return {};
    m_.uncertainty = Uncertainty::student(m_.estimate, found);
    return {};
  }

  Result<void> resampled() {
    if (!p_.make_statistic)
      return Error{Errc::invalid_argument, "metric `" + m_.metric + "` is not resampled: take method `student`"};
    used(Method::bootstrap, "BCa bootstrap, " + std::to_string(options_.replicates) + " replicates");
    if (p_.layout.units < least_resampled) {
      nothing("a bootstrap needs at least " + std::to_string(least_resampled) + (p_.clustered ? " clusters" : " rows") +
              ", there are " + std::to_string(p_.layout.units));
      return {};
    }
    auto made =
        bootstrap(*p_.make_statistic(p_), {options_.replicates, options_.seed, options_.stream, options_.threads});
    if (!made) {
      if (made.error().code() != Errc::failed) return made.error();
      nothing(made.error().message());
      return {};
    }
    if (std::isnan(m_.standard_error)) m_.standard_error = made->standard_error;
    if (made->sorted->front() == made->sorted->back()) {
      settled_without_variation(0);
      return {};
    }
    m_.uncertainty = Uncertainty::bootstrap(*std::move(made));
    return {};
  }

  Result<void> share() {
    auto const rows = static_cast<std::int64_t>(p_.layout.rows);
    if (wanted_ == Wanted::own) {
      used(Method::tango, "Clopper-Pearson");
      m_.uncertainty = Uncertainty::proportion(p_.only_challenger, rows);
    } else {
      used(Method::tango, "Tango score");
      m_.uncertainty = Uncertainty::paired_proportions(p_.only_champion, p_.only_challenger, rows);
    }
    m_.standard_error = m_.uncertainty.standard_error();
    return {};
  }

  Result<void> flips() {
    if (p_.by_row.empty())
      return Error{Errc::invalid_argument, "metric `" + m_.metric + "` is no mean of rows: no sign flips"};
    if (weighted()) return Error{Errc::invalid_argument, "sign flips take no weights"};
    auto made = sign_flip_distribution(p_.by_row, p_.layout.unit, p_.layout.units);
    if (!made) return made.error();
    used(Method::sign_flip, "exact sign flips");
    m_.assumptions.push_back("differences symmetric about their centre");
    m_.uncertainty = Uncertainty::sign_flip(*std::move(made));
    return {};
  }

  /// Disjoint pairs of a positive and a negative row (of clusters, where there are some): independent trials.
  std::int64_t disjoint_pairs() const {
    return p_.clustered ? p_.layout.units / 2 : std::min(p_.positives, p_.negatives);
  }

  Result<void> area() {
    if (std::min(p_.positives, p_.negatives) < least_of_a_class) return small_area();
    bool const ends = p_.challenger == 0 || p_.challenger == 1;
    bool const perfect = ends && (wanted_ == Wanted::own || p_.champion == p_.challenger);
    if (!perfect || weighted() || (wanted_ == Wanted::difference && nothing_ranks_differently())) return student();
    // Every pair is ranked alike by everybody: DeLong's variance is 0, the disjoint pairs still bound it.
    used(Method::student, "disjoint pairs, exact");
    auto const pairs = disjoint_pairs();
    m_.warnings.push_back("the classes are separated without a mistake");
    m_.uncertainty = wanted_ == Wanted::own ? Uncertainty::proportion(p_.challenger == 1 ? pairs : 0, pairs)
                                            : Uncertainty::paired_proportions(0, 0, pairs);
    return {};
  }

  bool nothing_ranks_differently() const {
    return p_.info->name == "roc_auc" && std::ranges::equal(sample_.champion, sample_.challenger);
  }

  Result<void> small_area() {
    auto const fewer = std::min(p_.positives, p_.negatives);
    std::string const reason = "an AUC needs at least " + std::to_string(least_of_a_class) +
                               " rows of each class for an interval, one has " + std::to_string(fewer);
    if (wanted_ == Wanted::own || weighted() || p_.info->name != "roc_auc") {
      used(Method::student, "DeLong");
      nothing(reason);
      return {};
    }
    auto const test = auc_permutation(sample_.label, sample_.champion, sample_.challenger,
                                      {.seed = options_.seed, .stream = options_.stream, .threads = options_.threads},
                                      sample_.cluster, sample_.clusters);
    used(Method::student, "paired permutation of ranks");
    if (!test) {
      nothing(reason);
      return {};
    }
    m_.warnings.push_back(reason + "; only equality is tested");
    m_.uncertainty = Uncertainty::exact_null({m_.estimate, test->p_greater, test->p_less});
    return {};
  }

  Prepared p_;
  Sample const& sample_;
  InferenceOptions const& options_;
  Wanted wanted_;
  Spread spread_{std::numeric_limits<double>::quiet_NaN()};
  Measurement m_;
};

Result<Measurement> inferred(std::string_view metric, Sample const& sample, MetricParameters const& parameters,
                             InferenceOptions const& options, Wanted wanted) {
  auto prepared = prepare(metric, sample, parameters, wanted);
  if (!prepared) return prepared.error();
  return Inference{*std::move(prepared), sample, options, wanted}.run(metric);
}

}  // namespace

Result<Measurement> compare(std::string_view metric, Sample const& sample, MetricParameters const& parameters,
                            InferenceOptions const& options) {
  return inferred(metric, sample, parameters, options, Wanted::difference);
}

Result<Measurement> measure(std::string_view metric, Sample const& sample, MetricParameters const& parameters,
                            InferenceOptions const& options) {
  return inferred(metric, sample, parameters, options, Wanted::own);
}

}  // namespace podium::inline v0::stats
