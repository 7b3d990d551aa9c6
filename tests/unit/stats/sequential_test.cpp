#include "podium/stats/sequential.hpp"

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace podium;
using doctest::Approx;

TEST_CASE("the rate-ratio e-process gives reference S15") {
  stats::RateRatioEProcess quiet;
  quiet.champion_errors(.1, 10);
  CHECK(quiet.value() == Approx(.4119500189969402).epsilon(1e-12));

  stats::RateRatioEProcess loud;
  loud.challenger_errors(.1, 10);
  loud.champion_errors(.1, 20);
  CHECK(loud.value() == Approx(110.57888660239884).epsilon(1e-12));

  stats::RateRatioEProcess steps;
  steps.challenger_errors(.05, 3);
  steps.champion_errors(.05, 20);
  steps.challenger_errors(.1, 9);
  steps.champion_errors(.1, 22);
  CHECK(steps.value() == Approx(58.62674782454429).epsilon(1e-12));
}

TEST_CASE("states of disjoint traffic merge into the state of all of it") {
  stats::RateRatioEProcess first, second;
  first.challenger_errors(.05, 3);
  first.champion_errors(.05, 20);
  second.challenger_errors(.1, 9);
  second.champion_errors(.1, 22);
  first.merge(second);
  CHECK(first.value() == Approx(58.62674782454429).epsilon(1e-12));
}

TEST_CASE("the relative test is silent at the shares 0 and 1, and starts at 1") {
  stats::RateRatioEProcess process;
  CHECK(process.value() == Approx(1));
  process.challenger_errors(1, 1000);
  process.champion_errors(0, 1000);
  CHECK(process == stats::RateRatioEProcess{});
}

TEST_CASE("a great many errors overflow the value, never its logarithm") {
  stats::RateRatioEProcess process;
  process.challenger_errors(.1, 100'000);
  CHECK(std::isinf(process.value()));
  CHECK(process.log_value() > 1e4);
  CHECK(std::isfinite(process.log_value()));
}

TEST_CASE("equal arms cross the threshold of 20 in at most one world in twenty, looking after every error") {
  std::mt19937_64 random{20130901};
  std::bernoulli_distribution challengers{.1};
  int crossed = 0;
  constexpr int worlds = 2000;
  for (int world = 0; world < worlds; ++world) {
    stats::RateRatioEProcess process;
    for (int error = 0; error < 200; ++error) {
      if (challengers(random))
        process.challenger_errors(.1);
      else
        process.champion_errors(.1);
      if (process.value() >= 20) {
        ++crossed;
        break;
      }
    }
  }
  CHECK(crossed > 0);
  CHECK(crossed < worlds / 20 + 3 * 10);  // 3 binomial standard deviations above 5 %
}

TEST_CASE("the Bernoulli confidence sequence gives reference S8") {
  auto const rare = stats::bernoulli_confidence_sequence(10, 1000, .05);
  CHECK(rare.lower == Approx(.002406468283597002).epsilon(1e-9));
  CHECK(rare.upper == Approx(.026164430376454807).epsilon(1e-9));
  auto const none = stats::bernoulli_confidence_sequence(0, 100, .05);
  CHECK(none.lower == 0);
  CHECK(none.upper == Approx(.05702859763877155).epsilon(1e-9));
  auto const most = stats::bernoulli_confidence_sequence(7, 10, .05);
  CHECK(most.lower == Approx(.25241289008500345).epsilon(1e-9));
  CHECK(most.upper == Approx(.9674848602119412).epsilon(1e-9));
  CHECK(stats::bernoulli_confidence_sequence(0, 0, .05) == stats::Interval{0, 1});
  CHECK(stats::bernoulli_confidence_sequence(10, 10, .05).upper == 1);
}

TEST_CASE("the sample-ratio test gives reference S14") {
  std::vector<double> const weights{90, 10};
  auto const off = stats::sample_ratio(std::vector<std::int64_t>{90'500, 9'500}, weights);
  CHECK(off.statistic == Approx(27.77777777777778).epsilon(1e-12));
  CHECK(off.p_value == Approx(1.3608022908506712e-07).epsilon(1e-9));
  CHECK(stats::sample_ratio(std::vector<std::int64_t>{90'100, 9'900}, weights).p_value ==
        Approx(.29184054514378865).epsilon(1e-10));
}

TEST_CASE("requests at an arm that should get none are a mismatch; no requests are none") {
  CHECK(stats::sample_ratio(std::vector<std::int64_t>{100, 1}, std::vector<double>{100, 0}).p_value == 0);
  CHECK(stats::sample_ratio(std::vector<std::int64_t>{100, 0}, std::vector<double>{100, 0}).p_value == 1);
  CHECK(stats::sample_ratio(std::vector<std::int64_t>{0, 0}, std::vector<double>{90, 10}).p_value == 1);
}
