#include "podium/stats/proportions.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace podium;
using doctest::Approx;

TEST_CASE("McNemar's test gives references M1 to M5 (Agresti's approval ratings; Fagerland 2013; arithmetic)") {
  CHECK(stats::mcnemar(150, 86).exact == Approx(3.715936139571e-05).epsilon(1e-11));
  CHECK(stats::mcnemar(150, 86).mid_p == Approx(2.893389517615e-05).epsilon(1e-11));
  CHECK(stats::mcnemar(150, 86).chi_square == Approx(17.35593220338983).epsilon(1e-13));
  CHECK(stats::mcnemar(1, 7).exact == Approx(.0703125));
  CHECK(stats::mcnemar(1, 7).mid_p == Approx(.0390625));
  CHECK(stats::mcnemar(0, 5).exact == Approx(.0625));
  CHECK(stats::mcnemar(0, 5).mid_p == Approx(.03125));
  CHECK(stats::mcnemar(5, 5).exact == 1);
  CHECK(stats::mcnemar(5, 5).mid_p == Approx(.876953125));
  CHECK(stats::mcnemar(0, 0).mid_p == 1);
}

TEST_CASE("Wilson's interval gives reference P1 (Newcombe 1998)") {
  CHECK(stats::wilson(81, 263).lower == Approx(.2552885198782743).epsilon(1e-12));
  CHECK(stats::wilson(81, 263).upper == Approx(.36620957698280016).epsilon(1e-12));
  CHECK(stats::wilson(15, 148).lower == Approx(.06238639953073628).epsilon(1e-12));
  CHECK(stats::wilson(1, 29).upper == Approx(.17175521879320282).epsilon(1e-12));
}

TEST_CASE("Clopper and Pearson's interval gives reference P2 (Newcombe 1998)") {
  CHECK(stats::clopper_pearson(81, 263).lower == Approx(.2527367455852715).epsilon(1e-12));
  CHECK(stats::clopper_pearson(81, 263).upper == Approx(.36762192260135396).epsilon(1e-12));
  CHECK(stats::clopper_pearson(0, 20).lower == 0);
  CHECK(stats::clopper_pearson(0, 20).upper == Approx(.16843347098308536).epsilon(1e-12));
  CHECK(stats::clopper_pearson(29, 29).lower == Approx(.8805551309304973).epsilon(1e-12));
  CHECK(stats::clopper_pearson(29, 29).upper == 1);
  CHECK(stats::clopper_pearson(0, 0) == stats::Interval{0, 1});
}

TEST_CASE("two columns of right and wrong are counted row by row") {
  std::vector<double> const champion{1, 1, 0, 0, 1, 0}, challenger{1, 0, 1, 0, 0, 0};
  auto const counts = stats::paired_counts(champion, challenger).value();
  CHECK(counts.both == 1);
  CHECK(counts.only_champion == 2);
  CHECK(counts.only_challenger == 1);
  CHECK(counts.neither == 2);
  CHECK(stats::mcnemar(counts).exact == stats::mcnemar(2, 1).exact);
  CHECK_FALSE(stats::paired_counts(champion, std::vector<double>{1}));
  CHECK_FALSE(stats::paired_counts(std::vector<double>{.5}, std::vector<double>{1}));
}
