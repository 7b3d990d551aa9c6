#include "podium/stats/paired.hpp"

#include "podium/stats/multiplicity.hpp"
#include "podium/stats/sum.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace podium;
using doctest::Approx;

namespace {

// References C3 and C4 of promotion.md.
std::vector<double> const champion{.1, .2, .3, .35, .45, .55, .65, .7, .85, .95};
std::vector<double> const challenger{.15, .1, .4, .2, .6, .4, .6, .8, .9, .9};
std::vector<double> const label{0, 0, 1, 0, 1, 0, 1, 1, 1, 1};

}  // namespace

TEST_CASE("the paired log loss gives reference C3") {
  auto const before = stats::log_losses(label, champion), after = stats::log_losses(label, challenger);
  REQUIRE(before);
  REQUIRE(after);
  CHECK(stats::mean(before->value).value == Approx(.4561545263742482).epsilon(1e-13));
  auto const difference = stats::paired_mean(before->value, after->value);
  CHECK(difference.value == Approx(.11878900814706814).epsilon(1e-12));
  double const t = difference.value / difference.row_error;
  CHECK(t == Approx(2.5335084706271744).epsilon(1e-12));
  CHECK(2 * stats::student_tail(t, difference.df) == Approx(.032050338550669126).epsilon(1e-10));
}

TEST_CASE("the paired Brier score gives reference C4") {
  auto const before = stats::brier_losses(label, champion), after = stats::brier_losses(label, challenger);
  REQUIRE(before);
  REQUIRE(after);
  auto const difference = stats::paired_mean(before->value, after->value);
  CHECK(difference.value == Approx(.05325).epsilon(1e-13));
  double const t = difference.value / difference.row_error;
  CHECK(t == Approx(2.49068393813726).epsilon(1e-12));
  CHECK(2 * stats::student_tail(t, difference.df) == Approx(.034383402098349336).epsilon(1e-10));
}

TEST_CASE("the paired mean gives reference B5") {
  std::vector<double> const truth{3, -.5, 2, 7, 4.2, 5.5, 1, 0}, a{2.5, 0, 2, 8, 4, 6.5, 1.5, -.4},
      b{2.8, -.2, 2.1, 7.4, 4.3, 5.9, 1.2, .3};
  std::vector<double> loss_a, loss_b;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    loss_a.push_back(std::abs(truth[i] - a[i]));
    loss_b.push_back(std::abs(truth[i] - b[i]));
  }
  auto const difference = stats::paired_mean(loss_a, loss_b);
  CHECK(difference.value == Approx(.2625));
  CHECK(difference.value / difference.row_error == Approx(3.0356095554491755).epsilon(1e-12));
  CHECK(2 * stats::student_tail(difference.value / difference.row_error, difference.df) ==
        Approx(.018963946789814213).epsilon(1e-10));
}

TEST_CASE("a confident mistake is clipped where the policy says, and counted") {
  std::vector<double> const y{1, 0, 1}, p{0, 1, .5};
  auto const losses = stats::log_losses(y, p, 1e-7);
  REQUIRE(losses);
  CHECK(losses->clipped == 2);
  CHECK(losses->value[0] == Approx(-std::log(1e-7)));
  CHECK(stats::log_losses(y, p)->value[0] == Approx(34.538776394910684));  // -log 1e-15
  CHECK_FALSE(stats::log_losses(y, p, 0));
  CHECK_FALSE(stats::log_losses(y, std::vector<double>{.1, .2, 1.5}));
  CHECK_FALSE(stats::brier_losses(y, std::vector<double>{.1, .2, NAN}));
}

TEST_CASE("sums keep what a plain sum loses") {
  std::vector<double> terms{1, 1e100, 1, -1e100};
  CHECK(stats::sum(terms) == 2);
  std::vector<double> many(100'000, .1);
  CHECK(stats::sum(many) == Approx(10'000).epsilon(1e-15));
}

TEST_CASE("Holm gives reference X1 (Benjamini and Hochberg 1995)") {
  std::vector<double> const p{.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
                              .0459, .324,  .4262, .5719, .6528, .759,  1};
  std::vector<double> const expected{.0015, .0056, .0247, .114, .2211, .278};
  auto const adjusted = stats::holm(p);
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(adjusted[i] == Approx(expected[i]).epsilon(1e-12));
  CHECK(stats::holm(std::vector<double>{NAN, .01}) == std::vector<double>{1, .02});
  CHECK(stats::holm({}).empty());
}

TEST_CASE("Student's t gives the quantile the flights policy is judged by") {
  CHECK(stats::student_quantile(.99, 29) == Approx(2.46).epsilon(1e-3));
  CHECK(stats::student_quantile(.95, std::numeric_limits<double>::infinity()) ==
        Approx(1.6448536269514722).epsilon(1e-12));
  CHECK(stats::student_tail(std::numeric_limits<double>::infinity(), 5) == 0);
  CHECK(std::isnan(stats::student_tail(1, 0)));
}
