// The statistical tests behind podium.stats: arguments are columns (buffers), results dictionaries that become
// dataclasses there.
#include "stats.hpp"

#include "podium/stats/agreement.hpp"
#include "podium/stats/auc.hpp"
#include "podium/stats/multiplicity.hpp"
#include "podium/stats/paired.hpp"
#include "podium/stats/permutation.hpp"
#include "podium/stats/power.hpp"
#include "podium/stats/proportions.hpp"
#include "podium/stats/ranks.hpp"
#include "podium/stats/stratified.hpp"

namespace podium::python {
namespace {

using py::arg;

/// An estimate with its standard error by rows or clusters, and a two-sided interval.
py::dict tested(stats::Estimate const& estimate, std::span<std::uint32_t const> cluster, std::uint32_t clusters,
                double confidence) {
  auto const spread = stats::spread(estimate, cluster, clusters);
  auto const interval = stats::one_sided_bounds(estimate.value, spread, (1 - confidence) / 2);
  double const statistic =
      spread.standard_error > 0 ? estimate.value / spread.standard_error : std::numeric_limits<double>::quiet_NaN();
  return py::dict(arg("estimate") = estimate.value, arg("standard_error") = spread.standard_error,
                  arg("df") = spread.df, arg("statistic") = statistic,
                  arg("p_value") = 2 * stats::student_tail(std::abs(statistic), spread.df),
                  arg("p_greater") = stats::student_tail(statistic, spread.df), arg("interval") = pair_of(interval),
                  arg("confidence") = confidence, arg("rows") = estimate.influence.size(), arg("units") = spread.groups,
                  arg("design_effect") = spread.design_effect,
                  arg("skewness_ratio") = stats::skewness_ratio(estimate, cluster, clusters));
}

py::list curve_of(std::vector<stats::CurvePoint> const& points) {
  py::list all;
  for (auto const& point : points) all.append(py::make_tuple(point.threshold, point.x, point.y));
  return all;
}

py::dict permutation_of(stats::Permutation const& test) {
  return py::dict(arg("statistic") = test.statistic, arg("p_value") = test.p_two_sided,
                  arg("p_greater") = test.p_greater, arg("p_less") = test.p_less, arg("exact") = test.exact,
                  arg("groups") = test.groups, arg("replicates") = test.replicates);
}

py::dict shift_of(stats::Shift const& shift) {
  return py::dict(arg("estimate") = shift.estimate, arg("interval") = pair_of(shift.interval),
                  arg("confidence") = shift.confidence, arg("exact") = shift.exact);
}

void bind_areas(py::module_& m) {
  m.def("auc", [](py::buffer const& y, py::buffer const& s, py::buffer const& w, py::buffer const& c,
                  std::uint32_t clusters, double confidence) {
    Doubles const label{y}, score{s}, weight{w};
    Ids const cluster{c};
    auto const found = released([&] { return stats::auc(label, score, weight); }).value();
    auto result = tested(found, cluster, clusters, confidence);
    auto const bounds = stats::auc_bounds(found.value, stats::spread(found, cluster, clusters), (1 - confidence) / 2);
    result["interval"] = pair_of(bounds);
    return result;
  });
  m.def("delong", [](py::buffer const& y, py::buffer const& a, py::buffer const& b, py::buffer const& w,
                     py::buffer const& c, std::uint32_t clusters, double confidence) {
    Doubles const label{y}, champion{a}, challenger{b}, weight{w};
    Ids const cluster{c};
    auto const test = released([&] { return stats::delong(label, champion, challenger, weight); }).value();
    auto result = tested(test.difference, cluster, clusters, confidence);
    result["auc_champion"] = test.auc_champion;
    result["auc_challenger"] = test.auc_challenger;
    result["variance_champion"] = test.variance_champion;
    result["variance_challenger"] = test.variance_challenger;
    result["covariance"] = test.covariance;
    result["positives"] = test.positives;
    result["negatives"] = test.negatives;
    return result;
  });
  m.def("roc_curve", [](py::buffer const& y, py::buffer const& s, int points, py::buffer const& w) {
    return curve_of(stats::roc_curve(Doubles{y}, Doubles{s}, points, Doubles{w}).value());
  });
  m.def("precision_recall_curve", [](py::buffer const& y, py::buffer const& s, int points, py::buffer const& w) {
    return curve_of(stats::precision_recall_curve(Doubles{y}, Doubles{s}, points, Doubles{w}).value());
  });
  m.def("agreement", [](py::buffer const& a, py::buffer const& b, double threshold, double level) {
    auto const found = stats::agreement(Doubles{a}, Doubles{b}, threshold, level).value();
    return py::dict(arg("pairs") = found.pairs, arg("both_positive") = found.both_positive,
                    arg("only_champion") = found.only_champion, arg("only_challenger") = found.only_challenger,
                    arg("both_negative") = found.both_negative, arg("disagreement") = found.disagreement,
                    arg("disagreement_interval") = pair_of(found.disagreement_interval),
                    arg("mean_difference") = found.mean_difference,
                    arg("mean_absolute_difference") = found.mean_absolute_difference,
                    arg("largest_difference") = found.largest_difference,
                    arg("rank_correlation") = found.rank_correlation);
  });
}

void bind_means(py::module_& m) {
  m.def("mean",
        [](py::buffer const& x, py::buffer const& w, py::buffer const& c, std::uint32_t clusters, double confidence) {
          Doubles const values{x}, weight{w};
          if (values.span().empty()) throw Exception{Error{Errc::invalid_argument, "no rows"}};
          if (!weight.span().empty() && weight.span().size() != values.span().size())
            throw Exception{Error{Errc::invalid_argument, "weights and values differ in length"}};
          return tested(stats::mean(values, weight), Ids{c}, clusters, confidence);
        });
  m.def("paired_mean", [](py::buffer const& a, py::buffer const& b, py::buffer const& w, py::buffer const& c,
                          std::uint32_t clusters, double confidence) {
    Doubles const champion{a}, challenger{b}, weight{w};
    if (champion.span().empty()) throw Exception{Error{Errc::invalid_argument, "no rows"}};
    if (champion.span().size() != challenger.span().size())
      throw Exception{Error{Errc::invalid_argument, "the models' losses differ in length"}};
    if (!weight.span().empty() && weight.span().size() != champion.span().size())
      throw Exception{Error{Errc::invalid_argument, "weights and losses differ in length"}};
    return tested(stats::paired_mean(champion, challenger, weight), Ids{c}, clusters, confidence);
  });
  auto const given = [](stats::Losses const& losses) { return std::pair{losses.value, losses.clipped}; };
  m.def("log_losses", [given](py::buffer const& y, py::buffer const& p, double clip) {
    return given(stats::log_losses(Doubles{y}, Doubles{p}, clip).value());
  });
  m.def("multiclass_log_losses", [given](py::buffer const& y, py::buffer const& p, int classes, double clip) {
    return given(stats::multiclass_log_losses(Doubles{y}, Doubles{p}, classes, clip).value());
  });
  m.def("brier_losses", [given](py::buffer const& y, py::buffer const& p) {
    return given(stats::brier_losses(Doubles{y}, Doubles{p}).value());
  });
  m.def("squared_losses", [given](py::buffer const& y, py::buffer const& p) {
    return given(stats::squared_losses(Doubles{y}, Doubles{p}).value());
  });
  m.def("absolute_losses", [given](py::buffer const& y, py::buffer const& p) {
    return given(stats::absolute_losses(Doubles{y}, Doubles{p}).value());
  });
  m.def("pinball_losses", [given](py::buffer const& y, py::buffer const& p, double quantile) {
    return given(stats::pinball_losses(Doubles{y}, Doubles{p}, quantile).value());
  });
  m.def("absolute_percentage_losses", [given](py::buffer const& y, py::buffer const& p) {
    return given(stats::absolute_percentage_losses(Doubles{y}, Doubles{p}).value());
  });
}

void bind_permutations(py::module_& m) {
  auto const options = [](std::int64_t replicates, std::uint64_t seed, int threads) {
    return stats::PermutationOptions{.replicates = replicates, .seed = seed, .threads = threads};
  };
  m.def("sign_flip", [options](py::buffer const& d, std::int64_t replicates, std::uint64_t seed, int threads,
                               py::buffer const& c, std::uint32_t clusters) {
    Doubles const differences{d};
    Ids const cluster{c};
    return permutation_of(released([&] {
                            return stats::sign_flip(differences, options(replicates, seed, threads), cluster, clusters);
                          }).value());
  });
  m.def("auc_permutation",
        [options](py::buffer const& y, py::buffer const& a, py::buffer const& b, std::int64_t replicates,
                  std::uint64_t seed, int threads, py::buffer const& c, std::uint32_t clusters) {
          Doubles const label{y}, champion{a}, challenger{b};
          Ids const cluster{c};
          return permutation_of(released([&] {
                                  return stats::auc_permutation(label, champion, challenger,
                                                                options(replicates, seed, threads), cluster, clusters);
                                }).value());
        });
  m.def("wilcoxon_signed_rank", [](py::buffer const& d) {
    auto const test = stats::wilcoxon_signed_rank(Doubles{d}).value();
    return py::dict(arg("statistic") = test.statistic, arg("p_value") = test.p_two_sided,
                    arg("p_greater") = test.p_greater, arg("p_less") = test.p_less, arg("used") = test.used,
                    arg("exact") = test.exact);
  });
  m.def("hodges_lehmann", [](py::buffer const& d, double confidence) {
    return shift_of(stats::hodges_lehmann(Doubles{d}, confidence).value());
  });
  m.def("hodges_lehmann_two", [](py::buffer const& x, py::buffer const& y, double confidence) {
    return shift_of(stats::hodges_lehmann(Doubles{x}, Doubles{y}, confidence).value());
  });
  m.def("mann_whitney", [](py::buffer const& x, py::buffer const& y) {
    auto const test = stats::mann_whitney(Doubles{x}, Doubles{y}).value();
    return py::dict(arg("u") = test.u, arg("superiority") = test.superiority, arg("z") = test.z,
                    arg("p_asymptotic") = test.p_asymptotic, arg("p_value") = test.p_two_sided,
                    arg("p_greater") = test.p_greater, arg("p_less") = test.p_less, arg("exact") = test.exact);
  });
  m.def("spearman",
        [](py::buffer const& x, py::buffer const& y) { return stats::spearman(Doubles{x}, Doubles{y}).value(); });
}

void bind_proportions(py::module_& m) {
  m.def("mcnemar", [](std::int64_t only_champion, std::int64_t only_challenger) {
    auto const test = stats::mcnemar(only_champion, only_challenger);
    return py::dict(arg("exact") = test.exact, arg("mid_p") = test.mid_p, arg("chi_square") = test.chi_square,
                    arg("p_chi_square") = test.p_chi_square, arg("chi_square_corrected") = test.chi_square_corrected,
                    arg("p_corrected") = test.p_corrected);
  });
  m.def("paired_counts", [](py::buffer const& a, py::buffer const& b) {
    auto const counts = stats::paired_counts(Doubles{a}, Doubles{b}).value();
    return std::tuple{counts.both, counts.only_champion, counts.only_challenger, counts.neither};
  });
  m.def("wilson",
        [](std::int64_t x, std::int64_t n, double confidence) { return pair_of(stats::wilson(x, n, confidence)); });
  m.def("clopper_pearson", [](std::int64_t x, std::int64_t n, double confidence) {
    return pair_of(stats::clopper_pearson(x, n, confidence));
  });
  m.def("newcombe", [](std::int64_t x1, std::int64_t n1, std::int64_t x2, std::int64_t n2, double confidence) {
    return pair_of(stats::newcombe(x1, n1, x2, n2, confidence));
  });
  m.def("newcombe_paired", [](std::int64_t both, std::int64_t only_champion, std::int64_t only_challenger,
                              std::int64_t neither, double confidence) {
    return pair_of(stats::newcombe_paired({both, only_champion, only_challenger, neither}, confidence));
  });
  m.def("tango_z", &stats::tango_z);
  m.def("tango", [](std::int64_t only_champion, std::int64_t only_challenger, std::int64_t rows, double confidence) {
    return pair_of(stats::tango(only_champion, only_challenger, rows, confidence));
  });
  m.def("mantel_haenszel", [](py::buffer const& eb, py::buffer const& nb, py::buffer const& ea, py::buffer const& na) {
    Whole const errors{eb}, requests{nb}, old_errors{ea}, old_requests{na};
    auto const size = errors.span().size();
    if (requests.span().size() != size || old_errors.span().size() != size || old_requests.span().size() != size)
      throw Exception{Error{Errc::invalid_argument, "the strata's columns differ in length"}};
    std::vector<stats::Stratum> strata;
    for (std::size_t i = 0; i < size; ++i)
      strata.push_back({errors.span()[i], requests.span()[i], old_errors.span()[i], old_requests.span()[i]});
    auto const test = stats::mantel_haenszel(strata);
    return py::dict(arg("rate_ratio") = test.rate_ratio, arg("rate_difference") = test.rate_difference,
                    arg("chi_square") = test.chi_square, arg("p_value") = test.p_value);
  });
  m.def("post_stratified",
        [](py::buffer const& d, py::buffer const& se, py::buffer const& evaluation, py::buffer const& production) {
          Doubles const difference{d}, error{se}, ours{evaluation}, theirs{production};
          auto const size = difference.span().size();
          if (error.span().size() != size || ours.span().size() != size || theirs.span().size() != size)
            throw Exception{Error{Errc::invalid_argument, "the slices' columns differ in length"}};
          std::vector<stats::SliceEstimate> slices;
          for (std::size_t i = 0; i < size; ++i)
            slices.push_back({difference.span()[i], error.span()[i], ours.span()[i], theirs.span()[i]});
          auto const made = stats::post_stratified(slices);
          return py::dict(arg("by_evaluation") = made.by_evaluation, arg("by_production") = made.by_production,
                          arg("standard_error") = made.standard_error, arg("sign_flips") = made.sign_flips);
        });
}

void bind_planning(py::module_& m) {
  m.def("holm", [](py::buffer const& p) { return stats::holm(Doubles{p}); });
  m.def("benjamini_hochberg", [](py::buffer const& p) { return stats::benjamini_hochberg(Doubles{p}); });
  m.def("benjamini_yekutieli", [](py::buffer const& p) { return stats::benjamini_yekutieli(Doubles{p}); });
  m.def("reuse_level", [](double alpha, std::int64_t k, std::int64_t budget, bool unbounded) {
    return stats::reuse_level(alpha, k, budget,
                              unbounded ? stats::ReuseSchedule::unbounded : stats::ReuseSchedule::equal);
  });
  m.def("sample_size", &stats::sample_size);
  m.def("minimum_detectable_effect", &stats::minimum_detectable_effect);
  m.def("power_of", &stats::power_of);
  m.def("power_per_check", &stats::power_per_check);
  m.def("mcnemar_sample_size", &stats::mcnemar_sample_size);
  m.def("hoeffding_sample_size", [](double epsilon, double delta, std::int64_t steps, bool adaptive) {
    return stats::hoeffding_sample_size(epsilon, delta, steps,
                                        adaptive ? stats::Adaptivity::full : stats::Adaptivity::none);
  });
}

}  // namespace

void bind_stats_tests(py::module_& m) {
  bind_areas(m);
  bind_means(m);
  bind_permutations(m);
  bind_proportions(m);
  bind_planning(m);
}

void bind_stats(py::module_& m) {
  auto stats = m.def_submodule("stats", "What podium.stats is made of.");
  bind_stats_tests(stats);
  bind_stats_measures(stats);
  bind_stats_streams(stats);
  for (auto const* name : {"QuantileSketch", "Uncertainty"}) m.attr(name) = stats.attr(name);
}

}  // namespace podium::python
