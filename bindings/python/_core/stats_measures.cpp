// Metrics, resampling and calibration behind podium.stats.
#include "stats.hpp"

#include "podium/stats/bootstrap.hpp"
#include "podium/stats/calibration.hpp"
#include "podium/stats/metrics.hpp"
#include "podium/stats/random.hpp"

namespace podium::python {
namespace {

using py::arg;

stats::Task task_of(std::string const& name) {
  for (auto const task : {stats::Task::binary, stats::Task::regression, stats::Task::multiclass, stats::Task::ranking,
                          stats::Task::custom})
    if (stats::to_string(task) == name) return task;
  throw Exception{
      Error{Errc::invalid_argument, "no task `" + name + "`; binary, regression, multiclass, ranking or custom"}};
}

stats::Method method_of(std::string const& name) {
  using enum stats::Method;
  for (auto const method : {automatic, student, bootstrap, jackknife, tango, sign_flip})
    if (stats::to_string(method) == name) return method;
  throw Exception{Error{Errc::invalid_argument,
                        "no method `" + name + "`; automatic, student, bootstrap, jackknife, tango or sign_flip"}};
}

stats::MetricParameters parameters_of(py::dict const& given) {
  stats::MetricParameters p;
  auto const take = [&](char const* name, auto& field) {
    if (given.contains(name)) field = given[name].cast<std::remove_reference_t<decltype(field)>>();
  };
  take("clip", p.clip);
  take("threshold", p.threshold);
  take("precision", p.precision);
  take("quantile", p.quantile);
  take("k", p.k);
  take("bins", p.bins);
  take("true_positive", p.true_positive);
  take("false_positive", p.false_positive);
  take("false_negative", p.false_negative);
  take("true_negative", p.true_negative);
  return p;
}

py::dict dict_of(stats::Measurement const& m) {
  return py::dict(arg("metric") = m.metric, arg("champion") = m.champion, arg("challenger") = m.challenger,
                  arg("estimate") = m.estimate, arg("standard_error") = m.standard_error,
                  arg("uncertainty") = m.uncertainty, arg("method") = m.method_text, arg("rows") = m.rows,
                  arg("units") = m.units, arg("effective_rows") = m.effective_rows,
                  arg("design_effect") = m.design_effect, arg("clipped_champion") = m.clipped_champion,
                  arg("clipped_challenger") = m.clipped_challenger, arg("assumptions") = m.assumptions,
                  arg("warnings") = m.warnings, arg("reason") = text(m.reason()));
}

py::dict dict_of(stats::BootstrapDistribution const& d, double confidence) {
  double const level = (1 - confidence) / 2;
  return py::dict(arg("estimate") = d.estimate, arg("interval") = pair_of(d.bca(level)),
                  arg("percentile_interval") = pair_of(d.percentile(level)), arg("confidence") = confidence,
                  arg("z0") = d.z0, arg("acceleration") = d.acceleration, arg("standard_error") = d.standard_error,
                  arg("replicates") = d.sorted->size(), arg("units") = d.groups);
}

stats::Binning binning_of(bool equal_width) {
  return equal_width ? stats::Binning::equal_width : stats::Binning::equal_mass;
}

double plain_mean(std::span<double const> values) {
  double total = 0;
  for (double const v : values) total += v;
  return total / static_cast<double>(values.size());
}

void bind_metrics(py::module_& m) {
  py::class_<stats::Uncertainty>(m, "Uncertainty", "What is known about a measured value: bounds at any level.")
      .def(
          "bounds", [](stats::Uncertainty const& u, double level) { return pair_of(u.bounds(level)); }, arg("level"))
      .def("p_at_most", &stats::Uncertainty::p_at_most, arg("line"))
      .def("p_at_least", &stats::Uncertainty::p_at_least, arg("line"))
      .def_property_readonly("method", [](stats::Uncertainty const& u) { return text(u.method()); });

  m.def("metrics", [] {
    py::list all;
    for (auto const& info : stats::metrics())
      all.append(
          py::dict(arg("name") = text(info.name), arg("task") = text(stats::to_string(info.task)),
                   arg("higher_is_better") = info.higher_is_better,
                   arg("parameter") = info.parameter.empty() ? py::object{py::none()} : py::str(text(info.parameter)),
                   arg("summary") = text(info.summary)));
    return all;
  });
  m.def("measured", [](bool compared, std::string const& metric, std::string const& task, py::buffer const& label,
                       py::buffer const& champion, py::buffer const& challenger, py::buffer const& weight,
                       py::buffer const& cluster, std::uint32_t clusters, py::buffer const& query,
                       std::uint32_t queries, int classes, py::dict const& parameters, std::string const& method,
                       std::int64_t replicates, std::uint64_t seed, std::uint32_t stream, int threads) {
    Doubles const y{label}, a{champion}, b{challenger}, w{weight};
    Ids const c{cluster}, q{query};
    stats::Sample const sample{task_of(task), y, a, b, w, c, clusters, q, queries, classes};
    auto const p = parameters_of(parameters);
    stats::InferenceOptions const options{method_of(method), replicates, seed, stream, threads};
    return dict_of(released([&] {
                     return compared ? stats::compare(metric, sample, p, options)
                                     : stats::measure(metric, sample, p, options);
                   }).value());
  });
}

void bind_resampling(py::module_& m) {
  m.def("bca_mean", [](py::buffer const& x, std::int64_t replicates, std::uint64_t seed, std::uint32_t stream,
                       int threads, double confidence) {
    Doubles const values{x};
    return dict_of(released([&] {
                     return stats::bootstrap_values(values, plain_mean, {replicates, seed, stream, threads});
                   }).value(),
                   confidence);
  });
  m.def("bca", [](py::buffer const& x, py::function const& statistic, std::int64_t replicates, std::uint64_t seed,
                  std::uint32_t stream, double confidence) {
    Doubles const values{x};
    auto const call = [&](std::span<double const> drawn) {
      return statistic(py::memoryview::from_buffer(drawn.data(), {static_cast<py::ssize_t>(drawn.size())},
                                                   {static_cast<py::ssize_t>(sizeof(double))}))
          .cast<double>();
    };
    return dict_of(stats::bootstrap_values(values, call, {replicates, seed, stream, 1}).value(), confidence);
  });
  m.def("philox4x32", &stats::philox4x32);
  m.def("resampled_indices", [](std::uint64_t seed, std::uint32_t stream, std::uint32_t replicate, std::uint32_t n) {
    std::vector<std::uint32_t> indices(n);
    for (std::uint32_t i = 0; i < n; ++i) indices[i] = stats::resampled_index(seed, stream, replicate, i, n);
    return indices;
  });
  m.def("stream_of",
        [](std::string const& metric, std::string const& slice) { return stats::stream_of(metric, slice); });
}

void bind_calibration(py::module_& m) {
  m.def("reliability", [](py::buffer const& y, py::buffer const& p, int bins, bool equal_width) {
    py::list all;
    for (auto const& bin : stats::reliability(Doubles{y}, Doubles{p}, bins, binning_of(equal_width)).value())
      all.append(py::dict(arg("lowest") = bin.lowest, arg("highest") = bin.highest, arg("rows") = bin.rows,
                          arg("mean_prediction") = bin.mean_prediction, arg("observed") = bin.observed,
                          arg("interval") = pair_of(bin.interval)));
    return all;
  });
  m.def("brier_decomposition", [](py::buffer const& y, py::buffer const& p, int bins) {
    auto const parts = stats::brier_decomposition(Doubles{y}, Doubles{p}, bins).value();
    return py::dict(arg("score") = parts.score, arg("reliability") = parts.reliability,
                    arg("resolution") = parts.resolution, arg("uncertainty") = parts.uncertainty,
                    arg("within_variance") = parts.within_variance, arg("within_covariance") = parts.within_covariance);
  });
  m.def("expected_calibration_error", [](py::buffer const& y, py::buffer const& p, int bins, bool equal_width) {
    return stats::expected_calibration_error(Doubles{y}, Doubles{p}, bins, binning_of(equal_width)).value();
  });
  m.def("debiased_calibration_error",
        [](py::buffer const& y, py::buffer const& p, int bins, bool equal_width, int replicates, std::uint64_t seed) {
          Doubles const label{y}, predicted{p};
          auto const found = released([&] {
                               return stats::debiased_calibration_error(label, predicted, bins, binning_of(equal_width),
                                                                        replicates, seed);
                             }).value();
          return py::dict(arg("raw") = found.raw, arg("bias") = found.bias, arg("debiased") = found.debiased,
                          arg("p_value") = found.p_value);
        });
  m.def("recalibration", [](py::buffer const& y, py::buffer const& p, double clip) {
    auto const fit = stats::recalibration(Doubles{y}, Doubles{p}, clip).value();
    return py::dict(arg("intercept") = fit.intercept, arg("slope") = fit.slope,
                    arg("intercept_error") = fit.intercept_error, arg("slope_error") = fit.slope_error);
  });
}

}  // namespace

void bind_stats_measures(py::module_& m) {
  bind_metrics(m);
  bind_resampling(m);
  bind_calibration(m);
}

}  // namespace podium::python
