#include "stats/order.hpp"
#include "stats/random.hpp"

#include "podium/stats/auc.hpp"
#include "podium/stats/bootstrap.hpp"
#include "podium/stats/drift.hpp"
#include "podium/stats/permutation.hpp"
#include "podium/stats/random.hpp"
#include "podium/stats/ranks.hpp"
#include "podium/stats/sequential.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace podium;
using doctest::Approx;

namespace {

double mean_of(std::span<double const> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// A statistic of nothing but counts, for what is done with it.
class Counted final : public stats::Statistic {
 public:
  Counted(std::uint32_t units, double missing_share) : units_{units}, missing_share_{missing_share} {}
  std::uint32_t units() const override { return units_; }
  double at(std::span<std::uint32_t const> count) const override {
    if (count[0] != 1 && count[1] == 0 && missing_share_ > 0) return NAN;
    return static_cast<double>(count[0]);
  }

 private:
  std::uint32_t units_;
  double missing_share_;
};

}  // namespace

TEST_CASE("a resample's counts are those of its indices, whatever its size") {
  for (std::uint32_t const n : {1U, 3U, 4U, 31U, 32U, 33U, 100U, 1000U}) {
    std::vector<std::uint32_t> counts(n, 0), expected(n, 0);
    stats::count_resample(5, 2, 9, counts);
    for (std::uint32_t i = 0; i < n; ++i) ++expected[stats::resampled_index(5, 2, 9, i, n)];
    CHECK(counts == expected);
  }
  CHECK(stats::stream_of("roc_auc", "region=EU") == stats::stream_of("roc_auc", "region=EU"));
  CHECK(stats::stream_of("roc_auc", "region=EU") != stats::stream_of("roc_auc", "region=US"));
  // SHA-256("|") begins with cbe5cfdf.
  CHECK(stats::stream_of("", "") == 0xcbe5cfdf);
}

TEST_CASE("sorting by bits is sorting by value, ties in their own order") {
  for (std::uint32_t const n : {0U, 1U, 50U, 3000U, 20'000U})
    for (int const kind : {0, 1, 2, 3}) {
      CAPTURE(n);
      CAPTURE(kind);
      std::vector<double> values;
      for (std::uint32_t i = 0; i < n; ++i) {
        double const u = stats::uniform_at(3, static_cast<std::uint32_t>(kind), 0, i);
        values.push_back(kind == 0   ? u - .5
                         : kind == 1 ? std::floor(20 * u) * (i % 2 ? 1 : -1)
                         : kind == 2 ? (i % 97 == 0   ? -INFINITY
                                        : i % 89 == 0 ? INFINITY
                                                      : 1 + 1e-15 * std::floor(9 * u))
                                     : std::ldexp(u, static_cast<int>(i % 600) - 300));
      }
      auto const runs = stats::ascending_runs(values);
      for (std::size_t k = 0; k + 1 < runs.order.size(); ++k) {
        double const here = values[runs.order[k]], next = values[runs.order[k + 1]];
        CHECK_FALSE(here > next);
        if (here == next) CHECK(runs.order[k] < runs.order[k + 1]);
        CHECK((runs.last[k] == 1) == (here != next));
      }
      if (n > 0) CHECK(runs.last.back() == 1);
      auto const down = stats::descending_order(values);
      for (std::size_t k = 0; k + 1 < down.size(); ++k) CHECK_FALSE(values[down[k]] < values[down[k + 1]]);
    }
}

TEST_CASE("a bootstrap refuses what it cannot do, and says what does not exist") {
  CHECK_FALSE(stats::bootstrap(Counted{0, 0}));
  CHECK_FALSE(stats::bootstrap(Counted{10, 0}, {.replicates = 99}));
  auto const lost = stats::bootstrap(Counted{10, 1}, {.replicates = 200});
  REQUIRE_FALSE(lost);
  CHECK(lost.error().code() == Errc::failed);
  Counted const ten{10, 0}, eleven{11, 0};
  stats::Statistic const* const different[] = {&ten, &eleven};
  CHECK_FALSE(stats::bootstrap(different));
  CHECK_FALSE(stats::bootstrap_values({}, mean_of));
}

TEST_CASE("statistics that share resamples have the values they have alone") {
  Counted const a{50, 0}, b{50, 0};
  stats::Statistic const* const both[] = {&a, &b};
  auto const together = stats::bootstrap(both, {.replicates = 300, .seed = 4}).value();
  auto const alone = stats::bootstrap(a, {.replicates = 300, .seed = 4}).value();
  CHECK(*together[0].sorted == *alone.sorted);
  CHECK(*together[1].sorted == *alone.sorted);
  CHECK(*stats::bootstrap(a, {.replicates = 300, .seed = 5})->sorted != *alone.sorted);
}

TEST_CASE("many units leave out groups, and the acceleration hardly notices") {
  std::vector<double> values;
  for (std::uint32_t i = 0; i < 2500; ++i) values.push_back(-std::log(stats::uniform_at(9, 0, 0, i)));
  auto const made = stats::bootstrap_values(values, mean_of, {.replicates = 200, .threads = 2}).value();
  double skew = 0, variance = 0;
  for (double const v : values) {
    double const off = v - mean_of(values);
    skew += off * off * off;
    variance += off * off;
  }
  CHECK(made.acceleration == Approx(skew / (6 * std::pow(variance, 1.5))).epsilon(.4));
  CHECK(made.standard_error == Approx(std::sqrt(variance) / 2500).epsilon(.15));
}

TEST_CASE("drawn sign flips agree with all of them, and never say never") {
  std::vector<double> d;
  for (std::uint32_t i = 0; i < 20; ++i) d.push_back(stats::uniform_at(13, 0, 0, i) - .35);
  auto const exact = stats::sign_flip(d).value();
  CHECK(exact.exact);
  CHECK(exact.replicates == 1 << 20);
  d.push_back(0);  // one group more: a zero changes no sum
  auto const drawn = stats::sign_flip(d, {.replicates = 99'999, .threads = 2}).value();
  CHECK_FALSE(drawn.exact);
  CHECK(drawn.p_two_sided == Approx(exact.p_two_sided).epsilon(.05));
  std::vector<double> const sure(100, 1.0);
  CHECK(stats::sign_flip(sure, {.replicates = 999})->p_two_sided == 1.0 / 1000);
  CHECK_FALSE(stats::sign_flip(std::vector<double>{1, NAN}));
  CHECK_FALSE(stats::sign_flip({}));
  CHECK_FALSE(stats::sign_flip(sure, {.replicates = 5}));
  std::vector<std::uint32_t> cluster;
  for (std::uint32_t i = 0; i < 100; ++i) cluster.push_back(i / 25);
  CHECK(stats::sign_flip(sure, {}, cluster, 4)->p_two_sided == 2.0 / 16);
}

TEST_CASE("swapping ranks tests the AUCs of small classes") {
  std::vector<double> const label{1, 1, 1, 1, 0, 0, 0, 0, 0}, good{9, 8, 7, 6, 5, 4, 3, 2, 1},
      bad{1, 9, 2, 8, 3, 7, 4, 6, 5};
  auto const test = stats::auc_permutation(label, bad, good).value();
  CHECK(test.exact);
  CHECK(test.statistic == Approx(stats::delong(label, bad, good)->difference.value));
  CHECK(test.p_greater < .2);
  CHECK(test.p_less > .8);
  CHECK(stats::auc_permutation(label, good, good)->p_two_sided == 1);
  // The sum of both one-sided p-values counts the permutations at the observed value twice.
  CHECK(test.p_greater + test.p_less >= 1);
}

TEST_CASE("exact and large-sample rank tests meet where one becomes the other") {
  std::vector<double> few, many, x, y;
  for (std::uint32_t i = 0; i < 51; ++i) {
    double const v = stats::uniform_at(17, 0, 0, i) - .4;
    if (i < 50) few.push_back(v);
    many.push_back(v);
    x.push_back(v);
    y.push_back(stats::uniform_at(17, 1, 0, i) - .5);
  }
  CHECK(stats::wilcoxon_signed_rank(few)->exact);
  CHECK_FALSE(stats::wilcoxon_signed_rank(many)->exact);
  CHECK(stats::wilcoxon_signed_rank(few)->p_two_sided ==
        Approx(stats::wilcoxon_signed_rank(many)->p_two_sided).epsilon(.25));
  auto const exact = stats::hodges_lehmann(few).value(), large = stats::hodges_lehmann(many).value();
  CHECK(exact.exact);
  CHECK_FALSE(large.exact);
  CHECK(exact.interval.lower == Approx(large.interval.lower).epsilon(.3));
  CHECK(stats::hodges_lehmann(std::vector<double>{1, 2, 3})->interval == stats::Interval{});
  CHECK(stats::hodges_lehmann(std::vector<double>{1, 2, 6})->estimate == Approx(2.75));
  CHECK_FALSE(stats::hodges_lehmann(std::vector<double>{}));
  CHECK_FALSE(stats::mann_whitney({}, x));
  CHECK(stats::mann_whitney(std::vector<double>(60, 1.0), std::vector<double>(60, 1.0))->p_two_sided == 1);
  CHECK_FALSE(stats::spearman(x, few));
}

TEST_CASE("distances of distributions see shifts, not outliers, and know their size") {
  std::vector<double> reference, same, moved;
  for (std::uint32_t i = 0; i < 600; ++i) {
    reference.push_back(stats::uniform_at(19, 0, 0, i));
    same.push_back(stats::uniform_at(19, 1, 0, i));
    moved.push_back(stats::uniform_at(19, 2, 0, i) + .3);
  }
  auto const quiet = stats::wasserstein_test(reference, same), loud = stats::wasserstein_test(reference, moved);
  CHECK_FALSE(quiet.exceeds(.05));
  CHECK(loud.exceeds(.5));
  CHECK(loud.lower < loud.value);
  CHECK(loud.upper > loud.value);
  double const before = stats::scaled_wasserstein(reference, moved);
  reference[0] = 1e4;  // scaled by the range, it would hide the shift
  CHECK(stats::scaled_wasserstein(reference, moved) > .9 * before);
  CHECK(std::isnan(stats::wasserstein(reference, {})));
  CHECK(std::isnan(stats::wasserstein_test({}, reference).value));
  CHECK(std::isinf(stats::wasserstein_test({}, reference).upper));

  auto const ties = stats::ks_test(std::vector<double>{1, 1, 2, 2}, std::vector<double>{1, 2, 2, 2}).value();
  CHECK(ties.p_method == "permutation");
  CHECK(ties.p_value > .5);
  CHECK_FALSE(stats::ks_test({}, reference));
  auto const rare = stats::chi_square_test(std::vector<std::int64_t>{9, 1}, std::vector<std::int64_t>{8, 2});
  CHECK(rare.permutation);
  CHECK(rare.p_value > .9);
  CHECK(stats::chi_square_test(std::vector<std::int64_t>{5, 0}, std::vector<std::int64_t>{7, 0}).p_value == 1);
  auto const words = stats::category_counts(std::vector<std::string>{"b", "a", ""}, std::vector<std::string>{"a", "c"});
  CHECK(words.category == std::vector<std::string>{"", "a", "b", "c"});
  CHECK(words.reference == std::vector<std::int64_t>{1, 1, 1, 0});
  CHECK(words.current == std::vector<std::int64_t>{0, 1, 0, 1});
}

TEST_CASE("as many values as are asked for do show that there is no drift") {
  auto const needed = stats::psi_units_needed(.1, 10, 50'000);
  CHECK(needed > 0);
  // Without drift the statistic is about bins - 1: the upper bound then lies at the threshold.
  std::vector<std::int64_t> reference(10, 5000), current(10, needed / 10);
  CHECK(stats::psi_counts(reference, current).within(.1));
  CHECK(stats::psi_units_needed(.1, 10, 50) == -1);
  CHECK(stats::psi_units_needed(0, 10, 50'000) == -1);
}

TEST_CASE("evidence of several metrics combines to its mean, and a wrong share at 0 is certain") {
  std::vector<double> const log_e{std::log(30.0), std::log(2.0), -1e9}, weights{2, 1, 1};
  CHECK(std::exp(stats::combine_log_e_values(log_e)) == Approx(32.0 / 3));
  CHECK(std::exp(stats::combine_log_e_values(log_e, weights)) == Approx(62.0 / 4));
  CHECK(stats::combine_log_e_values({}) == 0);
  stats::SampleRatioEProcess process;
  process.add(0, 100, 0);
  CHECK(process.p_value() == 1);
  process.add(0, 100, 1);
  CHECK(process.p_value() == 0);
  stats::Sprt wald{.01, .03, .05, .1};
  wald.add(0, 120);
  CHECK(wald.state() == stats::Sprt::State::accept_p0);
  stats::Sprt broken{.01, .03, .05, .1};
  broken.add(3, 10);
  CHECK(broken.state() == stats::Sprt::State::accept_p1);
}
