// How long the statistics take: DeLong's test, shared resamples, a bundle of slices.  Prints a table with the best of
// the runs; tests/bench/stats.py sets the Python peers of the same run beside it.
#include "podium/stats/auc.hpp"
#include "podium/stats/bootstrap.hpp"
#include "podium/stats/metrics.hpp"
#include "podium/stats/random.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

namespace {

using namespace podium;
using Clock = std::chrono::steady_clock;

struct Models {
  std::vector<double> label, champion, challenger;
  stats::Sample sample() const { return {stats::Task::binary, label, champion, challenger}; }
};

Models models(std::uint32_t n) {
  Models m;
  for (std::uint32_t i = 0; i < n; ++i) {
    auto const u = [&](std::uint32_t k) { return stats::uniform_at(1, k, 0, i); };
    double const y = u(0) < .2 ? 1 : 0;
    m.label.push_back(y);
    m.champion.push_back(.4 * y + .6 * u(1));
    m.challenger.push_back(.45 * y + .55 * (.5 * u(1) + .5 * u(2)));
  }
  return m;
}

/// The best run by the clock on the wall, and by the processors' (all threads): what is left of a busy machine.
struct Seconds {
  double wall = 1e9, processor = 1e9;
};

template <class Work>
Seconds best_of(int runs, Work const& work) {
  Seconds best;
  for (int run = 0; run < runs; ++run) {
    auto const start = Clock::now();
    auto const spent = std::clock();
    work();
    best.wall = std::min(best.wall, std::chrono::duration<double>(Clock::now() - start).count());
    best.processor = std::min(best.processor, static_cast<double>(std::clock() - spent) / CLOCKS_PER_SEC);
  }
  return best;
}

void line(char const* name, Seconds const& seconds) {
  std::printf("%-56s %10.4f %10.4f\n", name, seconds.wall, seconds.processor);
}

constexpr char const* ten[] = {"roc_auc",   "log_loss", "brier", "accuracy",          "average_precision",
                               "precision", "recall",   "f1",    "balanced_accuracy", "mcc"};

/// A decision's measurements: ten metrics on each of a hundred slices of a thousand rows, in closed form or by leaving
/// one out (nothing resampled).
double bundle(Models const& m, int slices) {
  auto const size = m.label.size() / static_cast<std::size_t>(slices);
  double total = 0;
  for (int s = 0; s < slices; ++s) {
    auto const part = [&](std::vector<double> const& column) {
      return std::span{column}.subspan(static_cast<std::size_t>(s) * size, size);
    };
    stats::Sample const sample{stats::Task::binary, part(m.label), part(m.champion), part(m.challenger)};
    for (auto const* metric : ten) {
      std::string const name = metric == std::string{"average_precision"} ? "specificity" : metric;
      auto const* info = stats::find_metric(stats::Task::binary, name);
      auto const method =
          info->method == stats::Method::bootstrap ? stats::Method::jackknife : stats::Method::automatic;
      total += stats::compare(name, sample, {}, {.method = method})->uncertainty.bounds(.05).lower;
    }
  }
  return total;
}

}  // namespace

int main(int argc, char** argv) {
  int const runs = argc > 1 ? std::atoi(argv[1]) : 5;
  std::printf("%-56s %10s %10s\n", "workload", "wall s", "cpu s");

  auto const big = models(1'000'000);
  line("DeLong, 1e6 rows x 2 models, 1 thread", best_of(runs, [&] {
         if (!stats::delong(big.label, big.champion, big.challenger)) std::abort();
       }));

  auto const hundred_thousand = models(100'000);
  for (int const threads : {1, 2}) {
    auto const seconds = best_of(std::max(1, runs / 3), [&] {
      for (auto const* metric : ten)
        if (!stats::compare(metric, hundred_thousand.sample(), {},
                            {.method = stats::Method::bootstrap, .replicates = 2000, .threads = threads}))
          std::abort();
    });
    line(("2000 bootstraps x 1e5 rows x 10 metrics, " + std::to_string(threads) + " threads").c_str(), seconds);
  }
  for (auto const* metric : {"log_loss", "roc_auc", "f1"})
    line(("2000 bootstraps x 1e5 rows, " + std::string{metric} + ", 1 thread").c_str(), best_of(1, [&] {
           if (!stats::compare(metric, hundred_thousand.sample(), {},
                               {.method = stats::Method::bootstrap, .replicates = 2000}))
             std::abort();
         }));

  line("bundle: 100 slices x 1000 rows x 10 metrics, 1 thread", best_of(runs, [&] {
         if (std::isnan(bundle(hundred_thousand, 100))) std::abort();
       }));
}
