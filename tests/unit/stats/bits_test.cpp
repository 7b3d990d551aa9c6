// B6: the same bits from every build and any number of threads.  The values need no logarithm or exponential, so that
// they hold whatever the C library; tests/python/test_stats.py has the same ones.
#include "podium/stats/auc.hpp"
#include "podium/stats/metrics.hpp"
#include "podium/stats/random.hpp"
#include "podium/stats/sum.hpp"

#include <doctest/doctest.h>

using namespace podium;

namespace {

struct World {
  std::vector<double> label, champion, challenger, weight;
  std::vector<std::uint32_t> cluster;
};

World world() {
  constexpr std::uint32_t n = 5000;
  World w;
  for (std::uint32_t i = 0; i < n; ++i) {
    auto const drawn = [&](std::uint32_t replicate) { return stats::resampled_index(11, 0, replicate, i, n); };
    double const y = drawn(0) % 10 < 3 ? 1 : 0;
    w.label.push_back(y);
    w.champion.push_back(.4 * y + .6 * (drawn(1) / 5000.0));
    w.challenger.push_back(.45 * y + .55 * (drawn(2) / 5000.0));
    w.weight.push_back(1 + drawn(3) / 5000.0);
    w.cluster.push_back(i / 50);
  }
  return w;
}

}  // namespace

TEST_CASE("B6: the bits are those of every other build") {
  auto const w = world();
  auto const test = stats::delong(w.label, w.champion, w.challenger).value();
  CHECK(test.difference.value == 0x1.31e9a986e6dcp-5);
  CHECK(test.difference.row_error == 0x1.a6cf6eaa6b8b1p-9);
  CHECK(test.covariance == -0x1.b29f6ef1d52c8p-29);
  auto const weighted = stats::delong(w.label, w.champion, w.challenger, w.weight).value();
  CHECK(weighted.difference.value == 0x1.2d245de67038p-5);
  CHECK(weighted.difference.row_error == 0x1.a7b95d6b0a80ap-9);
  CHECK(stats::clustered_spread(test.difference, w.cluster, 100).standard_error == 0x1.92036fb8273e6p-9);

  struct Expected {
    char const* metric;
    double estimate, standard_error;
  };
  for (auto const& expected : {Expected{"brier", 0x1.2eb9c5f9ffc3ep-6, 0x1.f90eb89217ae5p-10},
                               Expected{"f1", 0x1.abf0c55c82888p-4, 0x1.2ce2868794bd6p-7},
                               Expected{"average_precision", 0x1.dab6186eb426p-5, 0x1.46b4e5439e23p-8},
                               Expected{"ece", -0x1.8d8e4f385f34p-7, 0x1.2ff3de1542286p-8}}) {
    CAPTURE(expected.metric);
    for (int const threads : {1, 2, 16}) {
      auto const m = stats::compare(expected.metric,
                                    {stats::Task::binary, w.label, w.champion, w.challenger, w.weight, w.cluster, 100},
                                    {}, {stats::Method::bootstrap, 500, 3, 0, threads})
                         .value();
      CHECK(m.estimate == expected.estimate);
      CHECK(m.uncertainty.standard_error() == expected.standard_error);
    }
  }
}

TEST_CASE("a sum has one shape, term by term or at once") {
  std::vector<double> terms;
  for (std::uint32_t i = 0; i < 3 * stats::sum_block + 17; ++i)
    terms.push_back(stats::uniform_at(1, 0, 0, i) * (i % 7 == 0 ? 1e12 : 1));
  for (std::size_t const n : {std::size_t{0}, std::size_t{1}, stats::sum_block, stats::sum_block + 1, terms.size()}) {
    stats::BlockSum one_by_one;
    for (double const term : std::span{terms}.first(n)) one_by_one.add(term);
    CHECK(one_by_one.value() == stats::sum(std::span{terms}.first(n)));
  }
}
