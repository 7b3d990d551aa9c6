// Drift, latency and anytime-valid inference behind podium.stats.
#include "stats.hpp"

#include "podium/stats/boundaries.hpp"
#include "podium/stats/drift.hpp"
#include "podium/stats/latency.hpp"
#include "podium/stats/sequential.hpp"

namespace podium::python {
namespace {

using py::arg;

py::dict dict_of(stats::Psi const& test) {
  return py::dict(arg("value") = test.value, arg("null_band") = test.null_band, arg("lower") = test.lower,
                  arg("upper") = test.upper, arg("bins") = test.bins, arg("reference_units") = test.reference_units,
                  arg("current_units") = test.current_units);
}

py::dict dict_of(stats::DistanceTest const& test) {
  return py::dict(arg("value") = test.value, arg("null_band") = test.null_band, arg("lower") = test.lower,
                  arg("upper") = test.upper, arg("reference_units") = test.reference_units,
                  arg("current_units") = test.current_units);
}

void same_length(std::size_t a, std::size_t b) {
  if (a != b) throw Exception{Error{Errc::invalid_argument, "counts of different bins"}};
}

std::pair<std::vector<double>, std::vector<double>> sides(std::vector<stats::Interval> const& intervals) {
  std::pair<std::vector<double>, std::vector<double>> both;
  for (auto const& one : intervals) {
    both.first.push_back(one.lower);
    both.second.push_back(one.upper);
  }
  return both;
}

void bind_drift(py::module_& m) {
  m.def("psi", [](py::buffer const& r, py::buffer const& c, double level, int bins) {
    Doubles const reference{r}, current{c};
    return dict_of(released([&] { return stats::psi_test(reference, current, level, bins); }));
  });
  m.def("psi_counts", [](py::buffer const& r, py::buffer const& c, double level) {
    Whole const reference{r}, current{c};
    same_length(reference.span().size(), current.span().size());
    return dict_of(stats::psi_counts(reference, current, level));
  });
  m.def("psi_of_shares", [](py::buffer const& r, py::buffer const& c) {
    Doubles const reference{r}, current{c};
    same_length(reference.span().size(), current.span().size());
    return stats::psi_of_shares(reference, current);
  });
  m.def("psi_units_needed", &stats::psi_units_needed);
  m.def("ks_test", [](py::buffer const& r, py::buffer const& c, double level, std::uint64_t seed) {
    Doubles const reference{r}, current{c};
    auto const test = released([&] { return stats::ks_test(reference, current, level, seed); }).value();
    return py::dict(arg("distance") = test.distance, arg("p_value") = test.p_value,
                    arg("p_method") = text(test.p_method), arg("lower") = test.lower, arg("upper") = test.upper,
                    arg("reference_units") = test.reference_units, arg("current_units") = test.current_units);
  });
  m.def("js_divergence", [](py::buffer const& r, py::buffer const& c) {
    Doubles const reference{r}, current{c};
    same_length(reference.span().size(), current.span().size());
    return stats::js_divergence(reference, current);
  });
  m.def("js_distance_test", [](py::buffer const& r, py::buffer const& c, double level) {
    Whole const reference{r}, current{c};
    same_length(reference.span().size(), current.span().size());
    return dict_of(stats::js_distance_test(reference, current, level));
  });
  m.def("wasserstein",
        [](py::buffer const& r, py::buffer const& c) { return stats::wasserstein(Doubles{r}, Doubles{c}); });
  m.def("wasserstein_test",
        [](py::buffer const& r, py::buffer const& c, double level, double floor, std::uint64_t seed, int replicates) {
          Doubles const reference{r}, current{c};
          return dict_of(
              released([&] { return stats::wasserstein_test(reference, current, level, floor, seed, replicates); }));
        });
  m.def("chi_square_test", [](py::buffer const& r, py::buffer const& c, std::uint64_t seed) {
    Whole const reference{r}, current{c};
    same_length(reference.span().size(), current.span().size());
    auto const test = stats::chi_square_test(reference, current, seed);
    return py::dict(arg("statistic") = test.statistic, arg("df") = test.df, arg("p_value") = test.p_value,
                    arg("cramers_v") = test.cramers_v, arg("least_expected") = test.least_expected,
                    arg("permutation") = test.permutation);
  });
}

void bind_latency(py::module_& m) {
  m.def("slo_by_counting", [](std::int64_t exceedances, std::int64_t requests, double quantile, double confidence) {
    auto const test = stats::slo_by_counting(exceedances, requests, quantile, confidence).value();
    return py::dict(arg("exceedances") = test.exceedances, arg("requests") = test.requests, arg("share") = test.share,
                    arg("lower") = test.lower, arg("upper") = test.upper, arg("p_value") = test.p_value,
                    arg("p_violated") = test.p_violated, arg("limit") = test.limit,
                    arg("requests_needed") = test.requests_needed, arg("certified") = test.certified(confidence));
  });
  m.def("quantile_ranks", [](std::int64_t n, double quantile, double confidence) {
    auto const ranks = stats::quantile_ranks(n, quantile, confidence);
    return std::pair{ranks.lower, ranks.upper};
  });
  m.def("quantile_upper_rank", &stats::quantile_upper_rank);
  m.def("quantile_upper_needed", &stats::quantile_upper_needed);
  m.def("quantile_interval", [](py::buffer const& x, double quantile, double confidence) {
    return pair_of(stats::quantile_interval(Doubles{x}, quantile, confidence));
  });
  m.def("autocorrelation", [](py::buffer const& x) {
    auto const found = stats::autocorrelation(Doubles{x});
    return std::pair{found.lag_one, found.effective_requests};
  });
  py::class_<stats::QuantileSketch>(m, "QuantileSketch", "Mergeable quantile sketch with a relative error bound.")
      .def(py::init<double, double>(), arg("relative_accuracy") = 0.01, arg("least") = 1e-9)
      .def("add", &stats::QuantileSketch::add, arg("value"), arg("count") = 1)
      .def(
          "merge", [](stats::QuantileSketch& self, stats::QuantileSketch const& other) { self.merge(other).value(); },
          arg("other"))
      .def("quantile", &stats::QuantileSketch::quantile, arg("q"))
      .def("index", &stats::QuantileSketch::index, arg("value"))
      .def("value_of", &stats::QuantileSketch::value_of, arg("index"))
      .def_property_readonly("count", &stats::QuantileSketch::count)
      .def_property_readonly("relative_accuracy", &stats::QuantileSketch::relative_accuracy)
      .def_property_readonly("buckets", &stats::QuantileSketch::buckets);
}

void bind_sequences(py::module_& m) {
  m.def("rate_ratio_eprocess", [](py::buffer const& w, py::buffer const& a, py::buffer const& b, double rate_ratio) {
    Doubles const share{w};
    Whole const champion{a}, challenger{b};
    if (!(rate_ratio > 0)) throw Exception{Error{Errc::invalid_argument, "the tolerated rate ratio is above 0"}};
    if (champion.span().size() != share.span().size() || challenger.span().size() != share.span().size())
      throw Exception{Error{Errc::invalid_argument, "shares and errors differ in length"}};
    std::vector<stats::ArmErrors> errors;
    for (std::size_t i = 0; i < share.span().size(); ++i)
      errors.push_back({share.span()[i], champion.span()[i], challenger.span()[i]});
    auto const process = stats::rate_ratio_eprocess(errors, rate_ratio);
    return std::pair{process.value(), process.log_value()};
  });
  m.def("log_rate_ratio_mixture", &stats::log_rate_ratio_mixture);
  m.def("combine_log_e_values", [](py::buffer const& log_e, py::buffer const& weights) {
    return stats::combine_log_e_values(Doubles{log_e}, Doubles{weights});
  });
  m.def("confidence_sequence", [](py::buffer const& x, double alpha, bool betting) {
    if (!(alpha > 0 && alpha < 1)) throw Exception{Error{Errc::invalid_argument, "alpha lies between 0 and 1"}};
    Doubles const values{x};
    return sides(released([&] {
      return stats::confidence_sequence(
          values, alpha, betting ? stats::SequenceMethod::betting : stats::SequenceMethod::empirical_bernstein);
    }));
  });
  m.def("bernoulli_confidence_sequence", [](std::int64_t successes, std::int64_t trials, double alpha) {
    return pair_of(stats::bernoulli_confidence_sequence(successes, trials, alpha));
  });
  m.def("tuned_bernoulli_sequence", [](std::int64_t successes, std::int64_t trials, double alpha, double t_opt) {
    return pair_of(stats::tuned_bernoulli_sequence(successes, trials, alpha, t_opt));
  });
  m.def("rate_difference_sequence",
        [](std::int64_t ea, std::int64_t na, std::int64_t eb, std::int64_t nb, double alpha) {
          auto const both = stats::rate_difference_sequence(ea, na, eb, nb, alpha);
          return py::dict(arg("champion") = pair_of(both.champion), arg("challenger") = pair_of(both.challenger),
                          arg("difference") = pair_of(both.difference));
        });
  m.def("msprt_normal", [](std::int64_t n, double mean, double variance, double prior_variance) {
    auto const test = stats::msprt_normal(n, mean, variance, prior_variance);
    return py::dict(arg("likelihood_ratio") = test.likelihood_ratio, arg("p_value") = test.p_value);
  });
  m.def("sprt", [](double p0, double p1, double alpha, double beta, std::int64_t events, std::int64_t others) {
    if (!(0 < p0 && p0 < p1 && p1 < 1 && alpha > 0 && beta > 0 && alpha + beta < 1))
      throw Exception{Error{Errc::invalid_argument, "a ratio test needs 0 < p0 < p1 < 1 and errors that sum below 1"}};
    stats::Sprt test{p0, p1, alpha, beta};
    test.add(events, others);
    static constexpr char const* names[] = {"undecided", "accept_p0", "accept_p1"};
    return py::dict(arg("log_ratio") = test.log_ratio(), arg("lower") = test.lower(), arg("upper") = test.upper(),
                    arg("event_step") = test.event_step(), arg("other_step") = test.other_step(),
                    arg("state") = names[static_cast<int>(test.state())]);
  });
  m.def("sample_ratio", [](py::buffer const& n, py::buffer const& w) {
    Whole const counts{n};
    Doubles const weights{w};
    same_length(counts.span().size(), weights.span().size());
    auto const test = stats::sample_ratio(counts, weights);
    return py::dict(arg("statistic") = test.statistic, arg("df") = test.df, arg("p_value") = test.p_value);
  });
  m.def("sample_ratio_eprocess", [](py::buffer const& w, py::buffer const& a, py::buffer const& b) {
    Doubles const share{w};
    Whole const champion{a}, challenger{b};
    if (champion.span().size() != share.span().size() || challenger.span().size() != share.span().size())
      throw Exception{Error{Errc::invalid_argument, "shares and requests differ in length"}};
    stats::SampleRatioEProcess process;
    for (std::size_t i = 0; i < share.span().size(); ++i)
      process.add(share.span()[i], champion.span()[i], challenger.span()[i]);
    return std::pair{process.log_value(), process.p_value()};
  });
}

void bind_boundaries(py::module_& m) {
  m.def("two_sided_rho", &stats::two_sided_rho);
  m.def("one_sided_rho", &stats::one_sided_rho);
  m.def("two_sided_normal_log_mixture", &stats::two_sided_normal_log_mixture);
  m.def("two_sided_normal_bound", &stats::two_sided_normal_bound);
  m.def("one_sided_normal_log_mixture", &stats::one_sided_normal_log_mixture);
  m.def("one_sided_normal_bound", &stats::one_sided_normal_bound);
  m.def("gamma_exponential_log_mixture", &stats::gamma_exponential_log_mixture);
  m.def("gamma_exponential_bound", &stats::gamma_exponential_bound);
  m.def("beta_binomial_tuning", &stats::beta_binomial_tuning);
  m.def("beta_binomial_log_mixture", &stats::beta_binomial_log_mixture);
  m.def("beta_binomial_bound", &stats::beta_binomial_bound);
  m.def("poly_stitching_bound", &stats::poly_stitching_bound);
  m.def("double_stitching_bound", &stats::double_stitching_bound);
}

}  // namespace

void bind_stats_streams(py::module_& m) {
  bind_drift(m);
  bind_latency(m);
  bind_sequences(m);
  bind_boundaries(m);
}

}  // namespace podium::python
