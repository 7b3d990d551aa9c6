// B4: no input whatever shows a challenger to be better that is not.
#include "podium/stats/metrics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace podium;

namespace {

using Numbers = std::vector<double>;
constexpr double missing_value = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

Numbers repeated(std::size_t n, std::initializer_list<double> pattern) {
  Numbers values;
  while (values.size() < n) values.insert(values.end(), pattern.begin(), pattern.end());
  values.resize(n);
  return values;
}

/// Whatever is said of a challenger without merit, it is not that it is better.
void never_better(std::string_view metric, stats::Sample const& sample) {
  for (auto const method : {stats::Method::automatic, stats::Method::student, stats::Method::bootstrap,
                            stats::Method::jackknife, stats::Method::tango, stats::Method::sign_flip}) {
    auto const m = stats::compare(metric, sample, {.k = 2}, {.method = method, .replicates = 100});
    if (!m) {
      CHECK_FALSE(m.error().message().empty());
      continue;
    }
    auto const bounds = m->uncertainty.bounds(.05);
    CAPTURE(stats::to_string(method));
    CHECK_FALSE(bounds.lower > 0);
    CHECK_FALSE(std::isnan(bounds.lower));
    CHECK_FALSE(std::isnan(bounds.upper));
    CHECK(m->uncertainty.p_at_most(0) > .05);
    if (!m->reason().empty()) CHECK(bounds == stats::Interval{});
  }
}

}  // namespace

TEST_CASE("B4: degenerate binary samples never show a challenger without merit to be better") {
  std::initializer_list<double> const labels[] = {
      {0}, {1}, {0, 1}, {1, 0, 0, 0}, {missing_value}, {2}, {0, missing_value}, {infinity}};
  std::initializer_list<double> const scores[] = {
      {.5}, {0}, {1}, {0, 1, 1, 0, 0, 1}, {missing_value}, {.5, missing_value}, {infinity}, {-infinity}, {2}, {-1}};
  int cases = 0;
  for (std::size_t const n : {0, 1, 2, 3, 7, 12, 21, 40})
    for (auto const& label : labels)
      for (auto const& score : scores) {
        auto const y = repeated(n, label), s = repeated(n, score);
        CAPTURE(n);
        CAPTURE(y);
        CAPTURE(s);
        ++cases;
        for (auto const& info : stats::metrics())
          if (info.task == stats::Task::binary) {
            CAPTURE(info.name);
            never_better(info.name, {stats::Task::binary, y, s, s});
          }
      }
  CHECK(cases >= 60);
}

TEST_CASE("B4: a champion that is broken too does not make a constant challenger better than it is") {
  auto const y = repeated(40, {0, 1});
  Numbers const constant(40, .5), missing(40, missing_value);
  for (auto const& info : stats::metrics())
    if (info.task == stats::Task::binary) {
      CAPTURE(info.name);
      CHECK_FALSE(stats::compare(info.name, {stats::Task::binary, y, missing, constant}, {}, {.replicates = 100}));
      CHECK_FALSE(stats::compare(info.name, {stats::Task::binary, y, constant, missing}, {}, {.replicates = 100}));
      CHECK_FALSE(stats::compare(info.name, {stats::Task::binary, y, {}, constant}, {}, {.replicates = 100}));
      CHECK_FALSE(stats::compare(info.name, {stats::Task::binary, y, constant, {}}, {}, {.replicates = 100}));
    }
}

TEST_CASE("B4: degenerate samples of the other tasks never show a challenger without merit to be better") {
  std::initializer_list<double> const patterns[] = {
      {0}, {1}, {0, 1, 2}, {missing_value}, {0, missing_value}, {infinity}, {-1}, {1e308, -1e308}};
  for (std::size_t const n : {0, 1, 3, 30})
    for (auto const& label : patterns)
      for (auto const& score : patterns) {
        auto const y = repeated(n, label), s = repeated(n, score), wide = repeated(3 * n, score);
        std::vector<std::uint32_t> query;
        for (std::uint32_t i = 0; i < n; ++i) query.push_back(i / 3);
        CAPTURE(n);
        CAPTURE(y);
        CAPTURE(s);
        for (auto const& info : stats::metrics()) {
          CAPTURE(info.name);
          stats::Sample sample{info.task, y, s, s};
          if (info.task == stats::Task::multiclass) sample.champion = sample.challenger = wide;
          sample.classes = 3;
          sample.query = query;
          sample.queries = 10;
          never_better(info.name, sample);
        }
      }
}

TEST_CASE("B4: one unit, one cluster, clusters of one class and weightless rows leave no bounds") {
  auto const y = repeated(40, {0, 1}), worse = repeated(40, {1, 0}), better = repeated(40, {0, 1});
  for (auto const& info : stats::metrics()) {
    if (info.task != stats::Task::binary) continue;
    CAPTURE(info.name);
    stats::Sample sample{stats::Task::binary, y, worse, better};
    std::vector<std::uint32_t> const one(40, 0);
    sample.cluster = one;
    sample.clusters = 1;
    auto const m = stats::compare(info.name, sample, {}, {.replicates = 100});
    REQUIRE(m);
    CHECK_FALSE(m->reason().empty());
  }
}
